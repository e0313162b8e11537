//! What is asked of one feed for a page about it: how late its entries are seen, and what its
//! baseline would have raised.

use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::column::{time, uint};
use super::error::StoreError;
use crate::domain::ids::FeedId;

/// Entries whose lateness is looked at, the last ones.
const SAMPLE: u32 = 500;

/// What is known of one feed's entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedFacts {
    /// Entries stored of it.
    pub entries: u64,
    /// From publication to when they were seen, shortest first: of its last entries that came
    /// after the baseline and whose date is exact.
    pub latencies: Vec<Duration>,
    /// Matches in entries of its baseline, for which nothing was raised.
    pub would_have_raised: u64,
}

impl FeedFacts {
    /// The wait that this share of the entries did not exceed; `None` without any.
    pub fn latency(&self, share: f64) -> Option<Duration> {
        let last = self.latencies.len().checked_sub(1)?;
        self.latencies.get((last as f64 * share).round() as usize).copied()
    }
}

impl Store {
    /// What is known of a feed's entries. `baseline` is when its first fetch was stored.
    pub fn feed_facts(
        &self,
        feed: FeedId,
        baseline: Option<Timestamp>,
    ) -> Result<FeedFacts, StoreError> {
        self.read(|conn| {
            let count = |sql: &str| -> Result<u64, StoreError> {
                let mut query = conn.prepare_cached(sql)?;
                Ok(uint(query.query_row([feed.0], |row| row.get(0))?))
            };
            let mut query = conn.prepare_cached(
                "SELECT first_seen, published FROM entries WHERE feed_id = ?1 \
                 AND date_quality = 'exact' AND published IS NOT NULL ORDER BY id DESC LIMIT ?2",
            )?;
            let times =
                query.query_map((feed.0, SAMPLE), |row| Ok((time(row, 0)?, time(row, 1)?)))?;
            let mut latencies = Vec::new();
            for times in times {
                let (seen, published) = times?;
                if baseline.is_none_or(|baseline| seen > baseline) {
                    let late = Duration::try_from(seen.duration_since(published));
                    latencies.push(late.unwrap_or_default());
                }
            }
            latencies.sort_unstable();
            Ok(FeedFacts {
                entries: count("SELECT count(*) FROM entries WHERE feed_id = ?1")?,
                latencies,
                would_have_raised: count(
                    "SELECT count(*) FROM decisions AS d JOIN entries AS e ON e.id = d.entry_id \
                     WHERE e.feed_id = ?1 AND d.verdict = 'baseline'",
                )?,
            })
        })
    }
}
