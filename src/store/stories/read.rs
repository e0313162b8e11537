//! Stories as they are listed and shown.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{MAX_LISTED, MEMBER, STORY, read as read_story, read_member, standing};
use crate::domain::entry::DateQuality;
use crate::domain::ids::{EntryId, FeedKey, StoryId, TopicId};
use crate::domain::story::edit::Edit;
use crate::domain::story::{Member, Story};
use crate::store::Store;
use crate::store::alerts::read::{AlertView, of_story};
use crate::store::column::{Json, Text, key, ms, opt_time, time};
use crate::store::error::StoreError;
use crate::store::{search, story_edits};

/// Stories listed where no limit is asked for.
const DEFAULT_LIMIT: u32 = 50;

/// A story in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryView {
    pub story: Story,
    /// Topics that have an alert of it, each once.
    pub topics: Vec<TopicId>,
}

/// Which stories to list. Those that were merged into others are not listed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoryFilter {
    /// An entry of it was seen at this time or later.
    pub since: Option<Timestamp>,
    /// Its first entry was seen before this time.
    pub until: Option<Timestamp>,
    /// The topic was found in one of its entries, alerting or not.
    pub topic: Option<TopicId>,
    /// Only stories with an alert, or only others; `None`: both.
    pub alerted: Option<bool>,
    /// At least so many publishers tell it.
    pub publishers_min: u32,
    /// Some entry of it has all these words, as [`Store::search`] reads them.
    pub text: Option<String>,
    /// Only stories that come after this one in the list: the last one of the page before.
    pub before: Option<StoryId>,
    /// Only stories that come after this place in the list, whatever became of the story that had
    /// it: milliseconds since 1970 when its newest entry was seen, and its id.
    pub beyond: Option<(i64, i64)>,
    /// At most so many; 0 means 50.
    pub limit: u32,
}

/// A story with all that is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryDetail {
    pub story: Story,
    /// Stories that were merged into it, directly or by way of another, and when.
    pub aliases: Vec<Alias>,
    /// Stories that grew out of it.
    pub children: Vec<StoryId>,
    /// In the order in which they were seen; at most 1,000.
    pub members: Vec<MemberView>,
    /// Its alerts, and those that were closed into them; oldest first.
    pub alerts: Vec<AlertView>,
    /// What people did to it, oldest first.
    pub edits: Vec<Edit>,
}

/// A story that was merged into another.
#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    pub id: StoryId,
    pub into: StoryId,
    pub at: Timestamp,
    /// Why, as a sentence without its end.
    pub why: String,
    /// What it was called.
    pub headline: String,
}

/// An entry as part of its story.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberView {
    pub member: Member,
    pub title: String,
    pub url: Option<String>,
    pub publisher: String,
    pub feed: FeedKey,
    pub published: Option<Timestamp>,
    pub date_quality: DateQuality,
    pub first_seen: Timestamp,
    /// Topics found in it.
    pub topics: Vec<TopicId>,
    /// Who published the text that it repeats, if that entry is still there.
    pub copied_from: Option<String>,
}

/// An entry in its story.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub story: Story,
    pub member: Member,
    /// Who published the text that it repeats, and when, if that entry is still there.
    pub copied_from: Option<(String, Timestamp)>,
    /// What people did to the story, oldest first.
    pub edits: Vec<Edit>,
}

const MEMBER_VIEW: &str = "e.title, e.url, e.publisher, f.key, e.published, e.first_seen, \
    (SELECT json_group_array(DISTINCT topic) FROM matches WHERE entry_id = e.id), \
    (SELECT publisher FROM entries WHERE id = m.copy_of), e.date_quality";

impl Store {
    /// Stories that pass the filter, the one with the newest entry first.
    pub fn stories(&self, filter: &StoryFilter) -> Result<Vec<StoryView>, StoreError> {
        let limit = if filter.limit == 0 { DEFAULT_LIMIT } else { filter.limit };
        let text = filter.text.as_deref().map(search::fts_expression);
        let text = match text {
            // Nothing that could be looked for is in nothing.
            Some(None) => return Ok(Vec::new()),
            other => other.flatten(),
        };
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {STORY}, (SELECT json_group_array(DISTINCT topic) FROM alerts \
                   WHERE story_id = s.id) FROM stories AS s \
                 WHERE merged_into IS NULL AND (?1 IS NULL OR last_seen >= ?1) \
                 AND (?2 IS NULL OR first_seen < ?2) \
                 AND (?3 IS NULL OR EXISTS (SELECT 1 FROM story_members AS m \
                   JOIN matches AS x ON x.entry_id = m.entry_id \
                   WHERE m.story_id = s.id AND x.topic = ?3)) \
                 AND (?4 IS NULL OR ?4 = EXISTS (SELECT 1 FROM alerts WHERE story_id = s.id)) \
                 AND json_array_length(publishers) >= ?5 \
                 AND (?8 IS NULL OR id IN (SELECT m.story_id FROM entries_fts AS t \
                   JOIN story_members AS m ON m.entry_id = t.rowid WHERE t.entries_fts MATCH ?8)) \
                 AND (?6 IS NULL OR (last_seen, id) < \
                   (SELECT last_seen, id FROM stories WHERE id = ?6)) \
                 AND (?9 IS NULL OR (last_seen, id) < (?9, ?10)) \
                 ORDER BY last_seen DESC, id DESC LIMIT ?7"
            ))?;
            let bound = params![
                ms(filter.since),
                ms(filter.until),
                filter.topic.as_ref().map(Text),
                filter.alerted,
                filter.publishers_min,
                filter.before.map(|story| story.0),
                limit,
                text,
                filter.beyond.map(|(at, _)| at),
                filter.beyond.map(|(_, id)| id),
            ];
            let views = query.query_map(bound, |row| {
                Ok(StoryView { story: read_story(row)?, topics: topics(row, 15)? })
            })?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// The story of an entry, and why it is there.
    pub fn place(&self, entry: EntryId) -> Result<Option<Place>, StoreError> {
        self.read(|conn| {
            let Some(member) = super::member(conn, entry)? else { return Ok(None) };
            let Some(story) = standing(conn, member.story)? else { return Ok(None) };
            let copied_from = match member.copy_of {
                Some(copied) => origin(conn, copied.entry)?,
                None => None,
            };
            let edits = story_edits::of_stories(conn, &[story.id])?;
            Ok(Some(Place { story, member, copied_from, edits }))
        })
    }

    /// All that is known about a story. The id of one that was merged into another leads to that.
    pub fn story_detail(&self, id: StoryId) -> Result<Option<StoryDetail>, StoreError> {
        self.read(|conn| {
            let Some(story) = standing(conn, id)? else {
                return Ok(None);
            };
            let aliases = aliases(conn, story.id)?;
            let ids: Vec<StoryId> =
                std::iter::once(story.id).chain(aliases.iter().map(|alias| alias.id)).collect();
            let mut alerts = Vec::new();
            for id in &ids {
                alerts.extend(of_story(conn, *id)?);
            }
            alerts.sort_by_key(|alert| alert.id);
            Ok(Some(StoryDetail {
                aliases,
                children: children(conn, story.id)?,
                members: members(conn, story.id)?,
                alerts,
                edits: story_edits::of_stories(conn, &ids)?,
                story,
            }))
        })
    }
}

impl Store {
    /// The stories that were merged into this one, those merged first first.
    pub fn story_aliases(&self, id: StoryId) -> Result<Vec<Alias>, StoreError> {
        self.read(|conn| Ok(aliases(conn, id)?))
    }
}

/// The stories that were merged into this one, those merged first first.
pub(in crate::store) fn aliases(conn: &Connection, id: StoryId) -> rusqlite::Result<Vec<Alias>> {
    conn.prepare_cached(
        "WITH RECURSIVE under (id) AS (SELECT ?1 UNION \
           SELECT s.id FROM stories AS s JOIN under ON s.merged_into = under.id) \
         SELECT s.id, s.merged_into, s.merged_at, s.headline, ifnull((SELECT why FROM story_merges \
           WHERE story_id = s.id ORDER BY id DESC LIMIT 1), '') \
         FROM under JOIN stories AS s ON s.id = under.id WHERE s.id <> ?1 \
         ORDER BY s.merged_at, s.id LIMIT ?2",
    )?
    .query_map((id.0, MAX_LISTED), |row| {
        Ok(Alias {
            id: StoryId(row.get(0)?),
            into: StoryId(row.get(1)?),
            at: time(row, 2)?,
            headline: row.get(3)?,
            why: row.get(4)?,
        })
    })?
    .collect()
}

/// Who published an entry, and when: or when it was seen.
fn origin(conn: &Connection, id: EntryId) -> rusqlite::Result<Option<(String, Timestamp)>> {
    conn.prepare_cached(
        "SELECT e.publisher, ifnull(m.at, e.first_seen) FROM entries AS e \
         LEFT JOIN story_members AS m ON m.entry_id = e.id WHERE e.id = ?1",
    )?
    .query_row([id.0], |row| Ok((row.get(0)?, time(row, 1)?)))
    .optional()
}

fn children(conn: &Connection, id: StoryId) -> rusqlite::Result<Vec<StoryId>> {
    conn.prepare_cached("SELECT id FROM stories WHERE parent = ?1 ORDER BY id LIMIT ?2")?
        .query_map((id.0, MAX_LISTED), |row| row.get(0).map(StoryId))?
        .collect()
}

fn members(conn: &Connection, id: StoryId) -> rusqlite::Result<Vec<MemberView>> {
    conn.prepare_cached(&format!(
        "SELECT {MEMBER}, {MEMBER_VIEW} FROM story_members AS m \
         JOIN entries AS e ON e.id = m.entry_id JOIN feeds AS f ON f.id = e.feed_id \
         WHERE m.story_id = ?1 ORDER BY m.entry_id LIMIT ?2"
    ))?
    .query_map((id.0, MAX_LISTED), |row| {
        Ok(MemberView {
            member: read_member(row)?,
            title: row.get(6)?,
            url: row.get(7)?,
            publisher: row.get(8)?,
            feed: key(row, 9)?,
            published: opt_time(row, 10)?,
            first_seen: time(row, 11)?,
            topics: topics(row, 12)?,
            copied_from: row.get(13)?,
            date_quality: DateQuality::from_code(row.get_ref(14)?.as_str()?),
        })
    })?
    .collect()
}

fn topics(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<TopicId>> {
    let Json(topics): Json<Vec<String>> = row.get(column)?;
    Ok(topics.iter().filter_map(|topic| topic.parse().ok()).collect())
}
