//! Texts that repeat an earlier one, edited or cut: found by shared fingerprints, whatever the
//! words weigh.

use ahash::AHashMap;

use super::{Row, StoryIndex, WINDOW_MS};
use crate::domain::ids::{EntryId, StoryId};
use crate::domain::story::trace::{Prints, Trace};
use crate::domain::story::vector::ONE;

/// Fewest fingerprints that both must have: fewer are a phrase or a quotation.
const MIN_SHARED: usize = 4;

/// How much of the shorter text must be in the other, in 1/10000.
const MIN_SHARE: u32 = 3_500;

/// And within one source, which writes from templates.
const MIN_SHARE_OWN: u32 = 7_000;

/// How many names and numbers of the one with fewer the other must have too, in 1/10000: texts
/// from one template share sentences but not these.
const MIN_FACTS: u32 = 5_000;

/// Fewest names and numbers that can speak against a copy.
const SPEAKING_FACTS: usize = 4;

/// Most rows with a fingerprint that are looked at: one in more is a phrase of the trade.
const MAX_ROWS: usize = 64;

/// An entry that has this text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copy {
    pub entry: EntryId,
    pub story: StoryId,
    /// Of the shorter text, in 1/10000.
    pub share: u32,
    /// Of the new entry's text.
    pub own_share: u32,
}

impl Copy {
    /// Whether enough of the new text is that of the other to call it one.
    pub fn is_told(&self) -> bool {
        self.own_share >= MIN_SHARE
    }
}

impl StoryIndex {
    /// The entry whose text this one repeats most, if any does enough.
    pub(super) fn copied(&self, trace: &Trace, now_ms: i64) -> Option<Copy> {
        if trace.prints.kept.len() < MIN_SHARED {
            return None;
        }
        let mut shared: AHashMap<u32, usize> = AHashMap::new();
        for &print in &trace.prints.kept {
            let rows: Vec<u32> = self.prints.rows(print).take(MAX_ROWS + 1).collect();
            if rows.len() <= MAX_ROWS {
                rows.into_iter().for_each(|row| *shared.entry(row).or_default() += 1);
            }
        }
        let likely = shared.into_iter().filter(|(_, count)| *count >= MIN_SHARED);
        let copies = likely.filter_map(|(slot, _)| self.copy_of(trace, self.row(slot)?, now_ms));
        copies.max_by_key(|copy| (copy.own_share, copy.share, std::cmp::Reverse(copy.entry)))
    }

    fn copy_of(&self, trace: &Trace, row: &Row, now_ms: i64) -> Option<Copy> {
        if now_ms.saturating_sub(row.at_ms) > WINDOW_MS {
            return None;
        }
        let (own_share, their_share, count) = shares(&trace.prints, &row.prints);
        let share = own_share.max(their_share);
        let least = if trace.source == row.source { MIN_SHARE_OWN } else { MIN_SHARE };
        if count < MIN_SHARED || share < least || !agree(&trace.facts, &row.facts) {
            return None;
        }
        Some(Copy { entry: row.entry, story: row.story, share, own_share })
    }
}

/// How much of each text is in the other, and how many kept fingerprints both have. Where only
/// samples are kept, as far as both reach.
fn shares(own: &Prints, theirs: &Prints) -> (u32, u32, usize) {
    let reach = own.reach().min(theirs.reach());
    let count = |prints: &Prints| prints.within(reach).max(1);
    let kept = &own.kept[..own.within(reach)];
    let shared = kept.iter().filter(|print| theirs.kept.binary_search(print).is_ok()).count();
    let share = |all: usize| (shared * ONE as usize / all) as u32;
    (share(count(own)), share(count(theirs)), shared)
}

/// Whether two texts name much the same.
fn agree(own: &[u32], theirs: &[u32]) -> bool {
    let fewer = own.len().min(theirs.len());
    if fewer < SPEAKING_FACTS {
        return true;
    }
    let shared = own.iter().filter(|fact| theirs.binary_search(fact).is_ok()).count();
    shared * ONE as usize >= fewer * MIN_FACTS as usize
}
