//! Matches that raised nothing since their entries were the past, for those who want to hear of
//! them after all: which they are, and the decision on each, one transaction with what it is
//! decided by.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::column::{Text, key, opt_time};
use super::error::StoreError;
use super::ingest::{apply_due, view_of_story};
use super::{Store, entries};
use crate::domain::ids::{EntryId, FeedId, StoryId, TopicId};
use crate::domain::ingest::{Batch, PastMatch, Plan, View};

/// A match that raised nothing, as it is listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Unraised {
    pub entry: EntryId,
    pub topic: TopicId,
    /// The first words of the text, where it has none.
    pub title: String,
    pub url: Option<String>,
    pub published: Option<Timestamp>,
}

/// The matches of a feed (`?1`) that were taken as the past and that no alert has told of: neither
/// by themselves, nor by another entry of their story.
const UNRAISED: &str = "matches AS x JOIN entries AS e ON e.id = x.entry_id \
    JOIN story_members AS m ON m.entry_id = e.id \
    WHERE e.feed_id = ?1 \
    AND EXISTS (SELECT 1 FROM decisions AS d WHERE d.entry_id = e.id AND d.topic = x.topic \
      AND (d.verdict = 'baseline' OR d.reason_code = 'older_than_rule')) \
    AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.entry_id = e.id AND d.topic = x.topic \
      AND d.verdict IN ('raise', 'amend')) \
    AND NOT EXISTS (SELECT 1 FROM alerts AS a WHERE a.topic = x.topic \
      AND a.story_id = m.story_id)";

impl Store {
    /// The matches of a feed that were taken as the past and that no alert has told of: the newest
    /// `limit` entries' ones, oldest first.
    pub fn unraised(&self, feed: FeedId, limit: u32) -> Result<Vec<Unraised>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT DISTINCT e.id, x.topic, \
                   coalesce(nullif(trim(e.title), ''), substr(trim(e.body), 1, 200)), e.url, e.published, \
                   coalesce(e.published, e.first_seen) AS at \
                 FROM {UNRAISED} ORDER BY at DESC, e.id DESC, x.topic LIMIT ?2"
            ))?;
            let found = query.query_map((feed.0, limit), unraised)?;
            let mut found: Vec<Unraised> = found.collect::<Result<_, _>>()?;
            found.reverse();
            Ok(found)
        })
    }

    /// Decides on one of these after all. `None` if there is nothing to decide any more: the entry
    /// was purged. `curious`: its topic wants new facts.
    pub async fn raise_after_all(
        &self,
        match_: &Unraised,
        batch: Arc<Batch>,
        curious: bool,
        mut decide: impl FnMut(&View, &PastMatch) -> Plan + Send + 'static,
    ) -> Result<Option<Plan>, StoreError> {
        let (entry, topic) = (match_.entry, match_.topic.clone());
        self.write(move |session| {
            let Some(past) = load(session.conn, entry, &topic)? else {
                return Ok(None);
            };
            let view = view_of_story(session, &batch, curious.then_some(&topic), past.story)?;
            let plan = decide(&view, &past);
            apply_due(session, &batch, &plan)?;
            Ok(Some(plan))
        })
        .await
    }
}

fn unraised(row: &Row<'_>) -> rusqlite::Result<Unraised> {
    Ok(Unraised {
        entry: EntryId(row.get(0)?),
        topic: key(row, 1)?,
        title: row.get(2)?,
        url: row.get(3)?,
        published: opt_time(row, 4)?,
    })
}

/// The entry with its story, and what the topic found in it last.
fn load(conn: &Connection, id: EntryId, topic: &TopicId) -> Result<Option<PastMatch>, StoreError> {
    let story = conn
        .prepare_cached(
            "SELECT m.story_id FROM story_members AS m JOIN matches AS x \
             ON x.entry_id = m.entry_id WHERE m.entry_id = ?1 AND x.topic = ?2",
        )?
        .query_map(params![id.0, Text(topic)], |row| row.get(0).map(StoryId))?
        .next()
        .transpose()?;
    let entry = entries::load(conn, id)?;
    // Its last revision is the last in their order.
    let last = entries::matches(conn, id)?.into_iter().rfind(|stored| stored.found.topic == *topic);
    Ok(story.zip(entry).zip(last).map(|((story, (entry, _)), last)| PastMatch {
        story,
        entry,
        found: last.found,
        found_in: last.entry_revision,
    }))
}
