//! The outbox: deliveries and their attempts. A delivery is written in the commit that makes its
//! alert revision, claimed with a lease, and settled after the channel answered. What was delivered
//! stays as the [`log`] until it has had its time ([`super::prune`]).

mod claims;
pub mod log;
pub mod repeats;
mod trials;

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

pub use self::claims::Probe;
pub(super) use self::claims::{LAST_TRIED, thread};
pub(super) use self::log::list;
pub use self::log::{DeliveryFilter, DeliveryView};
use super::column::{Ms, Text, key, ms};
use super::error::StoreError;
use super::{Store, circuits};
use crate::domain::alert::delivery::{Attempt, DeliveryState, NewDelivery, Settlement};
use crate::domain::ids::{ChannelId, DeliveryId, DigestId, NoticeId};

macro_rules! told_by_what_waits {
    () => {
        "earlier.state = 'gathered' AND EXISTS (SELECT 1 FROM deliveries AS whole \
         WHERE whole.digest_id = earlier.gathered_in AND whole.channel = earlier.channel \
         AND whole.state IN ('pending', 'sending'))"
    };
}

/// A condition on `due`, a delivery: the channel has got all earlier revisions of the alert, by
/// themselves or in one message with others, or they were given up. What was added to a story is
/// never told before the story. And what is told again is of an alert that is still open.
const IN_TURN: &str = concat!(
    "NOT EXISTS (SELECT 1 FROM deliveries AS earlier \
     WHERE earlier.alert_id = due.alert_id AND earlier.channel = due.channel \
     AND earlier.seq < due.seq AND (earlier.state IN ('pending', 'sending') OR ",
    told_by_what_waits!(),
    ")) AND (due.repeat = 0 OR EXISTS (SELECT 1 FROM alerts AS told \
       WHERE told.id = due.alert_id AND told.state = 'open'))"
);

/// A condition on `earlier`, a delivery: the message that tells of it has not got to the channel yet.
pub(super) const TOLD_BY_WHAT_WAITS: &str = told_by_what_waits!();

impl Store {
    /// Makes every delivery pending that was being sent when the last instance ended. Only for
    /// the holder of the instance lock. Returns how many.
    pub async fn recover_deliveries(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write(move |session| {
            let changed = session
                .conn
                .prepare_cached(
                    "UPDATE deliveries SET state = 'pending', lease_until = NULL, \
                     next_attempt = min(next_attempt, ?1) WHERE state = 'sending'",
                )?
                .execute([Ms(now)])?;
            Ok(changed as u64)
        })
        .await
    }

    /// Records attempts and what becomes of their deliveries, all in one commit.
    pub async fn settle(
        &self,
        settled: Vec<(DeliveryId, Attempt, Settlement)>,
    ) -> Result<(), StoreError> {
        self.write(move |session| record(session.conn, &settled)).await
    }

    /// When the channel's next delivery is due, or its next lease is over; in quiet hours of those
    /// that go through them.
    pub async fn next_delivery_at(
        &self,
        channel: &ChannelId,
        quiet: bool,
    ) -> Result<Option<Timestamp>, StoreError> {
        let channel = channel.clone();
        self.write(move |session| {
            let next: Option<Ms> = session
                .conn
                .prepare_cached(&format!(
                    "SELECT min(ifnull(lease_until, next_attempt)) FROM deliveries AS due \
                     WHERE channel = ?1 AND state IN ('pending', 'sending') AND urgent >= ?2 \
                     AND {IN_TURN}",
                ))?
                .query_row((Text(&channel), quiet), |row| row.get(0))?;
            Ok(next.map(|Ms(at)| at))
        })
        .await
    }

    /// Makes parked deliveries that pass the filter pending and due at once, with all their
    /// retries before them. A filter without an id or a state takes parked ones, and of a channel that
    /// is named, or says that it is gone, what waits for it as well; by id, one that is pending or was dropped is made due.
    /// Their channels are used again even if they failed. Returns how many.
    pub async fn retry_deliveries(
        &self,
        filter: DeliveryFilter,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write(move |session| {
            let changed = session
                .conn
                .prepare_cached(
                    "UPDATE deliveries SET state = 'pending', attempts = 0, spared = 0, \
                     next_attempt = ?1, lease_until = NULL, settled_at = NULL \
                     WHERE (?2 IS NULL OR id = ?2) AND (?3 IS NULL OR alert_id = ?3) \
                     AND (?4 IS NULL OR channel = ?4) AND (?6 IS NULL OR created >= ?6) \
                     AND (state IN ('parked', 'dropped') AND (state = 'parked' OR ?2 IS NOT NULL) \
                       OR state = 'pending' AND (?2 IS NOT NULL OR ?5 \
                         OR ?4 IS NOT NULL AND (attempts > 0 OR next_attempt <= ?1) \
                         OR channel IN (SELECT channel FROM circuits WHERE state = 'gone'))) \
                     RETURNING channel",
                )?
                .query_map(
                    params![
                        Ms(now),
                        filter.id.map(|id| id.0),
                        filter.alert.map(|id| id.0),
                        filter.channel.as_ref().map(Text),
                        filter.state == Some(DeliveryState::Pending),
                        ms(filter.since),
                    ],
                    |row| key::<ChannelId>(row, 0),
                )?
                .collect::<Result<Vec<_>, _>>()?;
            // Who asks for another try has mended the channel, or wants to know.
            let concerned: BTreeSet<&ChannelId> = changed.iter().chain(&filter.channel).collect();
            for channel in concerned {
                circuits::forgive(session.conn, channel)?;
            }
            Ok(changed.len() as u64)
        })
        .await
    }
}

/// Puts a delivery into the outbox, due as soon as it need not wait for others.
pub(super) fn add(
    conn: &Connection,
    delivery: &NewDelivery,
    created: Timestamp,
) -> rusqlite::Result<()> {
    if delivery.urgent {
        // What was told before it waits no longer either: it comes first.
        conn.prepare_cached(
            "UPDATE deliveries SET urgent = 1 WHERE alert_id = ?1 AND channel = ?2 \
             AND state IN ('pending', 'sending')",
        )?
        .execute((delivery.alert.0, Text(&delivery.channel)))?;
        conn.prepare_cached(
            "UPDATE deliveries SET urgent = 1 WHERE channel = ?2 \
             AND state IN ('pending', 'sending') AND digest_id IN (\
               SELECT gathered_in FROM deliveries WHERE alert_id = ?1 AND channel = ?2 \
               AND state = 'gathered')",
        )?
        .execute((delivery.alert.0, Text(&delivery.channel)))?;
    }
    if delivery.wait.is_zero() {
        // Nor does what it comes after wait for others.
        conn.prepare_cached(
            "UPDATE deliveries SET next_attempt = ?3 WHERE alert_id = ?1 AND channel = ?2 \
             AND state = 'pending' AND attempts = 0 AND next_attempt > ?3 \
             AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = deliveries.id)",
        )?
        .execute((delivery.alert.0, Text(&delivery.channel), Ms(created)))?;
    }
    repeats::drop_overtaken(conn, delivery.alert, &delivery.channel, created)?;
    conn.prepare_cached(
        "INSERT INTO deliveries (id, alert_id, seq, channel, body, state, created, next_attempt, \
         urgent, route) VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        delivery.id.0,
        delivery.alert.0,
        delivery.seq,
        Text(&delivery.channel),
        delivery.body,
        Ms(created),
        Ms(created.saturating_add(delivery.wait).unwrap_or(Timestamp::MAX)),
        delivery.urgent,
        delivery.route,
    ])?;
    Ok(())
}

/// Puts a delivery of a notice into the outbox, due at once.
pub(super) fn add_notice(
    conn: &Connection,
    id: DeliveryId,
    notice: NoticeId,
    channel: &ChannelId,
    urgent: bool,
    body: &[u8],
    created: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO deliveries (id, notice_id, channel, body, state, created, next_attempt, urgent) \
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?5, ?6)",
    )?
    .execute(params![id.0, notice.0, Text(channel), body, Ms(created), urgent])?;
    Ok(())
}

/// Puts a delivery of a digest into the outbox, due at once.
pub(super) fn add_digest(
    conn: &Connection,
    id: DeliveryId,
    digest: DigestId,
    channel: &ChannelId,
    urgent: bool,
    body: &[u8],
    created: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO deliveries (id, digest_id, channel, body, state, created, next_attempt, urgent) \
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?5, ?6)",
    )?
    .execute(params![id.0, digest.0, Text(channel), body, Ms(created), urgent])?;
    Ok(())
}

/// Records attempts and what becomes of their deliveries.
pub(super) fn record(
    conn: &Connection,
    settled: &[(DeliveryId, Attempt, Settlement)],
) -> Result<(), StoreError> {
    for (id, attempt, settlement) in settled {
        add_attempt(conn, *id, attempt)?;
        settle(conn, *id, attempt.at, settlement)?;
        keep_handle(conn, *id, attempt)?;
    }
    Ok(())
}

/// Success is final, whoever reports it; a failure counts only while the delivery is claimed:
/// one that reports it after its lease was over does not undo what another has done since.
fn settle(
    conn: &Connection,
    id: DeliveryId,
    at: Timestamp,
    settlement: &Settlement,
) -> rusqlite::Result<()> {
    let (sql, when) = match settlement {
        Settlement::Delivered => (
            "UPDATE deliveries SET state = 'delivered', settled_at = ?2, lease_until = NULL \
             WHERE id = ?1 AND state != 'delivered'",
            at,
        ),
        Settlement::Retry { at } => (
            "UPDATE deliveries SET state = 'pending', next_attempt = ?2, lease_until = NULL \
             WHERE id = ?1 AND state = 'sending'",
            *at,
        ),
        Settlement::Wait { at } => (
            "UPDATE deliveries SET state = 'pending', spared = spared + 1, next_attempt = ?2, \
             lease_until = NULL WHERE id = ?1 AND state = 'sending'",
            *at,
        ),
        Settlement::Spare => (
            "UPDATE deliveries SET state = 'pending', spared = spared + 1, \
             next_attempt = min(next_attempt, ?2), lease_until = NULL \
             WHERE id = ?1 AND state = 'sending'",
            at,
        ),
        Settlement::Early => (
            "UPDATE deliveries SET state = 'pending', spared = spared + 1, \
             next_attempt = max(next_attempt, ?2), lease_until = NULL \
             WHERE id = ?1 AND state = 'sending'",
            at,
        ),
        Settlement::Park => (
            "UPDATE deliveries SET state = 'parked', settled_at = ?2, lease_until = NULL \
             WHERE id = ?1 AND state = 'sending'",
            at,
        ),
    };
    conn.prepare_cached(sql)?.execute((id.0, Ms(when)))?;
    Ok(())
}

/// The first handle stays: a delivery that was made twice is answered where it was made first.
fn keep_handle(conn: &Connection, id: DeliveryId, attempt: &Attempt) -> rusqlite::Result<()> {
    if let Some(handle) = &attempt.handle {
        conn.prepare_cached("UPDATE deliveries SET handle = ifnull(handle, ?2) WHERE id = ?1")?
            .execute((id.0, handle))?;
    }
    Ok(())
}

fn add_attempt(conn: &Connection, id: DeliveryId, attempt: &Attempt) -> Result<(), StoreError> {
    let known = conn
        .prepare_cached("SELECT 1 FROM deliveries WHERE id = ?1")?
        .query_row([id.0], |_| Ok(()))
        .optional()?;
    if known.is_none() {
        let name = id.to_string();
        return Err(StoreError::Unknown { what: "delivery", name });
    }
    conn.prepare_cached(
        "INSERT INTO attempts (delivery_id, at, duration_ms, code, detail) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        id.0,
        Ms(attempt.at),
        i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX),
        attempt.code,
        attempt.detail,
    ])?;
    Ok(())
}
