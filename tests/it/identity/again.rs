//! The same words again under a new id and a new link: an advertisement or a pinned item whose names
//! a server makes up at each fetch. It may be a new entry each time, but it is news once; and what
//! only looks like it is news each time.

use super::documents::*;
use super::feed::*;
use crate::cli::scene::run_in;
use crate::support::server::Reply;

/// An item with names that were made up for this fetch.
fn renamed(round: u32, title: &str, text: &str) -> Article {
    let name = words(round + 7_000, 3).replace(' ', "-");
    let link = format!("https://news.example/{name}");
    Article { title: title.to_owned(), text: text.to_owned(), ..article(1) }.guid(&name).link(&link)
}

/// Steady entries, none of which matches.
fn steady(count: u32) -> Vec<Article> {
    articles(200..200 + count).into_iter().map(|it| it.title("Weather as usual")).collect()
}

/// Visits a feed every three hours for a day and a half, which gives the item again each time. Gives
/// how many new entries and how many alerts there were.
async fn over_a_day(feed: &mut Feed, item: impl Fn(&Feed, u32) -> Vec<Article>) -> (u32, usize) {
    let mut brought = (0, 0);
    for round in 0..12 {
        feed.world.clock.advance(HOUR * 3);
        let document = rss(&item(feed, round));
        let visit = feed.gives(&document).await;
        brought = (brought.0 + visit.new, brought.1 + visit.alerts);
    }
    brought
}

#[tokio::test]
async fn an_item_that_gets_new_names_at_every_fetch_alerts_once() {
    let long = words(91, 120);
    let forms = [
        ("", "NATO statement"),
        ("", "NATO ministers met in the harbour and signed a pact."),
        ("NATO bu", "NATO body"),
        ("NATO", "Read more about it."),
        ("NATO ministers sign harbour defence pact in Copenhagen", ""),
        ("NATO ministers sign harbour defence pact in Copenhagen", "The ministers met."),
        ("NATO harbour pact", &long),
    ];
    for (title, text) in forms {
        for dated in [false, true] {
            let mut feed = Feed::with(&rss(&articles([300]))).await;
            let item = |feed: &Feed, round: u32| {
                let item = renamed(round, title, text);
                vec![if dated { item.at(feed.now()) } else { item }]
            };
            let (new, alerts) = over_a_day(&mut feed, item).await;
            assert!(new > 0, "{title:?} {text:?}");
            assert_eq!(alerts, 1, "{title:?} {text:?}, dated: {dated}, {new} new");
        }
    }
}

#[tokio::test]
async fn one_such_item_among_steady_ones_alerts_once() {
    let mut feed = Feed::with(&rss(&steady(20))).await;
    let among = |_: &Feed, round| {
        let mut all = steady(20);
        all.insert(3, renamed(round, "NATO bu", "NATO body"));
        all
    };
    let (new, alerts) = over_a_day(&mut feed, among).await;
    assert_eq!((new, alerts), (12, 1));
}

#[tokio::test]
async fn several_such_items_in_the_same_words_alert_once_each() {
    let mut feed = Feed::with(&rss(&steady(9))).await;
    let among = |_: &Feed, round: u32| {
        let item = |n| renamed(round * 3 + n, "NATO bu", "NATO body");
        [steady(9), (0..3).map(item).collect()].concat()
    };
    assert_eq!(over_a_day(&mut feed, among).await.1, 3);
}

#[tokio::test]
async fn it_is_known_again_after_a_restart_and_says_why_it_is_where_it_is() {
    let mut feed = Feed::with(&rss(&articles([300]))).await;
    let item = |round| rss(&[renamed(round, "NATO bu", "NATO body")]);
    assert_eq!(feed.later(HOUR, &item(0)).await, news(1));
    feed.world.stop().await;
    assert_eq!(feed.later(HOUR * 20, &item(1)).await, Brought { new: 1, ..NOTHING });
    let entries = feed.entries();
    let (again, first) = (entries[0].id, entries[1].id);
    let line = format!("-c wirewatch.toml entries show {again}");
    let shown = run_in(feed.world.dir(), &line).ended(0).out;
    let why = format!("the same words as entry {first} that its feed no longer has");
    assert!(shown.contains(&why), "{shown}");
    assert!(shown.contains("record"), "{shown}");
}

#[tokio::test]
async fn the_same_title_with_another_text_is_news_every_day() {
    let mut feed = Feed::with(&rss(&articles([300]))).await;
    for day in 0..9 {
        let text = format!("Outlook {}.", words(day, 4));
        let daily = renamed(day, "NATO weather", &text);
        assert_eq!(feed.later(DAY, &rss(&[daily])).await, news(1), "day {day}");
    }
}

#[tokio::test]
async fn a_title_alone_is_news_again_the_next_day() {
    let mut feed = Feed::with(&rss(&articles([300]))).await;
    for day in 0..5 {
        let daily = renamed(day, "NATO harbour defence briefing", "");
        assert_eq!(feed.later(DAY, &rss(&[daily])).await, news(1), "day {day}");
    }
}

#[tokio::test]
async fn two_words_alone_are_news_under_each_link() {
    let mut feed = Feed::with(&rss(&articles([300]))).await;
    for round in 0..5 {
        let live = renamed(round, "NATO live", "");
        assert_eq!(feed.later(HOUR, &rss(&[live])).await, news(1), "round {round}");
    }
}

#[tokio::test]
async fn the_same_words_beside_an_entry_that_the_feed_still_has_are_another_one() {
    let mut feed = Feed::with(&rss(&articles([300]))).await;
    let warning = |n| renamed(n, "NATO warning", "In force until further notice.");
    for count in 1..=5 {
        let listed: Vec<Article> = (0..count).map(warning).collect();
        assert_eq!(feed.later(HOUR, &rss(&listed)).await, news(1), "{count} listed");
    }
}

#[tokio::test]
async fn the_same_words_in_an_answer_with_only_what_is_new_are_another_one() {
    let warning = |n| renamed(n, "NATO warning", "In force until further notice.");
    let mut feed = Feed::unvisited().await;
    let whole = |articles: &[Article]| Reply::ok(rss(articles)).header("ETag", "\"1\"");
    feed.answers(whole(&steady(3))).await;
    assert_eq!(feed.answers(whole(&[steady(3), vec![warning(0)]].concat())).await, news(1));
    feed.world.clock.advance(HOUR);
    let delta = Reply::status(226).header("IM", "feed").header("ETag", "\"2\"");
    let delta = delta.body(rss(&[warning(1)]));
    assert_eq!(feed.answers(delta).await, news(1), "the first may well be in the feed");
}

#[tokio::test]
async fn the_same_words_after_a_week_are_news() {
    let mut feed = Feed::with(&rss(&articles([300]))).await;
    let item = |round| rss(&[renamed(round, "NATO bu", "NATO body")]);
    assert_eq!(feed.later(HOUR, &item(0)).await, news(1));
    assert_eq!(feed.later(DAY * 6, &item(1)).await, Brought { new: 1, ..NOTHING });
    assert_eq!(feed.later(DAY * 6, &item(2)).await, Brought { new: 1, ..NOTHING });
    assert_eq!(feed.later(DAY * 8, &item(3)).await, news(1));
}
