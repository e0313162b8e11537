//! The wait between two fetches of a feed that works: between floor and ceiling by its rate,
//! lengthened by what server and feed say, and spread.

use std::time::Duration;

use jiff::Timestamp;

use super::{Hints, skip};
use crate::domain::feed::{FeedState, Interval};
use crate::domain::ids::Digest;

/// Rate of new entries, per day, up to which a feed waits its whole ceiling.
const SLOW_ENTRIES_PER_DAY: f64 = 24.0;

/// Longest time a server may keep us away by calling its answer fresh.
const MAX_FRESH: Duration = Duration::from_secs(6 * 3600);

/// Half of the spread of waits, in thousandths: ±10 %.
const JITTER_THOUSANDTHS: i64 = 100;

/// When a feed is due after a success, and why then.
pub(super) fn after_success(
    state: &FeedState,
    at: Timestamp,
    interval: Interval,
    rate: f64,
    hints: Hints,
) -> (Timestamp, &'static str) {
    let pushed = state.pushed_until.is_some_and(|until| until > at);
    let (usual, least, mut reason) = match pushed {
        // Never longer than without a hub: one that falls silent costs no more than that.
        true => (interval.ceiling, interval.floor, "pushed"),
        false => usual(interval, rate, hints),
    };
    let mut wait = jitter(usual, state, at);
    if wait < least.min(usual) {
        // Who asks for a wait gets it: what is spread to before is spread to behind.
        wait = usual.mul_f64(1.0 + spread(state, at).abs());
    }
    if let Some(fresh) = hints.freshness.fresh_for.map(|fresh| fresh.min(MAX_FRESH))
        && fresh > wait
    {
        // Spread as well, but never to before the answer has gone stale.
        wait = fresh.mul_f64(1.0 + spread(state, at).abs());
        reason = "max_age";
    }
    let due = later(at, wait);
    match skip::out_of_skipped(hints.rhythm, due, later(at, skip::longest(interval.ceiling))) {
        Some(later) => (later, skip::REASON),
        None => (due, reason),
    }
}

/// Shorter the more a feed brings, as the square root of its rate; and up to the ceiling, which
/// decides how late an alert may be, as long as the feed asks for. With the least that it may be
/// spread to: the floor, or what the feed asks for.
fn usual(interval: Interval, rate: f64, hints: Hints) -> (Duration, Duration, &'static str) {
    let busy = (rate / SLOW_ENTRIES_PER_DAY).max(1.0).sqrt();
    let floor = interval.floor.min(interval.ceiling);
    let by_rate = interval.ceiling.div_f64(busy).max(floor);
    let asked = [(hints.rhythm.ttl, "ttl"), (hints.rhythm.period, "period")];
    let asked = asked.into_iter().filter_map(|(wait, reason)| Some((wait?, reason)));
    asked.fold((by_rate, floor, "interval"), |(usual, least, why), (wait, reason)| {
        let wait = wait.min(interval.ceiling);
        let least = least.max(wait);
        if wait > usual { (wait, least, reason) } else { (usual, least, why) }
    })
}

/// Spreads waits by ±10 %, by a hash of feed and time: feeds that start together drift apart, and
/// the same input gives the same schedule.
pub(super) fn jitter(wait: Duration, state: &FeedState, at: Timestamp) -> Duration {
    wait.mul_f64(1.0 + spread(state, at))
}

/// Between -0.1 and 0.1.
fn spread(state: &FeedState, at: Timestamp) -> f64 {
    let seed =
        Digest::of("jitter", &[state.key.as_str().as_bytes(), &at.as_millisecond().to_le_bytes()]);
    let part = seed.to_i64().rem_euclid(2 * JITTER_THOUSANDTHS + 1) - JITTER_THOUSANDTHS;
    part as f64 / 1000.0
}

pub(super) fn later(at: Timestamp, wait: Duration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
