//! Visits that somebody asks for before a feed is due.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::feed::FeedState;

/// Least time between a fetch and the next that a hub asks for: who writes to it, or is it, must
/// not make us ask a server without end.
const PING_GAP: Duration = Duration::from_secs(60);

/// Who asks; the one who counts for more comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asker {
    Hub,
    User,
}

/// How long a feed that somebody asks for still waits; `None` if it stays with when it is due: a
/// hub does not cut short what its server asked for, nor the wait after a failure.
pub fn asked(state: &FeedState, by: Asker, now: Timestamp) -> Option<Duration> {
    if by == Asker::User {
        return Some(Duration::ZERO);
    }
    if state.failures > 0 || state.memory.held_by.is_some() || state.next_reason == super::RETRY {
        return None;
    }
    let since = state.last_fetch.map_or(Duration::MAX, |last| {
        // A clock that was set back must not make it wait for years.
        Duration::try_from(now.duration_since(last)).unwrap_or_default()
    });
    let wait = PING_GAP.saturating_sub(since);
    let due = Duration::try_from(state.next_due.duration_since(now)).unwrap_or_default();
    (wait < due).then_some(wait)
}
