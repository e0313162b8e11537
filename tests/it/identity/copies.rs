//! Items without a name that stand several times in a document, between the news.

use super::documents::*;
use super::feed::*;

/// An advertisement: no guid, no link, the same words each time.
fn advertisement(kind: &str) -> Article {
    let ad = Article { title: format!("Advertisement {kind}"), ..article(900) };
    ad.guid("").link("").text("Buy now")
}

#[tokio::test]
async fn news_between_the_same_advertisements_is_news_at_every_fetch() {
    let ads = vec![advertisement("A"); 6];
    let document = |newest: u32| {
        let window = (newest - 3..=newest).rev().map(article).collect::<Vec<_>>();
        rss(&[window, ads.clone()].concat())
    };
    let mut feed = Feed::with(&document(4)).await;
    for newest in 5..=12 {
        assert_eq!(feed.later(HOUR, &document(newest)).await, news(1), "article {newest}");
    }
    assert!(feed.event_codes().is_empty(), "{:?}", feed.events());
}

#[tokio::test]
async fn news_between_advertisements_with_fresh_dates_is_news_at_every_fetch() {
    let mut feed = Feed::unvisited().await;
    for newest in 4..=12 {
        feed.world.clock.advance(HOUR);
        let at = |n: u32| feed.now() - HOUR / 2 + std::time::Duration::from_secs(u64::from(n) * 7);
        let ads = (0..12).map(|n| advertisement(["A", "B"][n as usize % 2]).at(at(n)));
        let window = (newest - 3..=newest).rev().map(article);
        let brought = feed.gives(&rss(&window.chain(ads).collect::<Vec<_>>())).await;
        if newest > 4 {
            assert_eq!((brought.alerts, brought.held), (1, 0), "article {newest}");
        }
    }
    assert!(feed.event_codes().is_empty(), "{:?}", feed.events());
}
