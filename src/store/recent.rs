//! Which recent entries share title words with a new one: an index in memory over the rows of
//! `story_members`. The table is the truth. The index only reads rows it has not seen, at the
//! start of each batch and within its transaction, so it is never behind, needs no repair, and
//! can be dropped at any time. Looked up in a table instead, the postings of everyday words cost
//! more than everything else about storing an entry.

use ahash::AHashMap;
use jiff::Timestamp;
use rusqlite::Connection;

use crate::domain::ids::{EntryId, IdSource};
use crate::domain::story::place::{MIN_SAME, MIN_SHARED, TITLE_WINDOW};

/// Most entries kept; beyond that the oldest half is dropped. About 60 bytes each.
const MAX_ENTRIES: usize = 400_000;

/// Most titles with a rare word that are looked at, newest first: one in more than this tells
/// nothing.
const MAX_POSTINGS: usize = 4_000;

/// Most candidates for one entry, those with the most shared words.
const MAX_CANDIDATES: usize = 64;

/// Rows outside the window that are tolerated before the index is built anew.
const SLACK: usize = 1_024;

/// The index. Empty until the first batch asks.
#[derive(Debug, Default)]
pub(super) struct Recent {
    /// The highest entry id read so far.
    last: i64,
    rows: Vec<Row>,
    /// For each word, the positions in `rows` of the titles that have it, ascending.
    postings: AHashMap<i64, Vec<u32>>,
    /// Scratch: shared words per row during one look-up, all zero between two.
    counts: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    entry: i64,
    at_ms: i64,
    words: u8,
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
            let terms = row.get_ref(2)?.as_blob()?;
            self.add(row.get(0)?, row.get(1)?, terms);
        }
        self.drop_old(oldest.as_millisecond());
        Ok(())
    }

    /// Entries that share enough of `terms` with a title seen within the window around `now`,
    /// the most alike first.
    pub fn alike(&mut self, terms: &[i64], now: Timestamp) -> Vec<EntryId> {
        let window_ms = TITLE_WINDOW.as_millis() as i64;
        let now_ms = now.as_millisecond();
        let fewest = terms.len().clamp(MIN_SAME, MIN_SHARED);
        let mut lists: Vec<&[u32]> = terms
            .iter()
            .map(|term| self.postings.get(term).map_or(&[][..], Vec::as_slice))
            .collect();
        lists.sort_unstable_by_key(|list| list.len());
        // Who shares that many words has one beyond the commonest few: only the rarer words
        // bring candidates, the common ones count for those there are.
        let (rare, common) = lists.split_at(lists.len().saturating_sub(fewest - 1));
        self.counts.resize(self.rows.len(), 0);
        let mut touched = Vec::new();
        for &position in rare.iter().flat_map(|list| list.iter().rev().take(MAX_POSTINGS)) {
            let count = &mut self.counts[position as usize];
            if *count == 0 {
                touched.push(position);
            }
            *count = count.saturating_add(1);
        }
        for &position in &touched {
            let shared = common.iter().filter(|list| list.binary_search(&position).is_ok());
            let count = &mut self.counts[position as usize];
            *count = count.saturating_add(u8::try_from(shared.count()).unwrap_or(u8::MAX));
        }
        let mut alike: Vec<(u8, i64)> = Vec::new();
        for position in touched {
            let row = self.rows[position as usize];
            let shared = std::mem::take(&mut self.counts[position as usize]);
            let near = row.at_ms.saturating_sub(now_ms).saturating_abs() <= window_ms;
            // A title that has not even half of the shorter one's words tells something else,
            // however the placing weighs them.
            let half = 2 * usize::from(shared) >= terms.len().min(row.words.into());
            if near && half && usize::from(shared) >= fewest {
                alike.push((shared, row.entry));
            }
        }
        alike.sort_unstable_by(|a, b| b.cmp(a));
        alike.truncate(MAX_CANDIDATES);
        alike.into_iter().map(|(_, entry)| EntryId(entry)).collect()
    }

    fn add(&mut self, entry: i64, at_ms: i64, terms: &[u8]) {
        let position = self.rows.len() as u32;
        let (terms, _) = terms.as_chunks::<8>();
        for term in terms {
            let postings = self.postings.entry(i64::from_le_bytes(*term));
            postings.or_default().push(position);
        }
        self.rows.push(Row { entry, at_ms, words: u8::try_from(terms.len()).unwrap_or(u8::MAX) });
        self.last = self.last.max(entry);
    }

    /// Builds the index anew without what fell out of the window, once that is worth it.
    fn drop_old(&mut self, oldest_ms: i64) {
        let crowded = self.rows.len() > MAX_ENTRIES;
        let aged = self.rows.len() > SLACK && self.rows[self.rows.len() / 2].at_ms < oldest_ms;
        if !crowded && !aged {
            return;
        }
        let first = if crowded { self.rows.len() / 2 } else { 0 };
        let mut moved = vec![u32::MAX; self.rows.len()];
        let mut kept = Vec::with_capacity(self.rows.len() / 2);
        for (position, row) in self.rows.iter().enumerate().skip(first) {
            if row.at_ms >= oldest_ms {
                moved[position] = kept.len() as u32;
                kept.push(*row);
            }
        }
        self.rows = kept;
        self.counts = Vec::new();
        self.postings.retain(|_, positions| {
            positions.retain_mut(|position| {
                *position = moved[*position as usize];
                *position != u32::MAX
            });
            positions.shrink_to_fit();
            !positions.is_empty()
        });
    }
}
