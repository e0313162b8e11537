//! Where feeds often lie, for sites that say nothing: the last resort.

use url::Url;

use super::{Candidate, Why};

/// Paths at the root of a site, the most common first.
const AT_ROOT: &[&str] = &[
    "/feed",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/rss",
    "/feed.json",
    "/feeds/posts/default",
    "/?feed=rss2",
    "/index.rdf",
];

/// Paths below the page that was asked for: sections have feeds of their own.
const BELOW: &[&str] = &["feed", "index.xml", "rss.xml"];

/// Addresses worth trying for a page at `url`, the likeliest first.
pub fn well_known(url: &str) -> Vec<Candidate> {
    let Ok(url) = Url::parse(url) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |target: Option<Url>, score: u8| {
        if let Some(url) = target.filter(|url| matches!(url.scheme(), "http" | "https")) {
            found.push(Candidate { url: url.into(), title: None, score, why: Why::Path });
        }
    };
    let section = url.path().trim_end_matches('/');
    let is_file = section.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if !section.is_empty() && !is_file {
        for (name, score) in BELOW.iter().zip([40, 39, 38]) {
            add(url.join(&format!("{section}/{name}")).ok(), score);
        }
    }
    for (path, score) in AT_ROOT.iter().zip((1..=35).rev()) {
        add(url.join(path).ok(), score);
    }
    super::best_first(found)
}
