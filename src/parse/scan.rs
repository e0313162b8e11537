//! Measures an XML document before a parser sees it: refuses what is too deep or too much, and
//! finds where its entries lie and how it would have to be closed after any of them.

use std::ops::Range;

use memchr::memmem;

use super::failure::ParseFailure;
use super::lex::{Lexer, Part, Token};
use super::limits::Limits;
use super::sniff::local;

/// Elements whose text names a person.
const PERSONS: &[&str] = &["author", "creator", "managingEditor", "webMaster", "owner"];

/// Longest duration that is one: `hours:minutes:seconds` with room to spare.
const MAX_DURATION_BYTES: usize = 12;

/// Media groups of one entry: each gets copies of the texts around it. Real entries have one.
const MAX_MEDIA_GROUPS: usize = 8;

/// Longest `xml:base`: each relative link gets a copy of it.
const MAX_BASE_BYTES: usize = 256;

/// What is known of a document.
#[derive(Debug, Default)]
pub struct Scan {
    /// Complete entries, in order.
    pub entries: Vec<Range<usize>>,
    /// End tags that close the document after an entry.
    pub closing: String,
    /// Where the root element ends; `None` if it does not.
    pub end: Option<usize>,
    /// More entries or elements followed than are read.
    pub overfull: bool,
    /// Entries that are patched away, since the parser would make too much of them.
    pub refused: usize,
    /// Texts that the parser cannot stand, with what is to stand in their place.
    pub patches: Vec<(Range<usize>, String)>,
}

struct Open<'a> {
    name: &'a str,
    entry_start: Option<usize>,
    namespaces: usize,
}

/// Scans `text`. Errors only for what cannot be a feed at all.
pub fn scan(text: &str, limits: Limits) -> Result<Scan, ParseFailure> {
    let mut scanner = Scanner {
        text,
        limits,
        stack: Vec::new(),
        elements: 0,
        media_groups: 0,
        scan: Scan::default(),
    };
    for token in Lexer::new(text) {
        if !scanner.token(&token)? {
            break;
        }
    }
    Ok(scanner.scan)
}

struct Scanner<'a> {
    text: &'a str,
    limits: Limits,
    stack: Vec<Open<'a>>,
    elements: usize,
    /// Of the entry one is in.
    media_groups: usize,
    scan: Scan,
}

impl<'a> Scanner<'a> {
    /// Takes a token; false if nothing after it matters.
    fn token(&mut self, token: &Token<'a>) -> Result<bool, ParseFailure> {
        match token.part {
            Part::Start { name, empty, attributes } => {
                self.start(name, empty, attributes, &token.range)
            }
            Part::End { name } => Ok(self.end(name, token.range.end)),
            Part::Text | Part::CData => {
                self.text(&token.range);
                Ok(true)
            }
            Part::Doctype if token.range.len() > self.limits.doctype_bytes => {
                Err(ParseFailure::TooComplex {
                    what: "bytes of declarations",
                    limit: self.limits.doctype_bytes,
                })
            }
            Part::Doctype | Part::Other => Ok(true),
            Part::Cut => Ok(false),
        }
    }

    fn start(
        &mut self,
        name: &'a str,
        empty: bool,
        attributes: usize,
        range: &Range<usize>,
    ) -> Result<bool, ParseFailure> {
        let limits = self.limits;
        self.elements += 1;
        let is_entry = matches!(local(name), "item" | "entry");
        let full = self.elements > limits.elements
            || is_entry && self.scan.entries.len() >= limits.entries;
        if full && !self.scan.entries.is_empty() {
            self.scan.overfull = true;
            return Ok(false);
        }
        if full {
            return Err(too_many("elements", limits.elements));
        }
        if attributes > limits.attributes {
            return Err(too_many("attributes in one element", limits.attributes));
        }
        if self.stack.len() >= limits.depth {
            return Err(ParseFailure::TooDeep { limit: limits.depth });
        }
        if attributes > 0 && base_length(&self.text[range.clone()]) > MAX_BASE_BYTES {
            return Err(too_many("bytes in xml:base", MAX_BASE_BYTES));
        }
        self.media_groups += usize::from(local(name) == "group");
        let namespaces = self.namespaces(attributes, range);
        let declared: usize = self.stack.last().map_or(0, |open| open.namespaces) + namespaces;
        if declared > limits.namespaces {
            return Err(too_many("namespaces", limits.namespaces));
        }
        self.stack.push(Open {
            name,
            entry_start: is_entry.then_some(range.start),
            namespaces: declared,
        });
        Ok(if empty { self.end(name, range.end) } else { true })
    }

    /// Closes the innermost element of this name, and whatever was left open in it.
    fn end(&mut self, name: &str, end: usize) -> bool {
        let Some(depth) = self.stack.iter().rposition(|open| open.name == name) else {
            return true;
        };
        let entry = self.stack[depth].entry_start;
        self.stack.truncate(depth);
        // An entry within an entry is a part of it (Atom's `source`, quoted markup).
        let outermost = self.stack.iter().all(|open| open.entry_start.is_none());
        if let (Some(start), true) = (entry, outermost) {
            self.entry(start..end);
        }
        if self.stack.is_empty() {
            self.scan.end = Some(end);
        }
        !self.stack.is_empty()
    }

    fn entry(&mut self, range: Range<usize>) {
        let groups = std::mem::take(&mut self.media_groups);
        if groups > MAX_MEDIA_GROUPS {
            self.scan.patches.retain(|(at, _)| at.end <= range.start);
            self.scan.patches.push((range, String::new()));
            self.scan.refused += 1;
            return;
        }
        if self.scan.entries.is_empty() {
            self.scan.closing =
                self.stack.iter().rev().map(|open| format!("</{}>", open.name)).collect();
        }
        self.scan.entries.push(range);
    }

    /// Notes texts on which feed-rs 3.0.0 panics: a person with other than ASCII beside a mail
    /// address, and a duration too long or with other digits than ASCII ones.
    fn text(&mut self, range: &Range<usize>) {
        let Some(open) = self.stack.last() else {
            return;
        };
        let text = &self.text[range.clone()];
        let name = local(open.name);
        if name == "duration" {
            if text.len() > MAX_DURATION_BYTES || !text.is_ascii() {
                self.scan.patches.push((range.clone(), String::new()));
            }
        } else if PERSONS.contains(&name) && text.contains('@') && !text.is_ascii() {
            self.scan.patches.push((range.clone(), plain_person(text)));
        }
    }

    fn namespaces(&self, attributes: usize, range: &Range<usize>) -> usize {
        if attributes == 0 {
            return 0;
        }
        memmem::find_iter(self.text[range.clone()].as_bytes(), b"xmlns").count()
    }
}

/// A person's text with spaces for signs that are neither letters, digits nor ASCII.
pub fn plain_person(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            _ if char.is_ascii() || char.is_alphanumeric() => char,
            _ => ' ',
        })
        .collect()
}

/// Length of the `xml:base` of a start tag.
fn base_length(tag: &str) -> usize {
    let Some((_, rest)) = tag.split_once("xml:base") else {
        return 0;
    };
    let quoted = rest.trim_start_matches(|char: char| char == '=' || char.is_whitespace());
    let value = quoted.get(1..).unwrap_or_default();
    match quoted.chars().next() {
        Some(quote @ ('"' | '\'')) => value.find(quote).unwrap_or(value.len()),
        _ => value.len(),
    }
}

fn too_many(what: &'static str, limit: usize) -> ParseFailure {
    ParseFailure::TooComplex { what, limit }
}
