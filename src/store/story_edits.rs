//! What people do to stories, and merges in general: carried out in one transaction each, by
//! whichever process, and logged. A daemon beside it sees a new edit before it places the next
//! entry ([`super::story_index`]), and reads its stories anew.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::column::{Json, Ms, time};
use super::error::StoreError;
use super::ingest::{apply, story_facts, view};
use super::writer::Session;
use super::{Store, meta, stories, story_index, story_parting, waits};
use crate::domain::ids::{EntryId, IdSource, StoryId};
use crate::domain::ingest::edit::{self, Means};
use crate::domain::ingest::{Merge, Plan};
use crate::domain::story::edit::{
    Change, Edit, EditError, MAX_AUTHOR_CHARS, MAX_REASON_CHARS, MAX_SPLIT, NewEdit,
};
use crate::domain::story::index::StoryIndex;

/// How long a merge can be undone.
pub const UNDO_WITHIN: SignedDuration = SignedDuration::from_hours(48);

/// Most edits shown of one story.
const MAX_LISTED: u32 = 1_000;

const EDIT: &str = "id, kind, from_id, into_id, entries, opened, author, reason, at, after_entry";

impl Store {
    /// Carries out an edit: entries, alerts and deliveries change in one commit, and later decisions
    /// go by it. What cannot be done is an [`EditError`], and nothing has changed then.
    pub async fn edit_story(&self, new: NewEdit, means: Means) -> Result<Edit, StoreError> {
        self.write(move |session| {
            // What the batches before this one in the same commit have learnt.
            session.stories.flush(session.conn)?;
            make(session, &new, &means)
        })
        .await
    }

    /// What people did to stories, newest first; at most `limit`.
    pub fn story_edits(&self, limit: u32) -> Result<Vec<Edit>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {EDIT} FROM story_edits ORDER BY id DESC LIMIT ?1"
            ))?;
            let edits = query.query_map([limit], read)?;
            Ok(edits.collect::<Result<_, _>>()?)
        })
    }
}

/// Carries out an edit within a transaction, and logs it.
pub(super) fn make(
    session: &mut Session<'_>,
    new: &NewEdit,
    means: &Means,
) -> Result<Edit, StoreError> {
    let edit = carry_out(session, new, means)?;
    session
        .conn
        .prepare_cached(
            "INSERT INTO story_edits (kind, from_id, into_id, entries, opened, author, reason, \
             at, after_entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            edit.change.code(),
            edit.from.0,
            edit.into.0,
            Json(numbers(&edit.entries)),
            opens(&edit.change),
            edit.author,
            edit.reason,
            Ms(edit.at),
            edit.after.0,
        ])?;
    Ok(Edit { id: session.conn.last_insert_rowid(), ..edit })
}

fn carry_out(session: &mut Session<'_>, new: &NewEdit, means: &Means) -> Result<Edit, StoreError> {
    let conn = session.conn;
    let mut ids = IdSource::resume(meta::last_id(conn)?);
    let edit = Edit {
        id: 0,
        change: new.change.clone(),
        from: StoryId(0),
        into: StoryId(0),
        author: clip(&new.author, MAX_AUTHOR_CHARS),
        reason: clip(&new.reason, MAX_REASON_CHARS),
        at: new.at,
        after: newest_entry(conn)?,
        entries: Vec::new(),
    };
    match &new.change {
        Change::Merge(one, other) => {
            let (one, other) = (standing(conn, *one)?, standing(conn, *other)?);
            if one == other {
                return Err(EditError::SameStory(one, other).into());
            }
            merge(session, Edit { from: one.max(other), into: one.min(other), ..edit }, means)
        }
        Change::Split { story, entries } => {
            let from = standing(conn, *story)?;
            let entries = distinct(entries);
            check_split(conn, from, &entries)?;
            let into = StoryId(ids.next(new.at));
            meta::set_last_id(conn, ids.last())?;
            story_parting::part(session, Edit { from, into, entries, ..edit }, means)
        }
        Change::Undo { merged } => undo(session, *merged, edit, means),
        Change::Move { entry, to } => {
            let member = stories::member(conn, *entry)?.ok_or(EditError::UnknownEntry(*entry))?;
            let to = to.map(|to| standing(conn, to)).transpose()?;
            if to == Some(member.story) {
                return Err(EditError::ThereAlready { entry: *entry, story: member.story }.into());
            }
            let from = member.story;
            let alone = members(conn, from)?.len() == 1;
            let edit = Edit { from, entries: vec![*entry], ..edit };
            match to {
                // A story whose last entry goes is part of the other.
                Some(into) if alone => merge(session, Edit { into, ..edit }, means),
                None if alone => Err(EditError::NothingLeft(from).into()),
                Some(into) => story_parting::part(session, Edit { into, ..edit }, means),
                None => {
                    let into = StoryId(ids.next(new.at));
                    meta::set_last_id(conn, ids.last())?;
                    story_parting::part(session, Edit { into, ..edit }, means)
                }
            }
        }
    }
}

/// Whether a change makes a new story.
fn opens(change: &Change) -> bool {
    matches!(change, Change::Split { .. } | Change::Move { to: None, .. })
}

fn merge(session: &mut Session<'_>, edit: Edit, means: &Means) -> Result<Edit, StoreError> {
    let conn = session.conn;
    let (from, into) = (edit.from, edit.into);
    let why = format!("{} said so: {}", edit.author, edit.reason);
    let merge = Merge { into, from, why };
    let mut view = edit::view(meta::last_id(conn)?, edit.at);
    for id in [into, from] {
        if let Some(story) = stories::load(conn, id)? {
            view.stories.insert(id, story);
        }
        story_facts::read_alerts(conn, id, &mut view)?;
    }
    view::read_policy(conn, &means.routes, edit.at, &mut view)?;
    let alerts: Vec<_> = view.alerts.values().map(|alert| alert.alert).collect();
    for alert in alerts {
        story_facts::read_told(conn, alert, &mut view)?;
    }
    let entries = members(conn, from)?;
    let states = (story_index::state(conn, into)?, story_index::state(conn, from)?);
    let plan = edit::plan_merge(&view, &merge, means, edit.at);
    apply::apply_edit(session, &plan, edit.at)?;
    if let (Some(into_state), Some(from_state)) = states {
        let mut index = StoryIndex::default();
        index.restore_story(into_state);
        index.restore_story(from_state);
        if let Some(state) = index.merge(into, from) {
            story_index::save_state(conn, &state)?;
        }
    }
    Ok(Edit { entries, ..edit })
}

fn undo(
    session: &mut Session<'_>,
    merged: StoryId,
    edit: Edit,
    means: &Means,
) -> Result<Edit, StoreError> {
    let conn = session.conn;
    let story = stories::load(conn, merged)?.ok_or(EditError::UnknownStory(merged))?;
    let Some((_, at)) = story.merged else {
        return Err(EditError::NotMerged(merged).into());
    };
    if edit.at.duration_since(at) > UNDO_WITHIN {
        return Err(EditError::TooLate(merged).into());
    }
    let from = standing(conn, merged)?;
    let had: Option<Json<Vec<i64>>> = conn
        .prepare_cached(
            "SELECT entries FROM story_merges WHERE story_id = ?1 AND undone IS NULL \
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row([merged.0], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(Json(had)) = had else {
        return Err(EditError::TooLate(merged).into());
    };
    let there: HashSet<EntryId> = members(conn, from)?.into_iter().collect();
    let entries: Vec<EntryId> =
        had.into_iter().map(EntryId).filter(|entry| there.contains(entry)).collect();
    if entries.is_empty() || entries.len() == there.len() {
        return Err(EditError::NothingLeft(from).into());
    }
    story_parting::part(session, Edit { from, into: merged, entries, ..edit }, means)
}

/// Writes the merges of a plan: whose entries they are now, and what it takes to undo it.
pub(super) fn apply_merges(
    conn: &Connection,
    plan: &Plan,
    now: Timestamp,
) -> Result<(), StoreError> {
    for merged in &plan.merges {
        let Merge { into, from, why } = &merged.merge;
        let entries = members(conn, *from)?;
        conn.prepare_cached("UPDATE story_members SET story_id = ?2 WHERE story_id = ?1")?
            .execute((from.0, into.0))?;
        // Who waits for publishers goes on waiting for both.
        conn.prepare_cached(
            "UPDATE OR IGNORE pending_alerts SET story_id = ?2 WHERE story_id = ?1",
        )?
        .execute((from.0, into.0))?;
        conn.prepare_cached("DELETE FROM pending_alerts WHERE story_id = ?1")?.execute([from.0])?;
        // A pair may have to change places, which no order of single steps allows.
        conn.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        for (alert, _) in &merged.closed {
            place_alert(conn, alert.0, -alert.0)?;
        }
        for alert in &merged.follow {
            place_alert(conn, alert.0, into.0)?;
        }
        for (alert, older) in &merged.closed {
            place_alert(conn, alert.0, from.0)?;
            conn.prepare_cached(
                "UPDATE alerts SET state = 'closed', merged_into = ?2, held_due = NULL, \
                 held_entry = NULL WHERE id = ?1",
            )?
            .execute((alert.0, older.0))?;
        }
        waits::end_told(conn, *into)?;
        let closed: Vec<(i64, i64)> =
            merged.closed.iter().map(|(alert, older)| (alert.0, older.0)).collect();
        let follow: Vec<i64> = merged.follow.iter().map(|alert| alert.0).collect();
        conn.prepare_cached(
            "INSERT INTO story_merges (story_id, into_id, at, why, entries, alerts, closed) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            from.0,
            into.0,
            Ms(now),
            why,
            Json(numbers(&entries)),
            Json(follow),
            Json(closed),
        ])?;
    }
    Ok(())
}

/// Gives an alert to a story.
pub(super) fn place_alert(conn: &Connection, alert: i64, story: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE alerts SET story_id = ?2 WHERE id = ?1")?
        .execute((alert, story))?;
    Ok(())
}

/// The id of the last edit; 0 if there is none.
pub(super) fn last(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT ifnull(max(id), 0) FROM story_edits")?
        .query_row([], |row| row.get(0))
}

/// Pairs of stories that somebody took apart, as they stand now.
pub(super) fn apart(conn: &Connection) -> Result<Vec<(StoryId, StoryId)>, StoreError> {
    let mut query =
        conn.prepare_cached("SELECT kind, from_id, into_id FROM story_edits ORDER BY id")?;
    let mut rows = query.query([])?;
    let mut pairs: Vec<(StoryId, StoryId)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (one, other) = (StoryId(row.get(1)?), StoryId(row.get(2)?));
        let pair = (one.min(other), one.max(other));
        if row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? == "merge" {
            pairs.retain(|apart| *apart != pair);
        } else if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    let mut stand = Vec::new();
    for (one, other) in pairs {
        let (one, other) = (stories::standing(conn, one)?, stories::standing(conn, other)?);
        if let (Some(one), Some(other)) = (one, other)
            && one.id != other.id
        {
            stand.push((one.id, other.id));
        }
    }
    Ok(stand)
}

/// What was done to any of these stories, oldest first.
pub(super) fn of_stories(conn: &Connection, ids: &[StoryId]) -> rusqlite::Result<Vec<Edit>> {
    let ids = Json(ids.iter().map(|id| id.0).collect::<Vec<i64>>());
    conn.prepare_cached(&format!(
        "SELECT {EDIT} FROM story_edits WHERE from_id IN (SELECT value FROM json_each(?1)) \
         OR into_id IN (SELECT value FROM json_each(?1)) ORDER BY id LIMIT {MAX_LISTED}"
    ))?
    .query_map([ids], read)?
    .collect()
}

/// The entries of a story, in their order.
pub(super) fn members(conn: &Connection, story: StoryId) -> rusqlite::Result<Vec<EntryId>> {
    conn.prepare_cached("SELECT entry_id FROM story_members WHERE story_id = ?1 ORDER BY entry_id")?
        .query_map([story.0], |row| row.get(0).map(EntryId))?
        .collect()
}

fn check_split(conn: &Connection, from: StoryId, entries: &[EntryId]) -> Result<(), StoreError> {
    let there: HashSet<EntryId> = members(conn, from)?.into_iter().collect();
    if entries.len() > MAX_SPLIT {
        return Err(EditError::TooMany.into());
    }
    if let Some(entry) = entries.iter().find(|entry| !there.contains(entry)) {
        return Err(EditError::NotInStory { entry: *entry, story: from }.into());
    }
    if entries.is_empty() {
        return Err(EditError::NothingNamed(from).into());
    }
    if entries.len() == there.len() {
        return Err(EditError::NothingLeft(from).into());
    }
    Ok(())
}

fn standing(conn: &Connection, id: StoryId) -> Result<StoryId, StoreError> {
    let story = stories::standing(conn, id)?;
    Ok(story.ok_or(EditError::UnknownStory(id))?.id)
}

fn newest_entry(conn: &Connection) -> rusqlite::Result<EntryId> {
    conn.prepare_cached("SELECT ifnull(max(id), 0) FROM entries")?
        .query_row([], |row| row.get(0).map(EntryId))
}

fn distinct(entries: &[EntryId]) -> Vec<EntryId> {
    let mut entries = entries.to_vec();
    entries.sort_unstable();
    entries.dedup();
    entries
}

fn numbers(entries: &[EntryId]) -> Vec<i64> {
    entries.iter().map(|entry| entry.0).collect()
}

fn clip(text: &str, chars: usize) -> String {
    text.trim().chars().take(chars).collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Edit> {
    let (from, into) = (StoryId(row.get(2)?), StoryId(row.get(3)?));
    let Json(entries): Json<Vec<i64>> = row.get(4)?;
    let entries: Vec<EntryId> = entries.into_iter().map(EntryId).collect();
    let opened: bool = row.get(5)?;
    let moved = entries.first().copied().unwrap_or(EntryId(0));
    let change = match row.get_ref(1)?.as_str()? {
        "split" => Change::Split { story: from, entries: entries.clone() },
        "undo" => Change::Undo { merged: into },
        "move" => Change::Move { entry: moved, to: (!opened).then_some(into) },
        _ => Change::Merge(into, from),
    };
    Ok(Edit {
        id: row.get(0)?,
        change,
        from,
        into,
        author: row.get(6)?,
        reason: row.get(7)?,
        at: time(row, 8)?,
        after: EntryId(row.get(9)?),
        entries,
    })
}
