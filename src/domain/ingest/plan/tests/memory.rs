//! A database made of maps, and the batches that are told to it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::super::*;
use crate::domain::alert::policy::{AlertPolicy, CORRECTION, FollowUp};
use crate::domain::alert::{AlertEvent, Reach, budget};
use crate::domain::document::Document;
use crate::domain::entry::{DateQuality, EntryKeys};
use crate::domain::feed::{Feed, FeedState, FetchRecord, Freshness, Interval, Outcome, Validators};
use crate::domain::ids::{Digest, FeedId};
use crate::domain::ingest::{Linked, Past, Route, Seen, arrange};
use crate::domain::publisher::Directory;
use crate::domain::story::Member;
use crate::domain::story::features::Features;
use crate::domain::story::shelf::Shelf;
use crate::domain::topic::evidence::Evidence;
use crate::domain::topic::{Mode, Rule, Severity};

pub const HOUR: Duration = Duration::from_secs(3600);
/// Bodies that name the delivery, and what its reader is told of a budget.
pub const RENDER: Render = Render {
    object: |_| b"object".to_vec(),
    body: |revision, _, id| format!("{id}{}", revision.note.as_deref().unwrap_or_default()).into(),
};

pub fn topic(id: &str) -> Arc<Topic> {
    Arc::new(Topic {
        id: id.parse().unwrap(),
        name: id.to_uppercase(),
        severity: Severity::Medium,
        tags: Vec::new(),
        channels: Vec::new(),
        rule: Rule::default(),
        mode: Mode::Live,
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp {
                publishers: vec![2],
                quiet: 24 * HOUR,
                new_facts: false,
                repeat_every: 6 * HOUR,
            },
            escalate: Vec::new(),
            max_age: 7 * 24 * HOUR,
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: "topics/test.toml".to_owned(),
    })
}

pub fn digest(kind: &str, text: &str) -> Digest {
    Digest::of(kind, &[text.as_bytes()])
}

/// An entry that matches the topic `nato` if its title says so.
pub fn entry(guid: &str, link: &str, title: &str, published: Timestamp) -> Prepared {
    let found = Match {
        topic: "nato".parse().unwrap(),
        revision: digest("rule", "nato"),
        analyser: 1,
        score: None,
        threshold: None,
        evidence: Evidence::default(),
    };
    let link_key = Some(link).filter(|link| !link.is_empty()).map(|link| digest("link", link));
    let document = Document { title: title.to_owned(), ..Document::default() };
    Prepared {
        given: Default::default(),
        guid: Some(guid.to_owned()),
        publisher: String::new(),
        published: Some(published),
        date_quality: DateQuality::Exact,
        own_date: Some(published),
        latest: None,
        date_text: None,
        keys: EntryKeys {
            guid: Some(guid).filter(|guid| !guid.is_empty()).map(|guid| digest("guid", guid)),
            link: link_key,
            title_date: Some(digest("title-date", &format!("{title}{published}"))),
            text: digest("text", title),
            title: Some(digest("title", title)),
        },
        content: digest("content", title),
        features: Features::of(&document, link_key, "test"),
        document,
        matches: if title.contains("NATO") { vec![(topic("nato"), found)] } else { Vec::new() },
    }
}

type Planning = fn(&View, &Batch, Timestamp, Render) -> Plan;

/// Everything planned so far, looked up as the store would.
pub struct Memory {
    pub now: Timestamp,
    pub last_id: i64,
    pub feeds: HashMap<String, FeedState>,
    pub known: HashMap<(String, Digest), EntryId>,
    pub entries: HashMap<EntryId, Known>,
    pub members: Vec<Member>,
    pub shelf: Shelf,
    /// The newest entry with each link, and its feed.
    pub links: HashMap<Digest, (Linked, String)>,
    pub stories: HashMap<StoryId, Story>,
    pub alerts: HashMap<(TopicId, StoryId), AlertSoFar>,
    pub matched: HashMap<(TopicId, StoryId), Vec<(String, Timestamp)>>,
    pub routes: Vec<Route>,
    /// What channels were sent within a day.
    pub channels_told: HashMap<ChannelId, Vec<Merit>>,
    pub rule_since: Timestamp,
    pub complete: bool,
    /// Entries in the longest document of each feed.
    pub longest: HashMap<String, u32>,
    /// The topic as it is configured now.
    pub topic: Arc<Topic>,
    /// Each revision planned so far, with when and how far it went.
    pub reached: Vec<(TopicId, Timestamp, Reach)>,
}

pub fn route(channel: &str, min_severity: Severity, budgeted: bool) -> Route {
    Route { channel: channel.parse().unwrap(), min_severity, budgeted, terms: Default::default() }
}

impl Memory {
    pub fn new() -> Self {
        Self {
            now: "2026-06-03T12:00:00Z".parse().unwrap(),
            last_id: 0,
            feeds: HashMap::new(),
            known: HashMap::new(),
            entries: HashMap::new(),
            members: Vec::new(),
            shelf: Shelf::default(),
            links: HashMap::new(),
            stories: HashMap::new(),
            alerts: HashMap::new(),
            matched: HashMap::new(),
            routes: vec![route("log", Severity::Info, false)],
            channels_told: HashMap::new(),
            rule_since: Timestamp::UNIX_EPOCH,
            complete: true,
            longest: HashMap::new(),
            topic: topic("nato"),
            reached: Vec::new(),
        }
    }

    /// A world whose feeds have had their first fetch.
    pub fn past_baseline(feeds: &[&str]) -> Self {
        let mut memory = Self::new();
        for feed in feeds {
            memory.fetch(feed, Vec::new());
        }
        memory
    }

    pub fn fetch(&mut self, feed: &str, entries: Vec<Prepared>) -> Plan {
        self.read(feed, entries, plan)
    }

    /// A hub brings a document.
    pub fn push(&mut self, feed: &str, entries: Vec<Prepared>) -> Plan {
        self.read(feed, entries, plan_pushed)
    }

    fn read(&mut self, feed: &str, entries: Vec<Prepared>, plan: Planning) -> Plan {
        self.read_as(feed, entries, plan)
    }

    /// A fetch that is decided on otherwise.
    pub fn read_as(
        &mut self,
        feed: &str,
        mut entries: Vec<Prepared>,
        plan: impl Fn(&View, &Batch, Timestamp, Render) -> Plan,
    ) -> Plan {
        for entry in &mut entries {
            entry.publisher = feed.to_uppercase();
            entry.matches.iter_mut().for_each(|(topic, _)| *topic = self.topic.clone());
        }
        let (pushed, held_back) = (self.pushed(), self.held_back());
        let links = self.links_of(feed);
        let count = self.feeds.len() as i64;
        let state = self.feeds.entry(feed.to_owned()).or_insert_with(|| {
            FeedState::new(FeedId(count + 1), feed.parse().unwrap(), "https://x/".into(), self.now)
        });
        let seen = Seen {
            last_id: self.last_id,
            feed: state.clone(),
            known: self
                .known
                .iter()
                .filter(|((of, _), _)| of == feed)
                .map(|((_, key), id)| (*key, Arc::new(self.entries[id].clone())))
                .collect(),
            past: Past {
                any: self.known.keys().any(|(of, _)| of == feed),
                longest: self.longest.get(feed).copied(),
                sites: HashSet::new(),
            },
            links,
            asleep: HashMap::new(),
        };
        let mut batch = batch(state, entries, self.now, &self.routes);
        batch.complete = self.complete;
        batch.topics = vec![self.topic.clone()];
        let arrangement = arrange(&seen, &batch, &mut self.shelf, self.now);
        let view = View {
            stories: self.stories.clone(),
            alerts: self.alerts.clone(),
            matched: self.matched.clone(),
            in_use_since: HashMap::from([(digest("rule", "nato"), self.rule_since)]),
            pushed,
            held_back,
            channels_told: self.channels_told.clone(),
            ..View::of(seen, arrangement)
        };
        for arranged in &view.arrangement.entries {
            if let Found::New(placed) = &arranged.found
                && let Some(link) = batch.entries[arranged.index].features.link
            {
                let Member { entry, story, .. } = placed.member;
                let own = Some(batch.entries[arranged.index].document.title.clone());
                self.links.insert(link, (Linked { entry, story, own }, feed.to_owned()));
            }
        }
        let plan = plan(&view, &batch, self.now, RENDER);
        self.apply(feed, &plan);
        plan
    }

    fn links_of(&self, feed: &str) -> HashMap<Digest, Linked> {
        let of_feed = |(linked, of): &(Linked, String)| Linked {
            own: linked.own.clone().filter(|_| of == feed),
            ..linked.clone()
        };
        self.links.iter().map(|(link, linked)| (*link, of_feed(linked))).collect()
    }

    fn pushed(&self) -> HashMap<TopicId, u32> {
        let since = budget::counted_since(self.now);
        let counts =
            |(_, at, reach): &&(_, Timestamp, Reach)| *at > since && *reach == Reach::Pushed;
        self.reached.iter().filter(counts).fold(HashMap::new(), |mut pushed, (topic, ..)| {
            *pushed.entry(topic.clone()).or_default() += 1;
            pushed
        })
    }

    fn held_back(&self) -> HashSet<TopicId> {
        let today = budget::day_of(self.now);
        let counts =
            |(_, at, reach): &&(_, Timestamp, Reach)| *at >= today && *reach == Reach::HeldBack;
        self.reached.iter().filter(counts).map(|(topic, ..)| topic.clone()).collect()
    }

    pub fn apply(&mut self, feed: &str, plan: &Plan) {
        let longest = self.longest.entry(feed.to_owned()).or_default();
        *longest = plan.fetch.entries.max(*longest);
        self.last_id = plan.last_id;
        self.feeds.insert(feed.to_owned(), plan.feed.clone());
        self.members.extend(plan.members.iter().cloned());
        for entry in plan.entries.iter().chain(&plan.revised) {
            let member = self.members.iter().find(|member| member.entry == entry.id);
            let topics = self.entries.get(&entry.id).map(|known| known.topics.clone());
            let topics = topics.unwrap_or_default();
            let known = Known { topics, ..Known::of(entry, member) };
            self.entries.insert(entry.id, known);
        }
        for (entry, _, found) in &plan.matches {
            self.entries.get_mut(entry).unwrap().topics.push(found.topic.clone());
        }
        for (key, entry) in &plan.keys {
            self.known.insert((feed.to_owned(), *key), *entry);
        }
        self.stories.extend(plan.stories.iter().map(|story| (story.id, story.clone())));
        for decision in &plan.decisions {
            let key = (decision.topic.clone(), decision.story);
            self.matched.entry(key).or_default().push((feed.to_uppercase(), self.now));
        }
        for revision in &plan.alerts {
            let key = (revision.topic.id.clone(), revision.story.id);
            let so_far = AlertSoFar {
                alert: revision.alert,
                seq: revision.seq,
                just_opened: revision.event == AlertEvent::Opened,
                revised: revision.at,
                publishers: revision.story.publishers.clone(),
                severity: revision.topic.severity,
                held: None,
                last_activity: revision.at,
                shadow: revision.reach == Reach::Shadow
                    && self.alerts.get(&key).is_none_or(|before| before.shadow),
                corrected: (revision.reason.code == CORRECTION)
                    .then_some(revision.at)
                    .or(self.alerts.get(&key).and_then(|before| before.corrected)),
                closed: false,
            };
            self.reached.push((revision.topic.id.clone(), revision.at, revision.reach));
            self.alerts.insert(key, so_far);
        }
        for (alert, held) in &plan.held {
            let so_far = self.alerts.values_mut().find(|so_far| so_far.alert == *alert);
            so_far.unwrap().held.clone_from(held);
        }
    }
}

pub fn batch(state: &FeedState, entries: Vec<Prepared>, now: Timestamp, routes: &[Route]) -> Batch {
    let hour = Duration::from_secs(3600);
    let feed = Feed {
        key: state.key.clone(),
        url: state.url.clone(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: hour, ceiling: hour },
        backfill: Duration::ZERO,
        full_text: false,
    };
    let fetch = FetchRecord {
        feed: state.id,
        at: now,
        outcome: Outcome::Fresh,
        code: "ok".into(),
        status: Some(200),
        bytes: 1,
        duration: Duration::ZERO,
        entries: entries.len() as u32,
        new_entries: 0,
        would_have_raised: 0,
        detail: None,
    };
    Batch {
        feed: Arc::new(feed),
        title: Some(state.key.to_string()),
        validators: Validators { etag: Some(b"\"v\"".to_vec()), last_modified: None },
        body_hash: digest("body", "all"),
        complete: true,
        freshness: Freshness::default(),
        rhythm: Default::default(),
        links: Default::default(),
        manner: Default::default(),
        fetch,
        entries,
        routes: routes.to_vec().into(),
        topics: Vec::new(),
        rules: None,
        publishers: Directory::builtin(),
    }
}

pub fn verdicts(plan: &Plan) -> Vec<(&'static str, String)> {
    plan.decisions.iter().map(|d| (d.verdict, d.reason.code.clone())).collect()
}
