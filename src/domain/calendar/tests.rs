//! Times of day over summers, winters and days that are not there.

use super::*;

const COPENHAGEN: &str = "Europe/Copenhagen";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn daily(time: &str, name: &str) -> Recurrence {
    Recurrence { every: Every::Day, at: time.parse().unwrap(), zone: zone(name) }
}

fn quiet(from: &str, to: &str, name: &str) -> QuietHours {
    let [from, to] = [from, to].map(|time| time.parse().unwrap());
    QuietHours { from, to, days: Vec::new(), zone: zone(name), except: None }
}

/// Every slot between two moments, in the order in which clocks show them.
fn slots(of: &Recurrence, from: &str, to: &str) -> Vec<String> {
    let (mut now, end) = (at(from), at(to));
    let mut slots = Vec::new();
    while let Some(slot) = of.next(now).filter(|slot| slot.at <= end) {
        assert_eq!(of.last(slot.at), Some(slot), "due from its very moment on");
        slots.push(format!("{} {}", slot.key(), slot.at));
        now = slot.at;
    }
    slots
}

#[test]
fn a_daily_time_is_as_the_clocks_show_it_in_winter_and_in_summer() {
    let spring = slots(&daily("07:00", COPENHAGEN), "2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z");
    assert_eq!(
        spring,
        [
            "2026-03-28 2026-03-28T06:00:00Z",
            "2026-03-29 2026-03-29T05:00:00Z",
            "2026-03-30 2026-03-30T05:00:00Z"
        ]
    );
}

#[test]
fn a_time_that_a_day_leaves_out_comes_once_and_later() {
    let gap = slots(&daily("02:30", COPENHAGEN), "2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z");
    assert_eq!(
        gap,
        [
            "2026-03-28 2026-03-28T01:30:00Z",
            "2026-03-29 2026-03-29T01:30:00Z",
            "2026-03-30 2026-03-30T00:30:00Z"
        ],
        "half past three in the summer's time"
    );
}

#[test]
fn a_time_that_a_day_has_twice_comes_the_first_time_only() {
    for (zone, time, from, to, expected) in [
        (
            COPENHAGEN,
            "02:30",
            "2026-10-24T12:00:00Z",
            "2026-10-26T12:00:00Z",
            ["2026-10-25 2026-10-25T00:30:00Z", "2026-10-26 2026-10-26T01:30:00Z"],
        ),
        (
            "America/New_York",
            "01:30",
            "2026-10-31T12:00:00Z",
            "2026-11-02T12:00:00Z",
            ["2026-11-01 2026-11-01T05:30:00Z", "2026-11-02 2026-11-02T06:30:00Z"],
        ),
    ] {
        assert_eq!(slots(&daily(time, zone), from, to), expected);
    }
}

#[test]
fn half_hours_southern_summers_and_skipped_days_are_kept() {
    let lord_howe = slots(
        &daily("02:15", "Australia/Lord_Howe"),
        "2026-10-03T00:00:00Z",
        "2026-10-04T12:00:00Z",
    );
    assert_eq!(
        lord_howe,
        ["2026-10-04 2026-10-03T15:45:00Z"],
        "clocks are put forward by half an hour"
    );
    // Samoa had no 30 December 2011: who asks on the 31st gets that day's.
    let apia = daily("07:00", "Pacific/Apia");
    let slot = apia.last(at("2011-12-30T18:00:00Z")).unwrap();
    assert_eq!((slot.key().as_str(), slot.at), ("2011-12-31", at("2011-12-30T17:00:00Z")));
    assert_eq!(apia.next(slot.at).unwrap().key(), "2012-01-01");
}

#[test]
fn a_weekly_time_comes_on_its_day() {
    let weekly = Recurrence { every: Every::Week(Weekday::Monday), ..daily("07:00", COPENHAGEN) };
    assert_eq!(
        slots(&weekly, "2026-10-15T00:00:00Z", "2026-10-27T00:00:00Z"),
        ["2026-10-19 2026-10-19T05:00:00Z", "2026-10-26 2026-10-26T06:00:00Z"]
    );
    assert_eq!(weekly.last(at("2026-10-26T05:59:59Z")).unwrap().key(), "2026-10-19");
    assert_eq!(weekly.in_words(), "monday 07:00");
}

#[test]
fn the_ends_of_time_have_no_slots_and_no_panic() {
    let daily = daily("07:00", COPENHAGEN);
    assert!(daily.last(Timestamp::MIN).is_none());
    assert!(daily.next(Timestamp::MAX).is_none());
    let _ = quiet("22:00", "07:00", COPENHAGEN).until(Timestamp::MAX);
}

#[test]
fn quiet_hours_run_over_midnight_and_end_by_the_clock_on_the_wall() {
    let night = quiet("22:00", "07:00", COPENHAGEN);
    for (now, end) in [
        ("2026-06-03T19:59:59Z", None),
        ("2026-06-03T20:00:00Z", Some("2026-06-04T05:00:00Z")),
        ("2026-06-04T04:59:59Z", Some("2026-06-04T05:00:00Z")),
        ("2026-06-04T05:00:00Z", None),
        // The night in which clocks are put forward is an hour shorter, the other one longer.
        ("2026-03-28T21:30:00Z", Some("2026-03-29T05:00:00Z")),
        ("2026-10-24T20:30:00Z", Some("2026-10-25T06:00:00Z")),
        ("2026-10-25T05:30:00Z", Some("2026-10-25T06:00:00Z")),
    ] {
        assert_eq!(night.until(at(now)), end.map(at), "{now}");
        assert_eq!(night.contain(at(now)), end.is_some(), "{now}");
    }
}

#[test]
fn ends_that_a_night_leaves_out_or_has_twice_come_once() {
    let short = quiet("01:00", "02:30", COPENHAGEN);
    // 02:30 is not there in spring: quiet for as long as on other days.
    assert_eq!(short.until(at("2026-03-29T00:10:00Z")), Some(at("2026-03-29T01:30:00Z")));
    // In autumn it is there twice: the first one ends it, and the second 02:15 is not quiet.
    assert_eq!(short.until(at("2026-10-25T00:15:00Z")), Some(at("2026-10-25T00:30:00Z")));
    assert_eq!(short.until(at("2026-10-25T01:15:00Z")), None);
}

#[test]
fn quiet_days_that_follow_on_one_another_are_one() {
    let days = vec![Weekday::Saturday, Weekday::Sunday];
    let weekend = QuietHours { days, ..quiet("00:00", "00:00", COPENHAGEN) };
    let end = Some(at("2026-06-07T22:00:00Z"));
    assert_eq!(weekend.until(at("2026-06-05T22:00:00Z")), end, "from Saturday's midnight on");
    assert_eq!(weekend.until(at("2026-06-07T12:00:00Z")), end);
    assert_eq!(weekend.until(at("2026-06-08T12:00:00Z")), None);
    let start = Some(at("2026-06-05T22:00:00Z"));
    assert_eq!(weekend.since(at("2026-06-07T22:00:00Z")), start);
    assert_eq!(weekend.since(at("2026-06-10T12:00:00Z")), start);
    let night = quiet("22:00", "07:00", COPENHAGEN);
    assert_eq!(night.since(at("2026-06-04T05:00:00Z")), Some(at("2026-06-03T20:00:00Z")));
    assert_eq!(weekend.in_words(), "00:00-00:00 on saturday, sunday");
    let friday = QuietHours { days: vec![Weekday::Friday], ..quiet("22:00", "07:00", COPENHAGEN) };
    assert!(friday.contain(at("2026-06-06T04:00:00Z")), "the night that begins on Friday");
    assert!(!friday.contain(at("2026-06-05T04:00:00Z")));
}

#[test]
fn a_moment_is_told_by_the_hour_and_by_the_day_where_that_is_needed() {
    let zone = zone(COPENHAGEN);
    let now = at("2026-06-03T21:00:00Z");
    assert_eq!(soon(at("2026-06-04T05:00:00Z"), now, &zone), "07:00");
    assert_eq!(soon(at("2026-06-08T05:00:00Z"), now, &zone), "monday 07:00");
    assert_eq!(moment(now, &zone), "Wed 2026-06-03 23:00");
    assert_eq!(zone_name(&zone), COPENHAGEN);
}
