//! What happened to feeds apart from their fetches: a bounded memory of each, written in the
//! commit that brings it about ([`super::feeds`], [`super::ingest`]).

use rusqlite::{Connection, params};

use super::Store;
use super::column::{Ms, key, time};
use super::error::StoreError;
use crate::domain::feed::FeedEvent;
use crate::domain::ids::{FeedId, FeedKey};

/// Events remembered per feed.
pub const EVENTS_KEPT: i64 = 50;

impl Store {
    /// Records what happened to feeds apart from a fetch.
    pub async fn record_feed_events(&self, events: Vec<FeedEvent>) -> Result<(), StoreError> {
        self.write(move |session| Ok(add_all(session.conn, &events)?)).await
    }

    /// The last events of a feed, or of all feeds, newest first, each with its feed's key; at most
    /// [`EVENTS_KEPT`] are remembered of each feed.
    pub fn feed_events(
        &self,
        feed: Option<&FeedKey>,
        limit: u32,
    ) -> Result<Vec<(FeedKey, FeedEvent)>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT f.key, e.feed_id, e.at, e.code, e.detail FROM feed_events AS e \
                 JOIN feeds AS f ON f.id = e.feed_id WHERE ?1 IS NULL OR f.key = ?1 \
                 ORDER BY e.at DESC, e.feed_id, e.n DESC LIMIT ?2",
            )?;
            let rows = query.query_map((feed.map(FeedKey::as_str), limit), |row| {
                let event = FeedEvent {
                    feed: FeedId(row.get(1)?),
                    at: time(row, 2)?,
                    code: row.get::<_, String>(3)?.into(),
                    detail: row.get(4)?,
                };
                Ok((key(row, 0)?, event))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Adds events, each in place of its feed's oldest one when there are too many.
pub(super) fn add_all(conn: &Connection, events: &[FeedEvent]) -> rusqlite::Result<()> {
    for event in events {
        let n: i64 = conn
            .prepare_cached("SELECT ifnull(max(n) + 1, 0) FROM feed_events WHERE feed_id = ?1")?
            .query_row([event.feed.0], |row| row.get(0))?;
        conn.prepare_cached(
            "INSERT INTO feed_events (feed_id, n, at, code, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![event.feed.0, n, Ms(event.at), event.code, event.detail])?;
        conn.prepare_cached("DELETE FROM feed_events WHERE feed_id = ?1 AND n <= ?2")?
            .execute((event.feed.0, n - EVENTS_KEPT))?;
    }
    Ok(())
}
