//! For how long what is stored is kept. Entries that belong to an alert stay as long as the alert
//! does; by which keys an entry is known again stays for ever, so that nothing old returns as new.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::ids::{FeedKey, TopicId};

/// A day, in seconds.
const DAY_S: u64 = 24 * 3_600;

/// For how long entries are kept that belong to no alert, unless something else is said.
pub const ENTRIES: Keep = Keep::For(Duration::from_secs(90 * DAY_S));

/// For how long alerts are kept after their last revision and the last entry of their story.
pub const ALERTS: Keep = Keep::For(Duration::from_secs(730 * DAY_S));

/// For how long deliveries, notices and digests are kept.
pub const HISTORY: Keep = Keep::For(Duration::from_secs(180 * DAY_S));

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    For(Duration),
    Forever,
}

impl Keep {
    /// What is older than this has had its time; `None`: nothing ever has.
    pub fn cutoff(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Keep::For(time) => Some(now.saturating_sub(time).unwrap_or(Timestamp::MIN)),
            Keep::Forever => None,
        }
    }
}

/// How long everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Entries that belong to no alert, with the stories they tell.
    pub entries: Keep,
    /// Alerts since their last revision and their story's last entry, with their entries, evidence and stories.
    pub alerts: Keep,
    /// Settled deliveries with their attempts, notices, digests.
    pub history: Keep,
    /// The feeds that are configured, each with what it says itself, if it does. Of a feed that is not
    /// among them holds what it last said.
    pub feeds: BTreeMap<FeedKey, Option<Keep>>,
    /// Topics that say something else.
    pub topics: BTreeMap<TopicId, Keep>,
}

impl Retention {
    /// What holds where nothing is said.
    pub fn standard() -> Self {
        let (feeds, topics) = (BTreeMap::new(), BTreeMap::new());
        Self { entries: ENTRIES, alerts: ALERTS, history: HISTORY, feeds, topics }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::standard()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_for_ever_is_never_too_old_and_no_duration_leaves_the_calendar() {
        let now: Timestamp = "2026-06-03T12:00:00Z".parse().unwrap();
        let cutoff = ENTRIES.cutoff(now).map(|at| at.to_string());
        assert_eq!(cutoff.as_deref(), Some("2026-03-05T12:00:00Z"));
        assert_eq!(Keep::Forever.cutoff(now), None);
        assert_eq!(Keep::For(Duration::MAX).cutoff(now), Some(Timestamp::MIN));
    }
}
