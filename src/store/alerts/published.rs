//! Alerts as output feeds tell them: each as its last revision that was told, the newest first.

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::ids::{AlertId, TopicId};
use crate::store::Store;
use crate::store::column::{Text, time};
use crate::store::error::StoreError;

/// An alert with the object of its last revision.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedAlert {
    pub id: AlertId,
    pub opened: Timestamp,
    /// When the last revision was made.
    pub updated: Timestamp,
    /// The JSON object that was published.
    pub object: String,
}

impl Store {
    /// The alerts of a topic or of all that were revised last, at most `limit`: without those that
    /// nobody was told of, and those that go on in another.
    pub fn published_alerts(
        &self,
        topic: Option<&TopicId>,
        limit: u32,
    ) -> Result<Vec<PublishedAlert>, StoreError> {
        self.read(|conn| {
            let of_topic = if topic.is_some() { "AND a.topic = ?1" } else { "AND ?1 IS NULL" };
            let mut query = conn.prepare_cached(&format!(
                "SELECT a.id, a.opened, r.at, r.object FROM alerts AS a \
                 JOIN alert_revisions AS r ON r.alert_id = a.id AND r.seq = a.seq \
                 WHERE a.shadow = 0 AND a.merged_into IS NULL {of_topic} \
                 ORDER BY a.revised DESC, a.id DESC LIMIT ?2"
            ))?;
            let alerts = query.query_map(params![topic.map(Text), limit], |row| {
                Ok(PublishedAlert {
                    id: AlertId(row.get(0)?),
                    opened: time(row, 1)?,
                    updated: time(row, 2)?,
                    object: row.get(3)?,
                })
            })?;
            Ok(alerts.collect::<Result<_, _>>()?)
        })
    }

    /// What this database is called by those who know several: random, and never changed.
    pub fn instance(&self) -> Result<i64, StoreError> {
        self.read(|conn| {
            let mut query =
                conn.prepare_cached("SELECT value FROM meta WHERE name = 'instance'")?;
            Ok(query.query_row([], |row| row.get(0))?)
        })
    }
}
