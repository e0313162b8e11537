//! Which story an entry belongs to: exact identity (same link, or a near-identical title within
//! 48 hours), with the reason.

use std::time::Duration;

use crate::domain::ids::StoryId;

/// How long after a member was seen another entry may join by its title.
pub const TITLE_WINDOW: Duration = Duration::from_secs(48 * 3600);

/// Fewest shared title words that can make two titles near-identical: the store looks no further.
pub const MIN_SHARED: u32 = 4;

/// Why an entry is in its story.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinReason {
    /// Nothing known told the same.
    Opened,
    /// Another member has the same link.
    SameLink,
    /// The titles share `shared` content words, of `own` and `theirs`.
    SimilarTitle { shared: u32, own: u32, theirs: u32 },
}

impl JoinReason {
    pub fn code(&self) -> &'static str {
        match self {
            JoinReason::Opened => "opened",
            JoinReason::SameLink => "same_link",
            JoinReason::SimilarTitle { .. } => "similar_title",
        }
    }
}

/// Where an entry goes: an existing story, or a new one (`None`).
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    pub story: Option<StoryId>,
    pub reason: JoinReason,
}
