//! What the daemon last ran with, part by part, so that a changed configuration can be compared
//! with it while the daemon runs, or after it was stopped.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::Store;
use super::column::{Hash, Json, Ms, code, time};
use super::error::StoreError;
use super::list_texts::{self, Lists};
use crate::config::TopicText;
use crate::config::outline::{Kind, Part};

/// The field of the summary that held a topic's text, lists and all, before schema 4.
const OLD_SOURCE: &str = "source";

impl Store {
    /// Keeps what runs from now on, in place of what ran before.
    pub async fn set_running(&self, parts: Vec<Part>, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            remove_others(conn, &parts)?;
            // What is as it was stays as it stands: the texts of topics can be long.
            let mut put = conn.prepare_cached(
                "INSERT INTO running_config (kind, id, digest, summary, source, lists, at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (kind, id) DO UPDATE SET digest = excluded.digest, \
                 summary = excluded.summary, source = excluded.source, lists = excluded.lists, \
                 at = excluded.at WHERE digest <> excluded.digest OR kind = 'settings'",
            )?;
            for part in &parts {
                let (kind, digest) = (part.kind.as_str(), Hash(part.digest()));
                let lists = part.source.as_ref().map(|source| list_texts::put(conn, source));
                let (own, lists) = (part.source.as_ref().map(|s| &s.own), lists.transpose()?);
                let summary = Json(&part.fields);
                put.execute(params![kind, part.id, digest, summary, own, lists, Ms(now)])?;
            }
            Ok(())
        })
        .await
    }

    /// What the daemon last ran with, and since when; `None` if none ever ran on this database.
    pub fn running(&self) -> Result<Option<(Timestamp, Vec<Part>)>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT kind, id, summary, source, lists, at FROM running_config \
                 ORDER BY kind, id",
            )?;
            let mut rows = query.query([])?;
            let mut lists = Lists::default();
            let mut found: Option<(Timestamp, Vec<Part>)> = None;
            while let Some(row) = rows.next()? {
                let Json(mut fields) = row.get::<_, Json<BTreeMap<String, String>>>(2)?;
                let source = match row.get(3)? {
                    Some(own) => Some(lists.text(conn, own, row.get(4)?)?),
                    None => fields.remove(OLD_SOURCE).map(TopicText::from),
                };
                let kind = code(row, 0, Kind::from_code)?;
                let part = Part { kind, id: row.get(1)?, fields, source };
                let at = time(row, 5)?;
                let (since, parts) = found.get_or_insert_with(|| (at, Vec::new()));
                // The settings are written each time, other parts when they change.
                *since = at.max(*since);
                parts.push(part);
            }
            Ok(found)
        })
    }
}

/// Forgets parts that are no longer there.
fn remove_others(conn: &Connection, parts: &[Part]) -> rusqlite::Result<()> {
    let kept: BTreeSet<(&str, &str)> =
        parts.iter().map(|part| (part.kind.as_str(), part.id.as_str())).collect();
    let mut query = conn.prepare_cached("SELECT kind, id FROM running_config")?;
    let stored = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let stored: Vec<(String, String)> = stored.collect::<Result<_, _>>()?;
    let mut remove =
        conn.prepare_cached("DELETE FROM running_config WHERE kind = ?1 AND id = ?2")?;
    for (kind, id) in stored.iter().filter(|(kind, id)| !kept.contains(&(kind, id))) {
        remove.execute([kind, id])?;
    }
    Ok(())
}
