//! How a feed does: one state, since when, why, and what to do about it. A pure function of what
//! is remembered of the feed; the command line, notices and metrics all say what it says.

mod advice;

use std::time::Duration;

use jiff::Timestamp;

use super::habits::Dates;
use super::{Feed, FeedState, ReasonCode};

pub use advice::advice;

/// How a feed does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// Never fetched yet.
    New,
    /// Read, and as it usually is.
    Ok,
    /// Read, but without any entry.
    Empty,
    /// Read, but most of its entries have no date that can be read.
    Undated,
    /// Read, but silent for longer than it ever is.
    Stale,
    /// Read at another place than configured, for good.
    Moved,
    /// Not fetched, because its user paused it.
    Paused,
    /// It answers that it is gone for good.
    Gone,
    /// It answers with a page that checks for a browser.
    Challenge,
    /// It wants a login.
    Login,
    /// What it answers is no feed.
    NotAFeed,
    /// It cannot be read for any other reason.
    Failing,
}

impl Condition {
    pub const ALL: [Condition; 12] = [
        Condition::New,
        Condition::Ok,
        Condition::Empty,
        Condition::Undated,
        Condition::Stale,
        Condition::Moved,
        Condition::Paused,
        Condition::Gone,
        Condition::Challenge,
        Condition::Login,
        Condition::NotAFeed,
        Condition::Failing,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Condition::New => "new",
            Condition::Ok => "ok",
            Condition::Empty => "empty",
            Condition::Undated => "undated",
            Condition::Stale => "stale",
            Condition::Moved => "moved",
            Condition::Paused => "paused",
            Condition::Gone => "gone",
            Condition::Challenge => "challenge",
            Condition::Login => "login",
            Condition::NotAFeed => "not_a_feed",
            Condition::Failing => "failing",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.as_str() == code)
    }

    /// Whether the last fetch failed, or none is made.
    pub fn is_unread(self) -> bool {
        matches!(
            self,
            Condition::Paused
                | Condition::Gone
                | Condition::Challenge
                | Condition::Login
                | Condition::NotAFeed
                | Condition::Failing
        )
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Condition::NotAFeed => "not a feed",
            other => other.as_str(),
        }
    }
}

/// How a feed does, with what explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub condition: Condition,
    /// Since when, where that is known: of a stale feed since its last entry.
    pub since: Option<Timestamp>,
    /// The failure's code, or the condition's own word.
    pub code: ReasonCode,
    /// What happened, as a sentence. Parts of it may be from outside.
    pub detail: Option<String>,
    /// What the user can do: one sentence, without a label.
    pub advice: Option<&'static str>,
}

impl Health {
    /// Whether somebody should look at the feed: it brings nothing, or nothing any longer.
    pub fn is_trouble(&self) -> bool {
        match self.condition {
            Condition::Stale => true,
            // One that never had an entry may be about to have its first.
            Condition::Empty => self.since.is_some(),
            // Nobody need be told of what they did themselves.
            Condition::Paused => false,
            condition => condition.is_unread(),
        }
    }
}

/// Judges a feed by how it is configured and what is remembered of it.
pub fn health_of(feed: &Feed, state: &FeedState, now: Timestamp) -> Health {
    if !feed.paused {
        return health(state, now);
    }
    let code = Condition::Paused.as_str();
    Health {
        condition: Condition::Paused,
        since: None,
        code: code.into(),
        detail: None,
        advice: advice(code),
    }
}

/// Judges a feed that is fetched by what is remembered of it.
pub fn health(state: &FeedState, now: Timestamp) -> Health {
    if state.failures > 0 {
        return failing(state);
    }
    let habits = &state.habits;
    let plain = |condition: Condition, since: Option<Timestamp>, detail: Option<String>| Health {
        condition,
        since,
        code: condition.as_str().into(),
        detail,
        advice: advice(condition.as_str()),
    };
    if state.last_fetch.is_none() {
        return plain(Condition::New, None, None);
    }
    if habits.empty_since.is_some() {
        let detail = "it has no entries, and had some before".to_owned();
        return plain(Condition::Empty, habits.empty_since, Some(detail));
    }
    if habits.known && state.last_new_entry.is_none() {
        let detail = "it never had an entry".to_owned();
        return plain(Condition::Empty, None, Some(detail));
    }
    if let Some((alive, usual)) = silence(state, now) {
        let detail =
            format!("silent for {}, usually no longer than {}", days(now, alive), span(usual));
        return plain(Condition::Stale, Some(alive), Some(detail));
    }
    if let Some(moved) = state.followed() {
        let detail = format!("it has moved to {}", moved.to);
        return plain(Condition::Moved, Some(moved.since), Some(detail));
    }
    if habits.dates == Some(Dates::Missing) {
        return plain(Condition::Undated, None, Some("most entries have no date".to_owned()));
    }
    plain(Condition::Ok, None, None)
}

/// Since when a feed is silent for longer than it usually is, and how long that is.
fn silence(state: &FeedState, now: Timestamp) -> Option<(Timestamp, Duration)> {
    let alive = state.habits.alive_at?;
    let usual = state.habits.gaps.longest_usual();
    // What was not looked at is not its silence.
    let until = state.last_success.unwrap_or(now).min(now);
    let silent = Duration::try_from(until.duration_since(alive)).ok()?;
    (silent > usual).then_some((alive, usual))
}

fn failing(state: &FeedState) -> Health {
    let code = state.last_outcome.clone().unwrap_or_else(|| "unknown".into());
    let condition = match code.as_ref() {
        "http_410" => Condition::Gone,
        "challenge" => Condition::Challenge,
        "http_401" | "http_407" | "login" => Condition::Login,
        "not_a_feed" | "not_a_feed_html" | "not_a_feed_json" => Condition::NotAFeed,
        _ => Condition::Failing,
    };
    Health {
        condition,
        since: state.failing_since,
        advice: advice(&code),
        code,
        detail: state.last_detail.clone(),
    }
}

/// Whether a code says nothing of the feed, only of the way there: it may be our own network.
pub fn is_network(code: &str) -> bool {
    matches!(code, "dns" | "connect" | "timeout_connect")
}

fn days(now: Timestamp, since: Timestamp) -> String {
    span(Duration::try_from(now.duration_since(since)).unwrap_or_default())
}

/// A length of time in words, in its two largest units, without false precision.
pub fn span(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    let (hours, days) = (minutes / 60, minutes / 1_440);
    match days {
        0 if minutes == 0 => format!("{} s", duration.as_secs()),
        0 if hours == 0 => format!("{minutes} min"),
        0 => format!("{hours} h"),
        1..=2 => format!("{} h", hours),
        3..=59 => format!("{days} days"),
        60..=729 => format!("{} months", days / 30),
        _ => format!("{} years", days / 365),
    }
}

#[cfg(test)]
mod tests;
