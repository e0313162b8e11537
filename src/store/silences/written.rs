//! Silences that stand in the configuration, kept beside those made by command, so that decisions,
//! lists and what they held back are the same for both. One that is edited stays the one it is, as
//! long as it is about the same from the same time on; one that is taken out ends.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{SILENCE, insert, read};
use crate::domain::alert::silence::{Silence, SilenceScope, Written};
use crate::domain::ids::IdSource;
use crate::store::column::{Ms, opt_time};
use crate::store::meta;

/// Who ended a silence that was taken out.
const BY_FILE: &str = "the configuration";

/// One that is not over, with when it was written to begin, if that was said.
struct Stored {
    silence: Silence,
    from: Option<Timestamp>,
}

/// Makes the silences that stand in the configuration those that are written now.
pub(in crate::store) fn sync(
    conn: &Connection,
    written: &[Written],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut stored = not_over(conn, now)?;
    let mut ids = IdSource::resume(meta::last_id(conn)?);
    for one in written {
        let same = |stored: &Stored| {
            (&stored.silence.scope, &stored.silence.also, stored.from)
                == (&one.scope, &one.also, one.starts)
        };
        match stored.iter().position(same) {
            Some(at) => edit(conn, stored.swap_remove(at).silence.id, one)?,
            // One that was over before anybody read it held nothing back.
            None if one.ends <= now => {}
            None => add(conn, one, ids.next(now), now)?,
        }
    }
    for gone in stored {
        conn.prepare_cached(
            "UPDATE silences SET planned_ends = ends, ended_by = ?3, ends = ?2, \
             starts = min(starts, ?2) WHERE id = ?1",
        )?
        .execute(params![gone.silence.id, Ms(now), BY_FILE])?;
    }
    meta::set_last_id(conn, ids.last())
}

fn not_over(conn: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Stored>> {
    conn.prepare_cached(&format!(
        "SELECT {SILENCE}, s.written_from FROM silences AS s \
         WHERE s.place IS NOT NULL AND s.ends > ?1 ORDER BY s.id"
    ))?
    .query_map([Ms(now)], |row| Ok(Stored { silence: read(row)?, from: opt_time(row, 9)? }))?
    .collect()
}

fn edit(conn: &Connection, id: i64, written: &Written) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE silences SET author = ?2, reason = ?3, ends = ?4, place = ?5 WHERE id = ?1",
    )?
    .execute(params![id, written.author, written.reason, Ms(written.ends), written.place])?;
    Ok(())
}

fn add(conn: &Connection, written: &Written, id: i64, now: Timestamp) -> rusqlite::Result<()> {
    let scope = |scope: &SilenceScope| scope.clone();
    let silence = Silence {
        id,
        scope: scope(&written.scope),
        also: written.also.as_ref().map(scope),
        author: written.author.clone(),
        reason: written.reason.clone(),
        starts: written.starts.unwrap_or(now),
        ends: written.ends,
    };
    insert(conn, &silence)?;
    conn.prepare_cached("UPDATE silences SET place = ?2, written_from = ?3 WHERE id = ?1")?
        .execute(params![id, written.place, written.starts.map(Ms)])?;
    Ok(())
}
