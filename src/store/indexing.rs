//! The full-text index over the entries, brought up to date at the end of the transaction that
//! changed them. FTS5 writes out what it holds at every savepoint: fed once per group instead of
//! once per batch, it makes one large segment instead of many small ones.

use std::collections::HashSet;

use rusqlite::{Connection, Row};

use crate::domain::ids::EntryId;

/// Entries whose text is not yet in the index as it is in the table.
#[derive(Debug, Default)]
pub(super) struct Indexing {
    changes: Vec<Change>,
}

#[derive(Debug, Clone, Copy)]
struct Change {
    entry: EntryId,
    /// The revision whose text is in the index; `None` if there is none.
    indexed: Option<u32>,
}

/// How far the list had come when a savepoint began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize);

impl Indexing {
    /// The entry is new.
    pub fn added(&mut self, entry: EntryId) {
        self.changes.push(Change { entry, indexed: None });
    }

    /// The entry was revised; `before` is the revision that was there until now.
    pub fn revised(&mut self, entry: EntryId, before: u32) {
        self.changes.push(Change { entry, indexed: Some(before) });
    }

    /// Whether the entry waits to be brought up to date.
    pub fn has(&self, entry: EntryId) -> bool {
        self.changes.iter().any(|change| change.entry == entry)
    }

    pub fn mark(&self) -> Mark {
        Mark(self.changes.len())
    }

    /// Forgets what was noted since `mark`: it was rolled back.
    pub fn forget(&mut self, Mark(length): Mark) {
        self.changes.truncate(length);
    }

    pub fn clear(&mut self) {
        self.changes.clear();
    }

    /// Takes the old texts out of the index and puts the present ones in.
    pub fn apply(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        // Of an entry that changed more than once, the index holds what its first change found.
        let mut seen: HashSet<EntryId> = HashSet::with_capacity(self.changes.len());
        let mut old = conn.prepare_cached(
            "SELECT title, body FROM entry_revisions WHERE entry_id = ?1 AND revision = ?2",
        )?;
        let mut present = conn.prepare_cached("SELECT title, body FROM entries WHERE id = ?1")?;
        // One row of VALUES each: an INSERT … SELECT opens a savepoint within the statement, and
        // FTS5 would write out after every entry.
        let mut remove = conn.prepare_cached(
            "INSERT INTO entries_fts (entries_fts, rowid, title, body) \
             VALUES ('delete', ?1, ?2, ?3)",
        )?;
        let mut add = conn
            .prepare_cached("INSERT INTO entries_fts (rowid, title, body) VALUES (?1, ?2, ?3)")?;
        for change in self.changes.drain(..) {
            if !seen.insert(change.entry) {
                continue;
            }
            let id = change.entry.0;
            if let Some(revision) = change.indexed {
                let mut rows = old.query((id, revision))?;
                if let Some(row) = rows.next()? {
                    remove.execute(text_of(id, row)?)?;
                }
            }
            let mut rows = present.query([id])?;
            if let Some(row) = rows.next()? {
                add.execute(text_of(id, row)?)?;
            }
        }
        Ok(())
    }
}

/// What the index takes of an entry: id, title and body, borrowed from the row.
fn text_of<'a>(id: i64, row: &'a Row<'_>) -> rusqlite::Result<(i64, &'a str, &'a str)> {
    Ok((id, row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?))
}
