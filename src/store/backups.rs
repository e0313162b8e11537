//! The directory of daily copies: how they are named, which of them are this database's, and which
//! are one too many. Several databases may share a directory: each has a name of its own in those of
//! its copies.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use rusqlite::OptionalExtension as _;

use super::backup::Kept;
use super::error::StoreError;
use super::partial::PARTIAL;
use super::{Access, Store, meta, open};

/// How copies are named: `wirewatch-7f3a9c21-20260603T033000Z.db`, after the database and the moment;
/// by early versions after the moment only.
const PREFIX: &str = "wirewatch-";
const SUFFIX: &str = ".db";
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// What is left of a copy of an early version goes once it is this old: it may be another database's.
const STALE: Duration = Duration::from_secs(24 * 3_600);

/// How many more copies stay while the clock may be wrong, times those that are kept: it then is not
/// known which are old.
const UNPROVEN: usize = 2;

/// A copy that is found in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Copy {
    /// By a clock that was ahead: such a copy goes first.
    made: Option<Timestamp>,
    path: PathBuf,
}

/// Copies the database into a directory under its name and the moment, and removes the oldest of its
/// copies beyond `keep`; with `spare` as [`Store::back_up`] has it.
///
/// # Errors
/// As [`Store::back_up`].
pub fn into_dir(
    store: &Store,
    dir: &Path,
    keep: u32,
    spare: u64,
    now: Timestamp,
) -> Result<Kept, StoreError> {
    let failed = |source: io::Error| StoreError::CannotWrite { path: dir.into(), source };
    fs::create_dir_all(dir).map_err(failed)?;
    let name = Named::of(store)?;
    name.sweep(dir);
    let stamp = now.to_zoned(jiff::tz::TimeZone::UTC).strftime(STAMP).to_string();
    let target = dir.join(format!("{PREFIX}{}-{stamp}{SUFFIX}", name.short));
    let kept = store.back_up(&target, false, spare)?;
    let is_proven = store.is_clock_proven(now)?;
    let most = (keep.max(1) as usize).saturating_mul(if is_proven { 1 } else { UNPROVEN });
    let mut copies = name.copies(dir, now);
    let beyond = copies.len().saturating_sub(most);
    for Copy { path, .. } in copies.drain(..beyond) {
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "an old copy of the database stays");
        }
    }
    Ok(kept)
}

/// When the newest copy of this database in a directory was made, by its name. One that is dated
/// after `now` was made by a clock that was wrong, and does not count.
pub fn newest(store: &Store, dir: &Path, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    Ok(newest_copy(store, dir, now)?.map(|(made, _)| made))
}

/// The same, with where it is.
pub fn newest_copy(
    store: &Store,
    dir: &Path,
    now: Timestamp,
) -> Result<Option<(Timestamp, PathBuf)>, StoreError> {
    let newest = Named::of(store)?.copies(dir, now).pop();
    Ok(newest.and_then(|copy| Some((copy.made?, copy.path))))
}

/// By what the copies of a database are known.
struct Named {
    /// Random, and the same in all copies of the database.
    instance: i64,
    /// The lowest bits of its ids: by these copies of early versions are known.
    number: i64,
    /// The instance in a file name.
    short: String,
}

impl Named {
    fn of(store: &Store) -> Result<Self, StoreError> {
        let instance = store.instance()?;
        let number = store.read(|conn| Ok(meta::last_id(conn)? & INSTANCE_BITS))?;
        Ok(Self { instance, number, short: format!("{:08x}", instance & 0xffff_ffff) })
    }

    /// The database's copies in a directory, oldest first.
    fn copies(&self, dir: &Path, now: Timestamp) -> Vec<Copy> {
        let Ok(files) = fs::read_dir(dir) else { return Vec::new() };
        let copy = |file: fs::DirEntry| {
            let name = file.file_name().into_string().ok()?;
            let (short, made) = parsed(name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?)?;
            let path = file.path();
            let is_own = match short {
                Some(short) => short == self.short,
                None => self.is_in(&path).unwrap_or(false),
            };
            is_own.then_some(Copy { made: Some(made).filter(|made| *made <= now), path })
        };
        let mut copies: Vec<_> = files.filter_map(|file| copy(file.ok()?)).collect();
        copies.sort();
        copies
    }

    /// Whether a file is a copy of this database, by what is in it.
    fn is_in(&self, path: &Path) -> Result<bool, StoreError> {
        let conn = open::open_checked(path, Access::ReadOnly)?;
        let instance: Option<i64> = conn
            .query_row("SELECT value FROM meta WHERE name = 'instance'", [], |row| row.get(0))
            .optional()?;
        match instance {
            Some(instance) => Ok(instance == self.instance),
            None => Ok(meta::last_id(&conn)? & INSTANCE_BITS == self.number),
        }
    }

    /// Removes what earlier copies left that were cut short: nobody else makes copies of this database.
    fn sweep(&self, dir: &Path) {
        let Ok(files) = fs::read_dir(dir) else { return };
        for file in files.flatten() {
            let name = file.file_name();
            let Some((rest, after)) = name
                .to_str()
                .and_then(|name| name.strip_prefix(PREFIX)?.split_once(".db"))
                .filter(|(_, after)| after.starts_with(PARTIAL))
            else {
                continue;
            };
            let is_own = match parsed(rest) {
                Some((Some(short), _)) => short == self.short,
                Some((None, _)) => is_stale(&file),
                None => false,
            };
            if is_own && fs::remove_file(file.path()).is_ok() && after == PARTIAL {
                tracing::info!(path = %file.path().display(), "removed a copy that was cut short");
            }
        }
    }
}

/// The bits of an id that are the same in all ids of a database.
const INSTANCE_BITS: i64 = (1 << 12) - 1;

/// The database and the moment of a name without its ends.
fn parsed(name: &str) -> Option<(Option<&str>, Timestamp)> {
    let (short, stamp) = match name.split_once('-') {
        Some((short, stamp)) => (Some(short), stamp),
        None => (None, name),
    };
    let made = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?;
    Some((short, made.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()))
}

fn is_stale(file: &fs::DirEntry) -> bool {
    let age = |at: SystemTime| SystemTime::now().duration_since(at).unwrap_or_default();
    let modified = file.metadata().and_then(|file| file.modified());
    modified.is_ok_and(|at| age(at) > STALE)
}
