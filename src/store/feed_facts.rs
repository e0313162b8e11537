//! What is asked of one feed for a page about it: how many entries it brought, and what its baseline
//! would have raised. How late its entries are seen is in [`super::lateness`].

use super::Store;
use super::column::uint;
use super::error::StoreError;
use crate::domain::ids::FeedId;

/// What is known of one feed's entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedFacts {
    /// Entries stored of it.
    pub entries: u64,
    /// Matches in entries of its baseline, for which nothing was raised, to this day.
    pub would_have_raised: u64,
}

impl Store {
    /// What is known of a feed's entries.
    pub fn feed_facts(&self, feed: FeedId) -> Result<FeedFacts, StoreError> {
        self.read(|conn| {
            let count = |sql: &str| -> Result<u64, StoreError> {
                let mut query = conn.prepare_cached(sql)?;
                Ok(uint(query.query_row([feed.0], |row| row.get(0))?))
            };
            Ok(FeedFacts {
                entries: count("SELECT count(*) FROM entries WHERE feed_id = ?1")?,
                would_have_raised: count(
                    "SELECT count(*) FROM decisions AS d JOIN entries AS e ON e.id = d.entry_id \
                     WHERE e.feed_id = ?1 AND d.verdict = 'baseline' \
                     AND NOT EXISTS (SELECT 1 FROM decisions AS later \
                       WHERE later.entry_id = d.entry_id AND later.topic = d.topic \
                       AND later.verdict IN ('raise', 'amend'))",
                )?,
            })
        })
    }
}
