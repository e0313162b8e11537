//! Entries: their present text, what they said before, and what was found and decided about
//! them. [`super::ingest`] writes them; their keys ([`super::entry_keys`]) outlive them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Store;
use super::column::{Hash, Json, Ms, Text, key, ms, opt_time, time};
use super::error::StoreError;
use super::evidence_row::EvidenceRow;
use super::revisions::{self, OldRevision};
use crate::domain::alert::Reason;
use crate::domain::document::Document;
use crate::domain::entry::{DateQuality, Entry};
use crate::domain::ids::{AlertId, EntryId, FeedId, FeedKey, StoryId, TopicId};
use crate::domain::topic::evidence::Match;

/// An entry in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryView {
    pub id: EntryId,
    pub feed: FeedKey,
    pub title: String,
    pub url: Option<String>,
    pub publisher: String,
    pub published: Option<Timestamp>,
    pub first_seen: Timestamp,
    pub revision: u32,
    pub story: Option<StoryId>,
    /// Topics found in any revision of it.
    pub topics: Vec<TopicId>,
    /// The first words of its text, where it has no title.
    pub opening: Option<String>,
}

/// Which entries to list, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntryFilter {
    pub feed: Option<FeedKey>,
    pub topic: Option<TopicId>,
    /// Seen at this time or later.
    pub since: Option<Timestamp>,
    /// Only entries older than this one: the last one of the page before.
    pub before: Option<EntryId>,
    /// At most so many; 0 means 50.
    pub limit: u32,
}

/// An entry with all that is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryDetail {
    pub entry: Entry,
    pub feed_key: FeedKey,
    pub story: Option<StoryId>,
    /// What it said before, as far as it is kept, oldest first.
    pub revisions: Vec<OldRevision>,
    pub matches: Vec<StoredMatch>,
    pub decisions: Vec<StoredDecision>,
}

/// A topic found in one revision of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMatch {
    pub entry_revision: u32,
    pub found: Match,
}

/// What was decided for a match.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDecision {
    pub topic: TopicId,
    pub story: StoryId,
    pub alert: Option<AlertId>,
    pub verdict: String,
    pub reason: Reason,
    pub at: Timestamp,
}

/// Entries listed where no limit is asked for.
const DEFAULT_LIMIT: u32 = 50;

/// The columns of an [`EntryView`] of `entries AS e JOIN feeds AS f`.
pub(super) const VIEW: &str = "e.id, f.key, e.title, e.url, e.publisher, e.published, \
    e.first_seen, e.revision, (SELECT story_id FROM story_members WHERE entry_id = e.id), \
    (SELECT json_group_array(DISTINCT topic) FROM matches WHERE entry_id = e.id), \
    CASE WHEN trim(e.title) = '' THEN substr(trim(e.body), 1, 200) END";

/// The columns of an [`Entry`] of `entries AS e`.
pub(super) const ENTRY: &str = "e.id, e.feed_id, e.revision, e.guid, e.title, e.body, e.authors, \
    e.categories, e.url, e.language, e.publisher, e.published, e.date_quality, e.first_seen, \
    e.content, e.date_text, e.published_by";

/// How many those are.
pub(super) const ENTRY_COLUMNS: usize = 17;

impl Store {
    /// Entries that pass the filter, newest first.
    pub fn entries(&self, filter: &EntryFilter) -> Result<Vec<EntryView>, StoreError> {
        let limit = if filter.limit == 0 { DEFAULT_LIMIT } else { filter.limit };
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {VIEW} FROM entries AS e JOIN feeds AS f ON f.id = e.feed_id \
                 WHERE (?1 IS NULL OR e.feed_id = (SELECT id FROM feeds WHERE key = ?1)) \
                 AND (?2 IS NULL OR EXISTS \
                   (SELECT 1 FROM matches WHERE entry_id = e.id AND topic = ?2)) \
                 AND (?3 IS NULL OR e.first_seen >= ?3) AND e.id < ?4 \
                 ORDER BY e.id DESC LIMIT ?5"
            ))?;
            let bound = params![
                filter.feed.as_ref().map(Text),
                filter.topic.as_ref().map(Text),
                ms(filter.since),
                filter.before.map_or(i64::MAX, |entry| entry.0),
                limit,
            ];
            let views = query.query_map(bound, view)?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }

    /// The last `limit` entries of a feed, whole, newest first.
    pub fn entries_of(&self, feed: &FeedKey, limit: u32) -> Result<Vec<Entry>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {ENTRY} FROM entries AS e JOIN feeds AS f ON f.id = e.feed_id \
                 WHERE f.key = ?1 ORDER BY e.id DESC LIMIT ?2"
            ))?;
            let entries = query.query_map((Text(feed), limit), read)?;
            Ok(entries.collect::<Result<_, _>>()?)
        })
    }

    /// All that is known about an entry.
    pub fn entry(&self, id: EntryId) -> Result<Option<EntryDetail>, StoreError> {
        self.read(|conn| {
            let Some((entry, feed_key)) = load(conn, id)? else {
                return Ok(None);
            };
            Ok(Some(EntryDetail {
                entry,
                feed_key,
                story: super::stories::member(conn, id)?.map(|member| member.story),
                revisions: revisions::of(conn, id)?,
                matches: matches(conn, id)?,
                decisions: decisions(conn, id)?,
            }))
        })
    }
}

/// Reads the columns of [`VIEW`].
pub(super) fn view(row: &Row<'_>) -> rusqlite::Result<EntryView> {
    let Json(topics): Json<Vec<String>> = row.get(9)?;
    Ok(EntryView {
        id: EntryId(row.get(0)?),
        feed: key(row, 1)?,
        title: row.get(2)?,
        url: row.get(3)?,
        publisher: row.get(4)?,
        published: opt_time(row, 5)?,
        first_seen: time(row, 6)?,
        revision: row.get(7)?,
        story: row.get::<_, Option<i64>>(8)?.map(StoryId),
        topics: topics.iter().filter_map(|topic| topic.parse().ok()).collect(),
        opening: row.get(10)?,
    })
}

/// Stores a new entry.
pub(super) fn insert(conn: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let document = &entry.document;
    conn.prepare_cached(
        "INSERT INTO entries (id, feed_id, revision, guid, title, body, authors, categories, url, \
         language, publisher, published, date_quality, first_seen, content, date_text, \
         published_by) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?
    .execute(params![
        entry.id.0,
        entry.feed.0,
        entry.revision,
        entry.guid,
        document.title,
        document.body,
        document.authors,
        document.categories,
        document.url,
        document.language,
        entry.publisher,
        ms(entry.published),
        entry.date_quality.as_str(),
        Ms(entry.first_seen),
        Hash(entry.content),
        entry.date_text,
        ms(entry.published_by),
    ])?;
    Ok(())
}

/// Keeps what the entry says as an old revision and puts the new one in its place. Returns the
/// number of the old one, or `None` if there is no such entry any more: it was purged.
pub(super) fn revise(
    conn: &Connection,
    entry: &Entry,
    now: Timestamp,
) -> rusqlite::Result<Option<u32>> {
    let before = revisions::keep(conn, entry.id, now)?;
    let document = &entry.document;
    conn.prepare_cached(
        "UPDATE entries SET revision = ?2, guid = ?3, title = ?4, body = ?5, authors = ?6, \
         categories = ?7, url = ?8, language = ?9, publisher = ?10, published = ?11, \
         date_quality = ?12, content = ?13, date_text = ?14, published_by = ?15 \
         WHERE id = ?1",
    )?
    .execute(params![
        entry.id.0,
        entry.revision,
        entry.guid,
        document.title,
        document.body,
        document.authors,
        document.categories,
        document.url,
        document.language,
        entry.publisher,
        ms(entry.published),
        entry.date_quality.as_str(),
        Hash(entry.content),
        entry.date_text,
        ms(entry.published_by),
    ])?;
    Ok(before)
}

pub(super) fn load(conn: &Connection, id: EntryId) -> rusqlite::Result<Option<(Entry, FeedKey)>> {
    conn.prepare_cached(&format!(
        "SELECT {ENTRY}, f.key FROM entries AS e JOIN feeds AS f ON f.id = e.feed_id \
         WHERE e.id = ?1"
    ))?
    .query_row([id.0], |row| Ok((read(row)?, key(row, ENTRY_COLUMNS)?)))
    .optional()
}

/// Reads the columns of [`ENTRY`].
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: EntryId(row.get(0)?),
        feed: FeedId(row.get(1)?),
        revision: row.get(2)?,
        guid: row.get(3)?,
        document: Document {
            title: row.get(4)?,
            body: row.get(5)?,
            authors: row.get(6)?,
            categories: row.get(7)?,
            url: row.get(8)?,
            language: row.get(9)?,
        },
        publisher: row.get(10)?,
        published: opt_time(row, 11)?,
        date_quality: DateQuality::from_code(row.get_ref(12)?.as_str()?),
        first_seen: time(row, 13)?,
        content: row.get(14).map(|Hash(digest): Hash| digest)?,
        date_text: row.get(15)?,
        published_by: opt_time(row, 16)?,
    })
}

pub(super) fn matches(conn: &Connection, id: EntryId) -> rusqlite::Result<Vec<StoredMatch>> {
    conn.prepare_cached(
        "SELECT entry_revision, topic, topic_revision, analyser, score, threshold, evidence \
         FROM matches WHERE entry_id = ?1 ORDER BY entry_revision, topic, id",
    )?
    .query_map([id.0], |row| {
        let Hash(revision): Hash = row.get(2)?;
        let Json(evidence): Json<EvidenceRow> = row.get(6)?;
        Ok(StoredMatch {
            entry_revision: row.get(0)?,
            found: Match {
                topic: key(row, 1)?,
                revision,
                analyser: row.get(3)?,
                score: row.get(4)?,
                threshold: row.get(5)?,
                evidence: evidence.into(),
            },
        })
    })?
    .collect()
}

fn decisions(conn: &Connection, id: EntryId) -> rusqlite::Result<Vec<StoredDecision>> {
    conn.prepare_cached(
        "SELECT topic, story_id, alert_id, verdict, reason_code, reason_text, at \
         FROM decisions WHERE entry_id = ?1 ORDER BY id",
    )?
    .query_map([id.0], |row| {
        Ok(StoredDecision {
            topic: key(row, 0)?,
            story: StoryId(row.get(1)?),
            alert: row.get::<_, Option<i64>>(2)?.map(AlertId),
            verdict: row.get(3)?,
            reason: Reason { code: row.get(4)?, text: row.get(5)? },
            at: time(row, 6)?,
        })
    })?
    .collect()
}
