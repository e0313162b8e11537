//! The decision of the pipeline, without a database: a small memory of what was planned stands
//! in for the store, so that each test reads as a sequence of fetches.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::alert::policy::{AlertPolicy, FollowUp};
use crate::domain::document::Document;
use crate::domain::entry::{DateQuality, EntryKeys};
use crate::domain::feed::{Feed, FeedState, FetchRecord, Freshness, Interval, Outcome, Validators};
use crate::domain::ids::{Digest, FeedId};
use crate::domain::ingest::Route;
use crate::domain::story::signature::Signature;
use crate::domain::topic::evidence::Evidence;
use crate::domain::topic::{Rule, Severity};

const HOUR: Duration = Duration::from_secs(3600);
const RENDER: Render =
    Render { object: |_| b"object".to_vec(), body: |_, _, id| id.to_string().into() };

fn topic(id: &str) -> Arc<Topic> {
    Arc::new(Topic {
        id: id.parse().unwrap(),
        name: id.to_uppercase(),
        severity: Severity::Medium,
        tags: Vec::new(),
        channels: Vec::new(),
        rule: Rule::default(),
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp { publishers: vec![2], quiet: 24 * HOUR, repeat_every: 6 * HOUR },
            max_age: 7 * 24 * HOUR,
        },
        tests: Vec::new(),
        file: "topics/test.toml".to_owned(),
    })
}

fn digest(kind: &str, text: &str) -> Digest {
    Digest::of(kind, &[text.as_bytes()])
}

/// An entry that matches the topic `nato` if its title says so.
fn entry(guid: &str, link: &str, title: &str, published: Timestamp) -> Prepared {
    let found = Match {
        topic: "nato".parse().unwrap(),
        revision: digest("rule", "nato"),
        analyser: 1,
        score: None,
        threshold: None,
        evidence: Evidence::default(),
    };
    let link_key = Some(link).filter(|link| !link.is_empty()).map(|link| digest("link", link));
    Prepared {
        guid: Some(guid.to_owned()),
        document: Document { title: title.to_owned(), ..Document::default() },
        publisher: String::new(),
        published: Some(published),
        date_quality: DateQuality::Exact,
        keys: EntryKeys {
            guid: Some(guid).filter(|guid| !guid.is_empty()).map(|guid| digest("guid", guid)),
            link: link_key,
            title_date: Some(digest("title-date", &format!("{title}{published}"))),
            body: digest("body", title),
        },
        content: digest("content", title),
        signature: Signature::of(title, link_key),
        matches: if title.contains("NATO") { vec![(topic("nato"), found)] } else { Vec::new() },
    }
}

/// Everything planned so far, looked up as the store would.
struct Memory {
    now: Timestamp,
    last_id: i64,
    feeds: HashMap<String, FeedState>,
    known: HashMap<(String, Digest), EntryId>,
    entries: HashMap<EntryId, Known>,
    members: Vec<Member>,
    stories: HashMap<StoryId, Story>,
    alerts: HashMap<(TopicId, StoryId), AlertSoFar>,
    matched: HashMap<(TopicId, StoryId), Vec<(String, Timestamp)>>,
    routes: Vec<Route>,
    rule_since: Timestamp,
    complete: bool,
}

impl Memory {
    fn new() -> Self {
        Self {
            now: "2026-06-03T12:00:00Z".parse().unwrap(),
            last_id: 0,
            feeds: HashMap::new(),
            known: HashMap::new(),
            entries: HashMap::new(),
            members: Vec::new(),
            stories: HashMap::new(),
            alerts: HashMap::new(),
            matched: HashMap::new(),
            routes: vec![Route { channel: "log".parse().unwrap(), min_severity: Severity::Info }],
            rule_since: Timestamp::UNIX_EPOCH,
            complete: true,
        }
    }

    /// A world whose feeds have had their first fetch.
    fn past_baseline(feeds: &[&str]) -> Self {
        let mut memory = Self::new();
        for feed in feeds {
            memory.fetch(feed, Vec::new());
        }
        memory
    }

    fn fetch(&mut self, feed: &str, mut entries: Vec<Prepared>) -> Plan {
        entries.iter_mut().for_each(|entry| entry.publisher = feed.to_uppercase());
        let count = self.feeds.len() as i64;
        let state = self.feeds.entry(feed.to_owned()).or_insert_with(|| {
            FeedState::new(FeedId(count + 1), feed.parse().unwrap(), "https://x/".into(), self.now)
        });
        let view = View {
            last_id: self.last_id,
            feed: state.clone(),
            known: self
                .known
                .iter()
                .filter(|((of, _), _)| of == feed)
                .map(|((_, key), id)| (*key, self.entries[id].clone()))
                .collect(),
            candidates: self.members.clone(),
            stories: self.stories.clone(),
            alerts: self.alerts.clone(),
            matched: self.matched.clone(),
            silences: Vec::new(),
            in_use_since: HashMap::from([(digest("rule", "nato"), self.rule_since)]),
        };
        let mut batch = batch(state, entries, self.now, &self.routes);
        batch.complete = self.complete;
        let plan = plan(&view, &batch, self.now, RENDER);
        self.apply(feed, &plan);
        plan
    }

    fn apply(&mut self, feed: &str, plan: &Plan) {
        self.last_id = plan.last_id;
        self.feeds.insert(feed.to_owned(), plan.feed.clone());
        self.members.extend(plan.members.iter().cloned());
        for entry in plan.entries.iter().chain(&plan.revised) {
            let story = self.members.iter().find(|member| member.entry == entry.id);
            let known = Known {
                entry: entry.id,
                revision: entry.revision,
                content: Some(entry.content),
                story: story.map(|member| member.story),
                first_seen: entry.first_seen,
                topics: Vec::new(),
            };
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
            let so_far = AlertSoFar {
                alert: revision.alert,
                seq: revision.seq,
                opened: revision.at,
                revised: revision.at,
                publishers: revision.story.publishers.clone(),
                last_activity: revision.at,
            };
            self.alerts.insert((revision.topic.id.clone(), revision.story.id), so_far);
        }
    }
}

fn batch(state: &FeedState, entries: Vec<Prepared>, now: Timestamp, routes: &[Route]) -> Batch {
    let hour = Duration::from_secs(3600);
    let feed = Feed {
        key: state.key.clone(),
        url: state.url.clone(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        interval: Interval { floor: hour, ceiling: hour },
        backfill: Duration::ZERO,
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
        detail: None,
    };
    Batch {
        feed: Arc::new(feed),
        title: Some(state.key.to_string()),
        validators: Validators { etag: Some(b"\"v\"".to_vec()), last_modified: None },
        body_hash: digest("body", "all"),
        complete: true,
        freshness: Freshness::default(),
        ttl: None,
        fetch,
        entries,
        routes: routes.to_vec(),
    }
}

fn verdicts(plan: &Plan) -> Vec<(&'static str, String)> {
    plan.decisions.iter().map(|d| (d.verdict, d.reason.code.clone())).collect()
}

const TITLE: &str = "Starmer builds NATO defence alliance with Denmark";

#[test]
fn the_first_fetch_is_stored_and_matched_and_raises_nothing() {
    let mut memory = Memory::new();
    let first = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    assert_eq!((first.entries.len(), first.matches.len(), first.alerts.len()), (1, 1, 0));
    assert_eq!(verdicts(&first), [("baseline", "baseline".to_owned())]);
    assert_eq!(first.feed.baseline_at, Some(memory.now));
    assert_eq!(first.feed.validators.etag.as_deref(), Some(&b"\"v\""[..]));
}

#[test]
fn a_story_told_by_two_feeds_is_one_alert_with_one_revision() {
    let mut memory = Memory::past_baseline(&["wire", "ledger"]);
    let opened = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    assert_eq!(verdicts(&opened), [("raise", "first".to_owned())]);
    let second = memory.fetch("ledger", vec![entry("9", "z", TITLE, memory.now)]);
    assert_eq!(verdicts(&second), [("amend", "publishers>=2".to_owned())]);
    let (one, two) = (&opened.alerts[0], &second.alerts[0]);
    assert_eq!((one.alert, one.seq, two.seq), (two.alert, 1, 2));
    assert_eq!(two.story.publishers, ["WIRE", "LEDGER"]);
    assert_eq!(two.story.new_publishers, ["LEDGER"]);
    assert_eq!(second.deliveries.len(), 1);
    assert_eq!(second.deliveries[0].body, second.deliveries[0].id.to_string().into_bytes());
}

#[test]
fn the_same_batch_twice_changes_nothing() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let entries = || {
        vec![
            entry("1", "a", TITLE, Timestamp::UNIX_EPOCH),
            entry("2", "b", "B", Timestamp::UNIX_EPOCH),
        ]
    };
    memory.fetch("wire", entries());
    let again = memory.fetch("wire", entries());
    assert!(again.entries.is_empty() && again.revised.is_empty() && again.keys.is_empty());
    assert!(again.matches.is_empty() && again.decisions.is_empty() && again.members.is_empty());
    assert_eq!(again.fetch.new_entries, 0);
}

#[test]
fn a_new_guid_for_a_known_link_is_the_same_entry_under_an_alias() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let first = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    let renamed = memory.fetch("wire", vec![entry("2", "a", TITLE, memory.now)]);
    assert!(renamed.entries.is_empty());
    assert_eq!(renamed.keys, [(digest("guid", "2"), first.entries[0].id)]);
}

#[test]
fn two_entries_that_only_share_title_and_date_stay_two() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let results = |guid: &str, link: &str| entry(guid, link, "Results", Timestamp::UNIX_EPOCH);
    memory.fetch("wire", vec![results("1", "a")]);
    let both = memory.fetch("wire", vec![results("1", "a"), results("2", "b")]);
    assert_eq!(both.entries.len(), 1);
    let fresh = memory.fetch("wire", vec![results("3", "c"), results("4", "d"), results("1", "a")]);
    assert_eq!(fresh.entries.len(), 2);
}

#[test]
fn an_entry_whose_guid_and_link_both_changed_is_known_by_title_and_date() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let first = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    let moved = memory.fetch("wire", vec![entry("x", "y", TITLE, memory.now)]);
    assert!(moved.entries.is_empty());
    assert_eq!(moved.keys.len(), 2);
    assert!(moved.keys.iter().all(|(_, id)| *id == first.entries[0].id));
}

#[test]
fn a_changed_title_is_a_revision_and_alerts_only_for_a_topic_new_to_the_entry() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.fetch("wire", vec![entry("1", "a", "Talks in Copenhagen", memory.now)]);
    let now_matching =
        memory.fetch("wire", vec![entry("1", "a", "NATO talks in Copenhagen", memory.now)]);
    assert_eq!(now_matching.revised[0].revision, 2);
    assert_eq!(verdicts(&now_matching), [("raise", "first".to_owned())]);
    let again = memory.fetch("wire", vec![entry("1", "a", "NATO talks in Denmark", memory.now)]);
    assert_eq!(again.revised[0].revision, 3);
    assert_eq!(verdicts(&again), [("record", "already_matched".to_owned())]);
}

#[test]
fn severity_and_topic_choose_the_channels() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.routes.push(Route { channel: "pager".parse().unwrap(), min_severity: Severity::High });
    let plan = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    let channels: Vec<&str> = plan.deliveries.iter().map(|d| d.channel.as_str()).collect();
    assert_eq!(channels, ["log"]);
}

#[test]
fn ids_never_repeat_within_or_between_batches() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let mut seen = HashSet::new();
    for round in 0..3 {
        let entries = (0..5)
            .map(|n| format!("{round}-{n}"))
            .map(|key| entry(&key, &key, &format!("NATO {key}"), memory.now));
        let plan = memory.fetch("wire", entries.collect());
        let all = plan
            .entries
            .iter()
            .map(|e| e.id.0)
            .chain(plan.stories.iter().filter(|s| s.entries == 1).map(|s| s.id.0))
            .chain(plan.alerts.iter().map(|a| a.alert.0))
            .chain(plan.deliveries.iter().map(|d| d.id.0));
        all.for_each(|id| assert!(seen.insert(id), "{id} twice"));
    }
}

#[test]
fn an_item_that_stands_twice_in_its_document_is_new_once() {
    let mut memory = Memory::past_baseline(&["wire"]);
    // As both copies share guid and link, neither names them.
    let twice = || {
        let mut copy = entry("", "", TITLE, Timestamp::UNIX_EPOCH);
        copy.published = None;
        vec![copy.clone(), copy]
    };
    let first = memory.fetch("wire", twice());
    assert_eq!((first.entries.len(), first.alerts.len()), (1, 1));
    for _ in 0..3 {
        let again = memory.fetch("wire", twice());
        assert_eq!((again.entries.len(), again.alerts.len()), (0, 0));
    }
}

#[test]
fn two_texts_of_one_entry_revise_it_once_per_fetch() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.fetch("wire", vec![entry("1", "a", "First", memory.now)]);
    let both = vec![entry("1", "b", "Second", memory.now), entry("", "a", "Third", memory.now)];
    let plan = memory.fetch("wire", both);
    assert_eq!(plan.revised.len(), 1);
}

#[test]
fn a_page_that_shows_one_current_item_has_a_new_one_under_the_same_link() {
    let mut memory = Memory::past_baseline(&["city"]);
    memory.fetch("city", vec![entry("1", "status", "NATO convoy passes", memory.now)]);
    let next = vec![entry("2", "status", "Bridge closed for repairs", memory.now)];
    let plan = memory.fetch("city", next);
    assert_eq!((plan.entries.len(), plan.revised.len()), (1, 0));
}

#[test]
fn a_revision_of_what_was_there_before_the_rule_is_recorded_and_no_alert() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.fetch("wire", vec![entry("1", "a", "Talks in Copenhagen", memory.now)]);
    memory.rule_since = memory.now + HOUR;
    let plan = memory.fetch("wire", vec![entry("1", "a", "NATO talks", memory.now)]);
    assert_eq!(verdicts(&plan), [("record", "older_than_rule".to_owned())]);
    assert!(plan.alerts.is_empty());
}

#[test]
fn a_cut_document_is_no_baseline_but_the_second_one_is() {
    let mut memory = Memory::new();
    memory.complete = false;
    let cut = memory.fetch("wire", vec![entry("1", "a", "NATO one", memory.now)]);
    assert!(cut.feed.awaits_baseline());
    let rest =
        vec![entry("1", "a", "NATO one", memory.now), entry("2", "b", "NATO two", memory.now)];
    let again = memory.fetch("wire", rest);
    assert_eq!(verdicts(&again), [("baseline", "baseline".to_owned())]);
    assert!(!again.feed.awaits_baseline());
}
