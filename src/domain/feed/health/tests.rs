//! Each condition from the state that shows it.

use super::*;
use crate::domain::feed::{MoveSign, MoveStanding, Relocation, Sightings};
use crate::domain::ids::FeedId;

const DAY: i64 = 86_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

/// A feed that brought an entry a day for thirty days, the last one at second 0, and was read
/// at `now`.
fn daily(now: i64) -> FeedState {
    let mut state =
        FeedState::new(FeedId(1), "wire".parse().unwrap(), "https://wire.example/".into(), at(0));
    state.last_fetch = Some(at(now));
    state.last_success = Some(at(now));
    state.last_new_entry = Some(at(0));
    state.baseline_at = Some(at(-30 * DAY));
    state.habits.known = true;
    state.habits.alive_at = Some(at(0));
    let days: Vec<Timestamp> = (-29..=0).map(|day| at(day * DAY)).collect();
    state.habits.gaps.learn(at(-30 * DAY), &days);
    state
}

fn failed(code: &'static str) -> FeedState {
    FeedState {
        failures: 3,
        failing_since: Some(at(-5)),
        last_outcome: Some(code.into()),
        last_detail: Some("the server said so".to_owned()),
        ..daily(0)
    }
}

fn condition(state: &FeedState, now: i64) -> Condition {
    health(state, at(now)).condition
}

#[test]
fn a_feed_never_fetched_is_new() {
    let new = FeedState::new(FeedId(1), "wire".parse().unwrap(), String::new(), at(0));
    assert_eq!(condition(&new, 0), Condition::New);
}

#[test]
fn a_daily_feed_is_ok_after_a_day_and_stale_after_four_and_says_so() {
    assert_eq!(condition(&daily(DAY), DAY), Condition::Ok);
    let stale = health(&daily(4 * DAY), at(4 * DAY));
    assert_eq!(stale.condition, Condition::Stale);
    assert_eq!(stale.since, Some(at(0)));
    assert_eq!(stale.detail.unwrap(), "silent for 4 days, usually no longer than 34 h");
    assert!(stale.advice.unwrap().contains("abandoned"));
}

#[test]
fn nobodys_silence_is_what_was_not_looked_at() {
    // Read last on the day of its last entry; the daemon was off since.
    assert_eq!(condition(&daily(0), 100 * DAY), Condition::Ok);
}

#[test]
fn failures_are_told_apart_by_what_the_server_answered() {
    for (code, expected) in [
        ("http_410", Condition::Gone),
        ("challenge", Condition::Challenge),
        ("http_401", Condition::Login),
        ("not_a_feed_html", Condition::NotAFeed),
        ("not_a_feed", Condition::NotAFeed),
        ("http_500", Condition::Failing),
        ("dns", Condition::Failing),
        ("something_new", Condition::Failing),
    ] {
        let health = health(&failed(code), at(0));
        assert_eq!((health.condition, health.code.as_ref()), (expected, code));
        assert_eq!(health.since, Some(at(-5)));
        assert_eq!(health.detail.as_deref(), Some("the server said so"));
        assert!(health.advice.is_some() || code == "something_new", "{code} has advice");
        assert!(health.condition.is_unread() && health.is_trouble());
    }
}

#[test]
fn a_feed_without_entries_is_empty_whether_it_had_some_or_not() {
    let mut emptied = daily(DAY);
    emptied.habits.empty_since = Some(at(DAY));
    assert_eq!(condition(&emptied, DAY), Condition::Empty);
    assert!(health(&emptied, at(DAY)).is_trouble());
    let mut never = daily(DAY);
    (never.last_new_entry, never.habits.alive_at) = (None, None);
    assert_eq!(condition(&never, DAY), Condition::Empty);
    assert!(!health(&never, at(DAY)).is_trouble(), "it may be about to have its first");
    // Of a feed that was read before habits were learnt nothing is known.
    never.habits.known = false;
    assert_eq!(condition(&never, DAY), Condition::Ok);
}

#[test]
fn a_feed_without_dates_is_undated_and_no_trouble() {
    let mut undated = daily(DAY);
    undated.habits.dates = Some(Dates::Missing);
    assert_eq!(condition(&undated, DAY), Condition::Undated);
    assert!(!health(&undated, at(DAY)).is_trouble());
}

#[test]
fn a_feed_that_is_read_at_its_new_address_has_moved_and_says_where_to() {
    let mut moved = daily(DAY);
    moved.memory.relocation = Some(Relocation {
        to: "https://new.example/feed".into(),
        sign: MoveSign::Redirect,
        standing: MoveStanding::Followed,
        seen: Sightings::first(at(0)),
        since: at(5),
    });
    let health = health(&moved, at(DAY));
    assert_eq!((health.condition, health.since), (Condition::Moved, Some(at(5))));
    assert_eq!(health.detail.as_deref(), Some("it has moved to https://new.example/feed"));
    assert!(!health.is_trouble());
}

#[test]
fn conditions_are_read_back_as_they_were_written() {
    for condition in Condition::ALL {
        assert_eq!(Condition::from_code(condition.as_str()), Some(condition));
    }
}

#[test]
fn a_length_of_time_is_told_in_its_own_unit() {
    for (seconds, told) in
        [(45, "45 s"), (60, "1 min"), (3_599, "59 min"), (7_200, "2 h"), (259_200, "3 days")]
    {
        assert_eq!(span(Duration::from_secs(seconds)), told);
    }
}
