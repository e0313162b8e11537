//! Deliveries of one group, such as a topic, that became due within a short time: gathered in one
//! message. Which ones, is fixed in the commit that makes the message: each is told by it or by
//! itself, never by both.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::material::{self, held};
use super::{Freeze, send_together};
use crate::domain::alert::terms::{Group, GroupBy};
use crate::domain::digest::compose::Material;
use crate::domain::digest::{Edition, Held};
use crate::domain::ids::{AlertId, ChannelId, DeliveryId, IdSource};
use crate::store::column::{Ms, Text, time};
use crate::store::error::StoreError;
use crate::store::outbox::TOLD_BY_WHAT_WAITS;
use crate::store::{Store, meta};

/// Most deliveries looked at; the rest comes next.
const MAX_WAITING: u32 = 5_000;

/// A delivery that waits for others.
struct Waiting {
    id: DeliveryId,
    alert: AlertId,
    /// It is told again.
    again: bool,
    /// It goes through quiet hours.
    urgent: bool,
    /// What it has in common with its group.
    key: String,
    /// When it has waited long enough.
    due: Timestamp,
}

impl Store {
    /// Ends the wait for others of all that waits for a channel: no others come.
    pub async fn end_group_waits(
        &self,
        channel: &ChannelId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let channel = channel.clone();
        self.write(move |session| {
            session
                .conn
                .prepare_cached(
                    "UPDATE deliveries SET next_attempt = ?2 WHERE channel = ?1 \
                     AND state = 'pending' AND alert_id IS NOT NULL AND attempts = 0 \
                     AND next_attempt > ?2 \
                     AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = deliveries.id)",
                )?
                .execute((Text(&channel), Ms(now)))?;
            Ok(())
        })
        .await
    }

    /// Gathers what is due at `now`, with what waits in the same group, in messages of at least two
    /// alerts; what is alone is sent by itself. `quiet`: only what goes through quiet hours.
    /// Returns how many were gathered.
    pub async fn gather_groups(
        &self,
        channel: &ChannelId,
        group: Group,
        quiet: bool,
        now: Timestamp,
        mut compose: impl FnMut(Material) -> Edition + Send + 'static,
        freeze: Freeze,
    ) -> Result<usize, StoreError> {
        // Nearly always there is none: nobody who writes has to wait for that.
        if self.read(|conn| Ok(messages(conn, channel, group, quiet, now)?))?.is_empty() {
            return Ok(0);
        }
        let channel = channel.clone();
        self.write(move |session| {
            let conn = session.conn;
            let mut ids = IdSource::resume(meta::last_id(conn)?);
            let mut gathered = 0;
            for Message { deliveries, again, urgent } in
                messages(conn, &channel, group, quiet, now)?
            {
                let revisions = held::items(conn, &deliveries, again.then_some(Held::Again))?;
                let merged = material::merged(conn, &revisions)?;
                let edition = compose(Material { revisions, merged, ..Default::default() });
                send_together(conn, edition, urgent, &deliveries, &mut ids, freeze)?;
                gathered += deliveries.len();
            }
            meta::set_last_id(conn, ids.last())?;
            Ok(gathered)
        })
        .await
    }
}

/// Deliveries that are one message.
struct Message {
    deliveries: Vec<DeliveryId>,
    /// They are told again.
    again: bool,
    /// One of them goes through quiet hours, and the others with it.
    urgent: bool,
}

/// The messages that are due. What is new is not mixed with what is told again.
fn messages(
    conn: &Connection,
    channel: &ChannelId,
    group: Group,
    quiet: bool,
    now: Timestamp,
) -> rusqlite::Result<Vec<Message>> {
    let mut groups: Vec<Vec<Waiting>> = Vec::new();
    for one in waiting(conn, channel, group, quiet)? {
        let alike = |other: &Waiting| other.key == one.key && other.again == one.again;
        match groups.iter_mut().find(|group| group.first().is_some_and(alike)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    // A wait that is longer than any was set by a clock that has been put back since.
    let longest = now.saturating_add(group.wait).unwrap_or(Timestamp::MAX);
    let is_due = |one: &Waiting| one.due <= now || one.due > longest;
    let most = usize::try_from(group.most.max(2)).unwrap_or(usize::MAX);
    let due = groups.iter().filter(|group| group.iter().any(is_due));
    let messages = due.flat_map(|group| group.chunks(most)).filter(|message| {
        message.iter().any(|one| message.first().is_some_and(|first| first.alert != one.alert))
    });
    let message = |message: &[Waiting]| Message {
        deliveries: message.iter().map(|one| one.id).collect(),
        again: message.first().is_some_and(|first| first.again),
        urgent: message.iter().any(|one| one.urgent),
    };
    Ok(messages.map(message).collect())
}

/// What nobody has tried, and what need not wait for an earlier revision that was, or for the message
/// that told of it.
fn waiting(
    conn: &Connection,
    channel: &ChannelId,
    group: Group,
    quiet: bool,
) -> rusqlite::Result<Vec<Waiting>> {
    let key = match group.by {
        GroupBy::Topic => "a.topic",
        GroupBy::Story => "CAST(a.story_id AS TEXT)",
        GroupBy::All => "''",
    };
    let mut query = conn.prepare_cached(&format!(
        "SELECT d.id, d.alert_id, {key}, d.next_attempt, d.repeat > 0, d.urgent FROM deliveries AS d \
         JOIN alerts AS a ON a.id = d.alert_id \
         WHERE d.channel = ?1 AND d.state = 'pending' AND d.attempts = 0 AND d.urgent >= ?2 \
         AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id) \
         AND NOT EXISTS (SELECT 1 FROM deliveries AS earlier WHERE earlier.alert_id = d.alert_id \
           AND earlier.channel = d.channel AND earlier.seq < d.seq \
           AND (earlier.state = 'sending' OR earlier.state = 'pending' AND (earlier.attempts > 0 \
             OR EXISTS (SELECT 1 FROM attempts WHERE delivery_id = earlier.id)) \
             OR {TOLD_BY_WHAT_WAITS})) \
         ORDER BY d.id LIMIT ?3"
    ))?;
    let rows = query.query_map(params![Text(channel), quiet, MAX_WAITING], waits)?;
    rows.collect()
}

fn waits(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        id: DeliveryId(row.get(0)?),
        alert: AlertId(row.get(1)?),
        key: row.get(2)?,
        due: time(row, 3)?,
        again: row.get(4)?,
        urgent: row.get(5)?,
    })
}
