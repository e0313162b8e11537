//! How a configuration was taken over or refused: at the start, when its user asked for it, or
//! because its files changed. The daemon records each time, `status` and `reload` tell of it.

use jiff::Timestamp;

use super::notice::{Notice, NoticeKind, SEVERITY};

/// Longest line of a refusal in a notice, in characters.
const MAX_LINE_CHARS: usize = 300;

/// What led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The daemon started with it.
    Start,
    /// SIGHUP, as `wirewatch reload` and service managers send it.
    Signal,
    /// A file of the configuration is not as it was.
    Files,
}

impl Occasion {
    pub const ALL: [Occasion; 3] = [Occasion::Start, Occasion::Signal, Occasion::Files];

    pub fn as_str(self) -> &'static str {
        match self {
            Occasion::Start => "start",
            Occasion::Signal => "signal",
            Occasion::Files => "files",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.as_str() == code)
    }
}

/// Why a configuration does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// One line: what is wrong first, and where.
    pub summary: String,
    /// All that is wrong, with excerpts of the files. No secret is in it.
    pub detail: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It runs, with so many feeds and topics.
    Taken { feeds: usize, topics: usize },
    /// The one before it runs on.
    Refused(Refusal),
}

/// One time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reload {
    pub at: Timestamp,
    pub occasion: Occasion,
    pub outcome: Outcome,
}

/// What its user is to be told by a notice: of each refusal once, and that it is over. `told` is the
/// refusal that was told last, unless it is over.
pub fn notice(reload: &Reload, told: Option<&Refusal>) -> Option<Notice> {
    let (kind, headline) = match &reload.outcome {
        Outcome::Refused(refusal) if told == Some(refusal) => return None,
        Outcome::Refused(refusal) => {
            let line: String = refusal.summary.chars().take(MAX_LINE_CHARS).collect();
            let told =
                format!("the changed configuration is refused, the earlier one runs on: {line}");
            (NoticeKind::ConfigRefused, told)
        }
        Outcome::Taken { .. } if told.is_none() => return None,
        Outcome::Taken { feeds, topics } => {
            let told = format!("the configuration is right again: {feeds} feeds, {topics} topics");
            (NoticeKind::ConfigTaken, told)
        }
    };
    Some(Notice::plain(reload.at, kind, SEVERITY, headline))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reload(outcome: Outcome) -> Reload {
        let at = "2026-06-03T12:00:00Z".parse().unwrap();
        Reload { at, occasion: Occasion::Files, outcome }
    }

    #[test]
    fn each_refusal_is_told_once_and_so_is_its_end() {
        let refusal = |line: &str| Refusal { summary: line.to_owned(), detail: String::new() };
        let (one, other) = (refusal("nato.toml:6:9: two terms"), refusal("nato.toml: no file"));
        let refused = reload(Outcome::Refused(one.clone()));
        let told = notice(&refused, None).unwrap();
        assert_eq!(
            (told.kind, told.headline.as_str()),
            (
                NoticeKind::ConfigRefused,
                "the changed configuration is refused, the earlier one runs on: nato.toml:6:9: two terms"
            )
        );
        assert_eq!(notice(&refused, Some(&one)), None);
        assert!(notice(&refused, Some(&other)).is_some());
        let taken = reload(Outcome::Taken { feeds: 2, topics: 1 });
        assert_eq!(notice(&taken, Some(&one)).unwrap().kind, NoticeKind::ConfigTaken);
        assert_eq!(notice(&taken, None), None);
    }
}
