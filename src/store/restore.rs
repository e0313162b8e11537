//! Puts a backup in the place of the database, and keeps what was there aside. Every step leaves a
//! whole database under the name, the old one or the new one, whenever the machine stops.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::error::StoreError;
use super::partial::{Partial, dir_of, failed, has_no_links, suffixed as beside, sync_dir};
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
/// What is wrong with the backup; [`StoreError::NoRoom`] where there is none for a second copy;
/// [`StoreError::Busy`] where another process has the database open. The database that was there is in
/// place then.
pub fn restore(
    from: &Path,
    path: &Path,
    now: Timestamp,
    _lock: &InstanceLock,
) -> Result<Restored, StoreError> {
    let verdict = verify::accept_backup(from)?;
    let staged = Partial::beside(path, fs::metadata(from).map_or(0, |file| file.len()))?;
    drop(staged.fill(&open::open_checked(from, Access::ReadOnly)?)?);
    // Who restores is root at times; who runs is not.
    staged.own_like(path);
    let aside = set_aside(path, now)?;
    staged.keep(path, true)?;
    Ok(Restored { verdict, aside })
}

/// Gives the database a second name, and brings in what its log holds: a log that stayed would be
/// taken for one of the new database.
fn set_aside(path: &Path, now: Timestamp) -> Result<Option<PathBuf>, StoreError> {
    let failed = |source: io::Error| failed(path, source);
    let is_there = path.try_exists().map_err(failed)?;
    let stamp = now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
    let aside = beside(path, &format!(".before-{stamp}"));
    if is_there {
        fold(path)?;
        second_name(path, &aside, |from, to| fs::hard_link(from, to))?;
    }
    for log in ["-wal", "-shm", "-journal"] {
        let moved = fs::rename(beside(path, log), beside(&aside, log));
        match moved {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    sync_dir(dir_of(path)).map_err(failed)?;
    Ok(is_there.then_some(aside))
}

/// Gives the database a second name; a copy has it on file systems where no file has two names.
fn second_name(
    path: &Path,
    aside: &Path,
    link: fn(&Path, &Path) -> io::Result<()>,
) -> Result<(), StoreError> {
    match link(path, aside) {
        Err(error) if has_no_links(&error) => {}
        linked => return linked.map_err(|error| failed(aside, error)),
    }
    let opened = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW).open(path);
    let mut from = opened.map_err(|error| failed(path, error))?;
    let bytes = from.metadata().map_err(|error| failed(path, error))?.len();
    let copy = Partial::beside(aside, bytes)?;
    copy.fill_from(&mut from).map_err(|error| failed(aside, error))?;
    copy.own_like(path);
    copy.keep(aside, false)?;
    Ok(())
}

/// Brings in what the log of the database holds. A damaged one cannot be opened or brought up to date: it
/// goes aside as it is, log and all, and so does a link. One that somebody uses stays in place.
fn fold(path: &Path) -> Result<(), StoreError> {
    let Err(error) = folded(path) else { return Ok(()) };
    let is_link =
        error.sqlite_error().is_some_and(|it| it.extended_code == ffi::SQLITE_CANTOPEN_SYMLINK);
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) if is_link => Ok(()),
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::CannotOpen,
        ) => Err(error.into()),
        _ => {
            let path = path.display();
            tracing::warn!(%path, %error, "the database that is replaced goes aside as it is");
            Ok(())
        }
    }
}

fn folded(path: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    // With no link on the way: only one in the place of the database is meant.
    let real = fs::canonicalize(dir_of(path)).ok().zip(path.file_name());
    let real = real.map(|(dir, name)| dir.join(name));
    let conn = Connection::open_with_flags(real.as_deref().unwrap_or(path), flags)?;
    conn.busy_timeout(open::BUSY_TIMEOUT)?;
    let is_busy: bool = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        let busy = ffi::Error::new(ffi::SQLITE_BUSY);
        return Err(rusqlite::Error::SqliteFailure(busy, None));
    }
    conn.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DATABASE_FILE, Store};

    /// A directory with a database, and with a backup of it.
    fn place() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let (path, copy) = (dir.path().join(DATABASE_FILE), dir.path().join("copy.db"));
        let store = Store::open(&path, Access::Create).unwrap();
        store.back_up(&copy, false, 0).unwrap();
        (dir, path, copy)
    }

    fn names(dir: &Path) -> Vec<String> {
        let name = |file: io::Result<fs::DirEntry>| file.unwrap().file_name().into_string();
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|file| name(file).unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_database_that_another_process_reads_is_not_taken_for_a_damaged_one() {
        let (dir, path, copy) = place();
        let reader = Connection::open(&path).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM feeds").unwrap();
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        let lock = InstanceLock::acquire(dir.path()).unwrap();
        let refused = restore(&copy, &path, Timestamp::UNIX_EPOCH, &lock).unwrap_err();
        assert_eq!(refused.code(), "busy");
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
        assert!(!names(dir.path()).iter().any(|name| name.contains(".before-")));
        drop(reader);
        restore(&copy, &path, Timestamp::UNIX_EPOCH, &lock).unwrap();
        // One that is damaged goes aside.
        fs::write(&path, [0xa5; 8_192]).unwrap();
        let later = Timestamp::from_second(1).unwrap();
        let aside = restore(&copy, &path, later, &lock).unwrap().aside.unwrap();
        assert_eq!(fs::read(aside).unwrap(), [0xa5; 8_192]);
        Store::open(&path, Access::ReadOnly).unwrap();
    }

    #[test]
    fn a_log_that_was_left_alone_is_not_taken_for_one_of_the_restored_database() {
        let (dir, path, copy) = place();
        fs::remove_file(&path).unwrap();
        fs::write(beside(&path, "-wal"), "of another database").unwrap();
        let lock = InstanceLock::acquire(dir.path()).unwrap();
        assert_eq!(restore(&copy, &path, Timestamp::UNIX_EPOCH, &lock).unwrap().aside, None);
        assert!(!beside(&path, "-wal").exists(), "{:?}", names(dir.path()));
    }

    #[test]
    fn where_there_are_no_links_what_was_there_goes_aside_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let (path, aside) = (dir.path().join("w.db"), dir.path().join("w.db.before-1"));
        let no_links = |_: &Path, _: &Path| Err(rustix::io::Errno::PERM.into());
        fs::write(&path, "all of it").unwrap();
        second_name(&path, &aside, no_links).unwrap();
        assert_eq!(fs::read_to_string(&aside).unwrap(), "all of it");
        fs::write(&path, "something else").unwrap();
        assert_eq!(second_name(&path, &aside, no_links).unwrap_err().code(), "exists");
        assert_eq!(fs::read_to_string(&aside).unwrap(), "all of it", "nothing is replaced");
        fs::remove_file(&aside).unwrap();
        // What cannot be read on after its beginning: here a directory.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(second_name(&path, &aside, no_links).is_err());
        fs::remove_dir(&path).unwrap();
        fs::write(dir.path().join("secret"), "root's").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), &path).unwrap();
        assert!(second_name(&path, &aside, no_links).is_err(), "no link is followed");
        assert_eq!(names(dir.path()), ["secret", "w.db"], "and no half is left");
    }
}
