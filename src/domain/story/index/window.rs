//! For how long a story may grow, and which of its members are kept for that.

use jiff::Timestamp;

use super::{Active, StoryIndex};
use crate::domain::ids::{EntryId, StoryId};

/// How long after its last entry a story may grow that one entry tells.
pub const WINDOW_MS: i64 = 7 * 24 * 3600 * 1000;

/// And one that several tell: news comes back to it.
pub const LONG_WINDOW_MS: i64 = 21 * 24 * 3600 * 1000;

/// Members that are kept after [`WINDOW_MS`], for as long as their story may grow: the latest ones,
/// as many as are ever looked at.
pub const KEPT_MEMBERS: usize = 8;

/// Most entries kept; beyond that the stories that cease to grow first are forgotten.
pub const MAX_ENTRIES: usize = 100_000;

impl StoryIndex {
    /// An empty index for entries of long ago, that come in any order of time. Nothing is forgotten
    /// but by [`Self::forget_opened_before`].
    pub fn of_the_past() -> Self {
        Self { of_the_past: true, ..Self::default() }
    }

    /// From when on rows matter at `now`: stories by when they were last told, members by when they
    /// were added. Of stories with one member, those since [`Self::short_window_start`].
    pub fn window_start(now: Timestamp) -> Timestamp {
        before(now, LONG_WINDOW_MS)
    }

    /// From when on every row matters at `now`; of older ones, the latest [`KEPT_MEMBERS`] of each
    /// story.
    pub fn short_window_start(now: Timestamp) -> Timestamp {
        before(now, WINDOW_MS)
    }

    /// Forgets what cannot matter any more, and what is over soonest beyond [`MAX_ENTRIES`]. Cheap;
    /// to be called with every batch.
    pub fn forget(&mut self, now: Timestamp) {
        let now_ms = now.as_millisecond();
        self.forgotten_ms = now_ms;
        while let Some(&(end_ms, story)) = self.by_end.first()
            && (end_ms < now_ms || self.entries() > MAX_ENTRIES)
        {
            self.remove_story(story);
        }
        while let Some(&(due_ms, entry)) = self.rows_due.first()
            && due_ms < now_ms
        {
            self.rows_due.pop_first();
            match self.kept_until(entry).filter(|until_ms| *until_ms >= now_ms) {
                Some(until_ms) => _ = self.rows_due.insert((until_ms, entry)),
                None => self.remove_row(entry),
            }
        }
    }

    /// Forgets stories of the past with a lower id, and those with the lowest beyond `most` entries.
    pub fn forget_opened_before(&mut self, first: StoryId, most: usize) {
        while let Some(&(_, story)) = self.by_end.first()
            && (story < first || self.entries() > most)
        {
            self.remove_story(story);
        }
    }

    /// Whether a story may grow by an entry of this time.
    pub(super) fn may_grow(&self, active: &Active, at_ms: i64) -> bool {
        let state = &active.state;
        let after_ms = at_ms.saturating_sub(state.last_seen.as_millisecond());
        let before_ms = state.first_seen.as_millisecond().saturating_sub(at_ms);
        match self.of_the_past {
            true => after_ms.max(before_ms) <= WINDOW_MS,
            false => after_ms <= window_of(state.members),
        }
    }

    /// Whether a member is near enough in time to be the source of a copy.
    pub(super) fn is_within(&self, row_ms: i64, at_ms: i64) -> bool {
        let after_ms = at_ms.saturating_sub(row_ms);
        match self.of_the_past {
            true => after_ms.saturating_abs() <= WINDOW_MS,
            false => after_ms <= LONG_WINDOW_MS,
        }
    }

    /// The place of a story among those that are forgotten one after the other.
    pub(super) fn end_of(&self, id: StoryId, members: u32, last_ms: i64) -> (i64, StoryId) {
        match self.of_the_past {
            true => (0, id),
            false => (last_ms.saturating_add(window_of(members)), id),
        }
    }

    /// Notes when it is to be asked whether a new row still matters.
    pub(super) fn note_row(&mut self, at_ms: i64, entry: EntryId) {
        if !self.of_the_past {
            self.rows_due.insert((at_ms.saturating_add(WINDOW_MS), entry));
        }
    }

    /// Takes that back.
    pub(super) fn unnote_row(&mut self, at_ms: i64, entry: EntryId) {
        if !self.rows_due.remove(&(at_ms.saturating_add(WINDOW_MS), entry)) {
            self.rows_due.remove(&(at_ms.saturating_add(LONG_WINDOW_MS), entry));
        }
    }

    /// Removes members of a story that have ceased to be among the latest and are old.
    pub(super) fn trim(&mut self, story: StoryId) {
        while let Some(active) = self.by_story(story)
            && active.rows.len() > KEPT_MEMBERS
            && let Some(row) = active.rows.first().and_then(|slot| self.row(*slot))
            && row.at_ms.saturating_add(WINDOW_MS) < self.forgotten_ms
        {
            self.remove_row(row.entry);
        }
    }

    /// Until when a row that is no longer new is kept, if it is.
    fn kept_until(&self, entry: EntryId) -> Option<i64> {
        let slot = *self.by_entry.get(&entry)?;
        let row = self.row(slot)?;
        let latest = self.by_story(row.story)?.rows.iter().rev().take(KEPT_MEMBERS);
        let is_latest = latest.into_iter().any(|other| *other == slot);
        is_latest.then(|| row.at_ms.saturating_add(LONG_WINDOW_MS))
    }
}

fn window_of(members: u32) -> i64 {
    if members > 1 { LONG_WINDOW_MS } else { WINDOW_MS }
}

fn before(now: Timestamp, window_ms: i64) -> Timestamp {
    let start_ms = now.as_millisecond().saturating_sub(window_ms);
    Timestamp::from_millisecond(start_ms).unwrap_or(Timestamp::MIN)
}
