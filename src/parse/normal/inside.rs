//! Within a leaf: what belongs to its value, and when it is over though no end tag says so.

use std::ops::Range;

use memchr::memmem;

use crate::parse::failure::ParseFailure;
use crate::parse::lex::{Part, Tag, Token};
use crate::parse::repairs::Fault;

use super::leaf::Leaf;
use super::namespaces::split;
use super::vocabulary::{self, Element, Holds};
use super::{Container, Normaliser};

const SECTION: &str = "<![CDATA[";

impl<'a> Normaliser<'a> {
    /// Takes a token within the open leaf.
    pub(super) fn inside(&mut self, token: Token<'a>) -> Result<bool, ParseFailure> {
        let Some(leaf) = &mut self.leaf else {
            return Ok(true);
        };
        let range = token.range;
        match token.part {
            Part::Text => self.text_inside(range),
            Part::CData { inner, closed } => self.section_inside(inner, closed),
            Part::Comment { closed } => {
                let own = leaf.name;
                self.comment(&range, closed, Some(own));
            }
            Part::Other => {}
            // A declaration of a document within the document.
            Part::Doctype => leaf.markup(range),
            Part::End { name } => self.end_inside(name, range),
            Part::Start(tag) => return self.start_inside(tag, range),
        }
        Ok(true)
    }

    fn text_inside(&mut self, range: Range<usize>) {
        let Some(leaf) = &mut self.leaf else {
            return;
        };
        let text = &self.text[range.clone()];
        let Some(found) = memmem::find(text.as_bytes(), b"]]>") else {
            leaf.source(range);
            return;
        };
        self.tally.note(Fault::BrokenCData);
        let at_end = text[found + 3..].trim().is_empty();
        if leaf.extra_ends > 0 || at_end {
            // The end of a section whose beginning was lost, or was one too many.
            leaf.extra_ends = leaf.extra_ends.saturating_sub(1);
            leaf.source(range.start..range.start + found);
            self.lexer.go_to(range.start + found + 3);
        } else {
            leaf.source(range);
        }
    }

    /// A section. One in which another begins was not closed, or not opened in the first place.
    fn section_inside(&mut self, inner: Range<usize>, closed: bool) {
        let Some(leaf) = &mut self.leaf else {
            return;
        };
        let content = &self.text[inner.clone()];
        let next = memmem::find(content.as_bytes(), SECTION.as_bytes());
        if closed && next.is_none() {
            leaf.cdata(inner);
            return;
        }
        self.tally.note(Fault::BrokenCData);
        let before_next = &content[..next.unwrap_or(content.len())];
        if let Some(end) = own_end(before_next, leaf.name) {
            let section = before_next[..end].trim_end_matches([']', '>']).len();
            leaf.cdata(inner.start..inner.start + section);
            self.lexer.go_to(inner.start + end);
        } else if let Some(next) = next {
            leaf.cdata(inner.start..inner.start + next);
            leaf.extra_ends += 1;
            self.lexer.go_to(inner.start + next);
        } else {
            // Cut: there is nothing behind it.
            leaf.cdata(inner);
        }
    }

    fn end_inside(&mut self, name: &'a str, range: Range<usize>) {
        let Some(leaf) = &mut self.leaf else {
            return;
        };
        let local = split(name).1;
        if split(leaf.name).1.eq_ignore_ascii_case(local) {
            if leaf.nested > 0 {
                leaf.nested -= 1;
                leaf.depth = leaf.depth.saturating_sub(1);
                leaf.markup(range);
            } else {
                self.close_leaf();
            }
            return;
        }
        let same = |open: &str| split(open).1.eq_ignore_ascii_case(local);
        let ends_entry = self.draft.as_ref().is_some_and(|draft| same(draft.name));
        let ends_container = || self.containers.iter().any(|open: &Container<'_>| same(open.name));
        if ends_entry || ends_container() {
            self.tally.note(Fault::MissingEnd);
            self.close_leaf();
            self.end(name);
            return;
        }
        leaf.depth = leaf.depth.saturating_sub(1);
        leaf.markup(range);
    }

    fn start_inside(&mut self, tag: Tag<'a>, range: Range<usize>) -> Result<bool, ParseFailure> {
        let limit = self.limits.depth;
        let (ns, local) = self.namespaces.resolve(tag.name, None);
        let element = vocabulary::element(ns, local);
        let Some(leaf) = &mut self.leaf else {
            return Ok(true);
        };
        if !tag.closed && (element == Element::Unknown || range.end == self.text.len()) {
            // No tag, but a sign that should have been escaped.
            leaf.source(range);
            return Ok(true);
        }
        if self.begins_after_leaf(element, tag.name, range.end) {
            self.tally.note(Fault::MissingEnd);
            self.close_leaf();
            return self.start(tag, &range);
        }
        let Some(leaf) = &mut self.leaf else {
            return Ok(true);
        };
        if !tag.empty && !vocabulary::is_void(local) {
            leaf.depth += 1;
            leaf.nested += usize::from(split(leaf.name).1.eq_ignore_ascii_case(local));
            // Text is made of tags without a tree; a module that is nested so deep is no module.
            if leaf.depth > limit && leaf.slot.holds() != Holds::Text && !leaf.slot.is_html() {
                return Err(ParseFailure::TooDeep { limit });
            }
        }
        leaf.markup(range);
        Ok(true)
    }

    /// Whether an element that begins in the open leaf shows that the leaf is over.
    fn begins_after_leaf(&mut self, element: Element, name: &str, at: usize) -> bool {
        let Some(leaf) = &self.leaf else {
            return false;
        };
        let kind = leaf.attribute("type").unwrap_or_default();
        let holds = match leaf.slot.holds() {
            Holds::Markup if kind.contains("xhtml") || kind.ends_with("xml") => Holds::Fields,
            holds => holds,
        };
        let (prefix, local) = split(name);
        let nested_name = split(leaf.name).1.eq_ignore_ascii_case(local);
        // Drawings and formulas bring fields of modules along.
        let is_certain = prefix.is_empty() && !nested_name && !vocabulary::is_html(local);
        match (element, holds) {
            (Element::Unknown, _) => false,
            (_, Holds::Fields) if nested_name => false,
            (Element::Entry, Holds::Text | Holds::Markup) => true,
            (Element::Leaf(_), Holds::Text) => true,
            (Element::Leaf(_), Holds::Markup) if is_certain => true,
            _ => !self.own_end_is_ahead(at),
        }
    }

    /// Whether the open leaf has its end tag before the next entry begins or this one ends.
    fn own_end_is_ahead(&mut self, at: usize) -> bool {
        let Some(Leaf { name, end_seen_at, .. }) = &mut self.leaf else {
            return false;
        };
        if end_seen_at.is_some_and(|end| end >= at) {
            return true;
        }
        let ahead = &self.text.as_bytes()[at..];
        let ahead = &ahead[..ahead.len().min(self.ahead_bytes)];
        let Some(end) = memmem::find(ahead, format!("</{name}").as_bytes()) else {
            self.ahead_bytes -= ahead.len();
            return false;
        };
        self.ahead_bytes -= end;
        let is_own = !has_border(&ahead[..end]);
        *end_seen_at = is_own.then_some(at + end);
        is_own
    }
}

/// Whether an entry begins or ends in a text.
fn has_border(text: &[u8]) -> bool {
    ["item", "entry"].iter().any(|name| {
        memmem::find_iter(text, name.as_bytes()).any(|at| {
            let is_tag = text[..at].ends_with(b"<") || text[..at].ends_with(b"</");
            let after = text.get(at + name.len());
            is_tag && after.is_none_or(|byte| !byte.is_ascii_alphanumeric())
        })
    })
}

/// Where the end tag of an element begins.
fn own_end(text: &str, name: &str) -> Option<usize> {
    memmem::find_iter(text.as_bytes(), b"</").find(|at| {
        let after = &text.as_bytes()[at + 2..];
        after.len() >= name.len() && after[..name.len()].eq_ignore_ascii_case(name.as_bytes())
    })
}
