//! Feeds that change their form: RSS, Atom, JSON Feed, each with ids of its own.

use super::documents::*;
use super::feed::*;

#[tokio::test]
async fn rss_becomes_atom_becomes_json_and_rss_again() {
    let day = |n: u32| format!("2026-06-0{n}T08:00:00Z").parse().unwrap();
    let all = |id: &dyn Fn(u32) -> String| -> Vec<Article> {
        (1..=3).rev().map(|n| article(n).guid(&id(n)).at(day(n)).updated(day(n))).collect()
    };
    let mut feed = Feed::with(&rss(&all(&|n| n.to_string()))).await;
    let ids = |n: u32| format!("tag:news.example,2026:{n}");
    assert_eq!(feed.later(HOUR, &atom(&all(&ids))).await, NOTHING);
    let urls = |n: u32| format!("https://news.example/?post={n}");
    assert_eq!(feed.later(HOUR, &json_feed(&all(&urls))).await, NOTHING);
    assert_eq!(feed.later(HOUR, &rss(&all(&|n| n.to_string()))).await, NOTHING);
    assert_eq!(feed.entries().len(), 3);
}

#[tokio::test]
async fn rss_with_summaries_becomes_atom_with_whole_texts_other_ids_and_other_dates() {
    let day = |n: u32, hour: u32| format!("2026-06-0{n}T0{hour}:00:00Z").parse().unwrap();
    let short = |n: u32| article(n).at(day(n, 1));
    let whole = |n: u32| article(n).long().guid(&format!("tag:{n}")).updated(day(n, 2));
    let numbers = [3, 2, 1];
    let mut feed = Feed::with(&rss(&numbers.map(short))).await;
    assert_eq!(feed.later(HOUR, &atom(&numbers.map(whole))).await, revised(3));
    assert_eq!(feed.event_codes(), ["identity_migration"]);
    let more = [whole(2).guid("tag:9"), whole(3), whole(1)];
    assert_eq!(feed.later(HOUR, &atom(&more)).await, NOTHING);
}

#[tokio::test]
async fn atom_with_nothing_but_updated() {
    let updated = |n: u32, at: &str| article(n).updated(at.parse().unwrap());
    let first = [updated(2, "2026-06-02T10:00:00Z"), updated(1, "2026-06-01T10:00:00Z")];
    let mut feed = Feed::with(&atom(&first)).await;
    let touched = [updated(2, "2026-06-03T10:00:00Z"), updated(1, "2026-06-03T11:00:00Z")];
    assert_eq!(feed.later(HOUR, &atom(&touched)).await, NOTHING);
    let new = [&[updated(3, "2026-06-03T12:30:00Z")][..], &touched].concat();
    assert_eq!(feed.later(HOUR, &atom(&new)).await, news(1));
    let edited = [updated(3, "2026-06-03T13:00:00Z").text("Edited."), touched[0].clone()];
    assert_eq!(feed.later(HOUR, &atom(&edited)).await, revised(1));
}
