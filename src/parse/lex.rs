//! Cuts a text into markup and what lies between: linear, without recursion, and without an
//! opinion on what is well formed. Damaged markup ends where the next begins, so that a missing
//! sign costs one tag and not the rest of the document. [`super::normal`] reads the tokens, and
//! sends the lexer back where it knows better.

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
    Start(Tag<'a>),
    End {
        name: &'a str,
    },
    /// Between tags, references unresolved.
    Text,
    /// A section, and where its content lies. One without an end reaches to that of the text.
    CData {
        inner: Range<usize>,
        closed: bool,
    },
    Doctype,
    Comment {
        closed: bool,
    },
    /// Processing instructions and declarations.
    Other,
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    pub name: &'a str,
    /// What stands between the name and the end, as written.
    pub attributes: &'a str,
    pub empty: bool,
    /// It has its `>`. One without ends before the next `<`.
    pub closed: bool,
}

const CDATA: &[u8] = b"<![CDATA[";

/// How far a document type declaration is read.
const MAX_DOCTYPE_BYTES: usize = 256 * 1024;

/// The tokens of a text, in order and without gaps.
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Where the next end of a CDATA section and of a comment is, as far as is known: without
    /// this memory, many beginnings without an end would each be searched to the last byte.
    cdata_end: Option<usize>,
    comment_end: Option<usize>,
    bad_doctype: bool,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self::starting(text, 0)
    }

    /// Begins at a byte, which must be a border of characters.
    pub fn starting(text: &'a str, at: usize) -> Self {
        Self { text, at, cdata_end: None, comment_end: None, bad_doctype: false }
    }

    /// Goes on reading at `at`.
    pub fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    fn markup(&mut self) -> Token<'a> {
        let text: &'a str = self.text;
        let rest = &text.as_bytes()[self.at..];
        let (part, length) = match rest {
            [b'<', b'!', b'-', b'-', ..] => self.comment(),
            [b'<', b'!', b'[', ..] if begins_cdata(rest) => self.cdata(),
            [b'<', b'!', ..] => self.declaration(rest),
            [b'<', b'?', ..] => (Part::Other, instruction_length(rest)),
            [b'<', b'/', ..] => end_tag(&text[self.at..]),
            _ => start_tag(&text[self.at..]),
        };
        Token { part, range: self.at..self.at + length }
    }

    fn comment(&mut self) -> (Part<'a>, usize) {
        let text = self.text.as_bytes();
        // `<!-->` and `<!--->` are complete in HTML.
        let from = self.at + 2;
        let end = next_end(&mut self.comment_end, text, from, b"-->");
        match end {
            Some(end) => (Part::Comment { closed: true }, end + 3 - self.at),
            None => (Part::Comment { closed: false }, 4),
        }
    }

    fn cdata(&mut self) -> (Part<'a>, usize) {
        let start = self.at + CDATA.len();
        match next_end(&mut self.cdata_end, self.text.as_bytes(), start, b"]]>") {
            Some(end) => (Part::CData { inner: start..end, closed: true }, end + 3 - self.at),
            None => {
                let end = self.text.len();
                (Part::CData { inner: start..end, closed: false }, end - self.at)
            }
        }
    }

    fn declaration(&mut self, rest: &[u8]) -> (Part<'a>, usize) {
        let is_doctype = rest.len() > 9 && rest[2..9].eq_ignore_ascii_case(b"DOCTYPE");
        if is_doctype && !self.bad_doctype {
            if let Some(length) = doctype_length(&rest[..rest.len().min(MAX_DOCTYPE_BYTES)]) {
                return (Part::Doctype, length);
            }
            self.bad_doctype = true;
        }
        (Part::Other, up_to_sign(rest))
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = &self.text.as_bytes()[self.at..];
        if rest.is_empty() {
            return None;
        }
        let text = |length| Token { part: Part::Text, range: self.at..self.at + length };
        let token = match markup_start(rest) {
            Some(0) => self.markup(),
            Some(length) => text(length),
            None => text(rest.len()),
        };
        self.at = token.range.end;
        Some(token)
    }
}

/// The next `<` that begins markup; one before a space or a digit is a forgotten `&lt;`.
fn markup_start(rest: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'<', rest).find(|at| {
        matches!(
            rest.get(at + 1),
            Some(b'!' | b'?' | b'/' | b'_' | b':' | b'a'..=b'z' | b'A'..=b'Z' | 0x80..)
        )
    })
}

fn begins_cdata(rest: &[u8]) -> bool {
    rest.len() >= CDATA.len() && rest[..CDATA.len()].eq_ignore_ascii_case(CDATA)
}

/// The next `end` from `from` on, remembered in `known`.
fn next_end(known: &mut Option<usize>, text: &[u8], from: usize, end: &[u8]) -> Option<usize> {
    let none = text.len();
    let at = match *known {
        Some(at) if at >= from => at,
        _ => memmem::find(text.get(from..)?, end).map_or(none, |found| from + found),
    };
    *known = Some(at);
    (at < none).then_some(at)
}

/// Up to the next `>`, or before the next `<` if that comes first.
fn up_to_sign(rest: &[u8]) -> usize {
    match memchr::memchr2(b'>', b'<', &rest[1..]) {
        Some(found) if rest[found + 1] == b'>' => found + 2,
        Some(found) => found + 1,
        None => rest.len(),
    }
}

/// An instruction ends with `?>`; in some only the `>` was left.
fn instruction_length(rest: &[u8]) -> usize {
    let before_markup = memchr(b'<', &rest[1..]).map_or(rest.len(), |found| found + 1);
    match memmem::find(&rest[..before_markup], b"?>") {
        Some(found) => found + 2,
        None => up_to_sign(rest),
    }
}

fn end_tag(rest: &str) -> (Part<'_>, usize) {
    let length = up_to_sign(rest.as_bytes());
    let name = rest[2..length].trim_end_matches('>').trim();
    let name = name.split(|char: char| char.is_ascii_whitespace()).next().unwrap_or(name);
    (Part::End { name }, length)
}

fn start_tag(rest: &str) -> (Part<'_>, usize) {
    let (length, closed) = tag_length(rest.as_bytes());
    let inner = &rest[1..length - usize::from(closed)];
    let ends_name = |char: char| char.is_ascii_whitespace() || matches!(char, '/' | '=' | '"');
    let name_end = inner.find(ends_name).unwrap_or(inner.len());
    let (name, attributes) = inner.split_at(name_end);
    let empty = closed && attributes.ends_with('/');
    let attributes = attributes.strip_suffix('/').unwrap_or(attributes);
    (Part::Start(Tag { name, attributes, empty, closed }), length)
}

/// Length of a start tag, and whether it has its end.
fn tag_length(rest: &[u8]) -> (usize, bool) {
    let mut at = 1;
    let mut after_equals = false;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'>' => return (at + 1, true),
            b'<' => return (at, false),
            b'=' => after_equals = true,
            b'"' | b'\'' if after_equals => {
                after_equals = false;
                if let Some(end) = quote_end(rest, at) {
                    at = end;
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => after_equals = false,
        }
        at += 1;
    }
    (rest.len(), false)
}

/// Where the value that a quote at `start` opens is closed; `None` if what closes it belongs to
/// another value, since its own quote was forgotten.
pub fn quote_end(rest: &[u8], start: usize) -> Option<usize> {
    let value = &rest[start + 1..];
    let length = memchr(rest[start], value)?;
    let (value, after) = (&value[..length], value.get(length + 1));
    let ends_well = after.is_none_or(|byte| byte.is_ascii_whitespace() || b"/>?".contains(byte));
    let swallows = value.last() == Some(&b'=') && (!ends_well || value.contains(&b' '));
    let crosses = memchr(b'<', value).is_some_and(|less| {
        !ends_well || memchr(b'>', value).is_some_and(|greater| greater < less)
    });
    (!swallows && !crosses).then_some(start + 1 + length)
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
            b'<' if rest[at..].starts_with(b"<!--") => {
                at += 4 + memmem::find(&rest[at + 4..], b"-->")? + 2;
            }
            b'<' if !inside => return None,
            quote @ (b'"' | b'\'') => at += 1 + memchr(*quote, &rest[at + 1..])?,
            _ => {}
        }
        at += 1;
    }
}
