//! Takes entries out of a story and gives them to another, new or known: after a split, a merge that
//! is undone, or an entry that is moved. Both stories are counted anew from what they have; alerts
//! go with the entries that they were raised for.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::column::{Json, Ms, key, time};
use super::error::StoreError;
use super::ingest::{apply, story_facts, view};
use super::story_edits::place_alert;
use super::writer::Session;
use super::{follow_ups, meta, stories, story_index, waits};
use crate::domain::ids::{AlertId, EntryId, StoryId, TopicId};
use crate::domain::ingest::edit::{self, Means};
use crate::domain::publisher::Directory;
use crate::domain::story::Story;
use crate::domain::story::edit::{Change, Edit};
use crate::domain::story::headline::Current;
use crate::domain::story::index::StoryIndex;

/// Gives the entries of an edit from one story to the other.
pub(super) fn part(
    session: &mut Session<'_>,
    edit: Edit,
    means: &Means,
) -> Result<Edit, StoreError> {
    let conn = session.conn;
    let (from, into) = (edit.from, edit.into);
    if stories::load(conn, into)?.is_none() {
        stories::save(conn, &Story::opened(into, String::new(), edit.at, edit.at))?;
    }
    for entry in &edit.entries {
        conn.prepare_cached("UPDATE story_members SET story_id = ?2 WHERE entry_id = ?1")?
            .execute((entry.0, into.0))?;
        if matches!(edit.change, Change::Move { .. }) {
            conn.prepare_cached(
                "UPDATE story_members SET reason = 'told', detail = NULL WHERE entry_id = ?1",
            )?
            .execute([entry.0])?;
        }
    }
    for id in [from, into] {
        recount(conn, id, &means.publishers)?;
    }
    rebuild(conn, from, into)?;
    let reopened = match edit.change {
        Change::Undo { merged } => return_alerts(conn, merged, from, edit.at)?,
        _ => {
            split_alerts(conn, from, into)?;
            Vec::new()
        }
    };
    follow_ups::part_held(conn, from, into)?;
    waits::part(conn, from, into)?;
    tell(session, &edit, &reopened, means)?;
    Ok(edit)
}

/// Counts a story anew from its entries, their newsrooms by the names they go by now.
fn recount(conn: &Connection, id: StoryId, newsrooms: &Directory) -> Result<(), StoreError> {
    let Some(before) = stories::load(conn, id)? else { return Ok(()) };
    let mut query = conn.prepare_cached(
        "SELECT e.title, e.publisher, f.key, e.first_seen, m.at, m.copy_of IS NOT NULL, e.id \
         FROM story_members AS m JOIN entries AS e ON e.id = m.entry_id \
         JOIN feeds AS f ON f.id = e.feed_id WHERE m.story_id = ?1 ORDER BY m.entry_id",
    )?;
    let mut rows = query.query([id.0])?;
    let mut story: Option<Story> = None;
    while let Some(row) = rows.next()? {
        let (seen, at): (Timestamp, Timestamp) = (time(row, 3)?, time(row, 4)?);
        let opened = || -> rusqlite::Result<Story> {
            let headline_of = Some(Current { entry: EntryId(row.get(6)?), since: seen });
            let opened = Story::opened(id, row.get(0)?, seen, at);
            Ok(Story { parent: before.parent, headline_of, ..opened })
        };
        let mut counted = match story.take() {
            Some(story) => story,
            None => opened()?,
        };
        if before.headline_of.is_some_and(|current| Ok(current.entry.0) == row.get(6)) {
            counted.headline.clone_from(&before.headline);
            counted.headline_of = before.headline_of;
        }
        let (publisher, feed): (String, String) = (row.get(1)?, row.get(2)?);
        counted.count(newsrooms.canonical(&publisher), &feed, (seen, at), row.get(5)?);
        story = Some(counted);
    }
    Ok(stories::save(conn, &story.unwrap_or(before))?)
}

/// Works out anew what both stories are compared by.
fn rebuild(conn: &Connection, from: StoryId, into: StoryId) -> Result<(), StoreError> {
    let mut index = StoryIndex::default();
    for id in [from, into] {
        let members = story_index::traced(conn, id)?;
        match index.rebuild(id, &members) {
            Some(state) => story_index::save_state(conn, &state)?,
            None => {
                conn.prepare_cached("DELETE FROM story_states WHERE story_id = ?1")?
                    .execute([id.0])?;
            }
        }
    }
    Ok(())
}

/// An alert of a topic that is now only found in the entries that went goes along.
fn split_alerts(conn: &Connection, from: StoryId, into: StoryId) -> Result<(), StoreError> {
    let (left, gone) = (topics(conn, from)?, topics(conn, into)?);
    let taken: HashSet<TopicId> = alerts(conn, into)?.into_iter().map(|(_, topic)| topic).collect();
    for (alert, topic) in alerts(conn, from)? {
        if !left.contains(&topic) && gone.contains(&topic) && !taken.contains(&topic) {
            place_alert(conn, alert.0, into.0)?;
        }
    }
    Ok(())
}

/// Gives back to a story what it had before it was merged. Returns the alerts that are open again,
/// with their stories.
fn return_alerts(
    conn: &Connection,
    merged: StoryId,
    from: StoryId,
    now: Timestamp,
) -> Result<Vec<(AlertId, StoryId)>, StoreError> {
    type Undone = (i64, Json<Vec<i64>>, Json<Vec<(i64, i64)>>);
    let undone: Option<Undone> = conn
        .prepare_cached(
            "SELECT id, alerts, closed FROM story_merges WHERE story_id = ?1 AND undone IS NULL \
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row([merged.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((merge, Json(follow), Json(closed))) = undone else { return Ok(Vec::new()) };
    conn.prepare_cached("UPDATE story_merges SET undone = ?2 WHERE id = ?1")?
        .execute((merge, Ms(now)))?;
    conn.execute_batch("PRAGMA defer_foreign_keys = ON")?;
    let here: HashSet<i64> = alerts(conn, from)?.into_iter().map(|(alert, _)| alert.0).collect();
    let mut reopened = Vec::new();
    for (alert, older) in &closed {
        // One of the two was this story's, the other that of the story it went over to.
        let story = if follow.contains(older) { from } else { merged };
        place_alert(conn, *alert, -*alert)?;
        if story == from && here.contains(older) {
            place_alert(conn, *older, merged.0)?;
        }
        place_alert(conn, *alert, story.0)?;
        let open = conn
            .prepare_cached(
                "UPDATE alerts SET state = 'open', merged_into = NULL \
                 WHERE id = ?1 AND merged_into = ?2",
            )?
            .execute((alert, older))?;
        if open == 1 {
            reopened.push((AlertId(*alert), story));
        }
    }
    let paired = |alert: &i64| closed.iter().any(|(_, older)| older == alert);
    for alert in follow.iter().filter(|alert| here.contains(alert) && !paired(alert)) {
        place_alert(conn, *alert, merged.0)?;
    }
    Ok(reopened)
}

/// Tells of alerts that are open again.
fn tell(
    session: &mut Session<'_>,
    edit: &Edit,
    reopened: &[(AlertId, StoryId)],
    means: &Means,
) -> Result<(), StoreError> {
    if reopened.is_empty() {
        return Ok(());
    }
    let conn = session.conn;
    let mut view = edit::view(meta::last_id(conn)?, edit.at);
    for id in [edit.from, edit.into] {
        if let Some(story) = stories::load(conn, id)? {
            view.stories.insert(id, story);
        }
        story_facts::read_alerts(conn, id, &mut view)?;
    }
    view::read_policy(conn, &means.routes, edit.at, &mut view)?;
    for (alert, _) in reopened {
        story_facts::read_told(conn, *alert, &mut view)?;
    }
    let why = format!("{} said so: {}", edit.author, edit.reason);
    let plan = edit::plan_return(&view, reopened, &why, means, edit.at);
    apply::apply_edit(session, &plan, edit.at)
}

fn alerts(conn: &Connection, story: StoryId) -> rusqlite::Result<Vec<(AlertId, TopicId)>> {
    conn.prepare_cached("SELECT id, topic FROM alerts WHERE story_id = ?1 ORDER BY id")?
        .query_map([story.0], |row| Ok((AlertId(row.get(0)?), key(row, 1)?)))?
        .collect()
}

/// Topics found in the entries of a story.
fn topics(conn: &Connection, story: StoryId) -> rusqlite::Result<HashSet<TopicId>> {
    conn.prepare_cached(
        "SELECT DISTINCT x.topic FROM story_members AS m JOIN matches AS x \
         ON x.entry_id = m.entry_id WHERE m.story_id = ?1",
    )?
    .query_map([story.0], |row| key(row, 0))?
    .collect()
}
