//! What digests are made of: the revisions meant for a channel between two marks, and what was
//! decided beside them. What quiet hours held is in [`held`]. A mark counts commits and not time, so that no clock has anything told
//! twice or left out.

pub(super) mod held;

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::domain::alert::terms::Why;
use crate::domain::calendar::QuietHours;
use crate::domain::digest::compose::Material;
use crate::domain::digest::{Held, Item, MAX_TERMS};
use crate::domain::ids::{AlertId, ChannelId, TopicId};
use crate::domain::topic::Severity;
use crate::store::column::{Json, Ms, Text, key, time, uint};

/// Most revisions that are read for one digest, the last ones.
const MAX_REVISIONS: u32 = 20_000;

/// A place in the order of commits: all up to this revision and this decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    pub revision: i64,
    pub decision: i64,
}

/// What to read.
#[derive(Debug, Clone, Copy)]
pub struct Span<'a> {
    pub channel: &'a ChannelId,
    /// The topics whose alerts may go to the channel.
    pub topics: &'a [TopicId],
    /// Only what was committed after this.
    pub after: Cursor,
    /// Only what was made at this time or later.
    pub since: Timestamp,
    pub now: Timestamp,
    /// The channel's quiet hours.
    pub quiet: Option<&'a QuietHours>,
}

/// What of an item stands in columns: the alert, then parts of its object. An alert goes by the
/// headline of its story, whatever entry its last revision is about.
const ITEM: &str = "r.alert_id, r.seq, r.at, a.topic, r.event = 'opened', \
    json_extract(r.object, '$.topic.name'), json_extract(r.object, '$.topic.severity'), \
    ifnull(nullif(s.headline, ''), json_extract(r.object, '$.headline')), \
    ifnull((SELECT h.url FROM entries AS h WHERE h.id = s.headline_entry), \
      json_extract(r.object, '$.links.article')), \
    json_extract(r.object, '$.story.publishers'), a.publishers, \
    json_extract(r.object, '$.story.entries'), json_extract(r.object, '$.score'), \
    json_extract(r.object, '$.threshold'), \
    ifnull(json_extract(r.object, '$.story.texts'), json_extract(r.object, '$.story.publishers')), \
    (SELECT json_group_array(json_extract(t.value, '$.term')) FROM (\
       SELECT value FROM json_each(r.object, '$.terms') LIMIT 5) AS t)";

/// The place after all that is committed.
pub(super) fn end(conn: &Connection) -> rusqlite::Result<Cursor> {
    conn.prepare_cached(
        "SELECT (SELECT ifnull(max(id), 0) FROM alert_revisions), \
         (SELECT ifnull(max(id), 0) FROM decisions)",
    )?
    .query_row([], |row| Ok(Cursor { revision: row.get(0)?, decision: row.get(1)? }))
}

pub(super) fn read(conn: &Connection, span: &Span<'_>) -> rusqlite::Result<(Material, Cursor)> {
    let upto = end(conn)?;
    let topics = Json(span.topics.iter().map(TopicId::as_str).collect::<Vec<_>>());
    let (revisions, lost) = revisions(conn, span, upto)?;
    let material = Material {
        merged: merged(conn, &revisions)?,
        revisions,
        lost,
        notices: held::notices(conn, span.channel, span.quiet)?,
        suppressed: suppressed(conn, span, upto, &topics)?,
        pending: pending(conn, span, &topics)?,
        silent: conn
            .prepare_cached(
                "SELECT id FROM topics WHERE silent_since IS NOT NULL AND retired_at IS NULL \
                 AND id IN (SELECT value FROM json_each(?1)) ORDER BY id",
            )?
            .query_map([&topics], |row| key(row, 0))?
            .collect::<Result<_, _>>()?,
        shadow: conn
            .prepare_cached(
                "SELECT a.topic, count(DISTINCT a.id) FROM alert_revisions AS r \
                 JOIN alerts AS a ON a.id = r.alert_id \
                 WHERE r.id > ?1 AND r.id <= ?2 AND r.at >= ?3 AND r.reach = 'shadow' \
                 AND a.topic IN (SELECT value FROM json_each(?4)) GROUP BY a.topic ORDER BY a.topic",
            )?
            .query_map(
                params![span.after.revision, upto.revision, Ms(span.since), topics],
                |row| Ok((key(row, 0)?, uint(row.get(1)?))),
            )?
            .collect::<Result<_, _>>()?,
    };
    Ok((material, upto))
}

/// What a channel was sent or kept from, of a span.
const MEANT: &str = "alert_revisions AS r JOIN alerts AS a ON a.id = r.alert_id \
     JOIN stories AS s ON s.id = a.story_id \
     LEFT JOIN withheld AS w ON w.alert_id = r.alert_id AND w.seq = r.seq AND w.channel = ?1 \
     LEFT JOIN deliveries AS d ON d.alert_id = r.alert_id AND d.seq = r.seq AND d.channel = ?1 \
       AND d.repeat = 0 \
     WHERE r.id > ?2 AND r.id <= ?3 AND r.at >= ?4 AND (w.why IS NOT NULL OR d.id IS NOT NULL)";

/// The revisions that the channel was sent or kept from, oldest first, and of how many alerts there
/// are only older ones than are read.
fn revisions(
    conn: &Connection,
    span: &Span<'_>,
    upto: Cursor,
) -> rusqlite::Result<(Vec<Item>, u32)> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {ITEM}, w.why, d.created, d.urgent, d.state = 'gathered' AND NOT EXISTS (\
           SELECT 1 FROM digests AS g WHERE g.id = d.gathered_in AND g.kind = 'group'), r.id \
         FROM {MEANT} \
         ORDER BY r.id DESC LIMIT {MAX_REVISIONS}"
    ))?;
    let bound = params![Text(span.channel), span.after.revision, upto.revision, Ms(span.since)];
    let mut oldest = i64::MAX;
    let rows = query.query_map(bound, |row| {
        oldest = row.get(20)?;
        let why: Option<String> = row.get(16)?;
        let held = match why.as_deref().and_then(Why::from_code) {
            Some(Why::TopicBudget | Why::ChannelBudget) => Some(Held::Budget),
            Some(Why::Digest) => Some(Held::Digest),
            None => held_by_quiet(row, span.quiet)?.then_some(Held::QuietHours),
        };
        Ok(Item { held, ..item(row)? })
    })?;
    let mut items: Vec<Item> = rows.collect::<Result<_, _>>()?;
    items.reverse();
    let bound =
        params![Text(span.channel), span.after.revision, upto.revision, Ms(span.since), oldest];
    let lost = conn
        .prepare_cached(&format!(
            "SELECT count(DISTINCT r.alert_id) FROM {MEANT} AND r.id < ?5 AND NOT EXISTS (\
               SELECT 1 FROM alert_revisions AS newer WHERE newer.alert_id = r.alert_id \
               AND newer.id BETWEEN ?5 AND ?3)"
        ))?
        .query_row(bound, |row| row.get(0))?;
    Ok((items, lost))
}

/// Which of these alerts go on in an older one, and those again in theirs.
pub(super) fn merged<'i>(
    conn: &Connection,
    items: impl IntoIterator<Item = &'i Item>,
) -> rusqlite::Result<HashMap<AlertId, AlertId>> {
    let alerts = Json(items.into_iter().map(|item| item.alert.0).collect::<Vec<_>>());
    conn.prepare_cached(
        "WITH RECURSIVE closed (id, into_id) AS (\
           SELECT id, merged_into FROM alerts \
           WHERE merged_into IS NOT NULL AND id IN (SELECT value FROM json_each(?1)) \
           UNION SELECT a.id, a.merged_into FROM closed JOIN alerts AS a ON a.id = closed.into_id \
           WHERE a.merged_into IS NOT NULL) \
         SELECT id, into_id FROM closed",
    )?
    .query_map([&alerts], |row| Ok((AlertId(row.get(0)?), AlertId(row.get(1)?))))?
    .collect()
}

/// Whether quiet hours held a delivery, or do.
fn held_by_quiet(row: &Row<'_>, quiet: Option<&QuietHours>) -> rusqlite::Result<bool> {
    let (urgent, gathered): (bool, bool) = (row.get(18)?, row.get(19)?);
    let made = time(row, 17)?;
    Ok(gathered || !urgent && quiet.is_some_and(|quiet| quiet.contain(made)))
}

fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let severity: String = row.get(6)?;
    let Json(publisher_names) = row.get(10)?;
    let Json(mut terms): Json<Vec<String>> = row.get(15)?;
    terms.truncate(MAX_TERMS);
    Ok(Item {
        alert: AlertId(row.get(0)?),
        seq: row.get(1)?,
        at: time(row, 2)?,
        topic: key(row, 3)?,
        raised: row.get(4)?,
        topic_name: row.get(5)?,
        severity: Severity::from_code(&severity).unwrap_or(Severity::Info),
        headline: row.get(7)?,
        url: row.get(8)?,
        publishers: row.get(9)?,
        texts: row.get(14)?,
        publisher_names,
        entries: row.get(11)?,
        score: row.get(12)?,
        threshold: row.get(13)?,
        terms,
        revisions: 1,
        held: None,
    })
}

fn suppressed(
    conn: &Connection,
    span: &Span<'_>,
    upto: Cursor,
    topics: &Json<Vec<&str>>,
) -> rusqlite::Result<Vec<(String, u64)>> {
    conn.prepare_cached(
        "SELECT reason_code, count(*) FROM decisions WHERE id > ?1 AND id <= ?2 AND at >= ?3 \
         AND verdict = 'suppress' AND reason_code NOT LIKE 'awaiting%' \
         AND topic IN (SELECT value FROM json_each(?4)) \
         GROUP BY reason_code ORDER BY count(*) DESC, reason_code",
    )?
    .query_map(params![span.after.decision, upto.decision, Ms(span.since), topics], |row| {
        Ok((row.get(0)?, uint(row.get(1)?)))
    })?
    .collect()
}

/// Stories that wait for more publishers now.
fn pending(conn: &Connection, span: &Span<'_>, topics: &Json<Vec<&str>>) -> rusqlite::Result<u64> {
    conn.prepare_cached(
        "SELECT count(*) FROM pending_alerts \
         WHERE until > ?1 AND topic IN (SELECT value FROM json_each(?2))",
    )?
    .query_row(params![Ms(span.now), topics], |row| row.get(0).map(uint))
}
