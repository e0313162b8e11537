//! Stories and their members. [`mod@read`] lists and shows them, [`super::story_index`] keeps what they
//! are compared by, [`super::story_edits`] what people do to them.

pub mod read;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Store;
use super::column::{Hash, Json, Ms, time};
use super::error::StoreError;
use super::reason_row::ReasonRow;
use crate::domain::ids::{Digest, EntryId, FeedId, StoryId};
use crate::domain::ingest::{Linked, opening};
use crate::domain::story::headline::Current;
use crate::domain::story::placement::Copied;
use crate::domain::story::shelf::LINK_WINDOW;
use crate::domain::story::{Member, Story};

/// Most members listed of one story.
const MAX_LISTED: u32 = 1_000;

/// Most merges that are followed from an id to the story it leads to.
const MAX_MERGES: u32 = 64;

/// The columns of a [`Story`] of `stories`.
const STORY: &str = "id, headline, first_seen, last_seen, entries, publishers, feeds, writers, \
    first_at, last_at, parent, merged_into, merged_at, headline_entry, headline_since";

/// The columns of a [`Member`] of `story_members AS m`.
const MEMBER: &str = "m.story_id, m.entry_id, m.at, m.reason, m.detail, m.copy_of";

impl Store {
    /// A story and its members in the order in which they joined; at most 1,000 are listed. The id
    /// of a story that was merged into another leads to that one.
    pub fn story(&self, id: StoryId) -> Result<Option<(Story, Vec<Member>)>, StoreError> {
        self.read(|conn| {
            let Some(story) = standing(conn, id)? else {
                return Ok(None);
            };
            let mut query = conn.prepare_cached(&format!(
                "SELECT {MEMBER} FROM story_members AS m WHERE m.story_id = ?1 \
                 ORDER BY m.entry_id LIMIT ?2"
            ))?;
            let members = query.query_map((story.id.0, MAX_LISTED), read_member)?;
            Ok(Some((story, members.collect::<Result<_, _>>()?)))
        })
    }
}

/// The story as it is stored under this id, if it is there.
pub(super) fn load(conn: &Connection, id: StoryId) -> rusqlite::Result<Option<Story>> {
    conn.prepare_cached(&format!("SELECT {STORY} FROM stories WHERE id = ?1"))?
        .query_row([id.0], read)
        .optional()
}

/// The story that this id leads to.
pub(super) fn standing(conn: &Connection, id: StoryId) -> rusqlite::Result<Option<Story>> {
    let mut id = id;
    for _ in 0..MAX_MERGES {
        match load(conn, id)? {
            Some(Story { merged: Some((into, _)), .. }) => id = into,
            story => return Ok(story),
        }
    }
    Ok(None)
}

/// Writes a story, new or grown.
pub(super) fn save(conn: &Connection, story: &Story) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO stories (id, headline, first_seen, last_seen, entries, publishers, feeds, \
         writers, first_at, last_at, parent, merged_into, merged_at, headline_entry, \
         headline_since) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
         ON CONFLICT (id) DO UPDATE SET headline = excluded.headline, \
         first_seen = excluded.first_seen, last_seen = excluded.last_seen, \
         entries = excluded.entries, publishers = excluded.publishers, feeds = excluded.feeds, \
         writers = excluded.writers, first_at = excluded.first_at, last_at = excluded.last_at, \
         merged_into = excluded.merged_into, merged_at = excluded.merged_at, \
         headline_entry = excluded.headline_entry, headline_since = excluded.headline_since",
    )?
    .execute(params![
        story.id.0,
        story.headline,
        Ms(story.first_seen),
        Ms(story.last_seen),
        story.entries,
        Json(&story.publishers),
        Json(&story.feeds),
        Json(&story.writers),
        Ms(story.first_at),
        Ms(story.last_at),
        story.parent.map(|parent| parent.0),
        story.merged.map(|(into, _)| into.0),
        story.merged.map(|(_, at)| Ms(at)),
        story.headline_of.map(|current| current.entry.0),
        story.headline_of.map_or(0, |current| current.since.as_millisecond()),
    ])?;
    Ok(())
}

/// The entry's place in its story.
pub(super) fn member(conn: &Connection, entry: EntryId) -> rusqlite::Result<Option<Member>> {
    conn.prepare_cached(&format!("SELECT {MEMBER} FROM story_members AS m WHERE m.entry_id = ?1"))?
        .query_row([entry.0], read_member)
        .optional()
}

/// The newest member that has this link, and its story, with what `feed` told of it under the link:
/// of those within the window before `at`.
pub(super) fn by_link(
    conn: &Connection,
    link: Digest,
    feed: FeedId,
    at: Timestamp,
) -> rusqlite::Result<Option<Linked>> {
    let oldest = at.saturating_sub(LINK_WINDOW).unwrap_or(Timestamp::MIN);
    let newest = conn
        .prepare_cached(
            "SELECT entry_id, story_id FROM story_members WHERE link = ?1 AND at >= ?2 \
             ORDER BY entry_id DESC LIMIT 1",
        )?
        .query_row((Hash(link), Ms(oldest)), |row| Ok((EntryId(row.get(0)?), StoryId(row.get(1)?))))
        .optional()?;
    let Some((entry, story)) = newest else { return Ok(None) };
    let own = conn
        .prepare_cached(
            "SELECT m.story_id, e.title, CASE WHEN trim(e.title) = '' THEN e.body ELSE '' END \
             FROM story_members AS m CROSS JOIN entries AS e ON e.id = m.entry_id \
             WHERE m.link = ?1 AND m.at >= ?2 AND e.feed_id = ?3 \
             ORDER BY m.entry_id DESC LIMIT 1",
        )?
        .query_row((Hash(link), Ms(oldest), feed.0), |row| {
            let (title, body): (String, String) = (row.get(1)?, row.get(2)?);
            Ok((StoryId(row.get(0)?), opening(&title, &body)))
        })
        .optional()?;
    let own = own.filter(|(told, _)| *told == story).map(|(_, opening)| opening);
    Ok(Some(Linked { entry, story, own }))
}

/// Writes a member with its link. An entry is in one story: a second place replaces the first.
pub(super) fn save_member(
    conn: &Connection,
    member: &Member,
    link: Option<Digest>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO story_members (story_id, entry_id, at, link, reason, detail, copy_of) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (entry_id) DO UPDATE SET story_id = excluded.story_id, at = excluded.at, \
         link = excluded.link, reason = excluded.reason, detail = excluded.detail, \
         copy_of = excluded.copy_of",
    )?
    .execute(params![
        member.story.0,
        member.entry.0,
        Ms(member.at),
        link.map(Hash),
        member.reason.code(),
        Json(ReasonRow::of(&member.reason, member.copy_of)),
        member.copy_of.map(|copy| copy.entry.0),
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Story> {
    let merged: Option<i64> = row.get(11)?;
    let merged = match merged {
        Some(into) => Some((StoryId(into), time(row, 12)?)),
        None => None,
    };
    Ok(Story {
        id: StoryId(row.get(0)?),
        headline: row.get(1)?,
        headline_of: match row.get::<_, Option<i64>>(13)? {
            Some(entry) => Some(Current { entry: EntryId(entry), since: time(row, 14)? }),
            None => None,
        },
        first_seen: time(row, 2)?,
        last_seen: time(row, 3)?,
        entries: row.get(4)?,
        publishers: row.get(5).map(|Json(list)| list)?,
        feeds: row.get(6).map(|Json(list)| list)?,
        writers: row.get(7).map(|Json(list)| list)?,
        first_at: time(row, 8)?,
        last_at: time(row, 9)?,
        parent: row.get::<_, Option<i64>>(10)?.map(StoryId),
        merged,
    })
}

fn read_member(row: &Row<'_>) -> rusqlite::Result<Member> {
    let detail: Option<Json<ReasonRow>> = row.get(4)?;
    let detail = detail.map(|Json(detail)| detail).unwrap_or_default();
    let copied = detail.copied();
    let copy_of: Option<i64> = row.get(5)?;
    Ok(Member {
        story: StoryId(row.get(0)?),
        entry: EntryId(row.get(1)?),
        at: time(row, 2)?,
        reason: detail.reason(row.get_ref(3)?.as_str()?),
        copy_of: copy_of.map(|entry| Copied { entry: EntryId(entry), share: copied }),
    })
}
