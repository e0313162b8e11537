//! What a rehearsal remembers: the store's part of [`super::plan`], in maps. Each look-up follows
//! that of the store (`store/ingest/view.rs`), with the same windows and limits.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use ahash::AHashMap;
use jiff::Timestamp;

use super::spent::Spent;
use crate::domain::alert::new_facts::{MAX_TELLINGS, Telling};
use crate::domain::alert::{AlertEvent, AlertRevision, Reach};
use crate::domain::entry::{Entry, EntryKeys};
use crate::domain::ids::{Digest, EntryId, FeedId, StoryId, TopicId};
use crate::domain::ingest::{AlertSoFar, Held, Known, MAX_MATCHED, Plan, View};
use crate::domain::story::place::{LINK_WINDOW, MAX_BY_LINK, TITLE_WINDOW};
use crate::domain::story::recent::RecentTitles;
use crate::domain::story::signature::Signature;
use crate::domain::story::{Member, Story};

/// Most entries that are known again by their keys, the latest ones.
const MAX_KNOWN: usize = 100_000;

/// How much time passes in the rehearsal between two sweeps for stories that nothing leads to.
const SWEEP_EVERY: Duration = Duration::from_secs(24 * 3600);

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
    titles: RecentTitles,
    /// Members that titles lead to, and the order in which they fall out of the window.
    recent: AHashMap<EntryId, Member>,
    leaving: VecDeque<(Timestamp, EntryId)>,
    /// Members that a link leads to, without the words of their titles.
    linked: AHashMap<Digest, VecDeque<Member>>,
    leaving_links: VecDeque<(Timestamp, Digest)>,
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

/// A story with what was decided over it.
#[derive(Debug)]
struct Tale {
    story: Story,
    alerts: Vec<(TopicId, AlertSoFar)>,
    /// Publishers whose entries matched, with when they joined the story.
    matched: Vec<(TopicId, VecDeque<(String, Timestamp)>)>,
    /// What its latest entries told, where facts are read.
    tellings: VecDeque<Telling>,
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
            titles: RecentTitles::default(),
            recent: AHashMap::new(),
            leaving: VecDeque::new(),
            linked: AHashMap::new(),
            leaving_links: VecDeque::new(),
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

    /// Members whose story an entry of this signature may tell.
    pub fn candidates(&mut self, signature: &Signature, now: Timestamp) -> Vec<Member> {
        let by_link = signature.link.and_then(|link| self.linked.get(&link));
        let mut candidates: Vec<Member> = by_link.into_iter().flatten().cloned().collect();
        for entry in self.titles.alike(&signature.terms, now) {
            candidates.extend(self.recent.get(&entry).cloned());
        }
        candidates
    }

    /// Adds to a view the stories its decision may ask for; where something `matched`, with their
    /// alerts.
    pub fn add_stories(&self, view: &mut View, matched: bool) {
        let of_candidates = view.candidates.iter().map(|member| member.story);
        let of_known = view.known.values().filter_map(|known| known.story);
        let ids: HashSet<StoryId> = of_candidates.chain(of_known).collect();
        for (id, tale) in ids.into_iter().filter_map(|id| Some((id, self.stories.get(&id)?))) {
            view.stories.insert(id, tale.story.clone());
            if matched {
                tale.add_to(id, view);
            }
        }
    }

    /// Adds a story to a view, with its alerts, if it is not forgotten.
    pub fn add_story(&self, id: StoryId, view: &mut View) {
        if let Some(tale) = self.stories.get(&id) {
            view.stories.insert(id, tale.story.clone());
            tale.add_to(id, view);
        }
    }

    /// Forgets what is out of every window at `now`.
    pub fn forget(&mut self, now: Timestamp) {
        let oldest = |window| now.saturating_sub(window).unwrap_or(Timestamp::MIN);
        let (oldest_title, oldest_link) = (oldest(TITLE_WINDOW), oldest(LINK_WINDOW));
        self.titles.drop_old(oldest_title.as_millisecond());
        while let Some((_, entry)) = self.leaving.pop_front_if(|(at, _)| *at < oldest_title) {
            self.recent.remove(&entry);
        }
        while let Some((_, link)) = self.leaving_links.pop_front_if(|(at, _)| *at < oldest_link) {
            if let Some(members) = self.linked.get_mut(&link) {
                members.retain(|member| member.at >= oldest_link);
                if members.is_empty() {
                    self.linked.remove(&link);
                }
            }
        }
        if self.swept < oldest(SWEEP_EVERY) {
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
    pub fn learn(&mut self, feed: FeedId, plan: &Plan) {
        self.last_id = plan.last_id;
        for story in &plan.stories {
            let tale = self.stories.entry(story.id);
            tale.and_modify(|tale| tale.story.clone_from(story)).or_insert_with(|| Tale::of(story));
        }
        for member in &plan.members {
            self.learn_member(member);
        }
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
            self.spent.learn(revision);
            self.spent.learn_deliveries(revision, &plan.deliveries);
            if let Some(tale) = self.stories.get_mut(&revision.story.id) {
                tale.learn_alert(revision);
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

    /// How many stories, recent titles and links are remembered.
    #[cfg(test)]
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.stories.len(), self.recent.len(), self.linked.len())
    }

    fn learn_member(&mut self, member: &Member) {
        let terms = &member.signature.terms;
        self.titles.add(member.entry, member.at.as_millisecond(), terms.iter().copied());
        self.recent.insert(member.entry, member.clone());
        self.leaving.push_back((member.at, member.entry));
        let Some(link) = member.signature.link else {
            return;
        };
        let signature = Signature { link: Some(link), ..Signature::default() };
        let members = self.linked.entry(link).or_default();
        members.push_back(Member { signature, ..member.clone() });
        if members.len() > MAX_BY_LINK {
            members.pop_front();
        }
        self.leaving_links.push_back((member.at, link));
    }

    fn learn_facts(&mut self, plan: &Plan) {
        for (member, entry) in plan.members.iter().zip(&plan.entries) {
            let Some(tale) = self.stories.get_mut(&member.story) else { continue };
            let (publisher, document) = (&entry.publisher, &entry.document);
            let (title, body) = (&document.title, &document.body);
            tale.tellings.push_back(Telling::of(member.at, publisher, title, body));
            if tale.tellings.len() > MAX_TELLINGS {
                tale.tellings.pop_front();
            }
        }
    }

    fn learn_entries(&mut self, feed: FeedId, plan: &Plan) {
        if !self.recognises {
            return;
        }
        for entry in &plan.entries {
            let story = plan.members.iter().find(|member| member.entry == entry.id);
            let known = Known::of(entry, story.map(|member| member.story));
            self.entries.insert(entry.id, Remembered { known, keys: Vec::new() });
            self.arrivals.push_back(entry.id);
        }
        for entry in &plan.revised {
            if let Some(Remembered { known, .. }) = self.entries.get_mut(&entry.id) {
                let topics = std::mem::take(&mut known.topics);
                *known = Known { topics, ..Known::of(entry, known.story) };
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

impl Tale {
    fn of(story: &Story) -> Self {
        let (alerts, matched) = (Vec::new(), Vec::new());
        Self { story: story.clone(), alerts, matched, tellings: VecDeque::new() }
    }

    /// Adds the alerts of the story to a view, and the publishers that matched in it.
    fn add_to(&self, id: StoryId, view: &mut View) {
        if !self.alerts.is_empty() && !self.tellings.is_empty() {
            view.tellings.insert(id, self.tellings.iter().cloned().collect());
        }
        for (topic, publishers) in &self.matched {
            let publishers = publishers.iter().cloned().collect();
            view.matched.insert((topic.clone(), id), publishers);
        }
        for (topic, alert) in &self.alerts {
            let key = (topic.clone(), id);
            let matched = view.matched.get(&key).into_iter().flatten();
            let last_activity = matched.map(|(_, at)| *at).max().unwrap_or(alert.revised);
            view.alerts.insert(key, AlertSoFar { last_activity, ..alert.clone() });
        }
    }

    /// Notes that an entry of the story matched; its revisions count as one with it.
    fn matched_by(&mut self, topic: &TopicId, entry: &Entry) {
        let at = match self.matched.iter().position(|(of, _)| of == topic) {
            Some(at) => at,
            None => {
                self.matched.push((topic.clone(), VecDeque::new()));
                self.matched.len() - 1
            }
        };
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

    fn learn_held(&mut self, topic: &TopicId, held: Option<Held>) {
        if let Some((_, alert)) = self.alerts.iter_mut().find(|(of, _)| of == topic) {
            alert.held = held;
        }
    }

    fn learn_alert(&mut self, revision: &AlertRevision) {
        let topic = &revision.topic.id;
        let before = self.alerts.iter_mut().find(|(of, _)| of == topic);
        let unheard = before.as_ref().is_none_or(|(_, alert)| alert.shadow);
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
        };
        match before {
            Some((_, alert)) => *alert = so_far,
            None => self.alerts.push((topic.clone(), so_far)),
        }
    }
}
