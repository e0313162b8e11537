//! Digests: what they are made of ([`material`]), up to where they have told, and those made; and
//! what is sent as one message since it became due at once (`groups`). A
//! digest, its delivery and the mark up to which it tells are one transaction. Beside them, what
//! channels were not sent, and why.

mod groups;
pub mod material;
mod quiet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use self::material::{Cursor, Span};
use super::column::{Json, Ms, Text, code, key, time};
use super::error::StoreError;
use super::{Store, meta, outbox};
use crate::domain::alert::budget;
use crate::domain::alert::delivery::DeliveryState;
use crate::domain::alert::merit::{Merit, weight};
use crate::domain::alert::terms::Withheld;
use crate::domain::calendar::{QuietHours, Slot};
use crate::domain::digest::compose::Material;
use crate::domain::digest::{Edition, Kind};
use crate::domain::ids::{ChannelId, DeliveryId, DigestId, IdSource};
use crate::domain::topic::Severity;

/// How digests become bytes. Pure functions, given by who knows the formats.
#[derive(Debug, Clone, Copy)]
pub struct Freeze {
    /// The digest object as it is kept.
    pub object: fn(&Edition, DigestId) -> Vec<u8>,
    /// The body for its channel.
    pub body: fn(&Edition, DigestId, DeliveryId) -> Vec<u8>,
}

/// Up to where a channel's digests have told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestMark {
    /// When the channel began to have digests.
    pub begun: Timestamp,
    /// When the last one was made, or `begun`.
    pub since: Timestamp,
    pub told: Cursor,
}

/// A digest that is to be kept and sent.
#[derive(Debug, Clone)]
pub struct Closing {
    pub edition: Edition,
    /// Its period, if it has one beside its id.
    pub period: Option<String>,
    /// When it was due.
    pub due: Timestamp,
    /// Up to where the digests before it have told, and up to where they have with it.
    pub from: Cursor,
    pub upto: Cursor,
    /// Whether it is sent. One that tells nothing only marks its period.
    pub send: bool,
    /// Whether it goes through quiet hours.
    pub urgent: bool,
    /// What it tells of in the place of others, if the channel's quiet hours are over.
    pub gathers: Option<Gathering>,
}

/// What quiet hours held, as messages that tell of several.
#[derive(Debug, Clone)]
pub struct Gathering {
    pub hours: QuietHours,
    /// So many come one by one.
    pub handful: usize,
    /// Most alerts and notices of one message, each of which it has room to name.
    pub room: usize,
}

/// A digest as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestView {
    pub id: DigestId,
    pub channel: ChannelId,
    pub kind: Kind,
    pub period: String,
    pub at: Timestamp,
    pub since: Timestamp,
    pub alerts: u32,
    /// Where its delivery is; `None` if there was nothing to tell.
    pub state: Option<DeliveryState>,
}

/// All revisions there are.
const EVERYTHING: (Cursor, Cursor) =
    (Cursor { revision: 0, decision: 0 }, Cursor { revision: i64::MAX, decision: i64::MAX });

impl Store {
    /// The channel's mark; made at `now` where there is none. One made by a clock that has been
    /// put back since is as good as made now.
    pub async fn digest_mark(
        &self,
        channel: &ChannelId,
        now: Timestamp,
    ) -> Result<DigestMark, StoreError> {
        let channel = channel.clone();
        self.write(move |session| {
            let conn = session.conn;
            let end = material::end(conn)?;
            conn.prepare_cached(
                "INSERT INTO digest_marks (channel, begun, since, revision, decision) \
                 VALUES (?1, ?2, ?2, ?3, ?4) ON CONFLICT (channel) DO UPDATE \
                 SET begun = min(begun, excluded.begun), since = min(since, excluded.since)",
            )?
            .execute(params![Text(&channel), Ms(now), end.revision, end.decision])?;
            mark(conn, &channel)?.ok_or(StoreError::Closed)
        })
        .await
    }

    /// Forgets the marks of all channels but these. One that gets digests again begins anew.
    pub async fn keep_digest_marks(&self, of: &[ChannelId]) -> Result<(), StoreError> {
        let of = Json(of.iter().map(|channel| channel.as_str().to_owned()).collect::<Vec<_>>());
        self.write(move |session| {
            session
                .conn
                .prepare_cached(
                    "DELETE FROM digest_marks \
                     WHERE channel NOT IN (SELECT value FROM json_each(?1))",
                )?
                .execute([&of])?;
            Ok(())
        })
        .await
    }

    /// The channel's mark, if it has one.
    pub fn digest_mark_of(&self, channel: &ChannelId) -> Result<Option<DigestMark>, StoreError> {
        self.read(|conn| Ok(mark(conn, channel)?))
    }

    /// When the channel's last regular digest was due; whether the one of this slot is made; and
    /// whether its day has another one, made when it was due at another time.
    pub fn digest_past(
        &self,
        channel: &ChannelId,
        before: Timestamp,
        slot: &Slot,
    ) -> Result<(Option<Timestamp>, bool, bool), StoreError> {
        self.read(|conn| {
            let last = conn
                .prepare_cached(
                    "SELECT max(due) FROM digests \
                     WHERE channel = ?1 AND kind = 'regular' AND due <= ?2",
                )?
                .query_row((Text(channel), Ms(before)), |row| super::column::opt_time(row, 0))?;
            let made = conn
                .prepare_cached(
                    "SELECT 1 FROM digests WHERE channel = ?1 AND kind = 'regular' AND due = ?2",
                )?
                .exists((Text(channel), Ms(slot.at)))?;
            let taken = conn
                .prepare_cached("SELECT 1 FROM digests WHERE channel = ?1 AND period = ?2")?
                .exists((Text(channel), slot.key()))?;
            Ok((last, made, taken))
        })
    }

    /// Keeps a digest, with its delivery and the mark up to which it tells. `None` if there is one
    /// of its period already, or another one has told of this time meanwhile.
    pub async fn close_digest(
        &self,
        closing: Closing,
        freeze: Freeze,
    ) -> Result<Option<DigestId>, StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            let Closing { edition, from, upto, .. } = &closing;
            let told = mark(conn, &edition.channel)?.map(|mark| mark.told);
            if told != Some(*from) {
                return Ok(None);
            }
            let mut ids = IdSource::resume(meta::last_id(conn)?);
            let id = DigestId(ids.next(edition.at));
            let period = closing.period.clone().unwrap_or_else(|| id.to_string());
            if !keep(conn, id, &closing, &period, &mut ids, freeze)? {
                return Ok(None);
            }
            if closing.send {
                conn.prepare_cached(
                    "UPDATE digest_marks SET since = ?2, revision = ?3, decision = ?4 \
                     WHERE channel = ?1",
                )?
                .execute(params![
                    Text(&edition.channel),
                    Ms(edition.at),
                    upto.revision,
                    upto.decision
                ])?;
            }
            if let Some(gathering) = &closing.gathers {
                quiet::take_in(conn, id, &closing.edition, gathering, (*from, *upto))?;
            }
            meta::set_last_id(conn, ids.last())?;
            Ok(Some(id))
        })
        .await
    }

    /// What a digest of this span would be made of, and up to where that is.
    pub fn digest_material(&self, span: &Span<'_>) -> Result<(Material, Cursor), StoreError> {
        self.read(|conn| Ok(material::read(conn, span)?))
    }

    /// Digests made, newest first; of one channel or of all. What was sent as one message since it
    /// became due at once is none.
    pub fn digests(
        &self,
        channel: Option<&ChannelId>,
        limit: u32,
    ) -> Result<Vec<DigestView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT g.id, g.channel, g.kind, g.period, g.at, g.since, g.alerts, d.state \
                 FROM digests AS g LEFT JOIN deliveries AS d ON d.digest_id = g.id \
                 WHERE (?1 IS NULL OR g.channel = ?1) AND g.kind <> 'group' \
                 ORDER BY g.id DESC LIMIT ?2",
            )?;
            let views = query.query_map((channel.map(Text), limit), view)?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }
}

fn mark(conn: &Connection, channel: &ChannelId) -> rusqlite::Result<Option<DigestMark>> {
    conn.prepare_cached(
        "SELECT begun, since, revision, decision FROM digest_marks WHERE channel = ?1",
    )?
    .query_row([Text(channel)], |row| {
        let told = Cursor { revision: row.get(2)?, decision: row.get(3)? };
        Ok(DigestMark { begun: time(row, 0)?, since: time(row, 1)?, told })
    })
    .optional()
}

/// Sends what became due at once as one message, in the place of these deliveries.
fn send_together(
    conn: &Connection,
    edition: Edition,
    urgent: bool,
    deliveries: &[DeliveryId],
    ids: &mut IdSource,
    freeze: Freeze,
) -> rusqlite::Result<()> {
    let (at, nothing) = (edition.at, Cursor::default());
    let id = DigestId(ids.next(at));
    let closing = Closing {
        edition,
        period: None,
        due: at,
        from: nothing,
        upto: nothing,
        send: true,
        urgent,
        gathers: None,
    };
    keep(conn, id, &closing, &id.to_string(), ids, freeze)?;
    material::held::gather(conn, deliveries, id, at)
}

/// Writes the digest and, where it is sent, its delivery; unless there is one of its period.
fn keep(
    conn: &Connection,
    id: DigestId,
    closing: &Closing,
    period: &str,
    ids: &mut IdSource,
    freeze: Freeze,
) -> rusqlite::Result<bool> {
    let edition = &closing.edition;
    let object = closing.send.then(|| (freeze.object)(edition, id));
    let alerts =
        u32::try_from(edition.items.len()).unwrap_or(u32::MAX).saturating_add(edition.more);
    let made = conn
        .prepare_cached(
            "INSERT INTO digests (id, channel, period, kind, at, since, due, alerts, object) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (channel, period) DO NOTHING",
        )?
        .execute(params![
            id.0,
            Text(&edition.channel),
            period,
            edition.kind.as_str(),
            Ms(edition.at),
            Ms(edition.since),
            Ms(closing.due),
            alerts,
            object.as_deref().map(String::from_utf8_lossy),
        ])?;
    if made == 1 && closing.send {
        let delivery = DeliveryId(ids.next(edition.at));
        let body = (freeze.body)(edition, id, delivery);
        let (channel, urgent) = (&edition.channel, closing.urgent);
        outbox::add_digest(conn, delivery, id, channel, urgent, &body, edition.at)?;
    }
    Ok(made == 1)
}

fn view(row: &Row<'_>) -> rusqlite::Result<DigestView> {
    let state: Option<String> = row.get(7)?;
    Ok(DigestView {
        id: DigestId(row.get(0)?),
        channel: key(row, 1)?,
        kind: code(row, 2, Kind::from_code)?,
        period: row.get(3)?,
        at: time(row, 4)?,
        since: time(row, 5)?,
        alerts: row.get(6)?,
        state: state.as_deref().and_then(DeliveryState::from_code),
    })
}

/// Notes that a channel is not sent a revision.
pub(super) fn withhold(conn: &Connection, withheld: &Withheld) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO withheld (alert_id, seq, channel, why) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        withheld.alert.0,
        withheld.seq,
        Text(&withheld.channel),
        withheld.why.as_str(),
    ])?;
    Ok(())
}

/// What the channel was sent within the window of budgets; what a digest told of instead does not
/// count, nor what a clock dated that was ahead by then. Ids grow with time, so that the range of
/// ids bounds the search.
pub(super) fn told_within_budget(
    conn: &Connection,
    channel: &ChannelId,
    now: Timestamp,
) -> rusqlite::Result<Vec<Merit>> {
    let since = budget::counted_since(now);
    let mut query = conn.prepare_cached(
        "SELECT json_extract(r.object, '$.topic.severity'), \
           json_extract(r.object, '$.story.publishers'), json_extract(r.object, '$.score'), \
           json_extract(r.object, '$.threshold') \
         FROM deliveries AS d JOIN alert_revisions AS r ON r.alert_id = d.alert_id AND r.seq = d.seq \
         WHERE d.id >= ?2 AND d.channel = ?1 AND d.created > ?3 AND d.created <= ?4 \
         AND d.repeat = 0 AND (d.state <> 'gathered' \
           OR (SELECT kind FROM digests AS g WHERE g.id = d.gathered_in) = 'group')",
    )?;
    let bound = (Text(channel), IdSource::floor(since), Ms(since), Ms(now));
    let rows = query.query_map(bound, |row| {
        let severity: String = row.get(0)?;
        let severity = Severity::from_code(&severity).unwrap_or(Severity::Info);
        Ok(Merit { severity, weight: weight(row.get(1)?, row.get(2)?, row.get(3)?) })
    })?;
    rows.collect()
}
