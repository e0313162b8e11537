//! Words of topics that ask for a stemmer: by language, the stems that are looked for. A document
//! is asked for them only where there are any, and each distinct word of it is stemmed once
//! ([`Stemmed`] remembers, over documents too).

use std::collections::HashMap;

use super::TermId;
use crate::domain::ids::Digest;
use crate::domain::text::snowball::Snowball;

/// Most words (and most terms of them) that are remembered, and longest of them in bytes: longer ones are rare.
const MAX_REMEMBERED: usize = 20_000;
const MAX_REMEMBERED_BYTES: usize = 64;

type Keys = HashMap<Box<str>, Vec<TermId>, ahash::RandomState>;

/// Stems that are looked for.
#[derive(Default)]
pub struct Stems {
    languages: Vec<(Snowball, Keys)>,
    /// The set they belong to.
    name: Option<Digest>,
}

impl Stems {
    pub fn is_empty(&self) -> bool {
        self.languages.is_empty()
    }

    pub(super) fn name(&mut self, set: Digest) {
        self.name = Some(set);
    }

    /// Words that go by `key` in `language` are occurrences of `term`.
    pub fn add(&mut self, language: Snowball, key: String, term: TermId) {
        let index = match self.languages.iter().position(|(known, _)| *known == language) {
            Some(index) => index,
            None => {
                self.languages.push((language, Keys::default()));
                self.languages.len() - 1
            }
        };
        self.languages[index].1.entry(key.into()).or_default().push(term);
    }

    /// Adds the terms that `word`, as written, is an occurrence of; each once.
    fn terms_of(&self, word: &str, terms: &mut Vec<TermId>) {
        let first = terms.len();
        for (language, keys) in &self.languages {
            if !language.reads(word) {
                continue;
            }
            let (key, other) = language.keys(word);
            for key in std::iter::once(key).chain(other) {
                for term in keys.get(key.as_str()).into_iter().flatten() {
                    if !terms[first..].contains(term) {
                        terms.push(*term);
                    }
                }
            }
        }
    }
}

/// Words that were stemmed, with the terms they are occurrences of.
#[derive(Debug, Default)]
pub struct Stemmed {
    /// The set they were stemmed for.
    set: Option<Digest>,
    known: HashMap<Box<str>, (u32, u32), ahash::RandomState>,
    terms: Vec<TermId>,
}

impl Stemmed {
    /// Gets ready for a document of this set.
    pub fn begin(&mut self, stems: &Stems) {
        if self.set != stems.name || self.known.len().max(self.terms.len()) > MAX_REMEMBERED {
            self.set = stems.name;
            self.forget();
        }
    }

    /// The terms that `word`, as written, is an occurrence of, for [`Self::term`].
    pub fn look_up(&mut self, stems: &Stems, word: &str) -> std::ops::Range<u32> {
        if let Some(&(start, end)) = self.known.get(word) {
            return start..end;
        }
        let start = self.terms.len() as u32;
        stems.terms_of(word, &mut self.terms);
        let end = self.terms.len() as u32;
        if word.len() <= MAX_REMEMBERED_BYTES {
            self.known.insert(word.into(), (start, end));
        }
        start..end
    }

    pub fn term(&self, index: u32) -> Option<TermId> {
        self.terms.get(index as usize).copied()
    }

    fn forget(&mut self) {
        self.known.clear();
        self.terms.clear();
    }
}
