//! When entries that are new to a feed's memory are nonetheless the past, and raise nothing: the
//! feed's first fetch, and the few later documents that bring a past along.
//! [`crate::domain::ingest`] finds out which it is; [`super::policy`] holds the alerts back.

use std::time::Duration;

use jiff::Timestamp;

/// How the new entries of a document are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Baseline {
    pub why: Past,
    /// Entries that say themselves that they were published within this time may alert. Zero:
    /// none may.
    pub within: Duration,
}

impl Baseline {
    /// Whether an entry that says it was published at this time, or does not say, is held back.
    pub fn holds(self, published: Option<Timestamp>, now: Timestamp) -> bool {
        let age =
            published.map(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default());
        age.is_none_or(|age| age >= self.within)
    }
}

/// Why they are the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// It is the feed's first fetch.
    FirstFetch,
    /// The feed was not read for longer than it keeps its entries.
    Outage,
    /// The feed gave its entries new names.
    Migration,
    /// The feed grew by entries of long ago.
    Archive,
    /// Another feed stands in its place.
    Replaced,
}

impl Past {
    /// The reason's code in decisions, and that of the feed's event.
    pub fn code(self) -> &'static str {
        match self {
            Past::FirstFetch => "baseline",
            Past::Outage => "window_missed",
            Past::Migration => "identity_migration",
            Past::Archive => "archive",
            Past::Replaced => "feed_replaced",
        }
    }

    /// The reason as a sentence without its end.
    pub fn sentence(self) -> &'static str {
        match self {
            Past::FirstFetch => "first fetch of this feed: stored and matched, not alerted",
            Past::Outage => {
                "the feed was not read for longer than it keeps its entries: stored and matched, \
                 not alerted"
            }
            Past::Migration => {
                "the feed gave its entries new names: stored and matched, not alerted"
            }
            Past::Archive => {
                "the feed brought its archive: older than the last visit, stored and matched, not \
                 alerted"
            }
            Past::Replaced => {
                "another feed stands in this one's place: stored and matched, not alerted"
            }
        }
    }
}
