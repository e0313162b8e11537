//! Alerts that nobody acknowledges are told again, as their last revision has them, also where that
//! went to other channels: as a delivery of its own, beside what this channel was told last. When, is worked out from what was delivered; a restart neither forgets nor doubles it, for
//! each time has its number and a unique key.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::domain::alert::silence::Silenceable;
use crate::domain::ids::{AlertId, ChannelId, DeliveryId, IdSource};
use crate::domain::publisher::Directory;
use crate::store::column::{Json, Ms, Text};
use crate::store::error::StoreError;
use crate::store::{Store, meta, silences};

/// Alerts that were opened longer ago are not told again: whoever left them open has left.
const OPEN_AT_MOST: Duration = Duration::from_secs(60 * 24 * 3600);

/// Most alerts told again at once.
const MAX_AT_ONCE: u32 = 500;

/// How often a channel tells open alerts again.
#[derive(Debug, Clone, Copy)]
pub struct Again {
    pub every: Duration,
    /// At most so many times per revision.
    pub most: u32,
    /// It is quiet: only what goes through that.
    pub quiet: bool,
}

/// How a revision as it is kept becomes the body of one more delivery. Pure, given by who knows the
/// format; `None`: the object cannot be read.
pub type FreezeAgain = fn(&[u8], &ChannelId, DeliveryId, u32) -> Option<Vec<u8>>;

/// An alert that may be told again.
struct Open {
    alert: AlertId,
    seq: u32,
    repeat: u32,
    urgent: bool,
    route: Option<String>,
    topic: String,
    story: i64,
    feed: String,
    publisher: String,
    headline: String,
    object: String,
}

impl Store {
    /// Tells those alerts again that are open, were told to the channel last at least so long ago,
    /// are not silenced and have nothing on its way there. What waited to be told again of alerts
    /// that are open no longer, or silenced by now, is dropped. `newsrooms`: which names of publishers are one, for
    /// silences. Returns how many are told.
    pub async fn tell_again(
        &self,
        channel: &ChannelId,
        again: Again,
        newsrooms: Arc<Directory>,
        now: Timestamp,
        freeze: FreezeAgain,
    ) -> Result<usize, StoreError> {
        // Nearly always it is none: nobody who writes has to wait for that.
        if self.read(|conn| Ok(due(conn, channel, again, &newsrooms, now)?))?.is_empty()
            && !self.read(|conn| Ok(has_settled(conn, channel)?))?
            && self.read(|conn| Ok(silenced(conn, channel, &newsrooms, now)?))?.is_empty()
        {
            return Ok(0);
        }
        let channel = channel.clone();
        self.write(move |session| {
            let conn = session.conn;
            drop_settled(conn, &channel, now)?;
            drop_silenced(conn, &silenced(conn, &channel, &newsrooms, now)?, now)?;
            let mut ids = IdSource::resume(meta::last_id(conn)?);
            let mut told = 0;
            for open in due(conn, &channel, again, &newsrooms, now)? {
                let (id, repeat) = (DeliveryId(ids.next(now)), open.repeat.saturating_add(1));
                let Some(body) = freeze(open.object.as_bytes(), &channel, id, repeat) else {
                    continue;
                };
                add(conn, &channel, id, repeat, &open, &body, now)?;
                told += 1;
            }
            meta::set_last_id(conn, ids.last())?;
            Ok(told)
        })
        .await
    }
}

/// When an alert's last revision was told last, by itself or with others.
const TOLD: &str = "max(CASE WHEN d.state IN ('delivered', 'gathered') THEN d.settled_at END)";

fn due(
    conn: &Connection,
    channel: &ChannelId,
    again: Again,
    newsrooms: &Directory,
    now: Timestamp,
) -> rusqlite::Result<Vec<Open>> {
    let before = now.checked_sub(again.every).unwrap_or(Timestamp::MIN);
    let oldest = now.checked_sub(OPEN_AT_MOST).unwrap_or(Timestamp::MIN);
    let (since, then, before_that) = marked(conn, channel)?;
    // A time that is still to come was set by a clock that has been put back since.
    let mut query = conn.prepare_cached(&format!(
        "SELECT d.alert_id, d.seq, max(d.repeat), max(d.urgent), max(d.route), a.topic, a.story_id, \
         json_extract(r.object, '$.entry.feed'), json_extract(r.object, '$.entry.publisher'), \
         r.object, json_extract(r.object, '$.headline') FROM alerts AS a \
         JOIN deliveries AS d ON d.alert_id = a.id AND d.channel = ?1 \
           AND d.seq = (SELECT max(seq) FROM deliveries AS last \
             WHERE last.alert_id = a.id AND last.channel = ?1) \
         JOIN alert_revisions AS r ON r.alert_id = a.id AND r.seq = (\
           SELECT max(n.seq) FROM alert_revisions AS n \
           WHERE n.alert_id = a.id AND n.reach <> 'shadow') \
         WHERE a.state = 'open' AND a.merged_into IS NULL AND a.id >= ?4 GROUP BY d.alert_id \
         HAVING max(d.repeat) < CASE WHEN {TOLD} >= ?7 THEN ?5 WHEN {TOLD} >= ?9 THEN min(?8, ?5) \
           ELSE 0 END AND sum(d.state IN ('pending', 'sending')) = 0 \
         AND sum(d.state IN ('delivered', 'gathered')) > 0 \
         AND max(d.settled_at) NOT BETWEEN ?2 + 1 AND ?3 AND (max(d.urgent) OR NOT ?6) \
         ORDER BY d.alert_id LIMIT {MAX_AT_ONCE}"
    ))?;
    let bound = params![
        Text(channel),
        Ms(before),
        Ms(now),
        IdSource::floor(oldest),
        again.most,
        again.quiet,
        Ms(since),
        before_that,
        Ms(then),
    ];
    let open: Vec<Open> = query.query_map(bound, open)?.collect::<Result<_, _>>()?;
    let is_silenced = is_silenced(conn, open.is_empty(), newsrooms, now)?;
    Ok(open.into_iter().filter(|one| !is_silenced(one)).collect())
}

/// Whether an alert is silenced at `now`; `idle`: nobody asks.
fn is_silenced(
    conn: &Connection,
    idle: bool,
    newsrooms: &Directory,
    now: Timestamp,
) -> rusqlite::Result<impl Fn(&Open) -> bool> {
    let silences = if idle { Vec::new() } else { silences::not_over(conn, now)? };
    Ok(move |open: &Open| {
        let what = Silenceable {
            topic: &open.topic,
            story: open.story,
            feed: &open.feed,
            publisher: &open.publisher,
            title: &open.headline,
            newsrooms,
        };
        silences.iter().any(|silence| silence.covers(what, now))
    })
}

/// What waits to be told again of alerts that somebody silenced meanwhile.
fn silenced(
    conn: &Connection,
    channel: &ChannelId,
    newsrooms: &Directory,
    now: Timestamp,
) -> rusqlite::Result<Vec<i64>> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT d.alert_id, d.seq, d.repeat, d.urgent, d.route, a.topic, a.story_id, \
         json_extract(r.object, '$.entry.feed'), json_extract(r.object, '$.entry.publisher'), \
         '', json_extract(r.object, '$.headline'), d.id FROM deliveries AS d \
         JOIN alerts AS a ON a.id = d.alert_id \
         JOIN alert_revisions AS r ON r.alert_id = d.alert_id AND r.seq = d.seq \
         WHERE d.channel = ?1 AND d.state = 'pending' AND d.repeat > 0 LIMIT {MAX_AT_ONCE}"
    ))?;
    let waiting = query.query_map([Text(channel)], |row| Ok((row.get(11)?, open(row)?)))?;
    let waiting: Vec<(i64, Open)> = waiting.collect::<Result<_, _>>()?;
    let is_silenced = is_silenced(conn, waiting.is_empty(), newsrooms, now)?;
    Ok(waiting.iter().filter(|(_, open)| is_silenced(open)).map(|(id, _)| *id).collect())
}

fn drop_silenced(conn: &Connection, silenced: &[i64], now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE deliveries SET state = 'dropped', remark = 'the alert is silenced', \
         settled_at = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'pending'",
    )?
    .execute((Json(silenced), Ms(now)))?;
    Ok(())
}

fn open(row: &Row<'_>) -> rusqlite::Result<Open> {
    Ok(Open {
        alert: AlertId(row.get(0)?),
        seq: row.get(1)?,
        repeat: row.get(2)?,
        urgent: row.get(3)?,
        route: row.get(4)?,
        topic: row.get(5)?,
        story: row.get(6)?,
        feed: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
        publisher: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        object: row.get(9)?,
        headline: row.get::<_, Option<String>>(10)?.unwrap_or_default(),
    })
}

fn add(
    conn: &Connection,
    channel: &ChannelId,
    id: DeliveryId,
    repeat: u32,
    open: &Open,
    body: &[u8],
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO deliveries (id, alert_id, seq, repeat, channel, body, state, created, \
         next_attempt, urgent, route) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', ?7, ?7, ?8, ?9)",
    )?
    .execute(params![
        id.0,
        open.alert.0,
        open.seq,
        repeat,
        Text(channel),
        body,
        Ms(now),
        open.urgent,
        open.route,
    ])?;
    Ok(())
}

/// What is noted of a channel: since when it tells alerts again as often as it does now, and how
/// often that is; and since when, and how often, before that.
const NOTED: [&str; 4] = ["repeat_since", "repeat_most", "repeat_then", "repeat_before"];

fn noted(channel: &ChannelId) -> [String; 4] {
    NOTED.map(|name| format!("{name}:{channel}"))
}

/// Notes how often a channel tells open alerts again from now on, if it does. What it was told
/// earlier is told as often as was configured then: who has it tell more is not flooded with the past.
pub(in crate::store) fn mark(
    conn: &Connection,
    channel: &ChannelId,
    most: Option<u32>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let names = noted(channel);
    let Some(most) = most.map(i64::from) else {
        return names.iter().try_for_each(|name| meta::forget(conn, name));
    };
    let [since, most_now, then, before] = &names;
    let known = meta::number(conn, most_now)?;
    match meta::time(conn, since)? {
        Some(at) if most <= known => meta::set_time(conn, since, at.min(now))?,
        Some(at) => {
            meta::set_time(conn, then, at)?;
            meta::set_number(conn, before, known)?;
            meta::set_time(conn, since, now)?;
        }
        None => meta::set_time(conn, since, now)?,
    }
    meta::set_number(conn, most_now, most)
}

/// Forgets what was noted of all channels but these.
pub(in crate::store) fn forget_others(conn: &Connection, known: &[&str]) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "DELETE FROM meta WHERE name GLOB 'repeat_*:*' \
         AND substr(name, instr(name, ':') + 1) NOT IN (SELECT value FROM json_each(?1))",
    )?
    .execute([Json(known)])?;
    Ok(())
}

/// Since when the channel tells alerts again as often as now; since when it did before, and how often.
fn marked(conn: &Connection, channel: &ChannelId) -> rusqlite::Result<(Timestamp, Timestamp, i64)> {
    let [since, _, then, before] = noted(channel);
    let since = meta::time(conn, &since)?.unwrap_or(Timestamp::MIN);
    Ok((since, meta::time(conn, &then)?.unwrap_or(since), meta::number(conn, &before)?))
}

/// What waits to be told again of alerts that are open no longer.
const SETTLED: &str = "channel = ?1 AND state = 'pending' AND repeat > 0 \
    AND NOT EXISTS (SELECT 1 FROM alerts AS a WHERE a.id = alert_id AND a.state = 'open')";

fn has_settled(conn: &Connection, channel: &ChannelId) -> rusqlite::Result<bool> {
    conn.prepare_cached(&format!("SELECT 1 FROM deliveries WHERE {SETTLED}"))?
        .exists([Text(channel)])
}

fn drop_settled(conn: &Connection, channel: &ChannelId, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached(&format!(
        "UPDATE deliveries SET state = 'dropped', remark = 'the alert is open no longer', \
         settled_at = ?2 WHERE {SETTLED}"
    ))?
    .execute((Text(channel), Ms(now)))?;
    Ok(())
}

/// What waits to be told again by a channel that no longer does is not.
pub(in crate::store) fn drop_waiting(
    conn: &Connection,
    channel: &ChannelId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE deliveries SET state = 'dropped', remark = 'the channel tells nothing again', \
         settled_at = ?2 WHERE channel = ?1 AND repeat > 0 AND state = 'pending'",
    )?
    .execute((Text(channel), Ms(now)))?;
    Ok(())
}

/// What waits to be told again is not, if there is something new to be told.
pub(in crate::store) fn drop_overtaken(
    conn: &Connection,
    alert: AlertId,
    channel: &ChannelId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE deliveries SET state = 'dropped', remark = 'a newer revision is told', \
         settled_at = ?3 WHERE alert_id = ?1 AND channel = ?2 AND repeat > 0 AND state = 'pending'",
    )?
    .execute((alert.0, Text(channel), Ms(now)))?;
    Ok(())
}
