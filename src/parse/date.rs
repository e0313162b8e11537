//! Dates as feeds write them. Only what is certain is read: a date that could mean two things
//! is no date, since a wrong one is worse than none.
//!
//! `plain` frees the text of what surrounds a date, `pieces` splits it, `words` reads it piece by
//! piece with the `clock`, the `names` of months and weekdays and the `zone`s there are, and `calendar` decides which day
//! the pieces can mean; if that is more than one, there is none, unless the document's other dates
//! prove the `order` it is written in.

mod calendar;
mod clock;
mod names;
mod order;
mod pieces;
mod plain;
mod words;
mod zone;

#[cfg(test)]
mod tests;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use self::zone::Zone;

pub use self::order::settle;

/// No date is longer; the longest real ones name zone and weekday in full, or carry markup.
const MAX_BYTES: usize = 200;

/// A date that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    pub at: Timestamp,
    /// The latest time that the text can mean, where it leaves something open that decides the
    /// second: it names no zone (taken as UTC), no time of day (as midnight), no day (as the first),
    /// no month (as January), or a zone that has two meanings. `None`: nothing is left open.
    pub until: Option<Timestamp>,
}

impl Read {
    /// A date that begins at `at` and names so many whole days, or with 0 a time of day. A zone that
    /// is not certain can be one far to the west.
    fn of(at: Timestamp, days: i16, sure_of_zone: bool) -> Self {
        let west = if sure_of_zone { 0 } else { -zone::WEST_S };
        let open = SignedDuration::from_hours(24 * i64::from(days))
            + SignedDuration::from_secs(west.into());
        let until = at.saturating_add(open).unwrap_or(Timestamp::MAX);
        Self { at, until: (!open.is_zero()).then_some(until) }
    }
}

/// Reads RFC 3339 and its relatives, RFC 2822 and its relatives in most European languages,
/// the East Asian form, and Unix time. `None` where nothing is certain.
pub fn read(text: &str) -> Option<Read> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let plain = plain::plain(text);
    let main = plain.text.trim();
    if main.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && let Some(at) = unix(main)
    {
        return Some(Read { at, until: None });
    }
    if let Some((day, days)) = calendar::bare(main) {
        let (at, _) = Zone::Utc.at(day.to_datetime(Time::midnight()))?;
        return Some(Read::of(at, days, false));
    }
    words::read(&plain, None)
}

/// Seconds since 1970, or thousandths, millionths or milliardths: between 1990 and 2100, so that
/// no year or other number is taken for one. A fraction of a second is dropped.
fn unix(text: &str) -> Option<Timestamp> {
    const SECONDS: std::ops::Range<i64> = 631_152_000..4_102_444_800;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') || is_hour(whole) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    [1, 1_000, 1_000_000, 1_000_000_000].into_iter().find_map(|scale| {
        SECONDS
            .contains(&(number / scale))
            .then(|| {
                Timestamp::from_nanosecond(i128::from(number) * 1_000_000_000 / i128::from(scale))
            })
            .and_then(Result::ok)
    })
}

/// Whether ten digits could be year, month, day and hour as well.
fn is_hour(digits: &str) -> bool {
    let number =
        |at: std::ops::Range<usize>| digits.get(at).and_then(|part| part.parse::<u32>().ok());
    digits.len() == 10
        && number(0..4).is_some_and(|year| (1990..2100).contains(&year))
        && number(4..6).is_some_and(|month| (1..=12).contains(&month))
        && number(6..8).is_some_and(|day| (1..=31).contains(&day))
        && number(8..10).is_some_and(|hour| hour < 24)
}
