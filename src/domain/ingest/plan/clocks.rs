//! Whose clock is believed. One that is years ahead makes old news of what was published today; the
//! server's own tells how far. [`super::alerting`] reads the dates of newsrooms accordingly.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::ingest::Batch;

/// A clock that is so much ahead of a server's is doubted. What caches keep for longer is no news feed.
const DOUBT: Duration = Duration::from_secs(24 * 3_600);

/// By how much newsrooms may date their news later than the server says that it is.
const SLACK: Duration = Duration::from_secs(3_600);

/// By how much our clock is ahead, if it is doubted. A server that brings news from after its own time
/// is the one whose clock is wrong, unless these are of a time that by our clock is to come as well.
pub(super) fn ahead(batch: &Batch, now: Timestamp) -> Option<Duration> {
    let said = batch.freshness.said_now?;
    let ahead =
        Duration::try_from(now.duration_since(said)).ok().filter(|ahead| *ahead >= DOUBT)?;
    let latest = said.saturating_add(SLACK).unwrap_or(Timestamp::MAX);
    let belies = |at: &Timestamp| latest < *at && *at <= now;
    let mut dates = batch.entries.iter().filter_map(|entry| entry.own_date.or(entry.published));
    (!dates.any(|at| belies(&at))).then_some(ahead)
}
