//! What is remembered of a feed for its next fetch, in the columns of its row; a user's word that
//! a move is not to be followed; and the sites that are left alone. [`super::feeds`] keeps the
//! rest of a feed's state.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::column::{Ms, code, int, ms, opt_time, time, uint};
use super::error::StoreError;
use super::{Store, feed_events, feeds};
use crate::domain::feed::{
    FeedEvent, FeedState, FetchMemory, MoveSign, MoveStanding, Relocation, Rhythm, Sightings,
};
use crate::domain::ids::{FeedId, FeedKey};
use crate::domain::schedule::{self, SiteHold};

/// The columns of a [`FetchMemory`], read by name in [`read`].
pub(super) const COLUMNS: &str = "last_full, held_by, ttl_s, period_s, skip_hours, skip_days, \
    gone_count, gone_first, gone_last, move_to, move_sign, move_standing, move_since, move_count, \
    move_first, move_last, onward_to, onward_sign, onward_standing, onward_since, onward_count, \
    onward_first, onward_last";

impl Store {
    /// Takes back a move that is followed: the feed is asked for at its configured URL again, also
    /// by a daemon that runs. Returns where it had moved to; `None` if no move is followed.
    pub async fn undo_move(
        &self,
        feed: &FeedKey,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let key = feed.clone();
        self.write(move |session| {
            let conn = session.conn;
            let id: Option<i64> = conn
                .prepare_cached("SELECT id FROM feeds WHERE key = ?1")?
                .query_row([key.as_str()], |row| row.get(0))
                .optional()?;
            let state = id.map(|id| feeds::load(conn, FeedId(id))).transpose()?.flatten();
            let Some(state) = state else {
                return Err(StoreError::Unknown { what: "feed", name: key.to_string() });
            };
            let Some(to) = state.followed().map(|followed| followed.to.clone()) else {
                return Ok(None);
            };
            let state = schedule::undone(state, now);
            feeds::save(conn, &state)?;
            let text = format!("by hand: {to} is not followed, back to the configured URL");
            feed_events::add_all(conn, &[FeedEvent::new(state.id, now, "move_undone", &text)])?;
            Ok(Some(to))
        })
        .await
    }

    /// Keeps that a site is left alone, and the states of those of its feeds that wait for it.
    pub async fn hold_site(
        &self,
        hold: SiteHold,
        waiting: Vec<FeedState>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            let farthest = now.saturating_add(schedule::LONGEST_HOLD).unwrap_or(Timestamp::MAX);
            conn.prepare_cached("DELETE FROM site_holds WHERE until <= ?1")?.execute([Ms(now)])?;
            conn.prepare_cached(
                "INSERT INTO site_holds (site, until) VALUES (?1, ?2) \
                 ON CONFLICT (site) DO UPDATE SET until = CASE WHEN until > ?3 \
                   THEN excluded.until ELSE max(until, excluded.until) END",
            )?
            .execute((&hold.site, Ms(hold.until), Ms(farthest)))?;
            let mut wait = conn.prepare_cached(
                "UPDATE feeds SET next_due = ?3, next_reason = ?4, held_by = ?5 \
                 WHERE id = ?1 AND url = ?2",
            )?;
            for state in &waiting {
                let (due, by) = (Ms(state.next_due), &state.memory.held_by);
                wait.execute(params![state.id.0, state.url, due, state.next_reason, by])?;
            }
            Ok(())
        })
        .await
    }

    /// The sites that are to be left alone at `now`. None is for longer than any may ask for: a clock
    /// said so that has been put back since.
    pub fn site_holds(&self, now: Timestamp) -> Result<Vec<SiteHold>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached("SELECT site, until FROM site_holds")?;
            let holds = query.query_map([], |row| {
                let until = time(row, 1)?;
                let wait = Duration::try_from(until.duration_since(now)).unwrap_or_default();
                Ok(SiteHold { site: row.get(0)?, wait, until })
            })?;
            let holds: Vec<SiteHold> = holds.collect::<Result<_, _>>()?;
            let is_believed =
                |hold: &SiteHold| !hold.wait.is_zero() && hold.wait <= schedule::LONGEST_HOLD;
            Ok(holds.into_iter().filter(is_believed).collect())
        })
    }

    /// The state of a feed whose move was taken back beside the daemon, if that is so of the one
    /// that `state` follows.
    pub fn refusal(&self, state: &FeedState) -> Result<Option<FeedState>, StoreError> {
        if state.followed().is_none() {
            return Ok(None);
        }
        self.read(|conn| Ok(refused(conn, state)?))
    }
}

/// `state` with its move taken back, if what is stored says that it is.
pub(super) fn refused(conn: &Connection, state: &FeedState) -> rusqlite::Result<Option<FeedState>> {
    let Some(first) = state.memory.relocation.as_ref().filter(|first| first.is_followed()) else {
        return Ok(None);
    };
    let since: Option<Option<Ms>> = conn
        .prepare_cached(
            "SELECT move_since FROM feeds \
             WHERE id = ?1 AND move_to = ?2 AND move_standing = 'refused'",
        )?
        .query_row(params![state.id.0, first.to], |row| row.get(0))
        .optional()?;
    let since = since.flatten().map(|Ms(since)| since);
    Ok(since.map(|since| schedule::undone(state.clone(), since)))
}

/// Writes what is remembered, unless it belongs to a URL that the feed no longer has.
pub(super) fn save(conn: &Connection, state: &FeedState) -> rusqlite::Result<()> {
    let FetchMemory { rhythm, last_full, held_by, gone, relocation, onward } = &state.memory;
    let seconds = |wait: Option<Duration>| wait.map(|wait| int(wait.as_secs()));
    let moved = relocation.as_ref();
    conn.prepare_cached(
        "UPDATE feeds SET last_full = ?3, held_by = ?4, ttl_s = ?5, period_s = ?6, \
         skip_hours = ?7, skip_days = ?8, gone_count = ?9, gone_first = ?10, gone_last = ?11, \
         move_to = ?12, move_sign = ?13, move_standing = ?14, move_since = ?15, move_count = ?16, \
         move_first = ?17, move_last = ?18 WHERE id = ?1 AND url = ?2",
    )?
    .execute(params![
        state.id.0,
        state.url,
        ms(*last_full),
        held_by,
        seconds(rhythm.ttl),
        seconds(rhythm.period),
        rhythm.skip_hours,
        rhythm.skip_days,
        gone.map(|gone| gone.count),
        ms(gone.map(|gone| gone.first)),
        ms(gone.map(|gone| gone.last)),
        moved.map(|moved| &moved.to),
        moved.map(|moved| moved.sign.as_str()),
        moved.map(|moved| moved.standing.as_str()),
        ms(moved.map(|moved| moved.since)),
        moved.map(|moved| moved.seen.count),
        ms(moved.map(|moved| moved.seen.first)),
        ms(moved.map(|moved| moved.seen.last)),
    ])?;
    save_onward(conn, state, onward.as_ref())
}

/// Writes the further move, if there is one: a rare thing, beside the row's other columns.
fn save_onward(
    conn: &Connection,
    state: &FeedState,
    onward: Option<&Relocation>,
) -> rusqlite::Result<()> {
    let Some(onward) = onward else {
        conn.prepare_cached(
            "UPDATE feeds SET onward_to = NULL WHERE id = ?1 AND url = ?2 \
             AND onward_to IS NOT NULL",
        )?
        .execute(params![state.id.0, state.url])?;
        return Ok(());
    };
    conn.prepare_cached(
        "UPDATE feeds SET onward_to = ?3, onward_sign = ?4, onward_standing = ?5, \
         onward_since = ?6, onward_count = ?7, onward_first = ?8, onward_last = ?9 \
         WHERE id = ?1 AND url = ?2",
    )?
    .execute(params![
        state.id.0,
        state.url,
        onward.to,
        onward.sign.as_str(),
        onward.standing.as_str(),
        Ms(onward.since),
        onward.seen.count,
        Ms(onward.seen.first),
        Ms(onward.seen.last),
    ])?;
    Ok(())
}

/// Reads what is remembered from a row that has [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<FetchMemory> {
    let seconds = |column| -> rusqlite::Result<Option<Duration>> {
        let seconds: Option<i64> = row.get(column)?;
        Ok(seconds.map(|seconds| Duration::from_secs(uint(seconds))))
    };
    Ok(FetchMemory {
        rhythm: Rhythm {
            ttl: seconds("ttl_s")?,
            period: seconds("period_s")?,
            skip_hours: row.get("skip_hours")?,
            skip_days: row.get("skip_days")?,
        },
        last_full: opt_time(row, "last_full")?,
        held_by: row.get("held_by")?,
        gone: sightings(row, ["gone_count", "gone_first", "gone_last"])?,
        relocation: relocation(row, "move")?,
        onward: relocation(row, "onward")?,
    })
}

/// Reads the columns of a move whose names begin so.
fn relocation(row: &Row<'_>, begin: &str) -> rusqlite::Result<Option<Relocation>> {
    let name = |end: &str| format!("{begin}_{end}");
    let [count, first, last] = ["count", "first", "last"].map(name);
    let to: Option<String> = row.get(name("to").as_str())?;
    let (Some(to), Some(seen)) = (to, sightings(row, [&count, &first, &last])?) else {
        return Ok(None);
    };
    let column = |end| row.as_ref().column_index(name(end).as_str());
    let sign = code(row, column("sign")?, |text| {
        MoveSign::ALL.into_iter().find(|sign| sign.as_str() == text)
    })?;
    let standing = code(row, column("standing")?, |text| {
        MoveStanding::ALL.into_iter().find(|standing| standing.as_str() == text)
    })?;
    Ok(Some(Relocation { to, sign, standing, seen, since: time(row, name("since").as_str())? }))
}

fn sightings(row: &Row<'_>, columns: [&str; 3]) -> rusqlite::Result<Option<Sightings>> {
    let [count, first, last] = columns;
    let count: Option<u32> = row.get(count)?;
    let (first, last) = (opt_time(row, first)?, opt_time(row, last)?);
    let sightings = |((count, first), last)| Sightings { count, first, last };
    Ok(count.zip(first).zip(last).map(sightings))
}
