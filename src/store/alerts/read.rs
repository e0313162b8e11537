//! Alerts as they are listed, shown and followed.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::domain::alert::change::deed;
use crate::domain::alert::mark::Mark;
use crate::domain::alert::{AlertState, Reach, Reason};
use crate::domain::ids::{AlertId, EntryId, StoryId, TopicId};
use crate::domain::ingest::Held;
use crate::domain::topic::Severity;
use crate::store::Store;
use crate::store::column::{Text, code, key, ms, time};
use crate::store::error::StoreError;
use crate::store::follow_ups::read_held;
use crate::store::outbox::{self, DeliveryFilter, DeliveryView};
use crate::store::topics::{rank, severity};
use crate::store::verdicts::{self, VerdictView};

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
    /// How many independent texts these published; `None` in alerts from before it was counted.
    pub texts: Option<u32>,
    pub story: StoryId,
    pub opened: Timestamp,
    /// When the last revision was made.
    pub updated: Timestamp,
    pub score: Option<f64>,
    /// Nobody was told of it: its topic has been in shadow mode all the time.
    pub shadow: bool,
    /// How many of its revisions were not pushed because the topic's budget was used up.
    pub held_back: u32,
    /// The last word that was said of one of its entries as a find of its topic.
    pub verdict: Option<Mark>,
    /// The older alert of its topic that tells of the story since two stories were merged.
    pub merged_into: Option<AlertId>,
}

/// Which alerts to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertFilter {
    pub topic: Option<TopicId>,
    pub state: Option<AlertState>,
    pub severity_min: Option<Severity>,
    /// Opened or revised at this time or later.
    pub since: Option<Timestamp>,
    /// Opened before this time.
    pub until: Option<Timestamp>,
    /// Only alerts older than this one: the last one of the page before.
    pub before: Option<AlertId>,
    /// Only alerts newer than this one.
    pub after: Option<AlertId>,
    /// Only those of this story.
    pub story: Option<StoryId>,
    /// Oldest first, instead of newest first.
    pub oldest_first: bool,
    /// Only alerts that nobody was told of, or only others; `None`: both.
    pub shadow: Option<bool>,
    pub verdict: Option<VerdictFilter>,
    /// At most so many; 0 means 50.
    pub limit: u32,
}

/// Which verdicts to list alerts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictFilter {
    Is(Mark),
    /// Nobody said anything yet.
    None,
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
    /// What people say of its entries as finds of its topic, oldest first.
    pub verdicts: Vec<VerdictView>,
    /// What was decided for the matches of its topic in its story, oldest first; the last ones.
    pub decisions: Vec<DecisionView>,
    /// A revision that waits until the last one is old enough.
    pub held: Option<Held>,
}

impl AlertDetail {
    /// What people did with it, in words ([`deed`]), oldest first.
    pub fn deeds(&self) -> impl Iterator<Item = (&'static str, &NoteView)> {
        // Nobody is noted for closing what goes on in another alert: that happens by itself.
        let merged = self.view.merged_into.is_some();
        self.notes.iter().scan(AlertState::Open, move |before, note| {
            let before = std::mem::replace(before, note.state);
            let closed_by_itself = merged && note.state == AlertState::Closed;
            let before = if closed_by_itself { note.state } else { before };
            Some((deed(before, note.state, note.note.is_some()), note))
        })
    }

    /// The entries that opened and revised it, each once.
    pub fn told_entries(&self) -> Vec<EntryId> {
        let mut entries: Vec<EntryId> =
            self.revisions.iter().map(|revision| revision.entry).collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}

/// What was decided for one match.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionView {
    pub at: Timestamp,
    pub entry: EntryId,
    pub publisher: String,
    pub title: String,
    pub verdict: String,
    pub reason: Reason,
}

/// One revision of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionView {
    /// Grows with each revision committed, of whichever alert: the cursor to follow from.
    pub cursor: i64,
    pub alert: AlertId,
    pub seq: u32,
    pub event: String,
    /// The entry it is about.
    pub entry: EntryId,
    pub reach: Reach,
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

/// Most decisions shown of one alert, the last ones.
const MAX_DECISIONS: u32 = 200;

/// Most revisions, deliveries or notes shown of one alert.
const MAX_SHOWN: u32 = 1_000;

/// The columns of an [`AlertView`] of `alerts AS a`.
const VIEW: &str = "id, topic, topic_name, severity, state, seq, headline, \
    json_array_length(publishers), story_id, opened, revised, score, shadow, \
    (SELECT count(*) FROM alert_revisions WHERE alert_id = a.id AND reach = 'held_back'), \
    (SELECT v.verdict FROM alert_revisions AS r JOIN verdicts AS v \
       ON v.topic = a.topic AND v.entry_id = r.entry_id \
     WHERE r.alert_id = a.id ORDER BY v.at DESC, r.seq DESC LIMIT 1) AS verdict, \
    (SELECT json_extract(object, '$.story.texts') FROM alert_revisions \
     WHERE alert_id = a.id AND seq = a.seq), merged_into";

const REVISION: &str =
    "id, alert_id, seq, event, at, reason_code, reason_text, object, entry_id, reach";

impl Store {
    /// Alerts that pass the filter, newest first unless it says otherwise.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<Vec<AlertView>, StoreError> {
        let limit = if filter.limit == 0 { DEFAULT_LIMIT } else { filter.limit };
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {VIEW} FROM alerts AS a \
                 WHERE (?1 IS NULL OR topic = ?1) AND (?2 IS NULL OR state = ?2) \
                 AND severity >= ?3 AND (?4 IS NULL OR revised >= ?4) AND id < ?5 AND id > ?6 \
                 AND (?8 IS NULL OR shadow = ?8) AND (?9 IS NULL OR ifnull(verdict, '') = ?9) \
                 AND (?10 IS NULL OR story_id = ?10) AND (?11 IS NULL OR opened < ?11) ORDER BY id {} LIMIT ?7",
                if filter.oldest_first { "ASC" } else { "DESC" }
            ))?;
            let verdict = filter.verdict.map(|verdict| match verdict {
                VerdictFilter::Is(mark) => mark.as_str(),
                VerdictFilter::None => "",
            });
            let bound = params![
                filter.topic.as_ref().map(Text),
                filter.state.map(AlertState::as_str),
                filter.severity_min.map_or(0, rank),
                ms(filter.since),
                filter.before.map_or(i64::MAX, |alert| alert.0),
                filter.after.map_or(-1, |alert| alert.0),
                limit,
                filter.shadow,
                verdict,
                filter.story.map(|story| story.0),
                ms(filter.until),
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
                revisions: revisions(conn, id)?,
                deliveries: outbox::list(conn, &deliveries)?,
                notes: notes(conn, id)?,
                verdicts: verdicts::of_alert(conn, id)?,
                decisions: decisions(conn, &view)?,
                held: held(conn, id)?,
                view,
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

    /// The last revisions committed, oldest first; with those that nobody was told of or without.
    pub fn last_alert_revisions(
        &self,
        limit: u32,
        shadow: bool,
    ) -> Result<Vec<RevisionView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT * FROM (SELECT {REVISION} FROM alert_revisions \
                 WHERE ?2 OR reach <> 'shadow' ORDER BY id DESC LIMIT ?1) ORDER BY id"
            ))?;
            let revisions = query.query_map((limit, shadow), revision)?;
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
pub(in crate::store) fn load(
    conn: &Connection,
    id: AlertId,
) -> rusqlite::Result<Option<AlertView>> {
    conn.prepare_cached(&format!("SELECT {VIEW} FROM alerts AS a WHERE id = ?1"))?
        .query_row([id.0], view)
        .optional()
}

/// The alerts of a story, oldest first.
pub(in crate::store) fn of_story(
    conn: &Connection,
    story: StoryId,
) -> rusqlite::Result<Vec<AlertView>> {
    conn.prepare_cached(&format!(
        "SELECT {VIEW} FROM alerts AS a WHERE story_id = ?1 ORDER BY id LIMIT {MAX_SHOWN}"
    ))?
    .query_map([story.0], view)?
    .collect()
}

fn revisions(conn: &Connection, id: AlertId) -> rusqlite::Result<Vec<RevisionView>> {
    conn.prepare_cached(&format!(
        "SELECT {REVISION} FROM alert_revisions WHERE alert_id = ?1 ORDER BY seq LIMIT ?2"
    ))?
    .query_map((id.0, MAX_SHOWN), revision)?
    .collect()
}

/// What was decided for the matches of an alert's topic in its story, those before it was raised
/// among them.
fn decisions(conn: &Connection, view: &AlertView) -> rusqlite::Result<Vec<DecisionView>> {
    conn.prepare_cached(
        "SELECT * FROM (SELECT d.at, d.entry_id, e.publisher, e.title, d.verdict, d.reason_code, \
         d.reason_text, d.id FROM decisions AS d JOIN entries AS e ON e.id = d.entry_id \
         WHERE d.story_id = ?1 AND d.topic = ?2 ORDER BY d.id DESC LIMIT ?3) ORDER BY 8",
    )?
    .query_map(params![view.story.0, Text(&view.topic), MAX_DECISIONS], |row| {
        Ok(DecisionView {
            at: time(row, 0)?,
            entry: EntryId(row.get(1)?),
            publisher: row.get(2)?,
            title: row.get(3)?,
            verdict: row.get(4)?,
            reason: Reason { code: row.get(5)?, text: row.get(6)? },
        })
    })?
    .collect()
}

fn held(conn: &Connection, id: AlertId) -> rusqlite::Result<Option<Held>> {
    conn.prepare_cached(
        "SELECT held_due, held_entry, held_severity, held_code, held_text FROM alerts \
         WHERE id = ?1",
    )?
    .query_row([id.0], |row| read_held(row, 0))
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
        texts: row.get(15)?,
        story: StoryId(row.get(8)?),
        opened: time(row, 9)?,
        updated: time(row, 10)?,
        score: row.get(11)?,
        shadow: row.get(12)?,
        held_back: row.get(13)?,
        verdict: verdicts::opt_mark(row, 14)?,
        merged_into: row.get::<_, Option<i64>>(16)?.map(AlertId),
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
        entry: EntryId(row.get(8)?),
        reach: code(row, 9, Reach::from_code)?,
    })
}
