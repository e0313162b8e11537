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
    insta::assert_snapshot!(shown(&with("zone = 'Mars/Olympus'\n", keys), TOPIC), @"");
}

#[test]
fn quiet_hours_that_never_end_and_days_of_a_daily_digest_are_refused() {
    let keys = "\
quiet_hours = { from = '07:00', to = '07:00' }
digest = { every = 'day', on = 'monday' }";
    assert_eq!(
        places(&with("", keys), TOPIC),
        ["bad_period wirewatch.toml:8:32", "bad_time wirewatch.toml:7:15"]
    );
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
