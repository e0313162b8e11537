//! Documents made to hurt: what they cost, and that nothing else breaks.

use std::fmt::Write;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use wirewatch::domain::document::Document;
use wirewatch::parse::{Limits, parse, read};

use super::{ATOM, LOOSE_JSON, RDF, RSS, SEED_JSON, SEED_RSS, URL, code, feed, rss, titles};

/// Elements of `name` within one another.
fn nested(name: &str, depth: usize) -> String {
    format!("{}x{}", format!("<{name}>").repeat(depth), format!("</{name}>").repeat(depth))
}

#[tokio::test]
async fn nesting_does_not_exhaust_the_stack() {
    let media = |depth| {
        let group = nested("media:group", depth);
        rss(&format!("<item><title>A</title>{group}</item>"))
            .replace("<rss", "<rss xmlns:media=\"http://search.yahoo.com/mrss/\"")
    };
    assert_eq!(titles(&feed(media(8)).await), ["A"]);
    assert_eq!(code(media(1_000)).await, "too_deep");
    assert_eq!(code(media(400_000)).await, "too_deep");
    let quoted = rss(&format!("<item><title>A</title>{}</item>", nested("div", 250)));
    assert_eq!(titles(&feed(quoted).await), ["A"]);
    let json = format!("{{\"items\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(code(json).await, "too_deep");
}

#[tokio::test]
async fn documents_that_make_parsers_panic_are_read() {
    let person = |name: &str| rss(&format!("<item><title>A</title><author>{name}</author></item>"));
    let first = feed(person("“ann@a.example” (Ann)")).await;
    assert_eq!(titles(&first), ["A"]);
    assert_eq!(first.warnings, Vec::<String>::new());
    assert_eq!(titles(&feed(person("（ann@a.example）Ann")).await), ["A"]);
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t",
        "items":[{"id":"1","title":"A","authors":[{"name":"“ann@a.example”"}]}]}"#;
    assert_eq!(titles(&feed(json).await), ["A"]);
    for duration in ["99999999999999999999999", "٣:٢٥:٠٠", "1:00:00.99999999999999999999"] {
        let body = rss(&format!(
            "<item><title>A</title><itunes:duration>{duration}</itunes:duration></item>"
        ))
        .replace("<rss", "<rss xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"");
        assert_eq!(titles(&feed(body).await), ["A"], "{duration}");
    }
    for body in
        [&b"<\0r\0s\0s\0>"[..], b"\xff\xfe<\0r\0s", b"\0<\0r", b"\xfe\xff\0<\0r\0s\0s\0\xd8"]
    {
        assert_ne!(code(body).await, "parser_crash");
    }
}

/// An entry's title, and its date in seconds: a day for each.
fn dated(day: usize) -> (String, usize) {
    (format!("Day {day}"), 1_000_000_000 + day * 86_400)
}

#[tokio::test]
async fn of_a_feed_that_is_too_long_the_newest_entries_are_read() {
    const DAYS: usize = 35_000;
    let item = |day| {
        let (title, date) = dated(day);
        format!("<item><title>{title}</title><pubDate>{date}</pubDate></item>")
    };
    let up = feed(rss(&(0..DAYS).map(item).collect::<String>())).await;
    let down = feed(rss(&(0..DAYS).rev().map(item).collect::<String>())).await;
    for (mut titles, order) in [(titles(&up), "oldest first"), (titles(&down), "newest first")] {
        titles.sort_by_key(|title| title[4..].parse::<usize>().unwrap());
        let newest: Vec<String> = (DAYS - 10_000..DAYS).map(|day| dated(day).0).collect();
        assert!(titles == newest, "{order}: {:?}…{:?}", titles.first(), titles.last());
    }
    assert_eq!(up.entries[0].title.as_deref(), Some("Day 25000"), "in the order of the document");
    assert_eq!(up.entries[0].published.unwrap().as_second(), 1_000_000_000 + 25_000 * 86_400);
    assert!(!up.cut && up.warnings == ["only the newest 10000 entries were read"]);
    let item = |day| {
        let (title, date) = dated(day);
        let date = jiff::Timestamp::from_second(date as i64).unwrap();
        format!("{{\"id\":\"{day}\",\"title\":\"{title}\",\"date_published\":\"{date}\"}}")
    };
    let items: Vec<String> = (0..12_000).map(item).collect();
    let json = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"t\",\"items\":[{}]}}",
        items.join(",")
    );
    let json = feed(json).await;
    assert_eq!(json.entries.len(), 10_000);
    assert_eq!(json.entries[0].title.as_deref(), Some("Day 2000"));
    assert_eq!(json.warnings, ["only the newest 10000 entries were read"]);
}

#[tokio::test]
async fn floods_are_cut_short() {
    let started = Instant::now();
    let many = rss(&"<item/>".repeat(1_000_000));
    let flood = feed(many).await;
    assert_eq!(flood.entries, []);
    let titled = rss(&"<item><title>A</title></item>".repeat(10_001));
    let full = feed(titled).await;
    assert_eq!(full.entries.len(), 10_000);
    assert_eq!(full.warnings, ["only the first 10000 entries were read"]);
    assert!(!full.cut, "what was left out is beyond a limit, not missing");

    let attributes: String = (0..100_000).fold(String::new(), |mut all, number| {
        write!(all, " a{number}='x'").unwrap();
        all
    });
    assert_eq!(code(rss(&format!("<item{attributes}/>"))).await, "too_complex");
    assert_eq!(code(rss(&"<x/>".repeat(600_000))).await, "too_complex");
    assert_eq!(code(format!("{{\"items\":[{}1]}}", "{},".repeat(1_000_000))).await, "too_complex");
    let huge = vec![b' '; Limits::STANDARD.body_bytes + 1];
    assert_eq!(code(huge).await, "too_complex");
    assert!(started.elapsed() < Duration::from_secs(120), "{:?}", started.elapsed());
}

#[tokio::test]
async fn what_the_parser_would_copy_many_times_is_kept_small() {
    let groups = "<media:group><media:content url='https://a.example/1'/></media:group>".repeat(9);
    let text = "x".repeat(100_000);
    let item = |title: &str, groups: &str| {
        format!(
            "<item><title>{title}</title><media:description>{text}</media:description>{groups}</item>"
        )
    };
    let body = rss(&format!("{}{}{}", item("A", ""), item("B", &groups), item("C", "")))
        .replace("<rss", "<rss xmlns:media=\"http://search.yahoo.com/mrss/\"");
    let fed = feed(body).await;
    assert_eq!(titles(&fed), ["A", "B", "C"]);
    assert_eq!(fed.entries[1].summary.as_ref().unwrap().len(), text.len());
    assert_eq!(fed.warnings, Vec::<String>::new());

    let base = format!("xml:base = 'https://a.example/{}'", "x".repeat(1_000));
    let based = rss("<item><link>b</link></item>").replace("<channel", &format!("<channel {base}"));
    let link = feed(based).await.entries[0].link.clone();
    assert_eq!(link.as_deref(), Some("https://quay.example/b"), "so long a base is passed over");

    let authors = vec!["{\"name\":\"A\"}"; 50_000].join(",");
    let items = vec!["{\"id\":\"1\",\"title\":\"t\"}"; 10_000].join(",");
    let json = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1\",\"authors\":[{authors}],\"items\":[{items}]}}"
    );
    let fed = feed(json).await;
    assert_eq!(fed.entries.len(), 10_000);
    assert_eq!(fed.entries[0].authors, ["A"]);
}

#[tokio::test]
async fn entities_are_never_expanded() {
    let mut declarations = "<!ENTITY l0 \"lol\">".to_owned();
    for level in 1..10 {
        let inner = format!("&l{};", level - 1).repeat(10);
        write!(declarations, "<!ENTITY l{level} \"{inner}\">").unwrap();
    }
    let laughs = format!(
        "<!DOCTYPE rss [{declarations}<!ENTITY f SYSTEM \"file:///etc/passwd\">]>{}",
        rss("<item><title>&l9; &f;</title></item>")
    );
    assert_eq!(titles(&feed(laughs).await), ["&l9; &f;"]);
    let long = format!("<!DOCTYPE rss [{}]>{}", "<!ENTITY a 'b'>".repeat(10_000), rss(""));
    assert_eq!(code(long).await, "too_complex");
}

#[tokio::test]
async fn long_texts_are_cut_and_long_links_dropped() {
    let body = rss(&format!(
        "<item><title>{}</title><link>https://a.example/{}</link></item>",
        "ä".repeat(5_000),
        "x".repeat(5_000)
    ));
    let feed = feed(body).await;
    assert_eq!(feed.entries[0].title.as_ref().unwrap().chars().count(), 2_000);
    assert_eq!(feed.entries[0].link, None);
}

#[tokio::test]
async fn a_document_that_takes_too_long_is_given_up() {
    let limits = Limits { timeout: Duration::ZERO, ..Limits::STANDARD };
    let body = rss(&"<item><title>A</title></item>".repeat(300_000));
    let outcome = parse(body.into(), None, URL, limits).await;
    assert_eq!(outcome.unwrap_err().code(), "timeout_parse");
}

fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let base = prop::sample::select(vec![RSS, ATOM, RDF, LOOSE_JSON, SEED_RSS, SEED_JSON]);
    let piece = prop_oneof![
        Just(b"<".to_vec()),
        Just(b"&".to_vec()),
        Just(b"]]>".to_vec()),
        Just(b"<![CDATA[".to_vec()),
        Just(b"</item>".to_vec()),
        Just(b"<item>".to_vec()),
        Just("”a@b.example“".as_bytes().to_vec()),
        Just(b"\"".to_vec()),
        Just(vec![0]),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), piece, 0..40_usize), 1..6);
    (base, edits).prop_map(|(base, edits)| {
        let mut bytes = base.as_bytes().to_vec();
        for (at, piece, removed) in edits {
            let start = at.index(bytes.len() + 1);
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, piece);
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_crashes_and_never_breaks_a_limit(body in damaged()) {
        if let Ok(feed) = read(&body, Some("text/xml"), URL, Limits::STANDARD) {
            for entry in &feed.entries {
                let document = Document::from_parsed(entry);
                prop_assert!(document.title.chars().count() <= 2_000);
                prop_assert!(document.body.len() <= 64 * 1024);
                prop_assert!(!document.body.contains('\0'));
            }
        }
    }
}
