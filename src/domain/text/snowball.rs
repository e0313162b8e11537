//! Stemming by language, for topics that ask for it with `stem = "snowball:LANG"`. The Snowball
//! stemmers (snowballstem.org) cut inflections off: "альянса" and "альянсы" are one word.

use frostem::{Algorithm, Stemmer};

/// A language that can be stemmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Snowball(Algorithm);

impl Snowball {
    /// Reads a language by its code (`ru`) or English name (`russian`).
    pub fn from_name(name: &str) -> Option<Self> {
        Stemmer::try_from_name(name).ok().map(|stemmer| Self(stemmer.algorithm()))
    }

    /// Names of all languages there are.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Algorithm::all().iter().map(|algorithm| algorithm.name())
    }

    /// English name in lower case, as in `snowball:russian`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The stem of a word in lower case.
    pub fn stem(self, word: &str) -> String {
        Stemmer::new(self.0).stem(word).into_owned()
    }
}
