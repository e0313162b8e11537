//! The stored entries in the order in which they were decided on, streamed: what a backtest reads.
//! Nothing is held in memory but the entry at hand.

use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::Store;
use super::column::{Hash, Text, key, ms, opt_time, time};
use super::entries::{self, ENTRY, ENTRY_COLUMNS};
use super::error::StoreError;
use crate::domain::entry::Entry;
use crate::domain::ids::{Digest, FeedKey, IdSource, StoryId};

/// Which entries of the past to read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryFilter {
    /// Seen at this time or later.
    pub since: Option<Timestamp>,
    /// Seen before this time.
    pub until: Option<Timestamp>,
    pub feed: Option<FeedKey>,
    /// Entries of a first fetch come at the time at which they were published, where that is
    /// known, as if the feed had been watched then. The order of all entries is kept in memory:
    /// 16 bytes for each.
    pub as_published: bool,
}

/// An entry of the past with what it was decided by.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// As it stands now: a revised one says what it says today.
    pub entry: Entry,
    pub feed: FeedKey,
    pub feed_url: String,
    /// The title the feed gives itself.
    pub feed_title: Option<String>,
    /// When it was first seen, or published if it is told as published.
    pub at: Timestamp,
    /// Whether it was part of its feed's first fetch, and is not told as published.
    pub baseline: bool,
    /// The key of its link, by which stories know each other.
    pub link: Option<Digest>,
    pub story: Option<StoryId>,
}

/// What is read of an entry beside its own columns.
const BESIDE: &str = "f.key, f.url, f.title, f.baseline_at, m.link, m.story_id";

const FROM: &str = "entries AS e JOIN feeds AS f ON f.id = e.feed_id \
    LEFT JOIN story_members AS m ON m.entry_id = e.id";

/// The filter: ids grow with time, so that those of its ends bound what is read.
const WHERE: &str = "e.id >= ?1 AND e.id < ?5 AND (?2 IS NULL OR e.first_seen >= ?2) \
    AND (?3 IS NULL OR e.first_seen < ?3) \
    AND (?4 IS NULL OR e.feed_id = (SELECT id FROM feeds WHERE key = ?4))";

/// When an entry comes if those of a first fetch come as published: a date that was made up or
/// lies after the fetch is no help.
const PUBLISHED: &str = "CASE WHEN e.first_seen <= f.baseline_at \
    AND e.date_quality IN ('exact', 'assumed') AND e.published < e.first_seen \
    THEN e.published ELSE e.first_seen END";

impl Store {
    /// Hands the entries that pass the filter to `each`, in the order in which they were decided
    /// on (that of their ids), until it breaks. All of it sees the same moment; the daemon goes on
    /// writing beside it.
    pub fn history(
        &self,
        filter: &HistoryFilter,
        each: impl FnMut(HistoryEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|conn| match filter.as_published {
            true => as_published(conn, filter, each),
            false => as_seen(conn, filter, each),
        })
    }

    /// How many entries [`Self::history`] has at most for this filter.
    pub fn history_count(&self, filter: &HistoryFilter) -> Result<u64, StoreError> {
        self.read(|conn| {
            // Counting by id alone touches no text.
            let count: i64 = conn
                .prepare_cached(
                    "SELECT count(*) FROM entries WHERE id >= ?1 AND id < ?2 \
                     AND (?3 IS NULL OR feed_id = (SELECT id FROM feeds WHERE key = ?3))",
                )?
                .query_row(
                    params![first(filter), end(filter), filter.feed.as_ref().map(Text)],
                    |row| row.get(0),
                )?;
            Ok(u64::try_from(count).unwrap_or_default())
        })
    }
}

/// How far ids may run ahead of the clock, since many were handed out at once or the clock was set
/// back: a day's worth.
const GRACE: Duration = Duration::from_secs(24 * 3600);

fn bound(at: Timestamp) -> i64 {
    IdSource::floor(at)
}

/// The lowest id that an entry of the period can have. What is told as published was seen later.
fn first(filter: &HistoryFilter) -> i64 {
    filter.since.map_or(0, bound)
}

/// The id that those of the period are below. What is told as published may be seen at any time.
fn end(filter: &HistoryFilter) -> i64 {
    match (filter.until, filter.as_published) {
        (Some(until), false) => bound(until.saturating_add(GRACE).unwrap_or(Timestamp::MAX)),
        _ => i64::MAX,
    }
}

fn as_seen(
    conn: &Connection,
    filter: &HistoryFilter,
    mut each: impl FnMut(HistoryEntry) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {ENTRY}, {BESIDE} FROM {FROM} WHERE {WHERE} ORDER BY e.id"
    ))?;
    let feed = filter.feed.as_ref().map(Text);
    let (since, until) = (ms(filter.since), ms(filter.until));
    let mut rows = query.query(params![first(filter), since, until, feed, end(filter)])?;
    while let Some(row) = rows.next()? {
        if each(read(row)?).is_break() {
            break;
        }
    }
    Ok(())
}

fn as_published(
    conn: &Connection,
    filter: &HistoryFilter,
    mut each: impl FnMut(HistoryEntry) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut order = published_order(conn, filter)?;
    order.sort_unstable();
    let mut query =
        conn.prepare_cached(&format!("SELECT {ENTRY}, {BESIDE} FROM {FROM} WHERE e.id = ?1"))?;
    for (at_ms, id) in order {
        let entry = query.query_row([id], read)?;
        let at = Timestamp::from_millisecond(at_ms).unwrap_or(entry.entry.first_seen);
        let baseline = entry.baseline && at == entry.entry.first_seen;
        if each(HistoryEntry { at, baseline, ..entry }).is_break() {
            break;
        }
    }
    Ok(())
}

/// When each entry of the period comes, in milliseconds, with its id.
fn published_order(
    conn: &Connection,
    filter: &HistoryFilter,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT at, id FROM (SELECT {PUBLISHED} AS at, e.id AS id FROM entries AS e \
         JOIN feeds AS f ON f.id = e.feed_id WHERE e.id >= ?1 \
         AND (?4 IS NULL OR e.feed_id = (SELECT id FROM feeds WHERE key = ?4))) \
         WHERE (?2 IS NULL OR at >= ?2) AND (?3 IS NULL OR at < ?3)"
    ))?;
    let feed = filter.feed.as_ref().map(Text);
    let bound = params![first(filter), ms(filter.since), ms(filter.until), feed];
    let rows = query.query_map(bound, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<HistoryEntry> {
    let entry = entries::read(row)?;
    let at = |column: usize| ENTRY_COLUMNS + column;
    let baseline_at = opt_time(row, at(3))?;
    Ok(HistoryEntry {
        feed: key(row, at(0))?,
        feed_url: row.get(at(1))?,
        feed_title: row.get(at(2))?,
        at: time(row, 13)?,
        baseline: baseline_at.is_none_or(|baseline| entry.first_seen <= baseline),
        link: row.get::<_, Option<Hash>>(at(4))?.map(|Hash(link)| link),
        story: row.get::<_, Option<i64>>(at(5))?.map(StoryId),
        entry,
    })
}
