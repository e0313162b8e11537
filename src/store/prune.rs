//! Takes out what has had its time, as [`crate::domain::retention`] says: alerts, then the stories
//! and entries that belong to none, then what was delivered long ago. What goes is looked for by
//! readers, and goes in transactions of a few milliseconds, so that nobody waits for it. [`fate`]
//! judges, [`remove`] removes, [`rules`] lets go of rules that nothing needs, [`report`] only tells.
//!
//! A story goes as a whole, once all of its entries have had their time. By which keys the entries
//! are known again ([`super::entry_keys`]) stays.

mod fate;
pub(super) mod keeps;
mod remove;
mod report;
mod rules;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::column::{Ms, Text};
use super::error::StoreError;
use super::writer::SLICE;
use super::{Store, meta};
use crate::domain::ids::{FeedId, IdSource};
use crate::domain::retention::Retention;

use fate::Alerts;
pub use fate::Why;
pub use report::{FeedShare, Report};

/// Rows that are looked at at once.
const PAGE: usize = 512;

/// What goes, in the order in which it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Alert,
    Story,
    /// An entry that is in no story.
    Entry,
    Delivery,
    Notice,
    Digest,
}

impl Kind {
    pub const ALL: [Kind; 6] =
        [Kind::Alert, Kind::Story, Kind::Entry, Kind::Delivery, Kind::Notice, Kind::Digest];
}

/// What is too old, in the terms of one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    now: Timestamp,
    /// Entries that were stored before this have had their time; `None`: none ever has.
    entries: Option<Timestamp>,
    feeds: HashMap<FeedId, Option<Timestamp>>,
    /// Alerts that were revised last before this.
    alerts: Option<Timestamp>,
    topics: HashMap<String, Option<Timestamp>>,
    history: Option<Timestamp>,
}

impl Limits {
    /// Until when entries of a feed have had their time.
    fn of_feed(&self, feed: FeedId) -> Option<Timestamp> {
        self.feeds.get(&feed).copied().unwrap_or(self.entries)
    }

    fn of_topic(&self, topic: &str) -> Option<Timestamp> {
        self.topics.get(topic).copied().unwrap_or(self.alerts)
    }

    /// The latest time before which any entry can go.
    fn newest_entry(&self) -> Option<Timestamp> {
        self.feeds.values().copied().chain([self.entries]).flatten().max()
    }

    fn newest_alert(&self) -> Option<Timestamp> {
        self.topics.values().copied().chain([self.alerts]).flatten().max()
    }

    /// The id from which on ids say nothing of when they were handed out: the clock was ahead once,
    /// and ids only grow. What has such an id is judged by the time that is stored with it.
    fn untimed(&self) -> i64 {
        IdSource::floor(self.now)
    }
}

/// Some of what goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Going {
    pub ids: Vec<i64>,
    /// Where to look on; `None` at the end.
    pub after: Option<i64>,
    /// How many cannot be judged: the database refuses what is asked of them.
    pub broken: u64,
}

/// How much was taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    pub alerts: u64,
    pub stories: u64,
    pub entries: u64,
    pub deliveries: u64,
    pub notices: u64,
    pub digests: u64,
    /// What has had its time and cannot be taken out.
    pub skipped: u64,
}

impl Removed {
    /// Whether anything was.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl std::ops::AddAssign for Removed {
    fn add_assign(&mut self, other: Self) {
        self.alerts += other.alerts;
        self.stories += other.stories;
        self.entries += other.entries;
        self.deliveries += other.deliveries;
        self.notices += other.notices;
        self.digests += other.digests;
        self.skipped += other.skipped;
    }
}

impl Store {
    /// What is too old now: of configured feeds by what they say now, of the others by what they last
    /// said.
    pub fn limits(&self, retention: &Retention, now: Timestamp) -> Result<Limits, StoreError> {
        self.read(|conn| {
            let mut feeds = keeps::remembered(conn, now)?;
            let mut known = conn.prepare_cached("SELECT id FROM feeds WHERE key = ?1")?;
            for (key, keep) in &retention.feeds {
                let mut rows = known.query([Text(key)])?;
                let Some(row) = rows.next()? else { continue };
                let feed = FeedId(row.get(0)?);
                match keep {
                    Some(keep) => feeds.insert(feed, keep.cutoff(now)),
                    // What it said before no longer holds.
                    None => feeds.remove(&feed),
                };
            }
            let topics = retention.topics.iter();
            let topics = topics.map(|(topic, keep)| (topic.to_string(), keep.cutoff(now)));
            Ok(Limits {
                now,
                entries: retention.entries.cutoff(now),
                feeds,
                alerts: retention.alerts.cutoff(now),
                topics: topics.collect(),
                history: retention.history.cutoff(now),
            })
        })
    }

    /// What of this kind goes, after this id; a page of it at a time.
    pub fn going(&self, kind: Kind, limits: &Limits, after: i64) -> Result<Going, StoreError> {
        self.read(|conn| {
            let seen = candidates(conn, kind, limits, after)?;
            let full = seen.len() == PAGE;
            let next = seen.last().copied().filter(|_| full);
            let (mut ids, mut broken) = (Vec::new(), 0);
            for id in seen {
                let goes = fate::goes(conn, kind, id, limits, Alerts::ThatStay);
                match goes.map_err(StoreError::from) {
                    Ok(true) => ids.push(id),
                    Ok(false) => {}
                    Err(error) if error.is_of_entries() => broken += 1,
                    Err(error) => return Err(error),
                }
            }
            Ok(Going { ids, after: next, broken })
        })
    }

    /// Takes out some of these, as many as a few milliseconds allow and at least a part of the
    /// first; each is judged anew. Returns how many of the list are done with, and what went.
    pub async fn remove(
        &self,
        kind: Kind,
        ids: Arc<[i64]>,
        limits: Arc<Limits>,
    ) -> Result<(usize, Removed), StoreError> {
        self.write(move |session| {
            let begun = Instant::now();
            let mut removed = Removed::default();
            let in_time = || begun.elapsed() < SLICE;
            for (done, id) in ids.iter().enumerate() {
                if done > 0 && !in_time() {
                    return Ok((done, removed));
                }
                if !fate::goes(session.conn, kind, *id, &limits, Alerts::All)? {
                    continue;
                }
                if !remove::one(session, kind, *id, &in_time, &mut removed)? {
                    return Ok((done, removed));
                }
            }
            Ok((ids.len(), removed))
        })
        .await
    }

    /// Takes out what is small: signs of life and bursts of long ago, rules that nothing needs. Notes that pruning was done.
    pub async fn finish_prune(
        &self,
        limits: Arc<Limits>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.prune_rules().await?;
        self.write(move |session| {
            if let Some(history) = limits.history {
                let conn = session.conn;
                conn.prepare_cached("DELETE FROM heartbeats WHERE at < ?1")?
                    .execute([Ms(history)])?;
                conn.prepare_cached("DELETE FROM bursts WHERE hour < ?1")?
                    .execute([history.as_second().div_euclid(3_600)])?;
            }
            Ok(meta::set_time(session.conn, PRUNED_AT, now)?)
        })
        .await
    }

    /// When pruning was last done.
    pub fn pruned_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|conn| Ok(meta::time(conn, PRUNED_AT)?))
    }

    /// Whether the clock has gone right for so long that it is believed that what is old is old: a
    /// clock that leapt years ahead must not empty the database.
    pub fn is_clock_proven(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.read(|conn| super::story_index::is_steady(conn, now).map_err(StoreError::from))
    }
}

/// Name of a value in `meta`.
const PRUNED_AT: &str = "pruned_at";

/// Rows that may be too old, by their ids.
fn candidates(
    conn: &Connection,
    kind: Kind,
    limits: &Limits,
    after: i64,
) -> rusqlite::Result<Vec<i64>> {
    // By ids first, then those whose ids say nothing: then the texts are not read without need.
    let (by_id, by_time, before) = match kind {
        Kind::Alert => (
            "",
            "SELECT id FROM alerts WHERE id > ?1 AND revised < ?2 ORDER BY id LIMIT ?3",
            limits.newest_alert(),
        ),
        Kind::Story => (
            "",
            "SELECT id FROM stories WHERE id > ?1 AND last_seen < ?2 AND merged_into IS NULL \
             ORDER BY id LIMIT ?3",
            limits.newest_entry(),
        ),
        // The index has all that is asked.
        Kind::Entry => (
            "SELECT e.id FROM entries AS e INDEXED BY entries_by_feed \
             WHERE e.id > ?1 AND e.id < ?2 \
             AND NOT EXISTS (SELECT 1 FROM story_members AS m WHERE m.entry_id = e.id) \
             ORDER BY e.id LIMIT ?3",
            "SELECT e.id FROM entries AS e WHERE e.id > ?1 AND e.first_seen < ?2 \
             AND NOT EXISTS (SELECT 1 FROM story_members AS m WHERE m.entry_id = e.id) \
             ORDER BY e.id LIMIT ?3",
            limits.newest_entry(),
        ),
        Kind::Delivery => (
            "SELECT id FROM deliveries WHERE id > ?1 AND id < ?2 \
             AND state IN ('delivered', 'gathered', 'dropped') ORDER BY id LIMIT ?3",
            "SELECT id FROM deliveries WHERE id > ?1 AND created < ?2 \
             AND state IN ('delivered', 'gathered', 'dropped') ORDER BY id LIMIT ?3",
            limits.history,
        ),
        Kind::Notice => (
            "SELECT id FROM notices WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
            "SELECT id FROM notices WHERE id > ?1 AND at < ?2 ORDER BY id LIMIT ?3",
            limits.history,
        ),
        Kind::Digest => (
            "SELECT id FROM digests WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
            "SELECT id FROM digests WHERE id > ?1 AND at < ?2 ORDER BY id LIMIT ?3",
            limits.history,
        ),
    };
    let Some(before) = before else { return Ok(Vec::new()) };
    let rows = |sql: &str, after: i64, before: i64, most: usize| {
        let mut query = conn.prepare_cached(sql)?;
        let ids = query.query_map(params![after, before, most as i64], |row| row.get(0))?;
        ids.collect::<rusqlite::Result<Vec<i64>>>()
    };
    if by_id.is_empty() {
        return rows(by_time, after, before.as_millisecond(), PAGE);
    }
    let mut ids = rows(by_id, after, IdSource::floor(before), PAGE)?;
    let after = after.max(limits.untimed().saturating_sub(1));
    ids.extend(rows(by_time, after, before.as_millisecond(), PAGE.saturating_sub(ids.len()))?);
    Ok(ids)
}
