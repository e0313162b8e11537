//! When a feed is fetched next, and why: what a feed's state becomes after a success or a
//! failure. The daemon's scheduler only obeys.

use std::time::Duration;

use jiff::Timestamp;

use super::feed::{FeedState, FetchRecord, Freshness, Interval, Outcome, ReasonCode, Rhythm};
use super::ids::Digest;

/// Rate of new entries, per day, up to which a feed waits its whole ceiling.
const SLOW_ENTRIES_PER_DAY: f64 = 24.0;

/// Longest time a server may keep us away by calling its answer fresh.
const MAX_FRESH: Duration = Duration::from_secs(6 * 3600);

/// First wait after a failure; doubled with each further one.
const BACKOFF_BASE: Duration = Duration::from_secs(120);

/// Longest wait after failures that may well be our own network's.
const BACKOFF_CAP_NETWORK: Duration = Duration::from_secs(3600);

/// Longest wait after any other failure: a broken feed is still tried every day.
const BACKOFF_CAP: Duration = Duration::from_secs(24 * 3600);

/// Bounds on `Retry-After`, which comes from outside.
const RETRY_AFTER: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(24 * 3600));

/// Why a feed waits that could not be reached at all: a new start need not wait for it, since the
/// server was not asked anything yet.
pub const NETWORK: &str = "network";

/// Half of the spread of waits, in thousandths: ±10 %.
const JITTER_THOUSANDTHS: i64 = 100;

/// Days over which the mean rate of new entries forgets.
const RATE_MEMORY_DAYS: f64 = 7.0;

/// What a successful fetch told about the future.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints {
    pub freshness: Freshness,
    /// What the feed says itself.
    pub rhythm: Rhythm,
}

/// The state after a fetch that reached the feed (changed or not). Validators, body hash and
/// title are the caller's to set.
pub fn after_success(
    state: &FeedState,
    record: &FetchRecord,
    interval: Interval,
    hints: Hints,
) -> FeedState {
    let rate = entries_per_day(state, record);
    let pushed = state.pushed_until.is_some_and(|until| until > record.at);
    let (wait, reason) = if pushed {
        // Never longer than without a hub: one that falls silent costs no more than that.
        (interval.ceiling, "pushed".into())
    } else {
        wait_after_success(interval, rate, hints)
    };
    let next_due = later(record.at, jitter(wait, state, record.at));
    FeedState {
        next_due,
        next_reason: reason,
        last_fetch: Some(record.at),
        last_success: Some(record.at),
        last_new_entry: if record.new_entries > 0 { Some(record.at) } else { state.last_new_entry },
        failures: 0,
        failing_since: None,
        last_outcome: Some(record.code.clone()),
        last_detail: record.detail.clone(),
        entries_per_day: rate,
        ..state.clone()
    }
}

/// The state after a fetch that failed: back-off doubles with each failure in a row, `Retry-After`
/// can only lengthen it. What is known of the feed stays.
pub fn after_failure(
    state: &FeedState,
    record: &FetchRecord,
    retry_after: Option<Duration>,
    network: bool,
) -> FeedState {
    debug_assert_eq!(record.outcome, Outcome::Failed);
    let failures = state.failures.saturating_add(1);
    let cap = if network { BACKOFF_CAP_NETWORK } else { BACKOFF_CAP };
    let doubled = BACKOFF_BASE.saturating_mul(1 << failures.saturating_sub(1).min(16));
    let backoff = jitter(doubled.min(cap), state, record.at);
    let asked = retry_after.map(|wait| wait.clamp(RETRY_AFTER.0, RETRY_AFTER.1));
    let (wait, reason) = match asked {
        Some(asked) if asked > backoff => (asked, "retry_after"),
        _ if network => (backoff, NETWORK),
        _ => (backoff, "backoff"),
    };
    FeedState {
        next_due: later(record.at, wait),
        next_reason: reason.into(),
        last_fetch: Some(record.at),
        failures,
        failing_since: state.failing_since.or(Some(record.at)),
        last_outcome: Some(record.code.clone()),
        last_detail: record.detail.clone(),
        ..state.clone()
    }
}

/// Waits between floor and ceiling, shorter the more a feed brings, as the square root of its
/// rate; never shorter than the server's freshness or (up to the ceiling) the feed's `ttl`.
fn wait_after_success(interval: Interval, rate: f64, hints: Hints) -> (Duration, ReasonCode) {
    let busy = (rate / SLOW_ENTRIES_PER_DAY).max(1.0).sqrt();
    let floor = interval.floor.min(interval.ceiling);
    let mut wait = interval.ceiling.div_f64(busy).max(floor);
    let mut reason = "interval";
    if let Some(ttl) = hints.rhythm.ttl.map(|ttl| ttl.min(interval.ceiling))
        && ttl > wait
    {
        (wait, reason) = (ttl, "ttl");
    }
    if let Some(fresh) = hints.freshness.fresh_for.map(|fresh| fresh.min(MAX_FRESH))
        && fresh > wait
    {
        (wait, reason) = (fresh, "max_age");
    }
    (wait, reason.into())
}

/// A running mean of new entries a day. The first fetch brings a feed's stock, not its rate.
fn entries_per_day(state: &FeedState, record: &FetchRecord) -> f64 {
    let Some(last) = state.last_success else {
        return 0.0;
    };
    let days = record.at.duration_since(last).as_secs_f64().max(60.0) / 86_400.0;
    let now = f64::from(record.new_entries) / days;
    let weight = 1.0 - (-days / RATE_MEMORY_DAYS).exp();
    state.entries_per_day + weight * (now - state.entries_per_day)
}

/// Spreads waits by ±10 %, by a hash of feed and time: feeds that start together drift apart, and
/// the same input gives the same schedule.
fn jitter(wait: Duration, state: &FeedState, at: Timestamp) -> Duration {
    let seed =
        Digest::of("jitter", &[state.key.as_str().as_bytes(), &at.as_millisecond().to_le_bytes()]);
    let part = seed.to_i64().rem_euclid(2 * JITTER_THOUSANDTHS + 1) - JITTER_THOUSANDTHS;
    wait.mul_f64(1.0 + part as f64 / 1000.0)
}

fn later(at: Timestamp, wait: Duration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
