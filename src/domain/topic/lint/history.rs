//! What the stored texts say of the rules. [`Vocabulary`] is the words of the full-text index
//! with the number of entries that hold each; whoever has the store gives it, and entries to look
//! at where words alone do not tell. What cannot be told for certain is not said.

mod seen;
mod vocabulary;
mod wide;

use super::super::syntax::ast::Term;
use super::Lint;
use super::book::Book;
use crate::domain::document::Document;
use crate::domain::text::case::Capitals;
use crate::domain::text::scan::{TokenKind, tokens};

pub use vocabulary::Vocabulary;

/// Entries that hold one word of each group, as the index has it. Words with a space between are
/// a phrase.
pub type Query = Vec<Vec<String>>;

/// Most entries looked at to see how a word is written.
const TALLY_ENTRIES: usize = 100;

/// The stored texts.
pub struct History<'a> {
    pub vocabulary: &'a Vocabulary,
    /// The newest entries that answer a query, at most so many.
    pub entries: &'a mut dyn FnMut(&Query, usize) -> Vec<Document>,
}

/// How often a word is written small and with a capital, within sentences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub small: u32,
    pub capital: u32,
}

impl Tally {
    pub fn total(self) -> u32 {
        self.small + self.capital
    }
}

impl History<'_> {
    /// How a folded word is written in the newest entries that hold it. The starts of sentences
    /// and the titles, which may be all in capitals, do not count.
    pub(super) fn tally(&mut self, form: &str) -> Tally {
        let mut tally = Tally::default();
        let words = self.vocabulary.as_indexed(form);
        if words.is_empty() {
            return tally;
        }
        for document in (self.entries)(&vec![words], TALLY_ENTRIES) {
            let body = document.body.as_str();
            for token in tokens(body).iter().filter(|token| token.kind == TokenKind::Word) {
                let (start, end) = (token.place.start, token.place.end);
                if token.form == form && is_within_sentence(&body[..start]) {
                    match Capitals::of(&body[start..end]).initial {
                        true => tally.capital += 1,
                        false => tally.small += 1,
                    }
                }
            }
        }
        tally
    }
}

/// Whether a word that follows `before` stands within a sentence.
fn is_within_sentence(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| c == ' ' || "\"'“”‘’«»(".contains(c));
    before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, ',' | ';'))
}

/// Lints that only the stored texts can tell.
pub(super) fn lint(book: &Book<'_>, history: &mut History<'_>, found: &mut Vec<Lint>) {
    wide::lint(book, history, found);
    seen::lint(book, history, found);
}

/// The words that a term is written with.
fn term_words(term: &Term) -> &[super::super::syntax::ast::Word] {
    match term {
        Term::Word(word) => std::slice::from_ref(word),
        Term::Phrase { words, .. } => words,
        Term::Regex { .. } => &[],
    }
}
