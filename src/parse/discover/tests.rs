//! What pages offer, in the spellings that are about.

use std::time::{Duration, Instant};

use super::{Why, candidates, from_address, from_headers, well_known};

const URL: &str = "https://news.example/world/";

/// The addresses a page offers, best first.
fn offered(html: &str) -> Vec<String> {
    candidates(html.as_bytes(), None, URL).into_iter().map(|found| found.url).collect()
}

fn of(address: &str) -> Vec<String> {
    from_address(address).into_iter().map(|found| found.url).collect()
}

#[test]
fn a_declared_feed_is_found_in_every_spelling() {
    for tag in [
        r#"<link rel="alternate" type="application/rss+xml" href="/feed.xml">"#,
        r#"<LINK REL='ALTERNATE' TYPE='APPLICATION/RSS+XML' HREF='/feed.xml'/>"#,
        "<link rel=alternate type=application/atom+xml href=/feed.xml>",
        "<link href=/feed.xml type=\"application/rss+xml; charset=utf-8\" rel=\"home alternate\">",
        r#"<link rel="alternate feed" href="/feed.xml">"#,
        r#"<link rel="feed" href="../feed.xml">"#,
        r#"<link rel="alternate" type="application/feed+json" href="https://news.example/feed.xml">"#,
        r#"<link rel="alternate" type="text/xml" href="//news.example/feed.xml">"#,
        r#"<link rel="alternate" type="application/x-rss+xml" href=" /feed.xml
            ">"#,
        r#"<link rel="alternate" href="/feed.xml">"#,
        r#"<body><p><link rel="alternate" type="application/rdf+xml" href="/feed.xml#top">"#,
        r#"<base href="https://news.example/"><link rel=feed href=feed.xml>"#,
        r#"<link rel="alternate" type="application/rss+xml" href="feed:https://news.example/feed.xml">"#,
        r#"<link rel="alternate" rel="stylesheet" type="application/rss+xml" href="/feed.xml">"#,
    ] {
        assert_eq!(offered(tag), ["https://news.example/feed.xml"], "{tag}");
        let found = &candidates(tag.as_bytes(), None, URL)[0];
        assert!(found.why == Why::Link && found.score >= 50, "{found:?}");
    }
}

#[test]
fn what_is_no_feed_is_not_taken_for_one() {
    for tag in [
        r#"<link rel="alternate stylesheet" type="text/css" href="/feed.xml">"#,
        r#"<link rel="alternate" hreflang="de" href="/de/">"#,
        r#"<link rel="alternate" type="application/json+oembed" href="/oembed?format=json">"#,
        r#"<link rel="alternate" type="text/xml+oembed" href="/wp-json/oembed/1.0/embed?format=xml">"#,
        r#"<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">"#,
        r#"<link rel="alternate" type="application/activity+json" href="/users/x">"#,
        r#"<link rel="search" type="application/opensearchdescription+xml" href="/feed.xml">"#,
        r#"<link rel="alternate" type="application/rss+xml">"#,
        r#"<link rel="alternate" type="application/rss+xml" href="">"#,
        r#"<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">"#,
        r#"<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">"#,
        r#"<link rel="alternate" type="application/rss+xml" href="https://me:pw@news.example/feed">"#,
        r#"<!-- <link rel="alternate" type="application/rss+xml" href="/feed.xml"> -->"#,
        r#"<script>'<link rel="alternate" type="application/rss+xml" href="/feed.xml">'</script>"#,
        r#"<a href="/sitemap.xml">Map</a><a href="/about">About us</a>"#,
    ] {
        assert_eq!(offered(tag), Vec::<String>::new(), "{tag}");
    }
}

#[test]
fn the_feed_of_articles_comes_before_the_feed_of_comments() {
    let page = r#"
        <link rel="alternate" type="application/rss+xml" title="Wire &raquo; Comments Feed" href="/comments/feed/">
        <link rel="alternate" type="application/rss+xml" title="Wire &raquo; Feed" href="/feed/">
        <link rel="alternate" type="application/rss+xml" title="Wire &raquo; Feed" href="https://www.news.example/feed">"#;
    let found = candidates(page.as_bytes(), None, URL);
    let shown: Vec<_> =
        found.iter().map(|f| (f.url.as_str(), f.title.as_deref(), f.score)).collect();
    assert_eq!(
        shown,
        [
            ("https://news.example/feed/", Some("Wire » Feed"), 89),
            ("https://news.example/comments/feed/", Some("Wire » Comments Feed"), 50),
        ]
    );
}

#[test]
fn titles_are_read_in_the_encoding_of_the_page() {
    let page = b"<link rel=feed title='Caf\xe9' href=/feed>";
    let found = candidates(page, Some("text/html; charset=iso-8859-1"), URL);
    assert_eq!(found[0].title.as_deref(), Some("Café"));
}

#[test]
fn links_that_look_like_feeds_are_kept_those_of_the_own_host_first() {
    let page = r#"
        <a href="https://elsewhere.example/blog/feed">Their feed</a>
        <a href="/about">About</a>
        <a class="icon-rss" href="/subscribe">Follow</a>
        <a href="https://feedly.com/i/subscription/feed/https%3A%2F%2Fnews.example%2Fall.rss">Feedly</a>
        <a href="https://share.example/?url=https%3A%2F%2Fnews.example%2Fworld%2F">Share</a>
        <a href="world.xml">RSS</a>
        <a href="/world.rss">World news"#;
    let found = candidates(page.as_bytes(), None, URL);
    let shown: Vec<_> = found.iter().map(|f| (f.url.as_str(), f.title.as_deref())).collect();
    assert_eq!(
        shown,
        [
            ("https://news.example/all.rss", None),
            ("https://news.example/world/world.xml", None),
            ("https://news.example/world.rss", Some("World news")),
            ("https://news.example/subscribe", Some("Follow")),
            ("https://elsewhere.example/blog/feed", Some("Their feed")),
        ]
    );
    let many: String = (0..500).map(|n| format!("<a href=/{n}.rss>{n}</a>")).collect();
    assert_eq!(offered(&many).len(), 10);
}

#[test]
fn headers_declare_feeds_too() {
    let headers = [
        r#"</style.css>; rel=stylesheet, </feed.xml>; rel="alternate"; type="application/rss+xml"; title="All, and \"more\"""#,
        r#"<https://hub.example/>; rel="hub", <a,b;c.atom>;type=application/atom+xml;rel=alternate"#,
        "<unclosed; rel=alternate",
        "<x>; rel",
    ];
    let found = from_headers(headers, URL);
    let shown: Vec<_> = found.iter().map(|f| (f.url.as_str(), f.title.as_deref())).collect();
    assert_eq!(
        shown,
        [
            ("https://news.example/feed.xml", Some("All, and \"more\"")),
            ("https://news.example/world/a,b;c.atom", None),
        ]
    );
    assert!(found.iter().all(|found| found.why == Why::Header));
}

#[test]
fn known_sites_have_their_feeds_where_the_rules_say() {
    let video = "https://www.youtube.com/feeds/videos.xml";
    let channel = "UCaaaaaaaaaaaaaaaaaaaaaa";
    for (address, feed) in [
        (
            &*format!("https://m.youtube.com/channel/{channel}/videos"),
            &*format!("{video}?channel_id={channel}"),
        ),
        ("https://www.youtube.com/playlist?list=PLx_1", &format!("{video}?playlist_id=PLx_1")),
        ("https://www.youtube.com/watch?v=1&list=PLx", &format!("{video}?playlist_id=PLx")),
        ("https://github.com/rust-lang/rust", "https://github.com/rust-lang/rust/releases.atom"),
        (
            "https://github.com/rust-lang/rust/commits/main/src",
            "https://github.com/rust-lang/rust/commits/main/src.atom",
        ),
        ("https://github.com/rust-lang/rust/tags", "https://github.com/rust-lang/rust/tags.atom"),
        ("https://github.com/rust-lang", "https://github.com/rust-lang.atom"),
        (
            "https://gitlab.com/group/sub/project/-/issues",
            "https://gitlab.com/group/sub/project/-/releases.atom",
        ),
        ("https://codeberg.org/a/b", "https://codeberg.org/a/b/releases.atom"),
        ("https://old.reddit.com/r/worldnews/", "https://www.reddit.com/r/worldnews/.rss"),
        ("https://www.reddit.com/search?q=nato", "https://www.reddit.com/search/.rss?q=nato"),
        ("https://mastodon.example/@ada", "https://mastodon.example/@ada.rss"),
        ("https://mastodon.example/tags/nato", "https://mastodon.example/tags/nato.rss"),
        ("https://medium.com/@ada", "https://medium.com/feed/@ada"),
        ("https://ada.medium.com/a-story-1", "https://ada.medium.com/feed"),
        ("https://ada.substack.com/p/x", "https://ada.substack.com/feed"),
        ("https://ada.wordpress.com/category/oil/", "https://ada.wordpress.com/category/oil/feed/"),
        (
            "https://ada.blogspot.co.uk/2020/01/x.html",
            "https://ada.blogspot.co.uk/feeds/posts/default",
        ),
        ("https://www.tumblr.com/ada", "https://ada.tumblr.com/rss"),
        ("https://ada.tumblr.com/", "https://ada.tumblr.com/rss"),
        ("https://bsky.app/profile/ada.example", "https://bsky.app/profile/ada.example/rss"),
        (
            "https://tube.example/a/ada/videos",
            "https://tube.example/feeds/videos.xml?accountName=ada",
        ),
        (
            "https://stackoverflow.com/questions/tagged/rust",
            "https://stackoverflow.com/feeds/tag?tagnames=rust&sort=newest",
        ),
        (
            "https://physics.stackexchange.com/questions/12/x",
            "https://physics.stackexchange.com/feeds/question/12",
        ),
        ("https://news.ycombinator.com/newest", "https://news.ycombinator.com/rss"),
        ("https://vimeo.com/ada", "https://vimeo.com/ada/videos/rss"),
        ("https://arxiv.org/list/cs.CR/recent", "https://rss.arxiv.org/atom/cs.CR"),
        (
            "https://pypi.org/project/requests/",
            "https://pypi.org/rss/project/requests/releases.xml",
        ),
        ("https://crates.io/crates/serde", "https://static.crates.io/rss/crates/serde.xml"),
        (
            "https://store.steampowered.com/news/app/440",
            "https://store.steampowered.com/feeds/news/app/440/",
        ),
        ("https://lemmy.example/c/news", "https://lemmy.example/feeds/c/news.xml?sort=New"),
    ] {
        assert_eq!(of(address).first().map(String::as_str), Some(feed), "{address}");
    }
    for address in [
        "https://news.example/",
        "https://mastodon.example/@ada@elsewhere.example",
        "https://www.youtube.com/@ada",
        "https://www.youtube.com/playlist?list=a%26b",
        "https://github.com/",
        "https://github.com/pricing",
        "https://medium.com/",
        "file:///etc/passwd",
    ] {
        assert_eq!(of(address), Vec::<String>::new(), "{address}");
    }
}

#[test]
fn a_page_under_a_handle_names_its_channel() {
    let page = r#"<meta itemprop="identifier" content="UCaaaaaaaaaaaaaaaaaaaaaa">"#;
    let found = candidates(page.as_bytes(), None, "https://www.youtube.com/@ada");
    let feed = "https://www.youtube.com/feeds/videos.xml?channel_id=UCaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(found[0].url, feed);
    let canonical =
        r#"<link rel="canonical" href="https://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa">"#;
    assert_eq!(candidates(canonical.as_bytes(), None, "https://www.youtube.com/@ada")[0].url, feed);
    // Nobody else's page may send one to YouTube so.
    assert_eq!(offered(page), Vec::<String>::new());
}

#[test]
fn the_program_that_made_a_page_tells_where_its_feed_lies() {
    for (page, feed) in [
        (r#"<meta name="generator" content="WordPress 6.4">"#, "https://news.example/feed/"),
        (r#"<link rel="https://api.w.org/" href="/wp-json/">"#, "https://news.example/feed/"),
        (r#"<META NAME=Generator CONTENT="Hugo 0.120">"#, "https://news.example/index.xml"),
        (
            r#"<meta property="og:platform" content="PeerTube">"#,
            "https://news.example/feeds/videos.xml?sort=-publishedAt",
        ),
    ] {
        let found = candidates(page.as_bytes(), None, URL);
        assert_eq!(found[0].url, feed, "{page}");
        assert!(matches!(found[0].why, Why::Generator(_)));
    }
}

#[test]
fn a_section_is_tried_before_the_whole_site() {
    let found = well_known("https://news.example/world/europe/");
    assert_eq!(found[0].url, "https://news.example/world/europe/feed");
    assert!(found.iter().any(|found| found.url == "https://news.example/feed"));
    assert_eq!(well_known("https://news.example/a.html")[0].url, "https://news.example/feed");
    assert!(well_known("file:///etc/").is_empty() && well_known("nonsense").is_empty());
}

#[test]
fn hostile_pages_are_read_in_little_time() {
    let unit = r#"<a href="/x.rss" title="x"#;
    for page in [
        "<a href=/feed>".repeat(300_000),
        "<link rel=alternate type=application/rss+xml href=/".repeat(60_000),
        "<div ".to_owned() + &"a ".repeat(2_000_000),
        "<div>".repeat(800_000),
        unit.repeat(100_000),
        format!("<a href=\"/{}\">", "x".repeat(3_000_000)),
        format!("<link rel=feed href=/feed title='{}'>", "&amp;".repeat(500_000)),
        "<base href=//x/>".repeat(100_000),
        "&".repeat(3_000_000),
    ] {
        let begun = Instant::now();
        let found = candidates(page.as_bytes(), None, URL);
        assert!(found.len() <= 110, "{}", found.len());
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", &page[..40]);
    }
    let headers = "<a>;".repeat(100_000);
    let begun = Instant::now();
    from_headers([headers.as_str()], URL);
    assert!(begun.elapsed() < Duration::from_secs(20));
}
