//! Pages to be read behind entries, for feeds that want it ([`crate::domain::entry::article`]):
//! queued in the commit that stores an entry, settled in the one that stores what its page said.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::Store;
use super::column::{Ms, key, ms, opt_time, time};
use super::error::StoreError;
use crate::domain::entry::Entry;
use crate::domain::entry::article::{
    ArticleAttempt, MAX_PER_DOCUMENT, NO_LINK, Revised, Standing, State, TOO_MANY, WantedArticle,
    is_wanted, revised,
};
use crate::domain::ids::{EntryId, FeedKey};
use crate::domain::ingest::{Batch, Plan, View};
use crate::domain::schedule;

/// Pages of the feeds `?1` for which there is something to do. One without a link cannot be read.
const WAITING: &str = "FROM articles AS a JOIN entries AS e ON e.id = a.entry_id \
    JOIN feeds AS f ON f.id = e.feed_id WHERE a.state IN ('wanted', 'again') \
    AND (a.state = 'again' OR e.url IS NOT NULL) AND f.key IN (SELECT value FROM json_each(?1))";

/// When a page was tried last, or else its entry stored. If that lies ahead, the clock has been put
/// back since; and when it is tried next was said by that clock too.
const LAST_TRIED: &str = "ifnull(at, (SELECT first_seen FROM entries WHERE id = entry_id))";

/// How the reading of an entry's page stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleView {
    /// `wanted`, `again` (its text is to be added once more), `read` or `given_up`.
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
    /// Of each line of pages of these feeds that is not in `busy` the one that is due longest, if
    /// any is due, longest first. Feeds that no longer want it keep theirs in the queue.
    pub fn due_articles(
        &self,
        feeds: &[FeedKey],
        now: Timestamp,
        busy: &[String],
        limit: u32,
    ) -> Result<Vec<WantedArticle>, StoreError> {
        let (feeds, busy) = (keys(feeds), serde_json::json!(busy).to_string());
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT id, key, url, attempts, due, line, again FROM (\
                   SELECT *, row_number() OVER (PARTITION BY line ORDER BY due, id) AS n FROM (\
                     SELECT a.entry_id AS id, f.key AS key, ifnull(e.url, '') AS url, a.attempts, \
                       a.due, iif(a.state = 'again', '', a.site) AS line, \
                       a.state = 'again' AS again {WAITING} \
                       AND (a.due <= ?2 OR {LAST_TRIED} > ?2))) \
                 WHERE n = 1 AND line NOT IN (SELECT value FROM json_each(?3)) \
                 ORDER BY due, id LIMIT ?4"
            ))?;
            let due = query.query_map((feeds, Ms(now), busy, limit), |row| {
                Ok(WantedArticle {
                    entry: EntryId(row.get(0)?),
                    feed: key(row, 1)?,
                    url: row.get(2)?,
                    attempts: row.get(3)?,
                    due: time(row, 4)?,
                    line: row.get(5)?,
                    again: row.get(6)?,
                })
            })?;
            Ok(due.collect::<Result<_, _>>()?)
        })
    }

    /// When the next page of these feeds will be due that is not due yet.
    pub fn next_article_at(
        &self,
        feeds: &[FeedKey],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let feeds = keys(feeds);
        self.read(|conn| {
            let next = conn
                .prepare_cached(&format!("SELECT min(a.due) {WAITING} AND a.due > ?2"))?
                .query_row((feeds, Ms(now)), |row| opt_time(row, 0))?;
            Ok(next)
        })
    }

    /// Records a try that brought no text.
    pub async fn record_article(&self, attempt: ArticleAttempt) -> Result<(), StoreError> {
        self.write(move |session| Ok(settle(session.conn, &attempt)?)).await
    }

    /// Puts off the pages of a site that is left alone. What was read once is not waited for: its
    /// text is added again.
    pub async fn put_off_articles(
        &self,
        site: String,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            session
                .conn
                .prepare_cached(&format!(
                    "UPDATE articles SET state = iif(text IS NULL, 'wanted', 'again'), \
                     due = iif(text IS NULL, ?2, ?3), at = iif({LAST_TRIED} > ?3, ?3, at) \
                     WHERE state = 'wanted' AND site = ?1 AND (due < ?2 OR {LAST_TRIED} > ?3)",
                ))?
                .execute((&site, Ms(until), Ms(now)))?;
            Ok(())
        })
        .await
    }

    /// What the page of an entry said when it was last read.
    pub fn article_text(&self, entry: EntryId) -> Result<Option<String>, StoreError> {
        self.read(|conn| {
            let text = conn
                .prepare_cached("SELECT text FROM articles WHERE entry_id = ?1")?
                .query_row([entry.0], |row| row.get(0))
                .optional()?;
            Ok(text.flatten())
        })
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
    if !batch.feed.full_text {
        return Ok(());
    }
    let now = batch.fetch.at;
    let baseline = view.seen.feed.awaits_baseline();
    let mut left = MAX_PER_DOCUMENT;
    for entry in plan.entries.iter().rev().chain(&plan.revised) {
        let news = !plan.past.contains(&entry.id);
        let wanted = news && is_wanted(&batch.feed, entry, baseline, now);
        let took = match standing(conn, entry.id)? {
            Some(page) => revise(conn, entry, &page, wanted && left > 0, now)?,
            None if wanted => add(conn, entry, left > 0, now)?,
            None => false,
        };
        left = left.saturating_sub(usize::from(took));
    }
    Ok(())
}

/// Queues a page for the first time, or says that it is one of too many. Returns whether it is
/// queued.
fn add(conn: &Connection, entry: &Entry, room: bool, now: Timestamp) -> rusqlite::Result<bool> {
    let (state, code) = if room { ("wanted", None) } else { ("given_up", Some(TOO_MANY)) };
    conn.prepare_cached(
        "INSERT INTO articles (entry_id, state, site, attempts, due, code) \
         VALUES (?1, ?2, ?3, 0, ?4, ?5)",
    )?
    .execute(params![entry.id.0, state, site(entry), Ms(now), code])?;
    Ok(room)
}

/// Has the page of a revised entry read anew, or what it said added again. Returns whether it is
/// to be read anew.
fn revise(
    conn: &Connection,
    entry: &Entry,
    page: &Standing,
    wanted: bool,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let (id, site) = (entry.id.0, site(entry));
    let (state, reread) = match revised(page, wanted, entry.document.url.is_some(), now) {
        Revised::Reread => ("wanted", true),
        Revised::Again => ("again", false),
        Revised::AsItWas => {
            conn.prepare_cached("UPDATE articles SET site = ?2 WHERE entry_id = ?1")?
                .execute((id, site))?;
            return Ok(false);
        }
        Revised::NoLink => {
            conn.prepare_cached(
                "UPDATE articles SET state = 'given_up', code = ?2, detail = NULL \
                 WHERE entry_id = ?1",
            )?
            .execute((id, NO_LINK))?;
            return Ok(false);
        }
    };
    conn.prepare_cached(
        "UPDATE articles SET site = ?2, state = ?3, due = ?4, rereads = rereads + ?5 \
         WHERE entry_id = ?1",
    )?
    .execute((id, site, state, Ms(now), reread))?;
    Ok(reread)
}

fn site(entry: &Entry) -> String {
    entry.document.url.as_deref().and_then(schedule::site).unwrap_or_default()
}

fn standing(conn: &Connection, id: EntryId) -> rusqlite::Result<Option<Standing>> {
    conn.prepare_cached(
        "SELECT state, at, code IS ?2, rereads, text IS NOT NULL FROM articles \
         WHERE entry_id = ?1",
    )?
    .query_row((id.0, TOO_MANY), |row| {
        Ok(Standing {
            state: match row.get_ref(0)?.as_str()? {
                "wanted" => State::Wanted,
                "again" => State::Again,
                _ => State::Settled,
            },
            at: opt_time(row, 1)?,
            too_many: row.get(2)?,
            rereads: row.get(3)?,
            has_text: row.get(4)?,
        })
    })
    .optional()
}

/// Whether a page is still to be done as it was when it was taken from the queue.
pub(super) fn stands(conn: &Connection, article: &WantedArticle) -> rusqlite::Result<bool> {
    let state = if article.again { "again" } else { "wanted" };
    conn.prepare_cached(
        "SELECT count(*) FROM articles WHERE entry_id = ?1 AND state = ?2 AND attempts = ?3 \
         AND due = ?4",
    )?
    .query_row((article.entry.0, state, article.attempts, Ms(article.due)), |row| row.get(0))
}

/// Settles a try that brought no text, unless something else is to be done by now. A page that was
/// read once is not tried a second time: the text that it had is added again.
fn settle(conn: &Connection, attempt: &ArticleAttempt) -> rusqlite::Result<()> {
    let article = &attempt.article;
    if !stands(conn, article)? {
        return Ok(());
    }
    if article.again {
        conn.prepare_cached(
            "UPDATE articles SET state = 'given_up', code = ?2, detail = ?3, text = NULL \
             WHERE entry_id = ?1",
        )?
        .execute((article.entry.0, attempt.code.as_ref(), &attempt.detail))?;
        return Ok(());
    }
    conn.prepare_cached(
        "UPDATE articles SET state = CASE WHEN text IS NOT NULL THEN 'again' \
           WHEN ?2 IS NULL THEN 'given_up' ELSE 'wanted' END, \
         due = iif(text IS NULL, ifnull(?2, due), ?3), attempts = attempts + 1, at = ?3, \
         code = ?4, detail = ?5 WHERE entry_id = ?1",
    )?
    .execute(params![
        article.entry.0,
        ms(attempt.next),
        Ms(attempt.at),
        attempt.code.as_ref(),
        attempt.detail,
    ])?;
    Ok(())
}

/// Keeps what a page said. It is `added` to what its entry says, or to be added again: the feed
/// revised the entry meanwhile.
pub(super) fn keep(
    conn: &Connection,
    article: &WantedArticle,
    text: &str,
    added: bool,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let (id, at) = (article.entry.0, Ms(at));
    let state = if added { "read" } else { "again" };
    if article.again {
        conn.prepare_cached("UPDATE articles SET state = ?2, due = ?3 WHERE entry_id = ?1")?
            .execute((id, state, at))?;
    } else {
        conn.prepare_cached(
            "UPDATE articles SET state = ?2, attempts = attempts + 1, due = ?3, at = ?3, \
             code = 'ok', detail = NULL, text = ?4 WHERE entry_id = ?1",
        )?
        .execute((id, state, at, text))?;
    }
    Ok(())
}

/// A list of keys as JSON, for `json_each`.
fn keys(feeds: &[FeedKey]) -> String {
    serde_json::json!(feeds.iter().map(FeedKey::as_str).collect::<Vec<_>>()).to_string()
}
