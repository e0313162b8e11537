//! Several edits of stories as one, and what follows from them for alerts: carried out, or only
//! tried and taken back, so that it can be told before anything has changed. Each edit by itself
//! is made by [`super::story_edits`].

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::alerts::read::{self, AlertView};
use super::column::Json;
use super::error::StoreError;
use super::writer::Session;
use super::{Store, stories, story_edits};
use crate::domain::ids::{AlertId, StoryId};
use crate::domain::ingest::edit::Means;
use crate::domain::story::Story;
use crate::domain::story::edit::{Change, Edit, NewEdit};

/// What became of stories and their alerts.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub edits: Vec<Edit>,
    /// The stories concerned as they are now, those that went over into others among them; oldest
    /// first.
    pub stories: Vec<Story>,
    /// Their alerts, oldest first, whether anything happened to them or not.
    pub alerts: Vec<AlertChange>,
}

/// An alert before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertChange {
    pub before: AlertView,
    pub after: AlertView,
    /// What is told of it.
    pub told: Vec<Told>,
}

/// A revision that an edit made.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub event: String,
    pub reason: String,
    /// The channels that it goes to.
    pub channels: Vec<String>,
}

/// Whether a change is to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// It is made.
    Earnest,
    /// It is tried, and everything is as before.
    Rehearsal,
}

impl Store {
    /// Carries out edits in one commit, all of them or none, and tells what follows. In a rehearsal
    /// nothing stays of it.
    pub async fn change_stories(
        &self,
        edits: Vec<NewEdit>,
        means: Means,
        trial: Trial,
    ) -> Result<Outcome, StoreError> {
        self.write(move |session| {
            // What is waiting to be written must not be taken back with the rehearsal.
            session.stories.flush(session.conn)?;
            if trial == Trial::Earnest {
                return change(session, &edits, &means);
            }
            session.conn.execute_batch("SAVEPOINT rehearsal")?;
            let outcome = change(session, &edits, &means)?;
            session.conn.execute_batch("ROLLBACK TO rehearsal; RELEASE rehearsal")?;
            Ok(outcome)
        })
        .await
    }
}

fn change(
    session: &mut Session<'_>,
    new: &[NewEdit],
    means: &Means,
) -> Result<Outcome, StoreError> {
    let conn = session.conn;
    let mut concerned = Vec::new();
    for edit in new {
        concerned.extend(named(conn, &edit.change)?);
    }
    let before = alerts(conn, &concerned)?;
    let last = last_revision(conn)?;
    let mut edits = Vec::new();
    for edit in new {
        edits.push(story_edits::make(session, edit, means)?);
    }
    concerned.extend(edits.iter().flat_map(|edit| [edit.from, edit.into]));
    concerned.sort_unstable();
    concerned.dedup();
    let mut told = told(conn, last)?;
    let mut changes = Vec::new();
    for (id, before) in before {
        let after = read::load(conn, id)?.unwrap_or_else(|| before.clone());
        let told = told.remove(&id).unwrap_or_default();
        changes.push(AlertChange { before, after, told });
    }
    let mut stories = Vec::new();
    for id in concerned {
        stories.extend(stories::load(conn, id)?);
    }
    Ok(Outcome { edits, stories, alerts: changes })
}

/// The stories that a change names, and those that they lead to.
fn named(conn: &Connection, change: &Change) -> Result<Vec<StoryId>, StoreError> {
    let ids = match change {
        Change::Merge(one, other) => vec![*one, *other],
        Change::Split { story, .. } => vec![*story],
        Change::Undo { merged } => vec![*merged],
        Change::Move { entry, to } => {
            let at = stories::member(conn, *entry)?.map(|member| member.story);
            at.into_iter().chain(*to).collect()
        }
    };
    let mut all = Vec::new();
    for id in ids {
        all.extend(stories::standing(conn, id)?.map(|story| story.id).filter(|to| *to != id));
        all.push(id);
    }
    Ok(all)
}

fn alerts(
    conn: &Connection,
    stories: &[StoryId],
) -> Result<BTreeMap<AlertId, AlertView>, StoreError> {
    let mut alerts = BTreeMap::new();
    for story in stories {
        alerts.extend(read::of_story(conn, *story)?.into_iter().map(|alert| (alert.id, alert)));
    }
    Ok(alerts)
}

fn last_revision(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT ifnull(max(id), 0) FROM alert_revisions")?
        .query_row([], |row| row.get(0))
}

/// The revisions made after this one, with the channels that they go to.
fn told(conn: &Connection, last: i64) -> Result<BTreeMap<AlertId, Vec<Told>>, StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT r.alert_id, r.event, r.reason_text, (SELECT json_group_array(d.channel) \
           FROM deliveries AS d WHERE d.alert_id = r.alert_id AND d.seq = r.seq) \
         FROM alert_revisions AS r WHERE r.id > ?1 ORDER BY r.id",
    )?;
    let mut rows = query.query([last])?;
    let mut told: BTreeMap<AlertId, Vec<Told>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let Json(channels): Json<Vec<String>> = row.get(3)?;
        let revision = Told { event: row.get(1)?, reason: row.get(2)?, channels };
        told.entry(AlertId(row.get(0)?)).or_default().push(revision);
    }
    Ok(told)
}
