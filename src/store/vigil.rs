//! What the vigil over topics asks and keeps: when a topic matched, until when feeds were read,
//! and which topics are known to be silent.

use jiff::Timestamp;
use rusqlite::params;

use super::Store;
use super::column::{Ms, Text, ms, opt_time, time};
use super::error::StoreError;
use crate::domain::ids::TopicId;

impl Store {
    /// When a topic matched an entry for the first time, after `since`: the last `limit` times, newest first. An entry
    /// that matched in several revisions counts once, when it did so first.
    pub fn matched_since(
        &self,
        topic: &TopicId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Timestamp>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT min(at) AS first FROM decisions AS d WHERE topic = ?1 AND at > ?2 \
                 AND NOT EXISTS (SELECT 1 FROM decisions AS e WHERE e.entry_id = d.entry_id \
                   AND e.topic = ?1 AND e.at <= ?2) \
                 GROUP BY entry_id ORDER BY first DESC LIMIT ?3",
            )?;
            let times = query.query_map(params![Text(topic), Ms(since), limit], |row| time(row, 0));
            Ok(times?.collect::<Result<_, _>>()?)
        })
    }

    /// When any configured feed was last read with success.
    pub fn last_read(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|conn| {
            let mut query = conn
                .prepare_cached("SELECT max(last_success) FROM feeds WHERE retired_at IS NULL")?;
            Ok(query.query_row([], |row| opt_time(row, 0))?)
        })
    }

    /// Begins to watch topics anew: what was before `now` is held neither for nor against them.
    pub async fn watch_anew(&self, topics: Vec<TopicId>, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |session| {
            let mut anew = session.conn.prepare_cached(
                "UPDATE topics SET watched_since = ?2, silent_since = NULL WHERE id = ?1",
            )?;
            for topic in &topics {
                anew.execute((Text(topic), Ms(now)))?;
            }
            Ok(())
        })
        .await
    }

    /// Keeps since when a topic is known to be silent, or that it no longer is.
    pub async fn set_silent(
        &self,
        topic: &TopicId,
        since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let topic = topic.clone();
        self.write(move |session| {
            session
                .conn
                .prepare_cached("UPDATE topics SET silent_since = ?2 WHERE id = ?1")?
                .execute((Text(&topic), ms(since)))?;
            Ok(())
        })
        .await
    }
}
