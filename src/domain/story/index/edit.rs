//! Stories merged, split and corrected, by bridges or by users.

use super::{StoryIndex, StoryState};
use crate::domain::ids::StoryId;
use crate::domain::story::trace::StoredMember;

impl StoryIndex {
    /// Makes `from` part of `into`. Gives the story as it is now; `None` if either is not active.
    pub fn merge(&mut self, into: StoryId, from: StoryId) -> Option<StoryState> {
        if into == from {
            return None;
        }
        let (kept, lost) = (self.story(into)?.clone(), self.story(from)?.clone());
        let slot = *self.by_id.get(&from)?;
        let rows = self
            .stories
            .get_mut(slot as usize)?
            .as_mut()
            .map(|active| std::mem::take(&mut active.rows))?;
        self.remove_story(from);
        let (anchor, first_seen) = if lost.first_seen < kept.first_seen {
            (lost.began_with(), lost.first_seen)
        } else {
            (kept.began_with(), kept.first_seen)
        };
        let state = StoryState {
            id: into,
            centroid: kept.centroid.sum(&lost.centroid),
            anchor,
            members: kept.members.saturating_add(lost.members),
            first_seen,
            last_seen: kept.last_seen.max(lost.last_seen),
        };
        self.put_state(state.clone());
        self.rehome(into, &rows);
        Some(state)
    }

    /// Makes a story consist of exactly these members, in the order they were added: after a
    /// split, a merge undone, or an entry moved. Both stories of such a change are rebuilt, the
    /// one that loses entries first. Gives the story as it is now; `None`, and the story is gone,
    /// if there are no members.
    pub fn rebuild(&mut self, id: StoryId, members: &[StoredMember]) -> Option<StoryState> {
        self.remove_story(id);
        for member in members {
            self.remove_row(member.entry);
            self.grow(id, &member.trace, member.at);
            self.insert_row(member.entry, id, &member.trace, member.at.as_millisecond());
        }
        self.story(id).cloned()
    }

    /// Gives rows to another story.
    fn rehome(&mut self, into: StoryId, rows: &[u32]) {
        for slot in rows {
            if let Some(row) = self.rows.get_mut(*slot as usize).and_then(Option::as_mut) {
                row.story = into;
            }
        }
        let Some(slot) = self.by_id.get(&into).copied() else { return };
        let order = |slot: &u32| {
            self.rows.get(*slot as usize).and_then(Option::as_ref).map(|row| (row.at_ms, row.entry))
        };
        if let Some(active) = self.stories.get_mut(slot as usize).and_then(Option::as_mut) {
            active.rows.extend(rows);
            active.rows.sort_by_key(order);
        }
        self.trim(into);
    }
}
