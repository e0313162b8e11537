//! The normaliser: a feed's text, whatever its dialect and damage → one canonical document, the
//! facts that the parser behind would not see, and a count of what was mended.
//!
//! One pass over the tokens of [`super::lex`], without recursion: containers lie on a short
//! stack, an entry is a [`draft`], and whatever holds a value is a [`leaf`]. [`vocabulary`] and
//! [`namespaces`] say what a name means, `structure` where the feed and its
//! entries begin and end, `inside` when a leaf is over, `take` where its value goes, [`canon`] writes. What is clean comes out saying what it said.

mod canon;
mod draft;
mod head;
mod inside;
mod leaf;
mod link;
mod namespaces;
mod structure;
mod take;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::ops::Range;

use url::Url;

use crate::domain::feed::{FeedLinks, Rhythm};

use super::attributes::{self, Attribute};
use super::entity::{Bare, Entities};
use super::failure::ParseFailure;
use super::lex::{Lexer, Part, Tag, Token};
use super::limits::Limits;
use super::repairs::{Fault, Tally};

use self::canon::Canon;
use self::draft::Draft;
use self::head::Head;
use self::leaf::Leaf;
use self::namespaces::Namespaces;
use self::vocabulary::{Element, Slot};

/// How far ahead is looked for an end tag, as a multiple of the document, over all.
const AHEAD_FACTOR: usize = 16;

/// A feed in canonical form.
#[derive(Debug)]
pub struct Normal {
    /// RSS 2.0, well-formed, with the entries in the order of `facts`.
    pub document: String,
    pub facts: Vec<Facts>,
    pub language: Option<String>,
    pub rhythm: Rhythm,
    pub links: FeedLinks,
    pub tally: Tally,
    /// Entries in which nothing was said.
    pub empty: usize,
    /// The document has no end; an entry that was cut off is not here.
    pub cut: bool,
    /// The root is closed.
    pub ended: bool,
    /// There was more than is read.
    pub overfull: bool,
    /// Of too many entries the newest were read, and not the first.
    pub by_date: bool,
}

/// What is known of an entry beside the canonical document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Names of authors, which are no mail addresses.
    pub names: Vec<String>,
    pub guid_is_no_link: bool,
    pub language: Option<String>,
    /// The date as written, and whether it is that of publication.
    pub date_text: Option<String>,
    pub is_updated: bool,
    pub source: Option<String>,
    pub source_url: Option<String>,
}

/// Reads `text`, whose feed begins at `start`. Errors only for what is too much, and for a feed
/// that is cut before its first complete entry.
pub fn normalise(
    text: &str,
    start: usize,
    base: Option<Url>,
    limits: Limits,
    tally: Tally,
) -> Result<Normal, ParseFailure> {
    let mut normaliser = Normaliser {
        text,
        start,
        base,
        limits,
        tally,
        lexer: Lexer::new(text),
        entities: Entities::default(),
        namespaces: Namespaces::default(),
        containers: Vec::new(),
        head: Head::default(),
        draft: None,
        leaf: None,
        canon: Canon::new(text.len()),
        facts: Vec::new(),
        started: 0,
        overfull: false,
        by_date: false,
        empty: 0,
        elements: 0,
        ahead_bytes: text.len().saturating_mul(AHEAD_FACTOR),
        after: After::Nothing,
        end: End::Open,
    };
    while let Some(token) = normaliser.lexer.next() {
        if !normaliser.token(token)? {
            break;
        }
    }
    normaliser.finish()
}

/// An element that holds entries.
struct Container<'a> {
    name: &'a str,
    base: Option<Url>,
    language: Option<&'a str>,
}

/// What a loose text would belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    /// `<link/>https://…`, as programs leave it that take feeds for HTML.
    EmptyLink,
}

/// How far the end of the feed has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    /// The channel is closed: only the end of the root is missing.
    Channel,
    Root,
    /// More was there than is read.
    Full,
}

struct Normaliser<'a> {
    text: &'a str,
    start: usize,
    base: Option<Url>,
    limits: Limits,
    tally: Tally,
    lexer: Lexer<'a>,
    entities: Entities,
    namespaces: Namespaces<'a>,
    containers: Vec<Container<'a>>,
    head: Head<'a>,
    draft: Option<Draft<'a>>,
    leaf: Option<Leaf<'a>>,
    canon: Canon,
    facts: Vec<Facts>,
    /// Entries begun.
    started: usize,
    /// Some were let go of again, and whether by their dates.
    overfull: bool,
    by_date: bool,
    empty: usize,
    elements: usize,
    /// Bytes that may still be looked ahead.
    ahead_bytes: usize,
    after: After,
    end: End,
}

impl<'a> Normaliser<'a> {
    /// Takes a token; false if nothing after it matters.
    fn token(&mut self, token: Token<'a>) -> Result<bool, ParseFailure> {
        if let Part::Doctype = token.part {
            return self.doctype(&token.range);
        }
        if token.range.start < self.start {
            let junk = match token.part {
                Part::Text => !self.text[token.range].trim().is_empty(),
                Part::Start(_) => true,
                _ => false,
            };
            self.tally.add(Fault::JunkBefore, usize::from(junk));
            return Ok(true);
        }
        if self.leaf.is_some() {
            return self.inside(token);
        }
        match token.part {
            Part::Start(tag) => self.start(tag, &token.range),
            Part::End { name } => {
                self.end(name);
                Ok(true)
            }
            Part::Text => Ok(self.loose_text(token.range)),
            Part::CData { inner, closed } => {
                self.loose_section(inner, closed);
                Ok(true)
            }
            Part::Comment { closed } => {
                self.comment(&token.range, closed, None);
                Ok(true)
            }
            Part::Doctype | Part::Other => Ok(true),
        }
    }

    fn doctype(&mut self, range: &Range<usize>) -> Result<bool, ParseFailure> {
        let limit = self.limits.doctype_bytes;
        if range.len() > limit {
            return Err(ParseFailure::TooComplex { what: "bytes of declarations", limit });
        }
        self.entities.declare(&self.text[range.clone()]);
        Ok(true)
    }

    /// An element that begins outside of any leaf.
    fn start(&mut self, tag: Tag<'a>, range: &Range<usize>) -> Result<bool, ParseFailure> {
        self.after = After::Nothing;
        if !tag.closed {
            self.tally.note(Fault::UnclosedTag);
            if range.end == self.text.len() {
                return Ok(true);
            }
        }
        self.elements += 1;
        if self.elements > self.limits.elements {
            return self.full("elements", self.limits.elements);
        }
        let mark = self.namespaces.mark();
        let attributes = self.attributes(tag.attributes)?;
        if self.draft.is_none() {
            self.namespaces.adopt(tag.name, &mut self.tally);
        }
        let (ns, local) = self.namespaces.resolve(tag.name, Some(&mut self.tally));
        let element = vocabulary::element(ns, local);
        if self.end == End::Root && self.draft.is_none() && element != Element::Entry {
            self.tally.note(Fault::JunkAfter);
            return Ok(false);
        }
        match element {
            Element::Root | Element::Channel => self.container(tag, local, &attributes)?,
            Element::Entry => return self.begin_entry(tag, mark, attributes),
            Element::Leaf(slot) => self.begin_leaf(slot, tag, attributes, mark),
            Element::Unknown if tag.empty || vocabulary::is_void(local) => {
                self.odd_link(local, &attributes);
                self.namespaces.forget(mark);
            }
            Element::Unknown => {
                self.odd_link(local, &attributes);
                self.begin_leaf(Slot::Foreign, tag, attributes, mark);
            }
        }
        Ok(true)
    }

    /// Reads attributes, and declares the prefixes among them.
    fn attributes(&mut self, written: &'a str) -> Result<Vec<Attribute<'a>>, ParseFailure> {
        if written.is_empty() {
            return Ok(Vec::new());
        }
        let limit = self.limits.attributes;
        let attributes = attributes::read(written, limit, &mut self.tally)
            .ok_or(ParseFailure::TooComplex { what: "attributes in one element", limit })?;
        for Attribute { name, value } in &attributes {
            let prefix = match *name {
                "xmlns" => "",
                name => match name.strip_prefix("xmlns:") {
                    Some(prefix) => prefix,
                    None => continue,
                },
            };
            self.namespaces.declare(prefix, value, &mut self.tally);
        }
        Ok(attributes)
    }

    fn loose_text(&mut self, range: Range<usize>) -> bool {
        let text = self.text[range].trim();
        if text.is_empty() {
            return true;
        }
        if self.end == End::Root && self.draft.is_none() {
            self.tally.note(Fault::JunkAfter);
            return false;
        }
        if self.after == After::EmptyLink && text.starts_with("http") {
            let href = self.entities.unescape(text, Bare::Keep, &mut self.tally);
            self.page(href, link::SPOKEN);
        }
        self.after = After::Nothing;
        true
    }

    /// A section where no text belongs. One that swallows markup was never closed.
    fn loose_section(&mut self, inner: Range<usize>, closed: bool) {
        let swallows = !closed || self.text[inner.clone()].contains("<![CDATA[");
        if swallows {
            self.tally.note(Fault::BrokenCData);
            self.lexer.go_to(inner.start);
        }
    }

    /// Sends the lexer back into a comment that was never closed and swallows the feed.
    fn comment(&mut self, range: &Range<usize>, closed: bool, own: Option<&str>) {
        const SIGNS: [&str; 4] = ["<item", "<entry", "</item", "</entry"];
        let comment = &self.text[range.clone()];
        let inner = comment.get(4..).unwrap_or_default();
        let swallows = closed
            && inner.find("<!--").is_some_and(|next| {
                let before = &inner[..next];
                let ends_own = |own: &str| {
                    before.match_indices("</").any(|(at, _)| before[at + 2..].starts_with(own))
                };
                SIGNS.iter().any(|sign| before.contains(sign)) || own.is_some_and(ends_own)
            });
        if swallows || !closed {
            self.tally.note(Fault::BrokenComment);
            let rest = &self.text.as_bytes()[range.start + 4..];
            let next = memchr::memchr(b'<', rest).unwrap_or(rest.len());
            self.lexer.go_to(range.start + 4 + next);
        }
    }

    /// Stops reading where a limit is reached: with what there is, if that is anything.
    fn full(&mut self, what: &'static str, limit: usize) -> Result<bool, ParseFailure> {
        if self.started == 0 {
            return Err(ParseFailure::TooComplex { what, limit });
        }
        self.draft = None;
        self.leaf = None;
        self.end = End::Full;
        Ok(false)
    }

    fn finish(mut self) -> Result<Normal, ParseFailure> {
        let cut = self.end == End::Open && !(self.containers.is_empty() && self.started > 0);
        if self.leaf.is_some() || self.draft.is_some() {
            self.tally.note(Fault::CutItem);
        }
        let cut = cut || self.draft.is_some();
        if cut && self.facts.is_empty() && self.end == End::Open {
            let reason = "it is cut off before its first complete entry".to_owned();
            return Err(ParseFailure::Malformed { reason });
        }
        let rootless = self.end == End::Channel && !self.containers.is_empty();
        self.tally.add(Fault::MissingRootEnd, usize::from(rootless || cut));
        self.keep_newest();
        self.head.settle();
        let language = self.head.language.get().map(|language| language.trim().to_owned());
        let document = self.canon.finish(&mut self.head);
        Ok(Normal {
            document,
            facts: self.facts,
            language,
            rhythm: self.head.rhythm,
            links: self.head.links,
            tally: self.tally,
            empty: self.empty,
            cut,
            ended: self.end == End::Root,
            overfull: self.overfull || self.end == End::Full,
            by_date: self.by_date,
        })
    }
}
