//! The plan for a revision that `repeat_every` held back, now that this is over. Nothing came in:
//! the batch is [empty](Batch::without_entries), and only the alert changes.

use std::sync::Arc;

use jiff::Timestamp;

use super::alerting::silence_of;
use super::{Planner, Render};
use crate::domain::alert::policy;
use crate::domain::entry::Entry;
use crate::domain::feed::{Feed, FetchRecord, Freshness, Outcome, Validators};
use crate::domain::ids::{AlertId, Digest, FeedId, StoryId};
use crate::domain::ingest::{Batch, Held, Plan, Route, View};
use crate::domain::topic::Topic;
use crate::domain::topic::evidence::Match;

/// A revision whose time has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    pub alert: AlertId,
    pub story: StoryId,
    pub held: Held,
    /// The entry it is about, as it stands now, and what the topic found in it.
    pub entry: Entry,
    pub found: Match,
}

/// Decides what becomes of a revision that waited. Whatever it is, it waits no longer, unless the
/// topic asks for a longer time by now.
pub fn plan_due(
    view: &View,
    batch: &Batch,
    (due, topic): (&Due, &Topic),
    now: Timestamp,
    render: Render,
) -> Plan {
    let mut planner = Planner::new(view, batch, now, render);
    planner.due(due, topic);
    planner.found()
}

impl Planner<'_> {
    fn due(&mut self, due: &Due, topic: &Topic) {
        let key = (topic.id.clone(), due.story);
        let (entry, found) = (&due.entry, (topic, &due.found));
        let situation = self.situation(entry, found, &key);
        let held = &due.held.reason;
        let (verdict, reason) = policy::decide_held(&topic.alert, &situation, held);
        let silence = silence_of(&situation, &reason);
        let longer = (reason.code == policy::REPEAT_EVERY).then(|| {
            let follow_up = &topic.alert.follow_up;
            situation.alert.map(|alert| policy::due(follow_up, alert.revised, self.now))
        });
        self.plan.held.push((due.alert, None));
        if let Some(until) = longer.flatten() {
            self.hold(&key, Held { due: until, ..due.held.clone() });
        }
        self.carry_out(entry, found, &key, (verdict, reason), silence);
    }
}

impl Batch {
    /// A batch in which nothing came in: for what is decided because time passes. `title` is what
    /// the feed calls itself.
    pub fn without_entries(
        feed: Arc<Feed>,
        id: FeedId,
        title: Option<String>,
        at: Timestamp,
        routes: Vec<Route>,
    ) -> Self {
        Self {
            feed,
            title,
            validators: Validators::default(),
            body_hash: Digest([0; 16]),
            complete: true,
            freshness: Freshness::default(),
            rhythm: Default::default(),
            links: Default::default(),
            manner: Default::default(),
            fetch: FetchRecord {
                feed: id,
                at,
                outcome: Outcome::Fresh,
                code: "ok".into(),
                status: None,
                bytes: 0,
                duration: std::time::Duration::ZERO,
                entries: 0,
                new_entries: 0,
                would_have_raised: 0,
                detail: None,
            },
            entries: Vec::new(),
            routes,
            topics: Vec::new(),
        }
    }
}
