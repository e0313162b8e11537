//! Deliveries as they are shown: where each is, and how its attempts went.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::claims::{add_thread, carried, claimed};
use crate::domain::alert::circuit::CircuitState;
use crate::domain::alert::delivery::{Attempt, Carried, Claimed, DeliveryState};
use crate::domain::ids::{AlertId, ChannelId, DeliveryId, DigestId};
use crate::store::Store;
use crate::store::column::{Ms, Text, code, key, ms, opt_time, time, uint};
use crate::store::error::StoreError;

/// A delivery as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryView {
    pub id: DeliveryId,
    pub carried: Carried,
    pub channel: ChannelId,
    pub state: DeliveryState,
    /// Whether it goes through the channel's quiet hours.
    pub urgent: bool,
    /// The digest that told of it instead.
    pub gathered_in: Option<DigestId>,
    /// 1 for the first time that a revision is told again.
    pub repeat: u32,
    /// Which route led to the channel, in words, where routes did.
    pub route: Option<String>,
    /// Why it was dropped.
    pub remark: Option<String>,
    /// By which name the service knows the message. From outside.
    pub handle: Option<String>,
    pub created: Timestamp,
    /// When it is tried next, while it is pending. Of a channel that fails: no earlier than its next
    /// probe; of one that is gone: never.
    pub next_attempt: Option<Timestamp>,
    /// How the channel does for which it waits, if it does not work.
    pub waits_for: Option<CircuitState>,
    /// When it was delivered or parked.
    pub settled: Option<Timestamp>,
    /// Oldest first.
    pub attempts: Vec<Attempt>,
}

/// Which deliveries to list or to retry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    pub id: Option<DeliveryId>,
    pub alert: Option<AlertId>,
    pub channel: Option<ChannelId>,
    pub state: Option<DeliveryState>,
    /// Only those made at this time or later.
    pub since: Option<Timestamp>,
    /// Only deliveries older than this one: the last one of the page before.
    pub before: Option<DeliveryId>,
    /// At most so many are listed; 0 means 50. Retrying takes all.
    pub limit: u32,
}

/// Deliveries listed where no limit is asked for.
const DEFAULT_LIMIT: u32 = 50;

/// Most attempts shown of one delivery, the last ones.
const MAX_ATTEMPTS: u32 = 100;

impl Store {
    /// How many deliveries wait for each channel, configured or not.
    pub fn waiting(&self) -> Result<Vec<(ChannelId, u64)>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT channel, count(*) FROM deliveries WHERE state IN ('pending', 'sending') \
                 GROUP BY channel ORDER BY channel",
            )?;
            let rows = query.query_map([], |row| Ok((key(row, 0)?, uint(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// When each channel last took something.
    pub fn last_delivered(&self) -> Result<Vec<(ChannelId, Timestamp)>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT channel, max(settled_at) FROM deliveries WHERE state = 'delivered' \
                 GROUP BY channel ORDER BY channel",
            )?;
            let rows = query.query_map([], |row| Ok((key(row, 0)?, time(row, 1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How many deliveries wait for the end of a channel's quiet hours, if those are now.
    pub fn held_by_quiet(&self, channel: &ChannelId) -> Result<u64, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT count(*) FROM deliveries \
                 WHERE channel = ?1 AND state IN ('pending', 'sending') AND urgent = 0",
            )?;
            Ok(uint(query.query_row([Text(channel)], |row| row.get(0))?))
        })
    }

    /// The delivery as it would be claimed now, for who wants to look at it.
    pub fn as_claimed(&self, id: DeliveryId) -> Result<Option<Claimed>, StoreError> {
        self.read(|conn| {
            let found = conn
                .prepare_cached(
                    "SELECT id, alert_id, seq, notice_id, digest_id, channel, body, attempts, \
                     created FROM deliveries WHERE id = ?1",
                )?
                .query_row([id.0], claimed)
                .optional()?;
            let Some(mut found) = found else { return Ok(None) };
            add_thread(conn, &mut found)?;
            Ok(Some(found))
        })
    }

    /// Gives a delivery up that waits or was given up already: somebody says why. `false` if it is
    /// neither.
    pub async fn drop_delivery(
        &self,
        id: DeliveryId,
        why: String,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |session| {
            let dropped = session
                .conn
                .prepare_cached(
                    "UPDATE deliveries SET state = 'dropped', remark = ?2, settled_at = ?3, \
                     lease_until = NULL WHERE id = ?1 AND state IN ('pending', 'parked')",
                )?
                .execute(params![id.0, why, Ms(now)])?;
            Ok(dropped == 1)
        })
        .await
    }

    /// Deliveries that pass the filter with their attempts, newest first.
    pub fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<DeliveryView>, StoreError> {
        self.read(|conn| Ok(list(conn, filter)?))
    }
}

/// Deliveries that pass the filter with their attempts, newest first.
pub(in crate::store) fn list(
    conn: &Connection,
    filter: &DeliveryFilter,
) -> rusqlite::Result<Vec<DeliveryView>> {
    let limit = if filter.limit == 0 { DEFAULT_LIMIT } else { filter.limit };
    let mut query = conn.prepare_cached(
        "SELECT id, alert_id, seq, notice_id, digest_id, channel, state, created, next_attempt, \
         settled_at, urgent, gathered_in, repeat, route, remark, handle, \
         (SELECT state FROM circuits WHERE channel = deliveries.channel AND state <> 'closed'), \
         (SELECT next_probe FROM circuits WHERE channel = deliveries.channel) \
         FROM deliveries WHERE (?1 IS NULL OR id = ?1) AND (?2 IS NULL OR alert_id = ?2) \
         AND (?3 IS NULL OR channel = ?3) AND (?4 IS NULL OR state = ?4) \
         AND (?6 IS NULL OR created >= ?6) AND (?7 IS NULL OR id < ?7) ORDER BY id DESC LIMIT ?5",
    )?;
    let bound = params![
        filter.id.map(|id| id.0),
        filter.alert.map(|id| id.0),
        filter.channel.as_ref().map(Text),
        filter.state.map(DeliveryState::as_str),
        limit,
        ms(filter.since),
        filter.before.map(|id| id.0),
    ];
    let mut views: Vec<DeliveryView> = query.query_map(bound, view)?.collect::<Result<_, _>>()?;
    for view in &mut views {
        view.attempts = attempts(conn, view.id)?;
    }
    Ok(views)
}

fn view(row: &Row<'_>) -> rusqlite::Result<DeliveryView> {
    let state = code(row, 6, DeliveryState::from_code)?;
    let is_pending = state == DeliveryState::Pending;
    let circuit: Option<String> = row.get(16)?;
    let waits_for = circuit.filter(|_| is_pending).and_then(|code| CircuitState::from_code(&code));
    let (due, probe) = (time(row, 8)?, opt_time(row, 17)?);
    let next = match waits_for {
        None => Some(due),
        Some(CircuitState::Gone) => None,
        Some(_) => probe.max(Some(due)),
    };
    let gathered_in: Option<i64> = row.get(11)?;
    Ok(DeliveryView {
        id: DeliveryId(row.get(0)?),
        carried: carried(row)?,
        channel: key(row, 5)?,
        state,
        urgent: row.get(10)?,
        gathered_in: gathered_in.map(DigestId),
        created: time(row, 7)?,
        next_attempt: next.filter(|_| is_pending),
        waits_for,
        settled: opt_time(row, 9)?,
        repeat: row.get(12)?,
        route: row.get(13)?,
        remark: row.get(14)?,
        handle: row.get(15)?,
        attempts: Vec::new(),
    })
}

fn attempts(conn: &Connection, id: DeliveryId) -> rusqlite::Result<Vec<Attempt>> {
    let mut last: Vec<Attempt> = conn
        .prepare_cached(
            "SELECT at, duration_ms, code, detail FROM attempts WHERE delivery_id = ?1 \
             ORDER BY id DESC LIMIT ?2",
        )?
        .query_map((id.0, MAX_ATTEMPTS), |row| {
            Ok(Attempt {
                at: time(row, 0)?,
                duration: Duration::from_millis(uint(row.get(1)?)),
                code: row.get::<_, String>(2)?.into(),
                detail: row.get(3)?,
                handle: None,
            })
        })?
        .collect::<Result<_, _>>()?;
    last.reverse();
    Ok(last)
}
