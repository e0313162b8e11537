//! Stemming by language, for topics that ask for it with `stem = "snowball:LANG"`. The Snowball
//! stemmers (snowballstem.org) cut inflections off: "альянса" and "альянсы" are one word.
//!
//! The algorithms need the letters as they are written: without its accent "défense" has another
//! stem. Many texts leave accents out, so that a word goes by two stems, [`Snowball::keys`]: of
//! the word as it is written, and of the word without marks (in English, as Americans spell it).
//! Two words are the same where they share one.

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

use super::fold::fold;
use super::script::{self, Kind};
use super::spelling;

/// A language that can be stemmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Snowball(Algorithm);

/// Longest word that is stemmed, in bytes: the algorithms are made for words, and longer things
/// are none.
const MAX_WORD_BYTES: usize = 128;

/// The letters a language is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Hebrew,
    Arabic,
    Devanagari,
    Tamil,
}

impl Snowball {
    /// Reads a language by its code (`ru`) or English name (`russian`).
    pub fn from_name(name: &str) -> Option<Self> {
        let name = match name {
            "nb" | "nn" | "nob" | "nno" => "norwegian",
            other => other,
        };
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

    /// Whether the language is written with the letters of `word`. Words of other scripts are not
    /// stemmed: to a Russian stemmer "alliances" is no word. Compatibility forms count as what
    /// they stand for, as in [`Self::keys`]: "ﬁnance" is Latin.
    pub fn reads(self, word: &str) -> bool {
        let found = word.nfkc().find(|c| c.is_alphabetic()).and_then(letters);
        found.is_some_and(|found| {
            found == self.letters() || (self.0 == Algorithm::Serbian && found == Letters::Cyrillic)
        })
    }

    /// The stem of a word in lower case, as the algorithm has it.
    pub fn stem(self, word: &str) -> String {
        if word.len() > MAX_WORD_BYTES {
            return word.to_owned();
        }
        Stemmer::new(self.0).stem(word).into_owned()
    }

    /// What a word as written in a text or a rule goes by, without marks: the stem of the word as
    /// it is; and where that is another one, of the word without marks, and in English of its
    /// American spelling or the singular of an irregular plural.
    pub fn keys(self, word: &str) -> (String, Option<String>) {
        let lower = self.lower(word);
        let plain = fold(&lower);
        let (key, other) = if !self.is_english() {
            let key = fold(&self.stem(&lower));
            (key, (plain != lower).then(|| fold(&self.stem(&plain))))
        } else if spelling::is_kept(&plain) {
            (plain, None)
        } else {
            let base = spelling::base(&plain);
            let other = (base != plain).then(|| self.stem(&base));
            (self.stem(&plain), other)
        };
        let other = other.filter(|other| *other != key);
        (key, other)
    }

    /// The word in lower case, composed, without hyphens, full stops and invisible characters.
    fn lower(self, word: &str) -> String {
        let inside = |c: &char| matches!(script::kind(*c), Kind::Word | Kind::Mark);
        let letters = word.nfkc().filter(inside);
        if self.0 != Algorithm::Turkish {
            return letters.collect::<String>().to_lowercase();
        }
        let mut lower = String::with_capacity(word.len());
        for c in letters {
            match c {
                'I' => lower.push('ı'),
                'İ' => lower.push('i'),
                other => lower.extend(other.to_lowercase()),
            }
        }
        lower
    }

    fn is_english(self) -> bool {
        matches!(
            self.0,
            Algorithm::English
                | Algorithm::Porter
                | Algorithm::Lovins
                | Algorithm::Earlymodernenglish
        )
    }

    fn letters(self) -> Letters {
        match self.0 {
            Algorithm::Greek => Letters::Greek,
            Algorithm::Russian | Algorithm::Ukrainian => Letters::Cyrillic,
            Algorithm::Armenian => Letters::Armenian,
            Algorithm::Yiddish => Letters::Hebrew,
            Algorithm::Arabic | Algorithm::Persian => Letters::Arabic,
            Algorithm::Hindi | Algorithm::Nepali => Letters::Devanagari,
            Algorithm::Tamil => Letters::Tamil,
            _ => Letters::Latin,
        }
    }
}

fn letters(c: char) -> Option<Letters> {
    Some(match c {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Letters::Greek,
        '\u{400}'..='\u{52f}' => Letters::Cyrillic,
        '\u{530}'..='\u{58f}' => Letters::Armenian,
        '\u{590}'..='\u{5ff}' => Letters::Hebrew,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fefc}' => Letters::Arabic,
        '\u{900}'..='\u{97f}' => Letters::Devanagari,
        '\u{b80}'..='\u{bff}' => Letters::Tamil,
        _ if script::loses_marks(c) || c.is_alphabetic() && c < '\u{250}' => Letters::Latin,
        '\u{ff21}'..='\u{ff5a}' => Letters::Latin,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
