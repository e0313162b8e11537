//! Stories that match a topic and wait for publishers: kept by [`super::ingest`], given up when their
//! time is over, and looked at anew where a clock that was wrong counted it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::column::{Ms, Text, key, time, uint};
use super::error::StoreError;
use super::ingest::{apply_due, view_of_story};
use super::{Store, entries};
use crate::domain::alert::Reason;
use crate::domain::alert::pending::Pending;
use crate::domain::alert::policy::Verdict;
use crate::domain::feed::FeedState;
use crate::domain::ids::{EntryId, StoryId, TopicId};
use crate::domain::ingest::{Batch, Plan, View, Waiter};

/// A condition on a story that waits: it began to, or matched last, after `?1`.
const AHEAD: &str = "WHERE since > ?1 OR until > ?1 + within";

const PENDING: &str = "topic, story_id, entry_id, have, need, since, until, within";

/// A story that waits for publishers, as it is listed.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingView {
    pub pending: Pending,
    pub headline: String,
}

impl Store {
    /// Whether a story waits since a time that lies ahead: a clock said so that has been put back.
    pub fn waits_ahead(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.read(|conn| {
            let sql = format!("SELECT 1 FROM pending_alerts {AHEAD} LIMIT 1");
            Ok(conn.prepare_cached(&sql)?.exists([Ms(now)])?)
        })
    }

    /// Has such stories wait from `now` on, for as long as they wait after a match. Returns them.
    pub async fn put_waits_back(&self, now: Timestamp) -> Result<Vec<Pending>, StoreError> {
        self.write(move |session| {
            let sql = format!(
                "UPDATE pending_alerts SET since = min(since, ?1), \
                 until = min(until, ?1 + within) {AHEAD} RETURNING {PENDING}"
            );
            let mut query = session.conn.prepare_cached(&sql)?;
            let waits = query.query_map([Ms(now)], pending)?;
            Ok(waits.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The entry that a story which waits was matched by last, as it stands now, with its feed; `None`
    /// if there is nothing left to decide on.
    pub fn waiter(&self, pending: &Pending) -> Result<Option<(Waiter, FeedState)>, StoreError> {
        self.read(|conn| {
            let Some((entry, _)) = entries::load(conn, pending.entry)? else { return Ok(None) };
            let Some(feed) = super::feeds::load(conn, entry.feed)? else { return Ok(None) };
            // Its last revision is the last in their order.
            let mut matches = entries::matches(conn, pending.entry)?.into_iter();
            let last = matches.rfind(|stored| stored.found.topic == pending.topic);
            Ok(last.map(|last| {
                let (found, found_in) = (last.found, last.entry_revision);
                (Waiter { story: pending.story, entry, found, found_in }, feed)
            }))
        })
    }

    /// Decides anew over a story that waits, in one transaction with what it is decided by; `None`
    /// if it waits no longer.
    pub async fn look_again(
        &self,
        pending: Pending,
        batch: Arc<Batch>,
        mut decide: impl FnMut(&View) -> Plan + Send + 'static,
    ) -> Result<Option<Plan>, StoreError> {
        self.write(move |session| {
            let waits = session
                .conn
                .prepare_cached("SELECT 1 FROM pending_alerts WHERE topic = ?1 AND story_id = ?2")?
                .exists((Text(&pending.topic), pending.story.0))?;
            if !waits {
                return Ok(None);
            }
            let view = view_of_story(session, &batch, None, pending.story)?;
            let plan = decide(&view);
            apply_due(session, &batch, &plan)?;
            Ok(Some(plan))
        })
        .await
    }

    /// Gives up the stories whose wait is over at `now`, each with a decision that says so.
    pub async fn expire_pending(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            let over: Vec<Pending> = conn
                .prepare_cached(&format!(
                    "SELECT {PENDING} FROM pending_alerts AS p WHERE until <= ?1 ORDER BY until"
                ))?
                .query_map([Ms(now)], pending)?
                .collect::<Result<_, _>>()?;
            for pending in &over {
                end(conn, &pending.topic, pending.story)?;
                let Reason { code, text } = pending.expired();
                conn.prepare_cached(
                    "INSERT INTO decisions (entry_id, topic, story_id, verdict, reason_code, \
                     reason_text, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    pending.entry.0,
                    Text(&pending.topic),
                    pending.story.0,
                    Verdict::Suppress.as_str(),
                    code,
                    text,
                    Ms(now),
                ])?;
            }
            Ok(over.len())
        })
        .await
    }

    /// Stories that wait for publishers at `now`, those whose time is over soonest first; of one
    /// topic or of all, at most `limit`.
    pub fn pending(
        &self,
        topic: Option<&TopicId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<PendingView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {PENDING}, s.headline FROM pending_alerts AS p \
                 JOIN stories AS s ON s.id = p.story_id \
                 WHERE p.until > ?2 AND (?1 IS NULL OR p.topic = ?1) \
                 ORDER BY p.until, p.story_id LIMIT ?3"
            ))?;
            let views = query.query_map(params![topic.map(Text), Ms(now), limit], |row| {
                Ok(PendingView { pending: pending(row)?, headline: row.get(8)? })
            })?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// What a story waits for at `now`, for one topic, if anything.
    pub fn pending_of(
        &self,
        topic: &TopicId,
        story: StoryId,
        now: Timestamp,
    ) -> Result<Option<Pending>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {PENDING} FROM pending_alerts AS p \
                 WHERE p.topic = ?1 AND p.story_id = ?2 AND p.until > ?3"
            ))?;
            let found = query.query_row(params![Text(topic), story.0, Ms(now)], pending);
            Ok(found.optional()?)
        })
    }
}

/// Keeps that a story waits for publishers.
pub(super) fn save(conn: &Connection, pending: &Pending) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO pending_alerts (topic, story_id, entry_id, have, need, since, until, \
         within) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (topic, story_id) DO UPDATE SET \
         entry_id = excluded.entry_id, have = excluded.have, need = excluded.need, \
         until = excluded.until, within = excluded.within",
    )?
    .execute(params![
        Text(&pending.topic),
        pending.story.0,
        pending.entry.0,
        pending.have,
        pending.need,
        Ms(pending.since),
        Ms(pending.until),
        i64::try_from(pending.within.as_millis()).unwrap_or(i64::MAX),
    ])?;
    Ok(())
}

/// A story waits no longer.
pub(super) fn end(conn: &Connection, topic: &TopicId, story: StoryId) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM pending_alerts WHERE topic = ?1 AND story_id = ?2")?
        .execute((Text(topic), story.0))?;
    Ok(())
}

/// After entries went from one of two stories to the other: a story waits where the entry is that
/// matched last, with the publishers that are left.
pub(super) fn part(conn: &Connection, from: StoryId, into: StoryId) -> rusqlite::Result<()> {
    const GONE: &str = "WHERE story_id = ?1 AND entry_id IN \
        (SELECT entry_id FROM story_members WHERE story_id = ?2)";
    conn.prepare_cached(&format!("UPDATE OR IGNORE pending_alerts SET story_id = ?2 {GONE}"))?
        .execute((from.0, into.0))?;
    conn.prepare_cached(&format!("DELETE FROM pending_alerts {GONE}"))?
        .execute((from.0, into.0))?;
    conn.prepare_cached(
        "UPDATE pending_alerts SET have = min(have, (SELECT count(DISTINCT e.publisher) \
           FROM story_members AS m JOIN matches AS x ON x.entry_id = m.entry_id \
           JOIN entries AS e ON e.id = m.entry_id \
           WHERE m.story_id = pending_alerts.story_id AND x.topic = pending_alerts.topic)) \
         WHERE story_id IN (?1, ?2)",
    )?
    .execute((from.0, into.0))?;
    end_told(conn, into)
}

/// A story waits no longer for topics that have an alert over it: it may have come with another
/// story. One that nobody was told of is none to a topic that has left shadow mode.
pub(super) fn end_told(conn: &Connection, story: StoryId) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "DELETE FROM pending_alerts WHERE story_id = ?1 AND EXISTS (SELECT 1 FROM alerts AS a \
         WHERE a.topic = pending_alerts.topic AND a.story_id = ?1 AND NOT a.shadow)",
    )?
    .execute([story.0])?;
    Ok(())
}

fn pending(row: &Row<'_>) -> rusqlite::Result<Pending> {
    Ok(Pending {
        topic: key(row, 0)?,
        story: StoryId(row.get(1)?),
        entry: EntryId(row.get(2)?),
        have: row.get(3)?,
        need: row.get(4)?,
        since: time(row, 5)?,
        until: time(row, 6)?,
        within: Duration::from_millis(uint(row.get(7)?)),
    })
}
