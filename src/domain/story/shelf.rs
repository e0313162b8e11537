//! The stories that may still grow, with what people and time have to say: entries are told one by
//! one, and each is placed, taken in, and may make one story of two. The store and the rehearsal
//! both keep one; told the same entries in the same order, they give the same stories.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::features::Features;
use super::index::{Beside, StoryIndex, StoryState};
use super::placement::{Asked, Bridge, Copied, JoinReason};
use super::trace::Trace;
use super::vector::Vector;
use crate::domain::ids::{EntryId, StoryId};

mod past;

pub use past::PAST_KEPT;

/// How long a story may have slept and still be continued by an entry with the same link.
pub const LINK_WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An entry older than this when it is seen is history: it is in a story with others of its time that
/// came of late, but leads to no news.
pub const NEWS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Stories as they changed, and what was compared of the entries that did it.
pub type Changes = (BTreeMap<StoryId, StoryState>, Vec<(EntryId, Timestamp, Trace)>);

/// The stories.
#[derive(Debug)]
pub struct Shelf {
    pub index: StoryIndex,
    /// Those of long ago that came of late.
    pub(super) past: StoryIndex,
    /// Pairs of stories that are never merged by themselves: somebody took them apart.
    pub apart: Vec<(StoryId, StoryId)>,
    /// States that are to be stored, as they are now.
    changed: BTreeMap<StoryId, StoryState>,
    /// What is kept of entries, to be stored.
    pub(super) traces: Vec<(EntryId, Timestamp, Trace)>,
}

/// An entry that is told.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer<'a> {
    pub entry: EntryId,
    pub features: &'a Features,
    /// When it is seen.
    pub now: Timestamp,
    /// When it says that it was published, if that is its own date.
    pub dated: Option<Timestamp>,
    /// The newest entry with the same link within [`LINK_WINDOW`], and its story; `None` also where
    /// the link says nothing.
    pub linked: Option<(EntryId, StoryId)>,
    /// What that story was like when it fell asleep, if it did.
    pub asleep: Option<&'a StoryState>,
    /// What else there is in its document; `None` if that is only a part of the feed, where nothing
    /// says which entries are gone.
    pub beside: Option<Beside<'a>>,
}

/// Where it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// `None`: it opens a story.
    pub story: Option<StoryId>,
    /// When it was published, as far as stories ask.
    pub at: Timestamp,
    pub reason: JoinReason,
    pub copy_of: Option<Copied>,
    pub parent: Option<StoryId>,
    /// Two stories that are one from now on.
    pub merge: Option<Bridge>,
    /// What the entry is about, and the story with it; `None` for one of long ago.
    pub about: Option<(Vector, Vector)>,
}

impl Shelf {
    /// Of an index that was filled from what is stored.
    pub fn of(index: StoryIndex, apart: Vec<(StoryId, StoryId)>) -> Self {
        Self { index, apart, ..Self::default() }
    }

    /// Places an entry and takes it in. `open` names a new story.
    pub fn tell(
        &mut self,
        new: Newcomer<'_>,
        open: impl FnOnce() -> StoryId,
    ) -> (StoryId, Shelved) {
        self.index.forget(new.now);
        self.forget_past(new.now);
        let at = self.time_of(&new);
        if new.now.duration_since(at) > NEWS {
            return self.tell_of_the_past(&new, at, open);
        }
        let mut without = self.index.columns(new.features, at);
        let before = |beside| self.index.said_before(new.features, new.now, beside);
        let said = new.beside.as_ref().and_then(before);
        // The same page under the same title goes on, and so does the same text.
        let goes_on = [new.linked, said];
        without.retain(|story| !goes_on.iter().flatten().any(|(_, of)| of == story));
        let (linked, apart) = (new.linked, &self.apart[..]);
        let asked = Asked { linked, said, with: None, without: &without, apart };
        let placed = self.index.place(new.features, at, &asked);
        let story = placed.story.unwrap_or_else(open);
        if let Some(state) = new.asleep.filter(|state| state.id == story)
            && self.index.story(story).is_none()
        {
            self.index.restore_story(state.clone());
        }
        let state = self.index.add(new.entry, story, new.features, &placed.trace, at);
        let about = Some((placed.trace.vector.clone(), state.centroid.clone()));
        self.changed.insert(story, state);
        self.traces.push((new.entry, at, placed.trace));
        let merge = placed.merge.filter(|bridge| self.merge(bridge.into, bridge.from));
        let shelved = Shelved {
            story: placed.story,
            at,
            reason: placed.reason,
            copy_of: placed.copy_of,
            parent: placed.parent,
            merge,
            about,
        };
        (story, shelved)
    }

    /// Makes one story part of another. Returns whether both may still grow; nothing happens else.
    pub fn merge(&mut self, into: StoryId, from: StoryId) -> bool {
        let Some(state) = self.index.merge(into, from) else { return false };
        self.changed.remove(&from);
        self.changed.insert(into, state);
        // What was taken apart from the one is apart from both.
        for (one, other) in &mut self.apart {
            for story in [one, other] {
                if *story == from {
                    *story = into;
                }
            }
        }
        true
    }

    /// What is to be stored since this was last asked: states and traces.
    pub fn take_changes(&mut self) -> Changes {
        (std::mem::take(&mut self.changed), std::mem::take(&mut self.traces))
    }

    /// When an entry was published, or seen where it does not say. A date from the future counts as
    /// far as the stories have come: the clock may have been set back.
    fn time_of(&self, new: &Newcomer<'_>) -> Timestamp {
        let latest = self.index.latest().map_or(new.now, |latest| latest.max(new.now));
        let at = new.dated.map_or(new.now, |dated| dated.min(latest));
        // As it is stored: to the millisecond.
        Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            index: StoryIndex::default(),
            past: StoryIndex::of_the_past(),
            apart: Vec::new(),
            changed: BTreeMap::new(),
            traces: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
