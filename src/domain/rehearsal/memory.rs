//! What a rehearsal remembers: the store's part of [`super::plan`], in maps. Each look-up follows
//! that of the store (`store/ingest/view.rs`), with the same windows and limits.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use ahash::AHashMap;
use jiff::{SignedDuration, Timestamp};

use super::Told;
use super::spent::Spent;
use super::tale::{Tale, told};
use crate::domain::alert::new_facts::Telling;
use crate::domain::entry::EntryKeys;
use crate::domain::ids::{Digest, EntryId, FeedId, StoryId};
use crate::domain::ingest::{
    Batch, Found, Known, Linked, Merge, Merged, Plan, Seen, View, opening,
};
use crate::domain::story::index::StoryState;
use crate::domain::story::shelf::{LINK_WINDOW, Shelf};

/// Most entries that are known again by their keys, the latest ones.
const MAX_KNOWN: usize = 100_000;

/// Most stories of which it is kept what they are compared by, those told last: an entry with the
/// link of another one finds a story with the link's entry alone. About 1.5 KB each.
const MAX_STATES: usize = 60_000;

/// How much time passes in the rehearsal between two sweeps for stories that nothing leads to.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// All that was told and is not yet forgotten.
#[derive(Debug)]
pub(super) struct Memory {
    /// The highest id handed out.
    pub last_id: i64,
    /// Whether entries are known again by their keys.
    pub recognises: bool,
    /// Whether it is remembered what stories tell.
    pub reads_facts: bool,
    keys: AHashMap<(FeedId, Digest), EntryId>,
    entries: AHashMap<EntryId, Remembered>,
    /// The remembered entries, oldest first.
    arrivals: VecDeque<EntryId>,
    /// The stories that may still grow.
    pub shelf: Shelf,
    /// The newest entry with each link, with its story.
    links: AHashMap<Digest, Newest>,
    /// What each feed told under a link last.
    own_links: AHashMap<(FeedId, Digest), Own>,
    leaving_links: VecDeque<(Timestamp, FeedId, Digest)>,
    /// What stories were like when they were last told, oldest change first.
    states: AHashMap<StoryId, (u64, StoryState)>,
    changes: VecDeque<(u64, StoryId)>,
    change: u64,
    stories: AHashMap<StoryId, Tale>,
    swept: Timestamp,
    pub spent: Spent,
}

/// An entry that is known again, and under which keys.
#[derive(Debug)]
struct Remembered {
    known: Known,
    keys: Vec<(FeedId, Digest)>,
}

/// The newest entry with a link.
#[derive(Debug, Clone, Copy)]
struct Newest {
    entry: EntryId,
    story: StoryId,
    at: Timestamp,
}

/// The newest entry of one feed with a link.
#[derive(Debug)]
struct Own {
    newest: Newest,
    opening: Box<str>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            last_id: 0,
            recognises: true,
            reads_facts: false,
            keys: AHashMap::new(),
            entries: AHashMap::new(),
            arrivals: VecDeque::new(),
            shelf: Shelf::default(),
            links: AHashMap::new(),
            own_links: AHashMap::new(),
            leaving_links: VecDeque::new(),
            states: AHashMap::new(),
            changes: VecDeque::new(),
            change: 0,
            stories: AHashMap::new(),
            swept: Timestamp::MIN,
            spent: Spent::default(),
        }
    }
}

impl Memory {
    /// What is known of the entry with these keys; without its story if that is forgotten.
    pub fn known(&self, feed: FeedId, keys: &EntryKeys) -> HashMap<Digest, Arc<Known>> {
        if !self.recognises {
            return HashMap::new();
        }
        let known = |key: Digest| {
            let known = &self.entries.get(self.keys.get(&(feed, key))?)?.known;
            let story = known.story.filter(|story| self.stories.contains_key(story));
            Some((key, Arc::new(Known { story, ..known.clone() })))
        };
        keys.iter().filter_map(known).collect()
    }

    /// Adds who has the link of an entry, and what that story was like when it was last told.
    pub fn add_link(&self, feed: FeedId, told: &Told, seen: &mut Seen) {
        let oldest = told.at.saturating_sub(LINK_WINDOW).unwrap_or(Timestamp::MIN);
        let Some(link) = told.prepared.features.link else { return };
        let Some(linked) = self.links.get(&link).filter(|linked| linked.at >= oldest) else {
            return;
        };
        let own = self.own_links.get(&(feed, link));
        let own = own.filter(|own| own.newest.at >= oldest && own.newest.story == linked.story);
        let own = own.map(|own| own.opening.to_string());
        seen.links.insert(link, Linked { entry: linked.entry, story: linked.story, own });
        if let Some((_, state)) = self.states.get(&linked.story) {
            seen.asleep.insert(linked.story, state.clone());
        }
    }

    /// Adds to a view the stories its decision asks for, with their alerts where something matched.
    /// Returns whether stories are merged.
    pub fn add_stories(&self, view: &mut View) -> bool {
        let (mut told, mut merged) = (HashSet::new(), HashSet::new());
        for arranged in &view.arrangement.entries {
            match &arranged.found {
                Found::New(placed) => {
                    told.insert(placed.member.story);
                    merged.extend(placed.merge.iter().flat_map(|merge| [merge.into, merge.from]));
                }
                Found::Known { known, .. } => told.extend(known.story),
                Found::Twice => {}
            }
        }
        told.extend(&merged);
        for (id, tale) in told.into_iter().filter_map(|id| Some((id, self.stories.get(&id)?))) {
            view.stories.insert(id, tale.story.clone());
            view.aliases.insert(id, tale.aliases.clone());
            tale.add_to(id, view, merged.contains(&id));
        }
        !merged.is_empty()
    }

    /// Adds a story to a view, with its alerts, if it is not forgotten.
    pub fn add_story(&self, id: StoryId, view: &mut View) {
        if let Some(tale) = self.stories.get(&id) {
            view.stories.insert(id, tale.story.clone());
            tale.add_to(id, view, false);
        }
    }

    /// Forgets what is out of every window at `now`.
    pub fn forget(&mut self, now: Timestamp) {
        let oldest = |window| now.saturating_sub(window).unwrap_or(Timestamp::MIN);
        let oldest_link = oldest(LINK_WINDOW);
        let is_over = |(at, ..): &mut (Timestamp, FeedId, Digest)| *at < oldest_link;
        while let Some((_, feed, link)) = self.leaving_links.pop_front_if(is_over) {
            if self.links.get(&link).is_some_and(|linked| linked.at < oldest_link) {
                self.links.remove(&link);
            }
            let own = self.own_links.get(&(feed, link));
            if own.is_some_and(|own| own.newest.at < oldest_link) {
                self.own_links.remove(&(feed, link));
            }
        }
        while self.states.len() > MAX_STATES
            && let Some((change, story)) = self.changes.pop_front()
        {
            if self.states.get(&story).is_some_and(|(last, _)| *last == change) {
                self.states.remove(&story);
            }
        }
        if self.swept < oldest(SWEEP_EVERY) {
            let states = &self.states;
            self.changes.retain(|(change, story)| {
                states.get(story).is_some_and(|(last, _)| last == change)
            });
            let known = self.entries.values().filter_map(|entry| entry.known.story);
            let known: HashSet<StoryId> = known.collect();
            let lasts = |id: &StoryId, tale: &mut Tale| {
                tale.story.last_seen >= oldest_link || known.contains(id)
            };
            self.stories.retain(lasts);
            self.swept = now;
        }
        while self.arrivals.len() > MAX_KNOWN
            && let Some(entry) = self.arrivals.pop_front()
        {
            let keys = self.entries.remove(&entry).map(|gone| gone.keys);
            for key in keys.into_iter().flatten() {
                self.keys.remove(&key);
            }
        }
    }

    /// Remembers what was decided, as the store would.
    pub fn learn(&mut self, feed: FeedId, batch: &Batch, plan: &Plan) {
        self.last_id = plan.last_id;
        for story in &plan.stories {
            let tale = self.stories.entry(story.id);
            tale.and_modify(|tale| tale.story.clone_from(story)).or_insert_with(|| Tale::of(story));
        }
        // First of all, since what is decided of a story that was merged is decided of the other one.
        for merged in &plan.merges {
            self.merge_tales(merged);
        }
        self.learn_links(feed, batch, plan);
        self.learn_states();
        if self.reads_facts {
            self.learn_facts(plan);
        }
        self.learn_entries(feed, plan);
        for decision in &plan.decisions {
            let entry = plan.entries.iter().chain(&plan.revised).find(|e| e.id == decision.entry);
            let tale = self.stories.get_mut(&decision.story);
            if let Some((entry, tale)) = entry.zip(tale) {
                tale.matched_by(&decision.topic, entry);
            }
        }
        for revision in &plan.alerts {
            self.spent.learn(revision, &plan.withheld);
            self.spent.learn_deliveries(revision, &plan.deliveries);
            if let Some(tale) = self.stories.get_mut(&revision.story.id) {
                let told = told(batch, plan, revision);
                tale.learn_alert(revision, told);
            }
        }
        for merged in &plan.merges {
            self.lead_to(merged.merge.into, merged.merge.from);
        }
    }

    /// How many stories that may grow, stories at all, and links are remembered.
    #[cfg(test)]
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.shelf.index.stories(), self.stories.len(), self.links.len())
    }

    fn learn_links(&mut self, feed: FeedId, batch: &Batch, plan: &Plan) {
        for (member, prepared) in plan.members.iter().zip(&batch.entries) {
            if let Some(link) = prepared.features.link {
                let (entry, story, at) = (member.entry, member.story, member.at);
                let newest = Newest { entry, story, at };
                let document = &prepared.document;
                let opening = opening(&document.title, &document.body).into();
                self.links.insert(link, newest);
                self.own_links.insert((feed, link), Own { newest, opening });
                self.leaving_links.push_back((at, feed, link));
            }
        }
        // What it tells under the link is what it says by now.
        for (revised, prepared) in plan.revised.iter().zip(&batch.entries) {
            let own = prepared.features.link.and_then(|link| self.own_links.get_mut(&(feed, link)));
            if let Some(own) = own.filter(|own| own.newest.entry == revised.id) {
                own.opening = opening(&revised.document.title, &revised.document.body).into();
            }
        }
        for decision in &plan.decisions {
            let held = plan.held.iter().rfind(|(alert, _)| Some(*alert) == decision.alert);
            let tale = self.stories.get_mut(&decision.story);
            if let Some(((_, held), tale)) = held.zip(tale) {
                tale.learn_held(&decision.topic, held.clone());
            }
        }
    }

    fn learn_states(&mut self) {
        let (states, _) = self.shelf.take_changes();
        let _ = self.shelf.index.counts().take_journal();
        for (story, state) in states {
            self.change += 1;
            self.changes.push_back((self.change, story));
            self.states.insert(story, (self.change, state));
        }
    }

    /// One story's alerts, and what was told in it, are another's from now on.
    fn merge_tales(&mut self, merged: &Merged) {
        let Merge { into, from, .. } = merged.merge;
        let Some(lost) = self.stories.remove(&from) else { return };
        if let Some(tale) = self.stories.get_mut(&into) {
            tale.take_in(from, lost, merged);
        }
    }

    /// One story's links and entries are another's, those that brought them together too.
    fn lead_to(&mut self, into: StoryId, from: StoryId) {
        let own = self.own_links.values_mut().map(|own| &mut own.newest);
        for linked in self.links.values_mut().chain(own).filter(|linked| linked.story == from) {
            linked.story = into;
        }
        for entry in self.entries.values_mut().filter(|entry| entry.known.story == Some(from)) {
            entry.known.story = Some(into);
        }
    }

    fn learn_facts(&mut self, plan: &Plan) {
        for (member, entry) in plan.members.iter().zip(&plan.entries) {
            let merged = plan.merges.iter().find(|merged| merged.merge.from == member.story);
            let story = merged.map_or(member.story, |merged| merged.merge.into);
            let Some(tale) = self.stories.get_mut(&story) else { continue };
            let (at, publisher, document) = (entry.first_seen, &entry.publisher, &entry.document);
            let (title, body) = (&document.title, &document.body);
            let (entry, copy) = (entry.id, member.copy_of.is_some());
            let telling = Telling::of(at, publisher, title, body);
            tale.learn_telling(telling.by(entry, copy));
        }
    }

    fn learn_entries(&mut self, feed: FeedId, plan: &Plan) {
        if !self.recognises {
            return;
        }
        for entry in &plan.entries {
            let member = plan.members.iter().find(|member| member.entry == entry.id);
            let known = Known::of(entry, member);
            self.entries.insert(entry.id, Remembered { known, keys: Vec::new() });
            self.arrivals.push_back(entry.id);
        }
        for entry in &plan.revised {
            if let Some(Remembered { known, .. }) = self.entries.get_mut(&entry.id) {
                let topics = std::mem::take(&mut known.topics);
                let (story, copies) = (known.story, known.copies);
                *known = Known { topics, story, copies, ..Known::of(entry, None) };
            }
        }
        for (key, entry) in &plan.keys {
            if let Some(remembered) = self.entries.get_mut(entry) {
                remembered.keys.push((feed, *key));
                self.keys.insert((feed, *key), *entry);
            }
        }
        for (entry, _, found) in &plan.matches {
            if let Some(Remembered { known, .. }) = self.entries.get_mut(entry)
                && !known.topics.contains(&found.topic)
            {
                known.topics.push(found.topic.clone());
            }
        }
    }
}
