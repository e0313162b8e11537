//! Stories and their members. [`super::recent`] finds candidates by title words, [`by_link`] by
//! their link.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Store;
use super::column::{Hash, Json, Ms, time};
use super::error::StoreError;
use crate::domain::ids::{Digest, EntryId, StoryId};
use crate::domain::story::place::{JoinReason, LINK_WINDOW, MAX_BY_LINK};
use crate::domain::story::signature::Signature;
use crate::domain::story::{Member, Story};

/// Most members listed of one story.
const MAX_LISTED: u32 = 1_000;

const STORY: &str = "id, headline, first_seen, last_seen, entries, publishers, feeds";

const MEMBER: &str = "story_id, entry_id, at, link, terms, names, reason, shared, own, theirs";

impl Store {
    /// A story and its members in the order in which they joined; at most 1,000 are listed.
    pub fn story(&self, id: StoryId) -> Result<Option<(Story, Vec<Member>)>, StoreError> {
        self.read(|conn| {
            let Some(story) = load(conn, id)? else {
                return Ok(None);
            };
            let mut query = conn.prepare_cached(&format!(
                "SELECT {MEMBER} FROM story_members WHERE story_id = ?1 ORDER BY entry_id LIMIT ?2"
            ))?;
            let members = query.query_map((id.0, MAX_LISTED), read_member)?;
            Ok(Some((story, members.collect::<Result<_, _>>()?)))
        })
    }
}

/// The story, if it is there.
pub(super) fn load(conn: &Connection, id: StoryId) -> rusqlite::Result<Option<Story>> {
    conn.prepare_cached(&format!("SELECT {STORY} FROM stories WHERE id = ?1"))?
        .query_row([id.0], read)
        .optional()
}

/// Writes a story, new or grown.
pub(super) fn save(conn: &Connection, story: &Story) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO stories (id, headline, first_seen, last_seen, entries, publishers, feeds) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (id) DO UPDATE SET headline = excluded.headline, \
         last_seen = excluded.last_seen, entries = excluded.entries, \
         publishers = excluded.publishers, feeds = excluded.feeds",
    )?
    .execute(params![
        story.id.0,
        story.headline,
        Ms(story.first_seen),
        Ms(story.last_seen),
        story.entries,
        Json(&story.publishers),
        Json(&story.feeds),
    ])?;
    Ok(())
}

/// The entry's place in its story.
pub(super) fn member(conn: &Connection, entry: EntryId) -> rusqlite::Result<Option<Member>> {
    conn.prepare_cached(&format!("SELECT {MEMBER} FROM story_members WHERE entry_id = ?1"))?
        .query_row([entry.0], read_member)
        .optional()
}

/// Recent members that have this link.
pub(super) fn by_link(
    conn: &Connection,
    link: Digest,
    now: Timestamp,
) -> rusqlite::Result<Vec<Member>> {
    let oldest = now.saturating_sub(LINK_WINDOW).unwrap_or(Timestamp::MIN);
    conn.prepare_cached(&format!(
        "SELECT {MEMBER} FROM story_members WHERE link = ?1 AND at >= ?2 \
         ORDER BY entry_id DESC LIMIT {MAX_BY_LINK}"
    ))?
    .query_map((Hash(link), Ms(oldest)), read_member)?
    .collect()
}

/// Writes a member. An entry is in one story: a second place replaces the first.
pub(super) fn save_member(conn: &Connection, member: &Member) -> rusqlite::Result<()> {
    let (shared, own, theirs) = match member.reason {
        JoinReason::SimilarTitle { shared, own, theirs } => (Some(shared), Some(own), Some(theirs)),
        JoinReason::Opened | JoinReason::SameLink => (None, None, None),
    };
    let terms = &member.signature.terms;
    let terms: Vec<u8> = terms.iter().flat_map(|term| term.to_le_bytes()).collect();
    conn.prepare_cached(
        "INSERT INTO story_members (story_id, entry_id, at, link, terms, names, reason, shared, \
         own, theirs) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
         ON CONFLICT (entry_id) DO UPDATE SET story_id = excluded.story_id, at = excluded.at, \
         link = excluded.link, terms = excluded.terms, names = excluded.names, \
         reason = excluded.reason, shared = excluded.shared, own = excluded.own, \
         theirs = excluded.theirs",
    )?
    .execute(params![
        member.story.0,
        member.entry.0,
        Ms(member.at),
        member.signature.link.map(Hash),
        terms,
        member.signature.names,
        member.reason.code(),
        shared,
        own,
        theirs,
    ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Story> {
    let Json(publishers): Json<Vec<String>> = row.get(5)?;
    Ok(Story {
        id: StoryId(row.get(0)?),
        headline: row.get(1)?,
        first_seen: time(row, 2)?,
        last_seen: time(row, 3)?,
        entries: row.get(4)?,
        // Nothing tells copies apart yet: each publisher has a text of its own.
        texts: u32::try_from(publishers.len()).unwrap_or(u32::MAX),
        publishers,
        feeds: row.get(6).map(|Json(list)| list)?,
    })
}

fn read_member(row: &Row<'_>) -> rusqlite::Result<Member> {
    let terms = row.get_ref(4)?.as_blob()?;
    let terms = terms.as_chunks::<8>().0.iter().map(|&bytes| i64::from_le_bytes(bytes));
    let reason = match row.get_ref(6)?.as_str()? {
        "same_link" => JoinReason::SameLink,
        "similar_title" => {
            JoinReason::SimilarTitle { shared: row.get(7)?, own: row.get(8)?, theirs: row.get(9)? }
        }
        _ => JoinReason::Opened,
    };
    Ok(Member {
        story: StoryId(row.get(0)?),
        entry: EntryId(row.get(1)?),
        signature: Signature {
            link: row.get::<_, Option<Hash>>(3)?.map(|Hash(digest)| digest),
            terms: terms.collect(),
            names: row.get(5)?,
        },
        at: time(row, 2)?,
        reason,
    })
}
