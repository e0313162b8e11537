//! What an entry said over time: old texts within limits, and what is shown of them.

use super::documents::*;
use super::feed::*;
use crate::cli::scene::run_in;

/// The n-th text of a live blog, 20 kB and more.
fn live(n: u32, title: &str) -> Article {
    article(1).title(title).text(&format!("Update {n}. {}", words(n, 2_500)))
}

#[tokio::test]
async fn old_texts_are_kept_within_limits_the_first_and_those_that_alerts_quote_among_them() {
    let mut feed = Feed::with(&rss(&articles([2]))).await;
    let quiet = "Summit live";
    for n in 0..30 {
        // The fourth text is the first one that matches: an alert quotes it.
        let title = if n < 3 { quiet } else { "NATO summit live" };
        feed.later(HOUR, &rss(&[live(n, title), article(2)])).await;
    }
    let entry = feed.entries().remove(0);
    assert_eq!(entry.revision, 30);
    let kept = feed.world.store().entry(entry.id).unwrap().unwrap().revisions;
    let numbers: Vec<u32> = kept.iter().map(|old| old.revision).collect();
    assert_eq!((numbers[0], numbers[1]), (1, 4), "{numbers:?}");
    assert_eq!(numbers.last(), Some(&29));
    let bytes: usize = kept.iter().map(|old| old.title.len() + old.body.len()).sum();
    assert!(bytes < 256 * 1024 + 3 * 64 * 1024, "{bytes} bytes");
    assert!(kept[1].title.contains("NATO"));
    assert_eq!(feed.world.store().search("summit", 10).unwrap().len(), 1, "the index is in step");
}

#[tokio::test]
async fn the_history_of_an_entry_is_shown_with_what_changed() {
    let first =
        article(1).title("NATO talks stall in Oslo").text("The talks were stopped at noon.");
    let mut feed = Feed::with(&rss(std::slice::from_ref(&first))).await;
    let second = first.title("NATO talks resume in Oslo").text("The talks were resumed at noon.");
    feed.later(HOUR, &rss(&[second])).await;
    let id = feed.entries()[0].id;
    let shown = run_in(feed.world.dir(), &format!("-c wirewatch.toml entries show {id} --history"))
        .ended(0);
    insta::assert_snapshot!(shown.out, @r"
    revision 1 · 2026-06-03 12:00
      title  NATO talks stall in Oslo
      text   6 words
    revision 2 · 2026-06-03 13:00
      title  NATO talks [-stall-] {+resume+} in Oslo
      text   The talks were [-stopped-] {+resumed+} at noon.
    ");
    let line = format!("-c wirewatch.toml entries show {id} --history -o json");
    let object = run_in(feed.world.dir(), &line).ended(0).json();
    let changes = &object["revisions"][1]["changes"];
    assert_eq!(changes["title"], serde_json::json!([{ "gone": "stall" }, { "new": "resume" }]));
    assert_eq!(object["revisions"][0]["changes"], serde_json::Value::Null);
}
