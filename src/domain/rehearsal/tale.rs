//! What a rehearsal remembers of one story: who told it, and what was decided over it. For
//! [`super::memory`].

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::domain::alert::new_facts::{MAX_TELLINGS, Telling};
use crate::domain::alert::policy::CORRECTION;
use crate::domain::alert::{AlertEvent, AlertRevision, Reach};
use crate::domain::entry::Entry;
use crate::domain::ids::{EntryId, StoryId, TopicId};
use crate::domain::ingest::{AlertSoFar, Batch, Held, LastTold, MAX_MATCHED, Merged, Plan, View};
use crate::domain::story::Story;
use crate::domain::topic::evidence::Match;

/// Characters kept of the text of an entry that an alert told of.
const KEPT_CHARS: usize = 600;

/// A story with what was decided over it.
#[derive(Debug)]
pub(super) struct Tale {
    pub story: Story,
    /// Stories that were merged into it.
    pub aliases: Vec<StoryId>,
    alerts: Vec<Alert>,
    /// Publishers whose entries matched, with when they joined the story.
    matched: Vec<(TopicId, VecDeque<(String, Timestamp)>)>,
    /// What its latest entries told, where facts are read.
    tellings: VecDeque<Telling>,
}

/// The alert of a topic, with what it told last.
#[derive(Debug)]
struct Alert {
    topic: TopicId,
    so_far: AlertSoFar,
    told: Option<LastTold>,
}

/// What an alert tells of: the entry without most of its text, and what was found in it.
pub(super) fn told(batch: &Batch, plan: &Plan, revision: &AlertRevision) -> Option<LastTold> {
    let id = revision.entry.id;
    let mut entry = plan.entries.iter().chain(&plan.revised).find(|e| e.id == id)?.clone();
    let end = entry.document.body.char_indices().nth(KEPT_CHARS).map(|(at, _)| at);
    end.into_iter().for_each(|end| entry.document.body.truncate(end));
    let of_topic =
        |(of, _, found): &&(EntryId, u32, Match)| *of == id && found.topic == revision.topic.id;
    let (_, _, found) = plan.matches.iter().find(of_topic)?;
    let feed = batch.feed.key.to_string();
    let sent = plan.deliveries.iter().filter(|delivery| delivery.alert == revision.alert);
    let channels = sent.map(|delivery| delivery.channel.clone()).collect();
    Some(LastTold { entry, feed_title: feed.clone(), feed, found: found.clone(), channels })
}

impl Tale {
    pub fn of(story: &Story) -> Self {
        let story = story.clone();
        let (aliases, alerts, matched) = (Vec::new(), Vec::new(), Vec::new());
        Self { story, aliases, alerts, matched, tellings: VecDeque::new() }
    }

    /// Adds the alerts of the story to a view, and the publishers that matched in it; what was told
    /// last, where it is merged.
    pub fn add_to(&self, id: StoryId, view: &mut View, is_merged: bool) {
        if !self.alerts.is_empty() && !self.tellings.is_empty() {
            view.tellings.insert(id, self.tellings.iter().cloned().collect());
        }
        for (topic, publishers) in &self.matched {
            let publishers = publishers.iter().cloned().collect();
            view.matched.insert((topic.clone(), id), publishers);
        }
        for alert in &self.alerts {
            let key = (alert.topic.clone(), id);
            let matched = view.matched.get(&key).into_iter().flatten();
            let last_activity = matched.map(|(_, at)| *at).max().unwrap_or(alert.so_far.revised);
            if let Some(told) = alert.told.as_ref().filter(|_| is_merged) {
                view.told.insert(alert.so_far.alert, told.clone());
            }
            view.alerts.insert(key, AlertSoFar { last_activity, ..alert.so_far.clone() });
        }
    }

    /// Takes in what another story had: of two alerts of a topic, the older one goes on.
    pub fn take_in(&mut self, id: StoryId, other: Self, merged: &Merged) {
        self.aliases.push(id);
        self.aliases.extend(other.aliases);
        let is_closed =
            |alert: &Alert| merged.closed.iter().any(|(closed, _)| *closed == alert.so_far.alert);
        self.alerts.extend(other.alerts);
        self.alerts.retain(|alert| !is_closed(alert));
        other.tellings.into_iter().for_each(|telling| self.learn_telling(telling));
        for (topic, publishers) in other.matched {
            let at = self.matched_at(&topic);
            let all = &mut self.matched[at].1;
            all.extend(publishers);
            all.make_contiguous().sort_by_key(|(_, at)| *at);
            while all.len() > MAX_MATCHED {
                all.pop_front();
            }
        }
    }

    fn matched_at(&mut self, topic: &TopicId) -> usize {
        match self.matched.iter().position(|(of, _)| of == topic) {
            Some(at) => at,
            None => {
                self.matched.push((topic.clone(), VecDeque::new()));
                self.matched.len() - 1
            }
        }
    }

    /// Notes that an entry of the story matched; its revisions count as one with it.
    pub fn matched_by(&mut self, topic: &TopicId, entry: &Entry) {
        let at = self.matched_at(topic);
        let publishers = &mut self.matched[at].1;
        let same = |(publisher, seen): &(String, Timestamp)| {
            *publisher == entry.publisher && *seen == entry.first_seen
        };
        if !publishers.iter().any(same) {
            publishers.push_back((entry.publisher.clone(), entry.first_seen));
        }
        if publishers.len() > MAX_MATCHED {
            publishers.pop_front();
        }
    }

    pub fn learn_telling(&mut self, telling: Telling) {
        self.tellings.push_back(telling);
        if self.tellings.len() > MAX_TELLINGS {
            self.tellings.pop_front();
        }
    }

    pub fn learn_held(&mut self, topic: &TopicId, held: Option<Held>) {
        if let Some(alert) = self.alerts.iter_mut().find(|alert| alert.topic == *topic) {
            alert.so_far.held = held;
        }
    }

    pub fn learn_alert(&mut self, revision: &AlertRevision, told: Option<LastTold>) {
        if revision.event == AlertEvent::Closed {
            return;
        }
        let topic = &revision.topic.id;
        let before = self.alerts.iter_mut().find(|alert| alert.topic == *topic);
        let unheard = before.as_ref().is_none_or(|alert| alert.so_far.shadow);
        let so_far = AlertSoFar {
            alert: revision.alert,
            seq: revision.seq,
            just_opened: revision.event == AlertEvent::Opened,
            revised: revision.at,
            publishers: revision.story.publishers.clone(),
            severity: revision.topic.severity,
            held: None,
            last_activity: revision.at,
            shadow: revision.reach == Reach::Shadow && unheard,
            corrected: (revision.reason.code == CORRECTION)
                .then_some(revision.at)
                .or(before.as_ref().and_then(|alert| alert.so_far.corrected)),
            closed: false,
        };
        match before {
            Some(alert) => {
                alert.so_far = so_far;
                let before = alert.told.take();
                alert.told = match (told, before) {
                    (Some(told), Some(before)) => Some(told.after(&before)),
                    (told, before) => told.or(before),
                };
            }
            None => self.alerts.push(Alert { topic: topic.clone(), so_far, told }),
        }
    }
}
