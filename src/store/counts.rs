//! How much of everything there is: for status, doctor and metrics.

use super::Store;
use super::column::uint;
use super::error::StoreError;

/// How much of everything there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Feeds configured, and those of them whose last fetch failed.
    pub feeds: u64,
    pub feeds_failing: u64,
    pub entries: u64,
    pub stories: u64,
    pub matches: u64,
    /// Alerts that somebody was told of, and how many of them are in each state.
    pub alerts: u64,
    pub alerts_open: u64,
    pub alerts_acknowledged: u64,
    pub alerts_closed: u64,
    /// Alerts of topics in shadow mode, which nobody was told of.
    pub alerts_shadow: u64,
    /// Deliveries waiting or under way, and those given up.
    pub deliveries_due: u64,
    pub deliveries_parked: u64,
    /// Bytes of the database file, without its log.
    pub bytes: u64,
}

impl Store {
    /// Counts everything at one moment.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|conn| {
            let count = |sql: &str| -> Result<u64, StoreError> {
                let mut query = conn.prepare_cached(sql)?;
                Ok(uint(query.query_row([], |row| row.get(0))?))
            };
            let feeds = "SELECT count(*) FROM feeds WHERE retired_at IS NULL";
            let alerts = "SELECT count(*) FROM alerts WHERE shadow = 0 AND state = ";
            let deliveries = "SELECT count(*) FROM deliveries WHERE state ";
            Ok(Counts {
                feeds: count(feeds)?,
                feeds_failing: count(&format!("{feeds} AND failures > 0"))?,
                entries: count("SELECT count(*) FROM entries")?,
                stories: count("SELECT count(*) FROM stories")?,
                matches: count("SELECT count(*) FROM matches")?,
                alerts: count("SELECT count(*) FROM alerts WHERE shadow = 0")?,
                alerts_open: count(&format!("{alerts} 'open'"))?,
                alerts_acknowledged: count(&format!("{alerts} 'acknowledged'"))?,
                alerts_closed: count(&format!("{alerts} 'closed'"))?,
                alerts_shadow: count("SELECT count(*) FROM alerts WHERE shadow = 1")?,
                deliveries_due: count(&format!("{deliveries} IN ('pending', 'sending')"))?,
                deliveries_parked: count(&format!("{deliveries} = 'parked'"))?,
                bytes: count(
                    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                )?,
            })
        })
    }
}
