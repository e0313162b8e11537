//! What a document is, whatever its Content-Type says.

use std::ops::Range;

use memchr::memmem;

use super::lex::{Lexer, Part};

/// What a text turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    Nothing,
    /// XML with the root of a feed, where that begins, and whether a web page is around it.
    Xml {
        start: usize,
        wrapped: bool,
    },
    /// A feed whose every sign is escaped, as a page that shows its source has it, and where.
    Escaped(Range<usize>),
    Json,
    Html,
    /// XML with another root, by its name.
    OtherXml(&'a str),
    Other,
}

/// Roots of feeds wherever they stand, and those that only the first tag can be.
const ROOTS: &[&str] = &["rss", "feed", "rdf"];
const FIRST_ROOTS: &[&str] = &["channel", "item", "entry"];

/// What a root is followed by if it is one, and not a word in somebody's page.
const CHILDREN: &[&str] = &[
    "channel",
    "item",
    "entry",
    "title",
    "id",
    "updated",
    "link",
    "generator",
    "subtitle",
    "author",
    "logo",
    "icon",
    "rights",
    "image",
];

/// Tags that only web pages begin with.
const HTML: &[&str] = &[
    "html", "head", "body", "div", "p", "br", "b", "script", "style", "title", "meta", "center",
    "h1", "h2", "h3", "font", "table", "span", "pre", "link", "noscript", "strong", "img", "a",
];

/// How an escaped feed begins.
const ESCAPED: &[&str] = &["&lt;?xml", "&lt;rss", "&lt;feed", "&lt;rdf:RDF"];
const ESCAPED_END: &[&str] = &["&lt;/rss&gt;", "&lt;/feed&gt;", "&lt;/rdf:RDF&gt;"];

/// Names that are compared are no longer.
const MAX_NAME_BYTES: usize = 24;

pub fn kind(text: &str) -> Kind<'_> {
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Kind::Nothing;
    }
    if trimmed.starts_with(['{', '[']) && memmem::find(text.as_bytes(), b"<rss").is_none() {
        return Kind::Json;
    }
    let mut first = None;
    let mut silent: Option<&str> = None;
    let mut tokens = Lexer::new(text);
    while let Some(token) = tokens.next() {
        match token.part {
            Part::Start(tag) if silent.is_none() => {
                let name = lower(local(tag.name));
                let is_first_root = first.is_none() && FIRST_ROOTS.contains(&name.as_str());
                let is_root = ROOTS.contains(&name.as_str())
                    && (first.is_none() || has_children(tokens.clone()));
                if is_first_root || is_root {
                    let wrapped = first.is_some_and(is_page);
                    return Kind::Xml { start: token.range.start, wrapped };
                }
                if matches!(name.as_str(), "script" | "style") && !tag.empty {
                    silent = Some(tag.name);
                }
                first = first.or(Some(tag.name));
            }
            Part::End { name } if silent.is_some_and(|open| open.eq_ignore_ascii_case(name)) => {
                silent = None;
            }
            Part::Doctype if is_html_doctype(&text[token.range.clone()]) => {
                first = first.or(Some("html"));
            }
            _ => {}
        }
    }
    if let Some(range) = escaped(text) {
        return Kind::Escaped(range);
    }
    match first {
        Some(name) if HTML.contains(&lower(name).as_str()) => Kind::Html,
        Some(name) => Kind::OtherXml(short(name)),
        None => Kind::Other,
    }
}

/// Whether the next tag is one that feeds have.
fn has_children(tokens: Lexer<'_>) -> bool {
    let next = tokens
        .filter_map(|token| match token.part {
            Part::Start(tag) => Some(tag.name),
            _ => None,
        })
        .next();
    next.is_some_and(|name| CHILDREN.contains(&lower(local(name)).as_str()))
}

/// The escaped feed that makes up most of a text.
fn escaped(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = ESCAPED.iter().filter_map(|sign| memmem::find(bytes, sign.as_bytes())).min()?;
    let ends = ESCAPED_END.iter().filter_map(|sign| {
        memmem::rfind(&bytes[start..], sign.as_bytes()).map(|found| start + found + sign.len())
    });
    let end = ends.max().unwrap_or(text.len());
    ((end - start) * 2 > text.len()).then_some(start..end)
}

fn is_html_doctype(doctype: &str) -> bool {
    let mut words = doctype.split(|char: char| char.is_ascii_whitespace() || char == '>');
    words.nth(1).is_some_and(|name| name.eq_ignore_ascii_case("html"))
}

/// The name without its namespace prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn is_page(name: &str) -> bool {
    matches!(lower(name).as_str(), "html" | "head" | "body" | "div" | "pre")
}

fn lower(name: &str) -> String {
    name[..name.floor_char_boundary(MAX_NAME_BYTES)].to_ascii_lowercase()
}

fn short(name: &str) -> &str {
    const SHOWN_CHARS: usize = 40;
    match name.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => &name[..end],
        None => name,
    }
}
