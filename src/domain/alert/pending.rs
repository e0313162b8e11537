//! Stories that match a topic and wait for publishers: `publishers = { min = 3, within = "6h" }`.
//! The entry that meets the condition raises the alert; until then it is shown that, and for how
//! long, the story waits.

use std::time::Duration;

use jiff::Timestamp;

use super::Reason;
use super::policy::in_words;
use crate::domain::ids::{EntryId, StoryId, TopicId};

/// How long a story without a limit waits after its last match: by then no entry joins it any
/// longer.
pub const LONGEST: Duration = Duration::from_secs(30 * 24 * 3_600);

/// A story that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub topic: TopicId,
    pub story: StoryId,
    /// The entry that matched last.
    pub entry: EntryId,
    /// How many publishers told it, with a match, and how many are asked for.
    pub have: u32,
    pub need: u32,
    /// Since when it has been known to wait.
    pub since: Timestamp,
    /// When the last of those publishers no longer counts, if no other match comes.
    pub until: Timestamp,
    /// How long it waits after a match.
    pub within: Duration,
}

impl Pending {
    /// `2 of 3 publishers`.
    pub fn standing(&self) -> String {
        format!("{} of {} publishers", self.have, self.need)
    }

    /// Why the story is given up, `until` being over.
    pub fn expired(&self) -> Reason {
        let waited = Duration::try_from(self.until.duration_since(self.since));
        let text = format!(
            "{} told the story in time; given up after {}",
            self.standing(),
            in_words(waited.unwrap_or_default())
        );
        Reason::of("expired", text)
    }
}

/// Until when a story waits that matched at `now`.
pub fn until(within: Duration, now: Timestamp) -> Timestamp {
    now.saturating_add(within).unwrap_or(Timestamp::MAX)
}
