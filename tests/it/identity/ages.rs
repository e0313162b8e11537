//! How old an entry is, where its date does not tell: what is put on all entries alike, and what names a
//! month or a day, makes no old news of today's; what is old by a date of its own stays held back.

use super::documents::*;
use super::feed::*;

const NOON: &str = "2026-11-23T12:00:00Z";

/// A feed with undated entries, at noon on 23 November, for a topic with this `max_age`.
async fn at_noon(max_age: &str) -> Feed {
    let mut feed = Feed::unvisited().await;
    feed.world.topics = format!(
        "[[topic]]\nid = \"nato\"\nmatch = 'NATO'\n[topic.alert]\nmax_age = \"{max_age}\"\n"
    );
    feed.world.clock.set_wall(NOON.parse::<jiff::Timestamp>().unwrap() - HOUR);
    feed.gives(&rss(&articles([2, 1]))).await;
    feed.world.clock.advance(HOUR);
    feed
}

/// The article that is dated so, before those.
fn written(date: &str) -> String {
    let date = format!("<item><pubDate>{date}</pubDate>");
    rss(&articles([3, 2, 1])).replacen("<item>", &date, 1)
}

/// Why the newest entry raised nothing.
fn reason(feed: &Feed) -> String {
    let newest = feed.entries().remove(0).id;
    let decisions = feed.world.store().entry(newest).unwrap().unwrap().decisions;
    let reason = &decisions.last().unwrap().reason;
    format!("{}: {}", reason.code, reason.text)
}

#[tokio::test]
async fn an_old_date_that_all_entries_have_alike_makes_nothing_old() {
    let mut feed = Feed::unvisited().await;
    let stamp = feed.now() - 322 * DAY;
    let stamped = |numbers: &[u32]| -> Vec<Article> {
        numbers.iter().map(|n| article(*n).at(stamp)).collect()
    };
    assert_eq!(feed.gives(&rss(&stamped(&[4, 3, 2, 1]))).await, past(4));
    assert_eq!(feed.later(HOUR, &rss(&stamped(&[5, 4, 3, 2, 1]))).await, news(1));
    let stored = feed.world.store().entries_of(&"wire".parse().unwrap(), 1).unwrap().remove(0);
    assert_eq!(stored.published, Some(stamp), "what the feed says is shown as it is");
    assert_eq!(stored.published_by, Some(feed.now()), "a replay decides alike");
    // Its age counts from here, if it says something else one day.
    let plain = |title: &str| article(6).at(stamp).title(title);
    let with = |last: Article| rss(&[vec![last], stamped(&[5, 4, 3, 2, 1])].concat());
    let quiet = with(plain("Talks in Oslo go on"));
    assert_eq!(feed.later(HOUR, &quiet).await, Brought { new: 1, ..NOTHING });
    let told = with(plain("NATO talks in Oslo go on"));
    assert_eq!(feed.later(8 * DAY, &told).await, revised(1));
    let said =
        "stale: without a date that tells its age, and first seen 8 d ago, more than max_age 7 d";
    assert_eq!(reason(&feed), said);
}

#[tokio::test]
async fn an_archive_whose_entries_all_have_one_date_is_the_past_also_above_what_is_known() {
    let mut feed = Feed::unvisited().await;
    let stamped = |numbers: std::ops::Range<u32>, at| -> Vec<Article> {
        numbers.map(|n| article(n).at(at)).collect()
    };
    let known = stamped(1..21, feed.now() - 3 * DAY);
    feed.gives(&rss(&known)).await;
    let old = stamped(100..160, feed.now() - 322 * DAY);
    assert_eq!(feed.later(HOUR, &rss(&[old, known].concat())).await, past(60));
    assert_eq!(feed.event_codes(), ["archive"]);
}

#[tokio::test]
async fn a_date_of_a_month_or_a_year_is_as_old_as_its_end_and_never_older_than_its_first_sight() {
    for date in ["2026-11", "November 2026", "2026"] {
        assert_eq!(at_noon("7 days").await.gives(&written(date)).await, news(1), "{date}");
    }
    for (date, age) in [("2026-10", "22 d"), ("2025-11", "357 d"), ("2025", "326 d")] {
        let mut feed = at_noon("7 days").await;
        assert_eq!(feed.gives(&written(date)).await, Brought { new: 1, ..NOTHING }, "{date}");
        let said = format!("stale: published at the latest {age} ago, more than max_age 7 d");
        assert_eq!(reason(&feed), said, "{date}");
    }
}

#[tokio::test]
async fn a_date_without_a_time_or_a_zone_is_as_old_as_it_is_at_least() {
    for date in ["2026-11-23", "23 Nov 2026", "2026-11-23 00:30:00", "2026-11-22T19:00:00"] {
        assert_eq!(at_noon("6h").await.gives(&written(date)).await, news(1), "{date}");
    }
    // A day that has a zone ends there at midnight; one that has none may be far in the west.
    let old = [
        ("2026-11-22 +02:00", "published at the latest 14 h"),
        ("2026-11-21", "published at the latest 1 d"),
        ("2026-11-22 12:00:00", "published at the latest 12 h"),
        ("2026-11-23T05:30:00Z", "published 6 h"),
    ];
    for (date, said) in old {
        let mut feed = at_noon("6h").await;
        assert_eq!(feed.gives(&written(date)).await, Brought { new: 1, ..NOTHING }, "{date}");
        let reason = reason(&feed);
        assert!(reason.starts_with(&format!("stale: {said}")), "{date}: {reason}");
    }
}

#[tokio::test]
async fn what_a_clock_that_was_ahead_noted_of_a_rule_is_put_right() {
    let mut feed = Feed::unvisited().await;
    let now = feed.now();
    feed.world.clock.set_wall(now + 400 * DAY);
    feed.gives(&rss(&articles([2, 1]))).await;
    feed.world.clock.set_wall(now);
    let with = |title: &str| rss(&[vec![article(3).title(title)], articles([2, 1])].concat());
    let brought = feed.later(HOUR, &with("Talks in Oslo go on")).await;
    assert_eq!(brought, Brought { new: 1, ..NOTHING });
    // The topic was there before the entry, whatever the clock said then.
    let brought = feed.later(HOUR, &with("NATO talks in Oslo go on")).await;
    assert_eq!(brought, Brought { revised: 1, alerts: 1, ..NOTHING });
}
