//! Opens connections: is this file ours, whole, and of a schema this version knows? Only then
//! are its settings touched. [`super::migrate`] creates the schema and brings it up.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::Access;
use super::checkup::free_bytes;
use super::error::StoreError;
use super::lock::InstanceLock;
use super::migrate::{self, Identity, MIGRATIONS};
use super::partial::dir_of;

/// How long SQLite waits for another process to finish writing before it says "busy".
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// Page cache of the writing connection, in KiB (negative is SQLite's sign for KiB).
const WRITER_CACHE: i64 = -16 * 1024;

/// Page cache of each reading connection, in KiB.
const READER_CACHE: i64 = -2 * 1024;

/// Prepared statements kept per connection; there are fewer than this in the whole room.
const STATEMENTS: usize = 128;

/// The write-ahead log is folded into the database when it has grown by this many pages.
const CHECKPOINT_PAGES: i64 = 2_000;

/// The write-ahead log file is cut back to this many bytes after it was larger.
const WAL_LIMIT_BYTES: i64 = 64 * 1024 * 1024;

/// Databases up to this size are checked whole when they are opened for writing: about a second.
const WHOLE_CHECK_BYTES: u64 = 64 * 1024 * 1024;

/// Of larger ones, these tables are checked: small, and needed for every step.
const SPINE_TABLES: &[&str] = &["meta", "feeds", "topics", "stories", "alerts", "silences"];

/// With less free space a database that cannot be opened wants for room: the shared memory of its log
/// alone takes 32 KiB, for which SQLite names no full disk.
const ROOM_BYTES: u64 = 256 * 1024;

/// What must be escaped in the path of a `file:` URI.
const URI_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

/// Opens the connection that checks the file and, unless `access` is read-only, writes to it.
pub(super) fn open_main(path: &Path, access: Access) -> Result<Connection, StoreError> {
    prepare_place(path, access)?;
    let mut conn = connect(path, access).map_err(|error| cannot_open(path, error))?;
    let (mut identity, mut version) = known(&conn, path, access)?;
    let latest = MIGRATIONS.len() as u32;
    if access == Access::ReadOnly {
        if version < latest {
            return Err(older(path, version));
        }
        configure_reader(&conn)?;
        return Ok(conn);
    }
    let mut lock = None;
    if access == Access::Existing && version < latest {
        lock = Some(lock_for_migration(path, version)?);
        // Somebody may have brought it up while nobody held the lock yet.
        (identity, version) = known(&conn, path, access)?;
    }
    if access == Access::Create && identity != Identity::Empty {
        check(&conn, path)?;
    }
    if identity == Identity::Empty {
        // Only a new file can be told: what is freed in it can then be given back to the disk.
        let told = conn.pragma_update(None, "auto_vacuum", "INCREMENTAL");
        told.map_err(|error| cannot_open(path, error))?;
    }
    configure_writer(&conn).map_err(|error| cannot_open(path, error))?;
    migrate::migrate(&mut conn, path, version, MIGRATIONS)?;
    drop(lock);
    Ok(conn)
}

/// What the file is, with the version of its schema, which this version knows.
fn known(conn: &Connection, path: &Path, access: Access) -> Result<(Identity, u32), StoreError> {
    let identity = identity(conn, path)?;
    let version = match identity {
        Identity::Wirewatch(version) => version,
        Identity::Empty if access == Access::Create => 0,
        Identity::Empty | Identity::Foreign => {
            return Err(StoreError::Foreign { path: path.into() });
        }
    };
    let supported = MIGRATIONS.len() as u32;
    if version > supported {
        return Err(StoreError::NewerSchema { path: path.into(), found: version, supported });
    }
    Ok((identity, version))
}

fn older(path: &Path, found: u32) -> StoreError {
    StoreError::OlderSchema { path: path.into(), found, needed: MIGRATIONS.len() as u32 }
}

/// Keeps every daemon away for as long as the schema is brought up. One that runs is older than this
/// command, and would go on with tables that are no longer those that it knows.
fn lock_for_migration(path: &Path, found: u32) -> Result<InstanceLock, StoreError> {
    InstanceLock::acquire(dir_of(path)).map_err(|error| match error {
        StoreError::Locked { .. } => older(path, found),
        error => error,
    })
}

/// Opens a database of ours that may be older, to be read and judged: a backup. Nothing is changed,
/// and nothing is said of its contents.
pub(super) fn open_checked(path: &Path, access: Access) -> Result<Connection, StoreError> {
    if !path.is_file() {
        return Err(StoreError::NotFound { path: path.into() });
    }
    let conn = connect(path, access).map_err(|error| cannot_open(path, error))?;
    let known = MIGRATIONS.len() as u32;
    match identity(&conn, path)? {
        Identity::Wirewatch(found) if found > known => {
            Err(StoreError::NewerSchema { path: path.into(), found, supported: known })
        }
        Identity::Wirewatch(_) => {
            configure_reader(&conn)?;
            Ok(conn)
        }
        Identity::Empty | Identity::Foreign => Err(StoreError::Foreign { path: path.into() }),
    }
}

/// Opens one more connection, for reading, to a database that [`open_main`] has accepted.
pub(super) fn open_reader(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let access = match access {
        Access::ReadOnly => Access::ReadOnly,
        Access::Create | Access::Existing | Access::Alone => Access::Existing,
    };
    let conn = connect(path, access).map_err(|error| cannot_open(path, error))?;
    configure_reader(&conn)?;
    Ok(conn)
}

/// The file must be there already, or its directory must: then an empty file is made that only its
/// owner may read, whatever the rights of the directory. SQLite gives its log the same rights.
fn prepare_place(path: &Path, access: Access) -> Result<(), StoreError> {
    if access != Access::Create {
        return match path.try_exists() {
            Ok(false) => Err(StoreError::NotFound { path: path.into() }),
            _ => Ok(()),
        };
    }
    let mut new = OpenOptions::new();
    new.write(true).create_new(true).mode(0o600);
    let made = std::fs::create_dir_all(dir_of(path)).and_then(|()| new.open(path));
    match made {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            ErrorKind::AlreadyExists => Ok(()),
            ErrorKind::ReadOnlyFilesystem => Err(StoreError::ReadOnly),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Err(StoreError::Full),
            _ => Err(StoreError::CannotOpen { path: path.into(), source: error.into() }),
        },
    }
}

fn connect(path: &Path, access: Access) -> rusqlite::Result<Connection> {
    let shared = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let flags = match access {
        Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Access::Existing | Access::Alone => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let conn = Connection::open_with_flags(path, flags | shared)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // One plan per statement: else SQLite plans some anew for every value bound to them.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if access == Access::ReadOnly && !readable(&conn)? && !has_wal(path) {
        // A database in a directory that cannot be written to has no place for the shared
        // memory file of its log. Without a log nobody is writing: it can be read as it lies.
        let encoded = utf8_percent_encode(&path.to_string_lossy(), URI_PATH).to_string();
        let uri = format!("file:{encoded}?immutable=1");
        let flags = flags | shared | OpenFlags::SQLITE_OPEN_URI;
        return Connection::open_with_flags(uri, flags);
    }
    Ok(conn)
}

/// Whether anything can be read at all. That the file is damaged shows later, with its name.
fn readable(conn: &Connection) -> rusqlite::Result<bool> {
    match conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())) {
        Ok(()) => Ok(true),
        Err(error) => match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => Ok(false),
            _ => Ok(true),
        },
    }
}

fn has_wal(path: &Path) -> bool {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    std::fs::metadata(wal).is_ok_and(|wal| wal.len() > 0)
}

fn identity(conn: &Connection, path: &Path) -> Result<Identity, StoreError> {
    migrate::identify(conn).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::Foreign { path: path.into() },
        _ => cannot_open(path, error),
    })
}

/// Says which file could not be opened, unless the error is one of those with a meaning.
fn cannot_open(path: &Path, error: rusqlite::Error) -> StoreError {
    let is_full = || free_bytes(dir_of(path)).is_some_and(|free| free < ROOM_BYTES);
    match StoreError::from(error) {
        StoreError::Disk { .. } if is_full() => StoreError::Full,
        StoreError::Disk { source } | StoreError::Sql { source } => {
            StoreError::CannotOpen { path: path.into(), source: source.into() }
        }
        meaning => meaning,
    }
}

/// Refuses a damaged database. Reads at most about [`WHOLE_CHECK_BYTES`], so that starting stays
/// quick; what lies elsewhere shows as [`StoreError::Corrupt`] when it is read.
fn check(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    if bytes <= WHOLE_CHECK_BYTES {
        return quick_check(conn, "PRAGMA quick_check(1)");
    }
    SPINE_TABLES
        .iter()
        .try_for_each(|table| quick_check(conn, &format!("PRAGMA quick_check({table})")))
}

fn quick_check(conn: &Connection, pragma: &str) -> Result<(), StoreError> {
    let detail: String = conn.query_row(pragma, [], |row| row.get(0))?;
    if detail == "ok" { Ok(()) } else { Err(StoreError::Corrupt { detail }) }
}

fn configure_writer(conn: &Connection) -> rusqlite::Result<()> {
    harden(conn)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: the log is synced with every commit, so that a power cut takes nothing committed.
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", WRITER_CACHE)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", WAL_LIMIT_BYTES)
}

fn configure_reader(conn: &Connection) -> rusqlite::Result<()> {
    harden(conn)?;
    conn.pragma_update(None, "cache_size", READER_CACHE)?;
    conn.pragma_update(None, "query_only", true)
}

/// A crafted database file must not run anything, and no statement may reach into FTS5's tables.
fn harden(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    Ok(())
}
