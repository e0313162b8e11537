//! Feeds whose entries keep their names, whatever else happens to them.

use super::documents::*;
use super::feed::*;
use crate::support::server::Reply;

#[tokio::test]
async fn undated_entries() {
    let mut feed = Feed::with(&rss(&articles([2, 1]))).await;
    assert_eq!(feed.later(HOUR, &rss(&articles([3, 2, 1]))).await, news(1));
    assert_eq!(feed.later(HOUR, &rss(&articles([3, 2, 1, 4]))).await, news(1));
}

#[tokio::test]
async fn entries_dated_into_the_future() {
    let ahead = |n| article(n).at("2031-01-01T00:00:00Z".parse().unwrap());
    let mut feed = Feed::with(&rss(&[ahead(1)])).await;
    assert_eq!(feed.later(HOUR, &rss(&[ahead(2), ahead(1)])).await, news(1));
    let seen = feed.now();
    assert_eq!(feed.later(DAY, &rss(&[ahead(2).text("Edited."), ahead(1)])).await, revised(1));
    assert_eq!(feed.entries()[0].published, Some(seen), "the first sight stands for its date");
}

#[tokio::test]
async fn every_date_is_now_at_every_fetch() {
    let mut feed = Feed::unvisited().await;
    let stamped = |feed: &Feed, numbers: &[u32]| {
        let stamped = |n: &u32| article(*n).at(feed.now());
        rss(&numbers.iter().map(stamped).collect::<Vec<_>>())
    };
    let document = stamped(&feed, &[3, 2, 1]);
    assert_eq!(feed.gives(&document).await, past(3));
    for _ in 0..3 {
        feed.world.clock.advance(HOUR);
        let document = stamped(&feed, &[3, 2, 1]);
        assert_eq!(feed.gives(&document).await, NOTHING);
    }
    let document = stamped(&feed, &[4, 3, 2, 1]);
    assert_eq!(feed.gives(&document).await, news(1));
}

#[tokio::test]
async fn every_date_is_now_and_there_is_neither_guid_nor_link() {
    let mut feed = Feed::unvisited().await;
    let stamped = |feed: &Feed, numbers: &[u32]| {
        let bare = |n: &u32| article(*n).guid("").link("").at(feed.now());
        rss(&numbers.iter().map(bare).collect::<Vec<_>>())
    };
    let document = stamped(&feed, &[3, 2, 1]);
    assert_eq!(feed.gives(&document).await, past(3));
    for _ in 0..3 {
        feed.world.clock.advance(HOUR);
        let document = stamped(&feed, &[3, 2, 1]);
        assert_eq!(feed.gives(&document).await, NOTHING);
    }
    let document = stamped(&feed, &[4, 3, 2, 1]);
    assert_eq!(feed.gives(&document).await, news(1));
}

#[tokio::test]
async fn the_order_changes() {
    let mut feed = Feed::with(&rss(&articles([3, 2, 1]))).await;
    assert_eq!(feed.later(HOUR, &rss(&articles([1, 3, 2]))).await, NOTHING);
    assert_eq!(feed.later(HOUR, &rss(&articles([2, 4, 1, 3]))).await, news(1));
}

#[tokio::test]
async fn a_window_of_ten_slides_over_forty_entries() {
    let mut feed = Feed::with(&rss(&articles((1..=10).rev()))).await;
    for newest in (13..=40).step_by(3) {
        let window = articles((newest - 9..=newest).rev());
        assert_eq!(feed.later(HOUR, &rss(&window)).await, news(3));
    }
    assert_eq!(feed.entries().len(), 40);
}

#[tokio::test]
async fn a_busy_feed_whose_whole_window_is_new_at_each_visit() {
    let mut feed = Feed::with(&rss(&articles(1..=10))).await;
    for round in 1..4 {
        let window = articles(round * 10 + 1..=round * 10 + 10);
        assert_eq!(feed.later(HOUR, &rss(&window)).await, news(10));
    }
}

#[tokio::test]
async fn an_entry_disappears_and_returns_after_a_year() {
    let mut feed = Feed::with(&rss(&articles([2, 1]))).await;
    assert_eq!(feed.later(HOUR, &rss(&articles([3, 2]))).await, news(1));
    feed.later(DAY, &rss(&articles([3]))).await;
    assert_eq!(feed.later(365 * DAY, &rss(&articles([3, 1]))).await, NOTHING);
}

#[tokio::test]
async fn a_purged_entry_never_returns_as_new() {
    let named = articles([4, 3]);
    let linked = article(2).guid("");
    let bare = article(1).guid("").link("").at("2026-06-01T08:00:00Z".parse().unwrap());
    let nameless = article(5).guid("").link("").long();
    let all = [named, vec![linked, bare, nameless]].concat();
    let mut feed = Feed::with(&rss(&all)).await;
    feed.purge();
    assert_eq!(feed.entries().len(), 0);
    // Another body hash, so that the document is read at all.
    let again = format!("{}<!-- again -->", rss(&all));
    assert_eq!(feed.later(365 * DAY, &again).await, NOTHING);
    let edited = articles([4]).remove(0).text("Edited.");
    assert_eq!(feed.later(HOUR, &rss(&[edited])).await, NOTHING);
    assert_eq!(feed.later(HOUR, &rss(&articles([4, 6]))).await, news(1));
}

#[tokio::test]
async fn a_title_is_edited() {
    let mut feed = Feed::with(&rss(&articles([2, 1]))).await;
    let edited = article(2).title("NATO entirely other words");
    assert_eq!(feed.later(HOUR, &rss(&[edited, article(1)])).await, revised(1));
}

#[tokio::test]
async fn a_permalink_and_its_title_are_edited_under_the_same_guid() {
    let slug = |slug: &str, title: &str| {
        article(1).link(&format!("https://news.example/{slug}")).title(title)
    };
    let first = slug("nato-talks-stall-in-oslo", "NATO talks stall in Oslo");
    let mut feed = Feed::with(&rss(&[first])).await;
    let second = slug("nato-talks-resume-in-oslo", "NATO talks resume in Oslo");
    assert_eq!(feed.later(HOUR, &rss(std::slice::from_ref(&second))).await, revised(1));
    assert_eq!(feed.later(HOUR, &rss(&[article(9), second])).await, news(1));
}

#[tokio::test]
async fn a_live_blog_is_one_entry_however_often_it_changes() {
    let live = |n: u32| {
        let text = (0..=n).rev().map(|n| format!("{} ", words(n, 30))).collect::<String>();
        article(1).title(&format!("NATO summit live: {}", words(n, 4))).text(&text)
    };
    let mut feed = Feed::with(&rss(&[live(0)])).await;
    for n in 1..=30 {
        let document = rss(&[live(n).at(feed.now())]);
        assert_eq!(feed.later(HOUR, &document).await, revised(1));
    }
    assert_eq!(feed.entries()[0].revision, 31);
}

#[tokio::test]
async fn entries_without_guid_and_link() {
    let bare = |n: u32| {
        let at = format!("2026-06-03T0{n}:30:00Z").parse().unwrap();
        article(n).guid("").link("").at(at)
    };
    let mut feed = Feed::with(&rss(&[bare(2), bare(1)])).await;
    assert_eq!(feed.later(HOUR, &rss(&[bare(3), bare(2), bare(1)])).await, news(1));
    assert_eq!(feed.later(HOUR, &rss(&[bare(1), bare(3), bare(2)])).await, NOTHING);
    // A text added to a known title and date is a revision.
    let longer = bare(3).text("More is known now.");
    assert_eq!(feed.later(HOUR, &rss(&[longer, bare(2)])).await, revised(1));
}

#[tokio::test]
async fn entries_without_guid_link_and_date() {
    let bare = |n: u32| article(n).guid("").link("");
    let mut feed = Feed::with(&rss(&[bare(2), bare(1)])).await;
    assert_eq!(feed.later(HOUR, &rss(&[bare(3), bare(2), bare(1)])).await, news(1));
    assert_eq!(feed.later(HOUR, &rss(&[bare(2), bare(3), bare(1)])).await, NOTHING);
}

#[tokio::test]
async fn a_daily_column_has_the_same_title_each_day() {
    let column = |n: u32, at| article(n).title("NATO morning briefing for today").at(at);
    let mut feed = Feed::unvisited().await;
    let first = column(1, feed.now() - HOUR);
    feed.gives(&rss(std::slice::from_ref(&first))).await;
    let mut all = vec![first];
    for n in 2..=8 {
        feed.world.clock.advance(3 * DAY);
        all.insert(0, column(n, feed.now() - HOUR));
        assert_eq!(feed.gives(&rss(&all)).await, news(1), "column {n}");
    }
}

#[tokio::test]
async fn a_daily_column_without_guid_and_link() {
    let column = |at| article(1).guid("").link("").title("NATO morning briefing for today").at(at);
    let mut feed = Feed::unvisited().await;
    let first = column(feed.now() - HOUR);
    feed.gives(&rss(std::slice::from_ref(&first))).await;
    let mut all = vec![first];
    for n in 2..=6 {
        feed.world.clock.advance(3 * DAY);
        all.insert(0, column(feed.now() - HOUR));
        assert_eq!(feed.gives(&rss(&all)).await, news(1), "column {n}");
    }
}

#[tokio::test]
async fn a_page_with_one_current_item_under_one_link() {
    let page = |n: u32| article(n).link("https://news.example/current");
    let mut feed = Feed::with(&rss(&[page(1)])).await;
    for n in 2..5 {
        let brought = feed.later(40 * DAY, &rss(&[page(n)])).await;
        assert_eq!((brought.new, brought.revised), (1, 0), "item {n}");
        assert_eq!(feed.later(HOUR, &rss(&[page(n).text("Edited.")])).await, revised(1));
    }
}

#[tokio::test]
async fn each_current_item_of_such_a_page_is_news() {
    let mut feed = Feed::with(&rss(&[article(1).title("No warnings at present")])).await;
    let titles = [
        "NATO exercise closes the airspace over Gotland",
        "NATO convoy blocks motorway near Riga on Friday",
        "NATO jet crashes in Estonia, pilot missing",
    ];
    let page = |n: u32, title: &str| article(n).link("https://news.example/live").title(title);
    for (n, title) in (2..).zip(titles) {
        assert_eq!(feed.later(HOUR, &rss(&[page(n, title)])).await, news(1), "{title}");
    }
    // Without titles the texts tell them apart.
    for n in 5..8 {
        let text = format!("Just in: NATO {}", words(n, 9));
        let item = page(n, "").text(&text);
        assert_eq!(feed.later(HOUR, &rss(&[item])).await, news(1), "{text}");
    }
}

#[tokio::test]
async fn a_page_that_goes_on_in_like_words_under_new_guids_is_news_once() {
    let page = |n: u32| {
        let title = format!("NATO harbour summit live: {}", words(n, 3));
        article(n).link("https://news.example/live").title(&title)
    };
    let mut feed = Feed::with(&rss(&[article(1).title("Weather as usual")])).await;
    assert_eq!(feed.later(HOUR, &rss(&[page(2)])).await, news(1));
    for n in 3..8 {
        let brought = feed.later(HOUR * 20, &rss(&[page(n)])).await;
        assert_eq!(brought, Brought { new: 1, ..NOTHING }, "{n}");
    }
}

#[tokio::test]
async fn an_entry_stands_twice_in_its_document() {
    let twice = |n: u32| vec![article(n), article(n)];
    let mut feed = Feed::with(&rss(&twice(1))).await;
    assert_eq!(feed.entries().len(), 1);
    assert_eq!(feed.later(HOUR, &rss(&[twice(2), twice(1)].concat())).await, news(1));
    // Twice today, once tomorrow, twice with another text: the same entry all the time.
    assert_eq!(feed.later(HOUR, &rss(&[vec![article(2)], twice(1)].concat())).await, NOTHING);
    let edited = article(2).text("Edited.");
    assert_eq!(feed.later(HOUR, &rss(&[edited.clone(), edited])).await, revised(1));
}

#[tokio::test]
async fn a_truncated_fetch_and_then_the_whole() {
    let whole = rss(&articles((1..=10).rev()));
    let cut = |at: u32| {
        whole
            .split_at(whole.find(&format!("<guid isPermaLink=\"false\">g-{at}<")).unwrap())
            .0
            .to_owned()
    };
    let mut feed = Feed::unvisited().await;
    let brought = feed.gives(&cut(5)).await;
    assert_eq!(brought, past(5), "what came of it is the past");
    assert_eq!(feed.later(HOUR, &whole).await, past(5), "and so is the rest");
    assert_eq!(feed.later(HOUR, &cut(3)).await, NOTHING);
    assert_eq!(feed.later(HOUR, &whole).await, NOTHING);
    assert_eq!(feed.later(HOUR, &rss(&articles((1..=11).rev()))).await, news(1));
}

#[tokio::test]
async fn a_feed_of_ten_thousand_entries() {
    let mut feed = Feed::with(&rss(&articles(1..=9_990))).await;
    assert_eq!(feed.entries().len(), 9_990);
    assert_eq!(feed.later(HOUR, &rss(&articles(1..=9_995))).await, news(5));
    assert_eq!(feed.later(HOUR, &rss(&articles((1..=9_995).rev()))).await, NOTHING);
}

#[tokio::test]
async fn an_empty_document_in_between() {
    let mut feed = Feed::with(&rss(&articles([2, 1]))).await;
    assert_eq!(feed.later(HOUR, &rss(&[])).await, NOTHING);
    assert_eq!(feed.later(HOUR, &rss(&articles([2, 1]))).await, NOTHING);
    feed.answers(Reply::status(503)).await;
    assert_eq!(feed.later(HOUR, &rss(&articles([3, 2, 1]))).await, news(1));
}
