//! What the store keeps of each member of a story, so that the index can be filled again: its
//! weighted words as they were when it was placed, its fingerprints, the words of its title, its
//! names and numbers. As compact bytes with a version.

use jiff::Timestamp;

use super::features::{Tongue, Wording};
use super::vector::Vector;
use crate::domain::ids::{Digest, EntryId};

pub(in crate::domain::story) mod bytes;

/// Most content words of a title that are compared: beyond that a "title" is a text.
pub const MAX_TITLE_WORDS: usize = 24;

/// Most fingerprints that are kept of one entry: the lowest ones, which are a fair sample.
pub const MAX_PRINTS: usize = 64;

/// The content words of a title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Title {
    /// Hashes, ascending, each once; at most [`MAX_TITLE_WORDS`].
    pub words: Box<[u32]>,
    /// Bit n is set if `words[n]` is a name or a number.
    pub names: u32,
}

impl Title {
    /// Of words with whether they are names, ascending by hash and each once.
    pub fn new(words: &[(u32, bool)]) -> Self {
        let names =
            words.iter().enumerate().fold(0, |bits, (at, (_, name))| bits | u32::from(*name) << at);
        Self { words: words.iter().map(|(hash, _)| *hash).collect(), names }
    }

    /// To be compared with others.
    pub fn words(&self) -> TitleWords<'_> {
        TitleWords { words: &self.words, names: self.names }
    }
}

/// The content words of a title, wherever they are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TitleWords<'a> {
    /// As in [`Title::words`].
    pub words: &'a [u32],
    /// As in [`Title::names`].
    pub names: u32,
}

impl TitleWords<'_> {
    /// How many words both have.
    pub fn shared(self, other: TitleWords<'_>) -> usize {
        shared(self.words, other.words)
    }

    /// How many words both have that are names or numbers in this one.
    pub fn shared_names(self, other: TitleWords<'_>) -> usize {
        self.names().filter(|word| other.words.binary_search(word).is_ok()).count()
    }

    /// Whether this title has a name or number that the other lacks.
    pub fn has_name_missing_in(self, other: TitleWords<'_>) -> bool {
        self.names().any(|word| other.words.binary_search(&word).is_err())
    }

    fn names(self) -> impl Iterator<Item = u32> {
        let is_name = move |at: usize| self.names & (1 << at) != 0;
        self.words.iter().enumerate().filter(move |(at, _)| is_name(*at)).map(|(_, word)| *word)
    }
}

/// How many numbers two ascending lists have in common.
pub fn shared(own: &[u32], theirs: &[u32]) -> usize {
    let (mut at, mut both) = (0, 0);
    for number in own {
        while theirs.get(at).is_some_and(|other| other < number) {
            at += 1;
        }
        both += usize::from(theirs.get(at) == Some(number));
    }
    both
}

/// A member of a story, as the index needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    pub link: Option<Digest>,
    /// Who says it, hashed.
    pub source: u32,
    pub language: Tongue,
    /// Words of the body, as far as they count.
    pub body_words: u16,
    /// Hash of the whole title.
    pub title_hash: u32,
    pub title: Title,
    /// All of it as it stands, if it says enough; not known of members of earlier versions.
    pub wording: Option<Wording>,
    pub vector: Vector,
    pub prints: Prints,
    /// Names and numbers, ascending.
    pub facts: Box<[u32]>,
}

/// A sample of an entry's fingerprints: the lowest ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prints {
    /// Ascending, each once; at most [`MAX_PRINTS`].
    pub kept: Box<[u32]>,
    /// How many there were.
    pub all: u16,
}

impl Prints {
    /// Of all prints, ascending and each once.
    pub fn of(mut all: Vec<u32>) -> Self {
        let count = u16::try_from(all.len()).unwrap_or(u16::MAX);
        all.truncate(MAX_PRINTS);
        Self { kept: all.into_boxed_slice(), all: count }
    }

    /// To be compared with others.
    pub fn sample(&self) -> Sample<'_> {
        Sample { kept: &self.kept, all: self.all }
    }
}

/// A sample of fingerprints, wherever it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample<'a> {
    /// As in [`Prints::kept`].
    pub kept: &'a [u32],
    /// As in [`Prints::all`].
    pub all: u16,
}

impl<'a> Sample<'a> {
    /// Up to which hash every print is kept.
    pub fn reach(self) -> u32 {
        match self.kept.last() {
            Some(last) if usize::from(self.all) > self.kept.len() => *last,
            _ => u32::MAX,
        }
    }

    /// Those of the kept that are at most `reach`.
    pub fn within(self, reach: u32) -> &'a [u32] {
        &self.kept[..self.kept.partition_point(|hash| *hash <= reach)]
    }
}

/// Why bytes are not a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// Written by a later wirewatch.
    #[error("a member of a story is stored in version {0}, which is not known here")]
    Version(u8),
    /// Cut short or damaged.
    #[error("a member of a story is stored in damaged form")]
    Damaged,
}

impl TraceError {
    /// Stable word for logs.
    pub fn code(self) -> &'static str {
        match self {
            TraceError::Version(_) => "story_trace_version",
            TraceError::Damaged => "story_trace_damaged",
        }
    }
}

/// A member as stored, for filling an index again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMember {
    pub entry: EntryId,
    pub story: crate::domain::ids::StoryId,
    /// When it was added.
    pub at: Timestamp,
    pub trace: Trace,
}

#[cfg(test)]
mod tests;
