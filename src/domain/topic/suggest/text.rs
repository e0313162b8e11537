//! A text as the words that suggestions are made of.

use std::collections::HashMap;

use super::super::syntax::ast::{Term, Word};
use crate::domain::document::Document;
use crate::domain::text::scan::{TokenKind, tokens};
use crate::domain::text::spelling::{Stem, normal};

/// Most bytes of a body that are read: what a text is about stands at its beginning.
const MAX_BYTES: usize = 16 * 1024;

/// One word of a text.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// The same for words that a rule finds alike.
    pub form: String,
    /// As it is written.
    pub written: String,
    /// Byte range in its field.
    pub start: usize,
    pub end: usize,
    /// Whether only a space or hyphen is between it and the word before.
    pub follows: bool,
}

/// The words of a title or body. Scripts without spaces give none: where their words end is not
/// known.
pub fn words(text: &str) -> Vec<Spoken> {
    let text = &text[..text.floor_char_boundary(MAX_BYTES)];
    let mut words: Vec<Spoken> = Vec::new();
    for token in tokens(text) {
        if !matches!(token.kind, TokenKind::Word | TokenKind::Initials) {
            continue;
        }
        let (start, end) = (token.place.start, token.place.end);
        let follows =
            words.last().is_some_and(|last| matches!(text.get(last.end..start), Some(" " | "-")));
        words.push(Spoken {
            form: normal(&token.form, Stem::Plural),
            written: text[start..end].to_owned(),
            start,
            end,
            follows,
        });
    }
    words
}

/// The words of title and body.
pub fn fields(document: &Document) -> [Vec<Spoken>; 2] {
    [words(&document.title), words(&document.body)]
}

/// Ways in which something is written, to show the most usual one.
#[derive(Debug, Clone, Default)]
pub struct Writings(HashMap<String, usize>);

impl Writings {
    pub fn add(&mut self, written: String) {
        *self.0.entry(written).or_default() += 1;
    }

    /// The writing to put into a rule: small letters where any text has them, since a capital
    /// would bind.
    pub fn usual(&self) -> String {
        let is_small = |text: &str| !text.chars().any(char::is_uppercase);
        let best = self.0.iter().max_by(|a, b| {
            let rank = |(text, count): &(&String, &usize)| (is_small(text), **count);
            rank(a).cmp(&rank(b)).then_with(|| b.0.cmp(a.0))
        });
        best.map_or(String::new(), |(text, _)| text.clone())
    }
}

/// Words as a term of a rule, quotes included where it needs them.
pub fn as_term(words: &str) -> String {
    let word = |text: &str| Word {
        text: text.to_owned(),
        exact: false,
        open_start: false,
        open_end: false,
    };
    let mut all: Vec<Word> = words.split_whitespace().map(word).collect();
    let term = match all.len() {
        1 => Term::Word(all.remove(0)),
        _ => Term::Phrase { exact: false, words: all, slop: 0 },
    };
    term.to_string()
}
