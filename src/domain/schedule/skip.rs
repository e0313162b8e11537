//! The hours and days at which a feed says that it publishes nothing (RSS `skipHours` and
//! `skipDays`): a hint, since feeds copy them from templates and forget them. It saves requests
//! and may delay an alert by a few ceilings, never by a weekend.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::wait::later;
use crate::domain::feed::Rhythm;

pub(super) const REASON: &str = "skip";

/// How many ceilings a feed may keep us away by saying that it is quiet …
const STRETCH: u32 = 4;

/// … and how long at most.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

const HOUR: Duration = Duration::from_secs(3600);

const ALL_HOURS: u32 = (1 << 24) - 1;
const ALL_DAYS: u8 = (1 << 7) - 1;

/// Longest wait that skipping leads to.
pub(super) fn longest(ceiling: Duration) -> Duration {
    ceiling.saturating_mul(STRETCH).min(LONGEST)
}

/// The first time after `due` that is not skipped, at most `latest`; none if `due` is not skipped
/// or later anyway. The minute stays as it is, so that not everybody comes on the hour.
pub(super) fn out_of_skipped(
    rhythm: Rhythm,
    due: Timestamp,
    latest: Timestamp,
) -> Option<Timestamp> {
    let mut at = due;
    while at < latest && is_skipped(rhythm, at) {
        at = later(at, HOUR);
    }
    (at > due).then(|| at.min(latest))
}

/// A feed that skips all hours or all days of the week does not mean it.
fn is_skipped(rhythm: Rhythm, at: Timestamp) -> bool {
    let hours = Some(rhythm.skip_hours & ALL_HOURS).filter(|hours| *hours != ALL_HOURS);
    let days = Some(rhythm.skip_days & ALL_DAYS).filter(|days| *days != ALL_DAYS);
    let time = at.to_zoned(TimeZone::UTC);
    hours.unwrap_or_default() >> time.hour() & 1 == 1
        || days.unwrap_or_default() >> time.weekday().to_monday_zero_offset() & 1 == 1
}
