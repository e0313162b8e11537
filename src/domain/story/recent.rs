//! Which recent entries share title words with a new one: an index in memory over their
//! signatures, without the texts. The store fills it from its tables, a rehearsal from what it is
//! told; both ask it for the candidates that [`super::place`] then weighs.

use ahash::AHashMap;
use jiff::Timestamp;

use super::place::{MIN_SAME, MIN_SHARED, TITLE_WINDOW};
use crate::domain::ids::EntryId;

/// Most entries kept; beyond that the oldest half is dropped. About 60 bytes each.
const MAX_ENTRIES: usize = 400_000;

/// Most titles with a rare word that are looked at, newest first: one in more than this tells
/// nothing.
const MAX_POSTINGS: usize = 4_000;

/// Most candidates for one entry, those with the most shared words.
const MAX_CANDIDATES: usize = 64;

/// Rows outside the window that are tolerated before the index is built anew.
const SLACK: usize = 1_024;

/// The index.
#[derive(Debug, Default)]
pub struct RecentTitles {
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

impl RecentTitles {
    /// Adds an entry that was seen at `at_ms` (milliseconds), with the words of its title, each
    /// once.
    pub fn add(&mut self, entry: EntryId, at_ms: i64, terms: impl ExactSizeIterator<Item = i64>) {
        let position = self.rows.len() as u32;
        let words = u8::try_from(terms.len()).unwrap_or(u8::MAX);
        for term in terms {
            self.postings.entry(term).or_default().push(position);
        }
        self.rows.push(Row { entry: entry.0, at_ms, words });
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

    /// Builds the index anew without what was seen before `oldest_ms`, once that is worth it.
    pub fn drop_old(&mut self, oldest_ms: i64) {
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
