//! Feeds and their state, and the last fetches of each. [`super::ingest`] writes a feed's state
//! in the commit that stores its entries; a fetch that brought nothing is recorded here.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::column::{Hash, Json, Ms, Text, code, int, key, ms, opt_time, time, uint};
use super::error::StoreError;
use super::feed_memory::COLUMNS as MEMORY;
use super::habits_row::HabitsRow;
use super::{Store, feed_events, feed_memory, meta, push};
use crate::domain::feed::habits::Habits;
use crate::domain::feed::{
    Feed, FeedEvent, FeedState, FetchMemory, FetchRecord, Outcome, Validators,
};
use crate::domain::ids::{FeedId, FeedKey, IdSource};
use crate::domain::schedule;

/// Fetches remembered per feed.
pub const FETCHES_KEPT: i64 = 200;

/// A feed as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedView {
    pub state: FeedState,
    /// Since when it is no longer configured.
    pub retired_at: Option<Timestamp>,
    /// Entries stored of it.
    pub entries: u64,
    /// The last fetch whose entries were taken as the past (its first one, as a rule), and how
    /// many alerts these would have raised; `None` if none would have.
    pub held: Option<(Timestamp, u32)>,
    /// When its present trouble was told.
    pub told_at: Option<Timestamp>,
}

/// The columns of a [`FeedState`], read by name in [`state`].
const STATE: &str = "id, key, url, title, etag, last_modified, body_hash, baseline_at, next_due, \
    next_reason, last_fetch, last_success, last_new_entry, failures, failing_since, last_outcome, \
    last_detail, entries_per_day, (SELECT lease_until FROM subscriptions WHERE feed_id = feeds.id) \
    AS pushed_until, habits";

impl Store {
    /// Makes the database's feeds those of the configuration, and returns their states in its
    /// order. New ones are due at once. A changed URL drops validators and failures, keeps the
    /// entries, and is due at once. Those no longer configured are retired; a returned one goes
    /// on where it was.
    pub async fn sync_feeds(
        &self,
        feeds: Vec<Arc<Feed>>,
        now: Timestamp,
    ) -> Result<Vec<FeedState>, StoreError> {
        self.write(move |session| Ok(sync(session.conn, &feeds, now)?)).await
    }

    /// Records a fetch that brought no entries to store: a failure, or nothing new, with what
    /// happened to the feed by it. `state` replaces the feed's state, unless the feed was given
    /// another URL in the meantime.
    pub async fn record_fetch(
        &self,
        state: FeedState,
        fetch: FetchRecord,
        events: Vec<FeedEvent>,
    ) -> Result<(), StoreError> {
        let recorded = push::Recorded { state, fetch, events };
        self.write(move |session| Ok(record(session.conn, &recorded)?)).await
    }

    /// All feeds by key, the retired ones among them.
    pub fn feeds(&self) -> Result<Vec<FeedView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {STATE}, {MEMORY}, retired_at, told_at, \
                 (SELECT count(*) FROM entries WHERE feed_id = feeds.id) AS entries, \
                 (SELECT at FROM fetches WHERE feed_id = feeds.id AND would_have_raised > 0 \
                  ORDER BY n DESC LIMIT 1) AS held_at, \
                 (SELECT would_have_raised FROM fetches WHERE feed_id = feeds.id \
                  AND would_have_raised > 0 ORDER BY n DESC LIMIT 1) AS held \
                 FROM feeds ORDER BY key"
            ))?;
            let views = query.query_map([], feed_view)?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// How all feeds stand, the retired ones among them, in no order. Their entries are not
    /// counted.
    pub fn feed_states(&self) -> Result<Vec<FeedView>, StoreError> {
        self.read(|conn| {
            let sql = format!(
                "SELECT {STATE}, {MEMORY}, retired_at, told_at, 0 AS entries, \
                 NULL AS held_at, NULL AS held FROM feeds"
            );
            let mut query = conn.prepare_cached(&sql)?;
            let views = query.query_map([], feed_view)?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// The last fetches of a feed, newest first; at most [`FETCHES_KEPT`] are remembered.
    pub fn fetches(&self, feed: &FeedKey, limit: u32) -> Result<Vec<FetchRecord>, StoreError> {
        self.read(|conn| {
            let id: Option<i64> = conn
                .prepare_cached("SELECT id FROM feeds WHERE key = ?1")?
                .query_row([feed.as_str()], |row| row.get(0))
                .optional()?;
            let id =
                id.ok_or_else(|| StoreError::Unknown { what: "feed", name: feed.to_string() })?;
            let mut query = conn.prepare_cached(
                "SELECT feed_id, at, outcome, code, status, bytes, duration_ms, entries, \
                 new_entries, would_have_raised, detail FROM fetches WHERE feed_id = ?1 ORDER BY n DESC LIMIT ?2",
            )?;
            let fetches = query.query_map((id, limit), fetch)?;
            Ok(fetches.collect::<Result<_, _>>()?)
        })
    }
}

pub(super) fn record(conn: &Connection, recorded: &push::Recorded) -> rusqlite::Result<()> {
    save(conn, &recorded.state)?;
    add_fetch(conn, &recorded.fetch)?;
    feed_events::add_all(conn, &recorded.events)
}

pub(super) fn sync(
    conn: &Connection,
    feeds: &[Arc<Feed>],
    now: Timestamp,
) -> rusqlite::Result<Vec<FeedState>> {
    let mut known = HashMap::new();
    let mut query = conn.prepare_cached(&format!("SELECT {STATE}, {MEMORY} FROM feeds"))?;
    for row in query.query_map([], state)? {
        let state = row?;
        known.insert(state.key.clone(), state);
    }
    // What was told of a feed's trouble before it was retired is told anew if it lasts.
    conn.prepare_cached(
        "UPDATE feeds SET told_at = NULL, told_condition = NULL WHERE retired_at IS NOT NULL",
    )?
    .execute([])?;
    conn.prepare_cached("UPDATE feeds SET retired_at = ?1 WHERE retired_at IS NULL")?
        .execute([Ms(now)])?;
    let mut ids = IdSource::resume(meta::last_id(conn)?);
    let mut states = Vec::with_capacity(feeds.len());
    for feed in feeds {
        let state = match known.remove(&feed.key) {
            Some(state) if state.url == feed.url => resumed(conn, state, feed, now)?,
            Some(state) => {
                let state = moved(state, feed, now);
                conn.prepare_cached("UPDATE feeds SET url = ?2 WHERE id = ?1")?
                    .execute((state.id.0, &state.url))?;
                push::forget(conn, state.id)?;
                save(conn, &state)?;
                state
            }
            None => {
                let id = FeedId(ids.next(now));
                let state = FeedState::new(id, feed.key.clone(), feed.url.clone(), now);
                insert(conn, &state)?;
                state
            }
        };
        conn.prepare_cached("UPDATE feeds SET retired_at = NULL WHERE id = ?1")?
            .execute([state.id.0])?;
        states.push(state);
    }
    meta::set_last_id(conn, ids.last())?;
    Ok(states)
}

/// A feed that was paused when the daemon last ran, and is not any longer, is due now, and one
/// whose interval is shorter by now comes forward. A site that asked to be left alone is left alone
/// all the same.
fn resumed(
    conn: &Connection,
    state: FeedState,
    feed: &Feed,
    now: Timestamp,
) -> rusqlite::Result<FeedState> {
    if feed.paused || state.last_fetch.is_none() || state.next_due <= now {
        return Ok(state);
    }
    let was_paused = conn
        .prepare_cached(
            "SELECT 1 FROM running_config WHERE kind = 'feed' AND id = ?1 \
             AND json_extract(summary, '$.paused') IS NOT NULL",
        )?
        .exists([feed.key.as_str()])?;
    if !was_paused {
        let Some(state) = schedule::hurried(&state, feed.interval) else { return Ok(state) };
        save(conn, &state)?;
        return Ok(state);
    }
    let state = FeedState { next_due: now, next_reason: "resumed".into(), ..state };
    save(conn, &state)?;
    Ok(state)
}

/// The state of a feed that was given another URL: what the old server said is void.
fn moved(old: FeedState, feed: &Feed, now: Timestamp) -> FeedState {
    FeedState {
        url: feed.url.clone(),
        validators: Validators::default(),
        body_hash: None,
        next_due: now,
        next_reason: "url_changed".into(),
        failures: 0,
        failing_since: None,
        last_outcome: None,
        last_detail: None,
        pushed_until: None,
        habits: Habits { known: false, landed: None, empty_since: None, ..old.habits },
        memory: FetchMemory::default(),
        ..old
    }
}

/// The state of a feed, if there is such a feed.
pub(super) fn load(conn: &Connection, id: FeedId) -> rusqlite::Result<Option<FeedState>> {
    conn.prepare_cached(&format!("SELECT {STATE}, {MEMORY} FROM feeds WHERE id = ?1"))?
        .query_row([id.0], state)
        .optional()
}

fn insert(conn: &Connection, state: &FeedState) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO feeds (id, key, url, next_due, next_reason, failures, entries_per_day) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        state.id.0,
        Text(&state.key),
        state.url,
        Ms(state.next_due),
        state.next_reason,
        state.failures,
        state.entries_per_day,
    ])?;
    Ok(())
}

/// Writes a feed's state, unless it belongs to a URL that the feed no longer has. A move that was
/// taken back meanwhile stays so.
pub(super) fn save(conn: &Connection, state: &FeedState) -> rusqlite::Result<()> {
    let refused = feed_memory::refused(conn, state)?;
    let state = refused.as_ref().unwrap_or(state);
    feed_memory::save(conn, state)?;
    conn.prepare_cached(
        "UPDATE feeds SET title = ?3, etag = ?4, last_modified = ?5, body_hash = ?6, \
         baseline_at = ifnull(baseline_at, ?7), next_due = ?8, next_reason = ?9, last_fetch = ?10, last_success = ?11, \
         last_new_entry = ?12, failures = ?13, failing_since = ?14, last_outcome = ?15, \
         last_detail = ?16, entries_per_day = ?17, habits = ?18 \
         WHERE id = ?1 AND url = ?2",
    )?
    .execute(params![
        state.id.0,
        state.url,
        state.title,
        state.validators.etag,
        state.validators.last_modified,
        state.body_hash.map(Hash),
        ms(state.baseline_at),
        Ms(state.next_due),
        state.next_reason,
        ms(state.last_fetch),
        ms(state.last_success),
        ms(state.last_new_entry),
        state.failures,
        ms(state.failing_since),
        state.last_outcome,
        state.last_detail,
        // NaN would be stored as NULL; a feed without a rate has none.
        if state.entries_per_day.is_finite() { state.entries_per_day } else { 0.0 },
        Json(HabitsRow::from(&state.habits)),
    ])?;
    Ok(())
}

/// Adds a fetch to its feed's ring, in place of the oldest one when that is full.
pub(super) fn add_fetch(conn: &Connection, fetch: &FetchRecord) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO fetches (feed_id, slot, n, at, outcome, code, status, bytes, \
         duration_ms, entries, new_entries, would_have_raised, detail) \
         SELECT id, fetches % ?2, fetches, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 \
         FROM feeds WHERE id = ?1",
    )?
    .execute(params![
        fetch.feed.0,
        FETCHES_KEPT,
        Ms(fetch.at),
        fetch.outcome.as_str(),
        fetch.code,
        fetch.status,
        int(fetch.bytes),
        i64::try_from(fetch.duration.as_millis()).unwrap_or(i64::MAX),
        fetch.entries,
        fetch.new_entries,
        fetch.would_have_raised,
        fetch.detail,
    ])?;
    conn.prepare_cached("UPDATE feeds SET fetches = fetches + 1 WHERE id = ?1")?
        .execute([fetch.feed.0])?;
    Ok(())
}

fn state(row: &Row<'_>) -> rusqlite::Result<FeedState> {
    Ok(FeedState {
        id: FeedId(row.get("id")?),
        key: key(row, "key")?,
        url: row.get("url")?,
        title: row.get("title")?,
        validators: Validators { etag: row.get("etag")?, last_modified: row.get("last_modified")? },
        body_hash: row.get::<_, Option<Hash>>("body_hash")?.map(|Hash(digest)| digest),
        baseline_at: opt_time(row, "baseline_at")?,
        next_due: time(row, "next_due")?,
        next_reason: row.get::<_, String>("next_reason")?.into(),
        last_fetch: opt_time(row, "last_fetch")?,
        last_success: opt_time(row, "last_success")?,
        last_new_entry: opt_time(row, "last_new_entry")?,
        failures: row.get("failures")?,
        failing_since: opt_time(row, "failing_since")?,
        last_outcome: row.get::<_, Option<String>>("last_outcome")?.map(Into::into),
        last_detail: row.get("last_detail")?,
        entries_per_day: row.get("entries_per_day")?,
        pushed_until: opt_time(row, "pushed_until")?,
        habits: row
            .get::<_, Option<Json<HabitsRow>>>("habits")?
            .map(|Json(habits)| habits.into())
            .unwrap_or_default(),
        memory: feed_memory::read(row)?,
    })
}

fn feed_view(row: &Row<'_>) -> rusqlite::Result<FeedView> {
    Ok(FeedView {
        state: state(row)?,
        retired_at: opt_time(row, "retired_at")?,
        entries: uint(row.get("entries")?),
        held: opt_time(row, "held_at")?.zip(row.get("held")?),
        told_at: opt_time(row, "told_at")?,
    })
}

fn fetch(row: &Row<'_>) -> rusqlite::Result<FetchRecord> {
    let outcomes = [Outcome::Fresh, Outcome::Unchanged, Outcome::Failed];
    Ok(FetchRecord {
        feed: FeedId(row.get(0)?),
        at: time(row, 1)?,
        outcome: code(row, 2, |text| {
            outcomes.into_iter().find(|outcome| outcome.as_str() == text)
        })?,
        code: row.get::<_, String>(3)?.into(),
        status: row.get(4)?,
        bytes: uint(row.get(5)?),
        duration: Duration::from_millis(uint(row.get(6)?)),
        entries: row.get(7)?,
        new_entries: row.get(8)?,
        would_have_raised: row.get(9)?,
        detail: row.get(10)?,
    })
}
