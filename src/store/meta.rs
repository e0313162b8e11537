//! Single values by name: the highest id ever handed out, and when some things were done.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::column::{Ms, time as read_time};

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

/// The number of this name; 0 if it was never set.
pub(super) fn number(conn: &Connection, name: &str) -> rusqlite::Result<i64> {
    let number = conn
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(number.unwrap_or_default())
}

/// Sets the number of this name.
pub(super) fn set_number(conn: &Connection, name: &str, number: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
        .execute((name, number))?;
    Ok(())
}

/// The time of this name, if it was ever set.
pub(super) fn time(conn: &Connection, name: &str) -> rusqlite::Result<Option<Timestamp>> {
    conn.prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| read_time(row, 0))
        .optional()
}

/// Sets the time of this name.
pub(super) fn set_time(conn: &Connection, name: &str, at: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?
        .execute((name, Ms(at)))?;
    Ok(())
}

/// Takes a name away.
pub(super) fn forget(conn: &Connection, name: &str) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute([name])?;
    Ok(())
}
