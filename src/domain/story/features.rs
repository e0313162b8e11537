//! What of an entry is compared to tell which story it tells, worked out from its text alone and
//! outside of any transaction: weighted words, names and numbers, the words of the title, and
//! fingerprints of the text. [`super::index::StoryIndex`] places by it.
//!
//! [`reading`] cuts the text into words, [`title`] cuts names of sources off titles, [`stop`] knows
//! the words that say nothing, [`prints`] fingerprints, [`wording`] is all of it as it stands.

use crate::domain::document::Document;
use crate::domain::ids::Digest;
use crate::domain::text::hash::Key;
use crate::domain::text::language;

mod prints;
mod reading;
mod stop;
mod title;
mod wording;

pub use prints::{PRINT_WINDOW, SHINGLE_WORDS};
pub use title::without_source;
pub use wording::Wording;

use super::trace::{MAX_TITLE_WORDS, Title};
use reading::Reading;

/// Words of the body that count fully: news tells the event first.
pub const LEAD_WORDS: usize = 60;

/// Words of the body that count at all: beyond them comes background, which is other stories'.
pub const MAX_BODY_WORDS: usize = 400;

/// Weights of one occurrence, in 1/256: in the title, in the lead, after it.
const TITLE_WEIGHT: u32 = 512;
const LEAD_WEIGHT: u32 = 256;
const REST_WEIGHT: u32 = 77;

/// A name inside a sentence counts one and a half times.
const NAME_NUMERATOR: u32 = 3;
const NAME_DENOMINATOR: u32 = 2;

/// Most names and numbers that are kept of one entry, those first told.
pub const MAX_FACTS: usize = 48;

/// A language: its code packed into a number, 0 where nobody can tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tongue(pub u16);

impl Tongue {
    /// Of a primary subtag (`en`, `gsw`).
    pub fn of(code: &str) -> Self {
        if code == language::UNDETERMINED {
            return Self(0);
        }
        Self(code.bytes().take(3).fold(0, |packed, byte| packed << 5 | u16::from(byte & 31)))
    }
}

/// A word of a text, by its hash, with its weight before it is known how common the word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    pub hash: u32,
    /// In 1/256 of one plain occurrence in the lead.
    pub weight: u32,
}

/// An occurrence of a word, kept so that a sentence can be taken out again.
#[derive(Debug, Clone, Copy)]
struct Token {
    hash: u32,
    weight: u32,
    /// Place in `sentences`.
    sentence: u16,
}

/// A fingerprint of some words in a row.
#[derive(Debug, Clone, Copy)]
struct Print {
    hash: u32,
    sentence: u16,
}

/// An entry as the index sees it.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// The link's key (see [`crate::domain::entry::identity`]).
    pub link: Option<Digest>,
    /// Who says it, hashed: what one source says in every entry is boilerplate.
    pub source: u32,
    pub language: Tongue,
    /// Words of the body, at most [`MAX_BODY_WORDS`].
    pub body_words: u16,
    /// Content words of the title.
    pub title: Title,
    /// All of it as it stands; `None` of what says next to nothing.
    pub wording: Option<Wording>,
    /// Whether there is more than a title.
    pub has_text: bool,
    tokens: Vec<Token>,
    /// Hashes of the sentences; the title is the first.
    sentences: Vec<u32>,
    prints: Vec<Print>,
    facts: Vec<u32>,
    spelt: Spelt,
}

/// How the words are written, for reasons that people read.
#[derive(Debug, Clone, Default)]
struct Spelt {
    text: String,
    /// Ascending by hash; where the word stands in `text`.
    places: Vec<(u32, u32, u32)>,
}

impl Features {
    /// The features of an entry. `source` is the key of its feed.
    pub fn of(document: &Document, link: Option<Digest>, source: &str) -> Self {
        let spoken = language::of(document);
        let mut reading = Reading::new(&spoken.code);
        let title = without_source(&document.title);
        reading.title(title);
        reading.body(&document.body);
        let (title, has_text) = (title_of(&reading), wording::has_text(&reading));
        let mut features = Self {
            link,
            source: hash(source),
            language: Tongue::of(&spoken.code),
            body_words: reading.body_words.min(MAX_BODY_WORDS) as u16,
            wording: wording::of(document, source, title.words.len(), has_text),
            has_text,
            title,
            sentences: reading.sentences.iter().map(|sentence| sentence.hash).collect(),
            prints: prints::of(&reading),
            ..Self::default()
        };
        features.take_words(&reading);
        features
    }

    /// The weighted terms, ascending by hash, without the sentences that `skip` (by their hash)
    /// says are boilerplate.
    pub fn terms(&self, skip: &impl Fn(u32) -> bool) -> Vec<Term> {
        let skipped: Vec<bool> = self.sentences.iter().map(|hash| skip(*hash)).collect();
        let mut terms: Vec<Term> = Vec::with_capacity(self.tokens.len());
        for token in &self.tokens {
            if skipped.get(usize::from(token.sentence)).copied().unwrap_or(false) {
                continue;
            }
            match terms.last_mut() {
                Some(last) if last.hash == token.hash => {
                    last.weight = last.weight.saturating_add(token.weight);
                }
                _ => terms.push(Term { hash: token.hash, weight: token.weight }),
            }
        }
        terms
    }

    /// The fingerprints, ascending, each once, without those of sentences that `skip` says are
    /// boilerplate.
    pub fn prints(&self, skip: &impl Fn(u32) -> bool) -> Vec<u32> {
        let skipped: Vec<bool> = self.sentences.iter().map(|hash| skip(*hash)).collect();
        let kept = self
            .prints
            .iter()
            .filter(|print| !skipped.get(usize::from(print.sentence)).copied().unwrap_or(false));
        let mut prints: Vec<u32> = kept.map(|print| print.hash).collect();
        prints.sort_unstable();
        prints.dedup();
        prints
    }

    /// Hashes of the sentences of the body, in order.
    pub fn body_sentences(&self) -> &[u32] {
        self.sentences.get(1..).unwrap_or_default()
    }

    /// Hash of the whole title, 0 if there is none.
    pub fn title_hash(&self) -> u32 {
        self.sentences.first().copied().unwrap_or(0)
    }

    /// Names and numbers, hashed without regard to language, ascending: what an entry tells that
    /// can be checked, and what tells two languages' texts alike.
    pub fn facts(&self) -> &[u32] {
        &self.facts
    }

    /// A word as the text first has it; for facts as well as for terms.
    pub fn spelt(&self, hash: u32) -> Option<&str> {
        let at = self.spelt.places.binary_search_by_key(&hash, |place| place.0).ok()?;
        let (_, start, end) = self.spelt.places[at];
        self.spelt.text.get(start as usize..end as usize)
    }

    fn take_words(&mut self, reading: &Reading) {
        let mut facts = Vec::new();
        let mut seen = 0usize;
        for word in &reading.words {
            let in_title = word.sentence == 0;
            if !in_title {
                seen += 1;
                if seen > MAX_BODY_WORDS {
                    break;
                }
            }
            let (start, end) = (word.start as u32, word.end as u32);
            if word.is_name || word.is_number {
                if facts.len() < MAX_FACTS && !facts.contains(&word.plain) {
                    facts.push(word.plain);
                }
                self.spelt.places.push((word.plain, start, end));
            }
            let Some(hash) = word.term else { continue };
            let zone = match (in_title, seen <= LEAD_WORDS) {
                (true, _) => TITLE_WEIGHT,
                (false, true) => LEAD_WEIGHT,
                (false, false) => REST_WEIGHT,
            };
            let weight = if word.is_name { zone * NAME_NUMERATOR / NAME_DENOMINATOR } else { zone };
            self.tokens.push(Token { hash, weight, sentence: word.sentence });
            self.spelt.places.push((hash, start, end));
        }
        facts.sort_unstable();
        self.facts = facts;
        // Stable: a word's first spelling stays first.
        self.tokens.sort_by_key(|token| token.hash);
        self.spelt.places.sort_by_key(|place| (place.0, place.1));
        self.spelt.places.dedup_by_key(|place| place.0);
        self.spelt.text.clone_from(&reading.text);
    }
}

fn title_of(reading: &Reading) -> Title {
    let words = reading.words.iter().filter(|word| word.sentence == 0);
    let mut terms: Vec<(u32, bool)> = words
        .filter_map(|word| word.term.map(|hash| (hash, word.is_name || word.is_number)))
        .take(MAX_TITLE_WORDS)
        .collect();
    terms.sort_unstable();
    terms.dedup_by_key(|(hash, _)| *hash);
    Title::new(&terms)
}

/// The hash of a word: the same on every machine and in every run.
pub(super) fn hash(word: &str) -> u32 {
    (Key::new(Digest(*b"words of stories")).hash(word.as_bytes()) >> 32) as u32
}

#[cfg(test)]
mod tests;
