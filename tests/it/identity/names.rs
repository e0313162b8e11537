//! Feeds whose guids and links lie, or change.

use super::documents::*;
use super::feed::*;

#[tokio::test]
async fn one_guid_for_all_entries() {
    let same = |n: u32| article(n).guid("https://news.example/feed");
    let mut feed = Feed::with(&rss(&[same(2), same(1)])).await;
    assert_eq!(feed.entries().len(), 2);
    assert_eq!(feed.later(HOUR, &rss(&[same(3), same(2), same(1)])).await, news(1));
    // One entry is left: now its guid is its own, and leads nowhere.
    assert_eq!(feed.later(HOUR, &rss(&[same(3)])).await, NOTHING);
    assert_eq!(feed.later(HOUR, &rss(&[same(4)])).await, news(1));
    assert_eq!(feed.later(HOUR, &rss(&[same(5)])).await, news(1));
}

#[tokio::test]
async fn a_guid_is_reused_for_a_new_article() {
    let reused = |n: u32| article(n).guid("top-story");
    let others = |first: u32| rss(&[reused(first), article(101), article(102)]);
    let mut feed = Feed::with(&others(1)).await;
    for n in 2..=5 {
        assert_eq!(feed.later(HOUR, &others(n)).await, news(1), "article {n}");
        let edited = rss(&[reused(n).text("Edited."), article(101), article(102)]);
        assert_eq!(feed.later(HOUR, &edited).await, revised(1), "article {n}");
    }
}

#[tokio::test]
async fn guids_are_the_numbers_of_the_places() {
    let placed = |numbers: &[u32]| {
        let placed = |(place, n): (usize, &u32)| article(*n).guid(&format!("{}", place + 1));
        rss(&numbers.iter().enumerate().map(placed).collect::<Vec<_>>())
    };
    let mut feed = Feed::with(&placed(&[3, 2, 1])).await;
    assert_eq!(feed.later(HOUR, &placed(&[4, 3, 2])).await, news(1));
    assert_eq!(feed.later(HOUR, &placed(&[6, 5, 4])).await, news(2));
    let titles: Vec<String> =
        feed.entries().iter().rev().map(|entry| entry.title.clone()).collect();
    for n in 1..=6 {
        assert!(titles.contains(&article(n).title), "{n} has kept its text");
    }
}

#[tokio::test]
async fn two_entries_swap_their_guids() {
    let mut feed = Feed::with(&rss(&articles([3, 2, 1]))).await;
    let swapped = [article(3), article(2).guid("g-1"), article(1).guid("g-2")];
    assert_eq!(feed.later(HOUR, &rss(&swapped)).await, NOTHING);
}

#[tokio::test]
async fn a_new_guid_for_every_entry_at_every_fetch() {
    let mut feed = Feed::unvisited().await;
    let fetch = |round: u32, numbers: &[u32]| {
        let random = |n: &u32| article(*n).guid(&words(round * 1_000 + n, 4));
        rss(&numbers.iter().map(random).collect::<Vec<_>>())
    };
    feed.gives(&fetch(0, &[3, 2, 1])).await;
    for round in 1..=40 {
        assert_eq!(feed.later(HOUR, &fetch(round, &[3, 2, 1])).await, NOTHING, "round {round}");
    }
    assert_eq!(feed.later(HOUR, &fetch(50, &[4, 3, 2, 1])).await, news(1));
    for round in 51..=90 {
        feed.later(HOUR, &fetch(round, &[4, 3, 2, 1])).await;
    }
    assert_eq!(feed.entries().len(), 4);
    let keys = feed.count("entry_keys");
    assert!(keys <= 4 * (5 + 64), "{keys} keys for 4 entries");
}

#[tokio::test]
async fn a_new_guid_at_every_fetch_and_an_edited_title() {
    let mut feed = Feed::with(&rss(&articles([3, 2, 1]))).await;
    let random = |n: u32| article(n).guid(&words(n + 900, 4));
    let edited = random(2).title("NATO quite another headline");
    assert_eq!(feed.later(HOUR, &rss(&[random(3), edited, random(1)])).await, revised(1));
}

#[tokio::test]
async fn guids_come_with_other_white_space_and_capitals() {
    let uuid = |n: u32| format!("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf{n}");
    let spelt = |n: u32, guid: String| article(n).guid(&guid).link("");
    let mut feed = Feed::with(&rss(&[spelt(2, uuid(2)), spelt(1, uuid(1))])).await;
    let shouted = |n: u32| {
        spelt(n, format!("\n  {} ", uuid(n).to_uppercase().replace("URN:UUID", "urn:uuid")))
    };
    assert_eq!(feed.later(HOUR, &rss(&[shouted(2), shouted(1)])).await, NOTHING);
    // With its case, an opaque guid changes its meaning; the link knows better.
    let opaque = |n: u32, guid: &str| article(n).guid(guid);
    feed.later(HOUR, &rss(&[opaque(3, "Ab"), opaque(4, "aB"), shouted(1)])).await;
    assert_eq!(feed.entries().len(), 4);
    assert_eq!(
        feed.later(HOUR, &rss(&[opaque(3, "AB"), opaque(4, "aB"), shouted(1)])).await,
        NOTHING
    );
}

#[tokio::test]
async fn http_becomes_https_with_www_and_without() {
    let moved = |n: u32, site: &str| {
        article(n).guid(&format!("{site}/?p={n}")).link(&format!("{site}/a/{n}"))
    };
    let all = |site: &str| rss(&[moved(3, site), moved(2, site), moved(1, site)]);
    let mut feed = Feed::with(&all("http://www.news.example")).await;
    let keys = feed.count("entry_keys");
    assert_eq!(feed.later(HOUR, &all("https://news.example")).await, NOTHING);
    assert_eq!(feed.later(HOUR, &all("https://www.news.example")).await, NOTHING);
    assert_eq!(feed.count("entry_keys"), keys, "they are the same names");
}

#[tokio::test]
async fn tracking_parameters_change() {
    let tracked = |n: u32, campaign: &str| {
        article(n).guid("").link(&format!("https://news.example/a?id={n}&utm_source={campaign}"))
    };
    let all = |campaign: &str| rss(&[tracked(2, campaign), tracked(1, campaign)]);
    let mut feed = Feed::with(&all("rss")).await;
    assert_eq!(feed.later(HOUR, &all("atom&fbclid=x1y2")).await, NOTHING);
}

#[tokio::test]
async fn links_move_to_another_domain_under_the_same_guids() {
    let at = |n: u32, site: &str| article(n).link(&format!("https://{site}/a/{n}"));
    let all =
        |site: &str, newest: u32| rss(&(1..=newest).rev().map(|n| at(n, site)).collect::<Vec<_>>());
    let mut feed = Feed::with(&all("news.example", 5)).await;
    assert_eq!(feed.later(HOUR, &all("thewire.example", 5)).await, NOTHING);
    assert_eq!(feed.later(HOUR, &all("thewire.example", 6)).await, news(1));
}

#[tokio::test]
async fn a_known_story_returns_under_a_new_guid_and_link_with_its_date() {
    let at = "2026-06-03T09:10:11Z".parse().unwrap();
    let mut feed = Feed::with(&rss(&[article(2), article(1).at(at)])).await;
    let again = article(1).guid("new").link("https://news.example/new").at(at);
    assert_eq!(feed.later(HOUR, &rss(&[article(2), again])).await, NOTHING);
}
