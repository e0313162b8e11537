//! When a feed is fetched next, how, and why: what a feed's state becomes after a success or a
//! failure. All such decisions are made here and below; the daemon's scheduler only obeys.
//!
//! `wait` is the rule of a feed that works, `skip` what it says of its quiet hours; `moves` and
//! `gone` are what a server says again and again before it is believed; `site` is whose request
//! to be left alone counts for whom; `probe` doubts "unchanged" once a week; `asked` is who may hurry it, `hurried` what a shorter interval does; `words` tells all of
//! it to people.

mod asked;
mod gone;
mod hurried;
mod moves;
mod probe;
mod site;
mod skip;
mod wait;
mod words;

use std::time::Duration;

use jiff::Timestamp;

use super::feed::{FeedEvent, FeedState, FetchMemory, FetchRecord, Freshness, Interval, Outcome};
use super::feed::{ReasonCode, Rhythm};

pub use self::asked::{Asker, asked};
pub use self::hurried::hurried;
pub use self::moves::{LedTo, sighted, undone};
pub use self::probe::asks_in_full;
pub use self::site::{LONGEST_HOLD, SiteHold, hold, hold_by_page, resume, site};
pub use self::words::{expected_latency, why};

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

/// Why a feed waits whose server asked to be left alone, or asked so of another feed of its site.
const RETRY: &str = "retry_after";

/// First wait after the store would not record a visit, and how often it is doubled.
const STORE_RETRY: Duration = Duration::from_secs(30);
const STORE_RETRY_DOUBLINGS: u32 = 7;

/// Days over which the mean rate of new entries forgets.
const RATE_MEMORY_DAYS: f64 = 7.0;

/// What a successful fetch told about the future.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints {
    pub freshness: Freshness,
    /// What the feed says itself. Counts only where the feed was read: an answer of "unchanged"
    /// leaves what it said before.
    pub rhythm: Rhythm,
}

/// The state after a fetch that reached the feed (changed or not). Validators, body hash and
/// title are the caller's to set, and where it was led to is [`sighted`]'s.
pub fn after_success(
    state: &FeedState,
    record: &FetchRecord,
    interval: Interval,
    hints: Hints,
) -> FeedState {
    let read = record.outcome == Outcome::Fresh;
    let rhythm = if read { hints.rhythm } else { state.memory.rhythm };
    let rate = entries_per_day(state, record);
    let hints = Hints { rhythm, ..hints };
    let (next_due, reason) = wait::after_success(state, record.at, interval, rate, hints);
    FeedState {
        next_due,
        next_reason: reason.into(),
        last_fetch: Some(record.at),
        last_success: Some(record.at),
        last_new_entry: if record.new_entries > 0 { Some(record.at) } else { state.last_new_entry },
        failures: 0,
        failing_since: None,
        last_outcome: Some(record.code.clone()),
        last_detail: record.detail.clone(),
        entries_per_day: rate,
        memory: FetchMemory {
            rhythm,
            last_full: probe::last_full(state, record),
            held_by: None,
            gone: None,
            relocation: state.memory.relocation.clone(),
            onward: state.memory.onward.clone(),
        },
        ..state.clone()
    }
}

/// The state after a fetch that failed: back-off doubles with each failure in a row, `Retry-After`
/// can only lengthen it, and a feed that is gone is asked once a week. What is known of the feed
/// stays, but for a move that leads nowhere: that is taken back.
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
    let backoff = wait::jitter(doubled.min(cap), state, record.at);
    let asked = retry_after.map(|wait| wait.clamp(RETRY_AFTER.0, RETRY_AFTER.1));
    let gone = gone::after_failure(state, record, network);
    let (wait, reason) = match asked {
        _ if gone::is_paused(gone) => (wait::jitter(gone::PAUSE, state, record.at), gone::REASON),
        Some(asked) if asked > backoff => (asked, RETRY),
        _ if network => (backoff, NETWORK),
        _ => (backoff, "backoff"),
    };
    let next = FeedState {
        next_due: wait::later(record.at, wait),
        next_reason: reason.into(),
        last_fetch: Some(record.at),
        failures,
        failing_since: state.failing_since.or(Some(record.at)),
        last_outcome: Some(record.code.clone()),
        last_detail: record.detail.clone(),
        memory: FetchMemory { held_by: None, gone, ..state.memory.clone() },
        ..state.clone()
    };
    moves::after_failure(next, record.at, network)
}

/// What happened to a feed between two states, apart from its entries.
pub fn events(before: &FeedState, after: &FeedState) -> Vec<FeedEvent> {
    let at = after.last_fetch.unwrap_or(after.next_due);
    let told = moves::change(before, after).or_else(|| gone::change(before, after));
    let event = |(code, detail): (&'static str, String)| {
        FeedEvent::new(after.id, at, ReasonCode::from(code), &detail)
    };
    told.into_iter().map(event).collect()
}

/// How long a state asks to wait, counted from the fetch that led to it: a wall clock that jumps
/// in between changes nothing.
pub fn wait(state: &FeedState) -> Option<Duration> {
    let wait = state.next_due.duration_since(state.last_fetch?);
    Some(Duration::try_from(wait).unwrap_or_default())
}

/// How long a feed waits from `now` on, by the wall clock: never longer than it was to wait after
/// its last fetch, or for its site. More is left only where the clock has been put back since.
pub fn until_due(state: &FeedState, now: Timestamp) -> Duration {
    let left = Duration::try_from(state.next_due.duration_since(now)).unwrap_or_default();
    let for_its_site = state.memory.held_by.as_ref().map(|_| site::LONGEST_IN_LINE);
    left.min(for_its_site.or_else(|| wait(state)).unwrap_or_default())
}

/// The wait before a feed is tried again whose visit the store would not record, after so many of
/// them in a row: doubled with each, up to an hour.
pub fn unrecorded(before: u32) -> Duration {
    STORE_RETRY * (1 << before.min(STORE_RETRY_DOUBLINGS))
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

/// The running mean after so many new entries came between two fetches. The next fetch lets it
/// forget for the whole time since the last one.
pub fn rate_after_push(state: &FeedState, new_entries: usize) -> f64 {
    state.entries_per_day + new_entries as f64 / RATE_MEMORY_DAYS
}

/// Whether `at` lies further back than `span`, or so far ahead that a clock was wrong.
fn is_older(at: Timestamp, span: Duration, now: Timestamp) -> bool {
    const WRONG_CLOCK: Duration = Duration::from_secs(86_400);
    match Duration::try_from(now.duration_since(at)) {
        Ok(age) => age >= span,
        Err(_) => now.duration_since(at).unsigned_abs() > WRONG_CLOCK,
    }
}

#[cfg(test)]
mod tests;
