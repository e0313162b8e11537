//! Alerts as they are listed, shown and followed.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::domain::alert::{AlertState, Reason};
use crate::domain::ids::{AlertId, StoryId, TopicId};
use crate::domain::topic::Severity;
use crate::store::Store;
use crate::store::column::{Text, code, key, ms, time};
use crate::store::error::StoreError;
use crate::store::outbox::{self, DeliveryFilter, DeliveryView};
use crate::store::topics::{rank, severity};

/// An alert in a list, as its last revision tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertView {
    pub id: AlertId,
    pub topic: TopicId,
    pub topic_name: String,
    pub severity: Severity,
    pub state: AlertState,
    /// The last revision.
    pub seq: u32,
    pub headline: String,
    /// How many publishers tell the story.
    pub publishers: u32,
    pub story: StoryId,
    pub opened: Timestamp,
    /// When the last revision was made.
    pub updated: Timestamp,
    pub score: Option<f64>,
}

/// Which alerts to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertFilter {
    pub topic: Option<TopicId>,
    pub state: Option<AlertState>,
    pub severity_min: Option<Severity>,
    /// Opened or revised at this time or later.
    pub since: Option<Timestamp>,
    /// Only alerts older than this one: the last one of the page before.
    pub before: Option<AlertId>,
    /// Only alerts newer than this one.
    pub after: Option<AlertId>,
    /// At most so many; 0 means 50.
    pub limit: u32,
}

/// An alert with all that is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertDetail {
    pub view: AlertView,
    /// Oldest first.
    pub revisions: Vec<RevisionView>,
    pub deliveries: Vec<DeliveryView>,
    /// What people did with it, oldest first.
    pub notes: Vec<NoteView>,
}

/// One revision of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionView {
    /// Grows with each revision committed, of whichever alert: the cursor to follow from.
    pub cursor: i64,
    pub alert: AlertId,
    pub seq: u32,
    pub event: String,
    pub at: Timestamp,
    pub reason: Reason,
    /// The JSON object that was published.
    pub object: String,
}

/// Somebody brought an alert to a state.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteView {
    pub at: Timestamp,
    pub author: String,
    pub state: AlertState,
    pub note: Option<String>,
}

/// Alerts listed where no limit is asked for.
const DEFAULT_LIMIT: u32 = 50;

/// Most revisions, deliveries or notes shown of one alert.
const MAX_SHOWN: u32 = 1_000;

const VIEW: &str = "id, topic, topic_name, severity, state, seq, headline, \
    json_array_length(publishers), story_id, opened, revised, score";

const REVISION: &str = "id, alert_id, seq, event, at, reason_code, reason_text, object";

impl Store {
    /// Alerts that pass the filter, newest first.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<Vec<AlertView>, StoreError> {
        let limit = if filter.limit == 0 { DEFAULT_LIMIT } else { filter.limit };
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {VIEW} FROM alerts \
                 WHERE (?1 IS NULL OR topic = ?1) AND (?2 IS NULL OR state = ?2) \
                 AND severity >= ?3 AND (?4 IS NULL OR revised >= ?4) AND id < ?5 AND id > ?6 \
                 ORDER BY id DESC LIMIT ?7"
            ))?;
            let bound = params![
                filter.topic.as_ref().map(Text),
                filter.state.map(AlertState::as_str),
                filter.severity_min.map_or(0, rank),
                ms(filter.since),
                filter.before.map_or(i64::MAX, |alert| alert.0),
                filter.after.map_or(-1, |alert| alert.0),
                limit,
            ];
            let views = query.query_map(bound, view)?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// All that is known about an alert.
    pub fn alert(&self, id: AlertId) -> Result<Option<AlertDetail>, StoreError> {
        self.read(|conn| {
            let Some(view) = load(conn, id)? else {
                return Ok(None);
            };
            let deliveries =
                DeliveryFilter { alert: Some(id), limit: MAX_SHOWN, ..DeliveryFilter::default() };
            Ok(Some(AlertDetail {
                view,
                revisions: revisions(conn, id)?,
                deliveries: outbox::list(conn, &deliveries)?,
                notes: notes(conn, id)?,
            }))
        })
    }

    /// Revisions committed after `cursor` (0: from the beginning), in that order. Keep the last
    /// one's cursor to go on from.
    pub fn alert_revisions_after(
        &self,
        cursor: i64,
        limit: u32,
    ) -> Result<Vec<RevisionView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {REVISION} FROM alert_revisions WHERE id > ?1 ORDER BY id LIMIT ?2"
            ))?;
            let revisions = query.query_map((cursor, limit), revision)?;
            Ok(revisions.collect::<Result<_, _>>()?)
        })
    }

    /// The cursor of the revision committed last (0 if there is none): to follow from now on.
    pub fn last_alert_cursor(&self) -> Result<i64, StoreError> {
        self.read(|conn| {
            let mut query =
                conn.prepare_cached("SELECT ifnull(max(id), 0) FROM alert_revisions")?;
            Ok(query.query_row([], |row| row.get(0))?)
        })
    }
}

/// The alert, if it is there.
pub(super) fn load(conn: &Connection, id: AlertId) -> rusqlite::Result<Option<AlertView>> {
    conn.prepare_cached(&format!("SELECT {VIEW} FROM alerts WHERE id = ?1"))?
        .query_row([id.0], view)
        .optional()
}

fn revisions(conn: &Connection, id: AlertId) -> rusqlite::Result<Vec<RevisionView>> {
    conn.prepare_cached(&format!(
        "SELECT {REVISION} FROM alert_revisions WHERE alert_id = ?1 ORDER BY seq LIMIT ?2"
    ))?
    .query_map((id.0, MAX_SHOWN), revision)?
    .collect()
}

fn notes(conn: &Connection, id: AlertId) -> rusqlite::Result<Vec<NoteView>> {
    conn.prepare_cached(
        "SELECT at, author, state, note FROM alert_notes WHERE alert_id = ?1 ORDER BY id LIMIT ?2",
    )?
    .query_map((id.0, MAX_SHOWN), |row| {
        Ok(NoteView {
            at: time(row, 0)?,
            author: row.get(1)?,
            state: code(row, 2, AlertState::from_code)?,
            note: row.get(3)?,
        })
    })?
    .collect()
}

fn view(row: &Row<'_>) -> rusqlite::Result<AlertView> {
    Ok(AlertView {
        id: AlertId(row.get(0)?),
        topic: key(row, 1)?,
        topic_name: row.get(2)?,
        severity: severity(row, 3)?,
        state: code(row, 4, AlertState::from_code)?,
        seq: row.get(5)?,
        headline: row.get(6)?,
        publishers: row.get(7)?,
        story: StoryId(row.get(8)?),
        opened: time(row, 9)?,
        updated: time(row, 10)?,
        score: row.get(11)?,
    })
}

fn revision(row: &Row<'_>) -> rusqlite::Result<RevisionView> {
    Ok(RevisionView {
        cursor: row.get(0)?,
        alert: AlertId(row.get(1)?),
        seq: row.get(2)?,
        event: row.get(3)?,
        at: time(row, 4)?,
        reason: Reason { code: row.get(5)?, text: row.get(6)? },
        object: row.get(7)?,
    })
}
