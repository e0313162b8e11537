//! A rehearsal: the decision of the pipeline over entries in memory. What a story test or a
//! backtest is told goes through [`plan`], as all that is live does; only what is known beforehand
//! comes from [`memory`] and not from the store. It sends nothing and keeps nothing.

mod memory;
mod spent;
mod tale;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::alert::silence::Silence;
use super::feed::{Feed, FeedState};
use super::ids::{FeedId, FeedKey};
use super::ingest::{
    Arrangement, Batch, Past, Plan, Prepared, Render, Routes, Seen, View, arrange, plan, plan_due,
};
use super::publisher::Directory;
use super::topic::Topic;
use memory::Memory;
use waiting::{Waiting, WaitingList};

/// Entries told one after the other, and what would have become of them. As in the daemon, an
/// entry is forgotten once it is out of every window: for stories after
/// [`super::story::shelf::LINK_WINDOW`].
#[derive(Debug)]
pub struct Rehearsal {
    render: Render,
    routes: Routes,
    silences: Vec<Silence>,
    newsrooms: Arc<Directory>,
    feeds: HashMap<FeedKey, FeedId>,
    /// Topics that were found so far.
    topics: Vec<Arc<Topic>>,
    memory: Memory,
    waiting: WaitingList,
}

/// One entry, fetched.
#[derive(Debug, Clone)]
pub struct Told {
    pub feed: Arc<Feed>,
    /// When it is fetched. Entries are told in this order.
    pub at: Timestamp,
    /// Whether it is part of its feed's first fetch.
    pub baseline: bool,
    pub prepared: Prepared,
}

impl Rehearsal {
    /// A world in which nothing has happened yet. `routes` are the channels there are.
    pub fn new(render: Render, routes: impl Into<Routes>) -> Self {
        let memory = Memory::default();
        Self {
            render,
            routes: routes.into(),
            silences: Vec::new(),
            newsrooms: Directory::builtin(),
            feeds: HashMap::new(),
            topics: Vec::new(),
            memory,
            waiting: WaitingList::default(),
        }
    }

    /// Takes every entry for one that was never told before, and remembers none by its keys: for
    /// entries of a database, each of which stands there once.
    pub fn of_distinct_entries(mut self) -> Self {
        self.memory.recognises = false;
        self
    }

    /// Goes by these newsrooms, where they are not only those that are built in.
    pub fn with_newsrooms(mut self, newsrooms: Arc<Directory>) -> Self {
        self.newsrooms = newsrooms;
        self
    }

    /// Remembers what stories tell, for topics that want to know new facts.
    pub fn with_facts(mut self) -> Self {
        self.memory.reads_facts = true;
        self
    }

    /// The silences there are, past and to come: each holds back what it covers while it lasts.
    pub fn silences(&mut self, silences: Vec<Silence>) {
        self.silences = silences;
    }

    /// Adds a silence to those there are.
    pub fn silence(&mut self, silence: Silence) {
        self.silences.push(silence);
    }

    /// Decides what becomes of one entry, and remembers it. The rules that matched it count as in
    /// use since ever.
    pub fn tell(&mut self, told: Told) -> Plan {
        let count = self.feeds.len() as i64;
        let feed = match self.feeds.get(&told.feed.key) {
            Some(feed) => *feed,
            None => *self.feeds.entry(told.feed.key.clone()).or_insert(FeedId(count + 1)),
        };
        self.memory.forget(told.at);
        self.learn_topics(&told.prepared);
        let (at, seen) = (told.at, self.seen(feed, &told));
        let batch = self.batch(feed, told);
        let arrangement = arrange(&seen, &batch, &mut self.memory.shelf, at);
        let view = self.view(seen, arrangement, &batch);
        let plan = plan(&view, &batch, at, self.render);
        self.memory.learn(feed, &batch, &plan);
        if let Some(prepared) = batch.entries.first() {
            self.waiting.learn(&plan, (&batch.feed, feed), prepared);
        }
        plan
    }

    /// Lets time pass until `until`: makes the revisions that were held back and are due by then,
    /// one after the other. Each comes with the time at which it was made.
    pub fn advance(&mut self, until: Timestamp) -> Vec<(Timestamp, Plan)> {
        let mut plans = Vec::new();
        while let Some(waiting) = self.waiting.take(until) {
            let now = waiting.due.held.due;
            let view = self.view_of_story(&waiting, now);
            let (feed, routes) = (waiting.feed.clone(), self.routes.clone());
            let batch = Batch::without_entries(feed, waiting.feed_id, None, now, routes);
            let batch = Batch { publishers: Arc::clone(&self.newsrooms), ..batch };
            let due = (&waiting.due, &*waiting.topic, waiting.due.found.revision);
            let plan = plan_due(&view, &batch, due, now, self.render);
            self.memory.learn(waiting.feed_id, &batch, &plan);
            self.waiting.learn_again(&plan, &waiting);
            plans.push((now, plan));
        }
        plans
    }

    /// What bears on a revision that waited.
    fn view_of_story(&mut self, waiting: &Waiting, now: Timestamp) -> View {
        let seen = self.empty(waiting.feed_id, &waiting.feed, now);
        let last_id = seen.last_id;
        let mut view = View::of(seen, Arrangement { last_id, ..Arrangement::default() });
        self.memory.add_story(waiting.due.story, &mut view);
        self.add_policy(&mut view, std::slice::from_ref(&waiting.topic), now);
        view
    }

    /// What was there before this entry.
    fn seen(&self, feed: FeedId, told: &Told) -> Seen {
        let mut seen = self.empty(feed, &told.feed, told.at);
        seen.feed.baseline_at = (!told.baseline).then_some(told.at);
        seen.known = self.memory.known(feed, &told.prepared.keys);
        self.memory.add_link(feed, told, &mut seen);
        seen
    }

    /// What bears on this entry, and no more: the cost of telling one does not grow with those
    /// that were told.
    fn view(&mut self, seen: Seen, arrangement: Arrangement, batch: &Batch) -> View {
        let mut view = View::of(seen, arrangement);
        let matches = batch.entries.iter().flat_map(|entry| &entry.matches);
        let merges = self.memory.add_stories(&mut view);
        if matches.clone().next().is_some() || merges {
            let rules = matches.clone().map(|(_, found)| found.revision);
            view.in_use_since = rules.map(|rule| (rule, Timestamp::MIN)).collect();
            let topics: Vec<_> = match merges {
                // Merging two stories may revise alerts of any topic.
                true => self.topics.clone(),
                false => matches.map(|(topic, _)| topic.clone()).collect(),
            };
            self.add_policy(&mut view, &topics, batch.fetch.at);
        }
        view
    }

    /// Keeps the topics that were found, as they were found last.
    fn learn_topics(&mut self, prepared: &Prepared) {
        for (topic, _) in &prepared.matches {
            match self.topics.iter_mut().find(|known| known.id == topic.id) {
                Some(known) => known.clone_from(topic),
                None => self.topics.push(Arc::clone(topic)),
            }
        }
    }

    /// The silences that last, and what is used up of the topics' budgets.
    fn add_policy(&mut self, view: &mut View, topics: &[Arc<Topic>], now: Timestamp) {
        let lasting = self.silences.iter().filter(|silence| silence.lasts(now));
        view.silences = lasting.cloned().collect();
        for topic in topics.iter().filter(|topic| topic.alert.budget.is_some()) {
            self.memory.spent.add_to(&topic.id, now, view);
        }
        for route in self.routes.iter().filter(|route| route.terms.budget.is_some()) {
            self.memory.spent.add_channel(&route.channel, now, view);
        }
    }

    fn empty(&self, id: FeedId, feed: &Feed, now: Timestamp) -> Seen {
        Seen {
            last_id: self.memory.last_id,
            feed: FeedState {
                baseline_at: Some(now),
                ..FeedState::new(id, feed.key.clone(), feed.url.clone(), now)
            },
            known: HashMap::new(),
            // One entry at a time says nothing of its feed as a whole.
            past: Past::default(),
            links: HashMap::new(),
            asleep: HashMap::new(),
        }
    }

    /// A document that has this entry and nothing else.
    fn batch(&self, feed: FeedId, told: Told) -> Batch {
        let routes = self.routes.clone();
        let mut batch = Batch::without_entries(told.feed, feed, None, told.at, routes);
        batch.fetch.entries = 1;
        batch.entries = vec![told.prepared];
        batch.topics = self.topics.clone();
        batch.publishers = Arc::clone(&self.newsrooms);
        batch
    }
}

#[cfg(test)]
mod tests;
