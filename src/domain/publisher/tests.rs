//! From an entry and its feed to the newsroom.

use std::time::Duration;

use super::*;
use crate::domain::feed::Interval;

fn feed(url: &str, publisher: Option<&str>) -> Feed {
    let hour = Duration::from_secs(3600);
    Feed {
        key: "a-feed".parse().unwrap(),
        url: url.into(),
        title: None,
        publisher: publisher.map(Into::into),
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: hour, ceiling: hour },
        backfill: Duration::ZERO,
        full_text: false,
    }
}

fn linked(link: &str) -> ParsedEntry {
    ParsedEntry { link: Some(link.into()), ..ParsedEntry::default() }
}

const SOME_FEED: &str = "https://feeds.news.example.com/rss";
const GOOGLE: &str = "https://news.google.com/rss/search?q=x";
const OPAQUE: &str = "https://news.google.com/rss/articles/CBMiAU_yqLNopeNope?oc=5";

#[track_caller]
fn check(feed_url: &str, entry: &ParsedEntry, expect: &str) {
    assert_eq!(of(&feed(feed_url, None), entry, &Directory::builtin()), expect, "{entry:?}");
}

#[test]
fn a_configured_name_is_shown_as_its_newsroom_is_called() {
    let entry = linked("https://www.lemonde.fr/a");
    for (configured, expect) in [
        ("Harbour Wire", "Harbour Wire"),
        ("BBC", "BBC"),
        ("bbc news", "BBC"),
        ("bbc.co.uk", "BBC"),
        ("The Ledger", "The Ledger"),
        // An aggregator is no newsroom, whatever the feed is called.
        ("Google News", "Le Monde"),
    ] {
        let feed = feed(SOME_FEED, Some(configured));
        assert_eq!(of(&feed, &entry, &Directory::builtin()), expect);
    }
}

#[test]
fn editions_mobile_pages_and_short_links_are_one_newsroom() {
    for (link, expect) in [
        ("https://www.bbc.co.uk/news/1", "BBC"),
        ("https://www.bbc.com/mundo/2", "BBC"),
        ("http://news.bbc.co.uk./1", "BBC"),
        ("https://bbc.in/3", "BBC"),
        ("https://nyti.ms/3", "The New York Times"),
        ("https://mobile.nytimes.com/a", "The New York Times"),
        ("https://amp.theguardian.com/a", "The Guardian"),
        ("https://gu.com/p/1", "The Guardian"),
        ("https://news.sky.com/story/1", "Sky News"),
        ("https://abcnews.go.com/a", "ABC News"),
        ("https://www.abc.net.au/news/1", "ABC News (Australia)"),
        ("https://g1.globo.com/a", "G1"),
        ("https://oglobo.globo.com/a", "O Globo"),
        ("https://economictimes.indiatimes.com/a", "The Economic Times"),
        ("https://timesofindia.indiatimes.com/a", "The Times of India"),
        ("https://www.dr.dk/nyheder/a", "DR"),
        ("https://www.thesun.ie/a", "The Sun (UK)"),
        ("https://news.ledger.co.uk/a", "ledger.co.uk"),
        ("https://xn--mnchen-3ya.example/a", "xn--mnchen-3ya.example"),
        ("http://127.0.0.1:80/a", "127.0.0.1"),
    ] {
        check(SOME_FEED, &linked(link), expect);
    }
}

#[test]
fn without_a_link_that_tells_the_feed_s_own_site_counts() {
    check(SOME_FEED, &ParsedEntry::default(), "example.com");
    check(SOME_FEED, &linked("tag:example.com,2026:1"), "example.com");
    check("https://feeds.bbci.co.uk/news/rss.xml", &ParsedEntry::default(), "BBC");
    let proxy = linked("http://feedproxy.google.com/~r/Ledger/~3/abc/");
    check("https://www.ledger.co.uk/feed", &proxy, "ledger.co.uk");
    check("https://feeds.feedburner.com/Ledger", &proxy, "a-feed");
}

#[test]
fn an_aggregator_s_entry_is_whose_it_says_it_is() {
    let entry = |title: &str, source: Option<&str>, url: Option<&str>| ParsedEntry {
        title: Some(title.into()),
        source: source.map(Into::into),
        source_url: url.map(Into::into),
        ..linked(OPAQUE)
    };
    let told = entry("NATO meets - Reuters", Some("Reuters"), Some("https://www.reuters.com"));
    check(GOOGLE, &told, "Reuters");
    let unknown =
        entry("NATO meets - The Ledger", Some("The Ledger"), Some("https://www.ledger.example"));
    check(GOOGLE, &unknown, "ledger.example");
    check(GOOGLE, &entry("NATO meets - by name", Some("BBC News"), None), "BBC");
    check(GOOGLE, &entry("NATO - a history - nytimes.com", None, None), "The New York Times");
    check(GOOGLE, &entry("NATO meets - The Hill Courier", None, None), "The Hill Courier");
    check(GOOGLE, &entry("NATO meets", None, None), "via Google News");
    check(GOOGLE, &entry("NATO meets - Google News", None, None), "via Google News");
    check(GOOGLE, &entry("Who is to pay - and why?", None, None), "via Google News");
    let digest = ParsedEntry {
        title: Some("Chips are scarce (Ada Miles/The Verge)".into()),
        ..linked("https://www.techmeme.com/260603/p1#a260603p1")
    };
    check("https://www.techmeme.com/feed.xml", &digest, "The Verge");
}

#[test]
fn what_links_out_is_whose_page_it_links_to() {
    let news = "https://hnrss.org/frontpage";
    check(news, &linked("https://ledger.example/a"), "ledger.example");
    let own = ParsedEntry {
        title: Some("Ask HN: my paper - worth it".into()),
        ..linked("https://news.ycombinator.com/item?id=1")
    };
    check(news, &own, "Hacker News");
    let lobsters = "https://lobste.rs/rss";
    check(lobsters, &linked("https://arstechnica.com/a"), "Ars Technica");
}

#[test]
fn a_planet_s_entries_are_their_blogs_and_an_agency_credit_changes_no_publisher() {
    let from = |link: &str, source: &str| ParsedEntry {
        source: Some("Somebody".into()),
        source_url: Some(source.into()),
        ..linked(link)
    };
    let planet = "https://planet.example/atom.xml";
    check(planet, &from("https://planet.example/go/1", "https://ada.example/feed"), "ada.example");
    check(planet, &from("https://bo.example/1", "https://ada.example/feed"), "bo.example");
    let paper = "https://www.ledger.example/feed";
    check(paper, &from("https://www.ledger.example/1", "https://www.afp.com"), "ledger.example");
}

#[test]
fn accounts_on_platforms_are_publishers_of_their_own() {
    for (link, expect) in [
        ("https://medium.com/@Ada/a-post-1", "medium.com/@ada"),
        ("https://ada.medium.com/a-post", "ada.medium.com"),
        ("https://ada.substack.com/p/a", "ada.substack.com"),
        ("https://www.reddit.com/r/WorldNews/comments/1/a/", "reddit.com/r/worldnews"),
        ("https://t.me/s/ledger/12", "t.me/ledger"),
        ("https://ada.github.io/a", "ada.github.io"),
        ("https://ada.blogspot.com/a", "ada.blogspot.com"),
        ("https://en.blog.wordpress.com/a", "example.com"),
    ] {
        check(SOME_FEED, &linked(link), expect);
    }
    let channel = "https://www.youtube.com/feeds/videos.xml?channel_id=UCabc";
    let video = linked("https://www.youtube.com/watch?v=1");
    check(channel, &video, "youtube.com/channel/UCabc");
    let signed = ParsedEntry { authors: vec!["Ledger TV".into()], ..video };
    check(channel, &signed, "Ledger TV (YouTube)");
}

#[test]
fn the_source_in_a_title_is_a_name_and_not_the_title() {
    for (title, expect) in [
        ("A - B - Reuters", Some("Reuters")),
        ("A | Le Monde", Some("Le Monde")),
        ("A – La Stampa", Some("La Stampa")),
        ("A (Ada Miles/The Verge)", Some("The Verge")),
        ("A (updated)", None),
        ("A (again) - The Star (Malaysia)", Some("The Star (Malaysia)")),
        ("A - 2026", None),
        (" - Reuters", None),
        ("A", None),
        ("", None),
    ] {
        assert_eq!(aggregator::named_in_title(title), expect, "{title}");
    }
}
