//! Copies of the database, made while it is used and checked before they count: [`super::verify`]
//! reads each copy whole. One that fails leaves nothing behind, and none replaces another file
//! unless that is asked for. [`super::restore`] brings one back.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::backup::Progress;

use super::error::StoreError;
use super::verify::{self, Verdict};
use super::{Access, Store, open};

/// How the copies of a directory are named: `wirewatch-20260603T033000Z.db`.
const PREFIX: &str = "wirewatch-";
const SUFFIX: &str = ".db";
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    pub bytes: u64,
    pub entries: u64,
    pub alerts: u64,
    /// Version of the schema.
    pub schema: u32,
}

impl Store {
    /// Copies the database to `target`, as it is at one moment, while others read and write it. The
    /// copy is read whole and checked, and only then has its name; others cannot read it.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is such a file and it is not to be replaced;
    /// [`StoreError::Full`] if there is no room; what is wrong with the database itself.
    pub fn back_up(&self, target: &Path, replace: bool) -> Result<Kept, StoreError> {
        if !replace && target.try_exists().unwrap_or(true) {
            return Err(StoreError::Exists { path: target.into() });
        }
        let partial = Partial::beside(target)?;
        let expected = self.read(|conn| {
            // What is counted is of the same moment as what is copied.
            let counts = counts(conn)?;
            conn.backup("main", &partial.path, None::<fn(Progress)>)?;
            Ok(counts)
        })?;
        alone(&partial.path)?;
        let Verdict { schema, .. } = verify::accept(&partial.path)?;
        let conn = open::open_checked(&partial.path, Access::ReadOnly)?;
        if counts(&conn)? != expected {
            let detail = "the copy does not hold what the database does".to_owned();
            return Err(StoreError::Corrupt { detail });
        }
        drop(conn);
        let bytes = partial.keep(target, replace)?;
        let (entries, alerts) = expected;
        Ok(Kept { path: target.into(), bytes, entries, alerts, schema })
    }
}

/// Copies the database into a directory under the name of the moment, and removes the oldest copies
/// beyond `keep`.
pub fn into_dir(store: &Store, dir: &Path, keep: u32, now: Timestamp) -> Result<Kept, StoreError> {
    let failed =
        |source: io::Error| StoreError::CannotOpen { path: dir.into(), source: source.into() };
    fs::create_dir_all(dir).map_err(failed)?;
    let stamp = now.to_zoned(jiff::tz::TimeZone::UTC).strftime(STAMP).to_string();
    let kept = store.back_up(&dir.join(format!("{PREFIX}{stamp}{SUFFIX}")), false)?;
    let mut copies = copies(dir);
    let beyond = copies.len().saturating_sub(keep.max(1) as usize);
    for (_, path) in copies.drain(..beyond) {
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "an old copy of the database stays");
        }
    }
    Ok(kept)
}

/// When the newest copy in a directory was made, by its name.
pub fn newest(dir: &Path) -> Option<Timestamp> {
    copies(dir).last().map(|(made, _)| *made)
}

/// The copies of a directory, oldest first: what is named as they are.
fn copies(dir: &Path) -> Vec<(Timestamp, PathBuf)> {
    let Ok(files) = fs::read_dir(dir) else { return Vec::new() };
    let copy = |file: fs::DirEntry| {
        let name = file.file_name().into_string().ok()?;
        let stamp = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let made = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?;
        let made = made.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        Some((made, file.path()))
    };
    let mut copies: Vec<_> = files.filter_map(|file| copy(file.ok()?)).collect();
    copies.sort();
    copies
}

/// Entries and alerts.
fn counts(conn: &Connection) -> Result<(u64, u64), StoreError> {
    let count = |sql: &str| -> rusqlite::Result<u64> {
        conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map(super::column::uint)
    };
    Ok((count("SELECT count(*) FROM entries")?, count("SELECT count(*) FROM alerts")?))
}

/// Makes the copy a file that stands alone: without a log beside it.
fn alone(path: &Path) -> Result<(), StoreError> {
    let conn = Connection::open(path)?;
    conn.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    Ok(())
}

/// A copy that has no name yet; removed unless it is kept.
pub(super) struct Partial {
    pub path: PathBuf,
}

impl Partial {
    /// An empty file beside `target` that only its owner may read.
    pub fn beside(target: &Path) -> Result<Self, StoreError> {
        let mut path = target.as_os_str().to_owned();
        path.push(".partial");
        let path = PathBuf::from(path);
        let made = fs::remove_file(&path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        });
        let made = made
            .and_then(|()| OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path));
        match made {
            Ok(_) => Ok(Self { path }),
            Err(source) => Err(failed(&path, source)),
        }
    }

    /// Gives the copy its name, once it is safe on the disk. Returns its size in bytes.
    pub fn keep(self, target: &Path, replace: bool) -> Result<u64, StoreError> {
        let named = || -> io::Result<u64> {
            let file = File::open(&self.path)?;
            file.sync_all()?;
            match replace {
                true => fs::rename(&self.path, target)?,
                // Unlike a rename, a link never replaces anything.
                false => fs::hard_link(&self.path, target)?,
            }
            if let Some(dir) = target.parent() {
                sync_dir(dir)?;
            }
            Ok(file.metadata()?.len())
        };
        named().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: target.into() },
            _ => failed(target, error),
        })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for beside in ["", "-journal", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(beside);
            // Nearly always it is not there.
            let _ = fs::remove_file(path);
        }
    }
}

/// Has the names of a directory written to the disk.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir)?.sync_all()
}

fn failed(path: &Path, source: io::Error) -> StoreError {
    match source.raw_os_error() {
        Some(code) if code == rustix::io::Errno::NOSPC.raw_os_error() => StoreError::Full,
        _ => StoreError::CannotOpen { path: path.into(), source: source.into() },
    }
}
