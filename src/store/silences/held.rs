//! What a silence held back, and what one that is only thought of would have held back.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::domain::alert::silence::{Silence, SilenceScope, Silenceable};
use crate::domain::ids::{AlertId, EntryId, FeedKey, SilenceId, StoryId, TopicId};
use crate::domain::publisher::Directory;
use crate::store::Store;
use crate::store::column::{Ms, key, time};
use crate::store::error::StoreError;
use crate::store::stories;

/// A match that a silence held back, or would have.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldMatch {
    pub at: Timestamp,
    pub topic: TopicId,
    pub story: StoryId,
    pub alert: Option<AlertId>,
    pub entry: EntryId,
    pub feed: FeedKey,
    pub publisher: String,
    pub title: String,
    /// `raise` or `amend` for what would have been held back.
    pub verdict: String,
}

/// What one would have held back, of all that was told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// Alerts and revisions that were made in the time.
    pub told: u64,
    /// Those of them that would have been held back, and the latest ones, newest first.
    pub held: u64,
    pub latest: Vec<HeldMatch>,
}

const COLUMNS: &str =
    "d.at, d.topic, d.story_id, d.alert_id, d.entry_id, f.key, e.publisher, e.title, d.verdict";

const FROM: &str = "decisions AS d JOIN entries AS e ON e.id = d.entry_id \
    JOIN feeds AS f ON f.id = e.feed_id";

impl Store {
    /// What a silence held back, latest first.
    pub fn silenced(&self, id: SilenceId, limit: u32) -> Result<Vec<HeldMatch>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM {FROM} WHERE d.silence_id = ?1 ORDER BY d.id DESC LIMIT ?2"
            ))?;
            let held = query.query_map((id.0, limit), read)?;
            Ok(held.collect::<Result<_, _>>()?)
        })
    }

    /// What a silence of this scope would have held back since then; `limit` are listed.
    /// `newsrooms` says which names of publishers are one.
    pub fn preview_silence(
        &self,
        silence: &Silence,
        since: Timestamp,
        limit: usize,
        newsrooms: &Directory,
    ) -> Result<Preview, StoreError> {
        self.read(|conn| {
            let mut preview = Preview::default();
            let mut standing = Standing { conn, known: HashMap::new() };
            let silence = &standing.silence(silence)?;
            each_told(conn, since, |told| {
                preview.told += 1;
                let what = Silenceable {
                    topic: told.topic.as_str(),
                    story: standing.of(told.story.0)?,
                    feed: told.feed.as_str(),
                    publisher: &told.publisher,
                    title: &told.title,
                    newsrooms,
                };
                if silence.is_about(what) {
                    preview.held += 1;
                    if preview.latest.len() < limit {
                        preview.latest.push(told);
                    }
                }
                Ok(())
            })?;
            Ok(preview)
        })
    }
}

/// Which story tells by now what a story told: it may have been merged.
struct Standing<'a> {
    conn: &'a Connection,
    known: HashMap<i64, i64>,
}

impl Standing<'_> {
    fn of(&mut self, story: i64) -> Result<i64, StoreError> {
        if let Some(known) = self.known.get(&story) {
            return Ok(*known);
        }
        let standing = stories::standing(self.conn, StoryId(story))?;
        let standing = standing.map_or(story, |standing| standing.id.0);
        self.known.insert(story, standing);
        Ok(standing)
    }

    /// The silence as one of the stories that stand.
    fn silence(&mut self, silence: &Silence) -> Result<Silence, StoreError> {
        let mut scope = |scope: &SilenceScope| match scope {
            SilenceScope::Story(story) => Ok(SilenceScope::Story(self.of(*story)?)),
            other => Ok::<_, StoreError>(other.clone()),
        };
        let also = silence.also.as_ref().map(&mut scope).transpose()?;
        Ok(Silence { scope: scope(&silence.scope)?, also, ..silence.clone() })
    }
}

/// Hands every alert and revision since then to `each`, latest first.
fn each_told(
    conn: &Connection,
    since: Timestamp,
    mut each: impl FnMut(HeldMatch) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE d.verdict IN ('raise', 'amend') AND d.at >= ?1 \
         ORDER BY d.at DESC, d.id DESC"
    ))?;
    let mut rows = query.query(params![Ms(since)])?;
    while let Some(row) = rows.next()? {
        each(read(row)?)?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<HeldMatch> {
    Ok(HeldMatch {
        at: time(row, 0)?,
        topic: key(row, 1)?,
        story: StoryId(row.get(2)?),
        alert: row.get::<_, Option<i64>>(3)?.map(AlertId),
        entry: EntryId(row.get(4)?),
        feed: key(row, 5)?,
        publisher: row.get(6)?,
        title: row.get(7)?,
        verdict: row.get(8)?,
    })
}
