//! Topics as last configured, and the rules they had: what matched an old entry can still be shown
//! after the rule was changed, for as long as the match is stored.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Store;
use super::column::{Hash, Ms, Text, key, opt_time, time};
use super::error::StoreError;
use super::list_texts::{self, Lists};
use crate::config::TopicText;
use crate::domain::ids::{Digest, TopicId};
use crate::domain::topic::Severity;

/// A topic with the rule it has now.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicRevision {
    pub id: TopicId,
    pub name: String,
    pub severity: Severity,
    /// Hash of the compiled rule.
    pub revision: Digest,
    /// The rule as written, with the lists it names.
    pub source: TopicText,
    /// The file it stands in.
    pub file: String,
    /// Whether it is in shadow mode.
    pub shadow: bool,
}

/// A rule as it was once in use.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRule {
    /// The rule as written, with the lists it names.
    pub source: String,
    /// Since when it was, for the first time.
    pub first_used: Timestamp,
}

/// A topic as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicView {
    pub id: TopicId,
    pub name: String,
    pub severity: Severity,
    pub revision: Digest,
    pub file: String,
    /// Since when it is no longer configured.
    pub retired_at: Option<Timestamp>,
    /// Whether it is in shadow mode.
    pub shadow: bool,
    /// Since when it is configured without a break.
    pub watched_since: Timestamp,
    /// When an entry last matched that had not before: one that is saved again is nothing new.
    pub last_match: Option<Timestamp>,
    /// Since when it is known to match less than it is expected to.
    pub silent_since: Option<Timestamp>,
}

impl Store {
    /// Makes the database's topics those of the configuration. Topics no longer configured are
    /// retired; their alerts stay until they have had their time, and old rules as long as
    /// something refers to them ([`super::prune`]).
    pub async fn sync_topics(
        &self,
        topics: Vec<TopicRevision>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |session| Ok(sync(session.conn, &topics, now)?)).await
    }

    /// All topics by id, the retired ones among them.
    pub fn topics(&self) -> Result<Vec<TopicView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT id, name, severity, revision, file, retired_at, shadow, watched_since, \
                 silent_since, (SELECT at FROM decisions AS d WHERE topic = topics.id \
                   AND NOT EXISTS (SELECT 1 FROM decisions AS e WHERE e.entry_id = d.entry_id \
                     AND e.topic = d.topic AND e.at < d.at) \
                   ORDER BY at DESC LIMIT 1) \
                 FROM topics ORDER BY id",
            )?;
            let views = query.query_map([], view)?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// A topic's rule as it was at a revision; `None` if that never ran on this database.
    pub fn topic_source(
        &self,
        topic: &TopicId,
        revision: Digest,
    ) -> Result<Option<StoredRule>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT source, lists, first_used FROM topic_revisions \
                 WHERE topic = ?1 AND revision = ?2",
            )?;
            let found = query.query_row((Text(topic), Hash(revision)), |row| {
                let source = Lists::default().text(conn, row.get(0)?, row.get(1)?)?;
                Ok(StoredRule { source: source.to_string(), first_used: time(row, 2)? })
            });
            Ok(found.optional()?)
        })
    }
}

pub(super) fn sync(
    conn: &Connection,
    topics: &[TopicRevision],
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE topics SET retired_at = ?1 WHERE retired_at IS NULL")?
        .execute([Ms(now)])?;
    let mut upsert = conn.prepare_cached(
        // One that was retired by this very call, just above, was there all the time.
        "INSERT INTO topics (id, name, severity, revision, file, shadow, watched_since) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, severity = excluded.severity, \
         revision = excluded.revision, file = excluded.file, shadow = excluded.shadow, \
         watched_since = iif(retired_at < ?7, ?7, watched_since), \
         silent_since = iif(retired_at < ?7, NULL, silent_since), retired_at = NULL",
    )?;
    let mut known =
        conn.prepare_cached("SELECT 1 FROM topic_revisions WHERE topic = ?1 AND revision = ?2")?;
    let mut remember = conn.prepare_cached(
        "INSERT INTO topic_revisions (topic, revision, source, lists, first_used) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    // A clock that was ahead when the rule was stored is no reason to find all older than the rule.
    let mut in_use = conn.prepare_cached(
        "UPDATE topic_revisions SET first_used = ?3 \
         WHERE topic = ?1 AND revision = ?2 AND first_used > ?3",
    )?;
    for topic in topics {
        upsert.execute(params![
            Text(&topic.id),
            topic.name,
            rank(topic.severity),
            Hash(topic.revision),
            topic.file,
            topic.shadow,
            Ms(now),
        ])?;
        let key = (Text(&topic.id), Hash(topic.revision));
        if !known.exists(params![key.0, key.1])? {
            let lists = list_texts::put(conn, &topic.source)?;
            remember.execute(params![key.0, key.1, topic.source.own, lists, Ms(now)])?;
        }
        in_use.execute(params![key.0, key.1, Ms(now)])?;
    }
    Ok(())
}

fn view(row: &Row<'_>) -> rusqlite::Result<TopicView> {
    Ok(TopicView {
        id: key(row, 0)?,
        name: row.get(1)?,
        severity: severity(row, 2)?,
        revision: row.get(3).map(|Hash(digest)| digest)?,
        file: row.get(4)?,
        retired_at: opt_time(row, 5)?,
        shadow: row.get(6)?,
        watched_since: time(row, 7)?,
        silent_since: opt_time(row, 8)?,
        last_match: opt_time(row, 9)?,
    })
}

/// A severity as a number that orders as severities do.
pub(super) fn rank(severity: Severity) -> i64 {
    let position = Severity::ALL.into_iter().position(|other| other == severity);
    position.unwrap_or_default() as i64
}

/// Reads a severity written by [`rank`].
pub(super) fn severity(row: &Row<'_>, column: usize) -> rusqlite::Result<Severity> {
    let rank: i64 = row.get(column)?;
    let known = usize::try_from(rank).ok().and_then(|rank| Severity::ALL.get(rank));
    known.copied().ok_or(rusqlite::Error::IntegralValueOutOfRange(column, rank))
}
