//! What a person says of an entry as a find of a topic. Precision is counted from these marks,
//! and better rules are learnt from them.

/// A person's word on a find. The last one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It is what the topic watches for.
    Useful,
    /// It is not: the rule should not have matched.
    Noise,
    /// It is, but was told already: another alert says the same.
    Dup,
}

impl Mark {
    pub const ALL: [Mark; 3] = [Mark::Useful, Mark::Noise, Mark::Dup];

    pub fn as_str(self) -> &'static str {
        match self {
            Mark::Useful => "useful",
            Mark::Noise => "noise",
            Mark::Dup => "dup",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.as_str() == code)
    }

    /// Whether the rule was right to match: a duplicate is no fault of the rule.
    pub fn is_wanted(self) -> bool {
        self != Mark::Noise
    }
}
