//! The index of recent titles, kept beside the rows of `story_members`. The table is the truth.
//! The index only reads rows it has not seen, at the start of each batch and within its
//! transaction, so it is never behind, needs no repair, and can be dropped at any time. Looked up
//! in a table instead, the postings of everyday words cost more than everything else about
//! storing an entry.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::domain::ids::{EntryId, IdSource};
use crate::domain::story::place::TITLE_WINDOW;
use crate::domain::story::recent::RecentTitles;

/// The index. Empty until the first batch asks.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// The highest entry id read so far.
    last: i64,
    titles: RecentTitles,
}

impl Recent {
    /// Forgets everything; the next batch reads it again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Reads the members this index has not seen yet.
    pub fn catch_up(&mut self, conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
        let oldest = now.saturating_sub(TITLE_WINDOW).unwrap_or(Timestamp::MIN);
        // Ids grow with time: none below this was made within the window.
        let after = self.last.max(IdSource::floor(oldest).saturating_sub(1));
        let mut members = conn.prepare_cached(
            "SELECT entry_id, at, terms FROM story_members WHERE entry_id > ?1 ORDER BY entry_id",
        )?;
        let mut found = members.query([after])?;
        while let Some(row) = found.next()? {
            let entry: i64 = row.get(0)?;
            let terms = row.get_ref(2)?.as_blob()?.as_chunks::<8>().0;
            let terms = terms.iter().map(|&bytes| i64::from_le_bytes(bytes));
            self.titles.add(EntryId(entry), row.get(1)?, terms);
            self.last = self.last.max(entry);
        }
        self.titles.drop_old(oldest.as_millisecond());
        Ok(())
    }

    /// Entries that share enough of `terms` with a title seen within the window around `now`,
    /// the most alike first.
    pub fn alike(&mut self, terms: &[i64], now: Timestamp) -> Vec<EntryId> {
        self.titles.alike(terms, now)
    }
}
