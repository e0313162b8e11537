//! What a silence held back, and what one that is only thought of would have held back.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::domain::alert::silence::{Silence, Silenceable};
use crate::domain::ids::{AlertId, EntryId, FeedKey, SilenceId, StoryId, TopicId};
use crate::store::Store;
use crate::store::column::{Ms, key, time};
use crate::store::error::StoreError;

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
    pub fn preview_silence(
        &self,
        silence: &Silence,
        since: Timestamp,
        limit: usize,
    ) -> Result<Preview, StoreError> {
        self.read(|conn| {
            let mut preview = Preview::default();
            each_told(conn, since, |told| {
                preview.told += 1;
                let what = Silenceable {
                    topic: told.topic.as_str(),
                    story: told.story.0,
                    feed: told.feed.as_str(),
                    publisher: &told.publisher,
                    title: &told.title,
                };
                if silence.is_about(what) {
                    preview.held += 1;
                    if preview.latest.len() < limit {
                        preview.latest.push(told);
                    }
                }
            })?;
            Ok(preview)
        })
    }
}

/// Hands every alert and revision since then to `each`, latest first.
fn each_told(
    conn: &Connection,
    since: Timestamp,
    mut each: impl FnMut(HeldMatch),
) -> Result<(), StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE d.verdict IN ('raise', 'amend') AND d.at >= ?1 \
         ORDER BY d.at DESC, d.id DESC"
    ))?;
    let mut rows = query.query(params![Ms(since)])?;
    while let Some(row) = rows.next()? {
        each(read(row)?);
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
