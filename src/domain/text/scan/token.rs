//! Tokens as values: for compiling terms, for regular expressions and for tests. Matching reads
//! [`super::scan`] directly and makes none.

use super::{Buffers, Place, RunChar, Sink, scan};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Word,
    /// Single capitals with full stops, read as one word.
    Initials,
    /// A compound read as one word, over the positions of its parts.
    Joined,
    /// One character of a script without spaces.
    Unsegmented,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Case, marks and invisible characters folded.
    pub form: String,
    pub kind: TokenKind,
    pub place: Place,
}

/// All tokens of `text`, by position; a compound's joined form stands before its parts.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut all = All(Vec::new());
    scan(text, &mut Buffers::default(), &mut all);
    all.0.sort_by_key(|token| (token.place.position, std::cmp::Reverse(token.place.width)));
    all.0
}

struct All(Vec<Token>);

impl Sink for All {
    fn ascii(&mut self, lower: &[u8], start: usize, end: usize, position: u32) {
        let form = String::from_utf8_lossy(&lower[start..end]).into_owned();
        let place = Place { start, end, position, width: 1 };
        self.0.push(Token { form, kind: TokenKind::Word, place });
    }

    fn word(&mut self, form: &str, kind: TokenKind, place: Place) {
        self.0.push(Token { form: form.to_owned(), kind, place });
    }

    fn run(&mut self, form: &str, chars: &[RunChar], position: u32) {
        for (index, c) in chars.iter().enumerate() {
            let until = chars.get(index + 1).map_or(form.len(), |next| next.offset);
            let place = Place {
                start: c.start,
                end: c.end,
                position: position.saturating_add(index as u32),
                width: 1,
            };
            self.0.push(Token {
                form: form[c.offset..until].to_owned(),
                kind: TokenKind::Unsegmented,
                place,
            });
        }
    }
}
