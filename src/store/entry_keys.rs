//! By which keys a feed's entries are known again. Keys outlive their entries; of a document with
//! thousands of entries they are looked up in chunks.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use super::column::{Hash, key, opt_time, time};
use crate::domain::entry::correction;
use crate::domain::ids::{Digest, EntryId, FeedId, StoryId};
use crate::domain::ingest::Known;

/// Keys or entries asked for by one statement.
const CHUNK: usize = 128;

/// Whether the feed has had any entry: on its first fetch, hundreds of look-ups are spared.
pub(super) fn any(conn: &Connection, feed: FeedId) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM entry_keys WHERE feed_id = ?1 LIMIT 1")?
        .query_row([feed.0], |_| Ok(()))
        .optional()
        .map(|found| found.is_some())
}

/// Which of these keys the feed has had, with what is known of the entries they stand for.
pub(super) fn known(
    conn: &Connection,
    feed: FeedId,
    keys: impl Iterator<Item = Digest>,
) -> rusqlite::Result<HashMap<Digest, Arc<Known>>> {
    let mut keys: Vec<Digest> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    let mut found: Vec<(Digest, EntryId)> = Vec::new();
    for chunk in keys.chunks(CHUNK) {
        let blob = |Digest(bytes): &Digest| Value::Blob(bytes.to_vec());
        let sql = format!(
            "SELECT key, entry_id FROM entry_keys WHERE feed_id = ? AND key IN ({})",
            places()
        );
        let bound = std::iter::once(Value::Integer(feed.0)).chain(filled(chunk, blob));
        let mut query = conn.prepare_cached(&sql)?;
        let rows = query.query_map(params_from_iter(bound), |row| {
            let Hash(key) = row.get(0)?;
            Ok((key, EntryId(row.get(1)?)))
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    let entries = entries(conn, found.iter().map(|(_, entry)| *entry))?;
    let of = |(key, entry): (Digest, EntryId)| Some((key, entries.get(&entry)?.clone()));
    Ok(found.into_iter().filter_map(of).collect())
}

/// The entry that all of these keys are taken to stand for.
pub(super) fn known_as(
    conn: &Connection,
    entry: EntryId,
    keys: impl Iterator<Item = Digest>,
) -> rusqlite::Result<HashMap<Digest, Arc<Known>>> {
    let known = entries(conn, std::iter::once(entry))?;
    Ok(keys.filter_map(|key| Some((key, known.get(&entry)?.clone()))).collect())
}

/// What is known of these entries; of purged ones, hardly more than that they were there.
fn entries(
    conn: &Connection,
    ids: impl Iterator<Item = EntryId>,
) -> rusqlite::Result<HashMap<EntryId, Arc<Known>>> {
    let mut ids: Vec<EntryId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut known: HashMap<EntryId, Known> =
        ids.iter().map(|id| (*id, Known::purged(*id))).collect();
    for chunk in ids.chunks(CHUNK) {
        stored(conn, chunk, &mut known)?;
        topics(conn, chunk, &mut known)?;
    }
    Ok(known.into_iter().map(|(id, known)| (id, Arc::new(known))).collect())
}

fn stored(
    conn: &Connection,
    ids: &[EntryId],
    known: &mut HashMap<EntryId, Known>,
) -> rusqlite::Result<()> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT e.id, e.revision, e.content, e.title, e.url, e.published, e.aliases, m.story_id, \
         e.first_seen, substr(e.body, 1, 80), m.copy_of IS NOT NULL FROM entries AS e LEFT JOIN story_members AS m ON m.entry_id = e.id \
         WHERE e.id IN ({})",
        places()
    ))?;
    let mut rows = query.query(params_from_iter(filled(ids, number)))?;
    while let Some(row) = rows.next()? {
        let (entry, Hash(content)) = (EntryId(row.get(0)?), row.get(2)?);
        let (title, start): (String, String) = (row.get(3)?, row.get(9)?);
        let corrected = [&title, &start].into_iter().any(|text| correction::mark(text).is_some());
        let stored = Known {
            entry,
            revision: row.get(1)?,
            content: Some(content),
            title,
            url: row.get(4)?,
            published: opt_time(row, 5)?,
            corrected,
            copies: row.get(10)?,
            aliases: row.get(6)?,
            story: row.get::<_, Option<i64>>(7)?.map(StoryId),
            first_seen: time(row, 8)?,
            topics: Vec::new(),
        };
        known.insert(entry, stored);
    }
    Ok(())
}

fn topics(
    conn: &Connection,
    ids: &[EntryId],
    known: &mut HashMap<EntryId, Known>,
) -> rusqlite::Result<()> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT DISTINCT entry_id, topic FROM matches WHERE entry_id IN ({})",
        places()
    ))?;
    let mut rows = query.query(params_from_iter(filled(ids, number)))?;
    while let Some(row) = rows.next()? {
        if let Some(known) = known.get_mut(&EntryId(row.get(0)?)) {
            known.topics.push(key(row, 1)?);
        }
    }
    Ok(())
}

/// Remembers a key for ever. One that is known already stays with its entry.
pub(super) fn add(
    conn: &Connection,
    feed: FeedId,
    key: Digest,
    entry: EntryId,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO entry_keys (feed_id, key, entry_id) VALUES (?1, ?2, ?3)",
    )?
    .execute((feed.0, Hash(key), entry.0))?;
    Ok(())
}

/// Counts the keys that a known entry has learnt.
pub(super) fn count_aliases(
    conn: &Connection,
    entry: EntryId,
    learnt: u32,
) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE entries SET aliases = aliases + ?2 WHERE id = ?1")?
        .execute((entry.0, learnt))?;
    Ok(())
}

/// The places of a whole chunk, so that all chunks are one statement.
fn places() -> String {
    vec!["?"; CHUNK].join(", ")
}

/// The values of a chunk; a short one is filled up with its last value, which finds nothing more.
fn filled<'a, T>(
    chunk: &'a [T],
    value: impl Fn(&T) -> Value + 'a,
) -> impl Iterator<Item = Value> + 'a {
    (0..CHUNK).filter_map(move |at| chunk.get(at).or(chunk.last()).map(&value))
}

fn number(EntryId(id): &EntryId) -> Value {
    Value::Integer(*id)
}
