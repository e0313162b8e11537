//! The page behind an entry → the article on it, without menus, advertisements and comments. The
//! extraction is that of Mozilla's Readability, by dom_smoothie; here it is kept from what its
//! tree of the page would cost.

use std::time::Duration;

use bytes::Bytes;
use dom_smoothie::{Config, Readability};
use html5gum::{Token, Tokenizer};

use super::failure::ParseFailure;
use super::{decode, thread};
use crate::domain::document::html;

/// Bytes of a page that is read. Longer ones are applications, not articles.
pub const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Elements within one another, and in all: the tree of a page is walked many times.
const MAX_DEPTH: usize = 256;
const MAX_ELEMENTS: usize = 50_000;

/// Time for one page.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Characters of text that make an article; less is a notice or the page of a paywall.
const MIN_CHARS: usize = 200;

/// Elements that end by themselves when another begins: left open, they are not nested.
const SELF_CLOSING: &[&[u8]] = &[
    b"area", b"base", b"br", b"col", b"dd", b"dt", b"embed", b"hr", b"img", b"input", b"li",
    b"link", b"meta", b"option", b"p", b"param", b"source", b"td", b"th", b"tr", b"track", b"wbr",
];

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
    thread::run(TIMEOUT, move || extract(&body, content_type.as_deref(), &url)).await
}

fn extract(body: &[u8], content_type: Option<&str>, url: &str) -> Result<Article, ParseFailure> {
    if body.len() > MAX_PAGE_BYTES {
        return Err(ParseFailure::TooComplex { what: "bytes", limit: MAX_PAGE_BYTES });
    }
    let page = decode::to_text(body, content_type);
    check_size(&page)?;
    let config = Config { disable_json_ld: true, ..Config::default() };
    let article = Readability::new(page.as_ref(), Some(url), Some(config))
        .and_then(|mut readability| readability.parse())
        .map_err(|_| ParseFailure::NoArticle)?;
    let content = article.content.to_string();
    let text = html::to_text(&content);
    if text.chars().take(MIN_CHARS).count() < MIN_CHARS {
        return Err(ParseFailure::NoArticle);
    }
    Ok(Article { content })
}

/// Refuses pages whose tree would be too deep or too large.
fn check_size(page: &str) -> Result<(), ParseFailure> {
    let (mut depth, mut elements) = (0_usize, 0_usize);
    for Ok(token) in Tokenizer::new(page) {
        match token {
            Token::StartTag(tag) if !tag.self_closing => {
                elements += 1;
                depth += usize::from(!SELF_CLOSING.contains(&tag.name.as_slice()));
            }
            Token::EndTag(tag) => {
                depth -= usize::from(depth > 0 && !SELF_CLOSING.contains(&tag.name.as_slice()));
            }
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(ParseFailure::TooDeep { limit: MAX_DEPTH });
        }
        if elements > MAX_ELEMENTS {
            return Err(ParseFailure::TooComplex { what: "elements", limit: MAX_ELEMENTS });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
