//! Silences: time-bound "do not alert". The decision reads those that are not over.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::column::{Ms, time};
use super::error::StoreError;
use super::{Store, meta};
use crate::domain::alert::silence::{Silence, SilenceScope};
use crate::domain::ids::IdSource;

/// Most silences a decision looks at, those that end last first.
const MAX_SILENCES: u32 = 1_000;

impl Store {
    /// Adds a silence. Its id is made here; the one given is ignored.
    pub async fn add_silence(
        &self,
        silence: Silence,
        now: Timestamp,
    ) -> Result<Silence, StoreError> {
        self.write(move |session| {
            let mut ids = IdSource::resume(meta::last_id(session.conn)?);
            let silence = Silence { id: ids.next(now), ..silence.clone() };
            insert(session.conn, &silence)?;
            meta::set_last_id(session.conn, ids.last())?;
            Ok(silence)
        })
        .await
    }

    /// Ends a silence at `now`, if it is not over already.
    pub async fn end_silence(&self, id: i64, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |session| {
            let changed = session
                .conn
                .prepare_cached("UPDATE silences SET ends = min(ends, ?2) WHERE id = ?1")?
                .execute((id, Ms(now)))?;
            if changed == 0 {
                let name = id.to_string();
                return Err(StoreError::Unknown { what: "silence", name });
            }
            Ok(())
        })
        .await
    }

    /// Silences that are not over at `now`, those that have yet to begin among them.
    pub fn silences(&self, now: Timestamp) -> Result<Vec<Silence>, StoreError> {
        self.read(|conn| Ok(not_over(conn, now)?))
    }
}

/// Silences that are not over at `now`, those that have yet to begin among them.
pub(super) fn not_over(conn: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Silence>> {
    conn.prepare_cached(&format!(
        "SELECT id, kind, value, author, reason, starts, ends FROM silences WHERE ends > ?1 \
         ORDER BY ends DESC, id LIMIT {MAX_SILENCES}"
    ))?
    .query_map([Ms(now)], read)?
    .collect()
}

fn insert(conn: &Connection, silence: &Silence) -> rusqlite::Result<()> {
    let (kind, value) = match &silence.scope {
        SilenceScope::Topic(topic) => ("topic", topic.clone()),
        SilenceScope::Story(story) => ("story", story.to_string()),
        SilenceScope::Feed(feed) => ("feed", feed.clone()),
        SilenceScope::Publisher(publisher) => ("publisher", publisher.clone()),
        SilenceScope::Text(text) => ("text", text.clone()),
    };
    conn.prepare_cached(
        "INSERT INTO silences (id, kind, value, author, reason, starts, ends) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        silence.id,
        kind,
        value,
        silence.author,
        silence.reason,
        Ms(silence.starts),
        Ms(silence.ends),
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Silence> {
    let kind: String = row.get(1)?;
    let value: String = row.get(2)?;
    let scope = match kind.as_str() {
        "topic" => SilenceScope::Topic(value),
        "feed" => SilenceScope::Feed(value),
        "publisher" => SilenceScope::Publisher(value),
        "story" => SilenceScope::Story(value.parse().map_err(|_| bad_value(2))?),
        "text" => SilenceScope::Text(value),
        _ => return Err(bad_value(1)),
    };
    Ok(Silence {
        id: row.get(0)?,
        scope,
        author: row.get(3)?,
        reason: row.get(4)?,
        starts: time(row, 5)?,
        ends: time(row, 6)?,
    })
}

fn bad_value(column: usize) -> rusqlite::Error {
    let kind = rusqlite::types::Type::Text;
    rusqlite::Error::InvalidColumnType(column, "silence scope".to_owned(), kind)
}
