//! The page that people read.

use super::page::Page;
use super::{body, cure, head};
use crate::config::restore;
use crate::domain::document::Document;
use crate::domain::topic::compile::TopicSet;
use crate::domain::topic::filter::Origin;

fn topics(text: &str) -> TopicSet {
    restore(text, "test").unwrap_or_else(|error| panic!("{error}")).set
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
    insta::assert_snapshot!(shown, @r#"
    nato matches: NATO pact
    ✓ yes  matches with score 9.4 (threshold 5.0)
    match
      ✓ yes  NATO NEAR/3 @ally  ×1
        ✓ yes  NATO  ×2
              title  [NATO] pact
              lead   …pact holds after the [NATO] summit
        ✓ yes  @ally  ×2
          ✓ yes  pact  ×2
                title  NATO [pact]
                lead   The [pact] holds after the NATO…
    score
      ✓ yes  2 × 2 (title) × 1.347 (×2)   =   +5.386  NATO
            title  [NATO] pact
            lead   …pact holds after the [NATO] summit
      ✓ yes  1.5 × 2 (title) × 1.347 (×2) =   +4.040  pact
            title  NATO [pact]
            lead   The [pact] holds after the NATO…
      ✗ no   not found, worth -1          =    0.000  oil
      sum = 9.426, threshold 5: reached
    exclude
      ✗ no   strap  does not exclude it
    "#);
}

#[test]
fn a_miss_is_told_with_what_would_have_caught_it() {
    let shown = page(&topics(TOPIC), "Nato looks at the new pact", "Oil");
    insta::assert_snapshot!(shown, @r#"
    nato does not match: Nato looks at the new pact
    ✗ no   NATO NEAR/3 @ally: both found, but the nearest are 5 words apart
    match
      ✗ no   NATO NEAR/3 @ally  (both found, but the nearest are 5 words apart)
        ✓ yes  NATO  ×1
              title  [Nato] looks at the new pact
        ✓ yes  @ally  ×1
          ✓ yes  pact  ×1
                title  Nato looks at the new [pact]
    score
      ✓ yes  2 × 2 (title) × 1.00 (×1)   =    +4.00  NATO
            title  [Nato] looks at the new pact
      ✓ yes  1.5 × 2 (title) × 1.00 (×1) =    +3.00  pact
            title  Nato looks at the new [pact]
      ✓ yes  -1 (unscaled)               =    -1.00  oil
            lead   [Oil]
      sum = 6.00, threshold 5: reached
    exclude
      ✗ no   strap  does not exclude it
    what would have caught it
      NATO NEAR/3 @ally: both found, but the nearest are 5 words apart
          title  [Nato] looks at the new pact
          title  Nato looks at the new [pact]
        → NEAR/3 would have to be NEAR/5: enough by itself
    "#);
}

#[test]
fn a_hostile_text_moves_no_cursor_and_is_cut() {
    let title = format!("NATO\u{1b}[2J\u{202e} {} pact", "x".repeat(50_000));
    let shown = page(&topics(TOPIC), &title, &"NATO pact\u{9b}2J ".repeat(5_000));
    assert!(!shown.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{shown}");
    assert!(shown.len() < 10_000 && shown.lines().count() < 60, "{shown}");
}
