//! The plan for a revision that `repeat_every` held back, now that this is over. Nothing came in:
//! the batch is [empty](Batch::without_entries), and only the alert changes.

use std::sync::Arc;

use jiff::Timestamp;

use super::alerting::silence_of;
use super::{Planner, Render};
use crate::domain::alert::Reason;
use crate::domain::alert::policy::{self, Verdict};
use crate::domain::entry::Entry;
use crate::domain::feed::{Feed, FetchRecord, Freshness, Outcome, Validators};
use crate::domain::ids::{AlertId, Digest, FeedId, StoryId, TopicId};
use crate::domain::ingest::{Batch, Held, Plan, Routes, View};
use crate::domain::topic::Topic;
use crate::domain::topic::evidence::Match;

/// A revision whose time has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    pub alert: AlertId,
    pub story: StoryId,
    pub held: Held,
    /// The entry it is about, as it stands now, and what the topic found in it last, in which
    /// revision of it.
    pub entry: Entry,
    pub found: Match,
    pub found_in: u32,
}

/// Decides what becomes of a revision that waited. Whatever it is, it waits no longer, unless the
/// topic asks for a longer time by now. `rule` is the present revision of the topic's rule: what
/// that does not find in what the entry says now is not told.
pub fn plan_due(
    view: &View,
    batch: &Batch,
    (due, topic, rule): (&Due, &Topic, Digest),
    now: Timestamp,
    render: Render,
) -> Plan {
    let mut planner = Planner::new(view, batch, now, render);
    match outdated(due, rule) {
        Some(reason) => planner.let_go(due, topic, reason),
        None => planner.due(due, topic),
    }
    planner.found()
}

/// Why what was found is no longer what the topic finds, if so.
fn outdated(due: &Due, rule: Digest) -> Option<Reason> {
    let reason = |code, text: &str| Some(Reason::of(code, text.to_owned()));
    if due.found.revision != rule {
        return reason("rule_changed", "found by a rule that is not the topic's any more");
    }
    if due.found_in != due.entry.revision {
        return reason("text_changed", "the topic is not found in what the entry says by now");
    }
    None
}

impl Planner<'_> {
    fn due(&mut self, due: &Due, topic: &Topic) {
        let key = (topic.id.clone(), due.story);
        let (entry, found) = (&due.entry, (topic, &due.found));
        let situation = self.situation(entry, found, &key);
        let held = &due.held;
        let (verdict, reason) =
            policy::decide_held(&topic.alert, &situation, &held.reason, held.due);
        let silence = silence_of(&situation, &reason);
        let longer = (reason.code == policy::REPEAT_EVERY).then(|| {
            let follow_up = &topic.alert.follow_up;
            situation.alert.map(|alert| policy::due(follow_up, alert.revised, self.now))
        });
        self.forget_held(due, &key);
        if let Some(until) = longer.flatten() {
            self.hold(&key, Held { due: until, ..due.held.clone() });
        }
        self.carry_out(entry, found, &key, (verdict, reason), silence);
    }

    /// Forgets a revision that waited, and records why.
    fn let_go(&mut self, due: &Due, topic: &Topic, reason: Reason) {
        self.forget_held(due, &(topic.id.clone(), due.story));
        self.record(&due.entry, due.story, topic, Verdict::Record, reason);
    }

    fn forget_held(&mut self, due: &Due, key: &(TopicId, StoryId)) {
        self.plan.held.push((due.alert, None));
        if let Some(alert) = self.alerts.get_mut(key) {
            alert.held = None;
        }
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
        routes: Routes,
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
