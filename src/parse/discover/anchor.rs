//! Links in a page's text that look like feeds: for the many pages that have a button and declare
//! nothing. They are guesses, to be looked at only where nothing better is there.

use url::Url;

use super::link::{is_of_comments, title};
use super::page::Tag;
use super::{Candidate, Why, resolve};

/// Most links of one page that are worth a request.
const MAX_KEPT: usize = 10;

/// Last parts of a path that feeds have.
const NAMES: &[&str] = &[
    "feed",
    "feeds",
    "rss",
    "rss2",
    "rss20",
    "atom",
    "rdf",
    "feed.json",
    "feed.xml",
    "index.xml",
    "rss.php",
    "feed.php",
    "rss.aspx",
    "rss.ashx",
    "backend.php",
    "rss.jsp",
];

/// Ends of file names that feeds have; `.xml` has others too, and counts where the rest agrees.
const ENDS: &[&str] = &[".rss", ".rss2", ".atom", ".rdf", ".rss.xml", ".atom.xml", "-rss.xml"];

/// Words in a query that ask for a feed.
const QUERIES: &[&str] = &[
    "feed=rss",
    "feed=atom",
    "feed=rdf",
    "feed=json",
    "format=rss",
    "format=atom",
    "format=feed",
    "format=rdf",
    "type=rss",
    "type=atom",
    "type=100",
    "alt=rss",
    "output=rss",
    "output=atom",
    "outputtype=xml",
    "fmt=rss",
    "mode=rss",
    "view=rss",
    "action=rss",
    "rss=1",
    "feed=1",
];

/// Names in a query after which readers' buttons put the address of the feed.
const BUTTON_NAMES: &[&str] = &["url", "feed", "feedurl", "add_feed", "add", "subscribe", "rssurl"];

/// Words that are shown on a button.
const LABELS: &[&str] = &["rss", "atom", "feed", "feeds", "rdf", "newsfeed", "syndicate"];

/// The feed that a link seems to lead to.
pub fn of_tag(tag: &Tag, label: &str, base: &Url, page: &Url) -> Option<Candidate> {
    let target = resolve(base, tag.get("href"))?;
    let button = of_button(&target);
    let is_button = button.is_some();
    let (url, score) = match button {
        Some(url) => (url, 55),
        None => {
            let score = judge(tag, label, &target)?;
            (target, score)
        }
    };
    let far = match (url.host_str() == page.host_str(), same_site(&url, page)) {
        (true, _) => 0,
        (false, true) => 5,
        (false, false) => 40,
    };
    let named = title(tag.get("title")).or_else(|| title(label));
    let comments = is_of_comments(&url, named.as_deref().unwrap_or_default());
    let score = score - far - if comments { 20 } else { 0 };
    // A button says "RSS" or the name of a reader, which is no title.
    let named = named.filter(|named| !is_button && !LABELS.contains(&&*named.to_lowercase()));
    (score > 0).then(|| Candidate {
        url: url.into(),
        title: named,
        score: u8::try_from(score).unwrap_or(0),
        why: Why::Anchor,
    })
}

/// How likely a link leads to a feed, by its address and what is written on it.
fn judge(tag: &Tag, label: &str, url: &Url) -> Option<i32> {
    let (path, query) = (url.path(), url.query().unwrap_or_default());
    let media_type = tag.get("type").to_ascii_lowercase();
    let typed = media_type.contains("rss+xml") || media_type.contains("atom+xml");
    let told = [label, tag.get("title"), tag.get("class"), tag.get("aria-label")]
        .iter()
        .any(|text| is_labelled(text));
    let xml = path.to_ascii_lowercase().ends_with(".xml") && !path.contains("sitemap");
    match (looks_like_feed(path, query), typed, told) {
        (_, true, _) => Some(65),
        (true, _, true) => Some(60),
        (true, _, false) => Some(50),
        (false, _, true) if xml => Some(55),
        (false, _, true) => Some(30),
        (false, _, false) if xml => Some(25),
        _ => None,
    }
}

/// Whether an address looks like a feed's.
pub fn looks_like_feed(path: &str, query: &str) -> bool {
    let (path, query) = (path.to_ascii_lowercase(), query.to_ascii_lowercase());
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    NAMES.contains(&last)
        || ENDS.iter().any(|end| last.ends_with(end))
        || (last.ends_with(".xml")
            && (path.contains("rss") || path.contains("feed") || path.contains("atom")))
        || query.split('&').any(|one| QUERIES.iter().any(|known| one.starts_with(known)))
        || path.contains("/feeds/posts/")
}

fn is_labelled(text: &str) -> bool {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).any(|word| LABELS.contains(&word))
}

/// The feed that a reader's button ("follow in …") hands over.
fn of_button(url: &Url) -> Option<Url> {
    let in_path = url.path().split_once("/subscription/feed/").map(|(_, rest)| rest.to_owned());
    let in_query = || {
        url.query_pairs().find_map(|(name, value)| {
            let name = name.to_ascii_lowercase();
            BUTTON_NAMES.contains(&name.as_str()).then(|| value.into_owned())
        })
    };
    let inner = in_path.or_else(in_query)?;
    let inner = percent_encoding::percent_decode_str(&inner).decode_utf8_lossy().into_owned();
    let inner = Url::parse(&inner).ok()?;
    let path_and_query = (inner.path(), inner.query().unwrap_or_default());
    // A share button names the page itself.
    let good = looks_like_feed(path_and_query.0, path_and_query.1);
    good.then(|| resolve(&inner, inner.as_str()))?
}

/// Whether two hosts belong to one registrable domain.
fn same_site(a: &Url, b: &Url) -> bool {
    let site = |url: &Url| Some(psl::domain_str(url.host_str()?)?.to_owned());
    site(a).is_some_and(|own| site(b) == Some(own))
}

/// Keeps the best of a page's links, those on its own host before all others.
pub fn keep_best(anchors: &mut Vec<Candidate>) {
    *anchors = super::best_first(std::mem::take(anchors));
    anchors.truncate(MAX_KEPT);
}
