//! What quiet hours held, told in few messages at their end: each names all that is gathered in it,
//! so that nothing is counted as told that is not.

use std::collections::{BTreeMap, HashSet};

use rusqlite::Connection;

use super::material::{self, Cursor, held};
use super::{EVERYTHING, Freeze, Gathering, send_together};
use crate::domain::digest::compose::{Material, end_of};
use crate::domain::digest::{Edition, Held, Item, Told};
use crate::domain::ids::{AlertId, ChannelId, DeliveryId, DigestId, IdSource};
use crate::domain::topic::Severity;
use crate::store::error::StoreError;
use crate::store::{Store, meta};

impl Store {
    /// Puts what quiet hours held for a channel into as few digests as have room for it, if it is
    /// more than a handful: alerts and notices not yet tried that were made in those hours. Returns
    /// how many.
    pub async fn gather_held(
        &self,
        channel: &ChannelId,
        gathering: Gathering,
        mut compose: impl FnMut(Material) -> Edition + Send + 'static,
        freeze: Freeze,
    ) -> Result<usize, StoreError> {
        let channel = channel.clone();
        let hours = gathering.hours.clone();
        // Nearly always it is little: nobody who writes has to wait for that.
        let waiting = self.read(|conn| {
            let alerts = held::waiting(conn, &channel, &hours, EVERYTHING)?.len();
            Ok(alerts.saturating_add(held::notices(conn, &channel, Some(&hours))?.len()))
        })?;
        if waiting <= gathering.handful {
            return Ok(0);
        }
        self.write(move |session| {
            let conn = session.conn;
            let deliveries = held::waiting(conn, &channel, &hours, EVERYTHING)?;
            let notices = held::notices(conn, &channel, Some(&hours))?;
            if deliveries.len().saturating_add(notices.len()) <= gathering.handful {
                return Ok(0);
            }
            let items = held::items(conn, &deliveries, Some(Held::QuietHours))?;
            let mut ids = IdSource::resume(meta::last_id(conn)?);
            let mut gathered = 0;
            for part in parts(deliveries.into_iter().zip(items), notices, gathering.room) {
                let Part { mut deliveries, revisions, notices } = part;
                deliveries.extend(held::deliveries_of(conn, &channel, &notices)?);
                let merged = material::merged(conn, &revisions)?;
                let edition =
                    compose(Material { revisions, merged, notices, ..Default::default() });
                send_together(conn, edition, true, &deliveries, &mut ids, freeze)?;
                gathered += deliveries.len();
            }
            meta::set_last_id(conn, ids.last())?;
            Ok(gathered)
        })
        .await
    }
}

/// What one message tells of.
#[derive(Default)]
struct Part {
    deliveries: Vec<DeliveryId>,
    revisions: Vec<Item>,
    notices: Vec<Told>,
}

/// Parts of at most `room` alerts and notices. The gravest alerts come first; all that is held of an
/// alert stays together, in its order.
fn parts(
    held: impl Iterator<Item = (DeliveryId, Item)>,
    notices: Vec<Told>,
    room: usize,
) -> Vec<Part> {
    let mut alerts: BTreeMap<AlertId, (Severity, Part)> = BTreeMap::new();
    for (delivery, item) in held {
        let (severity, part) = alerts.entry(item.alert).or_insert((item.severity, Part::default()));
        *severity = item.severity.max(*severity);
        part.deliveries.push(delivery);
        part.revisions.push(item);
    }
    let mut alerts: Vec<(Severity, Part)> = alerts.into_values().collect();
    alerts.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let notice = |told| Part { notices: vec![told], ..Part::default() };
    let each = alerts.into_iter().map(|(_, part)| part).chain(notices.into_iter().map(notice));
    let mut parts: Vec<Part> = Vec::new();
    for (n, one) in each.enumerate() {
        if n % room.max(1) == 0 {
            parts.push(Part::default());
        }
        if let Some(part) = parts.last_mut() {
            part.deliveries.extend(one.deliveries);
            part.revisions.extend(one.revisions);
            part.notices.extend(one.notices);
        }
    }
    parts
}

/// Takes what quiet hours held into a regular digest that names it, if it is more than a handful;
/// what it has no room to name is told after it.
pub(super) fn take_in(
    conn: &Connection,
    id: DigestId,
    edition: &Edition,
    gathering: &Gathering,
    told: (Cursor, Cursor),
) -> rusqlite::Result<()> {
    let Gathering { hours, handful, room } = gathering;
    let waiting = held::waiting(conn, &edition.channel, hours, told)?;
    if waiting.len().saturating_add(edition.notices.len()) <= *handful {
        return Ok(());
    }
    let items = held::items(conn, &waiting, None)?;
    let named = edition.items.iter().take(*room);
    let merged = material::merged(conn, items.iter().chain(named.clone()))?;
    // Of alerts that tell one story the digest names one: the others are told with it.
    let named: HashSet<AlertId> = named.map(|item| end_of(&merged, item.alert)).collect();
    let is_told = |item: &Item| named.contains(&end_of(&merged, item.alert));
    let of_alerts = waiting.iter().zip(&items).filter(|(_, item)| is_told(item));
    let mut deliveries: Vec<DeliveryId> = of_alerts.map(|(delivery, _)| *delivery).collect();
    let left = room.saturating_sub(edition.items.len()).min(edition.notices.len());
    deliveries.extend(held::deliveries_of(conn, &edition.channel, &edition.notices[..left])?);
    held::gather(conn, &deliveries, id, edition.at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::compose;

    fn item(alert: i64, severity: Severity) -> Item {
        Item { severity, ..compose::tests::item(alert, 1, None) }
    }

    #[test]
    fn what_is_more_than_a_message_has_room_for_is_several_and_the_gravest_come_first() {
        let severity = |n: i64| if n % 10 == 7 { Severity::Critical } else { Severity::Medium };
        // Each alert with two revisions.
        let revisions = (0..30).chain(0..30);
        let held = revisions.map(|n| item(n, severity(n))).zip(100..);
        let held = held.map(|(item, delivery)| (DeliveryId(delivery), item));
        let parts = parts(held, Vec::new(), 20);
        let alerts = |part: &Part| part.revisions.iter().map(|r| r.alert).collect::<HashSet<_>>();
        assert_eq!(parts.iter().map(|part| alerts(part).len()).collect::<Vec<_>>(), [20, 10]);
        assert_eq!(parts.iter().map(|part| part.deliveries.len()).sum::<usize>(), 60);
        assert!(alerts(&parts[0]).is_disjoint(&alerts(&parts[1])));
        for critical in [7, 17, 27] {
            assert!(alerts(&parts[0]).contains(&AlertId(critical)));
        }
    }
}
