//! Puts a backup in the place of the database, and keeps what was there aside. Every step leaves a
//! whole database under the name, the old one or the new one, whenever the machine stops.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::backup::Progress;

use super::backup::{Partial, sync_dir};
use super::error::StoreError;
use super::verify::{self, Verdict};
use super::{Access, InstanceLock, open};

/// What was put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What is known of the backup.
    pub verdict: Verdict,
    /// Where the database that was there lies now; `None` if there was none.
    pub aside: Option<PathBuf>,
}

/// Puts a copy of the backup at `from` in the place of the database at `path`. The backup is read
/// whole and checked before anything is touched. `_lock`: nobody else uses the database meanwhile.
///
/// # Errors
/// What is wrong with the backup; [`StoreError::Full`] where there is no room for a second copy. The
/// database that was there is in place then.
pub fn restore(
    from: &Path,
    path: &Path,
    now: Timestamp,
    _lock: &InstanceLock,
) -> Result<Restored, StoreError> {
    let verdict = verify::accept(from)?;
    let staged = Partial::beside(path)?;
    open::open_checked(from, Access::ReadOnly)?.backup(
        "main",
        &staged.path,
        None::<fn(Progress)>,
    )?;
    let aside = set_aside(path, now)?;
    staged.keep(path, true)?;
    Ok(Restored { verdict, aside })
}

/// Gives the database a second name, and brings in what its log holds: a log that stayed would be
/// taken for one of the new database.
fn set_aside(path: &Path, now: Timestamp) -> Result<Option<PathBuf>, StoreError> {
    let failed =
        |source: io::Error| StoreError::CannotOpen { path: path.into(), source: source.into() };
    if !path.try_exists().map_err(failed)? {
        return Ok(None);
    }
    // A damaged one cannot be opened or brought up to date: it goes aside as it is, log and all.
    let _damaged = fold(path);
    let stamp = now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
    let aside = beside(path, &format!(".before-{stamp}"));
    fs::hard_link(path, &aside).map_err(failed)?;
    for log in ["-wal", "-shm"] {
        let moved = fs::rename(beside(path, log), beside(&aside, log));
        match moved {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    sync_dir(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    Ok(Some(aside))
}

fn fold(path: &Path) -> rusqlite::Result<()> {
    let conn = Connection::open(path)?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    conn.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
