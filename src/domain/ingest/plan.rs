//! [`plan`]: what follows from where the entries of a batch belong, in the order in which
//! [`super::arrange()`] went through them. How a match becomes an alert is in [`alerting`], which channels
//! it goes to in [`way`], what becomes of a revision that had to wait in [`due`], of what was the past in
//! [`after_all`], of the alerts of two stories that are one in [`merging`], of a correction in
//! [`correction`]; [`heading`] chooses headlines, [`gathering`] names newsrooms as they are known now.

mod after_all;
mod alerting;
mod article;
mod clocks;
mod correction;
mod due;
mod gathering;
mod heading;
mod merging;
mod pushed;
mod share;
mod way;

pub use after_all::{PastMatch, plan_after_all};
pub use article::plan_article;
pub use due::{Due, Waiter, plan_due, plan_waiting};
pub use pushed::plan_pushed;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use self::gathering::{gathered_alerts, gathered_matches, gathered_stories};
use super::facts::headline;
use super::{
    AlertSoFar, Arranged, Batch, Found, Known, LastTold, Placed, Plan, Prepared, View, turn,
};
use crate::domain::alert::baseline::{Baseline, Past};
use crate::domain::alert::merit::Merit;
use crate::domain::alert::new_facts::Telling;
use crate::domain::alert::policy::{Verdict, in_words};
use crate::domain::alert::{AlertRevision, Reason};
use crate::domain::entry::{DateQuality, Entry};
use crate::domain::feed::FeedEvent;
use crate::domain::feed::habits::{Observed, observe};
use crate::domain::ids::{AlertId, ChannelId, DeliveryId, EntryId, IdSource, StoryId, TopicId};
use crate::domain::schedule::{self, Hints};
use crate::domain::story::Story;
use crate::domain::topic::Topic;
use crate::domain::topic::evidence::Match;
use crate::domain::topic::filter::Origin;

/// Why an entry that a topic newly finds is no news: it was there before the rule.
const OLDER_THAN_RULE: &str = "older_than_rule";

/// How alerts become bytes. Pure functions, given by who knows the formats: the bytes are fixed
/// in the commit that raises the alert.
#[derive(Debug, Clone, Copy)]
pub struct Render {
    /// The alert object as it is kept and shown.
    pub object: fn(&AlertRevision) -> Vec<u8>,
    /// The body for one channel.
    pub body: fn(&AlertRevision, &ChannelId, DeliveryId) -> Vec<u8>,
}

/// Decides what becomes of a batch. The same batch again changes nothing but the feed's state.
pub fn plan(view: &View, batch: &Batch, now: Timestamp, render: Render) -> Plan {
    let mut planner = Planner::new(view, batch, now, render);
    for arranged in &view.arrangement.entries {
        planner.entry(arranged);
    }
    planner.finish()
}

/// The plan in the making: what the batch has added so far, over what the view knows.
pub(super) struct Planner<'a> {
    view: &'a View,
    batch: &'a Batch,
    now: Timestamp,
    /// By how much our clock is ahead of the server's, if it is doubted.
    ahead: Option<Duration>,
    render: Render,
    ids: IdSource,
    /// Whether what is new in this document is the past.
    baseline: Option<Baseline>,
    /// What was held back as the past, and would have been an alert.
    held: HashSet<(TopicId, StoryId)>,
    stories: HashMap<StoryId, Story>,
    /// Stories that are to be written, in the order in which they were touched.
    touched: Vec<StoryId>,
    is_touched: HashSet<StoryId>,
    alerts: HashMap<(TopicId, StoryId), AlertSoFar>,
    matched: HashMap<(TopicId, StoryId), Vec<(String, Timestamp)>>,
    pushed: HashMap<TopicId, u32>,
    tellings: HashMap<StoryId, Vec<Telling>>,
    channels_told: HashMap<ChannelId, Vec<Merit>>,
    /// What alerts that are merged or split told last; with those that the batch raises.
    told: HashMap<AlertId, LastTold>,
    plan: Plan,
}

impl<'a> Planner<'a> {
    pub(super) fn new(view: &'a View, batch: &'a Batch, now: Timestamp, render: Render) -> Self {
        Self {
            view,
            batch,
            now,
            ahead: clocks::ahead(batch, now),
            render,
            ids: IdSource::resume(view.arrangement.last_id),
            baseline: view.arrangement.baseline,
            held: HashSet::new(),
            stories: gathered_stories(view, &batch.publishers),
            touched: Vec::new(),
            is_touched: HashSet::new(),
            alerts: gathered_alerts(view, &batch.publishers),
            matched: gathered_matches(view, &batch.publishers),
            pushed: view.pushed.clone(),
            tellings: view.tellings.clone(),
            channels_told: view.channels_told.clone(),
            told: view.told.clone(),
            plan: Plan {
                last_id: view.arrangement.last_id,
                feed: view.seen.feed.clone(),
                fetch: batch.fetch.clone(),
                entries: Vec::new(),
                revised: Vec::new(),
                keys: Vec::new(),
                matches: Vec::new(),
                stories: Vec::new(),
                members: Vec::new(),
                merges: Vec::new(),
                alerts: Vec::new(),
                objects: Vec::new(),
                deliveries: Vec::new(),
                withheld: Vec::new(),
                overspent: Vec::new(),
                decisions: Vec::new(),
                held: Vec::new(),
                pending: Vec::new(),
                past: HashSet::new(),
                events: Vec::new(),
            },
        }
    }

    fn entry(&mut self, arranged: &Arranged) {
        let prepared = &self.batch.entries[arranged.index];
        self.plan.keys.extend(&arranged.keys);
        match &arranged.found {
            Found::Known { known, again: false } => self.known_entry(prepared, known),
            Found::New(placed) => self.new_entry(prepared, placed),
            Found::Known { again: true, .. } | Found::Twice => {}
        }
    }

    /// A known entry is revised if its text changed.
    fn known_entry(&mut self, prepared: &Prepared, known: &Known) {
        let (Some(content), Some(story)) = (known.content, known.story) else { return };
        if content == prepared.content {
            return;
        }
        let story = self.now_told_by(story);
        let revision = known.revision.saturating_add(1);
        let entry = self.stored(prepared, known.entry, revision, known.first_seen);
        // What a known entry says anew is news, unless all that is new is its name and form.
        let migrated = |baseline: &Baseline| baseline.why == Past::Migration;
        let baseline = self.baseline.filter(migrated);
        let baseline = baseline.map(|past| Baseline { within: Duration::ZERO, ..past });
        if baseline.is_some() {
            self.plan.past.insert(entry.id);
        }
        self.hear(story, &entry, false);
        for (topic, found) in &prepared.matches {
            self.plan.matches.push((entry.id, revision, found.clone()));
            // Once: what the entry says thereafter is the corrected text. Whose text it repeats
            // corrects it too.
            let corrects = baseline.is_none() && !known.corrected && !known.copies;
            if corrects && self.correct(&entry, story, (topic, found)) {
                continue;
            }
            match self.already_told(known, topic, found) {
                Some(reason) => {
                    self.hold_older(&reason, topic, story);
                    self.record(&entry, story, topic, Verdict::Record, reason);
                }
                None => self.decide(&entry, story, (topic, found), baseline, None),
            }
        }
        self.plan.revised.push(entry);
    }

    /// Why a match of a revised entry is no news, if it is none.
    fn already_told(&self, known: &Known, topic: &Topic, found: &Match) -> Option<Reason> {
        let told =
            |code: &str, text: &str| Some(Reason { code: code.to_owned(), text: text.to_owned() });
        if known.topics.contains(&topic.id) {
            return told("already_matched", "an earlier revision of this entry matched already");
        }
        let since = self.view.in_use_since.get(&found.revision);
        let is_younger = since.is_none_or(|since| *since > known.first_seen);
        if is_younger && self.said_before(known, topic) {
            return told(
                OLDER_THAN_RULE,
                "the entry, and what is found in it, is older than this revision of the topic",
            );
        }
        None
    }

    /// Whether a rule that is younger than an entry finds what the entry said before, too. If not, it is
    /// what changed that is found, and that is news for any rule.
    fn said_before(&self, known: &Known, topic: &Topic) -> bool {
        let earlier = self.view.earlier.get(&known.entry);
        let (Some(rules), Some(earlier)) = (&self.batch.rules, earlier) else { return true };
        let feed = &self.batch.feed;
        let origin = Origin {
            feed: Some(feed.key.as_str()),
            tags: &feed.tags,
            publisher: Some(&earlier.publisher),
        };
        rules.evaluate_topic(&topic.id, &earlier.document, &origin).is_some()
    }

    fn new_entry(&mut self, prepared: &Prepared, placed: &Placed) {
        let id = placed.member.entry;
        let entry = self.stored(prepared, id, 1, self.now);
        self.join(&entry, placed);
        self.head(placed.member.story, &entry, prepared, placed);
        if let Some(merge) = &placed.merge {
            self.merge(merge);
        }
        let story = self.now_told_by(placed.member.story);
        let told_date = turn::told_date(prepared);
        let holds = |baseline: Baseline| baseline.holds(told_date, self.now);
        if self.baseline.is_some_and(holds) {
            self.plan.past.insert(id);
        }
        for (topic, found) in &prepared.matches {
            self.plan.matches.push((id, 1, found.clone()));
            // A copy of a correction adds nothing to it.
            let corrects = self.baseline.is_none() && placed.member.copy_of.is_none();
            if !corrects || !self.correct(&entry, story, (topic, found)) {
                self.decide(&entry, story, (topic, found), self.baseline, told_date);
            }
        }
        self.plan.entries.push(entry);
    }

    fn stored(&self, prepared: &Prepared, id: EntryId, revision: u32, seen: Timestamp) -> Entry {
        Entry {
            id,
            feed: self.view.seen.feed.id,
            revision,
            guid: prepared.guid.clone(),
            document: prepared.document.clone(),
            publisher: prepared.publisher.clone(),
            // A date that cannot be true stands for the first sight of the entry, for good.
            published: match prepared.date_quality {
                DateQuality::Clamped => Some(seen),
                _ => prepared.published,
            },
            published_by: prepared.latest.map(|latest| latest.min(seen)),
            date_quality: prepared.date_quality,
            date_text: prepared.date_text.clone(),
            first_seen: seen,
            content: prepared.content,
        }
    }

    /// Adds a new entry to the story it tells, which may begin with it.
    fn join(&mut self, entry: &Entry, placed: &Placed) {
        let member = &placed.member;
        let id = member.story;
        let story = self.stories.entry(id).or_insert_with(|| Story {
            parent: placed.parent,
            ..Story::opened(id, headline(entry), self.now, member.at)
        });
        let (publisher, feed) = (&entry.publisher, self.batch.feed.key.as_str());
        story.count(publisher, feed, (self.now, member.at), member.copy_of.is_some());
        self.hear(id, entry, member.copy_of.is_some());
        self.touch(id);
        self.plan.members.push(member.clone());
    }

    /// Notes what an entry tells from now on, where a topic wants to know new facts.
    /// A copy that is edited stays one: what it copies may have been edited.
    fn hear(&mut self, story: StoryId, entry: &Entry, copy: bool) {
        if let Some(tellings) = self.tellings.get_mut(&story) {
            let copy = copy || tellings.iter().any(|told| told.copy && told.entry == entry.id);
            let document = &entry.document;
            let telling = Telling::of(self.now, &entry.publisher, &document.title, &document.body);
            tellings.push(telling.by(entry.id, copy));
        }
    }

    /// Notes that a story is to be written.
    fn touch(&mut self, story: StoryId) {
        if self.is_touched.insert(story) {
            self.touched.push(story);
        }
    }

    /// The document as the feed's habits are learnt from it.
    fn observed(&self, rate: f64) -> Observed<'_> {
        let certain =
            |entry: &Entry| entry.published.filter(|_| entry.date_quality == DateQuality::Exact);
        Observed {
            at: self.now,
            manner: &self.batch.manner,
            dates: self.batch.entries.iter().map(|entry| entry.date_quality).collect(),
            published: self.plan.entries.iter().map(certain).collect(),
            rate,
        }
    }

    /// Closes the plan: the feed's state and record, and the stories as they are now.
    fn finish(mut self) -> Plan {
        let batch = self.batch;
        self.plan.fetch.new_entries = self.plan.entries.len() as u32;
        self.plan.fetch.would_have_raised = self.held.len() as u32;
        self.plan.events.extend(self.event());
        let hints = Hints { freshness: batch.freshness, rhythm: batch.rhythm };
        let state = &self.view.seen.feed;
        let mut feed = schedule::after_success(state, &self.plan.fetch, batch.feed.interval, hints);
        feed.title = batch.title.clone().or(feed.title);
        feed.validators = batch.validators.clone();
        feed.body_hash = batch.complete.then_some(batch.body_hash);
        // A feed that is cut each time gets its baseline all the same, one fetch later.
        if batch.complete || state.last_success.is_some() {
            feed.baseline_at = feed.baseline_at.or(Some(self.now));
        }
        let (habits, events) = observe(state, &self.observed(feed.entries_per_day));
        feed.habits = habits;
        self.plan.events.extend(events);
        self.plan.feed = feed;
        self.found()
    }

    /// Closes the plan as far as it is not about the feed: the stories as they are now.
    pub(super) fn found(mut self) -> Plan {
        self.plan.stories =
            self.touched.iter().filter_map(|id| self.stories.get(id)).cloned().collect();
        self.plan.last_id = self.ids.last();
        self.plan
    }
}

impl Planner<'_> {
    /// What is to be told of a document that was taken as the past, unless it is the first one.
    fn event(&self) -> Option<FeedEvent> {
        let Baseline { why, .. } = self.baseline?;
        let (new, of) = (self.plan.entries.len(), self.batch.entries.len());
        let aliases: HashSet<EntryId> = self.plan.keys.iter().map(|(_, entry)| *entry).collect();
        let state = &self.view.seen.feed;
        let unread = state.last_success.map_or(Duration::ZERO, |last| {
            Duration::try_from(self.now.duration_since(last)).unwrap_or_default()
        });
        let what = match why {
            Past::FirstFetch => return None,
            // A feed that makes up new names each time is told of while they are learnt.
            Past::Migration if aliases.is_empty() => return None,
            Past::Migration => {
                let known = aliases.len().saturating_sub(new);
                format!("{known} of {of} entries came under new names and were known again")
            }
            Past::Outage => {
                let unread = in_words(unread);
                format!("not read for {unread}, and none of its {of} entries was known")
            }
            Past::Archive => {
                format!("{new} of {of} entries are new, and older than the last visit")
            }
            Past::Replaced => {
                let title = self.batch.title.as_deref().unwrap_or("without a title");
                format!("none of its {of} entries was known; it now calls itself {title}")
            }
        };
        let held = self.held.len();
        let detail = format!("{what}; {new} stored as new, would have raised {held}");
        Some(FeedEvent::new(state.id, self.now, why.code(), &detail))
    }
}

#[cfg(test)]
mod tests;
