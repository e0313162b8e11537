//! What the daemon last ran with, part by part, so that a changed configuration can be compared
//! with it while the daemon runs, or after it was stopped.

use jiff::Timestamp;
use rusqlite::params;

use super::Store;
use super::column::{Hash, Json, Ms, code, time};
use super::error::StoreError;
use crate::config::outline::{Kind, Part};

impl Store {
    /// Keeps what runs from now on, in place of what ran before.
    pub async fn set_running(&self, parts: Vec<Part>, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            conn.prepare_cached("DELETE FROM running_config")?.execute([])?;
            let mut insert = conn.prepare_cached(
                "INSERT INTO running_config (kind, id, digest, summary, at) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for part in &parts {
                let (digest, summary) = (Hash(part.digest()), Json(&part.fields));
                insert.execute(params![part.kind.as_str(), part.id, digest, summary, Ms(now)])?;
            }
            Ok(())
        })
        .await
    }

    /// What the daemon last ran with, and since when; `None` if none ever ran on this database.
    pub fn running(&self) -> Result<Option<(Timestamp, Vec<Part>)>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT kind, id, summary, at FROM running_config ORDER BY kind, id",
            )?;
            let mut rows = query.query([])?;
            let mut found: Option<(Timestamp, Vec<Part>)> = None;
            while let Some(row) = rows.next()? {
                let Json(fields) = row.get(2)?;
                let part = Part { kind: code(row, 0, Kind::from_code)?, id: row.get(1)?, fields };
                let at = time(row, 3)?;
                found.get_or_insert_with(|| (at, Vec::new())).1.push(part);
            }
            Ok(found)
        })
    }
}
