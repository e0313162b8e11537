//! What a channel was told that still stands: for services that forget, which are told again.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::Store;
use super::column::{Ms, Text, code, opt_time, time};
use super::error::StoreError;
use super::outbox;
use crate::domain::alert::AlertState;
use crate::domain::alert::delivery::Thread;
use crate::domain::alert::standing::Standing;
use crate::domain::ids::{AlertId, ChannelId};

/// Most alerts that are told again; the newest are.
const MAX_STANDING: u32 = 1_000;

/// How long after its revision a delivery may be taken at the latest, retries and a person's patience
/// included: older alerts are not looked at.
const LATEST: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Store {
    /// The alerts that a channel was last told of since `since`, newest first.
    pub fn standing(
        &self,
        channel: &ChannelId,
        since: Timestamp,
    ) -> Result<Vec<Standing>, StoreError> {
        let revised = since.saturating_sub(LATEST).unwrap_or(Timestamp::MIN);
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT a.id, a.state, \
                    (SELECT max(n.at) FROM alert_notes AS n \
                     WHERE n.alert_id = a.id AND n.state = a.state), \
                    d.settled_at, d.body, d.seq, d.created \
                 FROM alerts AS a JOIN deliveries AS d ON d.alert_id = a.id AND d.channel = ?1 \
                 WHERE a.revised >= ?4 AND d.seq = (SELECT max(last.seq) FROM deliveries AS last \
                        WHERE last.alert_id = a.id AND last.channel = ?1 \
                        AND last.state = 'delivered') \
                    AND d.repeat = 0 AND d.settled_at >= ?2 \
                 ORDER BY a.id DESC LIMIT ?3",
            )?;
            let rows = query.query_map(
                params![Text(channel), Ms(since), MAX_STANDING, Ms(revised)],
                |row| {
                    let standing = Standing {
                        alert: AlertId(row.get(0)?),
                        state: code(row, 1, AlertState::from_code)?,
                        changed: opt_time(row, 2)?,
                        told: time(row, 3)?,
                        made: time(row, 6)?,
                        body: row.get(4)?,
                        thread: Thread::default(),
                    };
                    Ok((standing, row.get::<_, u32>(5)?))
                },
            )?;
            let mut standing = Vec::new();
            for row in rows {
                let (mut row, seq) = row?;
                row.thread = outbox::thread(conn, row.alert, channel, seq)?;
                standing.push(row);
            }
            Ok(standing)
        })
    }
}
