//! The alerts of a plan: what becomes of a match, and the deliveries made of it. How far a revision
//! goes is in [`super::way`], the rest of the plan is in [`super`].

use jiff::Timestamp;

use super::super::facts::{entry_facts, headline, story_facts, summary, topic_facts};
use super::super::{AlertSoFar, Decision, Held};
use super::way::{Telling, Way};
use super::{OLDER_THAN_RULE, Planner};
use crate::domain::alert::baseline::Baseline;
use crate::domain::alert::delivery::NewDelivery;
use crate::domain::alert::merit::{Merit, weight};
use crate::domain::alert::pending::{self, Pending};
use crate::domain::alert::policy::{self, Raised, Situation, Verdict};
use crate::domain::alert::silence::Silenceable;
use crate::domain::alert::terms::{Why, Withheld};
use crate::domain::alert::{AlertEvent, AlertRevision, Reach, Reason, TopicFacts, new_facts};
use crate::domain::entry::Entry;
use crate::domain::ids::{AlertId, DeliveryId, StoryId, TopicId};
use crate::domain::topic::evidence::Match;
use crate::domain::topic::{Mode, Severity, Topic};

impl Planner<'_> {
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
        let mut situation = self.situation(entry, (topic, found), &key);
        // A date that was made up does not make an entry recent.
        let published = match baseline {
            Some(_) => told_date.map(|at| self.by_our_clock(at)),
            None => situation.published,
        };
        situation = Situation { baseline, published, ..situation };
        let (verdict, reason) = policy::decide(&topic.alert, &situation);
        let waits = self.waits(entry, topic, &key, &situation, &reason);
        let held = self.to_hold(entry, (topic, found), &key, &situation, &reason);
        let silence = silence_of(&situation, &reason);
        let would_raise = verdict == Verdict::Baseline && topic.mode == Mode::Live && {
            let news = Situation { baseline: None, ..situation };
            policy::decide(&topic.alert, &news).0 == Verdict::Raise
        };
        if would_raise {
            self.held.insert(key.clone());
        }
        self.plan.pending.extend(waits);
        if let Some(held) = held {
            self.hold(&key, held);
        }
        if let Some(alert) = self.alerts.get_mut(&key) {
            alert.last_activity = self.now;
        }
        self.carry_out(entry, (topic, found), &key, (verdict, reason), silence);
    }

    /// Does what was decided, and records it.
    pub(super) fn carry_out(
        &mut self,
        entry: &Entry,
        (topic, found): (&Topic, &Match),
        key: &(TopicId, StoryId),
        (verdict, mut reason): (Verdict, Reason),
        silence: Option<i64>,
    ) {
        let alert = self.alerts.get(key);
        let before = alert.map(|alert| alert.severity);
        let publishers = self.publishers(key.1);
        let reached =
            |before| topic.alert.severity(topic.severity, publishers, found.score, before);
        let mut severity = reached(before);
        // A rise that waited is told by the revision that takes its place.
        let waits = alert.and_then(|alert| alert.held.as_ref());
        if let Some(held) = waits.filter(|_| verdict == Verdict::Amend)
            && reached(Some(held.severity)) > severity
        {
            severity = reached(Some(held.severity));
            reason.text = format!("{}; {}", reason.text, held.reason.text);
        }
        let event = match verdict {
            Verdict::Raise => Some(AlertEvent::Opened),
            Verdict::Amend if before.is_some_and(|before| severity > before) => {
                Some(AlertEvent::Escalated)
            }
            Verdict::Amend => Some(AlertEvent::Updated),
            Verdict::Record | Verdict::Suppress | Verdict::Baseline => None,
        };
        if let Some(event) = event {
            let weight = weight(publishers, found.score, found.threshold);
            let feed = self.batch.feed.key.as_str();
            let way = self.way(topic, Merit { severity, weight }, Telling { event, entry, feed });
            self.revise(entry, (topic, found), key, (event, severity), &way, reason.clone());
            self.spend(topic, &way);
            self.spend_channels(&way);
            reason = way.remarked(reason);
        }
        self.record(entry, key.1, topic, verdict, reason);
        if let Some(decision) = self.plan.decisions.last_mut() {
            decision.silence = silence;
        }
    }

    /// The revision that has to wait for `repeat_every`, if one does. Of several the latest is
    /// made, unless one before is more severe.
    pub(super) fn to_hold(
        &self,
        entry: &Entry,
        (topic, found): (&Topic, &Match),
        key: &(TopicId, StoryId),
        situation: &Situation<'_>,
        reason: &Reason,
    ) -> Option<Held> {
        if reason.code != policy::REPEAT_EVERY {
            return None;
        }
        let reason = policy::news(&topic.alert, situation)?;
        let alert = self.alerts.get(key)?;
        let (publishers, before) = (situation.publishers, Some(alert.severity));
        let severity = topic.alert.severity(topic.severity, publishers, found.score, before);
        let due = policy::due(&topic.alert.follow_up, alert.revised, self.now);
        let more_severe = alert.held.as_ref().is_some_and(|held| held.severity > severity);
        (!more_severe).then_some(Held { due, entry: entry.id, severity, reason })
    }

    /// Keeps a revision until it may be made.
    pub(super) fn hold(&mut self, key: &(TopicId, StoryId), held: Held) {
        if let Some(alert) = self.alerts.get_mut(key) {
            self.plan.held.push((alert.alert, Some(held.clone())));
            alert.held = Some(held);
        }
    }

    /// The story, if it waits for publishers from now on, or still does.
    pub(super) fn waits(
        &self,
        entry: &Entry,
        topic: &Topic,
        key: &(TopicId, StoryId),
        situation: &Situation<'_>,
        reason: &Reason,
    ) -> Option<Pending> {
        if reason.code != policy::AWAITING_PUBLISHERS {
            return None;
        }
        let (have, need) = policy::publishers(&topic.alert, situation);
        let within = topic.alert.publishers_within.unwrap_or(pending::LONGEST);
        Some(Pending {
            topic: topic.id.clone(),
            story: key.1,
            entry: entry.id,
            have,
            need,
            since: self.view.pending.get(key).copied().unwrap_or(self.now),
            until: pending::until(within, self.now),
            within,
        })
    }

    fn publishers(&self, story: StoryId) -> u32 {
        self.stories.get(&story).map_or(0, |story| story.publishers.len() as u32)
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
            silence: None,
        });
    }

    /// A date of a newsroom's as our clock would show it.
    fn by_our_clock(&self, at: Timestamp) -> Timestamp {
        match self.ahead {
            Some(ahead) => at.saturating_add(ahead).unwrap_or(self.now).min(self.now),
            None => at,
        }
    }

    pub(super) fn situation(
        &self,
        entry: &Entry,
        (topic, found): (&Topic, &Match),
        key: &(TopicId, StoryId),
    ) -> Situation<'_> {
        let feed = &self.batch.feed;
        let what = Silenceable {
            topic: key.0.as_str(),
            story: key.1.0,
            feed: feed.key.as_str(),
            publisher: &entry.publisher,
            title: &entry.document.title,
            newsrooms: &self.batch.publishers,
        };
        Situation {
            now: self.now,
            published: entry.published.map(|at| self.by_our_clock(at)),
            published_by: entry.published_by.map(|at| self.by_our_clock(at).min(entry.first_seen)),
            seen: entry.first_seen,
            score: found.score,
            baseline: None,
            silence: self.view.silences.iter().find(|silence| {
                // One that was meant for a story that is part of this one now covers it all.
                std::iter::once(key.1)
                    .chain(self.parts_of(key.1))
                    .any(|story| silence.covers(Silenceable { story: story.0, ..what }, self.now))
            }),
            matched: self.matched.get(key).map(Vec::as_slice).unwrap_or_default(),
            publishers: self.publishers(key.1),
            alert: self.alerts.get(key).map(|alert| Raised {
                just_opened: alert.just_opened,
                revised: alert.revised,
                publishers: alert.publishers.len() as u32,
                severity: alert.severity,
                last_activity: alert.last_activity,
                shadow: alert.shadow,
                corrected: alert.corrected,
                closed: alert.closed,
            }),
            new_facts: self.new_facts(topic, key),
            shadow: topic.mode == Mode::Shadow,
        }
    }

    /// What the story tells since the last revision of its alert, if the topic wants to know.
    fn new_facts(&self, topic: &Topic, key: &(TopicId, StoryId)) -> Option<String> {
        let alert = self.alerts.get(key).filter(|_| topic.alert.follow_up.new_facts)?;
        new_facts::find(self.tellings.get(&key.1)?, alert.revised, self.now)
    }

    /// Counts a revision towards its topic's budget. That a channel's own budget holds one back
    /// says nothing of it.
    pub(super) fn spend(&mut self, topic: &Topic, way: &Way<'_>) {
        match way.reach {
            Reach::Pushed => {
                let pushed = self.pushed.entry(topic.id.clone()).or_default();
                *pushed = pushed.saturating_add(1);
            }
            Reach::HeldBack => {
                let by_topic = way.withheld.iter().any(|(_, why)| *why == Why::TopicBudget);
                let told = self.view.held_back.contains(&topic.id);
                if by_topic && !told && !self.plan.overspent.contains(&topic.id) {
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
        (event, severity): (AlertEvent, Severity),
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
        let followed = before.filter(|_| event != AlertEvent::Opened);
        let told = followed.map(|before| before.publishers.as_slice()).unwrap_or_default();
        let revision = AlertRevision {
            alert,
            seq,
            event,
            reach: way.reach,
            at: self.now,
            reason,
            remark: way.remark.clone(),
            note: None,
            topic: TopicFacts { severity, ..topic_facts(topic, found) },
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
            severity,
            held: None,
            last_activity: self.now,
            shadow: way.reach == Reach::Shadow && before.is_none_or(|before| before.shadow),
            corrected: (revision.reason.code == policy::CORRECTION)
                .then_some(self.now)
                .or(before.and_then(|before| before.corrected)),
            closed: false,
        };
        self.alerts.insert(key.clone(), so_far);
        self.note_told(entry, found, way, &revision);
        self.queue(topic, way, &revision);
        self.plan.objects.push((self.render.object)(&revision));
        self.plan.alerts.push(revision);
    }

    /// One delivery per channel that the revision goes to, and a note of each that it is kept from.
    /// Only the log, and what else is for looking things up, says what other channels were not sent.
    /// To be asked before the revision counts: the last one within a budget says so.
    pub(super) fn queue(&mut self, topic: &Topic, way: &Way<'_>, revision: &AlertRevision) {
        let mut plain = AlertRevision { remark: None, ..revision.clone() };
        // A rise waits for no others; what waits in its group goes with it.
        let rises = revision.event == AlertEvent::Escalated;
        for route in &way.routes {
            let group = route.terms.group.filter(|_| !rises);
            let told = if route.budgeted {
                plain.note = self.budget_note(topic, way, route);
                &plain
            } else {
                revision
            };
            let id = DeliveryId(self.ids.next(self.now));
            self.plan.deliveries.push(NewDelivery {
                id,
                alert: revision.alert,
                seq: revision.seq,
                channel: route.channel.clone(),
                urgent: route.terms.is_urgent(revision.topic.severity),
                route: way.led_by.get(&route.channel).cloned(),
                wait: group.map(|group| group.wait).unwrap_or_default(),
                body: (self.render.body)(told, &route.channel, id),
            });
        }
        let (alert, seq) = (revision.alert, revision.seq);
        let withheld = way.withheld.iter().cloned();
        let withheld = withheld.map(|(channel, why)| Withheld { alert, seq, channel, why });
        self.plan.withheld.extend(withheld);
    }
}

/// The silence that held a match back, if that is the reason.
pub(super) fn silence_of(situation: &Situation<'_>, reason: &Reason) -> Option<i64> {
    situation.silence.filter(|_| reason.code == policy::SILENCED).map(|silence| silence.id)
}
