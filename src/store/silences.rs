//! Silences: time-bound "do not alert". The decision reads those that are not over; what they held
//! back, and what one would hold back, is read in [`held`]; those that stand in the configuration come
//! from [`written`].

pub mod held;
mod written;

pub(super) use written::sync;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::column::{Ms, opt_time, time};
use super::error::StoreError;
use super::{Store, meta};
use crate::domain::alert::silence::{Silence, SilenceScope};
use crate::domain::ids::{IdSource, SilenceId};

/// Most silences a decision looks at, those that end last first.
const MAX_SILENCES: u32 = 1_000;

/// The same that is said so soon again is said once.
const AGAIN_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// A silence as it is listed.
#[derive(Debug, Clone, PartialEq)]
pub struct SilenceView {
    pub silence: Silence,
    /// When it was to end, and who ended it before; `None`: it took its course.
    pub ended_early: Option<(Timestamp, String)>,
    /// How many entries it held back, and the last time.
    pub held: u32,
    pub last_held: Option<Timestamp>,
    /// Where it stands in the configuration, as file and line; `None`: it was made by command.
    pub place: Option<String>,
}

const SILENCE: &str =
    "s.id, s.kind, s.value, s.also_kind, s.also_value, s.author, s.reason, s.starts, s.ends";

const VIEW: &str = "s.planned_ends, s.ended_by, \
    (SELECT count(DISTINCT entry_id) FROM decisions WHERE silence_id = s.id), \
    (SELECT max(at) FROM decisions WHERE silence_id = s.id), s.place";

impl Store {
    /// Adds a silence. Its id is made here; the one given is ignored. One that stands already, of
    /// the same scope, author and reason and until then or longer, is given back instead. There are
    /// at most [`MAX_SILENCES`] that are not over: a further one would never be looked at.
    pub async fn add_silence(
        &self,
        silence: Silence,
        now: Timestamp,
    ) -> Result<Silence, StoreError> {
        self.write(move |session| {
            let standing = not_over(session.conn, now)?;
            if let Some(same) = standing.iter().find(|other| says_the_same(other, &silence)) {
                return Ok(same.clone());
            }
            if standing.len() >= MAX_SILENCES as usize {
                return Err(StoreError::TooMany { what: "silence", most: MAX_SILENCES });
            }
            let mut ids = IdSource::resume(meta::last_id(session.conn)?);
            let silence = Silence { id: ids.next(now), ..silence.clone() };
            insert(session.conn, &silence)?;
            meta::set_last_id(session.conn, ids.last())?;
            Ok(silence)
        })
        .await
    }

    /// Ends a silence at `now`, if it is not over already; when it was to end, and who ended it,
    /// is kept.
    pub async fn end_silence(
        &self,
        id: SilenceId,
        author: &str,
        now: Timestamp,
    ) -> Result<SilenceView, StoreError> {
        let author = author.to_owned();
        self.write(move |session| {
            session
                .conn
                .prepare_cached(
                    "UPDATE silences SET planned_ends = ends, ended_by = ?3, ends = ?2, \
                     starts = min(starts, ?2) WHERE id = ?1 AND ends > ?2",
                )?
                .execute(params![id.0, Ms(now), author])?;
            load(session.conn, id)?
                .ok_or_else(|| StoreError::Unknown { what: "silence", name: id.to_string() })
        })
        .await
    }

    /// A silence, over or not.
    pub fn silence(&self, id: SilenceId) -> Result<Option<SilenceView>, StoreError> {
        self.read(|conn| Ok(load(conn, id)?))
    }

    /// Silences that are not over at `now`, or all there ever were, newest first.
    pub fn silence_views(
        &self,
        now: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<SilenceView>, StoreError> {
        self.silences_before(now, None, limit)
    }

    /// The same, only those that were made before this one: the last one of the page before.
    pub fn silences_before(
        &self,
        now: Option<Timestamp>,
        before: Option<SilenceId>,
        limit: u32,
    ) -> Result<Vec<SilenceView>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {SILENCE}, {VIEW} FROM silences AS s \
                 WHERE (?1 IS NULL OR s.ends > ?1) AND s.id < ?3 ORDER BY s.id DESC LIMIT ?2"
            ))?;
            let before = before.map_or(i64::MAX, |silence| silence.0);
            let views = query.query_map((now.map(Ms), limit, before), view)?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// Silences that are not over at `now`, those that have yet to begin among them.
    pub fn silences(&self, now: Timestamp) -> Result<Vec<Silence>, StoreError> {
        self.read(|conn| Ok(not_over(conn, now)?))
    }
}

/// Whether a silence was said before: a request that is sent again after its answer was lost asks
/// for the same time but for a minute.
fn says_the_same(known: &Silence, said: &Silence) -> bool {
    let about = |a: Timestamp, b: Timestamp| a.duration_since(b).abs() <= AGAIN_WITHIN;
    (&known.scope, &known.also, &known.author, &known.reason)
        == (&said.scope, &said.also, &said.author, &said.reason)
        && about(known.starts, said.starts)
        && about(known.ends, said.ends)
}

/// Silences that are not over at `now`, those that have yet to begin among them.
pub(super) fn not_over(conn: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Silence>> {
    conn.prepare_cached(&format!(
        "SELECT {SILENCE} FROM silences AS s WHERE s.ends > ?1 \
         ORDER BY s.ends DESC, s.id LIMIT {MAX_SILENCES}"
    ))?
    .query_map([Ms(now)], read)?
    .collect()
}

fn load(conn: &Connection, id: SilenceId) -> rusqlite::Result<Option<SilenceView>> {
    conn.prepare_cached(&format!("SELECT {SILENCE}, {VIEW} FROM silences AS s WHERE s.id = ?1"))?
        .query_row([id.0], view)
        .optional()
}

fn insert(conn: &Connection, silence: &Silence) -> rusqlite::Result<()> {
    let (kind, value) = silence.scope.parts();
    let (also_kind, also_value) = silence.also.as_ref().map(SilenceScope::parts).unzip();
    conn.prepare_cached(
        "INSERT INTO silences (id, kind, value, also_kind, also_value, author, reason, starts, \
         ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        silence.id,
        kind,
        value,
        also_kind,
        also_value,
        silence.author,
        silence.reason,
        Ms(silence.starts),
        Ms(silence.ends),
    ])?;
    Ok(())
}

fn view(row: &Row<'_>) -> rusqlite::Result<SilenceView> {
    let ended_by: Option<String> = row.get(10)?;
    Ok(SilenceView {
        silence: read(row)?,
        ended_early: opt_time(row, 9)?.zip(ended_by),
        held: row.get(11)?,
        last_held: opt_time(row, 12)?,
        place: row.get(13)?,
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Silence> {
    let also: Option<String> = row.get(3)?;
    Ok(Silence {
        id: row.get(0)?,
        scope: scope(row, 1)?,
        also: also.map(|_| scope(row, 3)).transpose()?,
        author: row.get(5)?,
        reason: row.get(6)?,
        starts: time(row, 7)?,
        ends: time(row, 8)?,
    })
}

/// Reads a kind and, in the column after it, its value.
fn scope(row: &Row<'_>, column: usize) -> rusqlite::Result<SilenceScope> {
    let kind: String = row.get(column)?;
    let value: String = row.get(column + 1)?;
    Ok(match kind.as_str() {
        "topic" => SilenceScope::Topic(value),
        "feed" => SilenceScope::Feed(value),
        "publisher" => SilenceScope::Publisher(value),
        "story" => SilenceScope::Story(value.parse().map_err(|_| bad_value(column + 1))?),
        "text" => SilenceScope::Text(value),
        _ => return Err(bad_value(column)),
    })
}

fn bad_value(column: usize) -> rusqlite::Error {
    let kind = rusqlite::types::Type::Text;
    rusqlite::Error::InvalidColumnType(column, "silence scope".to_owned(), kind)
}
