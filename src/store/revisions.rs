//! What entries said before they were revised. A live blog changes a hundred times a day: of each
//! entry the first text is kept, every text that an alert quotes, and the last ones.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::column::{Hash, Ms, time};
use crate::domain::ids::{Digest, EntryId};

/// Old texts kept of an entry beside the first and those that alerts quote.
pub const KEPT: u32 = 20;

/// Bytes of old texts from which on only the first and those that alerts quote are kept.
pub const KEPT_BYTES: u32 = 256 * 1024;

/// What an entry said until it was revised.
#[derive(Debug, Clone, PartialEq)]
pub struct OldRevision {
    pub revision: u32,
    pub title: String,
    pub body: String,
    /// Hash of title and body as they were stored.
    pub content: Digest,
    pub since: Timestamp,
    pub replaced_at: Timestamp,
}

/// Old revisions of an entry, oldest first; not all that there were.
pub(super) fn of(conn: &Connection, id: EntryId) -> rusqlite::Result<Vec<OldRevision>> {
    conn.prepare_cached(
        "SELECT revision, title, body, since, replaced_at, content FROM entry_revisions \
         WHERE entry_id = ?1 ORDER BY revision",
    )?
    .query_map([id.0], |row| {
        Ok(OldRevision {
            revision: row.get(0)?,
            title: row.get(1)?,
            body: row.get(2)?,
            since: time(row, 3)?,
            replaced_at: time(row, 4)?,
            content: row.get(5).map(|Hash(digest): Hash| digest)?,
        })
    })?
    .collect()
}

/// Keeps what an entry says now, before it says something else, and forgets what is beyond the
/// limits. Returns the number of the revision, or `None` if there is no such entry.
pub(super) fn keep(
    conn: &Connection,
    id: EntryId,
    now: Timestamp,
) -> rusqlite::Result<Option<u32>> {
    let kept: Option<u32> = conn
        .prepare_cached(
            "INSERT OR REPLACE INTO entry_revisions \
             (entry_id, revision, title, body, content, since, replaced_at) \
             SELECT id, revision, title, body, content, ifnull((SELECT max(replaced_at) \
               FROM entry_revisions WHERE entry_id = ?1), first_seen), ?2 \
             FROM entries WHERE id = ?1 RETURNING revision",
        )?
        .query_row((id.0, Ms(now)), |row| row.get(0))
        .optional()?;
    if kept.is_some_and(|revision| revision > 1) {
        forget(conn, id)?;
    }
    Ok(kept)
}

/// The newest is always kept: the full-text index still needs it.
fn forget(conn: &Connection, id: EntryId) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "DELETE FROM entry_revisions WHERE entry_id = ?1 AND revision IN (\
           SELECT r.revision FROM (\
             SELECT revision, since, row_number() OVER newest AS n, \
               sum(octet_length(title) + octet_length(body)) OVER newest AS bytes \
             FROM entry_revisions WHERE entry_id = ?1 \
             WINDOW newest AS (ORDER BY revision DESC)) AS r \
           WHERE r.n > 1 AND r.revision > 1 AND (r.n > ?2 OR r.bytes > ?3) \
           AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.entry_id = ?1 \
             AND d.at = r.since AND d.verdict IN ('raise', 'amend')))",
    )?
    .execute((id.0, KEPT, KEPT_BYTES))?;
    Ok(())
}
