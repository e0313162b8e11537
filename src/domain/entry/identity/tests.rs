//! Which entries are the same, and which only look so.

use std::time::Duration;

use super::*;
use crate::domain::feed::Interval;

#[track_caller]
fn link(link: &str, expect: &str) {
    assert_eq!(normalise_link(link).as_deref(), Some(expect), "{link}");
}

#[test]
fn spellings_of_a_link_are_one() {
    for spelling in [
        "https://www.News.example/a/b",
        "http://news.example:80/a/b/",
        "https://news.example:443/a/b#comments",
        "https://user:pw@news.example/a/b?utm_source=rss&utm_medium=feed",
        "https://news.example./a/b?at_medium=RSS&at_campaign=KARANGA&fbclid=x&CMP=y",
        "https://news.example/a/b?ref=rss",
    ] {
        link(spelling, "news.example/a/b");
    }
}

#[test]
fn what_tells_pages_apart_stays() {
    link("https://a.example/?p=12&utm_source=x&q=1", "a.example?p=12&q=1");
    link("https://a.example:8080/", "a.example:8080");
    link("https://a.example/A%20b?ref=front", "a.example/A%20b?ref=front");
    link("https://a.example/#!/item/3", "a.example#!/item/3");
    assert_eq!(normalise_link("tag:a.example,2024:1"), None);
    assert_eq!(normalise_link("not a link"), None);
}

fn parsed(guid: &str, link: &str) -> ParsedEntry {
    ParsedEntry { guid: Some(guid.into()), link: Some(link.into()), ..ParsedEntry::default() }
}

fn document(title: &str, body: &str) -> Document {
    Document { title: title.into(), body: body.into(), ..Document::default() }
}

#[test]
fn a_shared_guid_identifies_nothing() {
    let entry = parsed("x", "https://a.example/1");
    assert_eq!(keys(&entry, &document("T", ""), false).guid, None);
    assert!(keys(&entry, &document("T", ""), true).guid.is_some());
}

#[test]
fn a_long_text_is_known_by_itself_and_a_short_one_is_not() {
    let (one, two) = (parsed("1", "https://a.example/1"), parsed("2", "https://a.example/2"));
    let long = document("T", &"word ".repeat(100));
    let short = document("Traffic update", "");
    assert_eq!(keys(&one, &long, true).body, keys(&two, &long, true).body);
    assert_ne!(keys(&one, &short, true).body, keys(&two, &short, true).body);
}

#[test]
fn title_and_date_are_a_key_only_together() {
    let mut entry = parsed("1", "https://a.example/1");
    assert_eq!(keys(&entry, &document("T", ""), true).title_date, None);
    entry.published = Some(Timestamp::UNIX_EPOCH);
    assert!(keys(&entry, &document("T", ""), true).title_date.is_some());
    assert_eq!(keys(&entry, &document("", "b"), true).title_date, None);
}

#[test]
fn a_changed_title_or_body_is_another_content() {
    let base = content(&document("T", "b"));
    assert_ne!(base, content(&document("T2", "b")));
    assert_ne!(base, content(&document("T", "b2")));
    assert_ne!(base, content(&document("Tb", "")));
}

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

#[test]
fn the_publisher_is_configured_or_the_domain_of_the_link() {
    let entry = parsed("1", "https://www.bbc.co.uk/news/1");
    let plain = ParsedEntry::default();
    let url = "https://feeds.news.example.com/rss";
    assert_eq!(publisher(&feed(url, Some("BBC")), &entry), "BBC");
    assert_eq!(publisher(&feed(url, None), &entry), "bbc.co.uk");
    assert_eq!(publisher(&feed(url, None), &plain), "example.com");
    assert_eq!(publisher(&feed("http://127.0.0.1:80/", None), &plain), "127.0.0.1");
}

#[test]
fn impossible_dates_become_the_time_of_first_sight() {
    let now: Timestamp = "2024-06-03T08:00:00Z".parse().unwrap();
    let dated = |text: &str| {
        let entry =
            ParsedEntry { published: Some(text.parse().unwrap()), ..ParsedEntry::default() };
        date(&entry, now)
    };
    let good: Timestamp = "2024-06-04T07:59:59Z".parse().unwrap();
    assert_eq!(dated("2024-06-04T07:59:59Z"), (Some(good), DateQuality::Exact));
    assert_eq!(dated("2024-06-04T08:00:01Z"), (Some(now), DateQuality::Clamped));
    assert_eq!(dated("9999-01-01T00:00:00Z"), (Some(now), DateQuality::Clamped));
    assert_eq!(dated("1989-12-31T23:59:59Z"), (Some(now), DateQuality::Clamped));
    assert_eq!(date(&ParsedEntry::default(), now), (None, DateQuality::Missing));
}
