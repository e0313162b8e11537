//! The page that people read.

use std::sync::Arc;

use super::page::Page;
use super::{body, cure, head};
use crate::config::{Environment, load};
use crate::domain::document::Document;
use crate::domain::topic::compile::TopicSet;
use crate::domain::topic::filter::Origin;

fn topics(text: &str) -> Arc<TopicSet> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("topics")).unwrap();
    std::fs::write(dir.path().join("topics/a.toml"), text).unwrap();
    std::fs::write(dir.path().join("wirewatch.toml"), "state_dir = \"state\"\n").unwrap();
    load(dir.path(), &Environment::fixed([])).unwrap_or_else(|error| panic!("{error}")).topics
}

fn page(topics: &TopicSet, title: &str, text: &str) -> String {
    let id = "nato".parse().unwrap();
    let document =
        Document { title: title.to_owned(), body: text.to_owned(), ..Document::default() };
    let why = topics.explain(&id, &document, &Origin::UNKNOWN).unwrap();
    let mut page = Page::plain();
    head(&mut page, &id, &document, &why);
    body(&mut page, &why);
    if let Some(found) = topics.cure(&id, &document, &Origin::UNKNOWN) {
        cure(&mut page, &found);
    }
    page.text()
}

const TOPIC: &str = r#"
[lists]
ally = ["alliance", "pact"]
[[topic]]
id = "nato"
match = 'NATO NEAR/3 @ally'
exclude = ['strap']
threshold = 5
[topic.weights]
'NATO' = 2
'pact' = 1.5
'oil' = -1
"#;

#[test]
fn a_match_is_told_with_places_and_a_sum_that_adds_up() {
    let shown = page(&topics(TOPIC), "NATO pact", "The pact holds after the NATO summit");
    insta::assert_snapshot!(shown, @"");
}

#[test]
fn a_miss_is_told_with_what_would_have_caught_it() {
    let shown = page(&topics(TOPIC), "Nato looks at the new pact", "Oil");
    insta::assert_snapshot!(shown, @"");
}

#[test]
fn a_hostile_text_moves_no_cursor_and_is_cut() {
    let title = format!("NATO\u{1b}[2J\u{202e} {} pact", "x".repeat(50_000));
    let shown = page(&topics(TOPIC), &title, &"NATO pact\u{9b}2J ".repeat(5_000));
    assert!(!shown.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{shown}");
    assert!(shown.len() < 10_000 && shown.lines().count() < 60, "{shown}");
}
