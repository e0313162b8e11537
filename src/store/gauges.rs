//! What metrics count over the whole database, by topic, channel and outcome: never by entry, or the
//! numbers would outgrow what they tell of.

use jiff::Timestamp;
use rusqlite::Row;

use super::Store;
use super::column::{opt_time, uint};
use super::error::StoreError;

/// Counts at one moment. Labels are of what is configured, or fixed words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gauges {
    /// Alerts that somebody was told of, by topic and state.
    pub alerts: Vec<([String; 2], u64)>,
    /// Revisions of alerts, by topic and event.
    pub revisions: Vec<([String; 2], u64)>,
    /// Entries that matched, by topic.
    pub matches: Vec<([String; 1], u64)>,
    /// Deliveries, by channel and state.
    pub deliveries: Vec<([String; 2], u64)>,
    /// Attempts, by channel and whether they were taken.
    pub attempts: Vec<([String; 2], u64)>,
    /// Since when the oldest delivery of each channel waits.
    pub oldest_waiting: Vec<([String; 1], u64)>,
    /// Fetches of all feeds since the database was made.
    pub fetches: u64,
    /// When any feed was last read.
    pub last_success: Option<Timestamp>,
}

impl Store {
    /// Counts all of it at one moment.
    pub fn gauges(&self) -> Result<Gauges, StoreError> {
        self.read(|conn| {
            Ok(Gauges {
                alerts: counted(
                    conn,
                    "SELECT topic, state, count(*) FROM alerts WHERE shadow = 0 \
                     GROUP BY topic, state",
                )?,
                revisions: counted(
                    conn,
                    "SELECT a.topic, r.event, count(*) FROM alert_revisions AS r \
                     JOIN alerts AS a ON a.id = r.alert_id GROUP BY a.topic, r.event",
                )?,
                matches: counted(
                    conn,
                    "SELECT topic, count(DISTINCT entry_id) FROM matches GROUP BY topic",
                )?,
                deliveries: counted(
                    conn,
                    "SELECT channel, state, count(*) FROM deliveries GROUP BY channel, state",
                )?,
                attempts: counted(
                    conn,
                    "SELECT d.channel, iif(a.code = 'delivered', 'delivered', 'failed') AS outcome, \
                     count(*) FROM attempts AS a JOIN deliveries AS d ON d.id = a.delivery_id \
                     GROUP BY d.channel, outcome",
                )?,
                oldest_waiting: counted(
                    conn,
                    "SELECT channel, min(created) FROM deliveries \
                     WHERE state IN ('pending', 'sending') GROUP BY channel",
                )?,
                fetches: conn
                    .prepare_cached("SELECT ifnull(sum(fetches), 0) FROM feeds")?
                    .query_row([], |row| row.get(0).map(uint))?,
                last_success: conn
                    .prepare_cached("SELECT max(last_success) FROM feeds WHERE retired_at IS NULL")?
                    .query_row([], |row| opt_time(row, 0))?,
            })
        })
    }
}

/// Rows of labels and a number.
fn counted<const N: usize>(
    conn: &rusqlite::Connection,
    sql: &str,
) -> rusqlite::Result<Vec<([String; N], u64)>> {
    let mut query = conn.prepare_cached(&format!("{sql} ORDER BY 1, 2"))?;
    let row = |row: &Row<'_>| {
        let mut labels = std::array::from_fn(|_| String::new());
        for (at, label) in labels.iter_mut().enumerate() {
            *label = row.get(at)?;
        }
        Ok((labels, uint(row.get(N)?)))
    };
    query.query_map([], row)?.collect()
}
