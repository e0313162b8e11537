//! What a hit of a sample consists of: the clauses that were found, and a passage that shows one.

use crate::domain::topic::evidence::Match;

/// What was found in an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// A passage of the text, and the byte at which the first thing found in it begins. `None`:
    /// all was found in the title, which is shown anyway.
    pub passage: Option<(String, usize)>,
    /// The clauses as written, with how often each was found.
    pub clauses: String,
}

impl Found {
    /// What was found in an entry with this title.
    pub fn of(found: &Match, title: &str) -> Self {
        let clauses = found.evidence.clauses.iter().map(|clause| match clause.count {
            0 | 1 => clause.text.to_string(),
            more => format!("{} ×{more}", clause.text),
        });
        let passage = found.evidence.passages.iter().find(|passage| *passage.text != *title);
        Self {
            passage: passage.map(|passage| {
                (passage.text.to_string(), passage.marks.first().map_or(0, |mark| mark.0))
            }),
            clauses: clauses.collect::<Vec<_>>().join(", "),
        }
    }

    /// `"passage" by clauses`, or the clauses alone.
    pub fn sentence(&self) -> String {
        match &self.passage {
            Some((passage, _)) => format!("\"{passage}\" by {}", self.clauses),
            None => self.clauses.clone(),
        }
    }
}
