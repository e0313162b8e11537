//! Alerts as feeds: ids that last, texts that do no harm, formats as their standards have them.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::deliver::object::tests::sample;

fn feed(change: impl FnOnce(&mut AlertV1)) -> AlertFeed {
    let mut alert = AlertV1::from_revision(&sample());
    change(&mut alert);
    let opened = "2026-05-04T09:47:12Z".parse().unwrap();
    let item = Item { id: AlertId(1), opened, updated: opened, alert };
    AlertFeed {
        instance: 42,
        topic: Some(("defence-alliances".parse().unwrap(), "Defence alliances".to_owned())),
        updated: opened,
        base: Some("https://watch.example/in".to_owned()),
        items: vec![item],
    }
}

fn text(feed: &AlertFeed, format: Format) -> String {
    String::from_utf8(feed.render(format).unwrap()).unwrap()
}

#[test]
fn ids_stay_the_same_whatever_the_alert_says_and_are_those_of_this_database() {
    let id = |feed: &AlertFeed| {
        let json: serde_json::Value = serde_json::from_str(&text(feed, Format::Json)).unwrap();
        json["items"][0]["id"].as_str().unwrap().to_owned()
    };
    let first = id(&feed(|_| {}));
    let revised = id(&feed(|alert| {
        alert.seq = 7;
        alert.headline = "Other words".to_owned();
    }));
    assert_eq!(first, revised);
    let all = AlertFeed { topic: None, ..feed(|_| {}) };
    assert_eq!(first, id(&all), "a reader of both feeds shows it once");
    let other = AlertFeed { instance: 43, ..feed(|_| {}) };
    assert_ne!(first, id(&other));
    assert!(first.starts_with("urn:uuid:") && first.len() == 45, "{first}");
    assert_eq!(
        (&first[23..24], text(&feed(|_| {}), Format::Atom).matches(&first).count()),
        ("8", 1)
    );
}

#[test]
fn atom_is_well_formed_and_free_of_markup_from_outside() {
    let hostile = "<script>alert(1)</script> & ]]> \u{1} \u{ffff} \u{1b}[31m \"quoted\"";
    let feed = feed(|alert| {
        alert.headline = hostile.to_owned();
        alert.summary = hostile.to_owned();
        alert.entry.publisher = hostile.to_owned();
        alert.topic.tags = vec![hostile.to_owned()];
        alert.links.article = Some("https://a.example/?a=1&b=\"2\"".to_owned());
        alert.evidence[0].snippet = Some("[<img src=x>]".to_owned());
        alert.evidence[0].field = None;
    });
    let atom = text(&feed, Format::Atom);
    let mut reader = Reader::from_str(&atom);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => {
                names.push(tag.name().as_ref().to_owned());
            }
            _ => {}
        }
    }
    assert!(!atom.contains(['\u{1}', '\u{1b}', '\u{ffff}']), "{atom}");
    assert!(!names.iter().any(|name| matches!(name.as_str(), "script" | "img")), "{names:?}");
    // The content is HTML that was escaped once more: what is quoted in it stays text.
    assert!(atom.contains("&amp;lt;img src=x&amp;gt;"), "{atom}");
    let json: serde_json::Value = serde_json::from_str(&text(&feed, Format::Json)).unwrap();
    let html = json["items"][0]["content_html"].as_str().unwrap();
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
}

#[test]
fn an_entry_tells_what_was_found_by_whom_and_why() {
    let json: serde_json::Value = serde_json::from_str(&text(&feed(|_| {}), Format::Json)).unwrap();
    let item = &json["items"][0];
    assert_eq!(json["feed_url"], "https://watch.example/in/topics/defence-alliances.json");
    assert_eq!(item["date_modified"], "2026-05-04T09:47:12Z");
    assert_eq!(item["tags"][0], "defence-alliances");
    let html = item["content_html"].as_str().unwrap();
    assert!(html.contains("<mark>NATO</mark>") && html.contains("Why: "), "{html}");
}
