//! Space that is free within the file: how much there is, and giving it back to the disk. What
//! pruning frees is used again by what comes; only where far more is free is the file cut.

use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;

use super::column::uint;
use super::error::StoreError;
use super::writer::SLICE;
use super::{Access, Store, open};

/// Free pages below which nothing is given back: they are used again soon.
const LEAST_PAGES: u64 = 4_096;

/// The part of the file that may be free: a quarter.
const SHARE: u64 = 4;

/// Pages given back between two looks at the clock.
const STEP: u32 = 32;

/// How a database file's space is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    pub page_bytes: u64,
    pub pages: u64,
    /// Pages within the file that hold nothing.
    pub free_pages: u64,
    /// Whether free pages can be given back while the database is used. Those made by early
    /// versions have to be written anew for that, once.
    pub is_incremental: bool,
}

impl Space {
    /// Whether far more is free than will be needed again.
    pub fn is_loose(&self) -> bool {
        self.free_pages > LEAST_PAGES.max(self.pages / SHARE)
    }

    pub fn bytes(&self) -> u64 {
        self.pages.saturating_mul(self.page_bytes)
    }

    pub fn free_bytes(&self) -> u64 {
        self.free_pages.saturating_mul(self.page_bytes)
    }
}

impl Store {
    /// How the file's space is used.
    pub fn space(&self) -> Result<Space, StoreError> {
        self.read(|conn| Ok(space(conn)?))
    }

    /// Gives back free pages for a few milliseconds, as far as more are free than will be needed
    /// again. Returns whether there is more to give.
    pub async fn give_back(&self) -> Result<bool, StoreError> {
        self.write(|session| {
            let begun = Instant::now();
            while begun.elapsed() < SLICE {
                let now = space(session.conn)?;
                if !now.is_incremental || !now.is_loose() {
                    return Ok(false);
                }
                let sql = format!("PRAGMA incremental_vacuum({STEP})");
                let mut pages = session.conn.prepare(&sql)?;
                let mut rows = pages.query([])?;
                while rows.next()?.is_some() {}
            }
            Ok(true)
        })
        .await
    }
}

fn space(conn: &Connection) -> rusqlite::Result<Space> {
    let number = |pragma: &str| conn.pragma_query_value(None, pragma, |row| row.get(0)).map(uint);
    Ok(Space {
        page_bytes: number("page_size")?,
        pages: number("page_count")?,
        free_pages: number("freelist_count")?,
        is_incremental: number("auto_vacuum")? == INCREMENTAL,
    })
}

/// The value of `PRAGMA auto_vacuum` with which free pages can be given back on demand.
const INCREMENTAL: u64 = 2;

/// Writes the database at `path` anew without its free pages, and so that later ones can be given
/// back; the full-text index is built anew as well. Needs for a while as much space as the database will
/// take where SQLite keeps what is temporary (`$SQLITE_TMPDIR`, `$TMPDIR`, else `/var/tmp`), and as much
/// again beside it, for the log through which the new pages come. Nobody else may use the database
/// meanwhile: the caller holds the instance's lock.
///
/// # Errors
/// [`StoreError::Full`] where the space is not there: free pages and index may be as they were then,
/// and all that was stored is there.
pub fn vacuum(path: &Path) -> Result<(Space, Space), StoreError> {
    let conn = open::open_main(path, Access::Alone)?;
    let before = space(&conn)?;
    conn.execute_batch("INSERT INTO entries_fts (entries_fts) VALUES ('rebuild')")?;
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    // What a writer keeps in memory is small otherwise; this would be the whole database.
    conn.pragma_update(None, "temp_store", "FILE")?;
    conn.execute_batch("VACUUM")?;
    let after = space(&conn)?;
    // Else what was written would stay in the log, as large as the database.
    let _busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok((before, after))
}
