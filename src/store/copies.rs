//! How the daily copies of the database went: the last one that was made, and the trouble there has
//! been since. Written together with the notice that tells of it.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::Store;
use super::column::{Ms, opt_time};
use super::error::StoreError;

/// How it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copies {
    /// When the last one was made, and where it is.
    pub made: Option<(Timestamp, String)>,
    pub trouble: Option<CopyTrouble>,
}

/// Why there is no copy when there should be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyTrouble {
    pub since: Timestamp,
    /// When it was tried last, and into which directory.
    pub at: Timestamp,
    pub dir: String,
    pub code: String,
    /// What happened, with its causes.
    pub detail: String,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// At this time; it may have been some time ago that this could not be remembered.
    Made {
        at: Timestamp,
        path: String,
    },
    Failed {
        dir: String,
        code: String,
        detail: String,
    },
}

impl Store {
    /// How the daily copies went.
    pub fn copies(&self) -> Result<Copies, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT made_at, made_path, since, failed_at, dir, code, detail FROM copies",
            )?;
            let row = query.query_row([], |row| {
                let text =
                    |at: usize| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
                let trouble = match (opt_time(row, 2)?, opt_time(row, 3)?) {
                    (Some(since), Some(at)) => Some(CopyTrouble {
                        since,
                        at,
                        dir: text(4)?,
                        code: text(5)?,
                        detail: text(6)?,
                    }),
                    _ => None,
                };
                let path = text(1)?;
                Ok(Copies { made: opt_time(row, 0)?.map(|at| (at, path)), trouble })
            })?;
            Ok(row)
        })
    }
}

/// A path as it is remembered.
pub fn named(path: &Path) -> String {
    path.display().to_string()
}

/// Remembers what came of a try.
pub(super) fn remember(
    conn: &Connection,
    tried: &Tried,
    now: Timestamp,
) -> rusqlite::Result<usize> {
    match tried {
        Tried::Made { at, path } => conn
            .prepare_cached(
                "UPDATE copies SET made_at = ?1, made_path = ?2, since = NULL, failed_at = NULL, \
                 dir = NULL, code = NULL, detail = NULL",
            )?
            .execute(params![Ms(*at), path]),
        Tried::Failed { dir, code, detail } => conn
            .prepare_cached(
                "UPDATE copies SET since = ifnull(since, ?1), failed_at = ?1, dir = ?2, code = ?3, \
                 detail = ?4",
            )?
            .execute(params![Ms(now), dir, code, detail]),
    }
}
