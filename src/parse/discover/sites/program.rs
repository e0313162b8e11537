//! Programs that make sites, known by the signs they leave in a page, and where they serve feeds.

use url::Url;

use super::super::page::Signs;
use super::super::{Candidate, Why};

/// A program's name as it stands in `<meta name="generator">`, in lower case and from its start;
/// how people write it; and where its feeds lie, seen from the root.
const PROGRAMS: &[(&str, &str, &[&str])] = &[
    ("wordpress", "WordPress", &["/feed/"]),
    ("ghost", "Ghost", &["/rss/"]),
    ("hugo", "Hugo", &["/index.xml"]),
    ("jekyll", "Jekyll", &["/feed.xml", "/atom.xml"]),
    ("hexo", "Hexo", &["/atom.xml", "/rss2.xml"]),
    ("eleventy", "Eleventy", &["/feed.xml", "/feed/feed.xml"]),
    ("gatsby", "Gatsby", &["/rss.xml"]),
    ("astro", "Astro", &["/rss.xml"]),
    ("pelican", "Pelican", &["/feeds/all.atom.xml"]),
    ("zola", "Zola", &["/atom.xml", "/rss.xml"]),
    ("nikola", "Nikola", &["/rss.xml"]),
    ("docusaurus", "Docusaurus", &["/blog/atom.xml", "/blog/rss.xml"]),
    ("blogger", "Blogger", &["/feeds/posts/default"]),
    ("drupal", "Drupal", &["/rss.xml"]),
    ("joomla", "Joomla", &["/?format=feed&type=rss"]),
    ("typo3", "TYPO3", &["/rss.xml", "/?type=100"]),
    ("discourse", "Discourse", &["/latest.rss"]),
    ("mediawiki", "MediaWiki", &["/w/index.php?title=Special:RecentChanges&feed=atom"]),
    ("wix.com", "Wix", &["/blog-feed.xml"]),
    ("movable type", "Movable Type", &["/atom.xml", "/index.xml"]),
    ("textpattern", "Textpattern", &["/rss/"]),
    ("dokuwiki", "DokuWiki", &["/feed.php"]),
    ("vbulletin", "vBulletin", &["/external.php?type=RSS2"]),
    ("writefreely", "WriteFreely", &["/feed/"]),
    ("peertube", "PeerTube", &["/feeds/videos.xml?sort=-publishedAt"]),
];

/// How sure one is of them: the program is known, its settings are not.
const SCORE: u8 = 72;

pub fn feeds(signs: &Signs, url: &Url) -> Vec<Candidate> {
    let told = [signs.generator.as_deref(), signs.platform.as_deref()];
    let wordpress = signs.wordpress.then_some("wordpress");
    let mut names = told.into_iter().flatten().chain(wordpress).map(str::to_ascii_lowercase);
    let known = names.find_map(|name| {
        PROGRAMS.iter().find(|(program, ..)| name.trim_start().starts_with(program))
    });
    let Some((_, program, paths)) = known else {
        return Vec::new();
    };
    let candidate = |(place, path): (usize, &&str)| {
        let cost = u8::try_from(place).unwrap_or(u8::MAX);
        let url = url.join(path).ok()?.into();
        let score = SCORE.saturating_sub(cost);
        Some(Candidate { url, title: None, score, why: Why::Generator(program) })
    };
    paths.iter().enumerate().filter_map(candidate).collect()
}
