//! A date's text in pieces: numbers, words, signs. [`super::words`] takes them one after another
//! and looks ahead from each.

use super::plain::fold;

/// One piece of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// ASCII digits.
    Number(String),
    /// Letters, folded as by [`fold`].
    Word(String),
    /// A zone by its place: `europe/paris`, `etc/gmt+3`.
    Place(String),
    Sign(char),
}

/// A piece, and whether it follows the one before without white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glued {
    pub piece: Piece,
    pub glued: bool,
}

/// Splits a text into pieces. `None` if it holds what no date holds.
pub fn pieces(text: &str) -> Option<Vec<Glued>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    let mut glued = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if first.is_ascii_digit() => run(rest, |char| char.is_ascii_digit()),
            _ if is_unit(first) => first.len_utf8(),
            _ if first.is_alphabetic() => run(rest, |char| char.is_alphabetic() && !is_unit(char)),
            _ => first.len_utf8(),
        };
        let (mut head, _) = rest.split_at(length);
        let piece = if first.is_ascii_digit() {
            Piece::Number(head.to_owned())
        } else if first.is_alphabetic() {
            match place(rest) {
                Some(place) => {
                    head = place;
                    Piece::Place(place.to_owned())
                }
                None => Piece::Word(fold(head)),
            }
        } else if first.is_ascii() && !first.is_ascii_control() {
            Piece::Sign(first)
        } else {
            return None;
        };
        pieces.push(Glued { piece, glued });
        let after = &rest[head.len()..];
        rest = after.trim_start();
        glued = rest.len() == after.len();
    }
    Some(pieces)
}

/// The pieces from one on.
pub struct Ahead<'a> {
    pub pieces: &'a [Glued],
    pub at: usize,
}

impl Ahead<'_> {
    pub fn piece(&self, next: usize) -> Option<&Piece> {
        self.pieces.get(self.at + next).map(|glued| &glued.piece)
    }

    pub fn number(&self, next: usize) -> Option<&str> {
        match self.piece(next)? {
            Piece::Number(digits) => Some(digits),
            _ => None,
        }
    }

    pub fn word(&self, next: usize) -> Option<&str> {
        match self.piece(next)? {
            Piece::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn sign(&self, next: usize) -> Option<char> {
        match self.piece(next)? {
            Piece::Sign(sign) => Some(*sign),
            _ => None,
        }
    }

    pub fn word_before(&self) -> Option<&str> {
        match &self.pieces.get(self.at.checked_sub(1)?)?.piece {
            Piece::Word(word) => Some(word),
            Piece::Sign('.') => match &self.pieces.get(self.at.checked_sub(2)?)?.piece {
                Piece::Word(word) => Some(word),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether there is such a piece, without white space before it.
    pub fn glued(&self, next: usize) -> bool {
        self.pieces.get(self.at + next).is_some_and(|piece| piece.glued)
    }

    pub fn is_last(&self, next: usize) -> bool {
        self.at + next + 1 == self.pieces.len()
    }
}

/// East Asian units, each a word of its own.
fn is_unit(char: char) -> bool {
    "年月日号號時时点點分秒년월일시분초".contains(char)
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|char| !belongs(char)).unwrap_or(text.len())
}

/// `Europe/Paris` at the start of `text`.
fn place(text: &str) -> Option<&str> {
    let inner = |char: char| char.is_ascii_alphanumeric() || "/_+-".contains(char);
    let place = &text[..run(text, inner)];
    let (area, city) = place.split_once('/')?;
    let plain = !area.is_empty() && area.bytes().all(|byte| byte.is_ascii_alphabetic());
    (plain && city.starts_with(|char: char| char.is_ascii_alphabetic())).then_some(place)
}
