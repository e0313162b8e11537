//! How fast the store takes entries: a cold round of 1,000 feeds × 20 entries through
//! `Store::ingest` with keys, stories and the full-text index, beside the same rows put into one
//! bare table by one statement, with and without FTS5. All in one run, since machines differ and
//! change: quote the ratios.
//!
//! Run with `cargo bench --bench ingest`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, params};
use wirewatch::domain::document::Document;
use wirewatch::domain::entry::{DateQuality, EntryKeys};
use wirewatch::domain::feed::{
    Feed, FeedState, FetchRecord, Freshness, Interval, Outcome, Validators,
};
use wirewatch::domain::ids::Digest;
use wirewatch::domain::ingest::{Batch, Prepared, Render, plan};
use wirewatch::domain::publisher::Directory;
use wirewatch::domain::story::features::Features;
use wirewatch::store::{Access, DATABASE_FILE, Store};

const FEEDS: usize = 1_000;
const ENTRIES: usize = 20;

/// Fetches whose batches wait for the store at once.
const CALLERS: usize = 64;

/// Different words of the made-up language; the n-th is used in proportion to 1/n.
const VOCABULARY: usize = 30_000;
const TITLE_WORDS: usize = 9;
const BODY_WORDS: usize = 70;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let text = corpus();
    let bytes: usize = text.iter().map(|(title, body)| title.len() + body.len()).sum();
    println!("{} entries of {} bytes of text", text.len(), bytes / text.len());

    let bare = measure("bare table", || bare(&dir.path().join("bare.db"), &text, false));
    let fts = measure("bare table + FTS5", || bare_fts(&dir.path().join("fts.db"), &text));
    let path = dir.path().join(DATABASE_FILE);
    let store = Store::open(&path, Access::Create).unwrap();
    let batches = runtime.block_on(batches(&store, &text));
    let cold = measure("Store::ingest, cold", || runtime.block_on(round(&store, &batches)));
    let again = measure("Store::ingest, again", || runtime.block_on(round(&store, &batches)));
    let counts = store.counts().unwrap();
    drop(store);
    let stored = std::fs::metadata(&path).unwrap().len();
    println!();
    println!("ingest of bare       {:>6.2} of the CPU-seconds", cold.cpu / bare.cpu);
    println!("ingest of bare + FTS {:>6.2} of the CPU-seconds", cold.cpu / fts.cpu);
    println!("again, a batch       {:>6.0} µs CPU", again.cpu * 1e6 / FEEDS as f64);
    println!("stories              {:>6}", counts.stories);
    println!("stored per entry     {:>6} bytes", stored / counts.entries.max(1));
    by_table(&path, counts.entries.max(1));
}

/// Bytes per entry of the largest tables and indexes.
fn by_table(path: &Path, entries: u64) {
    let conn = Connection::open(path).unwrap();
    let sizes = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 9";
    let mut sizes = conn.prepare(sizes).unwrap();
    let mut rows = sizes.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (name, bytes): (String, i64) = (row.get(0).unwrap(), row.get(1).unwrap());
        println!("  {name:<28}{:>5}", bytes / entries as i64);
    }
}

struct Cost {
    cpu: f64,
}

fn measure(name: &str, work: impl FnOnce()) -> Cost {
    let (begun, cpu) = (Instant::now(), cpu_time());
    work();
    let (wall, cpu) = (begun.elapsed().as_secs_f64(), cpu_time() - cpu);
    let rate = |seconds: f64| (FEEDS * ENTRIES) as f64 / seconds;
    println!(
        "{name:<21}{wall:>6.2} s wall {cpu:>6.2} CPU-s {:>8.0} entries/s {:>8.0} per CPU-s",
        rate(wall),
        rate(cpu)
    );
    Cost { cpu }
}

/// Processor time of this process, all threads, in seconds.
fn cpu_time() -> f64 {
    // SAFETY: an all-zero rusage is valid, and getrusage only writes into it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// The same rows by one prepared statement, a transaction per hundred.
fn bare(path: &Path, text: &[(String, String)], fts: bool) {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE entries (id INTEGER PRIMARY KEY, feed_id INTEGER, guid TEXT, title TEXT,
         body TEXT, url TEXT, publisher TEXT, first_seen INTEGER, content BLOB) STRICT;
         CREATE VIRTUAL TABLE entries_fts USING fts5 (title, body, content = 'entries',
         content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');",
    )
    .unwrap();
    let insert = "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let mut insert = conn.prepare(insert).unwrap();
    let index = "INSERT INTO entries_fts (rowid, title, body) VALUES (?1, ?2, ?3)";
    let mut index = conn.prepare(index).unwrap();
    for (group, rows) in text.chunks(100).enumerate() {
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        for (row, (title, body)) in rows.iter().enumerate() {
            let id = (group * 100 + row) as i64;
            let (url, guid) = (url(id as usize), format!("urn:{id}"));
            let bound = params![id, group as i64, guid, title, body, url, "wire", 1, [0u8; 16]];
            insert.execute(bound).unwrap();
            if fts {
                index.execute(params![id, title, body]).unwrap();
            }
        }
        conn.execute_batch("COMMIT").unwrap();
    }
}

fn bare_fts(path: &Path, text: &[(String, String)]) {
    bare(path, text, true);
}

/// Hands every batch to the store, as many at once as there are fetches under way.
async fn round(store: &Store, batches: &[Arc<Batch>]) {
    use futures_util::StreamExt as _;
    let work = batches.iter().map(|batch| {
        let decided = batch.clone();
        store.ingest(batch.clone(), move |view| plan(view, &decided, now(), RENDER))
    });
    let mut answers = futures_util::stream::iter(work).buffer_unordered(CALLERS);
    while let Some(answer) = answers.next().await {
        answer.unwrap();
    }
}

const RENDER: Render = Render { object: |_| Vec::new(), body: |_, _, _| Vec::new() };

fn now() -> Timestamp {
    "2026-06-03T12:00:00Z".parse().unwrap()
}

fn url(entry: usize) -> String {
    format!("https://news.example/2026/06/03/an-article-with-a-name-{entry}")
}

/// The batches of all feeds, prepared as the pipeline would.
async fn batches(store: &Store, text: &[(String, String)]) -> Vec<Arc<Batch>> {
    let feeds: Vec<Arc<Feed>> = (0..FEEDS).map(|n| Arc::new(feed(n))).collect();
    let states = store.sync_feeds(feeds.clone(), now()).await.unwrap();
    let parts = feeds.into_iter().zip(states).zip(text.chunks(ENTRIES)).enumerate();
    parts.map(|(n, ((feed, state), text))| Arc::new(batch(n, feed, &state, text))).collect()
}

fn feed(n: usize) -> Feed {
    Feed {
        key: format!("feed-{n}").parse().unwrap(),
        url: format!("https://feed-{n}.example/rss"),
        title: None,
        publisher: Some(format!("Publisher {n}")),
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: Duration::from_secs(300), ceiling: Duration::from_secs(3600) },
        backfill: Duration::ZERO,
        full_text: false,
    }
}

fn batch(n: usize, feed: Arc<Feed>, state: &FeedState, text: &[(String, String)]) -> Batch {
    let entries = text.iter().enumerate();
    Batch {
        title: None,
        validators: Validators::default(),
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
            bytes: 20_000,
            duration: Duration::from_millis(100),
            entries: ENTRIES as u32,
            new_entries: 0,
            would_have_raised: 0,
            detail: None,
        },
        entries: entries
            .map(|(at, (title, body))| prepared(&feed, n * ENTRIES + at, title, body))
            .collect(),
        routes: Vec::new().into(),
        topics: Vec::new(),
        rules: None,
        feed,
    }
}

fn prepared(feed: &Feed, id: usize, title: &str, body: &str) -> Prepared {
    let (url, guid) = (url(id), format!("urn:{id}"));
    let key = |kind: &str, text: &str| Digest::of(kind, &[text.as_bytes()]);
    let link = Some(key("link", &url));
    let document = Document {
        title: title.to_owned(),
        body: body.to_owned(),
        authors: String::new(),
        categories: String::new(),
        url: Some(url),
        language: Some("en".to_owned()),
    };
    Prepared {
        date_text: None,
        given: Default::default(),
        publisher: feed.key.to_string(),
        published: Some(now()),
        date_quality: DateQuality::Exact,
        own_date: Some(now()),
        latest: None,
        keys: EntryKeys {
            guid: Some(key("guid", &guid)),
            link,
            title_date: Some(key("title", title)),
            text: key("text", body),
            title: Some(key("letters", title)),
        },
        guid: Some(guid),
        content: key("content", body),
        features: Features::of(&document, link, feed.key.as_str()),
        document,
        matches: Vec::new(),
    }
}

/// Titles and bodies in a made-up language with natural word frequencies; every tenth title is
/// one that another feed has too, give or take a word.
fn corpus() -> Vec<(String, String)> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 11
    };
    let words: Vec<String> = (0..VOCABULARY).map(word).collect();
    let mut text: Vec<(String, String)> = Vec::with_capacity(FEEDS * ENTRIES);
    for n in 0..FEEDS * ENTRIES {
        let mut say = |count: usize| {
            let pick = |_| {
                // Zipf: uniform in the logarithm of the rank.
                let uniform = random() as f64 / (1u64 << 53) as f64;
                let rank = (VOCABULARY as f64).powf(uniform) as usize - 1;
                words[rank.min(VOCABULARY - 1)].as_str()
            };
            (0..count).map(pick).collect::<Vec<_>>().join(" ")
        };
        let body = say(BODY_WORDS);
        let title = if n % 10 == 9 && n > 5_000 {
            format!("{} {}", text[n - 4_999].0, say(1))
        } else {
            say(TITLE_WORDS)
        };
        text.push((title, body));
    }
    text
}

/// The n-th word: common ones are short.
fn word(n: usize) -> String {
    const SYLLABLES: [&str; 16] = [
        "ka", "lo", "mi", "ner", "dor", "sa", "ti", "ve", "run", "pel", "gar", "hes", "bri", "tol",
        "sen", "wa",
    ];
    let mut rest = n + 16;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[rest % 16]);
        rest /= 16;
    }
    word
}
