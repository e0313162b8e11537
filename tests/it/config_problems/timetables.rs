//! Mistakes in when channels are told what: digests, quiet hours, heartbeats and zones.

use super::*;

/// A configuration whose log channel has these keys.
fn with(top: &str, keys: &str) -> String {
    format!("{top}{FEED}[[channel]]\nid = 'log'\ntype = 'log'\n{keys}\n")
}

#[test]
fn zones_times_days_and_periods_are_met_with_what_was_meant() {
    let keys = "\
digest = { every = 'daily', at = '7 am', zone = 'Europe/Kopenhagen', below = 'hihg' }
quiet_hours = { from = '22:00', to = '24:00', days = ['satruday'], zone = 'Copenhagen', excpet = 'high' }
heartbeat = { at = '08:60' }
budget = 0";
    let shown = shown(&with("zone = 'Mars/Olympus'\n", keys), TOPIC);
    for part in [
        "error[unknown_zone]: `Mars/Olympus` is not a time zone",
        "error[bad_period]: `daily` is not a period",
        "error[bad_time]: `7 am` is not a time of day",
        "hint: from 00:00 to 23:59, such as \"07:00\"",
        "error[unknown_zone]: `Europe/Kopenhagen` is not a time zone",
        "hint: did you mean \"Europe/Copenhagen\"?",
        "error[bad_severity]: `hihg` is not a severity",
        "error[bad_time]: `24:00` is not a time of day",
        "error[bad_day]: `satruday` is not a day of the week",
        "hint: did you mean \"saturday\"?",
        "error[unknown_zone]: `Copenhagen` is not a time zone",
        "error[unknown_key]: `excpet` is not a key of quiet hours",
        "error[bad_time]: `08:60` is not a time of day",
        "error[out_of_range]: `budget` is not between 1 and 100000",
    ] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
    assert_eq!(shown.matches("did you mean \"Europe/Copenhagen\"?").count(), 2, "{shown}");
}

#[test]
fn quiet_hours_that_never_end_and_days_of_a_daily_digest_are_refused() {
    let keys = "\
quiet_hours = { from = '07:00', to = '07:00' }
digest = { every = 'day', on = 'monday' }";
    let mut found = places(&with("", keys), TOPIC);
    found.sort();
    assert_eq!(found, ["bad_period wirewatch.toml:8:32", "bad_time wirewatch.toml:7:15"]);
}

#[test]
fn what_is_left_out_has_its_usual_meaning() {
    let keys = "\
digest = { every = 'week' }
quiet_hours = { from = '22:30', to = '6:00', days = 'Sunday' }
heartbeat = {}
budget = 5";
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &with("zone = 'Asia/Tokyo'\n", keys), TOPIC);
    let config = load(dir.path(), &env()).unwrap_or_else(|problems| panic!("{problems}"));
    let timetable = &config.channels[0].timetable;
    let digest = timetable.digest.as_ref().expect("a digest");
    assert_eq!(digest.when.in_words(), "monday 07:00");
    assert_eq!(digest.when.zone.iana_name(), Some("Asia/Tokyo"));
    assert!(!digest.only && !digest.empty);
    let quiet = timetable.quiet_hours.as_ref().expect("quiet hours");
    assert_eq!(quiet.in_words(), "22:30-06:00 on sunday");
    assert_eq!(quiet.except.map(|severity| severity.as_str()), Some("critical"));
    assert_eq!(timetable.heartbeat.as_ref().map(|beat| beat.in_words()).as_deref(), Some("07:00"));
    assert_eq!(timetable.budget, Some(5));
}
