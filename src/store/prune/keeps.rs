//! How long the entries of each feed are kept, remembered for the time when it is no longer configured:
//! what was to stay for ever does not go because its feed was given up.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use crate::domain::ids::FeedId;
use crate::domain::retention::{Keep, Retention};
use crate::store::Store;
use crate::store::column::key;
use crate::store::error::StoreError;

/// What stands for `forever` in the database.
const FOREVER: i64 = 0;

impl Store {
    /// Remembers how long the configured feeds keep their entries, for who has not
    /// [taken over](Store::take_over) the configuration. Writes only where something changed.
    pub async fn remember_keeps(&self, retention: &Retention) -> Result<(), StoreError> {
        if self.read(|conn| Ok(changed(conn, retention)?))?.is_empty() {
            return Ok(());
        }
        let retention = retention.clone();
        self.write(move |session| Ok(remember(session.conn, &retention)?)).await
    }
}

/// Remembers it of the feeds of a configuration; what is known of the others stays.
pub(in crate::store) fn remember(conn: &Connection, retention: &Retention) -> rusqlite::Result<()> {
    let mut keep = conn.prepare_cached("UPDATE feeds SET keep_s = ?2 WHERE id = ?1")?;
    for one in changed(conn, retention)? {
        keep.execute(one)?;
    }
    Ok(())
}

/// Feeds that say something else than is remembered, with what they say.
fn changed(conn: &Connection, retention: &Retention) -> rusqlite::Result<Vec<(i64, Option<i64>)>> {
    let mut query = conn.prepare_cached("SELECT id, key, keep_s FROM feeds")?;
    let mut rows = query.query([])?;
    let mut changed = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(says) = retention.feeds.get(&key(row, 1)?) else { continue };
        let says = says.map(seconds);
        if says != row.get(2)? {
            changed.push((row.get(0)?, says));
        }
    }
    Ok(changed)
}

/// Until when entries have had their time, of feeds that said something of it themselves.
pub(super) fn remembered(
    conn: &Connection,
    now: Timestamp,
) -> rusqlite::Result<HashMap<FeedId, Option<Timestamp>>> {
    let mut query = conn.prepare_cached("SELECT id, keep_s FROM feeds WHERE keep_s IS NOT NULL")?;
    let feeds = query.query_map([], |row| {
        let keep = match row.get(1)? {
            FOREVER => Keep::Forever,
            seconds => Keep::For(Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))),
        };
        Ok((FeedId(row.get(0)?), keep.cutoff(now)))
    })?;
    feeds.collect()
}

fn seconds(keep: Keep) -> i64 {
    match keep {
        Keep::Forever => FOREVER,
        Keep::For(time) => i64::try_from(time.as_secs()).unwrap_or(i64::MAX).max(1),
    }
}
