//! Copies of the database, made while it is used and checked before they count: [`super::verify`]
//! reads each copy whole. One that fails leaves nothing behind, and none replaces another file
//! unless that is asked for. [`super::backups`] keeps a directory of them, [`super::restore`] brings
//! one back.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::checkup::free_bytes;
use super::column::uint;
use super::error::StoreError;
use super::partial::{Partial, dir_of, suffixed};
use super::verify::{self, Verdict};
use super::{Access, Store, open};

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
    /// copy is read whole and checked, and only then has its name; others cannot read it. It is only
    /// begun where there is room for it and the log, and on the database's own disk for `spare` more
    /// bytes: a copy must not stop what it is a copy of.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is such a file and it is not to be replaced;
    /// [`StoreError::IsDatabase`] if it is the database itself; [`StoreError::NoRoom`];
    /// [`StoreError::CannotWrite`]; what is wrong with the database itself.
    pub fn back_up(&self, target: &Path, replace: bool, spare: u64) -> Result<Kept, StoreError> {
        for own in ["", "-wal", "-shm"] {
            if is_same(target, &suffixed(self.path(), own)) {
                return Err(StoreError::IsDatabase { path: target.into() });
            }
        }
        if !replace && target.try_exists().unwrap_or(true) {
            return Err(StoreError::Exists { path: target.into() });
        }
        let needed = self.read(|conn| Ok(needed(conn, self.path(), dir_of(target), spare)?))?;
        let partial = Partial::beside(target, needed)?;
        let expected = self
            .read(|conn| {
                // What is counted is of the same moment as what is copied.
                let counts = counts(conn)?;
                partial.fill(conn).map(|_copy| counts)
            })
            .map_err(|error| match error {
                StoreError::Full => {
                    let dir = dir_of(target);
                    let free = free_bytes(dir).unwrap_or_default();
                    StoreError::NoRoom { dir: dir.into(), needed, free }
                }
                other => other,
            })?;
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

/// Bytes that are to be free in `dir` for a copy of the database at `path`, which is as large as what is
/// in file and log together. `spare` counts where it is the disk of the database, whose log grows while
/// a copy is made.
pub(super) fn needed(
    conn: &Connection,
    path: &Path,
    dir: &Path,
    spare: u64,
) -> rusqlite::Result<u64> {
    let figure = |pragma| conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let copy = uint(figure("page_count")?).saturating_mul(uint(figure("page_size")?));
    let disk = |path: &Path| fs::metadata(path).map(|file| file.dev()).ok();
    let shared = disk(path).is_some_and(|own| disk(dir) == Some(own));
    Ok(copy.saturating_add(if shared { spare } else { 0 }))
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let file = |path: &Path| fs::metadata(path).map(|file| (file.dev(), file.ino())).ok();
    file(one).is_some_and(|one| file(other) == Some(one))
}

/// Entries and alerts.
fn counts(conn: &Connection) -> Result<(u64, u64), StoreError> {
    let count = |sql: &str| -> rusqlite::Result<u64> {
        conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map(uint)
    };
    Ok((count("SELECT count(*) FROM entries")?, count("SELECT count(*) FROM alerts")?))
}
