//! Once a week a server that only ever says "unchanged" is asked without a condition: broken
//! caches say so for ever.

use std::time::Duration;

use jiff::Timestamp;

use super::{is_older, wait};
use crate::domain::feed::{FeedState, FetchRecord, Validators};

/// How long "unchanged" is believed.
const BELIEVED: Duration = Duration::from_secs(7 * 86_400);

const NOT_MODIFIED: u16 = 304;

/// RFC 3229: what came is only what is new.
const IM_USED: u16 = 226;

/// Whether a fetch at `now` is to ask for the whole feed, without validators.
pub fn asks_in_full(state: &FeedState, now: Timestamp) -> bool {
    if state.validators == Validators::default() {
        return false;
    }
    // Feeds that were first read together do not all do this together.
    let full = state.memory.last_full;
    full.is_none_or(|full| is_older(full, wait::jitter(BELIEVED, state, full), now))
}

/// When the server last sent the whole feed, after a successful fetch.
pub(super) fn last_full(state: &FeedState, record: &FetchRecord) -> Option<Timestamp> {
    match record.status {
        Some(NOT_MODIFIED | IM_USED) => state.memory.last_full,
        _ => Some(record.at),
    }
}
