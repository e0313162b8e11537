//! Pages to be read behind entries, for feeds that want it ([`crate::domain::entry::article`]):
//! queued in the commit that stores an entry, settled in the one that stores what its page said.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::Store;
use super::column::{Ms, key, ms, opt_time, time};
use super::error::StoreError;
use crate::domain::entry::article::{ArticleAttempt, MAX_PER_DOCUMENT, WantedArticle, is_wanted};
use crate::domain::ids::{EntryId, FeedKey};
use crate::domain::ingest::{Batch, Plan, View};

/// How the reading of an entry's page stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleView {
    /// `wanted`, `read` or `given_up`.
    pub state: String,
    pub attempts: u32,
    /// When it is tried, if it is wanted.
    pub due: Timestamp,
    /// When it was tried last.
    pub at: Option<Timestamp>,
    /// How that ended.
    pub code: Option<String>,
    /// From outside.
    pub detail: Option<String>,
}

impl Store {
    /// Pages of these feeds that are due, longest first. Feeds that no longer want it keep theirs
    /// in the queue.
    pub fn due_articles(
        &self,
        feeds: &[FeedKey],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<WantedArticle>, StoreError> {
        let feeds = keys(feeds);
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT a.entry_id, f.key, e.url, a.attempts FROM articles AS a \
                 JOIN entries AS e ON e.id = a.entry_id JOIN feeds AS f ON f.id = e.feed_id \
                 WHERE a.state = 'wanted' AND a.due <= ?1 AND e.url IS NOT NULL \
                 AND f.key IN (SELECT value FROM json_each(?2)) ORDER BY a.due LIMIT ?3",
            )?;
            let due = query.query_map((Ms(now), feeds, limit), |row| {
                Ok(WantedArticle {
                    entry: EntryId(row.get(0)?),
                    feed: key(row, 1)?,
                    url: row.get(2)?,
                    attempts: row.get(3)?,
                })
            })?;
            Ok(due.collect::<Result<_, _>>()?)
        })
    }

    /// When the next page of these feeds is due.
    pub fn next_article_at(&self, feeds: &[FeedKey]) -> Result<Option<Timestamp>, StoreError> {
        let feeds = keys(feeds);
        self.read(|conn| {
            let next = conn
                .prepare_cached(
                    "SELECT a.due FROM articles AS a JOIN entries AS e ON e.id = a.entry_id \
                     JOIN feeds AS f ON f.id = e.feed_id WHERE a.state = 'wanted' \
                     AND f.key IN (SELECT value FROM json_each(?1)) ORDER BY a.due LIMIT 1",
                )?
                .query_row([feeds], |row| time(row, 0))
                .optional()?;
            Ok(next)
        })
    }

    /// Records a try that brought no text.
    pub async fn record_article(&self, attempt: ArticleAttempt) -> Result<(), StoreError> {
        self.write(move |session| Ok(settle(session.conn, &attempt)?)).await
    }

    /// How the reading of an entry's page stands; `None` if it was never wanted.
    pub fn article(&self, entry: EntryId) -> Result<Option<ArticleView>, StoreError> {
        self.read(|conn| {
            let view = conn
                .prepare_cached(
                    "SELECT state, attempts, due, at, code, detail FROM articles \
                     WHERE entry_id = ?1",
                )?
                .query_row([entry.0], |row| {
                    Ok(ArticleView {
                        state: row.get(0)?,
                        attempts: row.get(1)?,
                        due: time(row, 2)?,
                        at: opt_time(row, 3)?,
                        code: row.get(4)?,
                        detail: row.get(5)?,
                    })
                })
                .optional()?;
            Ok(view)
        })
    }
}

/// Queues the pages of what a plan stores: of new entries, and of revised ones, whose page may
/// have been revised too. The newest come first where there are too many; the others say so.
pub(super) fn queue(
    conn: &Connection,
    batch: &Batch,
    view: &View,
    plan: &Plan,
) -> rusqlite::Result<()> {
    let now = batch.fetch.at;
    let baseline = view.feed.awaits_baseline();
    let stored = plan.entries.iter().rev().chain(&plan.revised);
    let news = stored.filter(|entry| !plan.past.contains(&entry.id));
    let wanted = news.filter(|entry| is_wanted(&batch.feed, entry, baseline, now));
    for (place, entry) in wanted.enumerate() {
        let (state, code) = match place < MAX_PER_DOCUMENT {
            true => ("wanted", None),
            false => ("given_up", Some("too_many")),
        };
        conn.prepare_cached(
            "INSERT OR REPLACE INTO articles (entry_id, state, attempts, due, code) \
             VALUES (?1, ?2, 0, ?3, ?4)",
        )?
        .execute(params![entry.id.0, state, Ms(now), code])?;
    }
    Ok(())
}

/// Settles a try.
pub(super) fn settle(conn: &Connection, attempt: &ArticleAttempt) -> rusqlite::Result<()> {
    let state = match (attempt.next, attempt.code.as_ref()) {
        (Some(_), _) => "wanted",
        (None, "ok") => "read",
        (None, _) => "given_up",
    };
    conn.prepare_cached(
        "UPDATE articles SET state = ?2, attempts = attempts + 1, due = ifnull(?3, due), at = ?4, \
         code = ?5, detail = ?6 WHERE entry_id = ?1",
    )?
    .execute(params![
        attempt.entry.0,
        state,
        ms(attempt.next),
        Ms(attempt.at),
        attempt.code,
        attempt.detail,
    ])?;
    Ok(())
}

/// A list of keys as JSON, for `json_each`.
fn keys(feeds: &[FeedKey]) -> String {
    serde_json::json!(feeds.iter().map(FeedKey::as_str).collect::<Vec<_>>()).to_string()
}
