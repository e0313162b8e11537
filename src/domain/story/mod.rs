//! A story: entries that tell the same thing, in whichever feeds. [`signature`] says what is
//! compared, [`recent`] finds who might be alike, [`place`] decides which story an entry belongs
//! to, with the reason.
//!
//! That is by exact identity. By what entries tell: [`features`] of a text, weighed with [`counts`]
//! into a [`vector`], are placed by the [`index`] of the stories that may still grow, with a
//! [`placement`] that says why; [`trace`] is what is stored of a member, and [`headline`] chooses the title that
//! stands for a story.

pub mod counts;
pub mod features;
pub mod headline;
pub mod index;
pub mod place;
pub mod placement;
pub mod recent;
pub mod signature;
pub mod trace;
pub mod vector;

use jiff::Timestamp;

use super::ids::{EntryId, StoryId};
use place::JoinReason;
use signature::Signature;

/// A story as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub id: StoryId,
    /// Title of the entry that opened it.
    pub headline: String,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// How many entries tell it.
    pub entries: u32,
    /// Who tells it, in order of appearance, each once.
    pub publishers: Vec<String>,
    /// How many of its entries are texts of their own and no copies of another's, at most one
    /// for each publisher. Until copies are told apart: the number of publishers.
    pub texts: u32,
    /// Keys of the feeds that carry it, in order of appearance, each once.
    pub feeds: Vec<String>,
}

/// One entry's place in a story.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub story: StoryId,
    pub entry: EntryId,
    pub signature: Signature,
    pub at: Timestamp,
    pub reason: JoinReason,
}
