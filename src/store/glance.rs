//! What `wirewatch status` asks besides [`super::counts`]: the last day, and what waits, by channel
//! and severity.

use jiff::Timestamp;

use super::Store;
use super::column::{Ms, opt_time, uint};
use super::error::StoreError;
use super::topics::severity;
use crate::domain::ids::IdSource;
use crate::domain::topic::Severity;

/// Everything at one moment, as far as it changes from day to day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Glance {
    /// Entries, stories and alerts that are new since the time asked for. Alerts of topics in shadow
    /// mode are not counted, here and below.
    pub entries: u64,
    pub stories: u64,
    pub alerts: u64,
    /// Open alerts by severity, the gravest first.
    pub open: Vec<(Severity, u64)>,
    /// Channels with deliveries that wait or were given up, by name.
    pub outbox: Vec<Waiting>,
    /// When any feed was last fetched.
    pub last_fetch: Option<Timestamp>,
}

/// What has not gone out to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub channel: String,
    /// Waiting or under way.
    pub due: u64,
    /// Given up.
    pub parked: u64,
}

impl Store {
    /// What is new since then, and what waits now.
    pub fn glance(&self, since: Timestamp) -> Result<Glance, StoreError> {
        self.read(|conn| {
            // Ids grow with time: of tables that are large, only their newest part is looked at.
            let floor = IdSource::floor(since);
            let count = |sql: &str, from: i64| -> Result<u64, StoreError> {
                let mut query = conn.prepare_cached(sql)?;
                Ok(uint(query.query_row([from], |row| row.get(0))?))
            };
            let mut open = conn.prepare_cached(
                "SELECT severity, count(*) FROM alerts WHERE state = 'open' AND shadow = 0 \
                 GROUP BY severity ORDER BY severity DESC",
            )?;
            let open = open.query_map([], |row| Ok((severity(row, 0)?, uint(row.get(1)?))))?;
            let mut outbox = conn.prepare_cached(
                "SELECT channel, sum(state <> 'parked'), sum(state = 'parked') FROM deliveries \
                 WHERE state IN ('pending', 'sending') OR state = 'parked' \
                 GROUP BY channel ORDER BY channel",
            )?;
            let outbox = outbox.query_map([], |row| {
                let (due, parked) = (uint(row.get(1)?), uint(row.get(2)?));
                Ok(Waiting { channel: row.get(0)?, due, parked })
            })?;
            let last = conn
                .prepare_cached("SELECT max(last_fetch) FROM feeds WHERE retired_at IS NULL")?
                .query_row([], |row| opt_time(row, 0))?;
            Ok(Glance {
                entries: count("SELECT count(*) FROM entries WHERE id >= ?1", floor)?,
                stories: count("SELECT count(*) FROM stories WHERE id >= ?1", floor)?,
                alerts: conn
                    .prepare_cached(
                        "SELECT count(*) FROM alerts WHERE opened >= ?1 AND shadow = 0",
                    )?
                    .query_row([Ms(since)], |row| row.get(0).map(uint))?,
                open: open.collect::<Result<_, _>>()?,
                outbox: outbox.collect::<Result<_, _>>()?,
                last_fetch: last,
            })
        })
    }
}
