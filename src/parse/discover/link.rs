//! Judges what a page declares: which `<link>` elements and `Link` headers name a feed, and how
//! likely it is the one that is wanted.

use url::Url;

use super::page::Tag;
use super::{Candidate, Why, anchor, resolve};

/// Media types that only feeds have, in the spellings that are about.
const FEED_TYPES: &[&str] = &[
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/rss",
    "application/atom",
    "application/x-rss+xml",
    "application/x-atom+xml",
    "application/x-rss",
    "application/rss-xml",
    "application/atom-xml",
    "text/rss+xml",
    "text/atom+xml",
    "text/rss",
    "text/atom",
    "text/x-rss",
    "rss",
    "atom",
    "rss+xml",
    "atom+xml",
];

/// Media types that a feed may have among other things.
const XML_TYPES: &[&str] =
    &["application/xml", "text/xml", "application/xhtml+xml", "application/rdf"];

/// What a feed of comments is called, in the big European languages: rarely what is wanted.
const COMMENTS: &[&str] = &[
    "comment",
    "kommentar",
    "commentaire",
    "comentario",
    "comentário",
    "commenti",
    "reacties",
    "komentarz",
    "комментар",
];

/// How much less likely a feed of comments is wanted.
const COMMENTS_COST: u8 = 40;

/// Most that a place further down the page costs.
const MAX_PLACE_COST: usize = 8;

/// The feed that a `<link>` names; `place` is its number among those of the page.
pub fn of_tag(tag: &Tag, base: &Url, place: usize) -> Option<Candidate> {
    let declared = Declared {
        rel: tag.get("rel"),
        media_type: tag.get("type"),
        title: tag.get("title"),
        translated: !tag.get("hreflang").is_empty() || !tag.get("media").is_empty(),
    };
    declared.candidate(resolve(base, tag.get("href"))?, place, Why::Link)
}

/// What a link says of itself, wherever it stands.
pub struct Declared<'a> {
    pub rel: &'a str,
    pub media_type: &'a str,
    pub title: &'a str,
    /// It is said to be the same page for other readers.
    pub translated: bool,
}

impl Declared<'_> {
    pub fn candidate(&self, url: Url, place: usize, why: Why) -> Option<Candidate> {
        let mut score = self.score(&url)?;
        if is_of_comments(&url, self.title) {
            score = score.saturating_sub(COMMENTS_COST);
        }
        let cost = u8::try_from(place.min(MAX_PLACE_COST)).unwrap_or(u8::MAX);
        Some(Candidate {
            url: url.into(),
            title: title(self.title),
            score: score.saturating_sub(cost),
            why,
        })
    }

    fn score(&self, url: &Url) -> Option<u8> {
        let has = |word: &str| {
            self.rel.split_ascii_whitespace().any(|own| own.eq_ignore_ascii_case(word))
        };
        if has("stylesheet") || has("icon") || !(has("alternate") || has("feed")) {
            return None;
        }
        let full = self.media_type.to_ascii_lowercase();
        let media_type = full.split(';').next().unwrap_or_default().trim();
        let (path, query) = (url.path(), url.query().unwrap_or_default());
        if full.contains("oembed") || path.contains("oembed") || path.contains("/wp-json/") {
            return None;
        }
        if FEED_TYPES.contains(&media_type) {
            return Some(90);
        }
        let looks_like_one = anchor::looks_like_feed(path, query);
        match media_type {
            _ if XML_TYPES.contains(&media_type) => Some(if looks_like_one { 75 } else { 65 }),
            "application/json" | "text/json" if looks_like_one || has("feed") => Some(70),
            "" if has("feed") => Some(85),
            "" if looks_like_one && !self.translated => Some(60),
            // A type that no feed has, on an address that only feeds have.
            "text/html" | "text/plain" if looks_like_one && !self.translated => Some(50),
            _ => None,
        }
    }
}

/// Whether a feed has comments on articles in it, instead of articles.
pub fn is_of_comments(url: &Url, title: &str) -> bool {
    let title = title.to_lowercase();
    let path = url.path().to_ascii_lowercase();
    COMMENTS.iter().any(|word| title.contains(word)) || path.contains("/comment")
}

/// A title, where there is one.
pub fn title(text: &str) -> Option<String> {
    let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(title).filter(|title| !title.is_empty())
}
