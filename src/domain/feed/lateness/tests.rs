//! Which feed trails which, over made-up stories; shares of times.

use super::*;

fn told(story: i64, feed: i64, minute: i64) -> Telling {
    let published = Timestamp::from_second(1_780_000_000 + minute * 60).unwrap();
    Telling { story: StoryId(story), feed: FeedId(feed), published }
}

#[test]
fn a_feed_trails_the_one_that_is_mostly_sooner_by_the_usual_lag() {
    // In eight stories the second feed is 10 to 17 minutes later, in two it is sooner.
    let tellings = (0..10).flat_map(|n| {
        let lag = if n < 8 { 10 + n } else { -5 };
        [told(n, 1, 100), told(n, 2, 100 + lag)]
    });
    let trails = trails(tellings);
    let expected =
        Trail { leader: FeedId(1), common: 10, later: 8, median: Duration::from_secs(14 * 60) };
    assert_eq!(trails.get(&FeedId(2)), Some(&vec![expected]));
    assert_eq!(trails.get(&FeedId(1)), None, "who leads trails nobody");
}

#[test]
fn few_common_stories_or_an_even_race_say_nothing() {
    let few = (0..4).flat_map(|n| [told(n, 1, 0), told(n, 2, 30)]);
    assert!(trails(few).is_empty());
    let even = (0..10).flat_map(|n| [told(n, 1, 0), told(n, 2, if n % 2 == 0 { 9 } else { -9 })]);
    assert!(trails(even).is_empty());
    let together = (0..10).flat_map(|n| [told(n, 1, 0), told(n, 2, 0)]);
    assert!(trails(together).is_empty());
}

#[test]
fn the_feed_that_leads_most_often_comes_first() {
    let tellings = (0..9).flat_map(|n| {
        let third = (n < 6).then(|| told(n, 3, 0));
        [Some(told(n, 1, 50)), Some(told(n, 2, 10)), third].into_iter().flatten()
    });
    let behind = trails(tellings).remove(&FeedId(1)).unwrap();
    let leaders: Vec<_> = behind.iter().map(|it| (it.leader.0, it.later, it.common)).collect();
    assert_eq!(leaders, [(2, 9, 9), (3, 6, 6)]);
}

#[test]
fn shares_of_times_are_times_that_were() {
    let times: Vec<Duration> = (1..=100).map(Duration::from_secs).collect();
    assert_eq!(within(&times, 0.5), Some(Duration::from_secs(51)));
    assert_eq!(within(&times, 0.95), Some(Duration::from_secs(95)));
    assert_eq!(within(&[], 0.5), None);
}
