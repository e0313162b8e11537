//! How the index keeps stories and members, and how it is filled again from stored rows. For how
//! long is in [`super::window`].

use jiff::Timestamp;

use super::copies::FOUND_BY;
use super::row::Row;
use super::{ANCHOR_TERMS, Active, StoryIndex, StoryState};
use crate::domain::ids::{EntryId, StoryId};
use crate::domain::story::counts::Counts;
use crate::domain::story::trace::{StoredMember, Trace};
use crate::domain::story::vector::Vector;

/// Heaviest terms of a story by which it is found.
const INDEXED_TERMS: usize = 24;

impl StoryIndex {
    /// An empty index with these counts, for [`Self::restore_story`] and then
    /// [`Self::restore_member`], each row once, in any order.
    pub fn restored(counts: Counts) -> Self {
        Self { counts, ..Self::default() }
    }

    /// Takes in a stored story. Those told since [`Self::window_start`] matter.
    pub fn restore_story(&mut self, state: StoryState) {
        self.put_state(state);
    }

    /// Takes in a stored member of a story that was restored before it.
    pub fn restore_member(&mut self, member: &StoredMember) {
        self.insert_row(member.entry, member.story, &member.trace, member.at.as_millisecond());
    }

    /// Takes in a stored member of a story that is to be worked out from its members, which come in
    /// the order in which they were added.
    pub fn regrow(&mut self, member: &StoredMember) {
        self.take_in(member.entry, member.story, &member.trace, member.at);
    }

    /// When the story that was told last was told.
    pub fn latest(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.latest_ms?).ok()
    }

    /// The counts of words, to be stored.
    pub fn counts(&mut self) -> &mut Counts {
        &mut self.counts
    }

    /// A story after one more member.
    pub(super) fn grow(&mut self, id: StoryId, trace: &Trace, at: Timestamp) -> StoryState {
        let state = match self.story(id) {
            Some(known) => {
                let members = known.members.saturating_add(1);
                StoryState {
                    id,
                    centroid: known.centroid.with(&trace.vector, members),
                    anchor: known.began_with(),
                    members,
                    first_seen: known.first_seen.min(at),
                    last_seen: known.last_seen.max(at),
                }
            }
            None => StoryState::opened(id, trace, at),
        };
        self.put_state(state.clone());
        state
    }

    /// Makes a story's state this one.
    pub(super) fn put_state(&mut self, state: StoryState) {
        let id = state.id;
        let last_ms = state.last_seen.as_millisecond();
        let after = state.centroid.heaviest_hashes(INDEXED_TERMS);
        let end = self.end_of(id, state.members, last_ms);
        self.latest_ms = self.latest_ms.max(Some(last_ms));
        let (slot, before) = match self.by_id.get(&id).copied() {
            Some(slot) => {
                let Some(active) = self.stories.get_mut(slot as usize).and_then(Option::as_mut)
                else {
                    return;
                };
                let before = std::mem::replace(&mut active.state, state);
                let last_ms = before.last_seen.as_millisecond();
                self.by_end.remove(&self.end_of(id, before.members, last_ms));
                (slot, before.centroid.heaviest_hashes(INDEXED_TERMS))
            }
            None => {
                let active = Some(Active { state, rows: Vec::new() });
                let slot = place_in(&mut self.stories, &mut self.free_stories, active);
                self.by_id.insert(id, slot);
                (slot, Vec::new())
            }
        };
        self.by_end.insert(end);
        for hash in before.iter().filter(|hash| after.binary_search(hash).is_err()) {
            self.terms.remove(*hash, slot);
        }
        for hash in after.iter().filter(|hash| before.binary_search(hash).is_err()) {
            self.terms.insert(*hash, slot);
        }
    }

    pub(super) fn remove_story(&mut self, id: StoryId) {
        let Some(slot) = self.by_id.remove(&id) else { return };
        let Some(active) = self.stories.get_mut(slot as usize).and_then(Option::take) else {
            return;
        };
        self.free_stories.push(slot);
        let last_ms = active.state.last_seen.as_millisecond();
        self.by_end.remove(&self.end_of(id, active.state.members, last_ms));
        for hash in active.state.centroid.heaviest_hashes(INDEXED_TERMS) {
            self.terms.remove(hash, slot);
        }
        for row in active.rows {
            self.take_row(row);
        }
    }

    pub(super) fn insert_row(&mut self, entry: EntryId, story: StoryId, trace: &Trace, at_ms: i64) {
        let row = Row::of(entry, story, trace, at_ms);
        let slot = place_in(&mut self.rows, &mut self.free_rows, Some(row));
        self.by_entry.insert(entry, slot);
        self.note_row(at_ms, entry);
        trace.prints.kept.iter().take(FOUND_BY).for_each(|print| self.prints.insert(*print, slot));
        trace.facts.iter().for_each(|fact| self.facts.insert(*fact, slot));
        self.titles.insert(trace.title_hash, slot);
        self.wordings.extend(trace.wording.map(|wording| (wording, entry)));
        if let Some(active) = self.by_id.get(&story).copied()
            && let Some(active) = self.stories.get_mut(active as usize).and_then(Option::as_mut)
        {
            // Rows come back in any order; the latest are looked at first.
            let order = |slot: &u32| {
                self.rows
                    .get(*slot as usize)
                    .and_then(Option::as_ref)
                    .map(|row| (row.at_ms, row.entry))
            };
            let place = active.rows.partition_point(|other| order(other) <= Some((at_ms, entry)));
            active.rows.insert(place, slot);
        }
        self.trim(story);
    }

    pub(super) fn remove_row(&mut self, entry: EntryId) {
        let Some(slot) = self.by_entry.get(&entry).copied() else { return };
        let Some(story) = self.row(slot).map(|row| row.story) else { return };
        if let Some(active) = self.by_id.get(&story).copied()
            && let Some(active) = self.stories.get_mut(active as usize).and_then(Option::as_mut)
        {
            active.rows.retain(|other| *other != slot);
        }
        self.take_row(slot);
    }

    fn take_row(&mut self, slot: u32) {
        let Some(row) = self.rows.get_mut(slot as usize).and_then(Option::take) else { return };
        self.free_rows.push(slot);
        self.by_entry.remove(&row.entry);
        self.unnote_row(row.at_ms, row.entry);
        let found_by = row.prints().kept.iter().take(FOUND_BY);
        found_by.for_each(|print| self.prints.remove(*print, slot));
        row.facts().iter().for_each(|fact| self.facts.remove(*fact, slot));
        self.titles.remove(row.title_hash, slot);
        row.wording.map(|wording| self.wordings.remove(&(wording, row.entry)));
    }
}

impl StoryState {
    /// A story with its first entry.
    pub fn opened(id: StoryId, trace: &Trace, at: Timestamp) -> Self {
        Self {
            id,
            centroid: trace.vector.clone(),
            anchor: Vector::default(),
            members: 1,
            first_seen: at,
            last_seen: at,
        }
    }

    /// The heaviest terms of its first entry.
    pub fn began_with(&self) -> Vector {
        if !self.anchor.is_empty() {
            return self.anchor.clone();
        }
        let mut anchor = self.centroid.heaviest(ANCHOR_TERMS);
        anchor.sort_unstable_by_key(|term| term.hash);
        Vector::from_terms(anchor)
    }
}

fn place_in<T>(list: &mut Vec<Option<T>>, free: &mut Vec<u32>, value: Option<T>) -> u32 {
    match free.pop() {
        Some(slot) => {
            list[slot as usize] = value;
            slot
        }
        None => {
            list.push(value);
            (list.len() - 1) as u32
        }
    }
}
