//! JSON Feeds as they are written.

use super::super::failure::ParseFailure;
use super::super::limits::Limits;
use super::*;

const URL: &str = "https://quay.example/feeds/all.json";

fn feed(json: &str) -> ParsedFeed {
    read(json, URL, Limits::STANDARD).unwrap()
}

fn repairs(feed: &ParsedFeed) -> Vec<(&str, u32)> {
    feed.repairs.iter().map(|repair| (repair.code, repair.count)).collect()
}

/// The only entry of a feed with this item.
fn item(json: &str) -> ParsedEntry {
    let feed = feed(&format!(
        r#"{{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [{json}]}}"#
    ));
    assert_eq!(feed.entries.len(), 1, "{json}");
    feed.entries[0].clone()
}

#[test]
fn an_extension_nested_without_end_is_too_deep_and_not_damage() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text =
        format!(r#"{{"title": "t", "_ext": {deep}, "items": [{{"id": "1", "title": "A"}}]}}"#);
    let failure = read(&text, URL, Limits::STANDARD).unwrap_err();
    assert_eq!(failure.code(), "too_deep", "{failure}");
}

#[test]
fn a_feed_has_ended_once_its_last_bracket_is_closed() {
    let text =
        r#"{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "A"}]}"#;
    assert!(feed(text).ended && feed(&format!("{text} and noise")).ended);
    assert!(!feed(&text[..text.len() - 1]).ended);
}

#[test]
fn a_feed_by_the_book_needs_no_repair() {
    let feed = feed(
        r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Quay &amp; Co",
            "home_page_url": "https://quay.example/", "feed_url": "https://quay.example/a.json",
            "next_url": "/b.json", "language": "en", "authors": [{"name": "Ann"}],
            "hubs": [{"type": "WebSub", "url": "https://hub.example/"}, {"type": "rssCloud", "url": "x"}],
            "_quay": {"about": "https://quay.example/ext", "deep": [[{}]]},
            "items": [{"id": "1", "url": "https://quay.example/1", "title": "One", "summary": "S",
              "content_html": "<p>H</p>", "content_text": "T", "tags": ["a", "b"],
              "date_published": "2024-06-03T10:15:00+02:00", "date_modified": "2024-06-04T00:00:00Z",
              "attachments": [{"url": "x", "duration_in_seconds": 1e400}]}]}"#,
    );
    assert_eq!(repairs(&feed), []);
    assert_eq!(feed.warnings, Vec::<String>::new());
    assert_eq!(feed.title.as_deref(), Some("Quay & Co"));
    assert_eq!(feed.links.hubs, ["https://hub.example/"]);
    assert_eq!(feed.links.own.as_deref(), Some("https://quay.example/a.json"));
    assert_eq!(feed.links.next.as_deref(), Some("https://quay.example/b.json"));
    let entry = &feed.entries[0];
    assert_eq!(entry.content.as_deref(), Some("<p>H</p>"));
    assert_eq!(
        (&entry.authors[..], &entry.categories[..]),
        (&["Ann".to_owned()][..], &["a".to_owned(), "b".to_owned()][..])
    );
    assert_eq!(entry.published.unwrap().to_string(), "2024-06-03T08:15:00Z");
    assert_eq!(entry.date_text.as_deref(), Some("2024-06-03T10:15:00+02:00"));
    assert!(entry.date_until.is_none());
}

#[test]
fn versions_and_titles_may_be_missing() {
    for version in [
        r#""version": "http://jsonfeed.org/version/1","#,
        r#""version": "https://jsonfeed.org/version/1","#,
        r#""version": 1.1,"#,
        "",
    ] {
        let feed = feed(&format!(r#"{{{version} "items": [{{"id": "1", "content_text": "x"}}]}}"#));
        assert_eq!(feed.entries.len(), 1, "{version}");
    }
    assert_eq!(feed(r#"[{"id": "1", "url": "/1"}]"#).entries.len(), 1);
    let empty = r#"{"version": "https://jsonfeed.org/version/1", "items": []}"#;
    assert_eq!(feed(empty).entries, []);
}

#[test]
fn ids_of_any_kind_are_kept_digit_by_digit() {
    assert_eq!(item(r#"{"id": 7}"#).guid.as_deref(), Some("7"));
    assert_eq!(item(r#"{"id": true}"#).guid.as_deref(), Some("true"));
    let long = "123456789012345678901234567890";
    assert_eq!(item(&format!(r#"{{"id": {long}}}"#)).guid.as_deref(), Some(long));
    assert_eq!(item(r#"{"id": " ", "url": "/1"}"#).guid, None);
    let web = item(r#"{"id": "https://quay.example/9"}"#);
    assert_eq!(web.link.as_deref(), Some("https://quay.example/9"));
}

#[test]
fn links_are_absolute_and_external_ones_stand_in() {
    let link = |json: &str| item(json).link.unwrap();
    assert_eq!(link(r#"{"id": "1", "url": "/a"}"#), "https://quay.example/a");
    assert_eq!(link(r#"{"id": "1", "url": "a?b=1"}"#), "https://quay.example/feeds/a?b=1");
    assert_eq!(
        link(r#"{"id": "1", "external_url": "https://else.example/"}"#),
        "https://else.example/"
    );
}

#[test]
fn one_thing_does_where_a_list_is_due() {
    for authors in [
        r#""author": {"name": "Ann"}"#,
        r#""author": "Ann""#,
        r#""authors": {"name": "Ann"}"#,
        r#""authors": ["Ann"]"#,
        r#""authors": [{"url": "x"}, {"name": "Ann"}, {"name": "Ann"}, null]"#,
    ] {
        assert_eq!(item(&format!(r#"{{"id": "1", {authors}}}"#)).authors, ["Ann"], "{authors}");
    }
    assert_eq!(item(r#"{"id": "1", "tags": "sea, ships"}"#).categories, ["sea", "ships"]);
    assert_eq!(item(r#"{"id": "1", "tags": [{"name": "sea"}, 3, null]}"#).categories, ["sea"]);
    let items = feed(
        r#"{"version": "https://jsonfeed.org/version/1", "items": {"0": {"id": "1"}, "2": {"id": "2"}}}"#,
    );
    assert_eq!(items.entries.len(), 2);
    assert_eq!(repairs(&items), [("json_items_not_a_list", 1)]);
}

#[test]
fn dates_may_be_numbers_and_tell_what_they_assume() {
    let number = item(r#"{"id": "1", "date_published": 1717402500}"#);
    assert_eq!(number.published.unwrap().to_string(), "2024-06-03T08:15:00Z");
    assert_eq!(number.date_text.as_deref(), Some("1717402500"));
    assert!(item(r#"{"id": "1", "date_published": "2024-06-03 08:15:00"}"#).date_until.is_some());
    let unread = item(r#"{"id": "1", "date_published": "03/06/2024"}"#);
    assert_eq!((unread.published, unread.date_text.as_deref()), (None, Some("03/06/2024")));
}

#[test]
fn plain_text_is_not_taken_for_markup() {
    assert_eq!(
        item(r#"{"id": "1", "content_text": "if a<b & c"}"#).content.as_deref(),
        Some("if a&lt;b & c")
    );
    assert_eq!(
        item(r#"{"id": "1", "content_text": "<p>x</p>"}"#).content.as_deref(),
        Some("<p>x</p>")
    );
    assert_eq!(
        item(r#"{"id": "1", "content_html": "", "content_text": "x"}"#).content.as_deref(),
        Some("x")
    );
}

#[test]
fn the_language_of_an_item_outranks_the_feeds() {
    let feed = feed(
        r#"{"version": "https://jsonfeed.org/version/1.1", "language": "en",
            "items": [{"id": "1", "language": "fr"}, {"id": ""}, {"id": "2"}]}"#,
    );
    let languages: Vec<_> = feed.entries.iter().map(|entry| entry.language.as_deref()).collect();
    assert_eq!(languages, [Some("fr"), Some("en")]);
    assert_eq!(feed.warnings, ["one empty entry was left out"]);
}

#[test]
fn loose_json_is_read_and_counted() {
    let feed = feed(
        "callback({ // a comment\n\"version\": \"https://jsonfeed.org/version/1\", /* and */\n\
         \"items\": [{\"id\": \"1\", \"id\": \"2\", \"title\": \"line\nend \\q\\ud83d\\ude00\\ud800\", \
         \"rating\": NaN, \"x\": undefined,},]});",
    );
    assert_eq!(feed.entries.len(), 1);
    assert_eq!(feed.entries[0].guid.as_deref(), Some("2"));
    assert_eq!(feed.entries[0].title.as_deref(), Some("line end q😀\u{fffd}"));
    assert_eq!(
        repairs(&feed),
        [
            ("json_comment", 2),
            ("json_comma", 2),
            ("json_bare_value", 2),
            ("json_raw_character", 1),
            ("json_junk", 2)
        ]
    );
    assert!(!feed.cut);
}

#[test]
fn a_document_without_end_keeps_its_complete_items() {
    let whole = r#"{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "é"}, {"id": "2", "tags": ["a", "b"]}], "title": "t"}"#;
    assert!(!feed(whole).cut);
    let first = whole.find("}, {").unwrap() + 1;
    let second = whole.find("}]").unwrap() + 1;
    for at in (first..whole.len()).filter(|at| whole.is_char_boundary(*at)) {
        let feed = feed(&whole[..at]);
        assert!(feed.cut, "{}", &whole[..at]);
        let expect = if at < second { 1 } else { 2 };
        assert_eq!(feed.entries.len(), expect, "{}", &whole[..at]);
        assert_eq!(feed.warnings, ["the document is cut off; its complete entries were read"]);
    }
    let broken = whole.replace("\"tags\"", "tags\"");
    assert_eq!(feed(&broken).entries.len(), 1);
}

#[test]
fn what_is_no_feed_is_none() {
    let fails = |json: &str| read(json, URL, Limits::STANDARD).unwrap_err();
    for json in [
        r#"{"error": "not found"}"#,
        r#"{"items": [{"sku": 1}]}"#,
        r#"{"items": 3}"#,
        "[1, 2]",
        "[]",
    ] {
        assert_eq!(fails(json), ParseFailure::NotAFeedJson, "{json}");
    }
    assert_eq!(fails(&"[".repeat(100_000)).code(), "too_deep");
    let many = format!("{{\"items\": [{}]}}", "1,".repeat(1_100_000));
    assert_eq!(fails(&many).code(), "too_complex");
}

#[test]
fn the_feeds_authors_cost_no_more_however_many_entries_they_are_given_to() {
    let names: Vec<String> = (0..20).map(|n| format!("\"{n:02}{}\"", "x".repeat(190))).collect();
    let items: Vec<String> =
        (0..10_000).map(|n| format!("{{\"id\":{n},\"title\":\"A\"}}")).collect();
    let text = |items: &[String]| {
        let (names, items) = (names.join(","), items.join(","));
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"t\",\
             \"authors\":[{names}],\"items\":[{items}]}}"
        )
    };
    let few = super::read(&text(&items[..10]), "", super::Limits::STANDARD).unwrap();
    assert_eq!(few.entries[9].authors.len(), 20);
    let many = super::read(&text(&items), "", super::Limits::STANDARD).unwrap();
    let authors = many.entries.iter().flat_map(|entry| &entry.authors);
    let bytes: usize = authors.map(String::len).sum();
    assert!(bytes <= super::MAX_SHARED_BYTES, "{bytes}");
    let first = &many.entries[9_999].authors;
    assert!(first.first().is_some_and(|name| name.starts_with("00")), "{first:?}");
}
