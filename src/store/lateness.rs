//! How late entries of the last weeks were: when they were published, seen and alerted, by feed; and
//! when each feed told the stories that others told too. Only dates count that are the entry's own
//! and exact. They are read from an index alone: in a row they lie behind the text.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::Store;
use super::column::{Ms, key, opt_time, time};
use super::error::StoreError;
use crate::domain::feed::lateness::{self, Lateness, Telling, Trail};
use crate::domain::ids::{FeedId, FeedKey, IdSource, StoryId};

/// Most entries looked at, the newest ones.
const MAX_ENTRIES: u32 = 200_000;

/// Most alerts looked at, the newest ones.
const MAX_ALERTS: u32 = 20_000;

/// Who sees an entry so long after its publication was not told of it before, or is told again: that
/// says nothing of how soon what a feed publishes is seen.
const RESURFACED: Duration = Duration::from_secs(3 * 24 * 3600);

/// A feed that others are sooner than, by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailView {
    pub leader: FeedKey,
    pub trail: Trail,
}

/// Feeds by id: their keys, and when their first fetch was stored.
type Feeds = HashMap<FeedId, (FeedKey, Option<Timestamp>)>;

impl Store {
    /// How late the entries were that came after `since`, by feed. Those of a feed's first fetch do
    /// not count, nor those of before it, nor old ones that resurfaced.
    pub fn lateness(&self, since: Timestamp) -> Result<HashMap<FeedKey, Lateness>, StoreError> {
        self.read(|conn| {
            let feeds = feeds(conn)?;
            let mut found: HashMap<FeedKey, Lateness> = HashMap::new();
            let mut query = conn.prepare_cached(&format!(
                "SELECT feed_id, published, first_seen FROM entries INDEXED BY entries_timed \
                 WHERE id >= ?1 AND date_quality = 'exact' AND published IS NOT NULL \
                 ORDER BY id DESC LIMIT {MAX_ENTRIES}"
            ))?;
            let mut rows = query.query([IdSource::floor(since)])?;
            while let Some(row) = rows.next()? {
                let (published, seen) = (time(row, 1)?, time(row, 2)?);
                let Some((feed, late)) = late(&feeds, FeedId(row.get(0)?), published, seen) else {
                    continue;
                };
                found.entry(feed.clone()).or_default().seen.push(late);
            }
            for (feed, late) in alerted(conn, &feeds, since)? {
                found.entry(feed).or_default().alerted.push(late);
            }
            for lateness in found.values_mut() {
                lateness.seen.sort_unstable();
                lateness.alerted.sort_unstable();
            }
            Ok(found)
        })
    }

    /// Behind which feeds each feed comes, in stories told after `since`; the one that leads most
    /// often first.
    pub fn trails(&self, since: Timestamp) -> Result<HashMap<FeedKey, Vec<TrailView>>, StoreError> {
        self.read(|conn| {
            let feeds = feeds(conn)?;
            let mut query = conn.prepare_cached(&format!(
                "SELECT m.story_id, e.feed_id, min(min(e.published, e.first_seen)) FROM (\
                   SELECT id, feed_id, published, first_seen FROM entries INDEXED BY entries_timed \
                   WHERE id >= ?1 AND date_quality = 'exact' AND published IS NOT NULL \
                   ORDER BY id DESC LIMIT {MAX_ENTRIES}) AS e \
                 CROSS JOIN story_members AS m ON m.entry_id = e.id \
                 GROUP BY m.story_id, e.feed_id"
            ))?;
            let tellings = query.query_map([IdSource::floor(since)], |row| {
                Ok(Telling {
                    story: StoryId(row.get(0)?),
                    feed: FeedId(row.get(1)?),
                    published: time(row, 2)?,
                })
            })?;
            let tellings: Vec<Telling> = tellings.collect::<Result<_, _>>()?;
            let name = |feed: &FeedId| feeds.get(feed).map(|(key, _)| key.clone());
            let named = |(feed, trails): (FeedId, Vec<Trail>)| {
                let views = trails
                    .into_iter()
                    .filter_map(|trail| Some(TrailView { leader: name(&trail.leader)?, trail }));
                Some((name(&feed)?, views.collect()))
            };
            Ok(lateness::trails(tellings).into_iter().filter_map(named).collect())
        })
    }
}

/// How long it took from when an entry was seen to the alert that it opened.
fn alerted(
    conn: &Connection,
    feeds: &Feeds,
    since: Timestamp,
) -> rusqlite::Result<Vec<(FeedKey, Duration)>> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT e.feed_id, e.first_seen, a.opened FROM alerts AS a \
         JOIN alert_revisions AS r ON r.alert_id = a.id AND r.seq = 1 \
         JOIN entries AS e ON e.id = r.entry_id \
         WHERE a.opened >= ?1 AND a.shadow = 0 ORDER BY a.opened DESC LIMIT {MAX_ALERTS}"
    ))?;
    let mut rows = query.query([Ms(since)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (seen, opened) = (time(row, 1)?, time(row, 2)?);
        if let Some((feed, _)) = feeds.get(&FeedId(row.get(0)?)) {
            found.push((feed.clone(), between(seen, opened)));
        }
    }
    Ok(found)
}

/// How late an entry was seen, if it counts.
fn late(
    feeds: &Feeds,
    feed: FeedId,
    published: Timestamp,
    seen: Timestamp,
) -> Option<(&FeedKey, Duration)> {
    let (key, baseline) = feeds.get(&feed)?;
    let is_past = baseline.is_some_and(|baseline| seen <= baseline || published < baseline);
    let late = between(published, seen);
    (!is_past && late < RESURFACED).then_some((key, late))
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

fn feeds(conn: &Connection) -> rusqlite::Result<Feeds> {
    conn.prepare_cached("SELECT id, key, baseline_at FROM feeds")?
        .query_map([], |row| Ok((FeedId(row.get(0)?), (key(row, 1)?, opt_time(row, 2)?))))?
        .collect()
}
