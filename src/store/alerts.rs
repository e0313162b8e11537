//! Alerts: their revisions, their state, and what people noted. Revisions are written by
//! [`super::ingest`]; what people do to them is in [`change`]. How they are read is in [`read`], and
//! for output feeds in [`published`].

pub mod change;
pub mod published;
pub mod read;

use rusqlite::{Connection, params};

use super::column::{Json, Ms, Text};
use super::error::StoreError;
use super::topics::rank;
use super::waits;
use crate::domain::alert::{AlertEvent, AlertRevision, AlertState, Reach};

/// Writes a revision, in the form in which it is published, and the alert as it now is. That an
/// alert exists already, or that its revisions have a gap, is an error of the plan.
pub(super) fn add_revision(
    conn: &Connection,
    revision: &AlertRevision,
    object: &[u8],
) -> Result<(), StoreError> {
    if revision.seq == 1 {
        insert(conn, revision)?;
    } else {
        update(conn, revision)?;
    }
    if revision.seq == 1 || revision.reach != Reach::Shadow {
        waits::end(conn, &revision.topic.id, revision.story.id)?;
    }
    let object = std::str::from_utf8(object).map_err(rusqlite::Error::from)?;
    conn.prepare_cached(
        "INSERT INTO alert_revisions (alert_id, seq, event, at, entry_id, reason_code, \
         reason_text, object, reach) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        revision.alert.0,
        revision.seq,
        revision.event.as_str(),
        Ms(revision.at),
        revision.entry.id.0,
        revision.reason.code,
        revision.whole_reason(),
        object,
        revision.reach.as_str(),
    ])?;
    Ok(())
}

fn insert(conn: &Connection, revision: &AlertRevision) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO alerts (id, topic, topic_name, severity, story_id, state, seq, opened, \
         revised, headline, publishers, score, shadow) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        revision.alert.0,
        Text(&revision.topic.id),
        revision.topic.name,
        rank(revision.topic.severity),
        revision.story.id.0,
        AlertState::Open.as_str(),
        revision.seq,
        Ms(revision.at),
        revision.headline,
        Json(&revision.story.publishers),
        revision.score,
        revision.reach == Reach::Shadow,
    ])?;
    Ok(())
}

/// A follow-up changes what is told, never what people decided: the state stays. Only an alert
/// that nobody was told of so far is opened anew, for real; and one that is continued in another,
/// its story having been merged, is closed.
fn update(conn: &Connection, revision: &AlertRevision) -> Result<(), StoreError> {
    let changed = conn
        .prepare_cached(
            "UPDATE alerts SET topic_name = ?3, severity = ?4, seq = ?2, revised = ?5, \
             headline = ?6, publishers = ?7, score = ?8, \
             opened = iif(shadow > ?9, ?5, opened), \
             state = CASE WHEN ?11 THEN ?12 WHEN shadow > ?9 THEN ?10 ELSE state END, \
             shadow = min(shadow, ?9), held_due = NULL, held_entry = NULL \
             WHERE id = ?1 AND seq = ?2 - 1",
        )?
        .execute(params![
            revision.alert.0,
            revision.seq,
            revision.topic.name,
            rank(revision.topic.severity),
            Ms(revision.at),
            revision.headline,
            Json(&revision.story.publishers),
            revision.score,
            revision.reach == Reach::Shadow,
            AlertState::Open.as_str(),
            revision.event == AlertEvent::Closed,
            AlertState::Closed.as_str(),
        ])?;
    if changed == 1 {
        return Ok(());
    }
    Err(StoreError::Unknown {
        what: "alert revision to follow up",
        name: format!("{} revision {}", revision.alert, revision.seq.saturating_sub(1)),
    })
}
