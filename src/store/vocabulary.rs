//! The words of the stored entries, from the full-text index: what rules are held against. The
//! index has each word in small letters and without most marks, and scripts without spaces as
//! whole runs; how a word is written, only the entries themselves tell.

use rusqlite::Connection;

use super::Store;
use super::column::uint;
use super::error::StoreError;
use crate::domain::document::Document;
use crate::domain::topic::lint::history::{Query, Vocabulary};

/// Most words that are read: those of some million entries. Each takes about 100 bytes.
const MAX_WORDS: usize = 2_000_000;

/// Most words of one query.
const MAX_QUERY_WORDS: usize = 500;

impl Store {
    /// Every word of the stored titles and texts with the number of entries that hold it.
    pub fn vocabulary(&self) -> Result<Vocabulary, StoreError> {
        self.read(|conn| {
            let entries: i64 =
                conn.query_row("SELECT count(*) FROM entries", [], |row| row.get(0))?;
            let mut words = words(conn)?;
            let whole = words.len() <= MAX_WORDS;
            words.truncate(MAX_WORDS);
            Ok(Vocabulary::new(words, uint(entries), whole))
        })
    }

    /// The newest entries that hold a word of each group, at most `limit`.
    pub fn answering(&self, query: &Query, limit: usize) -> Result<Vec<Document>, StoreError> {
        let Some(expression) = expression(query) else {
            return Ok(Vec::new());
        };
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT e.title, e.body, e.authors, e.categories, e.url, e.language \
                 FROM entries_fts AS s JOIN entries AS e ON e.id = s.rowid \
                 WHERE s.entries_fts MATCH ?1 ORDER BY s.rowid DESC LIMIT ?2",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let documents = query.query_map((expression, limit), |row| {
                Ok(Document {
                    title: row.get(0)?,
                    body: row.get(1)?,
                    authors: row.get(2)?,
                    categories: row.get(3)?,
                    url: row.get(4)?,
                    language: row.get(5)?,
                })
            })?;
            Ok(documents.collect::<Result<_, _>>()?)
        })
    }
}

/// Reads the index by a table that exists for this transaction only: it is rolled back with it.
fn words(conn: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    // A temporary table is no change of the database, but SQLite counts it as one.
    conn.pragma_update(None, "query_only", false)?;
    let made = conn.execute_batch(
        "CREATE VIRTUAL TABLE temp.entry_words USING fts5vocab(main, entries_fts, row)",
    );
    conn.pragma_update(None, "query_only", true)?;
    made?;
    let mut query = conn.prepare("SELECT term, doc FROM temp.entry_words LIMIT ?1")?;
    let limit = i64::try_from(MAX_WORDS.saturating_add(1)).unwrap_or(i64::MAX);
    let words = query.query_map([limit], |row| Ok((row.get(0)?, uint(row.get(1)?))))?;
    words.collect()
}

/// The query in FTS5's language: quoted strings only. `None`: some group has no word, so that
/// nothing can answer.
fn expression(query: &Query) -> Option<String> {
    let mut groups = Vec::with_capacity(query.len());
    for group in query {
        let words = group.iter().take(MAX_QUERY_WORDS).filter(|word| !word.contains('"'));
        let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
        if words.is_empty() {
            return None;
        }
        groups.push(format!("({})", words.join(" OR ")));
    }
    (!groups.is_empty()).then(|| groups.join(" AND "))
}
