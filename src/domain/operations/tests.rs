//! What a user is told of feeds in trouble, and how often.

use super::*;
use crate::domain::feed::health::advice;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

fn feed(n: i64, condition: Condition, code: &'static str, since: i64, last: i64) -> Watched {
    let failures = if condition.is_unread() { 12 } else { 0 };
    let health = Health {
        condition,
        since: Some(at(since)),
        code: code.into(),
        detail: None,
        advice: advice(code),
    };
    Watched {
        id: FeedId(n),
        key: format!("feed-{n}").parse().unwrap(),
        title: None,
        health,
        failures,
        last_fetch: Some(at(last)),
        next_due: at(last + HOUR),
        told_at: None,
    }
}

fn failing(n: i64, since: i64, last: i64) -> Watched {
    feed(n, Condition::Failing, "http_500", since, last)
}

fn headlines(feeds: &[Watched], past: Past, now: i64) -> Vec<String> {
    decide(feeds, past, at(now)).notices.into_iter().map(|notice| notice.headline).collect()
}

#[test]
fn trouble_is_told_after_a_day_and_together() {
    let feeds: Vec<Watched> = (0..3).map(|n| failing(n, n * HOUR, DAY - HOUR)).collect();
    assert_eq!(headlines(&feeds, Past::default(), DAY - HOUR), [""; 0]);
    let feeds: Vec<Watched> = (0..3).map(|n| failing(n, n * HOUR, DAY + 2 * HOUR)).collect();
    let word = decide(&feeds, Past::default(), at(DAY + 2 * HOUR));
    assert_eq!(word.notices.len(), 1);
    assert_eq!(word.notices[0].headline, "3 feeds need attention");
    assert_eq!(word.told.len(), 3);
    assert_eq!(headlines(&feeds[..1], Past::default(), 2 * DAY), ["feed feed-0 needs attention"]);
}

#[test]
fn what_goes_wrong_soon_after_a_notice_waits_for_the_next_one() {
    let past = Past { trouble: Some(at(DAY)), ..Past::default() };
    let feeds = [failing(1, 0, DAY)];
    assert_eq!(headlines(&feeds, past, DAY + 5 * HOUR), [""; 0]);
    assert_eq!(headlines(&feeds, past, DAY + 6 * HOUR).len(), 1);
}

#[test]
fn nobody_is_told_twice_and_the_end_is_told_once() {
    let told = Watched { told_at: Some(at(DAY)), ..failing(1, 0, 30 * DAY) };
    assert_eq!(headlines(std::slice::from_ref(&told), Past::default(), 30 * DAY), [""; 0]);
    let healed = Watched { told_at: told.told_at, ..feed(1, Condition::Ok, "ok", 0, 31 * DAY) };
    let word = decide(std::slice::from_ref(&healed), Past::default(), at(31 * DAY));
    assert_eq!(word.notices[0].headline, "feed feed-1 is well again");
    assert_eq!(word.over, [FeedId(1)]);
    let over = Watched { told_at: None, ..healed };
    assert_eq!(headlines(&[over], Past::default(), 31 * DAY), [""; 0]);
}

#[test]
fn a_time_in_which_nobody_looked_is_held_against_no_feed() {
    // Two failures, a week with the daemon off, and its first fetch since then.
    let mut slept = failing(1, 0, 7 * DAY);
    slept.failures = 2;
    assert_eq!(headlines(&[slept.clone()], Past::default(), 7 * DAY), [""; 0]);
    slept.failures = 3;
    assert_eq!(headlines(&[slept], Past::default(), 7 * DAY).len(), 1);
    // Rounds by a timer may come every minute: many failures count once they lasted.
    let mut often = failing(1, 0, 20 * 60);
    often.failures = 20;
    assert_eq!(headlines(&[often], Past::default(), 20 * 60), [""; 0]);
    let mut lasting = failing(1, 0, 6 * HOUR);
    lasting.failures = 20;
    assert_eq!(headlines(&[lasting.clone()], Past::default(), 6 * HOUR).len(), 1);
    lasting.failures = 19;
    assert_eq!(headlines(&[lasting], Past::default(), 6 * HOUR), [""; 0]);
}

#[test]
fn silence_and_emptiness_are_trouble_and_missing_dates_are_not() {
    let now = 3 * DAY;
    let told = |condition: Condition| {
        let feed = feed(1, condition, condition.as_str(), 0, now);
        headlines(&[feed], Past::default(), now).len()
    };
    assert_eq!(told(Condition::Stale), 1);
    assert_eq!(told(Condition::Empty), 1);
    assert_eq!(told(Condition::Undated), 0);
    assert_eq!(told(Condition::New), 0);
    let just_emptied = feed(1, Condition::Empty, "empty", now - HOUR, now);
    assert_eq!(headlines(&[just_emptied], Past::default(), now), [""; 0]);
}

/// Ten feeds of which `out` cannot be reached since second 0.
fn outage(out: i64, last: i64) -> Vec<Watched> {
    (0..10)
        .map(|n| match n < out {
            true => feed(n, Condition::Failing, "dns", 0, last),
            false => feed(n, Condition::Ok, "ok", 0, last),
        })
        .collect()
}

#[test]
fn a_network_that_is_gone_is_one_notice_and_blames_no_feed() {
    let now = 2 * DAY;
    assert_eq!(headlines(&outage(10, 1_800), Past::default(), 1_800), [""; 0], "it may be short");
    assert_eq!(
        headlines(&outage(10, HOUR), Past::default(), HOUR),
        ["no feed can be reached: network"]
    );
    assert_eq!(
        headlines(&outage(8, HOUR), Past::default(), HOUR),
        ["8 of 10 feeds cannot be reached: network"]
    );
    let down = Past { network_down: Some(at(HOUR)), ..Past::default() };
    assert_eq!(headlines(&outage(10, now), down, now), [""; 0], "told once, no feed blamed");
    assert_eq!(headlines(&outage(0, now), down, now), ["feeds can be reached again"]);
    // Those that are left over get their time, then they are in trouble like any other.
    let back = Past { network_back: Some(at(now)), ..down };
    assert_eq!(headlines(&outage(3, now + HOUR), back, now + HOUR), [""; 0]);
    let later = now + 4 * HOUR;
    assert_eq!(headlines(&outage(3, later), back, later), ["3 feeds need attention"]);
}

#[test]
fn one_feed_out_of_reach_is_its_own_trouble() {
    let alone = feed(1, Condition::Failing, "connect", 0, 2 * DAY);
    assert_eq!(headlines(&[alone], Past::default(), 2 * DAY), ["feed feed-1 needs attention"]);
}

#[test]
fn an_old_failure_says_nothing_of_the_network_now() {
    // The daemon was off since, and has fetched nothing yet.
    assert_eq!(headlines(&outage(10, HOUR), Past::default(), 12 * HOUR), [""; 0]);
}

#[test]
fn of_many_feeds_the_first_are_named() {
    let feeds: Vec<Watched> = (0..50).map(|n| failing(n, 0, DAY)).collect();
    let word = decide(&feeds, Past::default(), at(DAY));
    assert_eq!((word.notices[0].feeds.len(), word.notices[0].more), (20, 30));
    assert_eq!(word.told.len(), 50);
}
