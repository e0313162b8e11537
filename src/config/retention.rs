//! `[retention]`, `[storage]` and `[backup]`: how long what is stored is kept, what is done when the
//! disk is full, and copies of the database. What feeds and topics say of it stands with them.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Time;

use super::problem::Report;
use super::section::{Section, Shape};
use super::timetable;
use super::value;
use super::{BackupConfig, StorageConfig};
use crate::domain::calendar::{Every, Recurrence};
use crate::domain::retention::{Keep, Retention};

/// The word for no end.
const FOREVER: &str = "forever";

const DAY: u64 = 24 * 3_600;

/// New entries are compared with those of the last three weeks, and their links with those of a month:
/// sooner none may go.
const ENTRIES: RangeInclusive<Duration> = days(30, 36_500);
const ALERTS: RangeInclusive<Duration> = days(30, 36_500);
/// Open alerts may be told again for 60 days, by what was delivered of them.
const HISTORY: RangeInclusive<Duration> = days(90, 36_500);

const fn days(least: u64, most: u64) -> RangeInclusive<Duration> {
    Duration::from_secs(least * DAY)..=Duration::from_secs(most * DAY)
}

const DEFAULT_BACKUP_AT: Time = Time::constant(3, 30, 0, 0);
const DEFAULT_BACKUPS: u32 = 7;
const MAX_BACKUPS: u32 = 1_000;

pub(super) const RETENTION: Shape =
    Shape { what: "`[retention]`", keys: &["keep", "alerts", "history"] };
pub(super) const STORAGE: Shape = Shape { what: "`[storage]`", keys: &["ballast", "floor"] };
pub(super) const BACKUP: Shape = Shape { what: "`[backup]`", keys: &["dir", "at", "zone", "keep"] };

/// Reads `[retention]`.
pub(super) fn read(root: &Section<'_>, report: &mut Report) -> Retention {
    let standard = Retention::standard();
    let Some(section) = root.section("retention", &RETENTION, report) else {
        return standard;
    };
    Retention {
        entries: keep(&section, "keep", ENTRIES, report).unwrap_or(standard.entries),
        alerts: keep(&section, "alerts", ALERTS, report).unwrap_or(standard.alerts),
        history: keep(&section, "history", HISTORY, report).unwrap_or(standard.history),
        ..standard
    }
}

/// What a feed says of its entries.
pub(super) fn of_feed(section: &Section<'_>, report: &mut Report) -> Option<Keep> {
    keep(section, "keep", ENTRIES, report)
}

/// What a topic says of its alerts.
pub(super) fn of_topic(section: &Section<'_>, report: &mut Report) -> Option<Keep> {
    keep(section, "keep_alerts", ALERTS, report)
}

fn keep(
    section: &Section<'_>,
    key: &'static str,
    range: RangeInclusive<Duration>,
    report: &mut Report,
) -> Option<Keep> {
    let text = section.get(key).and_then(|_| section.text(key, report))?;
    if text.value.trim() == FOREVER {
        return Some(Keep::Forever);
    }
    let result = value::duration(&text.value).map_err(|bad| value::BadValue {
        hint: "write \"forever\", or a number and its unit, such as \"90d\" or \"52 weeks\"".into(),
        ..bad
    });
    let time = section.parsed(result, &text.place(), report)?;
    if !range.contains(&time) {
        let show = value::show_duration;
        let (least, most) = (show(*range.start()), show(*range.end()));
        let message = format!("`{key}` is {}, not between {least} and {most}", show(time));
        report.add(text.place(), "out_of_range", message).hint("`\"forever\"` keeps everything");
        return None;
    }
    Some(Keep::For(time))
}

/// A time for people: `90d`, or `forever`.
pub fn in_words(keep: Keep) -> String {
    match keep {
        Keep::Forever => FOREVER.to_owned(),
        Keep::For(time) => format!("{}d", time.as_secs() / DAY),
    }
}

/// Reads `[storage]`.
pub(super) fn storage(root: &Section<'_>, report: &mut Report) -> StorageConfig {
    let standard = StorageConfig::standard();
    let Some(section) = root.section("storage", &STORAGE, report) else {
        return standard;
    };
    let ballast = section.size("ballast", 0..=1 << 30, report);
    let floor = section.size("floor", 0..=1 << 40, report);
    StorageConfig {
        ballast_bytes: ballast.unwrap_or(standard.ballast_bytes),
        floor_bytes: floor.unwrap_or(standard.floor_bytes),
    }
}

/// Reads `[backup]`; its directory is seen from the state directory.
pub(super) fn backup(
    root: &Section<'_>,
    state_dir: &Path,
    report: &mut Report,
) -> Option<BackupConfig> {
    let usual = root.get("zone").map(|_| timetable::default_zone(root, &mut Report::default()));
    let section = root.section("backup", &BACKUP, report)?;
    section.require("dir", "\"backups\"", report);
    let dir = section.text("dir", report).filter(|dir| super::not_empty(dir, "dir", report));
    let at = section.get("at").and_then(|_| timetable::time(&section, "at", report));
    let zone = section.get("zone").and_then(|_| timetable::zone(&section, report));
    let keep = section.integer("keep", 1..=MAX_BACKUPS, report);
    let dir: PathBuf = state_dir.join(dir?.value);
    Some(BackupConfig {
        dir,
        when: Recurrence {
            every: Every::Day,
            at: at.unwrap_or(DEFAULT_BACKUP_AT),
            zone: zone.or(usual).unwrap_or(jiff::tz::TimeZone::UTC),
        },
        keep: keep.unwrap_or(DEFAULT_BACKUPS),
    })
}
