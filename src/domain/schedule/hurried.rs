//! What a shorter interval does to a feed that waits already: it comes forward. A longer one counts
//! from the next fetch on.

use super::{Hints, wait};
use crate::domain::feed::{FeedState, Freshness, Interval};

/// Waits that we chose, within the interval that was configured. What a server asked for, a failed
/// fetch and the quiet hours of a feed are no matter of intervals.
const OURS: [&str; 4] = ["interval", "pushed", "ttl", "period"];

/// The state as it were if the last fetch had known this interval, where the feed would be due
/// earlier by that; `None` where it stays as it is. Asked again it says the same.
pub fn hurried(state: &FeedState, interval: Interval) -> Option<FeedState> {
    let is_ours = OURS.contains(&state.next_reason.as_ref());
    let at = state.last_success.filter(|at| state.last_fetch == Some(*at))?;
    if !is_ours || state.failures > 0 || state.memory.held_by.is_some() {
        return None;
    }
    let hints = Hints { freshness: Freshness::default(), rhythm: state.memory.rhythm };
    let (due, reason) = wait::after_success(state, at, interval, state.entries_per_day, hints);
    // Times are kept to the millisecond: a difference below that is none.
    let is_earlier = due.as_millisecond() < state.next_due.as_millisecond();
    is_earlier.then(|| FeedState { next_due: due, next_reason: reason.into(), ..state.clone() })
}
