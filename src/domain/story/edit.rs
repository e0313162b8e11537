//! What people do to stories: merge two, split one, move an entry. Each is logged with who did it
//! and why, and binds what is decided later: what was split is never merged again by itself. An
//! entry's text is where it was put, whatever it says.

use jiff::Timestamp;

use crate::domain::ids::{EntryId, StoryId};

/// Most entries that are split off at once.
pub const MAX_SPLIT: usize = 1_000;

/// Most characters kept of an author and of a reason.
pub const MAX_AUTHOR_CHARS: usize = 100;
pub const MAX_REASON_CHARS: usize = 500;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The two are one story; the older one's id goes on.
    Merge(StoryId, StoryId),
    /// These entries are a story of their own.
    Split { story: StoryId, entries: Vec<EntryId> },
    /// A story that was merged into another is one of its own again, with the entries it had.
    Undo { merged: StoryId },
    /// An entry belongs to another story, or to none there is.
    Move { entry: EntryId, to: Option<StoryId> },
}

impl Change {
    /// Stable word for columns.
    pub fn code(&self) -> &'static str {
        match self {
            Change::Merge(..) => "merge",
            Change::Split { .. } => "split",
            Change::Undo { .. } => "undo",
            Change::Move { .. } => "move",
        }
    }
}

/// A change that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEdit {
    pub change: Change,
    pub author: String,
    pub reason: String,
    pub at: Timestamp,
}

/// A change as it was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub id: i64,
    pub change: Change,
    /// The story that was there before, and the one that has the entries now.
    pub from: StoryId,
    pub into: StoryId,
    pub author: String,
    pub reason: String,
    pub at: Timestamp,
    /// The newest entry there was: told again, the change comes right after it.
    pub after: EntryId,
    /// The entries that went over.
    pub entries: Vec<EntryId>,
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("there is no story {0}")]
    UnknownStory(StoryId),
    #[error("there is no entry {0} in a story")]
    UnknownEntry(EntryId),
    #[error("{0} and {1} are the same story")]
    SameStory(StoryId, StoryId),
    #[error("{entry} is not an entry of {story}")]
    NotInStory { entry: EntryId, story: StoryId },
    #[error("nothing would be left of {0}")]
    NothingLeft(StoryId),
    #[error("no entry of {0} was named")]
    NothingNamed(StoryId),
    #[error("more than {MAX_SPLIT} entries at once")]
    TooMany,
    #[error("{0} was not merged into another story")]
    NotMerged(StoryId),
    #[error("what {0} was like before is kept for 48 hours, and they are over")]
    TooLate(StoryId),
    #[error("{entry} is in {story} already")]
    ThereAlready { entry: EntryId, story: StoryId },
}

impl EditError {
    /// Stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            EditError::UnknownStory(_) => "unknown_story",
            EditError::UnknownEntry(_) => "unknown_entry",
            EditError::SameStory(..) => "same_story",
            EditError::NotInStory { .. } => "not_in_story",
            EditError::NothingLeft(_) => "nothing_left",
            EditError::NothingNamed(_) => "nothing_named",
            EditError::TooMany => "too_many",
            EditError::NotMerged(_) => "not_merged",
            EditError::TooLate(_) => "too_late",
            EditError::ThereAlready { .. } => "there_already",
        }
    }

    /// Whether the thing it was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, EditError::UnknownStory(_) | EditError::UnknownEntry(_))
    }
}
