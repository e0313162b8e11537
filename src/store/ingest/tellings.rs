//! Reads what stories tell, for topics that want to know new facts: the start of the latest
//! entries, of stories that such a topic has an alert over. An entry that was edited tells what it
//! says now since the edit, and told before what it said then.

use std::collections::HashSet;

use rusqlite::Connection;

use crate::domain::alert::new_facts::{MAX_TELLINGS, Telling};
use crate::domain::ids::{EntryId, StoryId, TopicId};
use crate::domain::ingest::View;
use crate::store::column::time;

/// Characters read of an entry's body: more than its first sentences have.
const LEAD_CHARS: usize = 1_000;

/// Adds to a view what those of its stories tell that one of `topics` has an alert over.
pub(super) fn read(conn: &Connection, topics: &[TopicId], view: &mut View) -> rusqlite::Result<()> {
    let alerted = view.alerts.keys().filter(|(topic, _)| topics.contains(topic));
    let stories: HashSet<StoryId> = alerted.map(|(_, story)| *story).collect();
    for story in stories {
        view.tellings.insert(story, of_story(conn, story)?);
    }
    Ok(())
}

fn of_story(conn: &Connection, story: StoryId) -> rusqlite::Result<Vec<Telling>> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT ifnull((SELECT max(replaced_at) FROM entry_revisions WHERE entry_id = e.id), \
           e.first_seen), e.publisher, e.title, substr(e.body, 1, {LEAD_CHARS}), e.id, e.revision, \
           m.copy_of IS NOT NULL \
         FROM story_members AS m JOIN entries AS e ON e.id = m.entry_id WHERE m.story_id = ?1 \
         UNION ALL \
         SELECT r.since, e.publisher, r.title, substr(r.body, 1, {LEAD_CHARS}), e.id, r.revision, \
           m.copy_of IS NOT NULL \
         FROM story_members AS m JOIN entries AS e ON e.id = m.entry_id \
         JOIN entry_revisions AS r ON r.entry_id = e.id WHERE m.story_id = ?1 \
         ORDER BY 5 DESC, 6 DESC LIMIT {MAX_TELLINGS}"
    ))?;
    let tellings = query.query_map([story.0], |row| {
        let (publisher, title, lead): (String, String, String) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        let telling = Telling::of(time(row, 0)?, &publisher, &title, &lead);
        Ok(telling.by(EntryId(row.get(4)?), row.get(6)?))
    })?;
    tellings.collect()
}
