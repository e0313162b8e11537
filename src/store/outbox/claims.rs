//! Deliveries on their way from the outbox to their dispatcher: claimed with a lease, in the order
//! in which they were made, with what the channel's service called earlier tellings.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::IN_TURN;
use crate::domain::alert::delivery::{Carried, Claimed, LONGEST_WAIT, Thread};
use crate::domain::ids::{AlertId, ChannelId, DeliveryId, DigestId, NoticeId};
use crate::store::Store;
use crate::store::column::{Ms, Text, key, time};
use crate::store::error::StoreError;

/// When `due`, a delivery, was tried last, or else made. If that lies ahead, the clock has been put
/// back since; and when it is tried next was said by that clock too.
pub(in crate::store) const LAST_TRIED: &str = "ifnull((SELECT at FROM attempts \
     WHERE delivery_id = due.id ORDER BY id DESC LIMIT 1), due.created)";

impl Store {
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

    /// Claims the one delivery that tries whether a channel is back: of those it may be the one that
    /// was tried longest ago, so that none of them stands in the way of the others. When it would be
    /// tried else stays as it is.
    pub async fn claim_probe(
        &self,
        channel: &ChannelId,
        probe: Probe,
        now: Timestamp,
        lease: Duration,
        quiet: bool,
    ) -> Result<Vec<Claimed>, StoreError> {
        // Often there is none: nobody who writes has to wait for that.
        if self.read(|conn| Ok(first(conn, channel, probe, now, quiet)?))?.is_none() {
            return Ok(Vec::new());
        }
        let channel = channel.clone();
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        self.write(move |session| {
            let conn = session.conn;
            let first = first(conn, &channel, probe, now, quiet)?;
            let Some(first) = first else { return Ok(Vec::new()) };
            Ok(claim_where(conn, &channel, now, until, 1, quiet, Some(first))?)
        })
        .await
    }
}

/// Which deliveries may try whether a channel is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// All that are due, and those that were tried, whenever they are.
    Any,
    /// The same, the oldest first: what failed says nothing of it.
    Oldest,
    /// Those that are due and that nobody has tried.
    Untried,
}

/// The delivery that tries whether a channel is back.
fn first(
    conn: &Connection,
    channel: &ChannelId,
    probe: Probe,
    now: Timestamp,
    quiet: bool,
) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(&format!(
        "SELECT id FROM deliveries AS due WHERE channel = ?1 AND urgent >= ?3 \
         AND (state = 'pending' AND (attempts > 0 AND NOT ?4 OR next_attempt <= ?2 \
             OR {LAST_TRIED} > ?2) \
           OR state = 'sending' AND lease_until <= ?2 AND NOT ?4) \
         AND (attempts = 0 OR NOT ?4) AND {IN_TURN} \
         ORDER BY iif(?5, 0, \
           ifnull((SELECT max(at) FROM attempts WHERE delivery_id = due.id), 0)), id LIMIT 1",
    ))?
    .query_row(
        (Text(channel), Ms(now), quiet, probe == Probe::Untried, probe == Probe::Oldest),
        |row| row.get(0),
    )
    .optional()
}

fn claim(
    conn: &Connection,
    channel: &ChannelId,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
    quiet: bool,
) -> rusqlite::Result<Vec<Claimed>> {
    claim_where(conn, channel, now, until, limit, quiet, None)
}

/// Claims what is due; the delivery `one` and no other, if it is given, due or not.
fn claim_where(
    conn: &Connection,
    channel: &ChannelId,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
    quiet: bool,
    one: Option<i64>,
) -> rusqlite::Result<Vec<Claimed>> {
    let farthest = now.saturating_add(LONGEST_WAIT).unwrap_or(Timestamp::MAX);
    let mut claimed: Vec<Claimed> = conn
        .prepare_cached(&format!(
            "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, lease_until = ?3 \
             WHERE id IN (SELECT id FROM deliveries AS due \
                WHERE channel = ?1 AND state IN ('pending', 'sending') AND urgent >= ?6 \
                AND (id = ?7 OR ?7 IS NULL \
                  AND (ifnull(lease_until, next_attempt) NOT BETWEEN ?2 + 1 AND ?5 \
                    OR state = 'pending' AND {LAST_TRIED} > ?2)) \
                AND {IN_TURN} ORDER BY id LIMIT ?4) \
             RETURNING id, alert_id, seq, notice_id, digest_id, channel, body, attempts, created",
        ))?
        .query_map((Text(channel), Ms(now), Ms(until), limit, Ms(farthest), quiet, one), claimed)?
        .collect::<Result<_, _>>()?;
    claimed.sort_unstable_by_key(|delivery| delivery.id);
    for delivery in &mut claimed {
        add_thread(conn, delivery)?;
    }
    Ok(claimed)
}

/// Reads a delivery; what was told before it is not asked yet.
pub(super) fn claimed(row: &Row<'_>) -> rusqlite::Result<Claimed> {
    Ok(Claimed {
        id: DeliveryId(row.get(0)?),
        carried: carried(row)?,
        channel: key(row, 5)?,
        body: row.get(6)?,
        attempt: row.get(7)?,
        created: time(row, 8)?,
        thread: Thread::default(),
    })
}

pub(super) fn add_thread(conn: &Connection, delivery: &mut Claimed) -> rusqlite::Result<()> {
    let Carried::Alert { alert, seq } = delivery.carried else {
        return Ok(());
    };
    // What is told again is a message of its own: who has not seen the first one would not see it
    // rewritten either.
    // Nor is what is told late, by who had it tried again, to take the place of what is newer.
    let stands_alone = conn
        .prepare_cached(
            "SELECT 1 FROM deliveries AS d WHERE d.id = ?1 AND (d.repeat > 0 \
               OR EXISTS (SELECT 1 FROM deliveries AS newer WHERE newer.alert_id = d.alert_id \
                 AND newer.channel = d.channel AND newer.seq > d.seq AND newer.state = 'delivered'))",
        )?
        .exists([delivery.id.0])?;
    if !stands_alone {
        delivery.thread = thread(conn, alert, &delivery.channel, seq)?;
    }
    Ok(())
}

/// What the channel's service called the alert's earlier revisions.
pub(in crate::store) fn thread(
    conn: &Connection,
    alert: AlertId,
    channel: &ChannelId,
    before: u32,
) -> rusqlite::Result<Thread> {
    let mut handles = conn.prepare_cached(
        "SELECT handle FROM deliveries WHERE alert_id = ?1 AND channel = ?2 AND seq < ?3 \
         AND handle IS NOT NULL ORDER BY seq, repeat",
    )?;
    let handles = handles.query_map((alert.0, Text(channel), before), |row| row.get(0))?;
    let mut thread = Thread::default();
    for handle in handles {
        thread.handles.truncate(Thread::MAX_HANDLES - 1);
        thread.handles.push(handle?);
    }
    Ok(thread)
}

/// What a delivery carries, from its second to fifth column.
pub(super) fn carried(row: &Row<'_>) -> rusqlite::Result<Carried> {
    let (alert, notice): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(3)?);
    Ok(match (alert, notice) {
        (Some(alert), _) => Carried::Alert { alert: AlertId(alert), seq: row.get(2)? },
        (None, Some(notice)) => Carried::Notice(NoticeId(notice)),
        (None, None) => Carried::Digest(DigestId(row.get(4)?)),
    })
}
