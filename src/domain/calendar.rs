//! Times of day in the user's zone: when something that comes every day or week is due, and which
//! hours are quiet. Pure: `now` is given, and the zone's rules are part of the value.
//!
//! A time that a zone leaves out in spring is taken as much later as the clocks are put forward,
//! and one that it has twice in autumn is taken the first time: each day has each time once.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::topic::Severity;

/// Most days looked at to either side: a week, and a day for what a zone skips.
const MAX_DAYS: i64 = 9;

/// Something that comes every day, or once a week, at a time of day.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrence {
    pub every: Every,
    pub at: Time,
    pub zone: TimeZone,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    Day,
    Week(Weekday),
}

/// One time at which a [`Recurrence`] is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// The day in the zone of the user: what makes it one of its kind, however clocks are set.
    pub date: Date,
    pub at: Timestamp,
}

impl Slot {
    /// Its name among those of one channel: `2026-06-03`.
    pub fn key(&self) -> String {
        self.date.to_string()
    }

    /// Its name where its day has another one, of another time: `2026-06-03 18:00`.
    pub fn key_with(&self, time: Time) -> String {
        format!("{} {}", self.key(), clock(time))
    }
}

impl Recurrence {
    /// The last one that is due at `now`, or was before.
    pub fn last(&self, now: Timestamp) -> Option<Slot> {
        let today = self.zone.to_datetime(now).date();
        (-MAX_DAYS..=1).rev().find_map(|days| self.slot(today, days).filter(|slot| slot.at <= now))
    }

    /// The first one after `now`.
    pub fn next(&self, now: Timestamp) -> Option<Slot> {
        let today = self.zone.to_datetime(now).date();
        (-1..=MAX_DAYS).find_map(|days| self.slot(today, days).filter(|slot| slot.at > now))
    }

    /// `07:00`, `monday 07:00`.
    pub fn in_words(&self) -> String {
        match self.every {
            Every::Day => clock(self.at),
            Every::Week(day) => format!("{} {}", weekday(day), clock(self.at)),
        }
    }

    fn slot(&self, today: Date, days: i64) -> Option<Slot> {
        let date = today.checked_add(days.days()).ok()?;
        let wanted = match self.every {
            Every::Day => true,
            Every::Week(day) => date.weekday() == day,
        };
        Some(Slot { date, at: instant(&self.zone, date, self.at).filter(|_| wanted)? })
    }
}

/// Hours in which a channel is not disturbed.
#[derive(Debug, Clone, PartialEq)]
pub struct QuietHours {
    pub from: Time,
    /// At or before `from`: on the next day.
    pub to: Time,
    /// Days on which they begin; all, if there is none.
    pub days: Vec<Weekday>,
    pub zone: TimeZone,
    /// What is at least this severe goes through; `None`: nothing does.
    pub except: Option<Severity>,
}

impl QuietHours {
    /// When they end, if `now` lies in them. Quiet hours that follow on one another are one.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let mut end = self.window(now)?;
        for _ in 0..MAX_DAYS {
            match self.window(end) {
                Some(later) => end = later,
                None => break,
            }
        }
        Some(end)
    }

    /// When those that ended last at `now`, or last to it, began. Quiet hours that follow on one
    /// another are one.
    pub fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let mut start = self.last_start(now)?;
        for _ in 0..MAX_DAYS {
            let before = start.saturating_sub(SignedDuration::from_millis(1)).ok()?;
            match self.window(before) {
                Some(_) => start = self.last_start(before)?,
                None => break,
            }
        }
        Some(start)
    }

    fn last_start(&self, now: Timestamp) -> Option<Timestamp> {
        let today = self.zone.to_datetime(now).date();
        (-MAX_DAYS..=1).rev().find_map(|days| {
            let date = today.checked_add(days.days()).ok()?;
            let wanted = self.days.is_empty() || self.days.contains(&date.weekday());
            instant(&self.zone, date, self.from).filter(|from| wanted && *from < now)
        })
    }

    pub fn contain(&self, at: Timestamp) -> bool {
        self.window(at).is_some()
    }

    /// `22:00-07:00`, `22:00-07:00 on saturday, sunday`.
    pub fn in_words(&self) -> String {
        let hours = format!("{}-{}", clock(self.from), clock(self.to));
        if self.days.is_empty() {
            return hours;
        }
        let days: Vec<&str> = self.days.iter().map(|day| weekday(*day)).collect();
        format!("{hours} on {}", days.join(", "))
    }

    /// The end of the hours of one day that `at` lies in.
    fn window(&self, at: Timestamp) -> Option<Timestamp> {
        let today = self.zone.to_datetime(at).date();
        let overnight = i64::from(self.to <= self.from);
        (-2..=1).rev().find_map(|days: i64| {
            let date = today.checked_add(days.days()).ok()?;
            if !self.days.is_empty() && !self.days.contains(&date.weekday()) {
                return None;
            }
            let from = instant(&self.zone, date, self.from)?;
            let to = instant(&self.zone, date.checked_add(overnight.days()).ok()?, self.to)?;
            (from <= at && at < to).then_some(to)
        })
    }
}

fn instant(zone: &TimeZone, date: Date, time: Time) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()
}

/// `07:00`.
pub fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// `monday`.
pub fn weekday(day: Weekday) -> &'static str {
    WEEKDAYS[usize::try_from(day.to_monday_zero_offset()).unwrap_or_default() % 7]
}

/// As they are written in a configuration, from Monday on.
pub const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A moment as it is told to people in a zone: `Sun 2026-06-07 07:00`.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// The time of day of a moment in a zone, with the day where it is not that of `now`: `07:00`,
/// `monday 07:00`.
pub fn soon(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (zone.to_datetime(at), zone.to_datetime(now).date());
    let near = at.duration_since(now).as_hours() < 20;
    if then.date() == today || near {
        return clock(then.time());
    }
    format!("{} {}", weekday(then.date().weekday()), clock(then.time()))
}

/// The name of a zone.
pub fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

#[cfg(test)]
mod tests;
