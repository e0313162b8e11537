//! Entries whose evaluation breaks, set aside as their feed gave them: they are not tried again
//! until they change, a new version comes, or somebody asks.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use super::column::{Hash, Json, Ms, key, time, uint};
use super::error::StoreError;
use super::{Store, meta};
use crate::domain::entry::ParsedEntry;
use crate::domain::ids::{Digest, FeedId, FeedKey};

/// Most entries that are kept aside; of more the oldest are let go.
const MAX_ROWS: i64 = 10_000;

/// Longest account of what broke, in characters.
const MAX_DETAIL_CHARS: usize = 500;

/// Name of a value in `meta`: the last row that its user was told of.
pub(super) const TOLD: &str = "aside_told";

/// The version that tries them.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An entry to be set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub entry: ParsedEntry,
    /// What was being done: `match` or `plan`.
    pub step: &'static str,
    /// What broke, in its own words; from outside, perhaps.
    pub detail: String,
    pub tries: u32,
}

/// An entry that is set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAside {
    /// A number that no other entry ever had or gets.
    pub id: i64,
    pub feed: FeedKey,
    /// From outside, like the link and the detail.
    pub title: String,
    pub url: Option<String>,
    pub step: String,
    pub detail: String,
    pub tries: u32,
    pub first: Timestamp,
    pub last: Timestamp,
    /// The version that broke on it.
    pub version: String,
    /// Somebody asked to have it tried again.
    pub retry: bool,
}

/// What an entry goes by here: all that it says, so that a changed one is tried.
pub fn key_of(entry: &ParsedEntry) -> Digest {
    let parts = [&entry.guid, &entry.link, &entry.title, &entry.summary, &entry.content];
    let parts = parts.map(|part| part.as_deref().unwrap_or_default().as_bytes());
    Digest::of("quarantine", &parts)
}

impl Store {
    /// Sets entries of a feed aside; one that is aside already counts its tries on.
    pub async fn set_aside(
        &self,
        feed: FeedId,
        broken: Vec<Broken>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            for one in &broken {
                let entry = &one.entry;
                let detail: String = one.detail.chars().take(MAX_DETAIL_CHARS).collect();
                session
                    .conn
                    .prepare_cached(
                        "INSERT INTO quarantine (feed_id, key, step, detail, title, url, entry, tries, \
                         first, last, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10) \
                         ON CONFLICT (feed_id, key) DO UPDATE SET step = excluded.step, \
                         detail = excluded.detail, tries = tries + excluded.tries, \
                         last = excluded.last, version = excluded.version, retry = 0",
                    )?
                    .execute(params![
                        feed.0,
                        Hash(key_of(entry)),
                        one.step,
                        detail,
                        entry.title.as_deref().unwrap_or_default(),
                        entry.link,
                        Json(EntryRow::of(entry)),
                        one.tries,
                        Ms(now),
                        VERSION,
                    ])?;
            }
            session
                .conn
                .prepare_cached(
                    "DELETE FROM quarantine WHERE id <= \
                     (SELECT id FROM quarantine ORDER BY id DESC LIMIT 1 OFFSET ?1)",
                )?
                .execute([MAX_ROWS])?;
            Ok(())
        })
        .await
    }

    /// What of a feed is not to be tried.
    pub fn keys_aside(&self, feed: FeedId) -> Result<HashSet<Digest>, StoreError> {
        self.read(|conn| {
            let mut keys = conn.prepare_cached(
                "SELECT key FROM quarantine WHERE feed_id = ?1 AND retry = 0 AND version = ?2",
            )?;
            let keys = keys.query_map((feed.0, VERSION), |row| row.get(0).map(|Hash(key)| key))?;
            Ok(keys.collect::<Result<_, _>>()?)
        })
    }

    /// What of a feed somebody asked to have tried again, as the feed gave it.
    pub fn to_retry(&self, feed: FeedId) -> Result<Vec<(i64, ParsedEntry)>, StoreError> {
        self.read(|conn| {
            let mut rows = conn.prepare_cached(
                "SELECT id, entry FROM quarantine WHERE feed_id = ?1 AND retry = 1 ORDER BY id",
            )?;
            let rows = rows.query_map([feed.0], |row| {
                let Json(entry): Json<EntryRow> = row.get(1)?;
                Ok((row.get(0)?, entry.into()))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Asks to have entries tried again with the next fetch of their feed: these, or all. Returns how
    /// many there are.
    pub async fn retry_aside(&self, ids: Option<Vec<i64>>) -> Result<u64, StoreError> {
        self.write(move |session| {
            let ids = ids.as_ref().map(Json);
            let changed = session
                .conn
                .prepare_cached(
                    "UPDATE quarantine SET retry = 1 \
                     WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1))",
                )?
                .execute([ids])?;
            Ok(changed as u64)
        })
        .await
    }

    /// Lets entries go that were tried again and stored.
    pub async fn release(&self, ids: Vec<i64>) -> Result<(), StoreError> {
        self.write(move |session| {
            let mut gone = session
                .conn
                .prepare_cached("DELETE FROM quarantine WHERE id = ?1 AND retry = 1")?;
            for id in &ids {
                gone.execute([id])?;
            }
            Ok(())
        })
        .await
    }

    /// What is set aside, the last first; after the row `after`, if it is given.
    pub fn aside(&self, after: i64, limit: u32) -> Result<Vec<SetAside>, StoreError> {
        self.read(|conn| {
            let mut rows = conn.prepare_cached(
                "SELECT q.id, f.key, q.title, q.url, q.step, q.detail, q.tries, q.first, q.last, \
                 q.version, q.retry FROM quarantine AS q JOIN feeds AS f ON f.id = q.feed_id \
                 WHERE q.id > ?1 ORDER BY q.last DESC, q.id DESC LIMIT ?2",
            )?;
            let rows = rows.query_map((after, limit), read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// What was set aside since its user was told last.
    pub fn aside_untold(&self) -> Result<Vec<SetAside>, StoreError> {
        let told = self.read(|conn| Ok(meta::number(conn, TOLD)?))?;
        self.aside(told, u32::MAX)
    }

    /// How many entries are set aside.
    pub fn count_aside(&self) -> Result<u64, StoreError> {
        self.read(|conn| {
            let count = conn
                .prepare_cached("SELECT count(*) FROM quarantine")?
                .query_row([], |row| row.get(0))?;
            Ok(uint(count))
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<SetAside> {
    Ok(SetAside {
        id: row.get(0)?,
        feed: key(row, 1)?,
        title: row.get(2)?,
        url: row.get(3)?,
        step: row.get(4)?,
        detail: row.get(5)?,
        tries: row.get(6)?,
        first: time(row, 7)?,
        last: time(row, 8)?,
        version: row.get(9)?,
        retry: row.get(10)?,
    })
}

/// An entry as a feed gave it, in JSON. Times are milliseconds.
#[derive(Serialize, Deserialize)]
struct EntryRow {
    guid: Option<String>,
    link: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    content: Option<String>,
    authors: Vec<String>,
    categories: Vec<String>,
    language: Option<String>,
    published: Option<i64>,
    updated: Option<i64>,
    date_text: Option<String>,
    date_assumed: bool,
    /// Missing where an earlier version wrote it.
    #[serde(default)]
    date_until: Option<i64>,
    source: Option<String>,
    source_url: Option<String>,
}

impl EntryRow {
    fn of(entry: &ParsedEntry) -> Self {
        let number = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
        Self {
            guid: entry.guid.clone(),
            link: entry.link.clone(),
            title: entry.title.clone(),
            summary: entry.summary.clone(),
            content: entry.content.clone(),
            authors: entry.authors.clone(),
            categories: entry.categories.clone(),
            language: entry.language.clone(),
            published: number(entry.published),
            updated: number(entry.updated),
            date_text: entry.date_text.clone(),
            date_assumed: entry.date_until.is_some(),
            date_until: number(entry.date_until),
            source: entry.source.clone(),
            source_url: entry.source_url.clone(),
        }
    }
}

impl From<EntryRow> for ParsedEntry {
    fn from(row: EntryRow) -> Self {
        let at = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let date = row.published.or(row.updated);
        Self {
            guid: row.guid,
            link: row.link,
            title: row.title,
            summary: row.summary,
            content: row.content,
            authors: row.authors,
            categories: row.categories,
            language: row.language,
            published: at(row.published),
            updated: at(row.updated),
            date_text: row.date_text,
            date_until: at(row.date_until.or(date.filter(|_| row.date_assumed))),
            source: row.source,
            source_url: row.source_url,
        }
    }
}
