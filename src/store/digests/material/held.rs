//! What quiet hours held for a channel, alerts and notices: deliveries that nobody has tried, made
//! within those hours.

use rusqlite::{Connection, params};

use super::{Cursor, ITEM, item};
use crate::domain::calendar::QuietHours;
use crate::domain::digest::{Held, Item, Told};
use crate::domain::ids::{ChannelId, DeliveryId, DigestId, NoticeId};
use crate::domain::notice::{NoticeKind, SEVERITY};
use crate::domain::topic::Severity;
use crate::store::column::{Json, Ms, Text, code, time};

/// Most deliveries that are gathered in one digest.
const MAX_HELD: usize = 5_000;

/// What waits for the channel since its quiet hours, oldest first; of revisions after `from` and up
/// to `upto`. One that was parked and is to be tried again was tried before.
pub(in crate::store::digests) fn waiting(
    conn: &Connection,
    channel: &ChannelId,
    hours: &QuietHours,
    (from, upto): (Cursor, Cursor),
) -> rusqlite::Result<Vec<DeliveryId>> {
    let mut query = conn.prepare_cached(
        "SELECT d.id, d.created FROM deliveries AS d \
         JOIN alert_revisions AS r ON r.alert_id = d.alert_id AND r.seq = d.seq \
         WHERE d.channel = ?1 AND d.state = 'pending' AND d.attempts = 0 AND d.urgent = 0 \
         AND r.id > ?2 AND r.id <= ?3 \
         AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id) ORDER BY d.id",
    )?;
    let rows = query.query_map((Text(channel), from.revision, upto.revision), |row| {
        Ok((DeliveryId(row.get(0)?), time(row, 1)?))
    })?;
    let mut waiting = Vec::new();
    for row in rows {
        let (delivery, made) = row?;
        if hours.contain(made) {
            waiting.push(delivery);
            if waiting.len() == MAX_HELD {
                break;
            }
        }
    }
    Ok(waiting)
}

/// The revisions that these deliveries carry, and what held them.
pub(in crate::store::digests) fn items(
    conn: &Connection,
    deliveries: &[DeliveryId],
    held: Option<Held>,
) -> rusqlite::Result<Vec<Item>> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {ITEM} FROM deliveries AS d \
         JOIN alert_revisions AS r ON r.alert_id = d.alert_id AND r.seq = d.seq \
         JOIN alerts AS a ON a.id = r.alert_id JOIN stories AS s ON s.id = a.story_id \
         WHERE d.id = ?1"
    ))?;
    let mut items = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        items.push(query.query_row([delivery.0], |row| Ok(Item { held, ..item(row)? }))?);
    }
    Ok(items)
}

/// The notices that wait for the channel since its quiet hours, oldest first.
pub(in crate::store::digests) fn notices(
    conn: &Connection,
    channel: &ChannelId,
    hours: Option<&QuietHours>,
) -> rusqlite::Result<Vec<Told>> {
    let Some(hours) = hours else {
        return Ok(Vec::new());
    };
    let mut query = conn.prepare_cached(
        "SELECT n.id, n.at, n.kind, json_extract(n.object, '$.severity'), n.headline, \
           json_extract(n.object, '$.topics[0].text'), d.created \
         FROM deliveries AS d JOIN notices AS n ON n.id = d.notice_id \
         WHERE d.channel = ?1 AND d.state = 'pending' AND d.attempts = 0 AND d.urgent = 0 \
         AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id) ORDER BY d.id",
    )?;
    let rows = query.query_map([Text(channel)], |row| {
        let severity: Option<String> = row.get(3)?;
        let told = Told {
            notice: NoticeId(row.get(0)?),
            at: time(row, 1)?,
            kind: code(row, 2, NoticeKind::from_code)?,
            severity: severity.as_deref().and_then(Severity::from_code).unwrap_or(SEVERITY),
            headline: row.get(4)?,
            text: row.get(5)?,
        };
        Ok((told, time(row, 6)?))
    })?;
    let held = rows.filter(|row| row.as_ref().map_or(true, |(_, made)| hours.contain(*made)));
    held.map(|row| row.map(|(told, _)| told)).take(MAX_HELD).collect()
}

/// The deliveries that carry these notices to the channel and wait.
pub(in crate::store::digests) fn deliveries_of(
    conn: &Connection,
    channel: &ChannelId,
    notices: &[Told],
) -> rusqlite::Result<Vec<DeliveryId>> {
    let ids = Json(notices.iter().map(|told| told.notice.0).collect::<Vec<_>>());
    conn.prepare_cached(
        "SELECT id FROM deliveries WHERE channel = ?1 AND state = 'pending' \
         AND notice_id IN (SELECT value FROM json_each(?2)) ORDER BY id",
    )?
    .query_map((Text(channel), ids), |row| row.get(0).map(DeliveryId))?
    .collect()
}

/// Notes that a digest tells of these deliveries instead.
pub(in crate::store::digests) fn gather(
    conn: &Connection,
    deliveries: &[DeliveryId],
    digest: DigestId,
    at: jiff::Timestamp,
) -> rusqlite::Result<()> {
    let mut gather = conn.prepare_cached(
        "UPDATE deliveries SET state = 'gathered', gathered_in = ?2, settled_at = ?3 \
         WHERE id = ?1 AND state = 'pending'",
    )?;
    for delivery in deliveries {
        gather.execute(params![delivery.0, digest.0, Ms(at)])?;
    }
    Ok(())
}
