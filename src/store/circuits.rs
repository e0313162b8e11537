//! How channels that fail are remembered, so that a restart spares them too. What becomes of
//! deliveries is written in the same commit: see [`crate::domain::alert::circuit`].

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::column::{Hash, Ms, Text, code, key, ms, opt_time, time};
use super::error::StoreError;
use super::notices::{self, Freeze};
use super::outbox::LAST_TRIED;
use super::{Store, meta, outbox};
use crate::domain::alert::circuit::{Circuit, CircuitState, TOLD_AGAIN_AFTER};
use crate::domain::alert::delivery::{Attempt, Settlement};
use crate::domain::ids::{ChannelId, DeliveryId, Digest, IdSource};
use crate::domain::notice::Notice;

/// Most deliveries given up in one commit.
const MAX_GIVEN_UP: u32 = 5_000;

/// The code of the attempt that is noted where a delivery is given up untried.
pub const GIVEN_UP: &str = "channel_down";

/// What paid with more tries than this keeps its times when the channel works again: one that comes
/// and goes would else use up all of them within minutes.
const SOON_AGAIN: u32 = 2;

/// Of each channel, when it was last told that it fails, and that it refused something for good: names of
/// values in `meta`.
const TOLD_DOWN: &str = "channel_down_told:";
const TOLD_GIVEN_UP: &str = "given_up_told:";

/// A notice, and whom it is told.
pub type Addressed = (Notice, Vec<ChannelId>);

/// How a channel does after attempts were answered.
#[derive(Debug, Clone)]
pub struct Change {
    pub channel: ChannelId,
    /// `None`: well.
    pub circuit: Option<Circuit>,
    /// Fingerprint of what the channel is configured with.
    pub config: Digest,
    /// It works again: what waited, and failed no more than once or twice by itself, is due at once.
    pub is_back: bool,
    /// What is told of that.
    pub notice: Option<Addressed>,
    /// What is told of deliveries that were given up, at most once a day.
    pub given_up: Option<Addressed>,
}

/// A channel as it is configured from now on.
#[derive(Debug, Clone)]
pub struct Configured {
    pub channel: ChannelId,
    /// Fingerprint of what it is configured with.
    pub config: Digest,
    /// How often it tells an open alert again, if it does.
    pub repeat_most: Option<u32>,
}

const CIRCUIT: &str = "state, failures, since, last, probes, next_probe, code, detail, told, asked";

/// When a channel failed last.
const FAILED: &str = "ifnull((SELECT at FROM attempts WHERE delivery_id = circuits.last \
     ORDER BY id DESC LIMIT 1), since)";

impl Store {
    /// How a channel does; `None`: well. What was found out with another configuration does not
    /// count.
    pub fn circuit(
        &self,
        channel: &ChannelId,
        config: Digest,
    ) -> Result<Option<Circuit>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {CIRCUIT}, {FAILED} FROM circuits WHERE channel = ?1 AND config = ?2"
            ))?;
            Ok(query.query_row((Text(channel), Hash(config)), circuit).optional()?)
        })
    }

    /// All channels that did not take what they were sent last, by name.
    pub fn circuits(&self) -> Result<Vec<(ChannelId, Circuit)>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {CIRCUIT}, {FAILED}, channel FROM circuits ORDER BY channel"
            ))?;
            let rows = query.query_map([], |row| Ok((key(row, 11)?, circuit(row)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How many of a delivery's attempts do not count, since the channel failed then; and when it was
    /// or is due: long ago, if a clock said so that has been put back since.
    pub fn tries(
        &self,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Option<(u32, Timestamp)>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT spared, iif({LAST_TRIED} > ?2, 0, next_attempt) \
                 FROM deliveries AS due WHERE id = ?1"
            ))?;
            let tries = |row: &Row<'_>| Ok((row.get(0)?, time(row, 1)?));
            Ok(query.query_row((id.0, Ms(now)), tries).optional()?)
        })
    }

    /// Records attempts, what becomes of their deliveries, and how the channel does, in one commit.
    pub async fn settle_with(
        &self,
        settled: Vec<(DeliveryId, Attempt, Settlement)>,
        change: Change,
        now: Timestamp,
        freeze: Freeze,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            outbox::record(conn, &settled)?;
            let channel = &change.channel;
            match &change.circuit {
                Some(circuit) => save(conn, channel, circuit, change.config)?,
                None => forget(conn, channel)?,
            }
            if change.is_back {
                conn.prepare_cached(
                    "UPDATE deliveries SET next_attempt = min(next_attempt, ?2) \
                     WHERE channel = ?1 AND state = 'pending' AND attempts > 0 \
                     AND attempts - spared <= ?3",
                )?
                .execute((Text(channel), Ms(now), SOON_AGAIN))?;
            }
            if let Some((notice, channels)) = &change.notice {
                post(conn, notice, channels, freeze)?;
            }
            let Some((notice, channels)) = &change.given_up else { return Ok(()) };
            let name = format!("{TOLD_GIVEN_UP}{channel}");
            let told = meta::time(conn, &name)?;
            // A time that is still to come was set by a clock that has been put back since.
            let day = now.checked_sub(TOLD_AGAIN_AFTER).unwrap_or(Timestamp::MIN);
            let is_due = |told: Timestamp| !(day..=now).contains(&told);
            if told.is_none_or(is_due) {
                meta::set_time(conn, &name, now)?;
                post(conn, notice, channels, freeze)?;
            }
            Ok(())
        })
        .await
    }

    /// Takes note that a channel is as `config` says, after the last answers came that concern what it
    /// was before: those have been recorded too.
    pub async fn adopt_circuit(
        &self,
        channel: &ChannelId,
        config: Digest,
    ) -> Result<(), StoreError> {
        let channel = channel.clone();
        self.write(move |session| Ok(adopt(session.conn, &channel, config)?)).await
    }

    /// Tells that a channel fails, once.
    pub async fn tell_circuit(
        &self,
        channel: &ChannelId,
        notice: Notice,
        channels: Vec<ChannelId>,
        freeze: Freeze,
    ) -> Result<(), StoreError> {
        let channel = channel.clone();
        self.write(move |session| {
            let conn = session.conn;
            let told = conn
                .prepare_cached("UPDATE circuits SET told = ?2 WHERE channel = ?1")?
                .execute((Text(&channel), Ms(notice.at)))?;
            if told == 1 {
                meta::set_time(conn, &format!("{TOLD_DOWN}{channel}"), notice.at)?;
                post(conn, &notice, &channels, freeze)?;
            }
            Ok(())
        })
        .await
    }

    /// When it was last told that a channel fails, though that may be over.
    pub fn circuit_told(&self, channel: &ChannelId) -> Result<Option<Timestamp>, StoreError> {
        self.read(|conn| Ok(meta::time(conn, &format!("{TOLD_DOWN}{channel}"))?))
    }

    /// Gives up what has waited for a channel since before `before`. Returns how many.
    pub async fn give_up(
        &self,
        channel: &ChannelId,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let waits = "channel = ?1 AND state = 'pending' AND created <= ?2 AND next_attempt <= ?2";
        let any = self.read(|conn| {
            let sql = format!("SELECT 1 FROM deliveries WHERE {waits}");
            Ok(conn.prepare_cached(&sql)?.exists((Text(channel), Ms(before)))?)
        })?;
        if !any {
            return Ok(0);
        }
        let channel = channel.clone();
        self.write(move |session| {
            let conn = session.conn;
            let given_up: Vec<i64> = conn
                .prepare_cached(&format!(
                    "UPDATE deliveries SET state = 'parked', settled_at = ?3 WHERE id IN \
                     (SELECT id FROM deliveries WHERE {waits} ORDER BY id LIMIT {MAX_GIVEN_UP}) \
                     RETURNING id"
                ))?
                .query_map((Text(&channel), Ms(before), Ms(now)), |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for id in &given_up {
                conn.prepare_cached(
                    "INSERT INTO attempts (delivery_id, at, duration_ms, code, detail) \
                     VALUES (?1, ?2, 0, ?3, 'waited too long for the channel to work again')",
                )?
                .execute((id, Ms(now), GIVEN_UP))?;
            }
            Ok(given_up.len() as u64)
        })
        .await
    }
}

/// Takes note of how channels are configured from `now` on, before they are told anything. One that
/// failed with another configuration counts as well; what it was told to have failed is remembered,
/// so that it is told as well that it works again.
pub(super) fn take_up(
    conn: &Connection,
    channels: &[Configured],
    now: Timestamp,
) -> rusqlite::Result<()> {
    for Configured { channel, config, repeat_most } in channels {
        adopt(conn, channel, *config)?;
        outbox::repeats::mark(conn, channel, *repeat_most, now)?;
        if repeat_most.is_none() {
            outbox::repeats::drop_waiting(conn, channel, now)?;
        }
    }
    let known = channels.iter().map(|one| one.channel.as_str()).collect::<Vec<_>>();
    outbox::repeats::forget_others(conn, &known)
}

/// What was found out of a channel with another configuration says nothing of it as it is now.
fn adopt(conn: &Connection, channel: &ChannelId, config: Digest) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "DELETE FROM circuits WHERE channel = ?1 AND config <> ?2 AND told IS NULL",
    )?
    .execute((Text(channel), Hash(config)))?;
    conn.prepare_cached(
        "UPDATE circuits SET state = 'closed', failures = 0, probes = 0, config = ?2 \
         WHERE channel = ?1 AND config <> ?2",
    )?
    .execute((Text(channel), Hash(config)))?;
    Ok(())
}

/// Takes a channel for one that works.
fn forget(conn: &Connection, channel: &ChannelId) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM circuits WHERE channel = ?1")?.execute([Text(channel)])?;
    Ok(())
}

/// Has a channel tried again as one that works. What its user was told is remembered, so that it is
/// told as well that it works again.
pub(super) fn forgive(conn: &Connection, channel: &ChannelId) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM circuits WHERE channel = ?1 AND told IS NULL")?
        .execute([Text(channel)])?;
    conn.prepare_cached(
        "UPDATE circuits SET state = 'closed', failures = 0, probes = 0 WHERE channel = ?1",
    )?
    .execute([Text(channel)])?;
    Ok(())
}

fn save(
    conn: &Connection,
    channel: &ChannelId,
    circuit: &Circuit,
    config: Digest,
) -> rusqlite::Result<()> {
    conn.prepare_cached(&format!(
        "INSERT OR REPLACE INTO circuits ({CIRCUIT}, channel, config) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
             ifnull(?9, (SELECT told FROM circuits WHERE channel = ?11)), ?10, ?11, ?12)"
    ))?
    .execute(params![
        circuit.state.as_str(),
        circuit.failures,
        Ms(circuit.since),
        circuit.last.0,
        circuit.probes,
        Ms(circuit.next_probe),
        circuit.code,
        circuit.detail,
        ms(circuit.told),
        ms(circuit.asked),
        Text(channel),
        Hash(config),
    ])?;
    Ok(())
}

fn circuit(row: &Row<'_>) -> rusqlite::Result<Circuit> {
    let failure: String = row.get(6)?;
    Ok(Circuit {
        state: code(row, 0, CircuitState::from_code)?,
        failures: row.get(1)?,
        since: time(row, 2)?,
        last: DeliveryId(row.get(3)?),
        probes: row.get(4)?,
        next_probe: time(row, 5)?,
        code: failure.into(),
        detail: row.get(7)?,
        told: opt_time(row, 8)?,
        asked: opt_time(row, 9)?,
        failed: time(row, 10)?,
    })
}

fn post(
    conn: &Connection,
    notice: &Notice,
    channels: &[ChannelId],
    freeze: Freeze,
) -> rusqlite::Result<()> {
    let mut ids = IdSource::resume(meta::last_id(conn)?);
    notices::add(conn, notice, channels, &mut ids, freeze, false)?;
    meta::set_last_id(conn, ids.last())
}
