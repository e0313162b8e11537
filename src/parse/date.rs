//! Dates as feeds write them. Only what is certain is read: a date that could mean two things
//! is no date, since a wrong one is worse than none.

mod names;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use self::names::{month, zone_offset_minutes};

/// No date is longer; the longest real ones name zone and weekday in full.
const MAX_BYTES: usize = 80;

/// A date that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    pub at: Timestamp,
    /// The text names no zone, or no time of day: taken as UTC, as midnight.
    pub assumed: bool,
}

/// Reads RFC 3339 and its relatives, RFC 2822 and its relatives, and Unix time. A date without
/// a zone is taken as UTC, a day without a time as its midnight.
pub fn read(text: &str) -> Option<Read> {
    let text = text.trim();
    if text.len() > MAX_BYTES || text.is_empty() {
        return None;
    }
    let exact = |at| Read { at, assumed: false };
    let assumed = |at| Read { at, assumed: true };
    let zoned = text.parse::<Timestamp>().ok().or_else(|| unix(text)).map(exact);
    zoned.or_else(|| at_utc(text.parse::<DateTime>().ok()?).map(assumed)).or_else(|| words(text))
}

fn at_utc(civil: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// Seconds, or milliseconds, since 1970: between 1990 and 2100, so that no year or other number
/// is taken for one.
fn unix(text: &str) -> Option<Timestamp> {
    const SECONDS: std::ops::Range<i64> = 631_152_000..4_102_444_800;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    if SECONDS.contains(&number) {
        Timestamp::from_second(number).ok()
    } else if SECONDS.contains(&(number / 1000)) {
        Timestamp::from_millisecond(number).ok()
    } else {
        None
    }
}

/// What has been read of a date written in words.
#[derive(Debug, Default)]
struct Words {
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
    time: Option<Time>,
    /// 24:00 is the midnight after the day.
    next_midnight: bool,
    zone_minutes: Option<i32>,
}

/// `Mon, 03 Jun 2024 08:15:00 GMT` (RFC 2822) with the liberties feeds take: any language's
/// weekday, full or foreign months, month before day, no seconds, named zones.
fn words(text: &str) -> Option<Read> {
    let mut words = Words::default();
    let text = text.replace([',', '(', ')'], " ");
    for (position, word) in text.split_whitespace().enumerate() {
        words.take(position, word)?;
    }
    let date = Date::new(words.year?, words.month?, words.day?).ok()?;
    let mut civil = date.to_datetime(words.time.unwrap_or(Time::midnight()));
    if words.next_midnight {
        civil = civil.checked_add(Span::new().days(1)).ok()?;
    }
    let offset = Offset::from_seconds(words.zone_minutes.unwrap_or(0).checked_mul(60)?).ok()?;
    let at = offset.to_timestamp(civil).ok()?;
    Some(Read { at, assumed: words.zone_minutes.is_none() })
}

impl Words {
    /// Reads one word; `None` if it fits nowhere, and then the whole is no date.
    fn take(&mut self, position: usize, word: &str) -> Option<()> {
        if self.time.is_none() && word.contains(':') {
            return self.clock(word);
        }
        if let Some(number) = number(word) {
            return self.number(number, word);
        }
        if word.contains('-') && self.day.is_none() {
            // 03-Jun-2024
            let parts: Vec<&str> = word.split('-').filter(|part| !part.is_empty()).collect();
            if parts.len() == 3 {
                return parts.into_iter().try_for_each(|part| self.take(1, part));
            }
        }
        if self.month.is_none()
            && let Some(month) = month(word)
        {
            self.month = Some(month);
            return Some(());
        }
        if self.time.is_some()
            && let Some(minutes) = zone_offset_minutes(word)
        {
            // The first counts: `+0200 (CEST)`.
            self.zone_minutes.get_or_insert(minutes);
            return Some(());
        }
        // A weekday, in whatever language, says nothing the date does not.
        (position == 0 && word.chars().all(|char| char.is_alphabetic() || char == '.'))
            .then_some(())
    }

    fn number(&mut self, number: i16, word: &str) -> Option<()> {
        match word.trim_end_matches(|char: char| !char.is_ascii_digit()).len() {
            4 if self.year.is_none() => self.year = Some(number),
            1 | 2 if self.day.is_none() => self.day = i8::try_from(number).ok(),
            // RFC 2822, section 4.3
            2 if self.month.is_some() && self.year.is_none() => {
                self.year = Some(if number < 50 { 2000 } else { 1900 } + number);
            }
            _ => return None,
        }
        Some(())
    }

    fn clock(&mut self, word: &str) -> Option<()> {
        let (clock, zone) = match word.find(['+', '-', 'Z']) {
            Some(at) => (&word[..at], Some(&word[at..])),
            None => (word, None),
        };
        let mut parts = clock.split(':');
        let hour: i8 = parts.next()?.parse().ok()?;
        let minute: i8 = parts.next()?.parse().ok()?;
        let seconds = parts.next().unwrap_or("0");
        let second: i8 = seconds.split('.').next()?.parse().ok()?;
        if parts.next().is_some() {
            return None;
        }
        self.next_midnight = hour == 24 && minute == 0 && second == 0;
        let hour = if self.next_midnight { 0 } else { hour };
        // A leap second is the last one of its minute.
        self.time = Some(Time::new(hour, minute, second.min(59), 0).ok()?);
        if let Some(zone) = zone {
            self.zone_minutes = Some(zone_offset_minutes(zone)?);
        }
        Some(())
    }
}

/// A number of up to four digits, perhaps with what makes it an ordinal.
fn number(word: &str) -> Option<i16> {
    let digits = word
        .trim_end_matches(['.', 'º'])
        .trim_end_matches("st")
        .trim_end_matches("nd")
        .trim_end_matches("rd")
        .trim_end_matches("th")
        .trim_end_matches("er");
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}
