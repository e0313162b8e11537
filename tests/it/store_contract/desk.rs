//! A news desk for store tests: a store in a temporary directory, feeds, and batches as the
//! pipeline would make them, with the real decision and a topic that every entry matches.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::Value;
use tempfile::TempDir;
use wirewatch::domain::alert::policy::{AlertPolicy, FollowUp};
use wirewatch::domain::document::{Document, Field};
use wirewatch::domain::entry::{DateQuality, EntryKeys};
use wirewatch::domain::feed::{
    Feed, FeedState, FetchRecord, Freshness, Interval, Outcome, Validators,
};
use wirewatch::domain::ids::Digest;
use wirewatch::domain::ingest::{Batch, Plan, Prepared, Render, Route, plan};
use wirewatch::domain::publisher::Directory;
use wirewatch::domain::story::features::Features;
use wirewatch::domain::topic::evidence::{Clause, ClauseScore, Evidence, Match, Passage, Span};
use wirewatch::domain::topic::{Mode, Rule, Severity, Topic};
use wirewatch::store::error::StoreError;
use wirewatch::store::{Access, DATABASE_FILE, Store};

/// The moment at which everything happens.
pub fn now() -> Timestamp {
    "2026-06-03T12:00:00Z".parse().unwrap()
}

pub struct Desk {
    pub dir: TempDir,
    pub store: Store,
    pub feeds: Vec<(Arc<Feed>, FeedState)>,
}

impl Desk {
    pub async fn open(keys: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join(DATABASE_FILE), Access::Create).unwrap();
        let feeds: Vec<Arc<Feed>> = keys.iter().map(|key| Arc::new(feed(key))).collect();
        let states = store.sync_feeds(feeds.clone(), now()).await.unwrap();
        Self { dir, store, feeds: feeds.into_iter().zip(states).collect() }
    }

    /// `count` entries of different stories; two feeds asked for them tell the same stories.
    pub fn stories(&self, feed: usize, count: usize) -> Vec<Prepared> {
        let name = self.feeds[feed].0.key.as_str();
        (0..count)
            .map(|n| {
                let title = format!("{} inspection", words(n, 7));
                told(&title, &format!("/{name}/{n}"))
            })
            .collect()
    }

    pub fn batch(&self, feed: usize, mut entries: Vec<Prepared>) -> Arc<Batch> {
        let (feed, state) = &self.feeds[feed];
        for entry in &mut entries {
            entry.publisher = feed.key.to_string();
        }
        Arc::new(Batch {
            feed: feed.clone(),
            title: Some(format!("The {}", feed.key)),
            validators: Validators { etag: Some(b"\"1\"".to_vec()), last_modified: None },
            publishers: Directory::builtin(),
            body_hash: Digest::of("body", &[feed.key.as_str().as_bytes()]),
            complete: true,
            freshness: Freshness::default(),
            rhythm: Default::default(),
            links: Default::default(),
            manner: Default::default(),
            fetch: FetchRecord {
                feed: state.id,
                at: now(),
                outcome: Outcome::Fresh,
                code: "ok".into(),
                status: Some(200),
                bytes: 1_000,
                duration: Duration::from_millis(20),
                entries: entries.len() as u32,
                new_entries: 0,
                would_have_raised: 0,
                detail: None,
            },
            entries,
            routes: vec![Route {
                channel: "log".parse().unwrap(),
                min_severity: Severity::Info,
                budgeted: false,
                terms: Default::default(),
            }]
            .into(),
            topics: vec![Arc::new(topic())],
            rules: None,
        })
    }

    pub fn ingest(
        &self,
        feed: usize,
        entries: Vec<Prepared>,
    ) -> impl Future<Output = Result<Plan, StoreError>> + Send + use<> {
        self.ingest_with(feed, entries, |plan| plan)
    }

    /// Ingests with a plan that was tampered with.
    pub fn ingest_with(
        &self,
        feed: usize,
        entries: Vec<Prepared>,
        tamper: fn(Plan) -> Plan,
    ) -> impl Future<Output = Result<Plan, StoreError>> + Send + use<> {
        let (store, batch) = (self.store.clone(), self.batch(feed, entries));
        async move {
            let same = batch.clone();
            store.ingest(batch, move |view| tamper(plan(view, &same, now(), RENDER))).await
        }
    }

    /// How many entries a search finds.
    pub fn found(&self, query: &str) -> usize {
        self.store.search(query, 1_000).unwrap().len()
    }

    /// Runs SQL behind the store's back.
    pub fn raw(&self, sql: &str) {
        self.connect().execute_batch(sql).unwrap();
    }

    pub fn connect(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join(DATABASE_FILE)).unwrap()
    }

    /// The full-text index says exactly what the entries say.
    pub fn check_index(&self) {
        self.raw("INSERT INTO entries_fts (entries_fts, rank) VALUES ('integrity-check', 1)");
    }

    /// All rows of all tables, but for feeds and fetches, which a fetch changes by its nature.
    pub fn dump(&self) -> BTreeMap<String, Vec<Vec<Value>>> {
        let conn = self.connect();
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' \
            AND name NOT IN ('feeds', 'fetches') AND name NOT LIKE 'entries_fts%'";
        let mut names = conn.prepare(names).unwrap();
        let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
        names
            .map(|name| {
                let name = name.unwrap();
                let mut rows =
                    conn.prepare(&format!("SELECT * FROM {name} ORDER BY 1, 2")).unwrap();
                let columns = rows.column_count();
                let rows = rows.query_map([], |row| (0..columns).map(|n| row.get(n)).collect());
                let rows = rows.unwrap().map(Result::unwrap).collect();
                (name, rows)
            })
            .collect()
    }
}

/// Made-up words; other numbers give others.
pub fn words(n: usize, count: usize) -> String {
    let syllables = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "zu", "dy", "fa"];
    let mut seed = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66;
    let mut word = || {
        (0..4).fold(String::new(), |word, _| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            word + syllables[(seed >> 40) as usize % syllables.len()]
        })
    };
    (0..count).map(|_| word()).collect::<Vec<_>>().join(" ")
}

pub const RENDER: Render = Render {
    object: |revision| {
        format!(r#"{{"id":"{}","seq":{}}}"#, revision.alert, revision.seq).into_bytes()
    },
    body: |revision, channel, id| format!("{id} {channel} {}", revision.headline).into_bytes(),
};

pub fn feed(key: &str) -> Feed {
    Feed {
        key: key.parse().unwrap(),
        url: format!("https://{key}.example/feed"),
        title: None,
        publisher: Some(key.to_owned()),
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: Duration::from_secs(300), ceiling: Duration::from_secs(3600) },
        // The first fetch may alert.
        backfill: Duration::from_secs(24 * 3600),
        full_text: false,
    }
}

/// An entry that was just published and that the topic matches.
pub fn told(title: &str, link: &str) -> Prepared {
    let body = format!("{title}, as was heard today. Nobody was surprised.");
    let key = |kind: &str, text: &str| Digest::of(kind, &[text.as_bytes()]);
    let link_key = Some(key("link", link));
    let document = Document {
        title: title.to_owned(),
        body: body.clone(),
        authors: "A. Reporter".to_owned(),
        categories: "World; Défense".to_owned(),
        url: Some(format!("https://news.example{link}")),
        language: Some("en".to_owned()),
    };
    Prepared {
        given: Default::default(),
        guid: Some(link.to_owned()),
        publisher: String::new(),
        published: Some(now()),
        date_quality: DateQuality::Exact,
        own_date: Some(now()),
        latest: None,
        date_text: None,
        keys: EntryKeys {
            guid: Some(key("guid", link)),
            link: link_key,
            title_date: Some(key("title", title)),
            text: key("text", &body),
            title: None,
        },
        content: key("content", &body),
        features: Features::of(&document, link_key, "desk"),
        document,
        matches: vec![(Arc::new(topic()), found(title))],
    }
}

/// A topic that alerts at once, and again at the third publisher.
pub fn topic() -> Topic {
    Topic {
        id: "news".parse().unwrap(),
        name: "News".to_owned(),
        severity: Severity::High,
        tags: vec!["all".to_owned()],
        channels: Vec::new(),
        rule: Rule::default(),
        mode: Mode::Live,
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp {
                publishers: vec![3],
                quiet: Duration::from_secs(24 * 3600),
                new_facts: false,
                repeat_every: Duration::from_secs(6 * 3600),
            },
            escalate: Vec::new(),
            max_age: Duration::from_secs(48 * 3600),
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: "topics/news.toml".to_owned(),
    }
}

/// A match with every kind of evidence in it.
pub fn found(title: &str) -> Match {
    let quote: String = title.chars().take(5).collect();
    Match {
        topic: "news".parse().unwrap(),
        revision: Digest::of("rule", &[b"1"]),
        analyser: 1,
        score: Some(2.5),
        threshold: Some(1.0),
        evidence: Evidence {
            clauses: [Clause {
                text: quote.as_str().into(),
                count: 3,
                spans: vec![Span {
                    field: Field::Title,
                    in_lead: false,
                    start: 0,
                    end: quote.len(),
                    chars: (0, quote.chars().count()),
                    quote: quote.as_str().into(),
                    before: "".into(),
                    after: "\u{202e} \"and\" on\n".into(),
                }]
                .into(),
                score: Some(ClauseScore {
                    weight: 1.25,
                    field_factor: 2.0,
                    repeat_factor: 1.0,
                    contribution: 2.5,
                }),
            }]
            .into_iter()
            .collect(),
            vetoes_tried: vec!["sport".into()],
            passages: [Passage {
                field: Field::Body,
                start: 0,
                end: quote.len(),
                text: quote.as_str().into(),
                marks: vec![(0, quote.len())].into(),
            }]
            .into_iter()
            .collect(),
            truncated: true,
        },
    }
}
