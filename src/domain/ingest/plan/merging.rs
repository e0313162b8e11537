//! Two stories that turn out to be one: what is known of the one goes over to the other. Where both
//! have an alert of a topic, the younger is closed into the older, by a revision that says so; an
//! alert that only one of them has goes along.

use super::Planner;
use super::way::{Telling, Way};
use crate::domain::alert::merit::{Merit, weight};
use crate::domain::alert::{AlertEvent, AlertRevision, Reach, Reason, TopicFacts};
use crate::domain::entry::Entry;
use crate::domain::ids::{AlertId, ChannelId, StoryId, TopicId};
use crate::domain::ingest::facts::{entry_facts_of, headline, story_facts, summary, topic_facts};
use crate::domain::ingest::{AlertSoFar, LastTold, Merge, Merged, Route, topic_of};
use crate::domain::story::Story;
use crate::domain::topic::evidence::Match;
use crate::domain::topic::{Mode, Topic};

impl Planner<'_> {
    /// The story that tells what this one told: it may have been merged within this batch.
    pub(super) fn now_told_by(&self, mut story: StoryId) -> StoryId {
        while let Some(merged) = self.plan.merges.iter().find(|done| done.merge.from == story) {
            story = merged.merge.into;
        }
        story
    }

    /// The stories that were merged into this one, those of this batch included.
    pub(super) fn parts_of(&self, story: StoryId) -> impl Iterator<Item = StoryId> {
        let merges = self.plan.merges.iter().map(|merged| &merged.merge);
        let here: Vec<StoryId> = merges
            .filter(|merge| self.now_told_by(merge.from) == story)
            .map(|merge| merge.from)
            .collect();
        let all = std::iter::once(story).chain(here.clone());
        let before: Vec<StoryId> =
            all.filter_map(|story| self.view.aliases.get(&story)).flatten().copied().collect();
        here.into_iter().chain(before)
    }

    /// Takes one story into another.
    pub(in crate::domain::ingest) fn merge(&mut self, merge: &Merge) {
        let (into, from) = (merge.into, merge.from);
        let (Some(mut winner), Some(loser)) =
            (self.stories.get(&into).cloned(), self.stories.get(&from).cloned())
        else {
            return;
        };
        winner.take_in(&loser);
        self.stories.insert(into, winner);
        self.stories.insert(from, Story { merged: Some((into, self.now)), ..loser });
        self.touch(from);
        self.touch(into);
        let mut merged = Merged { merge: merge.clone(), follow: Vec::new(), closed: Vec::new() };
        let theirs = self.take_alerts(from);
        for (topic, alert) in theirs {
            let key = (topic, into);
            let Some(ours) = self.alerts.remove(&key) else {
                merged.follow.push(alert.alert);
                self.alerts.insert(key, alert);
                continue;
            };
            // One that somebody was told of goes before one that nobody was, and one that goes on
            // before one that somebody closed; then the older one.
            let rank = |alert: &AlertSoFar| (alert.shadow, alert.closed, alert.alert);
            let (older, younger) = if rank(&ours) < rank(&alert) {
                (ours, alert.clone())
            } else {
                (alert.clone(), ours)
            };
            if older.alert == alert.alert {
                merged.follow.push(older.alert);
            }
            merged.closed.push((younger.alert, older.alert));
            self.close(&key.0, &younger, older.alert, merge);
            let last_activity = older.last_activity.max(younger.last_activity);
            self.alerts.insert(key, AlertSoFar { last_activity, ..older });
        }
        self.merge_matched(from, into);
        self.plan.merges.push(merged);
    }

    /// The alerts of a story, taken out, in the order of their topics.
    fn take_alerts(&mut self, story: StoryId) -> Vec<(TopicId, AlertSoFar)> {
        let of_story = self.alerts.extract_if(|(_, of), _| *of == story);
        let mut alerts: Vec<(TopicId, AlertSoFar)> =
            of_story.map(|((topic, _), alert)| (topic, alert)).collect();
        alerts.sort_by(|a, b| a.0.cmp(&b.0));
        alerts
    }

    fn merge_matched(&mut self, from: StoryId, into: StoryId) {
        let moved: Vec<_> = self.matched.extract_if(|(_, of), _| *of == from).collect();
        for ((topic, _), publishers) in moved {
            let all = self.matched.entry((topic, into)).or_default();
            all.extend(publishers);
            all.sort_by_key(|(_, at)| *at);
        }
    }

    /// Tells that an alert is continued in an older one. One that was closed by somebody, or whose
    /// topic or entry is gone, has nobody to be told.
    fn close(&mut self, topic: &TopicId, alert: &AlertSoFar, older: AlertId, merge: &Merge) {
        let told = self.told.get(&alert.alert).cloned();
        let Some((topic, told)) = topic_of(&self.batch.topics, topic).cloned().zip(told) else {
            return;
        };
        let (into, why) = (merge.into, &merge.why);
        let reason = Reason {
            code: "merged".to_owned(),
            text: format!("the same story as {into}, told by alert {older} from now on: {why}"),
        };
        self.tell_again(&topic, &told, alert, merge.into, AlertEvent::Closed, reason);
    }

    /// Notes what an alert tells last, and whom: a batch may raise one and merge its story away.
    pub(super) fn note_told(
        &mut self,
        entry: &Entry,
        found: &Match,
        way: &Way<'_>,
        revision: &AlertRevision,
    ) {
        let before = self.told.remove(&revision.alert);
        if before.is_none() && revision.event != AlertEvent::Opened {
            return;
        }
        let told = LastTold {
            entry: entry.clone(),
            feed: revision.entry.feed.clone(),
            feed_title: revision.entry.feed_title.clone(),
            found: found.clone(),
            channels: way.routes.iter().map(|route| route.channel.clone()).collect(),
        };
        let told = before.iter().fold(told, LastTold::after);
        self.told.insert(revision.alert, told);
    }

    /// How far a revision goes that ends what was told, or takes its end back: to whoever was told,
    /// whatever that costs, and to the digests of those that were not sent the alert.
    fn way_back<'a>(&self, told: &LastTold, way: Way<'a>, all: &'a [Route]) -> Way<'a> {
        let was_told = |channel: &ChannelId| told.channels.contains(channel);
        let routes: Vec<&Route> = all.iter().filter(|route| was_told(&route.channel)).collect();
        let budgeted = routes.iter().any(|route| route.budgeted);
        let reach = if budgeted { Reach::Pushed } else { Reach::Told };
        let unsent = way.withheld.iter().filter(|(channel, _)| !was_told(channel)).cloned();
        Way { reach, routes, withheld: unsent.collect(), remark: None, ..way }
    }

    /// A revision that tells of the alert itself, with the entry that it told of last.
    pub(in crate::domain::ingest) fn tell_again(
        &mut self,
        topic: &Topic,
        told: &LastTold,
        alert: &AlertSoFar,
        story: StoryId,
        event: AlertEvent,
        reason: Reason,
    ) {
        let Some(story) = self.stories.get(&story) else { return };
        let unheard = alert.shadow || topic.mode == Mode::Shadow;
        let severity = alert.severity;
        let publishers = u32::try_from(story.publishers.len()).unwrap_or(u32::MAX);
        let weight = weight(publishers, told.found.score, told.found.threshold);
        let merit = Merit { severity, weight };
        let way = if unheard {
            Way { reach: Reach::Shadow, ..Way::nowhere(merit) }
        } else {
            let telling = Telling { event, entry: &told.entry, feed: &told.feed };
            self.way_back(told, self.way(topic, merit, telling), &self.batch.routes)
        };
        let revision = AlertRevision {
            alert: alert.alert,
            seq: alert.seq.saturating_add(1),
            event,
            reach: way.reach,
            at: self.now,
            reason,
            remark: way.remark.clone(),
            note: None,
            topic: TopicFacts { severity, ..topic_facts(topic, &told.found) },
            score: told.found.score,
            threshold: told.found.threshold,
            headline: headline(&told.entry),
            summary: summary(&told.entry),
            story: story_facts(story, &alert.publishers),
            entry: entry_facts_of(told),
            evidence: told.found.evidence.clone(),
        };
        self.queue(topic, &way, &revision);
        self.spend(topic, &way);
        self.spend_channels(&way);
        self.plan.objects.push((self.render.object)(&revision));
        self.plan.alerts.push(revision);
    }
}
