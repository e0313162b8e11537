//! What pruning would take out, by feed, and why the rest of what is old is kept.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::fate::{self, Alerts, Why};
use super::{Going, Kind, Limits};
use crate::domain::ids::{FeedId, FeedKey};
use crate::store::Store;
use crate::store::column::{key, uint};
use crate::store::error::StoreError;

/// What would go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Feeds that have entries, by key.
    pub feeds: Vec<FeedShare>,
    pub alerts: u64,
    pub stories: u64,
    pub deliveries: u64,
    pub notices: u64,
    pub digests: u64,
}

/// What would become of a feed's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedShare {
    pub feed: FeedKey,
    pub stored: u64,
    pub going: u64,
    /// Those that are old enough and stay all the same, by why.
    pub kept: BTreeMap<Why, u64>,
}

#[derive(Default)]
struct Count {
    going: u64,
    kept: BTreeMap<Why, u64>,
}

impl Store {
    /// Tells what would go, and takes nothing out. Reads all stories that are old enough, a page at a
    /// time: the log of the database cannot be folded in beyond what a reader still looks at.
    pub fn prune_report(&self, limits: &Limits) -> Result<Report, StoreError> {
        let (mut report, mut counts) = (Report::default(), HashMap::new());
        let mut next = Some(0);
        while let Some(after) = next {
            let (going, last) = self.read(|conn| Ok(stories(conn, limits, after, &mut counts)?))?;
            report.stories += going;
            next = last;
        }
        next = Some(0);
        while let Some(after) = next {
            next = self.read(|conn| Ok(lone_entries(conn, limits, after, &mut counts)?))?;
        }
        report.feeds = self.read(|conn| Ok(shares(conn, &mut counts)?))?;
        report.deliveries = self.count_going(Kind::Delivery, limits)?.0;
        for (kind, count) in [
            (Kind::Alert, &mut report.alerts),
            (Kind::Notice, &mut report.notices),
            (Kind::Digest, &mut report.digests),
        ] {
            let (going, with_them) = self.count_going(kind, limits)?;
            *count = going;
            report.deliveries += with_them;
        }
        Ok(report)
    }

    /// How many of a kind go, and how many deliveries with them that would not go by themselves.
    fn count_going(&self, kind: Kind, limits: &Limits) -> Result<(u64, u64), StoreError> {
        let (mut count, mut with_them, mut after) = (0, 0, Some(0));
        while let Some(from) = after {
            let Going { ids, after: next, .. } = self.going(kind, limits, from)?;
            count += ids.len() as u64;
            with_them += self.read(|conn| {
                let with = ids.iter().map(|id| fate::deliveries_with(conn, kind, *id, limits));
                Ok(with.sum::<rusqlite::Result<u64>>()?)
            })?;
            after = next;
        }
        Ok((count, with_them))
    }
}

/// The entries of each feed that has any, and what becomes of them.
fn shares(
    conn: &Connection,
    counts: &mut HashMap<FeedId, Count>,
) -> rusqlite::Result<Vec<FeedShare>> {
    let mut stored = conn.prepare_cached(
        "SELECT f.key, f.id, count(*) FROM entries AS e INDEXED BY entries_by_feed \
         JOIN feeds AS f ON f.id = e.feed_id GROUP BY e.feed_id ORDER BY f.key",
    )?;
    let shares = stored.query_map([], |row| {
        let Count { going, kept } = counts.remove(&FeedId(row.get(1)?)).unwrap_or_default();
        Ok(FeedShare { feed: key(row, 0)?, stored: uint(row.get(2)?), going, kept })
    })?;
    shares.collect()
}

/// Counts the old entries of a page of stories by what becomes of them; returns how many stories go, and
/// after which one to look on.
fn stories(
    conn: &Connection,
    limits: &Limits,
    after: i64,
    counts: &mut HashMap<FeedId, Count>,
) -> rusqlite::Result<(u64, Option<i64>)> {
    let page = super::candidates(conn, Kind::Story, limits, after)?;
    let (mut going, last) = (0, page.last().copied());
    for id in page {
        let fate = fate::story(conn, id, limits, Alerts::ThatStay)?;
        going += u64::from(fate.is_ok());
        let mut members = conn.prepare_cached(
            "SELECT e.id, e.feed_id FROM story_members AS m \
             JOIN entries AS e ON e.id = m.entry_id WHERE m.story_id = ?1",
        )?;
        let mut rows = members.query([id])?;
        while let Some(row) = rows.next()? {
            let (entry, feed) = (row.get(0)?, FeedId(row.get(1)?));
            if fate::is_old(conn, entry, feed, limits)? {
                count(counts, feed, fate);
            }
        }
    }
    Ok((going, last))
}

/// Counts a page of old entries that are in no story; returns after which one to look on.
fn lone_entries(
    conn: &Connection,
    limits: &Limits,
    after: i64,
    counts: &mut HashMap<FeedId, Count>,
) -> rusqlite::Result<Option<i64>> {
    let page = super::candidates(conn, Kind::Entry, limits, after)?;
    let last = page.last().copied();
    for id in page {
        let fate = fate::lone_entry(conn, id, limits, Alerts::ThatStay)?;
        let mut feed = conn.prepare_cached("SELECT feed_id FROM entries WHERE id = ?1")?;
        let feed = FeedId(feed.query_row([id], |row| row.get(0))?);
        if fate::is_old(conn, id, feed, limits)? {
            count(counts, feed, fate);
        }
    }
    Ok(last)
}

fn count(counts: &mut HashMap<FeedId, Count>, feed: FeedId, fate: fate::Fate) {
    let count = counts.entry(feed).or_default();
    match fate {
        Ok(()) => count.going += 1,
        Err(why) => *count.kept.entry(why).or_default() += 1,
    }
}
