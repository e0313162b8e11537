//! Links as feeds give them: which one is the page, and what a relative one refers to.

use std::borrow::Cow;

use url::Url;

use crate::domain::document::MAX_LINK_CHARS;

/// Longest base URL of its own that an element may have: each relative link gets a copy of it.
const MAX_BASE_BYTES: usize = 256;

/// How sure it is that a link leads to the page of an entry or feed; the first of the highest is.
pub const SPOKEN: u8 = 4;
const PAGE: u8 = 3;
const ALTERNATE: u8 = 2;
pub const FALLBACK: u8 = 1;

/// The best link to a page seen so far.
#[derive(Debug, Default)]
pub struct Page<'a> {
    href: Option<Cow<'a, str>>,
    rank: u8,
}

impl<'a> Page<'a> {
    pub fn offer(&mut self, href: Cow<'a, str>, rank: u8) {
        if rank > self.rank && !href.trim().is_empty() {
            self.href = Some(href);
            self.rank = rank;
        }
    }

    /// Whether there is no link yet.
    pub fn is_empty(&self) -> bool {
        self.href.is_none()
    }

    pub fn take(&mut self) -> Option<Cow<'a, str>> {
        self.href.take()
    }
}

/// What a link with attributes leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    words: Vec<String>,
    is_html: bool,
}

impl Relation {
    /// `rel` is a list of words, or of URLs that end with one (RFC 4287, section 4.2.7.2).
    pub fn new(rel: Option<&str>, kind: Option<&str>) -> Self {
        let words = rel.unwrap_or_default().split_ascii_whitespace();
        let word = |word: &str| {
            let last = word.rsplit(['/', '#']).next().unwrap_or(word);
            let is_registered = word.contains("iana.org/assignments/relation");
            if is_registered { last } else { word }.to_ascii_lowercase()
        };
        Self {
            words: words.map(word).collect(),
            is_html: kind.is_none_or(|kind| kind.to_ascii_lowercase().contains("html")),
        }
    }

    pub fn is(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }

    /// Its rank as the page; `None` if it leads elsewhere.
    pub fn rank(&self) -> Option<u8> {
        let to_page = self.words.is_empty() || self.is("alternate");
        to_page.then_some(if self.is_html { PAGE } else { ALTERNATE })
    }
}

/// What `xml:base` makes of the base around it.
pub fn base(given: &str, outer: Option<&Url>) -> Option<Url> {
    let given = given.trim();
    if given.is_empty() || given.len() > MAX_BASE_BYTES {
        return outer.cloned();
    }
    let base = join(given, outer).or_else(|| outer.cloned())?;
    (base.as_str().len() <= 2 * MAX_BASE_BYTES).then_some(base).or_else(|| outer.cloned())
}

fn join(href: &str, base: Option<&Url>) -> Option<Url> {
    match (Url::parse(href), base) {
        (Ok(url), _) => Some(url),
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => base.join(href).ok(),
        _ => None,
    }
}

/// A web address, absolute; `None` if it is none.
pub fn absolute(href: &str, base: Option<&Url>) -> Option<String> {
    let url = join(href.trim(), base)?;
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && url.as_str().len() <= MAX_LINK_CHARS).then(|| url.into())
}

/// A link that its element's own base changes; others are left to whoever knows the document's.
pub fn rebased<'a>(href: Cow<'a, str>, base: Option<&Url>) -> Cow<'a, str> {
    match (Url::parse(href.trim()), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => {
            base.join(href.trim()).map_or(href, |url| Cow::Owned(url.into()))
        }
        _ => href,
    }
}
