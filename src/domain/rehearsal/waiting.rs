//! What waits in a rehearsal: revisions that `repeat_every` held back, until they are due, with
//! what they are about. In the store the database keeps both.

use std::collections::BTreeMap;
use std::sync::Arc;

use ahash::AHashMap;
use jiff::Timestamp;

use crate::domain::feed::Feed;
use crate::domain::ids::{AlertId, FeedId};
use crate::domain::ingest::{Due, Merge, Plan, Prepared};
use crate::domain::topic::Topic;

/// A revision that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub feed: Arc<Feed>,
    pub feed_id: FeedId,
    pub topic: Arc<Topic>,
    pub due: Due,
}

/// Revisions that wait, those that are due first before the others.
#[derive(Debug, Default)]
pub(super) struct WaitingList {
    by_due: BTreeMap<(Timestamp, AlertId), Waiting>,
    due_of: AHashMap<AlertId, Timestamp>,
}

impl WaitingList {
    /// Takes the first one that is due at `now`.
    pub fn take(&mut self, now: Timestamp) -> Option<Waiting> {
        let first = self.by_due.first_entry().filter(|first| first.key().0 <= now)?;
        let waiting = first.remove();
        self.due_of.remove(&waiting.due.alert);
        Some(waiting)
    }

    /// Learns what a plan over one entry holds back. A revision takes the place of one that waited.
    pub fn learn(&mut self, plan: &Plan, (feed, id): (&Arc<Feed>, FeedId), prepared: &Prepared) {
        for revision in &plan.alerts {
            self.forget(revision.alert);
        }
        for merged in &plan.merges {
            merged.closed.iter().for_each(|(alert, _)| self.forget(*alert));
            let Merge { into, from, .. } = merged.merge;
            let of_story = self.by_due.values_mut().filter(|waiting| waiting.due.story == from);
            of_story.for_each(|waiting| waiting.due.story = into);
        }
        for (alert, held) in &plan.held {
            self.forget(*alert);
            let Some(held) = held else { continue };
            let told =
                plan.entries.iter().chain(&plan.revised).find(|entry| entry.id == held.entry);
            let decision = plan.decisions.iter().find(|decision| decision.alert == Some(*alert));
            let Some((entry, decision)) = told.zip(decision) else { continue };
            let of_topic = prepared.matches.iter().find(|(topic, _)| topic.id == decision.topic);
            let Some((topic, found)) = of_topic else { continue };
            let due = Due {
                alert: *alert,
                story: decision.story,
                held: held.clone(),
                entry: entry.clone(),
                found: found.clone(),
                found_in: entry.revision,
            };
            self.keep(Waiting { feed: feed.clone(), feed_id: id, topic: topic.clone(), due });
        }
    }

    /// Learns what a plan over a revision that was due holds back once more.
    pub fn learn_again(&mut self, plan: &Plan, waiting: &Waiting) {
        if let Some((_, Some(held))) = plan.held.last() {
            let due = Due { held: held.clone(), ..waiting.due.clone() };
            self.keep(Waiting { due, ..waiting.clone() });
        }
    }

    fn keep(&mut self, waiting: Waiting) {
        let (alert, at) = (waiting.due.alert, waiting.due.held.due);
        self.due_of.insert(alert, at);
        self.by_due.insert((at, alert), waiting);
    }

    fn forget(&mut self, alert: AlertId) {
        if let Some(at) = self.due_of.remove(&alert) {
            self.by_due.remove(&(at, alert));
        }
    }
}
