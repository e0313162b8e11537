//! When a topic is silent, and what is said then.

use super::*;

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn now() -> Timestamp {
    "2026-06-03T12:00:00Z".parse().unwrap()
}

/// What is said of a topic in use for `used`, with matches so long ago.
fn check(count: u32, per: Duration, used: Duration, ago: &[Duration]) -> (bool, String) {
    let matched: Vec<Timestamp> = ago.iter().map(|ago| now() - *ago).collect();
    let watched = Watched { since: now() - used, until: now(), matched: &matched };
    let standing = judge(Expectation { count, per }, watched);
    (standing.silent, standing.text)
}

#[test]
fn a_topic_is_silent_when_it_matched_less_than_expected_in_the_last_window() {
    let silent = check(1, 7 * DAY, 30 * DAY, &[8 * DAY]);
    assert_eq!(
        silent,
        (true, "no entry matched within the last 7 d, at least 1 is expected".to_owned())
    );
    let few = check(3, DAY, 30 * DAY, &[DAY / 2, DAY / 3, 2 * DAY]);
    assert_eq!(
        few,
        (true, "2 entries matched within the last 1 d, at least 3 are expected".to_owned())
    );
    assert!(!check(1, 7 * DAY, 30 * DAY, &[6 * DAY]).0);
    assert!(check(1, 7 * DAY, 30 * DAY, &[7 * DAY]).0, "the window is open at its start");
}

#[test]
fn a_topic_that_is_new_is_not_silent_yet() {
    let young = check(1, 7 * DAY, 2 * DAY, &[]);
    assert_eq!(
        young,
        (
            false,
            "no entry matched yet, at least 1 is expected within 7 d; watched for 2 d".to_owned()
        )
    );
    assert!(check(1, 7 * DAY, 7 * DAY, &[]).0, "and is once the window is full");
}

#[test]
fn what_came_after_feeds_were_last_read_or_before_the_window_does_not_count() {
    let matched = [now() - DAY, now() + DAY];
    let watched = |until| Watched { since: now() - 30 * DAY, until, matched: &matched };
    let daily = Expectation { count: 1, per: DAY };
    assert!(judge(daily, watched(now())).silent);
    // Nothing was read since: the last day that was looked at had its match.
    assert!(!judge(daily, watched(now() - DAY / 2)).silent);
}
