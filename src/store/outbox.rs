//! The outbox: deliveries and their attempts. A delivery is written in the commit that makes its
//! alert revision, claimed with a lease, and settled after the channel answered. Nothing is ever
//! taken out: what was delivered stays as the [`log`].

pub mod log;

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

pub(super) use self::log::list;
pub use self::log::{DeliveryFilter, DeliveryView};
use super::Store;
use super::column::{Ms, Text, key, time};
use super::error::StoreError;
use crate::domain::alert::delivery::{
    Attempt, Carried, Claimed, DeliveryState, LONGEST_WAIT, NewDelivery, Settlement, Thread,
};
use crate::domain::ids::{AlertId, ChannelId, DeliveryId, DigestId, NoticeId};

/// A condition on `due`, a delivery: the channel has got all earlier revisions of the alert, or
/// they were given up. What was added to a story is never told before the story.
const IN_TURN: &str = "NOT EXISTS (SELECT 1 FROM deliveries AS earlier \
     WHERE earlier.alert_id = due.alert_id AND earlier.channel = due.channel \
     AND earlier.seq < due.seq AND earlier.state IN ('pending', 'sending'))";

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

    /// Claims up to `limit` deliveries of a channel that are due, in the order in which they
    /// were made, and of each alert at most one: its revisions are settled in turn. Nobody else gets them until they are settled or `lease` is over.
    pub async fn claim(
        &self,
        channel: &ChannelId,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Claimed>, StoreError> {
        let channel = channel.clone();
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        self.write(move |session| Ok(claim(session.conn, &channel, now, until, limit, false)?))
            .await
    }

    /// The same in the channel's quiet hours: only what goes through them.
    pub async fn claim_urgent(
        &self,
        channel: &ChannelId,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Claimed>, StoreError> {
        let channel = channel.clone();
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        self.write(move |session| Ok(claim(session.conn, &channel, now, until, limit, true)?)).await
    }

    /// Records attempts and what becomes of their deliveries, all in one commit.
    pub async fn settle(
        &self,
        settled: Vec<(DeliveryId, Attempt, Settlement)>,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            for (id, attempt, settlement) in &settled {
                add_attempt(session.conn, *id, attempt)?;
                settle(session.conn, *id, attempt.at, settlement)?;
                keep_handle(session.conn, *id, attempt)?;
            }
            Ok(())
        })
        .await
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
    /// retries before them. A filter without an id or a state takes parked ones only; by id, a
    /// pending one is made due as well. Returns how many.
    pub async fn retry_deliveries(
        &self,
        filter: DeliveryFilter,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write(move |session| {
            let changed = session
                .conn
                .prepare_cached(
                    "UPDATE deliveries SET state = 'pending', attempts = 0, next_attempt = ?1, \
                     lease_until = NULL, settled_at = NULL \
                     WHERE (?2 IS NULL OR id = ?2) AND (?3 IS NULL OR alert_id = ?3) \
                     AND (?4 IS NULL OR channel = ?4) \
                     AND (state = 'parked' OR state = 'pending' AND (?2 IS NOT NULL OR ?5))",
                )?
                .execute(params![
                    Ms(now),
                    filter.id.map(|id| id.0),
                    filter.alert.map(|id| id.0),
                    filter.channel.as_ref().map(Text),
                    filter.state == Some(DeliveryState::Pending),
                ])?;
            Ok(changed as u64)
        })
        .await
    }
}

/// Puts a delivery into the outbox, due at once.
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
    }
    conn.prepare_cached(
        "INSERT INTO deliveries (id, alert_id, seq, channel, body, state, created, next_attempt, \
         urgent) VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?6, ?7)",
    )?
    .execute(params![
        delivery.id.0,
        delivery.alert.0,
        delivery.seq,
        Text(&delivery.channel),
        delivery.body,
        Ms(created),
        delivery.urgent,
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

/// What a delivery carries, from its second to fifth column.
fn carried(row: &Row<'_>) -> rusqlite::Result<Carried> {
    let (alert, notice): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(3)?);
    Ok(match (alert, notice) {
        (Some(alert), _) => Carried::Alert { alert: AlertId(alert), seq: row.get(2)? },
        (None, Some(notice)) => Carried::Notice(NoticeId(notice)),
        (None, None) => Carried::Digest(DigestId(row.get(4)?)),
    })
}

fn claim(
    conn: &Connection,
    channel: &ChannelId,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
    quiet: bool,
) -> rusqlite::Result<Vec<Claimed>> {
    let farthest = now.saturating_add(LONGEST_WAIT).unwrap_or(Timestamp::MAX);
    let mut claimed: Vec<Claimed> = conn
        .prepare_cached(&format!(
            "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, lease_until = ?3 \
             WHERE id IN (SELECT id FROM deliveries AS due \
                WHERE channel = ?1 AND state IN ('pending', 'sending') AND urgent >= ?6 \
                AND ifnull(lease_until, next_attempt) NOT BETWEEN ?2 + 1 AND ?5 \
                AND {IN_TURN} ORDER BY id LIMIT ?4) \
             RETURNING id, alert_id, seq, notice_id, digest_id, channel, body, attempts, created",
        ))?
        .query_map((Text(channel), Ms(now), Ms(until), limit, Ms(farthest), quiet), |row| {
            Ok(Claimed {
                id: DeliveryId(row.get(0)?),
                carried: carried(row)?,
                channel: key(row, 5)?,
                body: row.get(6)?,
                attempt: row.get(7)?,
                created: time(row, 8)?,
                thread: Thread::default(),
            })
        })?
        .collect::<Result<_, _>>()?;
    claimed.sort_unstable_by_key(|delivery| delivery.id);
    for delivery in &mut claimed {
        if let Carried::Alert { alert, seq } = delivery.carried {
            delivery.thread = thread(conn, alert, channel, seq)?;
        }
    }
    Ok(claimed)
}

/// What the channel's service called the alert's earlier revisions.
pub(super) fn thread(
    conn: &Connection,
    alert: AlertId,
    channel: &ChannelId,
    before: u32,
) -> rusqlite::Result<Thread> {
    let mut handles = conn.prepare_cached(
        "SELECT handle FROM deliveries WHERE alert_id = ?1 AND channel = ?2 AND seq < ?3 \
         AND handle IS NOT NULL ORDER BY seq",
    )?;
    let handles = handles.query_map((alert.0, Text(channel), before), |row| row.get(0))?;
    let mut thread = Thread::default();
    for handle in handles {
        let handle: String = handle?;
        thread.first.get_or_insert_with(|| handle.clone());
        thread.last = Some(handle);
    }
    Ok(thread)
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
