//! Heartbeats: the daily sign of life of each channel that wants one, a notice of its own. Which
//! day it was sent for is kept in the same transaction: never twice, whatever the clock does.

use jiff::Timestamp;
use rusqlite::params;

use super::column::{Ms, Text, uint};
use super::error::StoreError;
use super::notices::{self, Freeze};
use super::{Store, meta};
use crate::domain::ids::{ChannelId, IdSource};
use crate::domain::notice::{Alive, Notice};

impl Store {
    /// Whether the channel had its heartbeat of this period.
    pub fn heartbeat_sent(&self, channel: &ChannelId, period: &str) -> Result<bool, StoreError> {
        self.read(|conn| {
            let sql = "SELECT 1 FROM heartbeats WHERE channel = ?1 AND period = ?2";
            Ok(conn.prepare_cached(sql)?.exists((Text(channel), period))?)
        })
    }

    /// What happened since a time. Ids grow with time: they bound the search.
    pub fn alive(&self, since: Timestamp) -> Result<Alive, StoreError> {
        self.read(|conn| {
            let floor = IdSource::floor(since);
            let count = |sql: &str, from: i64| -> rusqlite::Result<u64> {
                Ok(uint(conn.prepare_cached(sql)?.query_row([from], |row| row.get(0))?))
            };
            Ok(Alive {
                feeds: count(
                    "SELECT count(*) FROM feeds WHERE retired_at IS NULL AND last_success >= ?1",
                    since.as_millisecond(),
                )?,
                entries: count("SELECT count(*) FROM entries WHERE id >= ?1", floor)?,
                alerts: count("SELECT count(*) FROM alerts WHERE id >= ?1 AND shadow = 0", floor)?,
                pending: count(
                    "SELECT count(*) FROM deliveries \
                     WHERE state IN ('pending', 'sending') AND id > ?1",
                    0,
                )?,
            })
        })
    }

    /// Posts a heartbeat to its channel, through quiet hours, unless it had one of this period.
    pub async fn post_heartbeat(
        &self,
        channel: &ChannelId,
        period: String,
        notice: Notice,
        freeze: Freeze,
    ) -> Result<bool, StoreError> {
        let channel = channel.clone();
        self.write(move |session| {
            let conn = session.conn;
            let new = conn
                .prepare_cached(
                    "INSERT INTO heartbeats (channel, period, at) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (channel, period) DO NOTHING",
                )?
                .execute(params![Text(&channel), period, Ms(notice.at)])?;
            if new == 1 {
                let mut ids = IdSource::resume(meta::last_id(conn)?);
                let to = std::slice::from_ref(&channel);
                notices::add(conn, &notice, to, &mut ids, freeze, true)?;
                meta::set_last_id(conn, ids.last())?;
            }
            Ok(new == 1)
        })
        .await
    }
}
