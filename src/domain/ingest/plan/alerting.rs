//! The alerts of a plan: what becomes of a match, how far a revision of its alert goes, and the
//! deliveries made of it. The rest of the plan is in [`super`].

use jiff::Timestamp;

use super::super::facts::{entry_facts, headline, story_facts, summary, topic_facts};
use super::super::{AlertSoFar, Decision, Route};
use super::{OLDER_THAN_RULE, Planner};
use crate::domain::alert::baseline::Baseline;
use crate::domain::alert::delivery::NewDelivery;
use crate::domain::alert::policy::{self, Raised, Situation, Verdict};
use crate::domain::alert::silence::Silenceable;
use crate::domain::alert::{AlertEvent, AlertRevision, Reach, Reason, budget};
use crate::domain::entry::Entry;
use crate::domain::ids::{AlertId, DeliveryId, StoryId, TopicId};
use crate::domain::topic::evidence::Match;
use crate::domain::topic::{Mode, Topic};

/// What the reason of a decision adds for a topic in shadow mode.
const SHADOW_REMARK: &str = "in shadow mode: recorded, no channel is told";

/// How far the next revision of a topic's alert goes.
pub(super) struct Way<'a> {
    pub reach: Reach,
    /// Channels it is sent to, in configured order.
    pub routes: Vec<&'a Route>,
    /// Why it goes no further.
    pub remark: Option<String>,
}

impl<'a> Planner<'a> {
    /// What becomes of one match, recorded with its reason. `baseline` says whether the entry is
    /// part of its feed's past, `told_date` when it says itself that it was published.
    pub(super) fn decide(
        &mut self,
        entry: &Entry,
        story: StoryId,
        (topic, found): (&Topic, &Match),
        baseline: Option<Baseline>,
        told_date: Option<Timestamp>,
    ) {
        let key = (topic.id.clone(), story);
        self.matched.entry(key.clone()).or_default().push((entry.publisher.clone(), self.now));
        let mut situation = self.situation(entry, topic, &key);
        // A date that was made up does not make an entry recent.
        let published = if baseline.is_some() { told_date } else { situation.published };
        situation = Situation { baseline, published, ..situation };
        let (verdict, mut reason) = policy::decide(&topic.alert, &situation);
        if verdict == Verdict::Baseline && topic.mode == Mode::Live {
            let news = Situation { baseline: None, ..situation };
            if policy::decide(&topic.alert, &news).0 == Verdict::Raise {
                self.held.insert(key.clone());
            }
        }
        if let Some(alert) = self.alerts.get_mut(&key) {
            alert.last_activity = self.now;
        }
        let event = match verdict {
            Verdict::Raise => Some(AlertEvent::Opened),
            Verdict::Amend => Some(AlertEvent::Updated),
            Verdict::Record | Verdict::Suppress | Verdict::Baseline => None,
        };
        if let Some(event) = event {
            let way = self.way(topic);
            if let Some(remark) = &way.remark {
                reason.text = format!("{}; {remark}", reason.text);
            }
            self.spend(topic, way.reach);
            self.revise(entry, (topic, found), &key, event, &way, reason.clone());
        }
        self.record(entry, story, topic, verdict, reason);
    }

    /// Counts what a topic newly finds in an entry that is older than its rule.
    pub(super) fn hold_older(&mut self, reason: &Reason, topic: &Topic, story: StoryId) {
        let key = (topic.id.clone(), story);
        let would_raise = topic.mode == Mode::Live && !self.alerts.contains_key(&key);
        if reason.code == OLDER_THAN_RULE && would_raise {
            self.held.insert(key);
        }
    }

    pub(super) fn record(
        &mut self,
        entry: &Entry,
        story: StoryId,
        topic: &Topic,
        verdict: Verdict,
        reason: Reason,
    ) {
        self.plan.decisions.push(Decision {
            entry: entry.id,
            topic: topic.id.clone(),
            story,
            alert: self.alerts.get(&(topic.id.clone(), story)).map(|alert| alert.alert),
            verdict: verdict.as_str(),
            reason,
        });
    }

    pub(super) fn situation(
        &self,
        entry: &Entry,
        topic: &Topic,
        key: &(TopicId, StoryId),
    ) -> Situation<'_> {
        let feed = &self.batch.feed;
        let what = Silenceable {
            topic: key.0.as_str(),
            story: key.1.0,
            feed: feed.key.as_str(),
            publisher: &entry.publisher,
            title: &entry.document.title,
        };
        let story = self.stories.get(&key.1);
        Situation {
            now: self.now,
            published: entry.published,
            baseline: None,
            silence: self.view.silences.iter().find(|silence| {
                let mut ids = self.view.aliases.get(&key.1).into_iter().flatten();
                // One that was meant for a story that is part of this one now covers it all.
                silence.covers(what, self.now)
                    || ids.any(|alias| {
                        silence.covers(Silenceable { story: alias.0, ..what }, self.now)
                    })
            }),
            matched: self.matched.get(key).map(Vec::as_slice).unwrap_or_default(),
            publishers: story.map_or(0, |story| story.publishers.len() as u32),
            alert: self.alerts.get(key).map(|alert| Raised {
                just_opened: alert.just_opened,
                revised: alert.revised,
                publishers: alert.publishers.len() as u32,
                last_activity: alert.last_activity,
                shadow: alert.shadow,
            }),
            shadow: topic.mode == Mode::Shadow,
        }
    }

    /// How far a revision goes: shadow mode stops it everywhere, a budget that is used up where
    /// it would disturb.
    pub(super) fn way(&self, topic: &Topic) -> Way<'a> {
        if topic.mode == Mode::Shadow {
            let remark = Some(SHADOW_REMARK.to_owned());
            return Way { reach: Reach::Shadow, routes: Vec::new(), remark };
        }
        let goes = |route: &&Route| {
            let named = topic.channels.is_empty() || topic.channels.contains(&route.channel);
            named && topic.severity >= route.min_severity
        };
        let mut routes: Vec<&Route> = self.batch.routes.iter().filter(goes).collect();
        if !routes.iter().any(|route| route.budgeted) {
            return Way { reach: Reach::Told, routes, remark: None };
        }
        let pushed = self.pushed.get(&topic.id).copied().unwrap_or_default();
        let Some(budget) = topic.alert.budget.filter(|budget| pushed >= *budget) else {
            return Way { reach: Reach::Pushed, routes, remark: None };
        };
        let budgeted = routes.iter().filter(|route| route.budgeted);
        let kept_from: Vec<&str> = budgeted.map(|route| route.channel.as_str()).collect();
        let remark = Some(budget::remark(&kept_from, budget));
        routes.retain(|route| !route.budgeted);
        Way { reach: Reach::HeldBack, routes, remark }
    }

    /// Counts a revision towards its topic's budget.
    pub(super) fn spend(&mut self, topic: &Topic, reach: Reach) {
        match reach {
            Reach::Pushed => {
                let pushed = self.pushed.entry(topic.id.clone()).or_default();
                *pushed = pushed.saturating_add(1);
            }
            Reach::HeldBack => {
                let told = self.view.held_back.contains(&topic.id);
                if !told && !self.plan.overspent.contains(&topic.id) {
                    self.plan.overspent.push(topic.id.clone());
                }
            }
            Reach::Told | Reach::Shadow => {}
        }
    }

    /// Opens the alert of this topic and story, or adds a revision to it, with its deliveries.
    pub(super) fn revise(
        &mut self,
        entry: &Entry,
        (topic, found): (&Topic, &Match),
        key: &(TopicId, StoryId),
        event: AlertEvent,
        way: &Way<'_>,
        reason: Reason,
    ) {
        let Some(story) = self.stories.get(&key.1) else {
            return;
        };
        let before = self.alerts.get(key);
        // One that nobody was told of keeps its id and goes on with the next number.
        let (alert, seq) = match before {
            Some(before) => (before.alert, before.seq.saturating_add(1)),
            None => (AlertId(self.ids.next(self.now)), 1),
        };
        let followed = before.filter(|_| event == AlertEvent::Updated);
        let told = followed.map(|before| before.publishers.as_slice()).unwrap_or_default();
        let revision = AlertRevision {
            alert,
            seq,
            event,
            reach: way.reach,
            at: self.now,
            reason,
            topic: topic_facts(topic, found),
            score: found.score,
            threshold: found.threshold,
            headline: headline(entry),
            summary: summary(entry),
            story: story_facts(story, told),
            entry: entry_facts(self.batch, entry),
            evidence: found.evidence.clone(),
        };
        let so_far = AlertSoFar {
            alert,
            seq,
            just_opened: event == AlertEvent::Opened,
            revised: self.now,
            publishers: story.publishers.clone(),
            last_activity: self.now,
            shadow: way.reach == Reach::Shadow && before.is_none_or(|before| before.shadow),
        };
        self.alerts.insert(key.clone(), so_far);
        self.queue(way, &revision);
        self.plan.objects.push((self.render.object)(&revision));
        self.plan.alerts.push(revision);
    }

    /// One delivery per channel that the revision goes to.
    fn queue(&mut self, way: &Way<'_>, revision: &AlertRevision) {
        for route in &way.routes {
            let id = DeliveryId(self.ids.next(self.now));
            self.plan.deliveries.push(NewDelivery {
                id,
                alert: revision.alert,
                seq: revision.seq,
                channel: route.channel.clone(),
                body: (self.render.body)(revision, &route.channel, id),
            });
        }
    }
}
