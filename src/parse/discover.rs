//! Where a page's feeds may be: a pure look at a page's bytes, at its address, and at the headers
//! it came with. Nothing is fetched here; that a candidate is a feed shows when [`super::parse`]
//! has read it, which [`crate::daemon::discovery`] sees to.
//!
//! [`page`] reads the tags, [`link`] judges what they name, [`header`] reads `Link` headers,
//! [`sites`] knows sites whose feeds follow from an address, [`paths`] where feeds often lie, and
//! [`mod@format`] tells what kind of feed a document is.

mod anchor;
mod format;
mod header;
mod link;
mod page;
mod paths;
mod sites;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use url::Url;

use super::decode;
use crate::domain::feed_address;

pub use self::format::format;
pub use self::paths::well_known;

/// How much of a page is looked at, in bytes: heads are short, and what stands this far down is
/// no declaration any more.
const MAX_PAGE_BYTES: usize = 2 * 1024 * 1024;

/// Most candidates of one kind that a page is credited with.
const MAX_CANDIDATES: usize = 100;

/// Longest URL that is a candidate, in bytes; a config takes no longer one.
const MAX_URL_BYTES: usize = 4_000;

/// An address that may be a feed's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Absolute http or https URL without credentials.
    pub url: String,
    /// What the page calls it. From outside.
    pub title: Option<String>,
    /// How likely it is the feed that is wanted, 0 to 100.
    pub score: u8,
    pub why: Why,
}

/// What speaks for a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The address that was asked for is a feed.
    Itself,
    /// `<link rel="alternate">` or `rel="feed"` in the page.
    Link,
    /// A `Link` header of the answer.
    Header,
    /// A rule for this site.
    Site(&'static str),
    /// The page names the program that made it, which serves feeds at a known path.
    Generator(&'static str),
    /// A link in the page's text that looks like a feed's.
    Anchor,
    /// Feeds often lie there.
    Path,
}

impl Why {
    /// A stable word.
    pub fn code(self) -> &'static str {
        match self {
            Why::Itself => "itself",
            Why::Link => "link",
            Why::Header => "header",
            Why::Site(_) => "site",
            Why::Generator(_) => "generator",
            Why::Anchor => "anchor",
            Why::Path => "path",
        }
    }

    /// For people.
    pub fn text(self) -> String {
        match self {
            Why::Itself => "the address itself".to_owned(),
            Why::Link => "the page declares it".to_owned(),
            Why::Header => "a Link header declares it".to_owned(),
            Why::Site(site) => format!("a rule for {site}"),
            Why::Generator(program) => format!("the page is made by {program}"),
            Why::Anchor => "the page links to it".to_owned(),
            Why::Path => "feeds often lie there".to_owned(),
        }
    }

    /// Whether the site says itself that this is a feed.
    pub fn is_declared(self) -> bool {
        matches!(self, Why::Itself | Why::Link | Why::Header)
    }
}

/// All that a page at `url` offers, best first: what it declares, what its program is known to
/// serve, and links in its text that look like feeds. `content_type` is the header as given.
pub fn candidates(body: &[u8], content_type: Option<&str>, url: &str) -> Vec<Candidate> {
    let Ok(url) = Url::parse(url) else {
        return Vec::new();
    };
    let body = &body[..body.len().min(MAX_PAGE_BYTES)];
    let text = decode::to_text(body, content_type);
    let page = page::read(&text, &url);
    let mut found = page.declared;
    found.extend(sites::of_page(&page.signs, &url));
    found.extend(page.anchors);
    best_first(found)
}

/// The feed that a page at `url` most likely stands for, if it says so itself: worth a word where
/// the page was taken for a feed.
pub fn best_declared(body: &[u8], content_type: Option<&str>, url: &str) -> Option<Candidate> {
    let mut all = candidates(body, content_type, url).into_iter();
    all.find(|candidate| candidate.why == Why::Link)
}

/// What `Link` headers offer that came with an answer from `url`.
pub fn from_headers<'a>(values: impl IntoIterator<Item = &'a str>, url: &str) -> Vec<Candidate> {
    let Ok(url) = Url::parse(url) else {
        return Vec::new();
    };
    best_first(values.into_iter().flat_map(|value| header::read(value, &url)).collect())
}

/// Feeds of known sites that follow from an address alone.
pub fn from_address(url: &str) -> Vec<Candidate> {
    Url::parse(url).map(|url| best_first(sites::of_address(&url))).unwrap_or_default()
}

/// The candidates by their score, none of them twice: of two ways to write one address the one
/// with the better score stays.
pub fn best_first(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    let mut seen = BTreeSet::new();
    candidates.retain(|candidate| match feed_address::comparable(&candidate.url) {
        Some(key) => seen.insert(key),
        None => false,
    });
    candidates.truncate(MAX_CANDIDATES);
    candidates
}

/// A URL of a page as one that can be asked for: absolute, http or https, no credentials, no
/// fragment.
fn resolve(base: &Url, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() || href.len() > MAX_URL_BYTES || href.starts_with('#') {
        return None;
    }
    let scheme_of_readers = ["feed:", "rss:", "pcast:", "itpc:"]
        .iter()
        .any(|scheme| href.get(..scheme.len()).is_some_and(|h| h.eq_ignore_ascii_case(scheme)));
    let mut url = if scheme_of_readers {
        Url::parse(&feed_address::as_typed(href)).ok()?
    } else {
        base.join(href).ok()?
    };
    let good = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= MAX_URL_BYTES;
    url.set_fragment(None);
    good.then_some(url)
}
