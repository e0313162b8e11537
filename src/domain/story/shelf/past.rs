//! Entries of long ago: an archive, or what a feed has when it is first fetched. They lead to nothing
//! that is told today and do not fill its window, but tell stories among themselves: those that came
//! within the same days are gathered by their own dates, in an index of their own.

use jiff::{SignedDuration, Timestamp};

use super::{Newcomer, Shelf, Shelved};
use crate::domain::ids::{IdSource, StoryId};
use crate::domain::story::placement::{Asked, JoinReason};
use crate::domain::story::trace::StoredMember;

/// How long after it opened a story of the past may grow: feeds that are added together are fetched
/// within hours.
pub const PAST_KEPT: SignedDuration = SignedDuration::from_hours(48);

/// Most entries of the past that are kept; beyond that the stories that opened first are forgotten.
const MAX_PAST: usize = 10_000;

impl Shelf {
    /// Takes in a stored member of a story of the past that opened since [`Self::past_start`]; in the
    /// order of the entries.
    pub fn restore_past(&mut self, member: &StoredMember) {
        self.past.regrow(member);
    }

    /// The lowest id of a story of the past that may grow at `now`.
    pub fn past_start(now: Timestamp) -> StoryId {
        StoryId(IdSource::floor(now.saturating_sub(PAST_KEPT).unwrap_or(Timestamp::MIN)))
    }

    /// Forgets the stories of the past that may not grow any more.
    pub(super) fn forget_past(&mut self, now: Timestamp) {
        self.past.forget_opened_before(Self::past_start(now), MAX_PAST);
    }

    /// An entry of long ago tells the story of the same link, or one of its time.
    pub(super) fn tell_of_the_past(
        &mut self,
        new: &Newcomer<'_>,
        at: Timestamp,
        open: impl FnOnce() -> StoryId,
    ) -> (StoryId, Shelved) {
        if let Some((entry, story)) = new.linked.filter(|(_, to)| self.past.story(*to).is_none()) {
            let reason = JoinReason::SameLink { entry };
            let shelved = Shelved {
                story: Some(story),
                at,
                reason,
                copy_of: None,
                parent: None,
                merge: None,
                about: None,
            };
            return (story, shelved);
        }
        // How common words are is one knowledge.
        std::mem::swap(self.past.counts(), self.index.counts());
        let mut without = self.past.columns(new.features, at);
        let before = |beside| self.past.said_before(new.features, new.now, beside);
        let said = new.beside.as_ref().and_then(before);
        let goes_on = [new.linked, said];
        without.retain(|story| !goes_on.iter().flatten().any(|(_, of)| of == story));
        let (linked, apart) = (new.linked, &self.apart[..]);
        let asked = Asked { linked, said, with: None, without: &without, apart };
        let placed = self.past.place(new.features, at, &asked);
        self.past.counts().learn(new.features, new.now);
        std::mem::swap(self.past.counts(), self.index.counts());
        let story = placed.story.unwrap_or_else(open);
        let state = self.past.take_in(new.entry, story, &placed.trace, at);
        let about = Some((placed.trace.vector.clone(), state.centroid));
        self.traces.push((new.entry, at, placed.trace));
        let shelved = Shelved {
            story: placed.story,
            at,
            reason: placed.reason,
            copy_of: placed.copy_of,
            parent: None,
            merge: None,
            about,
        };
        (story, shelved)
    }
}
