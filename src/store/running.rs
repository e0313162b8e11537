//! What the daemon last ran with, part by part, so that a changed configuration can be compared
//! with it while the daemon runs, or after it was stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::circuits::{self, Configured};
use super::column::{Hash, Json, Ms, code, time};
use super::error::StoreError;
use super::list_texts::{self, Lists};
use super::prune::keeps;
use super::topics::TopicRevision;
use super::{Store, feeds, silences, topics};
use crate::config::TopicText;
use crate::config::outline::{Kind, Part};
use crate::domain::alert::silence::Written;
use crate::domain::feed::{Feed, FeedState};
use crate::domain::ids::TopicId;
use crate::domain::retention::Retention;

/// A topic's part, as its text.
const SOURCE: &str = "SELECT source, lists, json_extract(summary, '$.source') \
     FROM running_config WHERE kind = 'topic' AND id = ?1";

/// The field of the summary that held a topic's text, lists and all, before schema 4.
const OLD_SOURCE: &str = "source";

/// What the store is told of a configuration.
#[derive(Debug, Clone, Default)]
pub struct Takeover {
    pub topics: Vec<TopicRevision>,
    pub feeds: Vec<Arc<Feed>>,
    pub retention: Retention,
    pub silences: Vec<Written>,
    pub channels: Vec<Configured>,
    /// What is remembered of it, to be compared with another one.
    pub parts: Vec<Part>,
}

impl Store {
    /// Goes over to another configuration, all of it or nothing. Returns the states of the feeds as
    /// [`Store::sync_feeds`] does.
    pub async fn take_over(
        &self,
        config: Takeover,
        now: Timestamp,
    ) -> Result<Vec<FeedState>, StoreError> {
        self.write(move |session| {
            topics::sync(session.conn, &config.topics, now)?;
            // Feeds before what runs: one that was paused until now is known by that.
            let states = feeds::sync(session.conn, &config.feeds, now)?;
            keeps::remember(session.conn, &config.retention)?;
            silences::sync(session.conn, &config.silences, now)?;
            circuits::take_up(session.conn, &config.channels, now)?;
            put(session.conn, &config.parts, now)?;
            Ok(states)
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

    /// The fields of one of the settings that the daemon last ran with, none if it ran without; `None`
    /// if none ever ran on this database.
    pub fn running_setting(
        &self,
        id: &str,
    ) -> Result<Option<BTreeMap<String, String>>, StoreError> {
        self.read(|conn| {
            if !conn.prepare_cached("SELECT 1 FROM running_config")?.exists([])? {
                return Ok(None);
            }
            let mut query = conn
                .prepare_cached("SELECT summary FROM running_config WHERE kind = ?1 AND id = ?2")?;
            let fields = query.query_row((Kind::Settings.as_str(), id), |row| {
                let Json(fields) = row.get::<_, Json<BTreeMap<String, String>>>(0)?;
                Ok(fields)
            });
            Ok(Some(fields.optional()?.unwrap_or_default()))
        })
    }

    /// The text of a topic as the daemon last ran with it; `None` if it did not.
    pub fn running_source(&self, topic: &TopicId) -> Result<Option<TopicText>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(SOURCE)?;
            let found = query.query_row([topic.as_str()], |row| match row.get(0)? {
                Some(own) => Lists::default().text(conn, own, row.get(1)?).map(Some),
                None => Ok(row.get::<_, Option<String>>(2)?.map(TopicText::from)),
            });
            Ok(found.optional()?.flatten())
        })
    }

    /// Topics that the daemon last ran with as they were before, by id.
    pub fn kept(&self) -> Result<Vec<Kept>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT id, json_extract(summary, '$.kept') AS why FROM running_config \
                 WHERE kind = 'topic' AND why IS NOT NULL ORDER BY id",
            )?;
            let kept = query.query_map([], |row| Ok(Kept { topic: row.get(0)?, why: row.get(1)? }));
            Ok(kept?.collect::<Result<_, _>>()?)
        })
    }
}

/// What is told of a topic that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub topic: String,
    /// Why it runs as it did before, and not as its file says.
    pub why: String,
}

fn put(conn: &Connection, parts: &[Part], now: Timestamp) -> rusqlite::Result<()> {
    remove_others(conn, parts)?;
    // What is as it was stays as it stands: the texts of topics can be long.
    let mut put = conn.prepare_cached(
        "INSERT INTO running_config (kind, id, digest, summary, source, lists, at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (kind, id) DO UPDATE SET digest = excluded.digest, \
         summary = excluded.summary, source = excluded.source, lists = excluded.lists, \
         at = excluded.at WHERE digest <> excluded.digest OR kind = 'settings'",
    )?;
    for part in parts {
        let (kind, digest) = (part.kind.as_str(), Hash(part.digest()));
        let lists = part.source.as_ref().map(|source| list_texts::put(conn, source));
        let (own, lists) = (part.source.as_ref().map(|s| &s.own), lists.transpose()?);
        let summary = Json(&part.fields);
        put.execute(params![kind, part.id, digest, summary, own, lists, Ms(now)])?;
    }
    Ok(())
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
