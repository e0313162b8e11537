//! How common words are, by language, and what each source says in every entry. Learnt from each
//! entry that is added; halved every 30 days, so that it follows what is written now.
//!
//! The counts of some hundred thousand words are not written one by one: [`Counts::take_journal`]
//! gives what was learnt since it was last asked as one piece of bytes, [`Counts::to_bytes`] all of
//! it. Reading the latter and then the former in order gives the same counts again.

use ahash::AHashMap;
use jiff::Timestamp;

use super::features::{Features, Tongue};
use super::vector::log2_q16;

mod boilerplate;
mod journal;

use boilerplate::Source;

/// After how long all counts are halved.
const HALVED_AFTER_S: i64 = 30 * 24 * 3600;

/// Most words counted; beyond that all counts are halved, and those seen once are gone. About 12
/// bytes each.
const MAX_WORDS: usize = 900_000;

/// Most sources whose boilerplate is learnt; beyond that all are forgotten and learnt anew.
const MAX_SOURCES: usize = 20_000;

/// Entries that are taken as known from the start: until some hundred were seen, how often a word
/// was seen says little.
const PRIOR_ENTRIES: u64 = 50;

/// The counts.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// By language.
    spoken: AHashMap<u16, Spoken>,
    /// Words of all languages.
    words: usize,
    sources: AHashMap<u32, Source>,
    halved_at_s: Option<i64>,
    journal: Vec<u8>,
}

/// What was read in one language.
#[derive(Debug, Clone, Default)]
struct Spoken {
    entries: u32,
    /// In how many of them a word was.
    words: AHashMap<u32, u32>,
}

impl Counts {
    /// How rare a word is, in 1/65536 bits: log2((N + 1) / (n + ½)).
    pub fn rarity(&self, language: Tongue) -> impl Fn(u32) -> u32 + '_ {
        let spoken = self.spoken.get(&language.0);
        let entries = u64::from(spoken.map_or(0, |spoken| spoken.entries));
        let all = log2_q16(2 * (entries + PRIOR_ENTRIES + 1));
        move |hash| {
            let count = spoken.and_then(|spoken| spoken.words.get(&hash)).copied().unwrap_or(0);
            all.saturating_sub(log2_q16(2 * u64::from(count) + 1))
        }
    }

    /// Whether a sentence is one that `source` says in more than a fifth of its entries.
    pub fn boilerplate(&self, source: u32) -> impl Fn(u32) -> bool + '_ {
        let source = self.sources.get(&source);
        move |sentence| source.is_some_and(|source| source.repeats(sentence))
    }

    /// Learns from an entry added at `at`.
    pub fn learn(&mut self, features: &Features, at: Timestamp) {
        let terms: Vec<u32> = features.terms(&|_| false).iter().map(|term| term.hash).collect();
        // A text that is its title once more has no frame.
        let mut ends = boilerplate::ends(features.body_sentences());
        ends.retain(|sentence| *sentence != features.title_hash());
        let (language, source) = (features.language, features.source);
        journal::write(&mut self.journal, at, language, source, &terms, &ends);
        self.count(at.as_second(), language, source, &terms, &ends);
    }

    fn count(&mut self, at_s: i64, language: Tongue, source: u32, terms: &[u32], ends: &[u32]) {
        let halved_at_s = *self.halved_at_s.get_or_insert(at_s);
        if at_s.saturating_sub(halved_at_s) >= HALVED_AFTER_S {
            self.halve();
            self.halved_at_s = Some(at_s);
        } else if self.words > MAX_WORDS {
            self.halve();
        }
        let spoken = self.spoken.entry(language.0).or_default();
        let before = spoken.words.len();
        spoken.entries = spoken.entries.saturating_add(1);
        for &hash in terms {
            let count = spoken.words.entry(hash).or_default();
            *count = count.saturating_add(1);
        }
        self.words += spoken.words.len() - before;
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source) {
            self.sources.clear();
        }
        self.sources.entry(source).or_default().learn(ends);
    }

    fn halve(&mut self) {
        for spoken in self.spoken.values_mut() {
            spoken.entries /= 2;
            spoken.words.values_mut().for_each(|count| *count /= 2);
            spoken.words.retain(|_, count| *count > 0);
        }
        self.words = self.spoken.values().map(|spoken| spoken.words.len()).sum();
    }
}

fn key(language: u16, hash: u32) -> u64 {
    u64::from(language) << 32 | u64::from(hash)
}

#[cfg(test)]
mod tests;
