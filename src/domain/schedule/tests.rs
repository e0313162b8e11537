//! The schedule as a server's owner and a user would judge it.

mod further_moves;
mod gone;
mod hints;
mod hurried;
mod moves;
mod probe;
mod sites;
mod told;

use super::*;
use crate::domain::ids::FeedId;

const MINUTE: Duration = Duration::from_secs(60);
const INTERVAL: Interval =
    Interval { floor: Duration::from_secs(15 * 60), ceiling: Duration::from_secs(60 * 60) };

fn now() -> Timestamp {
    "2026-06-03T12:00:00Z".parse().unwrap()
}

fn state() -> FeedState {
    FeedState::new(FeedId(1), "wire".parse().unwrap(), "https://wire.example/".into(), now())
}

fn record(outcome: Outcome) -> FetchRecord {
    FetchRecord {
        feed: FeedId(1),
        at: now(),
        outcome,
        code: "code".into(),
        status: None,
        bytes: 0,
        duration: Duration::ZERO,
        entries: 0,
        new_entries: 0,
        would_have_raised: 0,
        detail: None,
    }
}

fn wait(state: &FeedState) -> Duration {
    state.next_due.duration_since(now()).unsigned_abs()
}

fn within(wait: Duration, around: Duration) -> bool {
    wait >= around.mul_f64(0.9) && wait <= around.mul_f64(1.1)
}

fn after(hints: Hints) -> FeedState {
    after_success(&state(), &record(Outcome::Fresh), INTERVAL, hints)
}

#[test]
fn a_quiet_feed_waits_its_ceiling_and_a_busy_one_less_never_under_its_floor() {
    assert!(within(wait(&after(Hints::default())), 60 * MINUTE));
    let mut busy = state();
    busy.last_success = Some(now() - Duration::from_secs(3600));
    for (rate, minutes) in [(96.0, 30), (1e9, 15)] {
        busy.entries_per_day = rate;
        let after = after_success(&busy, &record(Outcome::Fresh), INTERVAL, Hints::default());
        assert!(within(wait(&after), minutes * MINUTE), "{rate}: {:?}", wait(&after));
    }
}

#[test]
fn a_servers_freshness_and_a_feeds_ttl_keep_us_away_within_bounds() {
    let fresh = |hours: u64| Hints {
        freshness: Freshness {
            fresh_for: Some(Duration::from_secs(hours * 3600)),
            ..Freshness::default()
        },
        rhythm: Rhythm::default(),
    };
    let two_hours = after(fresh(2));
    assert_eq!(two_hours.next_reason, "max_age");
    assert!(within(wait(&two_hours), 120 * MINUTE));
    assert!(within(wait(&after(fresh(u64::MAX / 3600))), 360 * MINUTE));
    let ttl = Hints {
        rhythm: Rhythm { ttl: Some(Duration::from_secs(86_400 * 365)), ..Rhythm::default() },
        ..Hints::default()
    };
    assert!(within(wait(&after(ttl)), 60 * MINUTE));
}

#[test]
fn back_off_doubles_and_is_capped_and_a_success_ends_it() {
    let mut failing = state();
    for (failures, minutes) in [(1, 2), (2, 4), (3, 8)] {
        failing = after_failure(&failing, &record(Outcome::Failed), None, false);
        assert_eq!(failing.failures, failures);
        assert!(within(wait(&failing), minutes * MINUTE));
    }
    failing.failures = u32::MAX;
    let day = after_failure(&failing, &record(Outcome::Failed), None, false);
    assert!(within(wait(&day), 24 * 60 * MINUTE));
    let offline = after_failure(&failing, &record(Outcome::Failed), None, true);
    assert!(within(wait(&offline), 60 * MINUTE), "our own network may be back any time");
    assert_eq!((&*offline.next_reason, &*day.next_reason), (NETWORK, "backoff"));
    assert_eq!(day.failing_since, Some(now()));
    let healed = after_success(&day, &record(Outcome::Fresh), INTERVAL, Hints::default());
    assert_eq!((healed.failures, healed.failing_since), (0, None));
}

#[test]
fn retry_after_lengthens_a_back_off_within_bounds_and_never_shortens_it() {
    let asked = |seconds| {
        let wait_asked = Some(Duration::from_secs(seconds));
        after_failure(&state(), &record(Outcome::Failed), wait_asked, false)
    };
    assert_eq!(wait(&asked(600)), Duration::from_secs(600));
    assert_eq!(asked(600).next_reason, "retry_after");
    assert_eq!(asked(0).next_reason, "backoff");
    assert_eq!(wait(&asked(u64::MAX)), Duration::from_secs(86_400));
}

#[test]
fn the_first_fetch_brings_a_stock_not_a_rate() {
    let mut stock = record(Outcome::Fresh);
    stock.new_entries = 500;
    let first = after_success(&state(), &stock, INTERVAL, Hints::default());
    assert_eq!(first.entries_per_day, 0.0);
    let hour_later = FetchRecord { at: now() + Duration::from_secs(3600), ..stock };
    let second = after_success(&first, &hour_later, INTERVAL, Hints::default());
    assert!(second.entries_per_day > 50.0 && second.entries_per_day < 100.0);
}
