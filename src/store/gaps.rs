//! Gaps: entries that joined a story a topic raised an alert for, and in which the topic was not
//! found. Where recall can be learnt from.

use jiff::Timestamp;
use rusqlite::Connection;

use super::Store;
use super::column::{Ms, Text};
use super::entries::{self, ENTRY};
use super::error::StoreError;
use crate::domain::entry::Entry;
use crate::domain::ids::{AlertId, StoryId, TopicId};

/// An alerted story that some of its entries tell without the topic's words.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryGap {
    pub alert: AlertId,
    pub story: StoryId,
    pub headline: String,
    /// Entries in which the topic was found, the newest first.
    pub matched: Vec<Entry>,
    /// Entries in which it was not, the newest first.
    pub missed: Vec<Entry>,
}

/// Most entries of each kind that are read of one story.
const MAX_ENTRIES: u32 = 20;

impl Store {
    /// Gaps of a topic in stories whose alerts were revised at `since` or later, the newest
    /// alert first; at most `limit`.
    pub fn gaps(
        &self,
        topic: &TopicId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<StoryGap>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT a.id, a.story_id, a.headline FROM alerts AS a \
                 WHERE a.topic = ?1 AND a.revised >= ?2 AND EXISTS (\
                   SELECT 1 FROM story_members AS m WHERE m.story_id = a.story_id AND NOT EXISTS (\
                     SELECT 1 FROM matches WHERE entry_id = m.entry_id AND topic = ?1)) \
                 ORDER BY a.id DESC LIMIT ?3",
            )?;
            let stories = query.query_map((Text(topic), Ms(since), limit), |row| {
                Ok((AlertId(row.get(0)?), StoryId(row.get(1)?), row.get(2)?))
            })?;
            let mut gaps = Vec::new();
            for story in stories {
                let (alert, story, headline) = story?;
                let matched = members(conn, story, topic, true)?;
                let missed = members(conn, story, topic, false)?;
                gaps.push(StoryGap { alert, story, headline, matched, missed });
            }
            Ok(gaps)
        })
    }
}

/// Entries of a story in which the topic was found, or was not.
fn members(
    conn: &Connection,
    story: StoryId,
    topic: &TopicId,
    found: bool,
) -> rusqlite::Result<Vec<Entry>> {
    conn.prepare_cached(&format!(
        "SELECT {ENTRY} FROM story_members AS m JOIN entries AS e ON e.id = m.entry_id \
         WHERE m.story_id = ?1 AND ?3 = EXISTS (\
           SELECT 1 FROM matches WHERE entry_id = m.entry_id AND topic = ?2) \
         ORDER BY m.entry_id DESC LIMIT ?4"
    ))?
    .query_map((story.0, Text(topic), found, MAX_ENTRIES), entries::read)?
    .collect()
}
