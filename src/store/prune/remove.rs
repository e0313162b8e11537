//! Takes a row out with all that is only there because of it.

use rusqlite::{Connection, OptionalExtension as _};

use super::{Kind, Removed};
use crate::domain::ids::EntryId;
use crate::store::error::StoreError;
use crate::store::writer::Session;

/// Removes one row, a story's entries as long as there is time. Returns whether all of it is gone.
pub(super) fn one(
    session: &mut Session<'_>,
    kind: Kind,
    id: i64,
    in_time: &dyn Fn() -> bool,
    removed: &mut Removed,
) -> Result<bool, StoreError> {
    let conn = session.conn;
    match kind {
        Kind::Alert => {
            removed.deliveries += alert(conn, id)?;
            removed.alerts += 1;
        }
        Kind::Story => return story(session, id, in_time, removed),
        Kind::Entry => removed.entries += u64::from(entry(session, id)?),
        Kind::Delivery => {
            deliveries(conn, "id", id)?;
            removed.deliveries += 1;
        }
        Kind::Notice => {
            removed.deliveries += deliveries(conn, "notice_id", id)?;
            conn.prepare_cached("UPDATE bursts SET notice_id = NULL WHERE notice_id = ?1")?
                .execute([id])?;
            conn.prepare_cached("DELETE FROM notices WHERE id = ?1")?.execute([id])?;
            removed.notices += 1;
        }
        Kind::Digest => {
            removed.deliveries += deliveries(conn, "digest_id", id)?;
            conn.prepare_cached("DELETE FROM digests WHERE id = ?1")?.execute([id])?;
            removed.digests += 1;
        }
    }
    Ok(true)
}

/// Returns how many deliveries went with it.
fn alert(conn: &Connection, id: i64) -> rusqlite::Result<u64> {
    let gone = deliveries(conn, "alert_id", id)?;
    for sql in [
        "DELETE FROM withheld WHERE alert_id = ?1",
        "DELETE FROM alert_notes WHERE alert_id = ?1",
        "DELETE FROM alert_revisions WHERE alert_id = ?1",
        "UPDATE alerts SET merged_into = NULL WHERE merged_into = ?1",
        "DELETE FROM alerts WHERE id = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([id])?;
    }
    Ok(gone)
}

/// Removes deliveries with their attempts; `column` says what `id` is of.
fn deliveries(conn: &Connection, column: &'static str, id: i64) -> rusqlite::Result<u64> {
    conn.prepare_cached(&format!(
        "DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE {column} = ?1)"
    ))?
    .execute([id])?;
    let mut gone = conn.prepare_cached(&format!("DELETE FROM deliveries WHERE {column} = ?1"))?;
    Ok(gone.execute([id])? as u64)
}

/// Removes the entries of a story, and the story when none is left.
fn story(
    session: &mut Session<'_>,
    id: i64,
    in_time: &dyn Fn() -> bool,
    removed: &mut Removed,
) -> Result<bool, StoreError> {
    let conn = session.conn;
    let members: Vec<i64> = conn
        .prepare_cached("SELECT entry_id FROM story_members WHERE story_id = ?1")?
        .query_map([id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for (n, member) in members.into_iter().enumerate() {
        if n > 0 && !in_time() {
            return Ok(false);
        }
        if !entry(session, member)? {
            // It was revised a moment ago: another day will do.
            return Ok(true);
        }
        removed.entries += 1;
    }
    let own: Vec<i64> = conn
        .prepare_cached(
            "WITH RECURSIVE own (id) AS (VALUES (?1) \
               UNION SELECT s.id FROM stories AS s JOIN own ON s.merged_into = own.id) \
             SELECT id FROM own ORDER BY id DESC",
        )?
        .query_map([id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for story in &own {
        for sql in [
            "DELETE FROM story_states WHERE story_id = ?1",
            "DELETE FROM pending_alerts WHERE story_id = ?1",
            "DELETE FROM story_merges WHERE story_id = ?1 OR into_id = ?1",
            "DELETE FROM story_edits WHERE from_id = ?1 OR into_id = ?1",
            "UPDATE stories SET parent = NULL WHERE parent = ?1",
            "UPDATE stories SET merged_into = NULL WHERE id = ?1",
        ] {
            conn.prepare_cached(sql)?.execute([story])?;
        }
    }
    for story in own {
        conn.prepare_cached("DELETE FROM stories WHERE id = ?1")?.execute([story])?;
    }
    removed.stories += 1;
    Ok(true)
}

/// Removes an entry, its text in the full-text index first. Not one that was revised in this very
/// transaction: the index still has what it said before.
fn entry(session: &mut Session<'_>, id: i64) -> Result<bool, StoreError> {
    if session.indexing.has(EntryId(id)) {
        return Ok(false);
    }
    let conn = session.conn;
    let text: Option<(String, String)> = conn
        .prepare_cached("SELECT title, body FROM entries WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((title, body)) = text {
        conn.prepare_cached(
            "INSERT INTO entries_fts (entries_fts, rowid, title, body) \
             VALUES ('delete', ?1, ?2, ?3)",
        )?
        .execute((id, title, body))?;
    }
    conn.prepare_cached("DELETE FROM entries WHERE id = ?1")?.execute([id])?;
    Ok(true)
}
