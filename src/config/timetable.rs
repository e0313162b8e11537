//! When a channel is told what: its digest, quiet hours, heartbeat, budget, groups and repeats. Every time is in a
//! zone of the time zone database, which comes with the program.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use super::key;
use super::problem::Report;
use super::section::{Section, Shape};
use super::source::Literal;
use super::{DigestConfig, Repeat, Timetable};
use crate::domain::alert::terms::{DigestTerms, Group, GroupBy, Terms};
use crate::domain::calendar::{Every, QuietHours, Recurrence, WEEKDAYS};
use crate::domain::topic::Severity;
use crate::domain::topic::syntax::nearest::nearest;

/// When a digest or heartbeat comes where nothing is said.
const DEFAULT_AT: Time = Time::constant(7, 0, 0, 0);

/// What goes through quiet hours where nothing is said.
const DEFAULT_EXCEPT: Severity = Severity::Critical;

pub(super) const DIGEST: Shape =
    Shape { what: "a digest", keys: &["every", "at", "on", "zone", "below", "only", "empty"] };
pub(super) const QUIET_HOURS: Shape =
    Shape { what: "quiet hours", keys: &["from", "to", "days", "zone", "except"] };
/// How long a message waits for others to go with it.
const GROUP_WAIT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3_600);
const DEFAULT_GROUP_WAIT: Duration = Duration::from_secs(30);

/// Most alerts of one message: as many as a digest names.
const MAX_GROUP: u32 = 50;
const DEFAULT_GROUP_MOST: u32 = 20;

/// How soon an alert is told again.
const REPEAT: RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(30 * 24 * 3_600);
const MAX_REPEATS: u32 = 100;
const DEFAULT_REPEATS: u32 = 3;

pub(super) const GROUP: Shape = Shape { what: "a group", keys: &["by", "wait", "most"] };
pub(super) const HEARTBEAT: Shape = Shape { what: "a heartbeat", keys: &["at", "zone"] };

impl Timetable {
    /// What the channel takes at once, and what in its digest.
    pub fn terms(&self) -> Terms {
        let digest = self.digest.as_ref().map(|digest| DigestTerms {
            only: digest.only,
            below: digest.below,
            when: digest.when.in_words(),
        });
        let urgent_from = self.quiet_hours.as_ref().and_then(|quiet| quiet.except);
        Terms { budget: self.budget, digest, urgent_from, group: self.group }
    }
}

/// The top-level `zone`, else UTC.
pub(super) fn default_zone(root: &Section<'_>, report: &mut Report) -> TimeZone {
    zone(root, report).unwrap_or(TimeZone::UTC)
}

/// Reads what a channel says of these. `usual` is the zone where it names none.
pub(super) fn read(section: &Section<'_>, usual: &TimeZone, report: &mut Report) -> Timetable {
    Timetable {
        digest: digest(section, usual, report),
        quiet_hours: quiet_hours(section, usual, report),
        heartbeat: heartbeat(section, usual, report),
        budget: section.integer("budget", 1..=100_000, report),
        group: group(section, report),
        repeat: repeat(section, report),
        zone: Some(usual.clone()),
    }
}

fn digest(channel: &Section<'_>, usual: &TimeZone, report: &mut Report) -> Option<DigestConfig> {
    let section = channel.section("digest", &DIGEST, report)?;
    section.require("every", "\"day\"", report);
    let on = section.text("on", report).and_then(|text| day(&text, report));
    let every = section.text("every", report).and_then(|text| match text.value.as_str() {
        "day" => Some(Every::Day),
        "week" => Some(Every::Week(on.unwrap_or(Weekday::Monday))),
        _ => {
            key::not_among(&text, "period", &["day", "week"], "bad_period", report);
            None
        }
    });
    if let (Some(Every::Day), Some(on)) = (every, section.get("on")) {
        report
            .add(on.place, "bad_period", "a digest that comes every day has no `on`")
            .hint("write `every = \"week\"`, or leave `on` out");
    }
    let below = section.text("below", report).and_then(|text| key::severity(&text, report));
    let when = Recurrence {
        every: every.unwrap_or(Every::Day),
        at: time(&section, "at", report).unwrap_or(DEFAULT_AT),
        zone: zone(&section, report).unwrap_or_else(|| usual.clone()),
    };
    every?;
    Some(DigestConfig {
        when,
        below: below.unwrap_or(Severity::Info),
        only: section.boolean("only", report).unwrap_or(false),
        empty: section.boolean("empty", report).unwrap_or(false),
    })
}

fn quiet_hours(channel: &Section<'_>, usual: &TimeZone, report: &mut Report) -> Option<QuietHours> {
    let section = channel.section("quiet_hours", &QUIET_HOURS, report)?;
    section.require("from", "\"22:00\"", report);
    section.require("to", "\"07:00\"", report);
    let (from, to) = (time(&section, "from", report), time(&section, "to", report));
    let days = section.texts("days", report);
    let days: Vec<Weekday> = days.iter().filter_map(|text| day(text, report)).collect();
    let all_days =
        days.is_empty() || Weekday::Monday.cycle_forward().take(7).all(|day| days.contains(&day));
    if from.is_some() && from == to && all_days {
        report
            .add(section.place(), "bad_time", "these quiet hours never end")
            .hint("name the days on which they begin: `days = [\"saturday\", \"sunday\"]`");
    }
    let except = section.text("except", report).map(|text| match text.value.as_str() {
        "none" => None,
        _ => key::severity(&text, report),
    });
    // Every mistake is told, whichever comes first.
    let zone = zone(&section, report).unwrap_or_else(|| usual.clone());
    Some(QuietHours {
        from: from?,
        to: to?,
        days,
        zone,
        except: except.unwrap_or(Some(DEFAULT_EXCEPT)),
    })
}

fn heartbeat(channel: &Section<'_>, usual: &TimeZone, report: &mut Report) -> Option<Recurrence> {
    let section = channel.section("heartbeat", &HEARTBEAT, report)?;
    Some(Recurrence {
        every: Every::Day,
        at: time(&section, "at", report).unwrap_or(DEFAULT_AT),
        zone: zone(&section, report).unwrap_or_else(|| usual.clone()),
    })
}

/// `group = { by = "topic", wait = "30s", most = 20 }`.
fn group(channel: &Section<'_>, report: &mut Report) -> Option<Group> {
    let section = channel.section("group", &GROUP, report)?;
    let by = section.text("by", report).and_then(|text| {
        let by = GroupBy::from_code(&text.value);
        if by.is_none() {
            let names = GroupBy::ALL.map(GroupBy::as_str);
            key::not_among(&text, "way to group", &names, "bad_group", report);
        }
        by
    });
    Some(Group {
        by: by.unwrap_or(GroupBy::Topic),
        wait: section.duration("wait", GROUP_WAIT, report).unwrap_or(DEFAULT_GROUP_WAIT),
        most: section.integer("most", 2..=MAX_GROUP, report).unwrap_or(DEFAULT_GROUP_MOST),
    })
}

/// `repeat = "4h"`, `repeat_most = 3`.
fn repeat(channel: &Section<'_>, report: &mut Report) -> Option<Repeat> {
    let every = channel.duration("repeat", REPEAT, report);
    let most = channel.integer("repeat_most", 1..=MAX_REPEATS, report);
    if let Some(most) = channel.get("repeat_most").filter(|_| channel.get("repeat").is_none()) {
        report
            .add(most.place, "missing_key", "`repeat_most` goes with `repeat`")
            .hint("such as `repeat = \"4h\"`");
    }
    Some(Repeat { every: every?, most: most.unwrap_or(DEFAULT_REPEATS) })
}

/// A time of day, `07:00`.
pub(super) fn time(section: &Section<'_>, name: &'static str, report: &mut Report) -> Option<Time> {
    let text = section.text(name, report)?;
    let parsed = time_of_day(&text.value);
    if parsed.is_none() {
        let message = format!("`{}` is not a time of day", text.value);
        report
            .add(text.place(), "bad_time", message)
            .hint("from 00:00 to 23:59, such as \"07:00\"");
    }
    parsed
}

/// Reads `07:00`.
pub(super) fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |digits: &str| {
        let good = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
        good.then(|| digits.parse::<i8>().ok()).flatten()
    };
    let minute = two(minute).filter(|_| minute.len() == 2)?;
    Time::new(two(hour)?, minute, 0, 0).ok()
}

pub(super) fn day(text: &Literal, report: &mut Report) -> Option<Weekday> {
    let wanted = text.value.trim().to_lowercase();
    let found = Weekday::Monday.cycle_forward().zip(WEEKDAYS).find(|(_, name)| *name == wanted);
    if found.is_none() {
        key::not_among(text, "day of the week", &WEEKDAYS, "bad_day", report);
    }
    found.map(|(day, _)| day)
}

/// A zone by its name in the time zone database.
pub(super) fn zone(section: &Section<'_>, report: &mut Report) -> Option<TimeZone> {
    let text = section.text("zone", report)?;
    let found = TimeZone::get(text.value.trim()).ok().filter(|zone| zone.iana_name().is_some());
    if found.is_none() {
        let message = format!("`{}` is not a time zone", text.value);
        report.add(text.place(), "unknown_zone", message).hint(match likely_zone(&text.value) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => "write its name in the time zone database, such as \"Europe/Copenhagen\" or \
                     \"UTC\""
                .to_owned(),
        });
    }
    found
}

/// The zone that was probably meant: the one with this city, or one that is spelt much like it.
fn likely_zone(text: &str) -> Option<String> {
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let wanted = text.trim().replace(' ', "_").to_lowercase();
    let city = |name: &&String| {
        let lower = name.to_lowercase();
        lower == wanted || lower.rsplit('/').next() == Some(wanted.as_str())
    };
    let of_city = names.iter().filter(city).min_by_key(|name| name.len()).cloned();
    of_city.or_else(|| nearest(&wanted, names.iter().map(String::as_str)).map(str::to_owned))
}
