//! Single values by name: the highest id ever handed out.

use rusqlite::Connection;

/// The highest id ever handed out.
pub(super) fn last_id(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT value FROM meta WHERE name = 'last_id'")?
        .query_row([], |row| row.get(0))
}

/// Remembers the highest id handed out. It never goes down.
pub(super) fn set_last_id(conn: &Connection, id: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE meta SET value = max(value, ?1) WHERE name = 'last_id'")?
        .execute([id])?;
    Ok(())
}
