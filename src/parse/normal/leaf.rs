//! An element that holds a value: what is gathered between its tags, and the text made of it.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

use crate::parse::attributes::Attribute;
use crate::parse::entity::{Bare, Entities};
use crate::parse::lex::{Lexer, Part};
use crate::parse::repairs::{Fault, Tally};

use super::namespaces::split;
use super::vocabulary::Slot;

/// Most bytes of one value; a text of the longest article is a tenth of it.
const MAX_VALUE_BYTES: usize = 2 * 1024 * 1024;

/// Most pieces of one value: each is a section or what lies between two.
const MAX_PIECES: usize = 50_000;

/// A run of source within a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Text and, if the leaf has any, markup.
    Source(Range<usize>),
    CData(Range<usize>),
}

/// An open leaf.
#[derive(Debug)]
pub struct Leaf<'a> {
    pub slot: Slot,
    /// As written in its start tag.
    pub name: &'a str,
    pub attributes: Vec<Attribute<'a>>,
    /// Namespace declarations in force outside of it.
    pub mark: usize,
    pieces: Vec<Piece>,
    tags: usize,
    /// Elements of its own name open within.
    pub nested: usize,
    /// Elements open within, as far as that is known.
    pub depth: usize,
    /// Where its end tag was seen, when that was asked.
    pub end_seen_at: Option<usize>,
    /// Sections were opened within a section: so many ends too many will follow.
    pub extra_ends: usize,
}

/// What values are made with.
pub struct Reading<'r, 'a> {
    pub text: &'a str,
    pub entities: &'r mut Entities,
    pub tally: &'r mut Tally,
}

impl<'a> Leaf<'a> {
    pub fn new(slot: Slot, name: &'a str, attributes: Vec<Attribute<'a>>, mark: usize) -> Self {
        Self {
            slot,
            name,
            attributes,
            mark,
            pieces: Vec::new(),
            tags: 0,
            nested: 0,
            depth: 0,
            end_seen_at: None,
            extra_ends: 0,
        }
    }

    /// The value of an attribute, whatever the case of its name, as written.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        find(&self.attributes, name)
    }

    pub fn source(&mut self, range: Range<usize>) {
        if let Some(Piece::Source(last)) = self.pieces.last_mut()
            && last.end == range.start
        {
            last.end = range.end;
        } else if self.pieces.len() < MAX_PIECES {
            self.pieces.push(Piece::Source(range));
        }
    }

    pub fn markup(&mut self, range: Range<usize>) {
        self.tags += 1;
        self.source(range);
    }

    pub fn cdata(&mut self, range: Range<usize>) {
        if self.pieces.len() < MAX_PIECES {
            self.pieces.push(Piece::CData(range));
        }
    }

    pub fn says_anything(&self, text: &str) -> bool {
        let filled = |piece: &Piece| match piece {
            Piece::Source(range) | Piece::CData(range) => !text[range.clone()].trim().is_empty(),
        };
        !self.attributes.is_empty() || self.pieces.iter().any(filled)
    }

    pub fn has_markup(&self) -> bool {
        self.tags > 0
    }

    /// The value as HTML: of text, what its references stand for; of markup, the markup.
    pub fn html(&self, reading: &mut Reading<'_, 'a>) -> Cow<'a, str> {
        let kind = self.attribute("type").unwrap_or_default();
        let is_xhtml = kind.eq_ignore_ascii_case("xhtml")
            || kind.eq_ignore_ascii_case("application/xhtml+xml");
        if let Some(decoded) = self.base64(kind, reading) {
            return decoded;
        }
        if !is_xhtml && self.has_markup() {
            reading.tally.note(Fault::RawMarkup);
        }
        let how = match (self.has_markup(), is_xhtml) {
            (false, false) => How::Text,
            (true, false) if self.is_mostly_escaped(reading.text) => How::Both,
            _ => How::Markup,
        };
        let value = self.value(how, reading);
        match value {
            _ if is_xhtml => unwrapped(value),
            value => clipped(without_section(value)),
        }
    }

    /// The value as plain text: markup is dropped.
    pub fn plain(&self, reading: &mut Reading<'_, 'a>) -> Cow<'a, str> {
        let how = if self.has_markup() { How::NoMarkup } else { How::Text };
        let value = without_section(self.value(how, reading));
        match value {
            Cow::Borrowed(text) => clipped(Cow::Borrowed(text.trim())),
            Cow::Owned(text) => clipped(Cow::Owned(text.trim().to_owned())),
        }
    }

    /// The value as plain text with a space for each tag.
    pub fn separated(&self, reading: &mut Reading<'_, 'a>) -> Cow<'a, str> {
        self.value(How::Spaced, reading)
    }

    /// The first text in an element of this local name within; `None` if there is none.
    pub fn within(&self, name: &str, reading: &mut Reading<'_, 'a>) -> Option<String> {
        let mut inside = false;
        let mut value = String::new();
        for piece in &self.pieces {
            let range = match piece {
                Piece::CData(range) if inside => {
                    value.push_str(&reading.text[range.clone()]);
                    continue;
                }
                Piece::CData(_) => continue,
                Piece::Source(range) => range,
            };
            for token in lexed(reading.text, range) {
                match token.part {
                    Part::Start(tag) if split(tag.name).1.eq_ignore_ascii_case(name) => {
                        inside = !tag.empty;
                    }
                    Part::End { name: end } if split(end).1.eq_ignore_ascii_case(name) => {
                        if inside && !value.trim().is_empty() {
                            return Some(value.trim().to_owned());
                        }
                        inside = false;
                    }
                    Part::Text if inside => {
                        let text = &reading.text[token.range];
                        value += &reading.entities.unescape(text, Bare::Keep, reading.tally);
                    }
                    _ => {}
                }
            }
        }
        let rest = value.trim();
        (!rest.is_empty()).then(|| rest.to_owned())
    }

    /// The attributes of each element of this local name within, as written.
    pub fn tags_within(&self, text: &'a str, name: &str) -> Vec<&'a str> {
        let sources = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Source(range) => Some(range),
            Piece::CData(_) => None,
        });
        sources
            .flat_map(|range| lexed(text, range))
            .filter_map(|token| match token.part {
                Part::Start(tag) if split(tag.name).1.eq_ignore_ascii_case(name) => {
                    Some(tag.attributes)
                }
                _ => None,
            })
            .collect()
    }

    /// Content in base64: what is no text in there is left out.
    fn base64(&self, kind: &str, reading: &mut Reading<'_, 'a>) -> Option<Cow<'a, str>> {
        let coded = self.attribute("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("base64"));
        let is_binary = || {
            let family = kind.split('/').next().unwrap_or_default().to_ascii_lowercase();
            matches!(family.as_str(), "image" | "audio" | "video")
                || kind.eq_ignore_ascii_case("application/octet-stream")
        };
        if !(coded || matches!(self.slot, Slot::Content(_)) && is_binary()) {
            return None;
        }
        let mut letters = self.value(How::NoMarkup, reading).into_owned();
        letters.retain(|char| !char.is_whitespace());
        let text = match STANDARD.decode(&letters) {
            Ok(bytes) => String::from_utf8(bytes).unwrap_or_default(),
            // A word of text, said to be coded.
            Err(_) if coded => return None,
            Err(_) => String::new(),
        };
        Some(clipped(Cow::Owned(text)))
    }

    /// Whether the leaf's text is escaped markup into which some unescaped slipped.
    fn is_mostly_escaped(&self, text: &str) -> bool {
        let sources = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Source(range) => Some(&text[range.clone()]),
            Piece::CData(_) => None,
        });
        let escaped = |source: &str| {
            memmem::find_iter(source.as_bytes(), b"&lt;")
                .filter(|at| {
                    let after = source.as_bytes().get(at + 4);
                    after.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/')
                })
                .count()
        };
        sources.map(escaped).sum::<usize>() >= self.tags
    }

    fn value(&self, how: How, reading: &mut Reading<'_, 'a>) -> Cow<'a, str> {
        if let [only] = self.pieces.as_slice() {
            return self.piece(only, how, reading);
        }
        let mut value = String::new();
        for piece in &self.pieces {
            value += &self.piece(piece, how, reading);
        }
        Cow::Owned(value)
    }

    fn piece(&self, piece: &Piece, how: How, reading: &mut Reading<'_, 'a>) -> Cow<'a, str> {
        let text: &'a str = reading.text;
        let bare = if self.slot.is_html() { Bare::Escape } else { Bare::Keep };
        let range = match piece {
            Piece::CData(range) => return Cow::Borrowed(&text[range.clone()]),
            Piece::Source(range) => range,
        };
        match how {
            How::Text => reading.entities.unescape(&text[range.clone()], bare, reading.tally),
            How::Markup => Cow::Borrowed(&text[range.clone()]),
            How::Both | How::NoMarkup | How::Spaced => {
                let mut value = String::with_capacity(range.len());
                for token in lexed(text, range) {
                    let source = &text[token.range];
                    match token.part {
                        Part::Text => {
                            value += &reading.entities.unescape(source, bare, reading.tally);
                        }
                        _ if how == How::Both => value.push_str(source),
                        _ if how == How::Spaced => value.push(' '),
                        _ => {}
                    }
                }
                Cow::Owned(value)
            }
        }
    }
}

/// What becomes of the source in a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Text,
    Markup,
    /// Text is unescaped, tags stay.
    Both,
    NoMarkup,
    /// Each tag becomes a space.
    Spaced,
}

pub fn find<'a>(attributes: &[Attribute<'a>], name: &str) -> Option<&'a str> {
    attributes.iter().find(|known| known.name.eq_ignore_ascii_case(name)).map(|known| known.value)
}

fn lexed<'a>(text: &'a str, range: &Range<usize>) -> Lexer<'a> {
    Lexer::starting(&text[..range.end], range.start)
}

/// Takes a section apart that was escaped along with its text.
fn without_section(value: Cow<'_, str>) -> Cow<'_, str> {
    let inner = |value: &str| -> Option<Range<usize>> {
        let trimmed = value.trim();
        let inner = trimmed.strip_prefix("<![CDATA[")?;
        let inner = inner.strip_suffix("]]>").unwrap_or(inner);
        let start = value.len() - value.trim_start().len() + "<![CDATA[".len();
        Some(start..start + inner.len())
    };
    match inner(&value) {
        None => value,
        Some(range) => match value {
            Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
            Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
        },
    }
}

/// XHTML without the `div` that Atom demands around it, and without a prefix on its names.
fn unwrapped(value: Cow<'_, str>) -> Cow<'_, str> {
    let trimmed = value.trim();
    let Some(Part::Start(tag)) = Lexer::new(trimmed).next().map(|token| token.part) else {
        return clipped(value);
    };
    let (prefix, local) = split(tag.name);
    if local != "div" || tag.empty {
        return clipped(value);
    }
    let mut open = 0_usize;
    let mut inner = 0..0;
    for token in Lexer::new(trimmed) {
        match token.part {
            Part::Start(tag) if split(tag.name).1 == "div" && !tag.empty => {
                if open == 0 {
                    inner.start = token.range.end;
                }
                open += 1;
            }
            Part::End { name } if split(name).1 == "div" => {
                open = open.saturating_sub(1);
                if open == 0 {
                    inner.end = token.range.start;
                    if token.range.end < trimmed.len() {
                        return clipped(value);
                    }
                }
            }
            _ => {}
        }
    }
    if inner.end <= inner.start {
        return clipped(value);
    }
    let mut html = trimmed[inner].to_owned();
    if !prefix.is_empty() {
        html = html.replace(&format!("<{prefix}:"), "<").replace(&format!("</{prefix}:"), "</");
    }
    clipped(Cow::Owned(html))
}

fn clipped(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.len() <= MAX_VALUE_BYTES {
        return value;
    }
    let end = value.floor_char_boundary(MAX_VALUE_BYTES);
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}
