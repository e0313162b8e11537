//! How much of each topic's budget is spent in a rehearsal: counted as the store counts it
//! (`store/ingest/view.rs`), over the same window.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::domain::alert::{AlertRevision, Reach, budget};
use crate::domain::ids::TopicId;
use crate::domain::ingest::View;

/// Revisions that were pushed or held back within the window, oldest first.
#[derive(Debug, Default)]
pub(super) struct Spent {
    revisions: VecDeque<(Timestamp, TopicId, Reach)>,
}

impl Spent {
    /// Notes a revision, if budgets count it.
    pub fn learn(&mut self, revision: &AlertRevision) {
        if matches!(revision.reach, Reach::Pushed | Reach::HeldBack) {
            let topic = revision.topic.id.clone();
            self.revisions.push_back((revision.at, topic, revision.reach));
        }
    }

    /// Tells a view what is spent at `now`.
    pub fn add_to(&self, view: &mut View, now: Timestamp) {
        let today = budget::day_of(now);
        for (at, topic, reach) in &self.revisions {
            match reach {
                Reach::Pushed => *view.pushed.entry(topic.clone()).or_default() += 1,
                _ if *at >= today => {
                    view.held_back.insert(topic.clone());
                }
                _ => {}
            }
        }
    }

    /// Forgets what is out of the window.
    pub fn forget(&mut self, now: Timestamp) {
        let since = budget::counted_since(now);
        while self.revisions.pop_front_if(|(at, ..)| *at <= since).is_some() {}
    }
}
