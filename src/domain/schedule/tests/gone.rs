//! 410, and the other failures that might be for good.

use super::*;

const DAY: Duration = Duration::from_secs(86_400);

fn answered(state: &FeedState, status: u16, at: Timestamp) -> FeedState {
    let record = FetchRecord { at, status: Some(status), ..record(Outcome::Failed) };
    after_failure(state, &record, None, false)
}

fn codes(before: &FeedState, after: &FeedState) -> Vec<String> {
    events(before, after).into_iter().map(|event| event.code.into_owned()).collect()
}

/// A feed that was gone three times, over three days.
fn paused() -> (FeedState, FeedState) {
    let first = answered(&state(), 410, now());
    let second = answered(&first, 410, now() + DAY);
    (second.clone(), answered(&second, 410, now() + 3 * DAY))
}

#[test]
fn three_410s_over_three_days_pause_a_feed_with_a_notice_and_it_is_asked_weekly() {
    let (second, third) = paused();
    assert_eq!(second.next_reason, "backoff");
    assert_eq!(third.next_reason, "gone");
    let week = third.next_due.duration_since(now() + 3 * DAY).unsigned_abs();
    assert!(within(week, 7 * DAY), "{week:?}");
    assert_eq!(codes(&second, &third), ["gone"]);
    let fourth = answered(&third, 410, now() + 10 * DAY);
    assert_eq!(fourth.next_reason, "gone");
    assert!(codes(&third, &fourth).is_empty(), "said once");
}

#[test]
fn many_410s_within_an_hour_are_a_mistake_of_that_hour() {
    let mut state = state();
    for minute in 0..60 {
        state = answered(&state, 410, now() + minute * MINUTE);
    }
    assert_eq!(state.next_reason, "backoff");
}

#[test]
fn a_feed_that_comes_back_is_asked_as_before_and_that_is_told() {
    let (_, paused) = paused();
    let at = now() + 10 * DAY;
    let read = FetchRecord { at, status: Some(200), ..record(Outcome::Fresh) };
    let back = after_success(&paused, &read, INTERVAL, Hints::default());
    assert_eq!(codes(&paused, &back), ["gone_no_longer"]);
    assert!(within(super::super::wait(&back).unwrap(), 60 * MINUTE));
    let missing = answered(&paused, 404, at);
    assert_eq!(missing.next_reason, "backoff");
}

#[test]
fn a_network_that_fails_in_between_says_nothing_of_the_feed() {
    let first = answered(&state(), 410, now());
    let offline = FetchRecord { at: now() + DAY, ..record(Outcome::Failed) };
    let offline = after_failure(&first, &offline, None, true);
    assert_eq!(offline.memory.gone.unwrap().count, 1);
}

#[test]
fn a_404_is_tried_every_day_for_ever_and_never_given_up() {
    let (mut state, mut at) = (state(), now());
    let mut tries = 0;
    while at < now() + 60 * DAY {
        state = answered(&state, 404, at);
        at = state.next_due;
        tries += 1;
    }
    assert!((55..=80).contains(&tries), "{tries}");
    assert!(super::super::wait(&state).unwrap() <= DAY.mul_f64(1.1));
}
