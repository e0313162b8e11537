//! The page behind an entry → the article on it, without menus, advertisements and comments. The
//! extraction is that of Mozilla's Readability, by dom_smoothie; here it is kept from what its
//! tree of the page would cost.

use std::iter::successors;
use std::time::Duration;

use bytes::Bytes;
use dom_query::Document;
use dom_smoothie::{Config, Readability};
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};

use super::failure::ParseFailure;
use super::{decode, thread};
use crate::domain::document::html;

/// Bytes of a page that is read. Longer ones are applications, not articles.
pub const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Elements within one another, and elements and texts in all: the tree of a page is walked many times.
const MAX_DEPTH: usize = 256;
const MAX_NODES: usize = 60_000;

/// Bytes after which the tree is looked at again: a few bytes may open hundreds of elements anew.
const PIECE_BYTES: usize = 64;

/// Time for one page.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Characters of text that make an article; less is a notice or the page of a paywall.
const MIN_CHARS: usize = 200;

/// An article as its page has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// HTML.
    pub content: String,
}

/// Extracts the article of a page, on a thread of its own. `content_type` is the header as given,
/// `url` where the page came from.
pub async fn article(
    body: Bytes,
    content_type: Option<&str>,
    url: &str,
) -> Result<Article, ParseFailure> {
    let content_type = content_type.map(str::to_owned);
    let url = url.to_owned();
    let work = move || extract(&body, content_type.as_deref(), &url);
    thread::run(thread::Work::Page, TIMEOUT, work).await
}

fn extract(body: &[u8], content_type: Option<&str>, url: &str) -> Result<Article, ParseFailure> {
    if body.len() > MAX_PAGE_BYTES {
        return Err(ParseFailure::TooComplex { what: "bytes", limit: MAX_PAGE_BYTES });
    }
    let page = decode::to_text(body, content_type);
    let tree = tree(&page)?;
    let config = Config { disable_json_ld: true, ..Config::default() };
    let article = Readability::with_document(tree, Some(url), Some(config))
        .and_then(|mut readability| readability.parse())
        .map_err(|_| ParseFailure::NoArticle)?;
    let content = article.content.to_string();
    let text = html::to_text(&content);
    if text.chars().take(MIN_CHARS).count() < MIN_CHARS {
        return Err(ParseFailure::NoArticle);
    }
    Ok(Article { content })
}

/// The tree of a page, as browsers build it, unless it is too deep or too large. What a tag comes
/// to is decided by what stands before it: no count of tags tells, so that the tree is watched as it
/// grows.
fn tree(page: &str) -> Result<Document, ParseFailure> {
    let mut parser = parse_document(Document::default(), ParseOpts::default());
    let mut rest = page;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE_BYTES));
        parser.process(piece.into());
        rest = after;
        let tree = &parser.tokenizer.sink.sink.tree;
        if tree.len() > MAX_NODES {
            return Err(ParseFailure::TooComplex { what: "elements and texts", limit: MAX_NODES });
        }
        let last = successors(Some(tree.root()), |node| node.last_child());
        if last.take(MAX_DEPTH + 1).count() > MAX_DEPTH {
            return Err(ParseFailure::TooDeep { limit: MAX_DEPTH });
        }
    }
    let document = parser.finish();
    // What stands beside the last element may be deep as well.
    let mut level: Vec<_> = vec![document.root()];
    for _ in 0..=MAX_DEPTH {
        level = level.iter().flat_map(|node| node.children()).collect();
    }
    let fits = level.is_empty();
    drop(level);
    if fits { Ok(document) } else { Err(ParseFailure::TooDeep { limit: MAX_DEPTH }) }
}

#[cfg(test)]
mod tests;
