//! The stories that may still grow, kept in memory beside the rows that say the same: the tables
//! `story_states`, `story_traces` and `story_counts` are the truth. The shelf reads them when it is
//! first asked, within the transaction; what it learns is written once for each group of batches,
//! in the same commit. It can be dropped at any time, and is after everything that went wrong, or
//! once somebody edited stories in another process.

use ahash::AHashMap;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, params};

use super::column::{Ms, time};
use super::error::StoreError;
use super::{Store, meta, story_edits};
use crate::domain::ids::{EntryId, IdSource, StoryId};
use crate::domain::story::counts::Counts;
use crate::domain::story::index::{KEPT_MEMBERS, LONG_WINDOW_MS, StoryIndex, StoryState};
use crate::domain::story::shelf::{LINK_WINDOW, NEWS, PAST_KEPT, Shelf};
use crate::domain::story::trace::{StoredMember, Trace, TraceError};
use crate::domain::story::vector::Vector;

/// A clock that was set back by more than this makes the shelf read its rows anew: what it forgot
/// in the meantime may matter again.
const SET_BACK: SignedDuration = SignedDuration::from_hours(1);

/// Bytes of what was learnt piece by piece, beyond which the counts are written as a whole.
const JOURNAL_BYTES: i64 = 4 << 20;

/// How long states and traces are kept: as long as they can matter, and a week for clocks that go
/// wrong. Traces longer than the window, so that a split finds those of a merge before it; those of
/// stories with one member, half as long.
const STATES_KEPT: SignedDuration = SignedDuration::from_hours(37 * 24);
const TRACES_KEPT: SignedDuration = SignedDuration::from_hours(28 * 24);
const LONE_TRACES_KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How much older than that are lone traces that are looked for: those that came of age since this
/// was last done, and some more.
const LONE_TRACES_SOUGHT: SignedDuration = SignedDuration::from_hours(24);

/// How often what is old is removed.
const PRUNED_EVERY: SignedDuration = SignedDuration::from_hours(6);

/// A step of the clock longer than this, between two times at which what is old would be removed,
/// may be a fault of the clock.
const LEAP: SignedDuration = SignedDuration::from_hours(3 * 24);

/// For how long nothing is removed after such a step.
const PROVEN_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Most old rows removed in one commit.
const PRUNED_AT_ONCE: u32 = 50_000;

/// The shelf, if it was read.
#[derive(Debug, Default)]
pub(super) struct Stories {
    shelf: Option<Shelf>,
    /// The last edit that it knows of.
    edit: i64,
    /// When it was last asked.
    now: Option<Timestamp>,
    /// Whether it was asked since [`Self::mark`].
    used: bool,
    /// Bytes in the journal since the counts were written as a whole.
    journal_bytes: i64,
}

impl Stories {
    /// Forgets everything; the next batch reads it again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Notes that a new job begins.
    pub fn mark(&mut self) {
        self.used = false;
    }

    /// Whether the job that runs has changed what is in memory.
    pub fn is_used(&self) -> bool {
        self.used
    }

    /// The stories as all committed edits and all batches before this one left them.
    pub fn shelf(&mut self, conn: &Connection, now: Timestamp) -> Result<&mut Shelf, StoreError> {
        let edit = story_edits::last(conn)?;
        let set_back = self.now.is_some_and(|before| before.duration_since(now) > SET_BACK);
        if self.edit != edit || set_back {
            self.flush(conn)?;
            self.shelf = None;
        }
        let shelf = match self.shelf.take() {
            Some(shelf) => shelf,
            None => self.read(conn, now)?,
        };
        (self.edit, self.now, self.used) = (edit, Some(now), true);
        Ok(self.shelf.insert(shelf))
    }

    /// Writes what was learnt since the last commit.
    pub fn flush(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let (Some(shelf), Some(now)) = (self.shelf.as_mut(), self.now) else {
            return Ok(());
        };
        let (states, traces) = shelf.take_changes();
        for state in states.values() {
            save_state(conn, state)?;
        }
        for (entry, at, trace) in &traces {
            save_trace(conn, *entry, *at, trace)?;
        }
        if let Some(journal) = shelf.index.counts().take_journal() {
            self.journal_bytes += i64::try_from(journal.len()).unwrap_or(i64::MAX);
            if self.journal_bytes > JOURNAL_BYTES {
                conn.execute("DELETE FROM story_counts", [])?;
                add_counts(conn, true, &shelf.index.counts().to_bytes())?;
                self.journal_bytes = 0;
            } else {
                add_counts(conn, false, &journal)?;
            }
            prune(conn, now)?;
        }
        Ok(())
    }

    /// Reads the rows.
    fn read(&mut self, conn: &Connection, now: Timestamp) -> Result<Shelf, StoreError> {
        let (counts, journal_bytes) = counts(conn)?;
        self.journal_bytes = journal_bytes;
        let mut index = StoryIndex::restored(counts);
        let (start, recent) = (StoryIndex::window_start(now), StoryIndex::short_window_start(now));
        let mut states = conn.prepare_cached(&format!(
            "SELECT {STATE} FROM story_states AS s JOIN stories AS t ON t.id = s.story_id \
             WHERE s.last_at >= ?1 AND (s.last_at >= ?2 OR s.members > 1) \
             AND t.merged_into IS NULL ORDER BY s.story_id"
        ))?;
        let mut rows = states.query([Ms(start), Ms(recent)])?;
        while let Some(row) = rows.next()? {
            if let Some(state) = read_state(row)? {
                index.restore_story(state);
            }
        }
        let mut traces = conn.prepare_cached(&format!(
            "SELECT {TRACED} FROM story_traces AS t JOIN story_members AS m \
             ON m.entry_id = t.entry_id WHERE t.at >= ?1 ORDER BY t.at DESC, t.entry_id DESC"
        ))?;
        let mut rows = traces.query([Ms(start)])?;
        let mut latest: AHashMap<StoryId, usize> = AHashMap::new();
        while let Some(row) = rows.next()? {
            let (story, at) = (StoryId(row.get(1)?), time(row, 2)?);
            if index.story(story).is_none() {
                continue;
            }
            let later = latest.entry(story).or_default();
            *later += 1;
            if (at >= recent || *later <= KEPT_MEMBERS)
                && let Some(member) = read_traced(row)?
            {
                index.restore_member(&member);
            }
        }
        let mut shelf = Shelf::of(index, story_edits::apart(conn)?);
        restore_past(conn, &mut shelf, now)?;
        Ok(shelf)
    }
}

/// Adds the stories of long ago that opened of late: an entry that was older than news is when it
/// came is one of theirs.
fn restore_past(conn: &Connection, shelf: &mut Shelf, now: Timestamp) -> Result<(), StoreError> {
    let first = Shelf::past_start(now);
    let mut traces = conn.prepare_cached(&format!(
        "SELECT {TRACED} FROM story_traces AS t JOIN story_members AS m ON m.entry_id = t.entry_id \
         WHERE t.entry_id >= ?1 AND t.at < ?2 AND m.story_id >= ?1 ORDER BY t.entry_id"
    ))?;
    let mut rows = traces.query((first.0, Ms(before(now, NEWS))))?;
    while let Some(row) = rows.next()? {
        let (entry, at) = (row.get(0)?, time(row, 2)?);
        let was_past = IdSource::made_at(entry).duration_since(at) > NEWS;
        if let Some(member) = read_traced(row)?.filter(|_| was_past) {
            shelf.restore_past(&member);
        }
    }
    Ok(())
}

const STATE: &str = "s.story_id, s.centroid, s.anchor, s.members, s.first_at, s.last_at";

const TRACED: &str = "t.entry_id, m.story_id, t.at, t.trace";

/// What a story is compared by, if it is still known.
pub(super) fn state(conn: &Connection, story: StoryId) -> Result<Option<StoryState>, StoreError> {
    let mut query = conn
        .prepare_cached(&format!("SELECT {STATE} FROM story_states AS s WHERE s.story_id = ?1"))?;
    let mut rows = query.query([story.0])?;
    match rows.next()? {
        Some(row) => Ok(read_state(row)?),
        None => Ok(None),
    }
}

/// The members of a story with what they are compared by, those that still have it.
pub(super) fn traced(conn: &Connection, story: StoryId) -> Result<Vec<StoredMember>, StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {TRACED} FROM story_members AS m JOIN story_traces AS t \
         ON t.entry_id = m.entry_id WHERE m.story_id = ?1 ORDER BY t.entry_id"
    ))?;
    let mut rows = query.query([story.0])?;
    let mut members = Vec::new();
    while let Some(row) = rows.next()? {
        members.extend(read_traced(row)?);
    }
    Ok(members)
}

/// What an entry is compared by, if it is still known.
pub(super) fn trace(conn: &Connection, entry: EntryId) -> Result<Option<Trace>, StoreError> {
    let mut query = conn.prepare_cached("SELECT trace FROM story_traces WHERE entry_id = ?1")?;
    let mut rows = query.query([entry.0])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
    Ok(Trace::from_bytes(bytes).ok())
}

/// Writes what a story is compared by.
pub(super) fn save_state(conn: &Connection, state: &StoryState) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO story_states (story_id, centroid, anchor, members, first_at, last_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (story_id) DO UPDATE SET centroid = excluded.centroid, \
         anchor = excluded.anchor, members = excluded.members, first_at = excluded.first_at, \
         last_at = excluded.last_at",
    )?
    .execute(params![
        state.id.0,
        state.centroid.to_bytes(),
        state.anchor.to_bytes(),
        state.members,
        Ms(state.first_seen),
        Ms(state.last_seen),
    ])?;
    Ok(())
}

fn save_trace(
    conn: &Connection,
    entry: EntryId,
    at: Timestamp,
    trace: &Trace,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO story_traces (entry_id, at, trace) VALUES (?1, ?2, ?3)",
    )?
    .execute((entry.0, Ms(at), trace.to_bytes()))?;
    Ok(())
}

fn add_counts(conn: &Connection, whole: bool, counts: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO story_counts (id, whole, counts) \
         VALUES ((SELECT ifnull(max(id), 0) + 1 FROM story_counts), ?1, ?2)",
    )?
    .execute((whole, counts))?;
    Ok(())
}

/// The counts, and how many bytes of them are pieces.
fn counts(conn: &Connection) -> Result<(Counts, i64), StoreError> {
    let mut query = conn.prepare_cached("SELECT whole, counts FROM story_counts ORDER BY id")?;
    let mut rows = query.query([])?;
    let (mut counts, mut pieces) = (Counts::default(), 0);
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        if row.get(0)? {
            counts = readable(Counts::from_bytes(bytes)).unwrap_or_default();
        } else {
            readable(counts.replay(bytes));
            pieces += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        }
    }
    Ok((counts, pieces))
}

fn read_state(row: &Row<'_>) -> rusqlite::Result<Option<StoryState>> {
    let vector = |column: usize| -> rusqlite::Result<Option<Vector>> {
        Ok(readable(Vector::from_bytes(row.get_ref(column)?.as_blob()?)))
    };
    let (Some(centroid), Some(anchor)) = (vector(1)?, vector(2)?) else { return Ok(None) };
    Ok(Some(StoryState {
        id: StoryId(row.get(0)?),
        centroid,
        anchor,
        members: row.get(3)?,
        first_seen: time(row, 4)?,
        last_seen: time(row, 5)?,
    }))
}

fn read_traced(row: &Row<'_>) -> rusqlite::Result<Option<StoredMember>> {
    let Some(trace) = readable(Trace::from_bytes(row.get_ref(3)?.as_blob()?)) else {
        return Ok(None);
    };
    let (entry, story, at) = (EntryId(row.get(0)?), StoryId(row.get(1)?), time(row, 2)?);
    Ok(Some(StoredMember { entry, story, at, trace }))
}

/// What cannot be read is not compared with any more: storing entries goes on.
fn readable<T>(read: Result<T, TraceError>) -> Option<T> {
    read.inspect_err(|error| {
        tracing::warn!(code = error.code(), "what stories are compared by is damaged: {error}");
    })
    .ok()
}

/// Removes what cannot matter any more, a few times a day. A clock that leapt has to go right for a week
/// before it is believed that so much is old.
fn prune(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let last = meta::time(conn, PRUNED_AT)?;
    if last.is_some_and(|last| now.duration_since(last).abs() < PRUNED_EVERY) {
        return Ok(());
    }
    let leapt = last.is_none_or(|last| now.duration_since(last).abs() > LEAP);
    meta::set_time(conn, PRUNED_AT, now)?;
    if leapt {
        meta::set_time(conn, STEADY_SINCE, now)?;
    }
    if !is_steady(conn, now)? {
        return Ok(());
    }
    // What came of late is kept, however old it says it is.
    let came_before = IdSource::floor(before(now, PAST_KEPT));
    let lone = before(now, LONE_TRACES_KEPT);
    conn.prepare_cached(
        "DELETE FROM story_traces WHERE entry_id IN \
         (SELECT entry_id FROM story_traces WHERE at < ?1 AND entry_id < ?3 LIMIT ?2)",
    )?
    .execute((Ms(before(now, TRACES_KEPT)), PRUNED_AT_ONCE, came_before))?;
    conn.prepare_cached(
        "DELETE FROM story_traces WHERE entry_id IN \
         (SELECT t.entry_id FROM story_traces AS t \
          JOIN story_members AS m ON m.entry_id = t.entry_id \
          LEFT JOIN story_states AS s ON s.story_id = m.story_id \
          WHERE t.at >= ?1 AND t.at < ?2 AND t.entry_id < ?3 AND ifnull(s.members, 0) < 2 \
          LIMIT ?4)",
    )?
    .execute((Ms(before(lone, LONE_TRACES_SOUGHT)), Ms(lone), came_before, PRUNED_AT_ONCE))?;
    conn.prepare_cached(
        "DELETE FROM story_states WHERE story_id IN \
         (SELECT story_id FROM story_states WHERE last_at < ?1 LIMIT ?2)",
    )?
    .execute((Ms(before(now, STATES_KEPT)), PRUNED_AT_ONCE))?;
    conn.prepare_cached(
        "UPDATE story_merges SET entries = NULL WHERE at < ?1 AND entries IS NOT NULL",
    )?
    .execute([Ms(before(now, LONE_TRACES_KEPT))])?;
    Ok(())
}

fn before(now: Timestamp, kept: SignedDuration) -> Timestamp {
    now.saturating_sub(kept).unwrap_or(Timestamp::MIN)
}

/// Whether the clock has gone on without a leap for so long that what seems old is believed to be.
pub(super) fn is_steady(conn: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let steady = meta::time(conn, STEADY_SINCE)?;
    Ok(steady.is_some_and(|since| now.duration_since(since) >= PROVEN_AFTER))
}

impl Store {
    /// When it will be believed that what seems old is, if the clock goes on without a leap: since when it
    /// does so, and the time from which on. `None`: that is so already, or nothing was stored yet.
    pub fn clock_proven_from(
        &self,
        now: Timestamp,
    ) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        self.read(|conn| {
            if is_steady(conn, now)? {
                return Ok(None);
            }
            let from =
                |since: Timestamp| since.saturating_add(PROVEN_AFTER).unwrap_or(Timestamp::MAX);
            Ok(meta::time(conn, STEADY_SINCE)?.map(|since| (since, from(since))))
        })
    }
}

/// Names of values in `meta`.
const PRUNED_AT: &str = "stories_pruned_at";
const STEADY_SINCE: &str = "stories_steady_since";

const _: () = assert!(STATES_KEPT.as_secs() > LINK_WINDOW.as_secs());
const _: () = assert!(TRACES_KEPT.as_millis() > LONG_WINDOW_MS as i128);
const _: () = assert!(LONE_TRACES_KEPT.as_secs() > NEWS.as_secs());
