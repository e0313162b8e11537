//! How fast the past is gone through: `topics backtest` by the real binary over 120,000 generated
//! entries, against nothing and against another rule, beside reading the same rows with bare
//! SQLite in the same run.
//!
//! Run with `cargo bench --bench backtest`.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;
use wirewatch::domain::document::Document;
use wirewatch::domain::entry::{DateQuality, EntryKeys};
use wirewatch::domain::feed::{
    Feed, FeedState, FetchRecord, Freshness, Interval, Outcome, Validators,
};
use wirewatch::domain::ids::Digest;
use wirewatch::domain::ingest::{Batch, Prepared, Render, plan};
use wirewatch::domain::publisher::Directory;
use wirewatch::domain::story::features::Features;
use wirewatch::domain::topic::Severity;
use wirewatch::store::topics::TopicRevision;
use wirewatch::store::{Access, DATABASE_FILE, Store};

const FEEDS: usize = 100;
const DAYS: usize = 30;
/// Entries of a feed per day.
const ENTRIES: usize = 40;
const ALL: usize = FEEDS * DAYS * ENTRIES;

const TOPIC: &str = "defence-alliances";

/// Another rule of that topic, as if it were running.
const RUNNING: &str = "[[topic]]\nid = \"defence-alliances\"\nmatch = 'NATO OR pact'\n";

/// Different words of the made-up language; the n-th is used in proportion to 1/n.
const VOCABULARY: usize = 30_000;
const TITLE_WORDS: usize = 9;
const BODY_WORDS: usize = 300;

/// One entry in so many is about what the topic watches, or nearly.
const TOPICAL: usize = 50;

const PHRASES: [&str; 4] = [
    "NATO and Denmark sign a defence pact in Copenhagen",
    "defence lawyers form an alliance against court cuts",
    "allies agree on a military treaty with NATO",
    "the NATO alphabet for beginners",
];

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let config = write_config(dir.path());
    let path = dir.path().join("state").join(DATABASE_FILE);
    let begun = Instant::now();
    let bytes = fill(&path);
    let size = fs::metadata(&path).unwrap().len() / 1_000_000;
    println!(
        "{ALL} entries of {} bytes of text in {size} MB, stored in {:.0} s",
        bytes / ALL,
        begun.elapsed().as_secs_f64()
    );
    plain(&path);
    plain(&path);
    for against in ["none", "running"] {
        let begun = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_wirewatch"))
            .arg("-c")
            .arg(&config)
            .args(["topics", "backtest", TOPIC, "-o", "json", "--against", against])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let (status, cpu) = wait(child);
        assert_eq!(status.code(), Some(0));
        report(&format!("against {against}"), begun.elapsed(), cpu);
    }
}

fn report(name: &str, wall: Duration, cpu: Duration) {
    let a_minute = |time: Duration| ALL as f64 / time.as_secs_f64() * 60.0;
    println!(
        "{name:<18}{:>6.2} s wall {:>6.2} CPU-s {:>11.0} entries a minute {:>11.0} per minute and core",
        wall.as_secs_f64(),
        cpu.as_secs_f64(),
        a_minute(wall),
        a_minute(cpu)
    );
}

/// The same rows, read and left alone.
fn plain(path: &Path) {
    let (begun, before) = (Instant::now(), cpu_time());
    let conn = Connection::open(path).unwrap();
    let mut query = conn
        .prepare("SELECT title, body, url, publisher, first_seen FROM entries ORDER BY id")
        .unwrap();
    let mut rows = query.query([]).unwrap();
    let mut bytes = 0;
    while let Some(row) = rows.next().unwrap() {
        let (title, body): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        bytes += title.len() + body.len();
    }
    assert!(bytes > ALL);
    report("bare SQLite, read", begun.elapsed(), cpu_time() - before);
}

fn cpu_time() -> Duration {
    // SAFETY: an all-zero rusage is valid, and getrusage only writes into it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    spent(&usage)
}

fn spent(usage: &libc::rusage) -> Duration {
    let time = |t: libc::timeval| {
        Duration::from_secs(t.tv_sec as u64) + Duration::from_micros(t.tv_usec as u64)
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// Waits for a child, with the processor time it used.
fn wait(child: Child) -> (std::process::ExitStatus, Duration) {
    let mut status = 0;
    // SAFETY: both out-parameters are valid for the call, and the child is waited for only here.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        assert!(libc::wait4(child.id().cast_signed(), &raw mut status, 0, &raw mut usage) > 0);
        usage
    };
    (std::process::ExitStatus::from_raw(status), spent(&usage))
}

fn write_config(dir: &Path) -> PathBuf {
    let topics = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics");
    let mut text = format!(
        "state_dir = \"{}\"\ntopics = \"{}\"\n",
        dir.join("state").display(),
        topics.display()
    );
    for number in 0..FEEDS {
        text +=
            &format!("[[feed]]\nid = \"feed-{number}\"\nurl = \"https://f{number}.example/\"\n");
    }
    let file = dir.join("wirewatch.toml");
    fs::write(&file, text).unwrap();
    file
}

/// Stores all entries as the daemon would, but unmatched; returns the bytes of their texts.
fn fill(path: &Path) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = Store::open(path, Access::Create).unwrap();
    let feeds: Vec<Arc<Feed>> = (0..FEEDS).map(|n| Arc::new(feed(n))).collect();
    let states = runtime.block_on(store.sync_feeds(feeds.clone(), day(0))).unwrap();
    let running = TopicRevision {
        id: TOPIC.parse().unwrap(),
        name: TOPIC.to_owned(),
        severity: Severity::High,
        revision: Digest::of("bench", &[RUNNING.as_bytes()]),
        source: RUNNING.into(),
        file: "topics/defence.toml".to_owned(),
        shadow: false,
    };
    runtime.block_on(store.sync_topics(vec![running], day(0))).unwrap();
    let mut words = Words::new();
    let mut bytes = 0;
    for number in 0..DAYS {
        let batches: Vec<Arc<Batch>> = feeds
            .iter()
            .zip(&states)
            .map(|(feed, state)| Arc::new(batch(feed, state, number, &mut words, &mut bytes)))
            .collect();
        runtime.block_on(async {
            let work = batches.into_iter().map(|batch| {
                let (decided, at) = (batch.clone(), batch.fetch.at);
                store.ingest(batch, move |view| plan(view, &decided, at, RENDER))
            });
            for answer in futures_util::future::join_all(work).await {
                answer.unwrap();
            }
        });
    }
    bytes
}

const RENDER: Render = Render { object: |_| Vec::new(), body: |_, _, _| Vec::new() };

fn day(number: usize) -> Timestamp {
    let first: Timestamp = "2026-05-01T12:00:00Z".parse().unwrap();
    first + Duration::from_secs(24 * 3600) * number as u32
}

fn feed(n: usize) -> Feed {
    Feed {
        key: format!("feed-{n}").parse().unwrap(),
        url: format!("https://f{n}.example/"),
        title: None,
        publisher: Some(format!("Publisher {n}")),
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: Duration::from_secs(300), ceiling: Duration::from_secs(3600) },
        backfill: Duration::ZERO,
        full_text: false,
    }
}

fn batch(
    feed: &Arc<Feed>,
    state: &FeedState,
    number: usize,
    words: &mut Words,
    bytes: &mut usize,
) -> Batch {
    let entries = (0..ENTRIES).map(|entry| {
        let mut title = words.text(TITLE_WORDS);
        let mut body = words.text(BODY_WORDS);
        if words.next().is_multiple_of(TOPICAL as u64) {
            let phrase = PHRASES[(words.next() % PHRASES.len() as u64) as usize];
            title = format!("{phrase} {}", words.text(2));
            body = format!("{body} {phrase}");
        }
        *bytes += title.len() + body.len();
        prepared(feed, format!("{number}-{entry}"), title, body, day(number))
    });
    Batch {
        entries: entries.collect(),
        feed: feed.clone(),
        title: None,
        validators: Validators::default(),
        publishers: Directory::builtin(),
        body_hash: Digest::of("body", &[&number.to_le_bytes()]),
        complete: true,
        freshness: Freshness::default(),
        rhythm: Default::default(),
        links: Default::default(),
        manner: Default::default(),
        fetch: FetchRecord {
            feed: state.id,
            at: day(number),
            outcome: Outcome::Fresh,
            code: "ok".into(),
            status: Some(200),
            bytes: 80_000,
            duration: Duration::from_millis(100),
            entries: ENTRIES as u32,
            new_entries: 0,
            would_have_raised: 0,
            detail: None,
        },
        routes: Vec::new().into(),
        topics: Vec::new(),
        rules: None,
    }
}

fn prepared(feed: &Feed, guid: String, title: String, body: String, at: Timestamp) -> Prepared {
    let url = format!("{}{guid}", feed.url);
    let link = Digest::of("link", &[url.as_bytes()]);
    let (text, headline) = (body.clone(), title.clone());
    let document = Document { title: headline, body: text, url: Some(url), ..Document::default() };
    Prepared {
        given: Default::default(),
        date_text: None,
        publisher: feed.publisher.clone().unwrap_or_default(),
        published: Some(at),
        date_quality: DateQuality::Exact,
        own_date: Some(at),
        latest: None,
        keys: EntryKeys {
            guid: Some(Digest::of("guid", &[guid.as_bytes()])),
            link: Some(link),
            title_date: None,
            text: Digest::of("text", &[body.as_bytes()]),
            title: None,
        },
        content: Digest::of("content", &[title.as_bytes(), body.as_bytes()]),
        features: Features::of(&document, Some(link), feed.key.as_str()),
        document,
        guid: Some(guid),
        matches: Vec::new(),
    }
}

/// A made-up language, the same at each run.
struct Words {
    random: u64,
    words: Vec<String>,
}

impl Words {
    fn new() -> Self {
        const SYLLABLES: [&str; 16] = [
            "ka", "lo", "mi", "ner", "dor", "sa", "ti", "ve", "run", "pel", "gar", "hes", "bri",
            "tol", "sen", "wa",
        ];
        let spell = |mut n: usize| {
            let mut word = String::new();
            loop {
                word += SYLLABLES[n % 16];
                n /= 16;
                if n == 0 {
                    return word;
                }
            }
        };
        Self { random: 1, words: (0..VOCABULARY).map(spell).collect() }
    }

    fn next(&mut self) -> u64 {
        // xorshift64: as good as a die for this.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    /// Frequent words often: exp(uniform · ln n) has a density of 1/n.
    fn text(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            let uniform = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
            let rank = (uniform * (VOCABULARY as f64).ln()).exp() as usize;
            text += &self.words[rank.min(VOCABULARY - 1)];
            text.push(' ');
        }
        text.pop();
        text
    }
}
