//! Documents that are the past as a whole: new names for all, archives, other feeds, outages.

use std::time::Duration;

use jiff::Timestamp;

use super::documents::*;
use super::feed::*;

/// Articles of the last days, one every six hours before `newest`.
fn dated(numbers: impl IntoIterator<Item = u32>, newest: Timestamp) -> Vec<Article> {
    let at = |place: usize| newest - 6 * HOUR * place as u32;
    numbers.into_iter().enumerate().map(|(place, n)| article(n).at(at(place))).collect()
}

/// The same article at another place of another system.
fn renamed(article: &Article) -> Article {
    let name = article.guid.replace("g-", "post/");
    let moved = article.clone().guid(&format!("https://thewire.example/{name}"));
    moved.link(&format!("https://thewire.example/{name}.html"))
}

#[tokio::test]
async fn guid_link_and_date_change_at_once() {
    let mut feed = Feed::unvisited().await;
    let old: Vec<Article> =
        dated((1..=20).rev(), feed.now() - HOUR).into_iter().map(Article::long).collect();
    feed.gives(&rss(&old)).await;
    let restamped = |n: usize| feed.now() + HOUR + Duration::from_secs(n as u64);
    let new: Vec<Article> =
        old.iter().enumerate().map(|(n, old)| renamed(old).at(restamped(n))).collect();
    assert_eq!(feed.later(2 * HOUR, &rss(&new)).await, NOTHING);
    assert_eq!(feed.event_codes(), ["identity_migration"]);
    assert!(feed.events()[0].detail.starts_with("20 of 20 entries"), "{:?}", feed.events());
    // From now on they are known by their new names, and news is news.
    let next = [vec![renamed(&article(21))], new].concat();
    assert_eq!(feed.later(HOUR, &rss(&next)).await, news(1));
    assert_eq!(feed.entries().len(), 21);
}

#[tokio::test]
async fn guid_link_text_and_the_hour_of_the_dates_change_at_once() {
    let mut feed = Feed::unvisited().await;
    let old = dated((1..=20).rev(), feed.now() - 30 * HOUR);
    feed.gives(&rss(&old)).await;
    let new: Vec<Article> = old
        .iter()
        .map(|old| {
            renamed(old).text("Read more at The Wire.").at(old.published.unwrap() - 2 * HOUR)
        })
        .collect();
    assert_eq!(feed.later(HOUR, &rss(&new)).await, revised(20));
    assert_eq!(feed.event_codes(), ["identity_migration"]);
    assert_eq!(feed.later(HOUR, &rss(&new[1..])).await, NOTHING);
}

#[tokio::test]
async fn guid_and_link_change_at_once_and_all_dates_are_now() {
    let old: Vec<Article> = articles(1..=20).into_iter().map(Article::long).collect();
    let mut feed = Feed::with(&rss(&old)).await;
    let new: Vec<Article> = old.iter().map(|old| renamed(old).at(feed.now() + HOUR)).collect();
    assert_eq!(feed.later(HOUR, &rss(&new)).await, NOTHING);
    assert!(feed.event_codes().is_empty(), "each is known by its text alone");
}

#[tokio::test]
async fn a_migration_brings_news_along() {
    let mut feed = Feed::unvisited().await;
    let old: Vec<Article> =
        dated((1..=20).rev(), feed.now() - HOUR).into_iter().map(Article::long).collect();
    feed.gives(&rss(&old)).await;
    feed.world.clock.advance(2 * HOUR);
    let news_now = article(30).at(feed.now() - HOUR);
    let found_in_a_drawer = article(31).at(feed.now() - 60 * HOUR);
    let minute = |n: usize| feed.now() - HOUR - Duration::from_secs(60 * n as u64);
    let stamped = old.iter().enumerate().map(|(n, old)| renamed(old).at(minute(n)));
    let all: Vec<Article> = [news_now, found_in_a_drawer].into_iter().chain(stamped).collect();
    let brought = feed.gives(&rss(&all)).await;
    assert_eq!(brought, Brought { new: 2, revised: 0, alerts: 1, held: 1 });
}

#[tokio::test]
async fn a_small_feed_gets_new_names_one_by_one() {
    let mut feed = Feed::with(&rss(&articles([2, 1]))).await;
    let new = [article(2).guid("two"), article(1).guid("one")];
    assert_eq!(feed.later(HOUR, &rss(&new)).await, NOTHING);
}

#[tokio::test]
async fn a_weather_page_with_the_same_titles_each_day_is_no_migration() {
    let regions = ["north", "south", "east", "west", "islands"];
    let day = |day: u32, at: Timestamp| -> Vec<Article> {
        let report = |(n, region): (usize, &&str)| {
            article(day * 10 + n as u32).title(&format!("NATO weather {region}")).at(at)
        };
        regions.iter().enumerate().map(report).collect()
    };
    let mut feed = Feed::unvisited().await;
    let mut today = rss(&day(1, feed.now() - HOUR));
    feed.gives(&today).await;
    for n in 2..5 {
        feed.world.clock.advance(3 * DAY - HOUR);
        // The feed was asked an hour before, and had nothing new yet.
        assert_eq!(feed.gives(&today).await, NOTHING);
        feed.world.clock.advance(HOUR);
        today = rss(&day(n, feed.now() - HOUR / 2));
        assert_eq!(feed.gives(&today).await.new, 5, "day {n}");
    }
    assert!(feed.event_codes().is_empty());
}

#[tokio::test]
async fn a_publisher_brings_its_archive_of_a_thousand() {
    let mut feed = Feed::unvisited().await;
    let newest = feed.now() - HOUR;
    let window = dated((1..=20).rev(), newest);
    feed.gives(&rss(&window)).await;
    let year = feed.now() - 300 * DAY;
    let archive = dated(1_000..2_000, year).into_iter();
    // A few entries of the archive are of this week: they are old news, too.
    let recent = dated(3_000..3_012, feed.now() - 2 * DAY);
    let fresh = article(21).at(feed.now());
    let all: Vec<Article> =
        [fresh].into_iter().chain(window).chain(recent).chain(archive).collect();
    let brought = feed.later(HOUR, &rss(&all)).await;
    assert_eq!((brought.new, brought.alerts, brought.held), (1_013, 1, 12));
    assert_eq!(feed.event_codes(), ["archive"]);
}

#[tokio::test]
async fn an_archive_without_dates() {
    let mut feed = Feed::with(&rss(&articles(1..=20))).await;
    let brought = feed.later(HOUR, &rss(&articles(1..=500))).await;
    assert_eq!(brought, past(480));
    assert_eq!(feed.later(HOUR, &rss(&articles(0..=500))).await, news(1));
}

#[tokio::test]
async fn many_undated_entries_before_what_is_known_are_news() {
    let mut feed = Feed::with(&rss(&articles(100..=110))).await;
    assert_eq!(feed.later(HOUR, &rss(&articles(1..=110))).await, news(99));
}

#[tokio::test]
async fn forty_old_documents_at_once_are_news_in_a_feed_that_does_not_grow() {
    let mut feed = Feed::unvisited().await;
    let window = dated(1..=60, feed.now() - DAY);
    feed.gives(&rss(&window)).await;
    // A court publishes the rulings of the last days at once.
    let rulings: Vec<Article> =
        (100..140).map(|n| article(n).at(feed.now() - 2 * DAY - HOUR * (n - 100))).collect();
    let all = [rulings, window[..20].to_vec()].concat();
    assert_eq!(feed.later(HOUR, &rss(&all)).await, news(40));
}

#[tokio::test]
async fn after_an_outage_longer_than_the_window_only_the_last_day_is_news() {
    let mut feed = Feed::unvisited().await;
    feed.gives(&rss(&dated(1..=10, feed.now() - HOUR))).await;
    feed.world.clock.advance(7 * DAY);
    // Ten entries, one every six hours: the last four are of the last 24 hours.
    let window = dated((11..=20).rev(), feed.now() - HOUR);
    let brought = feed.gives(&rss(&window)).await;
    assert_eq!(brought, Brought { new: 10, revised: 0, alerts: 4, held: 6 });
    let event = feed.events().remove(0);
    assert_eq!(event.code, "window_missed");
    assert!(
        event.detail.contains("7 d") && event.detail.contains("would have raised 6"),
        "{event:?}"
    );
    let fetches = feed.world.store().fetches(&"wire".parse().unwrap(), 1).unwrap();
    assert_eq!(fetches[0].would_have_raised, 6);
}

#[tokio::test]
async fn after_an_outage_shorter_than_the_window_all_that_is_new_is_news() {
    let mut feed = Feed::unvisited().await;
    let first = dated((1..=10).rev(), feed.now() - HOUR);
    feed.gives(&rss(&first)).await;
    feed.world.clock.advance(2 * DAY);
    let newer = dated((11..=18).rev(), feed.now() - HOUR);
    let window = [newer, first[..2].to_vec()].concat();
    assert_eq!(feed.gives(&rss(&window)).await, news(8));
    assert!(feed.event_codes().is_empty());
}

#[tokio::test]
async fn an_outage_of_a_feed_without_dates() {
    let mut feed = Feed::with(&rss(&articles(1..=10))).await;
    assert_eq!(feed.later(7 * DAY, &rss(&articles(11..=20))).await, past(10));
    assert_eq!(feed.later(HOUR, &rss(&articles(12..=21))).await, news(1));
}

#[tokio::test]
async fn a_weekly_that_was_asked_all_week_is_news_as_a_whole() {
    let issue = rss(&articles(1..=10));
    let mut feed = Feed::with(&issue).await;
    for _ in 0..7 {
        assert_eq!(feed.later(DAY, &issue).await, NOTHING);
    }
    assert_eq!(feed.later(HOUR, &rss(&articles(11..=20))).await, news(10));
}

#[tokio::test]
async fn the_domain_was_sold_and_another_feed_stands_in_its_place() {
    let mut feed = Feed::with(&rss(&articles(1..=10))).await;
    let casino: Vec<Article> = (50..60)
        .map(|n| article(n).link(&format!("https://casino.example/{n}")).at(feed.now()))
        .collect();
    let document = rss_of("Casino News", "https://casino.example/", &casino);
    assert_eq!(feed.later(HOUR, &document).await, past(10));
    assert_eq!(feed.event_codes(), ["feed_replaced"]);
    let more = [vec![article(60).link("https://casino.example/60")], casino].concat();
    let document = rss_of("Casino News", "https://casino.example/", &more);
    assert_eq!(feed.later(HOUR, &document).await, news(1), "a warning was given");
}

#[tokio::test]
async fn the_user_gives_the_feed_another_address() {
    let mut feed = Feed::with(&rss(&articles(1..=10))).await;
    // The same site's other desk: nothing in it was seen before.
    feed.world.move_feed("wire", "/world");
    feed.world.server.set("/world", crate::support::server::Reply::ok(rss(&articles(50..60))));
    assert_eq!(feed.later(HOUR, "").await, past(10));
}

#[tokio::test]
async fn the_first_fetch_says_what_it_would_have_raised() {
    let mut feed = Feed::unvisited().await;
    let old = article(3).at(feed.now() - 30 * DAY);
    let twin = article(1).guid("twin").link("https://news.example/twin");
    // One is too old to alert, two tell one story.
    let brought = feed.gives(&rss(&[article(1), twin, article(2), old])).await;
    assert_eq!(brought, Brought { new: 4, revised: 0, alerts: 0, held: 2 });
    let view = feed.world.store().feeds().unwrap().remove(0);
    assert_eq!(view.held, Some((feed.now(), 2)));
}
