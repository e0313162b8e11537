//! How a configuration was taken over or refused: at the start, when its user asked for it, or
//! because its files changed. The daemon records each time, `status` and `reload` tell of it.

use jiff::{SignedDuration, Timestamp};

use super::notice::{Notice, NoticeKind, SEVERITY};

/// How long another refusal is not told: who mends a file saves it time and again.
const TOLD_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(15);

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

/// A refusal of which its user was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub refusal: Refusal,
    pub at: Timestamp,
}

impl Told {
    /// Whether this one is not to be told: it is the same, or comes soon after.
    fn covers(&self, refusal: &Refusal, at: Timestamp) -> bool {
        self.refusal == *refusal || at.duration_since(self.at).abs() < TOLD_AGAIN_AFTER
    }
}

/// After how long a refusal is to be told for which [`notice`] has nothing yet, since another was told
/// shortly before; `None`: never, as that was the same.
pub fn wait(reload: &Reload, told: Option<&Told>) -> Option<SignedDuration> {
    let (Outcome::Refused(refusal), Some(told)) = (&reload.outcome, told) else { return None };
    let since = reload.at.duration_since(told.at).abs();
    (told.refusal != *refusal).then(|| TOLD_AGAIN_AFTER.saturating_sub(since))
}

/// What its user is to be told by a notice: that it is refused, of another refusal after a while,
/// and that it is over. `told` is what was told last, unless it is over.
pub fn notice(reload: &Reload, told: Option<&Told>) -> Option<Notice> {
    let (kind, headline) = match &reload.outcome {
        Outcome::Refused(refusal) if told.is_some_and(|told| told.covers(refusal, reload.at)) => {
            return None;
        }
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

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + minute * 60).unwrap()
    }

    fn reload(outcome: Outcome, minute: i64) -> Reload {
        Reload { at: at(minute), occasion: Occasion::Files, outcome }
    }

    #[test]
    fn a_refusal_is_told_once_another_after_a_while_and_so_is_its_end() {
        let refusal = |line: &str| Refusal { summary: line.to_owned(), detail: String::new() };
        let (one, other) = (refusal("nato.toml:6:9: two terms"), refusal("nato.toml: no file"));
        let refused = reload(Outcome::Refused(one.clone()), 0);
        let told = notice(&refused, None).unwrap();
        assert_eq!(
            (told.kind, told.headline.as_str()),
            (
                NoticeKind::ConfigRefused,
                "the changed configuration is refused, the earlier one runs on: nato.toml:6:9: two terms"
            )
        );
        let told = Told { refusal: one.clone(), at: at(0) };
        let told_again = |refusal: &Refusal, minute| {
            notice(&reload(Outcome::Refused(refusal.clone()), minute), Some(&told)).is_some()
        };
        assert!(!told_again(&one, 0) && !told_again(&one, 600));
        assert!(!told_again(&other, 0) && !told_again(&other, 14) && told_again(&other, 15));
        assert!(told_again(&other, -600), "a clock that was put back");
        let after = |refusal: &Refusal, minute| {
            wait(&reload(Outcome::Refused(refusal.clone()), minute), Some(&told))
        };
        assert_eq!(after(&other, 4), Some(SignedDuration::from_mins(11)));
        assert_eq!(after(&one, 4), None, "it was told");
        let taken = reload(Outcome::Taken { feeds: 2, topics: 1 }, 1);
        assert_eq!(notice(&taken, Some(&told)).unwrap().kind, NoticeKind::ConfigTaken);
        assert_eq!(notice(&taken, None), None);
    }
}
