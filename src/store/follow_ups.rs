//! What becomes due with time alone: revisions of alerts that `repeat_every` held back. Stories that
//! wait for publishers, which become due too, are in [`super::waits`].

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::column::{Ms, key, opt_time};
use super::error::StoreError;
use super::ingest::{apply_due, view_of_story};
use super::topics::{rank, severity};
use super::{Store, entries};
use crate::domain::alert::Reason;
use crate::domain::alert::policy::Verdict;
use crate::domain::ids::{AlertId, EntryId, FeedId, FeedKey, StoryId, TopicId};
use crate::domain::ingest::{Batch, Due, Held, Plan, View};

/// An alert with a revision whose time has come.
#[derive(Debug, Clone, PartialEq)]
pub struct DueAlert {
    pub alert: AlertId,
    pub topic: TopicId,
    /// The feed of the entry that the revision is about, its URL, and what it calls itself.
    pub feed: FeedId,
    pub feed_key: FeedKey,
    pub feed_url: String,
    pub feed_title: Option<String>,
}

/// A condition on `a`, an alert: it has a revision that is due at `?1`. One whose last revision lies
/// farther ahead than it had to wait was made by a clock that has been put back since.
const DUE: &str =
    "a.held_due IS NOT NULL AND (a.held_due <= ?1 OR a.revised > ?1 + (a.held_due - a.revised))";

impl Store {
    /// When the next revision or the end of a wait is due; `None`: nothing waits.
    pub fn next_follow_up(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT min(due) FROM (SELECT min(held_due) AS due FROM alerts \
                   WHERE held_due IS NOT NULL \
                 UNION ALL SELECT min(until) FROM pending_alerts)",
            )?;
            Ok(query.query_row([], |row| opt_time(row, 0))?)
        })
    }

    /// Alerts with a revision that is due at `now`, those that waited longest first.
    pub fn due_follow_ups(&self, now: Timestamp, limit: u32) -> Result<Vec<DueAlert>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT a.id, a.topic, f.id, f.key, f.url, f.title FROM alerts AS a \
                 JOIN entries AS e ON e.id = a.held_entry JOIN feeds AS f ON f.id = e.feed_id \
                 WHERE {DUE} ORDER BY a.held_due, a.id LIMIT ?2"
            ))?;
            let due = query.query_map((Ms(now), limit), |row| {
                Ok(DueAlert {
                    alert: AlertId(row.get(0)?),
                    topic: key(row, 1)?,
                    feed: FeedId(row.get(2)?),
                    feed_key: key(row, 3)?,
                    feed_url: row.get(4)?,
                    feed_title: row.get(5)?,
                })
            })?;
            Ok(due.collect::<Result<_, _>>()?)
        })
    }

    /// Decides on a revision that is due, in one transaction with what it is decided by; `None` if
    /// it is no longer: an entry brought it in the meantime. `curious`: its topic wants new facts.
    pub async fn follow_up(
        &self,
        alert: AlertId,
        batch: Arc<Batch>,
        curious: bool,
        mut decide: impl FnMut(&View, &Due) -> Plan + Send + 'static,
    ) -> Result<Option<Plan>, StoreError> {
        self.write(move |session| {
            let Some((due, topic)) = due(session.conn, alert, batch.fetch.at)? else {
                return Ok(None);
            };
            let view = view_of_story(session, &batch, curious.then_some(&topic), due.story)?;
            let plan = decide(&view, &due);
            apply_due(session, &batch, &plan)?;
            Ok(Some(plan))
        })
        .await
    }

    /// Forgets the revisions due at `now` of alerts for which nobody can make them: their entry is
    /// gone, or their topic is none of those configured.
    pub async fn drop_follow_ups(
        &self,
        alerts: Vec<AlertId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            let drop = format!(
                "UPDATE alerts AS a SET held_due = NULL, held_entry = NULL WHERE {DUE} AND"
            );
            let mut of_alert = session.conn.prepare_cached(&format!("{drop} a.id = ?2"))?;
            for alert in &alerts {
                of_alert.execute((Ms(now), alert.0))?;
            }
            let gone = "NOT EXISTS (SELECT 1 FROM entries AS e WHERE e.id = a.held_entry)";
            session.conn.prepare_cached(&format!("{drop} {gone}"))?.execute([Ms(now)])?;
            Ok(())
        })
        .await
    }

    /// Gives up a revision due at `now` that cannot be made, with a decision that says why.
    pub async fn give_up_follow_up(
        &self,
        alert: AlertId,
        reason: Reason,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            conn.prepare_cached(
                "INSERT INTO decisions (entry_id, topic, story_id, alert_id, verdict, \
                 reason_code, reason_text, at) \
                 SELECT e.id, a.topic, a.story_id, a.id, ?2, ?3, ?4, ?5 FROM alerts AS a \
                 JOIN entries AS e ON e.id = a.held_entry WHERE a.id = ?1 \
                 AND (a.held_due <= ?5 OR a.revised > ?5)",
            )?
            .execute(params![
                alert.0,
                Verdict::Suppress.as_str(),
                reason.code,
                reason.text,
                Ms(now)
            ])?;
            conn.prepare_cached(
                "UPDATE alerts SET held_due = NULL, held_entry = NULL \
                 WHERE id = ?1 AND (held_due <= ?2 OR revised > ?2)",
            )?
            .execute((alert.0, Ms(now)))?;
            Ok(())
        })
        .await
    }
}

/// Reads the revision of an alert that is due at `now`, with its topic.
fn due(
    conn: &Connection,
    alert: AlertId,
    now: Timestamp,
) -> rusqlite::Result<Option<(Due, TopicId)>> {
    let held = conn
        .prepare_cached(&format!(
            "SELECT topic, story_id, held_due, held_entry, held_severity, held_code, held_text \
             FROM alerts AS a WHERE {DUE} AND a.id = ?2"
        ))?
        .query_row((Ms(now), alert.0), |row| {
            Ok((key(row, 0)?, StoryId(row.get(1)?), read_held(row, 2)?))
        })
        .optional()?;
    let Some((topic, story, Some(held))) = held else {
        return Ok(None);
    };
    let entry = entries::load(conn, held.entry)?;
    // Its last revision is the last in their order.
    let mut matches = entries::matches(conn, held.entry)?.into_iter();
    let last = matches.rfind(|stored| stored.found.topic == topic);
    let due = entry.zip(last).map(|((entry, _), last)| {
        let (found, found_in) = (last.found, last.entry_revision);
        Due { alert, story, held, entry, found, found_in }
    });
    Ok(due.map(|due| (due, topic)))
}

/// Reads five columns from `first` on; `None` if nothing is held back.
pub(super) fn read_held(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Held>> {
    let Some(due) = opt_time(row, first)? else {
        return Ok(None);
    };
    Ok(Some(Held {
        due,
        entry: EntryId(row.get(first + 1)?),
        severity: severity(row, first + 2)?,
        reason: Reason { code: row.get(first + 3)?, text: row.get(first + 4)? },
    }))
}

/// Lets a revision go that is held back, if one is, with a decision that says why.
pub(super) fn let_go(
    conn: &Connection,
    alert: AlertId,
    reason: &Reason,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO decisions (entry_id, topic, story_id, alert_id, verdict, \
         reason_code, reason_text, at) \
         SELECT e.id, a.topic, a.story_id, a.id, ?2, ?3, ?4, ?5 FROM alerts AS a \
         JOIN entries AS e ON e.id = a.held_entry \
         WHERE a.id = ?1 AND a.held_due IS NOT NULL",
    )?
    .execute(params![alert.0, Verdict::Record.as_str(), reason.code, reason.text, Ms(now)])?;
    hold(conn, alert, None)
}

/// Keeps a revision that is held back, or that none is any longer.
pub(super) fn hold(conn: &Connection, alert: AlertId, held: Option<&Held>) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE alerts SET held_due = ?2, held_entry = ?3, held_severity = ?4, held_code = ?5, \
         held_text = ?6 WHERE id = ?1",
    )?
    .execute(params![
        alert.0,
        held.map(|held| Ms(held.due)),
        held.map(|held| held.entry.0),
        held.map(|held| rank(held.severity)),
        held.map(|held| &held.reason.code),
        held.map(|held| &held.reason.text),
    ])?;
    Ok(())
}

/// After entries went from one of two stories to the other: a revision that was held back is
/// forgotten if its entry is no longer in the alert's story.
pub(super) fn part_held(conn: &Connection, from: StoryId, into: StoryId) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "UPDATE alerts SET held_due = NULL, held_entry = NULL \
         WHERE story_id IN (?1, ?2) AND held_entry IS NOT NULL AND NOT EXISTS (\
           SELECT 1 FROM story_members AS m \
           WHERE m.entry_id = alerts.held_entry AND m.story_id = alerts.story_id)",
    )?
    .execute((from.0, into.0))?;
    Ok(())
}
