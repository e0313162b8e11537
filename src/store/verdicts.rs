//! Verdicts: what people say of entries as finds of a topic. One per topic and entry; the last
//! word counts, whoever says it.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Store;
use super::column::{Ms, Text, code, key, time};
use super::error::StoreError;
use crate::domain::alert::mark::Mark;
use crate::domain::ids::{AlertId, EntryId, TopicId};

/// A verdict to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub topic: TopicId,
    pub entry: EntryId,
    pub verdict: Mark,
    pub author: String,
    pub note: Option<String>,
    pub at: Timestamp,
    /// The alert that was looked at when it was said, if one was.
    pub alert: Option<AlertId>,
}

/// A verdict as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct VerdictView {
    pub topic: TopicId,
    pub entry: EntryId,
    pub verdict: Mark,
    pub author: String,
    pub at: Timestamp,
    pub note: Option<String>,
    pub alert: Option<AlertId>,
}

/// Most verdicts shown of one alert.
const MAX_OF_ALERT: u32 = 1_000;

const VIEW: &str = "v.topic, v.entry_id, v.verdict, v.author, v.at, v.note, v.alert_id";

impl Store {
    /// Keeps verdicts; each replaces what was said before of the same topic and entry. An entry
    /// that is not there is an error, and nothing is kept then.
    pub async fn record_verdicts(&self, verdicts: Vec<Verdict>) -> Result<(), StoreError> {
        self.write(move |session| {
            verdicts.iter().try_for_each(|verdict| keep(session.conn, verdict))
        })
        .await
    }

    /// What people say of a topic's finds, newest first.
    pub fn verdicts(&self, topic: &TopicId) -> Result<Vec<VerdictView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {VIEW} FROM verdicts AS v WHERE v.topic = ?1 \
                 ORDER BY v.at DESC, v.entry_id DESC"
            ))?;
            let found = query.query_map([Text(topic)], view)?;
            Ok(found.collect::<Result<_, _>>()?)
        })
    }

    /// How many of a topic's finds people say are what; pairs without any are left out.
    pub fn verdict_counts(&self) -> Result<HashMap<(TopicId, Mark), u32>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT topic, verdict, count(*) FROM verdicts GROUP BY topic, verdict",
            )?;
            let counts = query.query_map([], |row| {
                Ok(((key(row, 0)?, code(row, 1, Mark::from_code)?), row.get(2)?))
            })?;
            Ok(counts.collect::<Result<_, _>>()?)
        })
    }
}

fn keep(conn: &Connection, verdict: &Verdict) -> Result<(), StoreError> {
    let there = conn
        .prepare_cached("SELECT 1 FROM entries WHERE id = ?1")?
        .query_row([verdict.entry.0], |_| Ok(()))
        .optional()?;
    if there.is_none() {
        return Err(StoreError::Unknown { what: "entry", name: verdict.entry.to_string() });
    }
    conn.prepare_cached(
        "INSERT OR REPLACE INTO verdicts (topic, entry_id, verdict, author, note, at, alert_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        Text(&verdict.topic),
        verdict.entry.0,
        verdict.verdict.as_str(),
        verdict.author,
        verdict.note,
        Ms(verdict.at),
        verdict.alert.map(|alert| alert.0),
    ])?;
    Ok(())
}

/// What people say of an alert's entries as finds of its topic, oldest first.
pub(super) fn of_alert(conn: &Connection, alert: AlertId) -> rusqlite::Result<Vec<VerdictView>> {
    conn.prepare_cached(&format!(
        "SELECT DISTINCT {VIEW} FROM alerts AS a JOIN alert_revisions AS r ON r.alert_id = a.id \
         JOIN verdicts AS v ON v.topic = a.topic AND v.entry_id = r.entry_id \
         WHERE a.id = ?1 ORDER BY v.at, v.entry_id LIMIT {MAX_OF_ALERT}"
    ))?
    .query_map([alert.0], view)?
    .collect()
}

/// Reads a verdict that may be absent.
pub(super) fn opt_mark(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Mark>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => code(row, column, Mark::from_code).map(Some),
    }
}

fn view(row: &Row<'_>) -> rusqlite::Result<VerdictView> {
    Ok(VerdictView {
        topic: key(row, 0)?,
        entry: EntryId(row.get(1)?),
        verdict: code(row, 2, Mark::from_code)?,
        author: row.get(3)?,
        at: time(row, 4)?,
        note: row.get(5)?,
        alert: row.get::<_, Option<i64>>(6)?.map(AlertId),
    })
}
