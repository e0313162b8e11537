//! The plan for a revision that `repeat_every` held back, now that this is over, and for a story that
//! waits, where a clock that was wrong counted its time. Nothing came in:
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
use crate::domain::publisher::Directory;
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

/// What a story that waits for publishers was matched by last.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiter {
    pub story: StoryId,
    /// As in [`Due`].
    pub entry: Entry,
    pub found: Match,
    pub found_in: u32,
}

/// Decides anew over a story that waits for publishers, where the clock by which they were counted
/// has been put right since: it is raised if they told it in time. `rule` is as in [`plan_due`].
pub fn plan_waiting(
    view: &View,
    batch: &Batch,
    (waits, topic, rule): (&Waiter, &Topic, Digest),
    now: Timestamp,
    render: Render,
) -> Plan {
    let mut planner = Planner::new(view, batch, now, render);
    let Waiter { story, entry, found, found_in } = waits;
    if outdated((found, *found_in), entry, rule).is_none() {
        let key = (topic.id.clone(), *story);
        let decided = policy::decide(&topic.alert, &planner.situation(entry, (topic, found), &key));
        if decided.0 == Verdict::Raise {
            planner.carry_out(entry, (topic, found), &key, decided, None);
        }
    }
    planner.found()
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
    match outdated((&due.found, due.found_in), &due.entry, rule) {
        Some(reason) => planner.let_go(due, topic, reason),
        None => planner.due(due, topic),
    }
    planner.found()
}

/// Why what was found in some revision of an entry is no longer what the topic finds, if so.
pub(super) fn outdated(
    (found, found_in): (&Match, u32),
    entry: &Entry,
    rule: Digest,
) -> Option<Reason> {
    let reason = |code, text: &str| Some(Reason::of(code, text.to_owned()));
    if found.revision != rule {
        return reason("rule_changed", "found by a rule that is not the topic's any more");
    }
    if found_in != entry.revision {
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
    /// the feed calls itself. It knows no newsrooms of the user's own.
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
            rules: None,
            publishers: Directory::builtin(),
        }
    }
}
