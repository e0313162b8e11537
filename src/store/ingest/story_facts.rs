//! What is read of one story for a [`View`]: its alerts, who matched in it, who waits, and what was
//! told last. [`super::view`] says of which stories.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::domain::alert::policy::CORRECTION;
use crate::domain::alert::silence::SilenceScope;
use crate::domain::document::Field;
use crate::domain::ids::{AlertId, ChannelId, EntryId, StoryId, TopicId};
use crate::domain::ingest::{AlertSoFar, HeldHeadline, LastTold, MAX_MATCHED, View};
use crate::store::column::{Json, key, opt_time, time};
use crate::store::error::StoreError;
use crate::store::follow_ups::read_held;
use crate::store::topics::severity;
use crate::store::{entries, stories, story_index};

/// Publishers whose entries matched, by topic and story, with when.
type Matched = HashMap<(TopicId, StoryId), Vec<(String, Timestamp)>>;

/// Adds the ids of the stories that are part of this one, if a silence is meant for some story.
pub(super) fn read_aliases(
    conn: &Connection,
    id: StoryId,
    view: &mut View,
) -> rusqlite::Result<()> {
    let of_story = |scope: &SilenceScope| matches!(scope, SilenceScope::Story(_));
    if view.silences.iter().any(|silence| of_story(&silence.scope)) {
        let aliases = stories::read::aliases(conn, id)?;
        view.aliases.insert(id, aliases.into_iter().map(|alias| alias.id).collect());
    }
    Ok(())
}

/// The entry whose title is a headline, as far as it is still known.
pub(super) fn held(conn: &Connection, entry: EntryId) -> Result<Option<HeldHeadline>, StoreError> {
    let Some(trace) = story_index::trace(conn, entry)? else { return Ok(None) };
    let held = conn
        .prepare_cached("SELECT title, first_seen FROM entries WHERE id = ?1")?
        .query_row([entry.0], |row| {
            Ok(HeldHeadline {
                title: row.get(0)?,
                seen: time(row, 1)?,
                vector: trace.vector,
                carries_topic: false,
            })
        })
        .optional()?;
    let Some(held) = held else { return Ok(None) };
    let carries_topic = entries::matches(conn, entry)?.iter().any(|stored| {
        let mut spans = stored.found.evidence.clauses.iter().flat_map(|clause| &clause.spans[..]);
        spans.any(|span| span.field == Field::Title)
    });
    Ok(Some(HeldHeadline { carries_topic, ..held }))
}

/// Adds the alerts of a story to the view, and the publishers that matched in it.
pub(in crate::store) fn read_alerts(
    conn: &Connection,
    id: StoryId,
    view: &mut View,
) -> rusqlite::Result<()> {
    read_matched(conn, id, &mut view.matched)?;
    read_pending(conn, id, view)?;
    let mut query = conn.prepare_cached(
        "SELECT a.id, a.topic, a.seq, r.event = 'opened', a.revised, a.publishers, a.shadow, \
         a.severity, a.held_due, a.held_entry, a.held_severity, a.held_code, a.held_text, \
         (SELECT max(at) FROM alert_revisions WHERE alert_id = a.id AND reason_code = ?2), \
         a.state = 'closed' \
         FROM alerts AS a JOIN alert_revisions AS r ON r.alert_id = a.id AND r.seq = a.seq \
         WHERE a.story_id = ?1",
    )?;
    let mut rows = query.query((id.0, CORRECTION))?;
    while let Some(row) = rows.next()? {
        let topic: TopicId = key(row, 1)?;
        let Json(publishers) = row.get(5)?;
        let revised = time(row, 4)?;
        let matched = view.matched.get(&(topic.clone(), id)).into_iter().flatten();
        let alert = AlertSoFar {
            alert: AlertId(row.get(0)?),
            seq: row.get(2)?,
            just_opened: row.get(3)?,
            revised,
            publishers,
            severity: severity(row, 7)?,
            held: read_held(row, 8)?,
            last_activity: matched.map(|(_, at)| *at).max().unwrap_or(revised),
            shadow: row.get(6)?,
            corrected: opt_time(row, 13)?,
            closed: row.get(14)?,
        };
        view.alerts.insert((topic, id), alert);
    }
    Ok(())
}

/// Since when the story waits for publishers, for each topic for which it does.
fn read_pending(conn: &Connection, story: StoryId, view: &mut View) -> rusqlite::Result<()> {
    let mut query =
        conn.prepare_cached("SELECT topic, since FROM pending_alerts WHERE story_id = ?1")?;
    let mut rows = query.query([story.0])?;
    while let Some(row) = rows.next()? {
        view.pending.insert((key(row, 0)?, story), time(row, 1)?);
    }
    Ok(())
}

fn read_matched(conn: &Connection, story: StoryId, matched: &mut Matched) -> rusqlite::Result<()> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT topic, publisher, at FROM (\
           SELECT topic, publisher, at, \
             row_number() OVER (PARTITION BY topic ORDER BY last DESC) AS n FROM (\
             SELECT x.topic, e.publisher, e.first_seen AS at, max(m.entry_id) AS last FROM story_members AS m \
             JOIN matches AS x ON x.entry_id = m.entry_id JOIN entries AS e ON e.id = m.entry_id \
             WHERE m.story_id = ?1 GROUP BY x.topic, e.publisher, e.first_seen)) \
         WHERE n <= {MAX_MATCHED}"
    ))?;
    let mut rows = query.query([story.0])?;
    while let Some(row) = rows.next()? {
        let publishers = matched.entry((key(row, 0)?, story)).or_default();
        publishers.push((row.get(1)?, time(row, 2)?));
    }
    Ok(())
}

/// Adds what an open alert told last: the entry, and what was found in it. Nothing is added if
/// somebody closed the alert, or the entry was purged.
pub(in crate::store) fn read_told(
    conn: &Connection,
    alert: AlertId,
    view: &mut View,
) -> Result<(), StoreError> {
    let last: Option<(i64, TopicId)> = conn
        .prepare_cached(
            "SELECT r.entry_id, a.topic FROM alerts AS a \
             JOIN alert_revisions AS r ON r.alert_id = a.id AND r.seq = a.seq \
             WHERE a.id = ?1 AND a.state <> 'closed'",
        )?
        .query_row([alert.0], |row| Ok((row.get(0)?, key(row, 1)?)))
        .optional()?;
    let Some((entry, topic)) = last else { return Ok(()) };
    if let Some(told) = last_told(conn, EntryId(entry), &topic)? {
        view.told.insert(alert, LastTold { channels: told_channels(conn, alert)?, ..told });
    }
    Ok(())
}

/// The channels that an alert was sent to, or is about to be; not those that refused it.
fn told_channels(conn: &Connection, alert: AlertId) -> rusqlite::Result<Vec<ChannelId>> {
    conn.prepare_cached(
        "SELECT DISTINCT channel FROM deliveries WHERE alert_id = ?1 AND state <> 'parked' \
         ORDER BY channel",
    )?
    .query_map([alert.0], |row| key(row, 0))?
    .collect()
}

/// What a topic found last in an entry, with the entry; whom it was told is left open.
pub(in crate::store) fn last_told(
    conn: &Connection,
    id: EntryId,
    topic: &TopicId,
) -> Result<Option<LastTold>, StoreError> {
    let Some((entry, feed)) = entries::load(conn, id)? else { return Ok(None) };
    let matches = entries::matches(conn, id)?;
    let Some(stored) = matches.into_iter().rfind(|stored| stored.found.topic == *topic) else {
        return Ok(None);
    };
    let title: Option<String> = conn
        .prepare_cached("SELECT title FROM feeds WHERE id = ?1")?
        .query_row([entry.feed.0], |row| row.get(0))
        .optional()?
        .flatten();
    let feed = feed.to_string();
    let feed_title = title.unwrap_or_else(|| feed.clone());
    let channels = Vec::new();
    Ok(Some(LastTold { entry, feed, feed_title, found: stored.found, channels }))
}
