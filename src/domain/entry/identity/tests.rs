//! Which entries are the same, and which only look so.

use std::time::Duration;

use super::*;

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

fn now() -> Timestamp {
    "2026-06-03T12:00:00Z".parse().unwrap()
}

fn document(title: &str, body: &str) -> Document {
    Document { title: title.into(), body: body.into(), ..Document::default() }
}

#[test]
fn a_shared_guid_identifies_nothing() {
    let (one, two) = (parsed("x", "https://a.example/1"), parsed("x", "https://a.example/2"));
    let own = own_names(&[one.clone(), two], None, now());
    assert_eq!(keys(&one, &document("T", ""), own[0]).guid, None);
    assert!(keys(&one, &document("T", ""), OwnNames::ALL).guid.is_some());
}

#[test]
fn a_copy_of_an_entry_does_not_take_its_names_from_it() {
    let titled = |title: &str| ParsedEntry {
        title: Some(title.into()),
        ..parsed("x", "https://a.example/1")
    };
    let own = |entries: &[ParsedEntry]| own_names(entries, None, now())[0];
    assert!(own(&[titled("T"), titled("T")]).guid && own(&[titled("T"), titled("T")]).link);
    assert!(!own(&[titled("T"), titled("U")]).guid && !own(&[titled("T"), titled("U")]).link);
}

#[test]
fn the_front_page_is_nobodys_link() {
    let entry = parsed("x", "https://www.a.example/?utm_source=rss");
    assert!(!own_names(&[entry], Some("http://a.example/"), now())[0].link);
}

#[test]
fn a_date_put_on_the_whole_document_is_nobodys() {
    let dated = |at: Timestamp| ParsedEntry { published: Some(at), ..ParsedEntry::default() };
    let own = |dates: &[Timestamp]| {
        let entries: Vec<ParsedEntry> = dates.iter().map(|at| dated(*at)).collect();
        let own = own_names(&entries, None, now());
        own.iter().map(|own| own.date).collect::<Vec<_>>()
    };
    let hour = Duration::from_secs(3600);
    let second = Duration::from_secs(1);
    assert_eq!(own(&[now(), now() - second]), [false, false], "made for this fetch");
    assert_eq!(own(&[now(), now() - hour]), [true, true]);
    assert_eq!(own(&[now() - hour; 3]), [false; 3], "all alike");
    assert_eq!(own(&[now() - hour; 2]), [true; 2], "two may come at once");
    let (a, b) = (now() - hour, now() - 2 * hour);
    assert_eq!(own(&[a, a, a, b]), [false, false, false, true]);
}

#[track_caller]
fn guid(guid: &str, expect: &str) {
    assert_eq!(normalise_guid(guid).as_deref(), Some(expect), "{guid}");
}

#[test]
fn spellings_of_a_guid_are_one() {
    guid("  abc\n 17 ", "abc 17");
    guid("https://www.News.example/?p=7&utm_source=rss", "news.example?p=7");
    guid("http://news.example/day#item7", "news.example/day#item7");
    guid(
        "urn:uuid:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    );
    guid("f81D4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
    // What is opaque may be told apart by its case alone.
    guid("yt:video:dQw4w9WgXcQ", "yt:video:dQw4w9WgXcQ");
    guid("tag:news.example,2026:Story/1", "tag:news.example,2026:Story/1");
    assert_eq!(normalise_guid(" \n"), None);
}

#[test]
fn a_title_is_the_same_in_every_spelling() {
    let key =
        |title: &str| keys(&ParsedEntry::default(), &document(title, ""), OwnNames::ALL).title;
    assert_eq!(key("Talks: “Oslo” agrees"), key("TALKS - 'oslo' agrees!"));
    assert_ne!(key("Talks in Oslo"), key("Talks in Bergen"));
    assert_eq!(key(" – "), None);
}

#[test]
fn title_and_date_are_a_key_only_together() {
    let mut entry = parsed("1", "https://a.example/1");
    assert_eq!(keys(&entry, &document("T", ""), OwnNames::ALL).title_date, None);
    entry.published = Some(Timestamp::UNIX_EPOCH);
    assert!(keys(&entry, &document("T", ""), OwnNames::ALL).title_date.is_some());
    assert_eq!(keys(&entry, &document("", "b"), OwnNames::ALL).title_date, None);
}

#[test]
fn a_changed_title_or_body_is_another_content() {
    let base = content(&document("T", "b"));
    assert_ne!(base, content(&document("T2", "b")));
    assert_ne!(base, content(&document("T", "b2")));
    assert_ne!(base, content(&document("Tb", "")));
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
