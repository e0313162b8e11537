//! Cuts a text into markup and what lies between: linear, without recursion or memory, and
//! without an opinion on what is well formed. [`super::scan`] and [`super::mend`] read its tokens.

use std::ops::Range;

use memchr::{memchr, memmem};

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    pub part: Part<'a>,
    /// Where it lies in the text, markup included.
    pub range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    Start {
        name: &'a str,
        empty: bool,
        attributes: usize,
    },
    End {
        name: &'a str,
    },
    /// Between tags, references unresolved.
    Text,
    CData,
    Doctype,
    /// Comments and processing instructions.
    Other,
    /// Markup that the text ends within.
    Cut,
}

/// The tokens of a text, in order and without gaps.
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn markup(&self) -> Token<'a> {
        let rest = &self.text.as_bytes()[self.at..];
        let (part, length) = match rest {
            [b'<', b'!', b'-', b'-', ..] => (Part::Other, until(rest, 4, b"-->")),
            [b'<', b'!', b'[', ..] if rest.starts_with(b"<![CDATA[") => {
                (Part::CData, until(rest, 9, b"]]>"))
            }
            [b'<', b'!', ..] => (Part::Doctype, doctype_length(rest)),
            [b'<', b'?', ..] => (Part::Other, until(rest, 2, b"?>")),
            [b'<', b'/', ..] => {
                let length = until(rest, 2, b">");
                let end = length.unwrap_or(rest.len());
                (self.end_tag(end), length)
            }
            _ => match tag_length(rest) {
                Some((length, attributes)) => (self.start_tag(length, attributes), Some(length)),
                None => (Part::Cut, None),
            },
        };
        match length {
            Some(length) => self.token(part, length),
            None => self.token(Part::Cut, rest.len()),
        }
    }

    fn start_tag(&self, length: usize, attributes: usize) -> Part<'a> {
        let inner = &self.text[self.at + 1..self.at + length - 1];
        let name_end = inner
            .find(|char: char| char.is_ascii_whitespace() || char == '/')
            .unwrap_or(inner.len());
        Part::Start { name: &inner[..name_end], empty: inner.ends_with('/'), attributes }
    }

    fn end_tag(&self, length: usize) -> Part<'a> {
        let inner = &self.text[self.at + 2..self.at + length];
        Part::End { name: inner.trim_end_matches('>').trim() }
    }

    fn token(&self, part: Part<'a>, length: usize) -> Token<'a> {
        Token { part, range: self.at..self.at + length }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = &self.text.as_bytes()[self.at..];
        if rest.is_empty() {
            return None;
        }
        let token = match markup_start(rest) {
            Some(0) => self.markup(),
            Some(length) => self.token(Part::Text, length),
            None => self.token(Part::Text, rest.len()),
        };
        self.at = token.range.end;
        Some(token)
    }
}

/// The next `<` that begins markup; one before a space or a digit is a forgotten `&lt;`.
fn markup_start(rest: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = memchr(b'<', &rest[from..]) {
        let at = from + found;
        match rest.get(at + 1) {
            Some(b'!' | b'?' | b'/' | b'_' | b':' | b'a'..=b'z' | b'A'..=b'Z' | 0x80..) => {
                return Some(at);
            }
            _ => from = at + 1,
        }
    }
    None
}

fn until(rest: &[u8], from: usize, end: &[u8]) -> Option<usize> {
    memmem::find(rest.get(from..)?, end).map(|found| from + found + end.len())
}

/// Length of a start tag and its number of attributes; `>` within quotes is part of a value.
fn tag_length(rest: &[u8]) -> Option<(usize, usize)> {
    let mut attributes = 0;
    let mut at = 1;
    loop {
        match rest.get(at)? {
            b'>' => return Some((at + 1, attributes)),
            b'=' => attributes += 1,
            quote @ (b'"' | b'\'') => at += 1 + memchr(*quote, &rest[at + 1..])?,
            _ => {}
        }
        at += 1;
    }
}

/// Length of a document type declaration with its internal subset.
fn doctype_length(rest: &[u8]) -> Option<usize> {
    let mut inside = false;
    let mut at = 2;
    loop {
        match rest.get(at)? {
            b'[' => inside = true,
            b']' => inside = false,
            b'>' if !inside => return Some(at + 1),
            b'<' if rest[at..].starts_with(b"<!--") => at += until(&rest[at..], 4, b"-->")? - 1,
            quote @ (b'"' | b'\'') => at += 1 + memchr(*quote, &rest[at + 1..])?,
            _ => {}
        }
        at += 1;
    }
}
