//! A member of a story as the index holds it, its lists in one piece of memory: there are many. And
//! what of an entry is compared, be it one that comes or one that is there.

use super::needed::SHORT_WORDS;
use crate::domain::ids::{EntryId, StoryId};
use crate::domain::story::features::{Tongue, Wording};
use crate::domain::story::trace::{Sample, TitleWords, Trace};
use crate::domain::story::vector::Vector;

/// A member.
#[derive(Debug)]
pub(super) struct Row {
    pub entry: EntryId,
    pub story: StoryId,
    pub at_ms: i64,
    pub source: u32,
    pub title_hash: u32,
    title_names: u32,
    pub language: Tongue,
    pub body_words: u16,
    pub wording: Option<Wording>,
    /// Fingerprints the text had.
    all_prints: u16,
    /// Where in `lists` the fingerprints and the facts begin; the words of the title come first.
    prints_at: u8,
    facts_at: u8,
    lists: Box<[u32]>,
}

impl Row {
    /// Of a trace that was placed.
    pub fn of(entry: EntryId, story: StoryId, trace: &Trace, at_ms: i64) -> Self {
        let (words, prints) = (&trace.title.words[..], &trace.prints.kept[..]);
        Self {
            entry,
            story,
            at_ms,
            source: trace.source,
            title_hash: trace.title_hash,
            title_names: trace.title.names,
            language: trace.language,
            body_words: trace.body_words,
            wording: trace.wording,
            all_prints: trace.prints.all,
            prints_at: words.len() as u8,
            facts_at: (words.len() + prints.len()) as u8,
            lists: [words, prints, &trace.facts].concat().into_boxed_slice(),
        }
    }

    /// The words of its title.
    pub fn title(&self) -> TitleWords<'_> {
        TitleWords { words: &self.lists[..self.prints_at.into()], names: self.title_names }
    }

    /// Its fingerprints.
    pub fn prints(&self) -> Sample<'_> {
        let kept = &self.lists[self.prints_at.into()..self.facts_at.into()];
        Sample { kept, all: self.all_prints }
    }

    /// Its names and numbers.
    pub fn facts(&self) -> &[u32] {
        &self.lists[self.facts_at.into()..]
    }
}

/// What is compared of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Saying<'a> {
    pub source: u32,
    pub body_words: u16,
    pub title: TitleWords<'a>,
    pub facts: &'a [u32],
    pub vector: &'a Vector,
}

impl<'a> Saying<'a> {
    /// Whether there is more than a title and a sentence.
    pub fn has_text(self) -> bool {
        self.body_words >= SHORT_WORDS
    }

    /// Of an entry that comes.
    pub fn of(trace: &'a Trace) -> Self {
        Self {
            source: trace.source,
            body_words: trace.body_words,
            title: trace.title.words(),
            facts: &trace.facts,
            vector: &trace.vector,
        }
    }

    /// Of the only member of a story, whose words are the story's.
    pub fn of_member(row: &'a Row, vector: &'a Vector) -> Self {
        Self {
            source: row.source,
            body_words: row.body_words,
            title: row.title(),
            facts: row.facts(),
            vector,
        }
    }
}
