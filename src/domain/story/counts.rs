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

/// Most words counted; beyond that all counts are halved, and those seen once are gone. About 20
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
    /// Entries by language.
    entries: AHashMap<u16, u32>,
    /// In how many entries a word was; keyed by language and hash.
    words: AHashMap<u64, u32>,
    sources: AHashMap<u32, Source>,
    halved_at_s: Option<i64>,
    journal: Vec<u8>,
}

impl Counts {
    /// How rare a word is, in 1/65536 bits: log2((N + 1) / (n + ½)).
    pub fn rarity(&self, language: Tongue) -> impl Fn(u32) -> u32 + '_ {
        let entries = u64::from(self.entries.get(&language.0).copied().unwrap_or(0));
        let all = log2_q16(2 * (entries + PRIOR_ENTRIES + 1));
        move |hash| {
            let count = self.words.get(&key(language, hash)).copied().unwrap_or(0);
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
        let ends = boilerplate::ends(features.body_sentences());
        let (language, source) = (features.language, features.source);
        journal::write(&mut self.journal, at, language, source, &terms, &ends);
        self.count(at.as_second(), language, source, &terms, &ends);
    }

    fn count(&mut self, at_s: i64, language: Tongue, source: u32, terms: &[u32], ends: &[u32]) {
        let halved_at_s = *self.halved_at_s.get_or_insert(at_s);
        if at_s.saturating_sub(halved_at_s) >= HALVED_AFTER_S {
            self.halve();
            self.halved_at_s = Some(at_s);
        } else if self.words.len() > MAX_WORDS {
            self.halve();
        }
        let entries = self.entries.entry(language.0).or_default();
        *entries = entries.saturating_add(1);
        for &hash in terms {
            let count = self.words.entry(key(language, hash)).or_default();
            *count = count.saturating_add(1);
        }
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source) {
            self.sources.clear();
        }
        self.sources.entry(source).or_default().learn(ends);
    }

    fn halve(&mut self) {
        self.entries.values_mut().for_each(|count| *count /= 2);
        self.words.values_mut().for_each(|count| *count /= 2);
        self.words.retain(|_, count| *count > 0);
    }
}

fn key(language: Tongue, hash: u32) -> u64 {
    u64::from(language.0) << 32 | u64::from(hash)
}

#[cfg(test)]
mod tests;
