//! Whether a topic matches as often as it is expected to: a rule that no longer fits the world, or
//! feeds that dried up, make no noise by themselves. Pure; the daemon's vigil asks it hourly.

use std::time::Duration;

use jiff::Timestamp;

use super::policy::in_words;
use crate::domain::topic::Expectation;

/// What is known of a topic, as far as its expectation asks.
#[derive(Debug, Clone, Copy)]
pub struct Watched<'a> {
    /// Since when the topic is in use without a break.
    pub since: Timestamp,
    /// Until when feeds were read: what nobody could see is not the topic's silence.
    pub until: Timestamp,
    /// When entries matched, in any order; times before the window do no harm.
    pub matched: &'a [Timestamp],
}

/// How a topic stands to its expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// It matches less than is expected.
    pub silent: bool,
    /// Why, as a sentence without its end: counts and times.
    pub text: String,
}

/// Since when matches count towards the expectation.
pub fn window_start(expect: Expectation, until: Timestamp) -> Timestamp {
    until.saturating_sub(expect.per).unwrap_or(Timestamp::MIN)
}

/// Holds the matches of the last `per` against what is expected. A topic that was not watched for
/// as long as that is never silent yet.
pub fn judge(expect: Expectation, watched: Watched<'_>) -> Standing {
    let start = window_start(expect, watched.until);
    let in_window = |at: &&Timestamp| start < **at && **at <= watched.until;
    let heard = watched.matched.iter().filter(in_window).count();
    let wanted = usize::try_from(expect.count).unwrap_or(usize::MAX);
    let found = match heard {
        0 => "no entry matched".to_owned(),
        1 => "1 entry matched".to_owned(),
        many => format!("{many} entries matched"),
    };
    let verb = if expect.count == 1 { "is" } else { "are" };
    let (count, per) = (expect.count, in_words(expect.per));
    let young = watched.since > start;
    let text = if heard >= wanted || !young {
        format!("{found} within the last {per}, at least {count} {verb} expected")
    } else {
        let used = Duration::try_from(watched.until.duration_since(watched.since));
        let used = in_words(used.unwrap_or_default());
        format!("{found} yet, at least {count} {verb} expected within {per}; watched for {used}")
    };
    Standing { silent: heard < wanted && !young, text }
}

#[cfg(test)]
mod tests;
