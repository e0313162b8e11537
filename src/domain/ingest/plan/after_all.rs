//! The plan for a match that was taken as the past, and that somebody wants to hear of after all.
//! Nothing came in: the batch is [empty](super::super::Batch::without_entries). That its entry was
//! the past is forgotten; every other rule of the topic holds as it does for news.

use jiff::Timestamp;

use super::alerting::silence_of;
use super::due::outdated;
use super::{Planner, Render};
use crate::domain::alert::policy;
use crate::domain::alert::policy::Verdict;
use crate::domain::entry::Entry;
use crate::domain::ids::{Digest, StoryId};
use crate::domain::ingest::{Batch, Plan, View};
use crate::domain::topic::Topic;
use crate::domain::topic::evidence::Match;

/// What the reason of an alert adds.
const BY_HAND: &str = "it came with the feed's past, and was raised by hand";

/// A match that raised nothing since its entry was the past.
#[derive(Debug, Clone, PartialEq)]
pub struct PastMatch {
    /// The story that its entry tells by now.
    pub story: StoryId,
    /// The entry as it stands now, and what the topic found in it last, in which revision of it.
    pub entry: Entry,
    pub found: Match,
    pub found_in: u32,
}

/// Decides on such a match as if its entry came now. `rule` is the present revision of the topic's
/// rule: what that did not find is not raised.
pub fn plan_after_all(
    view: &View,
    batch: &Batch,
    (past, topic, rule): (&PastMatch, &Topic, Digest),
    now: Timestamp,
    render: Render,
) -> Plan {
    let mut planner = Planner::new(view, batch, now, render);
    match outdated((&past.found, past.found_in), &past.entry, rule) {
        Some(reason) => {
            planner.record(&past.entry, past.story, topic, Verdict::Record, reason);
        }
        None => planner.after_all(past, topic),
    }
    planner.found()
}

impl Planner<'_> {
    fn after_all(&mut self, past: &PastMatch, topic: &Topic) {
        let key = (topic.id.clone(), past.story);
        let (entry, found) = (&past.entry, (topic, &past.found));
        let situation = self.situation(entry, found, &key);
        let (verdict, mut reason) = policy::decide(&topic.alert, &situation);
        let waits = self.waits(entry, topic, &key, &situation, &reason);
        let held = self.to_hold(entry, found, &key, &situation, &reason);
        let silence = silence_of(&situation, &reason);
        if matches!(verdict, Verdict::Raise | Verdict::Amend) {
            reason.text = format!("{}; {BY_HAND}", reason.text);
        }
        self.plan.pending.extend(waits);
        if let Some(held) = held {
            self.hold(&key, held);
        }
        self.carry_out(entry, found, &key, (verdict, reason), silence);
    }
}
