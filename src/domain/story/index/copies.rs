//! Texts that repeat an earlier one, edited or cut: found by shared fingerprints, whatever the
//! words weigh.

use super::StoryIndex;
use super::row::Row;
use crate::domain::ids::{EntryId, StoryId};
use crate::domain::story::trace::{Sample, Trace, shared};
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

/// Fingerprints of a member by which it is found, the lowest ones: of two texts that have a third in
/// common, some are practically always among them.
pub(super) const FOUND_BY: usize = 24;

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
        let mut found: Vec<u32> = Vec::new();
        for &print in &trace.prints.kept {
            let before = found.len();
            found.extend(self.prints.rows(print).take(MAX_ROWS + 1));
            if found.len() - before > MAX_ROWS {
                found.truncate(before);
            }
        }
        found.sort_unstable();
        found.dedup();
        let copies = found.iter().filter_map(|slot| self.copy_of(trace, self.row(*slot)?, now_ms));
        copies.max_by_key(|copy| (copy.own_share, copy.share, std::cmp::Reverse(copy.entry)))
    }

    fn copy_of(&self, trace: &Trace, row: &Row, now_ms: i64) -> Option<Copy> {
        if !self.is_within(row.at_ms, now_ms) {
            return None;
        }
        let (own_share, their_share, count) = shares(trace.prints.sample(), row.prints());
        let share = own_share.max(their_share);
        let least = if trace.source == row.source { MIN_SHARE_OWN } else { MIN_SHARE };
        if count < MIN_SHARED || share < least || !agree(&trace.facts, row.facts()) {
            return None;
        }
        Some(Copy { entry: row.entry, story: row.story, share, own_share })
    }
}

/// How much of each text is in the other, and how many kept fingerprints both have. Where only
/// samples are kept, as far as both reach.
fn shares(own: Sample<'_>, theirs: Sample<'_>) -> (u32, u32, usize) {
    let reach = own.reach().min(theirs.reach());
    let (own, theirs) = (own.within(reach), theirs.within(reach));
    let both = shared(own, theirs);
    let share = |all: &[u32]| (both * ONE as usize / all.len().max(1)) as u32;
    (share(own), share(theirs), both)
}

/// Whether two texts name much the same.
fn agree(own: &[u32], theirs: &[u32]) -> bool {
    let fewer = own.len().min(theirs.len());
    if fewer < SPEAKING_FACTS {
        return true;
    }
    shared(own, theirs) * ONE as usize >= fewer * MIN_FACTS as usize
}
