//! What of an entry is compared with others to tell whether they are the same story: its link
//! and the content words of its title.

use crate::domain::ids::Digest;

/// An entry seen as a candidate for a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The link's key (see [`crate::domain::entry::identity`]); not per feed: two feeds that
    /// carry the same link tell the same story.
    pub link: Option<Digest>,
    /// Hashes of the title's content words, ascending, each once; at most
    /// [`MAX_TITLE_TERMS`].
    pub terms: Vec<i64>,
}

/// Most content words of a title that are compared: beyond that a "title" is a text.
pub const MAX_TITLE_TERMS: usize = 24;
