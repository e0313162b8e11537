//! Words that are much like a term: longer ones, other endings, a letter more or less.

use super::super::super::super::syntax::ast::{Scope, Term, Word};
use super::{NearHit, NearHits, word_label};
use crate::domain::text::slips::slips;
use crate::domain::text::spelling::{Stem, normal};

/// Fewest letters of a term that longer words may begin with.
const MIN_START: usize = 4;

/// Fewest letters of a term that compounds may end with.
const MIN_END: usize = 5;

/// Most letters that another ending takes the place of.
const MAX_ENDING: usize = 4;

/// Fewest letters that two forms of one word share at their beginning.
const MIN_STEM: usize = 5;

/// Fewest letters of a name that may be written with one other letter, and with two.
const MIN_TYPO: usize = 5;
const MIN_TWO_TYPOS: usize = 9;

/// How a word of the text is like a term; better kinds first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// The same but for the plural or British spelling, which the term does not fold.
    Plural,
    /// It begins with the term; so many letters more.
    Longer(usize),
    /// It shares its beginning with the term.
    Ending(usize),
    /// It ends with the term.
    Compound(usize),
}

impl NearHits<'_> {
    /// The word in another form.
    pub(super) fn other_form(&self, word: &Word, form: &str, scope: Scope) -> Option<NearHit> {
        let term = (form, &*normal(form, Stem::Plural), form.chars().count());
        let alike = self.normals.iter();
        let mut alike: Vec<(Likeness, &String)> = alike
            .filter_map(|(other, normal)| Some((likeness(term, other, normal)?, other)))
            .collect();
        alike.sort();
        let hit = alike.into_iter().take(20).find_map(|(likeness, other)| {
            let (text, spans) = self.quote(other, scope)?;
            let (term, is_added) = match likeness {
                Likeness::Plural => (Word { exact: false, ..word.clone() }, false),
                Likeness::Longer(_) => (Word { open_end: true, ..word.clone() }, false),
                Likeness::Compound(_) => (Word { open_start: true, ..word.clone() }, false),
                Likeness::Ending(_) => (plain(&text), true),
            };
            let term = Term::Word(term);
            self.catches(&term, scope).then_some((text, spans, term, is_added))
        });
        let (text, spans, term, is_added) = hit?;
        let asked = word_label(word);
        let change = if is_added { format!("{asked} OR {term}") } else { term.to_string() };
        Some(NearHit {
            code: "other_form",
            found: format!("the text has \"{text}\", which {asked} does not take"),
            change: format!("{change} would"),
            asked,
            term,
            is_added,
            spans,
            expr: None,
        })
    }

    /// A word that differs by a letter or two: a name that is spelt in several ways.
    pub(super) fn other_spelling(&self, word: &Word, form: &str, scope: Scope) -> Option<NearHit> {
        let length = form.chars().count();
        let most = match length {
            MIN_TWO_TYPOS.. => 2,
            MIN_TYPO.. => 1,
            _ => return None,
        };
        let letters: Vec<char> = form.chars().collect();
        let near = |other: &&String| {
            let other: Vec<char> = other.chars().collect();
            other.first() == letters.first() && slips(&letters, &other, most).is_some()
        };
        let (text, spans) =
            self.forms.keys().filter(near).find_map(|other| self.quote(other, scope))?;
        let term = Term::Word(plain(&text));
        let asked = word_label(word);
        self.catches(&term, scope).then(|| NearHit {
            code: "spelling",
            found: format!("the text has \"{text}\", spelt otherwise than {asked}"),
            change: format!("{asked} OR {term} would take both"),
            asked,
            term,
            is_added: true,
            spans,
            expr: None,
        })
    }
}

/// A word as it stands in the text, as a term.
fn plain(text: &str) -> Word {
    Word { text: text.to_owned(), exact: false, open_start: false, open_end: false }
}

/// How `other` is like a term, given as its form, its normal form and its number of letters.
fn likeness(
    (form, normal, length): (&str, &str, usize),
    other: &str,
    other_normal: &str,
) -> Option<Likeness> {
    if form == other {
        return None;
    }
    if normal == other_normal {
        return Some(Likeness::Plural);
    }
    let theirs = other.chars().count();
    let more = theirs.saturating_sub(length);
    if length >= MIN_START && other.starts_with(form) {
        return Some(Likeness::Longer(more));
    }
    let shared = form.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let ends = (length - shared).max(theirs - shared);
    if shared >= MIN_STEM && ends <= MAX_ENDING && shared > ends {
        return Some(Likeness::Ending(ends));
    }
    (length >= MIN_END && other.ends_with(form)).then_some(Likeness::Compound(more))
}
