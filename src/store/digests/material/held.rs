//! What quiet hours held for a channel: deliveries that nobody has tried, made within those hours.

use rusqlite::{Connection, params};

use super::{Cursor, ITEM, item};
use crate::domain::calendar::QuietHours;
use crate::domain::digest::{Held, Item};
use crate::domain::ids::{ChannelId, DeliveryId, DigestId};
use crate::store::column::{Ms, Text, time};

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
         JOIN alerts AS a ON a.id = r.alert_id WHERE d.id = ?1"
    ))?;
    let mut items = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        items.push(query.query_row([delivery.0], |row| Ok(Item { held, ..item(row)? }))?);
    }
    Ok(items)
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
