//! A rehearsal: the decision of the pipeline over entries in memory. What a story test or a
//! backtest is told goes through [`plan`], as all that is live does; only what is known beforehand
//! comes from [`memory`] and not from the store. It sends nothing and keeps nothing.

mod memory;
mod spent;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::alert::silence::Silence;
use super::feed::{Feed, FeedState, FetchRecord, Freshness, Outcome, Validators};
use super::ids::{Digest, FeedId, FeedKey};
use super::ingest::{Batch, Past, Plan, Prepared, Render, Route, View, plan};
use memory::Memory;

/// Entries told one after the other, and what would have become of them. As in the daemon, an
/// entry is forgotten once it is out of every window: for stories after
/// [`super::story::place::LINK_WINDOW`].
#[derive(Debug)]
pub struct Rehearsal {
    render: Render,
    routes: Vec<Route>,
    silences: Vec<Silence>,
    feeds: HashMap<FeedKey, FeedId>,
    memory: Memory,
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
    pub fn new(render: Render, routes: Vec<Route>) -> Self {
        let memory = Memory::default();
        Self { render, routes, silences: Vec::new(), feeds: HashMap::new(), memory }
    }

    /// Takes every entry for one that was never told before, and remembers none by its keys: for
    /// entries of a database, each of which stands there once.
    pub fn of_distinct_entries(mut self) -> Self {
        self.memory.recognises = false;
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
        let view = self.view(feed, &told);
        let batch = self.batch(feed, told);
        let plan = plan(&view, &batch, batch.fetch.at, self.render);
        self.memory.learn(feed, &plan);
        plan
    }

    /// What bears on this entry, and no more: the cost of telling one does not grow with those
    /// that were told.
    fn view(&mut self, feed: FeedId, told: &Told) -> View {
        let prepared = &told.prepared;
        let (key, url) = (told.feed.key.clone(), told.feed.url.clone());
        let mut view = View {
            last_id: self.memory.last_id,
            feed: FeedState {
                baseline_at: (!told.baseline).then_some(told.at),
                ..FeedState::new(feed, key, url, told.at)
            },
            known: self.memory.known(feed, &prepared.keys),
            // One entry at a time says nothing of its feed as a whole.
            past: Past::default(),
            candidates: self.memory.candidates(&prepared.signature, told.at),
            stories: HashMap::new(),
            alerts: HashMap::new(),
            matched: HashMap::new(),
            silences: Vec::new(),
            in_use_since: HashMap::new(),
            pushed: HashMap::new(),
            held_back: HashSet::new(),
            channels_told: HashMap::new(),
        };
        self.memory.add_stories(&mut view, !prepared.matches.is_empty());
        if !prepared.matches.is_empty() {
            let lasting = self.silences.iter().filter(|silence| silence.lasts(told.at));
            view.silences = lasting.cloned().collect();
            let rules = prepared.matches.iter().map(|(_, found)| found.revision);
            view.in_use_since = rules.map(|rule| (rule, Timestamp::MIN)).collect();
            for (topic, _) in
                prepared.matches.iter().filter(|(topic, _)| topic.alert.budget.is_some())
            {
                self.memory.spent.add_to(&topic.id, told.at, &mut view);
            }
            for route in self.routes.iter().filter(|route| route.terms.budget.is_some()) {
                self.memory.spent.add_channel(&route.channel, told.at, &mut view);
            }
        }
        view
    }

    /// A document that has this entry and nothing else.
    fn batch(&self, feed: FeedId, told: Told) -> Batch {
        Batch {
            title: None,
            validators: Validators::default(),
            body_hash: Digest([0; 16]),
            complete: true,
            freshness: Freshness::default(),
            rhythm: Default::default(),
            links: Default::default(),
            manner: Default::default(),
            fetch: FetchRecord {
                feed,
                at: told.at,
                outcome: Outcome::Fresh,
                code: "ok".into(),
                status: None,
                bytes: 0,
                duration: Duration::ZERO,
                entries: 1,
                new_entries: 0,
                would_have_raised: 0,
                detail: None,
            },
            entries: vec![told.prepared],
            routes: self.routes.clone(),
            feed: told.feed,
        }
    }
}

#[cfg(test)]
mod tests;
