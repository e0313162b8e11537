//! Brings a database to the schema this version knows. Migrations are append-only: each is
//! applied in one transaction together with the version number, so that a kill at any instant
//! leaves the version before or the version after.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::backup;
use super::error::StoreError;
use super::partial::{Partial, dir_of, suffixed};

/// Marks a SQLite file as ours: "WIRE". In the file's header, see `PRAGMA application_id`.
pub(super) const APPLICATION_ID: i32 = 0x5749_5245;

/// The migrations, in order. The n-th (from 1) brings the schema to version n.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_spine.sql"),
    include_str!("../../migrations/0002_trust.sql"),
    include_str!("../../migrations/0003_running_config.sql"),
    include_str!("../../migrations/0004_lists.sql"),
    include_str!("../../migrations/0005_date_text.sql"),
    include_str!("../../migrations/0006_fetching.sql"),
    include_str!("../../migrations/0007_identity.sql"),
    include_str!("../../migrations/0008_health.sql"),
    include_str!("../../migrations/0009_articles.sql"),
    include_str!("../../migrations/0010_push.sql"),
    include_str!("../../migrations/0011_stories.sql"),
    include_str!("../../migrations/0012_digests.sql"),
    include_str!("../../migrations/0013_bursts.sql"),
    include_str!("../../migrations/0014_alert_policy.sql"),
    include_str!("../../migrations/0015_latency.sql"),
    include_str!("../../migrations/0016_handles.sql"),
    include_str!("../../migrations/0017_policy.sql"),
    include_str!("../../migrations/0018_further_moves.sql"),
    include_str!("../../migrations/0019_routing.sql"),
    include_str!("../../migrations/0020_instance.sql"),
    include_str!("../../migrations/0021_reloads.sql"),
    include_str!("../../migrations/0022_upkeep.sql"),
    include_str!("../../migrations/0023_copies.sql"),
    include_str!("../../migrations/0024_aside_ids.sql"),
    include_str!("../../migrations/0025_asked.sql"),
    include_str!("../../migrations/0026_published_by.sql"),
];

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// A file without content: new, or killed before its first migration was through.
    Empty,
    /// A wirewatch database of this schema version.
    Wirewatch(u32),
    /// Something else.
    Foreign,
}

/// Looks at the header and the list of tables; changes nothing.
pub(super) fn identify(conn: &Connection) -> rusqlite::Result<Identity> {
    let application: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if application == APPLICATION_ID {
        return Ok(Identity::Wirewatch(version));
    }
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(if application == 0 && version == 0 && tables == 0 {
        Identity::Empty
    } else {
        Identity::Foreign
    })
}

/// Applies what is missing of `migrations`. A database that already holds data is copied beside
/// itself first, as `<name>.v<version>.bak`; once all went through, that copy takes the place of those of
/// earlier versions.
pub(super) fn migrate(
    conn: &mut Connection,
    path: &Path,
    from: u32,
    migrations: &[&str],
) -> Result<(), StoreError> {
    if from > 0 && (from as usize) < migrations.len() {
        back_up(conn, path, from)?;
    }
    for (version, sql) in (1u32..).zip(migrations).skip(from as usize) {
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been faster while this one waited for the write lock.
        let at: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if at < version {
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
        transaction.commit()?;
    }
    if (from as usize) < migrations.len() {
        remove_copies_before(path, from);
    }
    Ok(())
}

/// Removes the copies that were made before earlier migrations: each is as large as the database was.
fn remove_copies_before(path: &Path, version: u32) {
    for older in 1..version {
        let copy = backup_path(path, older);
        match fs::remove_file(&copy) {
            Ok(()) => tracing::info!(path = %copy.display(), "removed a copy of an older schema"),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(path = %copy.display(), %error, "a copy of an older schema stays");
            }
        }
    }
}

/// Copies the database as it is, and checks the copy before it has its name. An unfinished copy of an
/// earlier try is overwritten.
fn back_up(conn: &Connection, path: &Path, version: u32) -> Result<(), StoreError> {
    let target = backup_path(path, version);
    let partial = Partial::beside(&target, backup::needed(conn, path, dir_of(path), 0)?)?;
    let copy = partial.fill(conn)?;
    let detail: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    drop(copy);
    if detail != "ok" {
        return Err(StoreError::Corrupt { detail });
    }
    partial.own_like(path);
    partial.keep(&target, true)?;
    Ok(())
}

/// Where the copy of a database goes before it is brought up from `version`.
fn backup_path(path: &Path, version: u32) -> PathBuf {
    suffixed(path, &format!(".v{version}.bak"))
}

#[cfg(test)]
mod tests;
