//! What feed and server say of when to come again.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn rhythm(rhythm: Rhythm) -> Hints {
    Hints { rhythm, ..Hints::default() }
}

/// A state due at `now`, when the feed skips these hours and days.
fn skipping(hours: u32, days: u8) -> FeedState {
    after(rhythm(Rhythm { skip_hours: hours, skip_days: days, ..Rhythm::default() }))
}

#[test]
fn a_busy_feed_that_names_its_rhythm_is_asked_no_more_often() {
    let mut busy = state();
    busy.last_success = Some(now() - Duration::from_secs(60));
    busy.entries_per_day = 1e9;
    let half = Some(30 * MINUTE);
    for (said, reason) in [
        (Rhythm { ttl: half, ..Rhythm::default() }, "ttl"),
        (Rhythm { period: half, ..Rhythm::default() }, "period"),
        (Rhythm { period: Some(5 * MINUTE), ttl: half, ..Rhythm::default() }, "ttl"),
    ] {
        let after = after_success(&busy, &record(Outcome::Fresh), INTERVAL, rhythm(said));
        assert_eq!(after.next_reason, reason);
        assert!(within(wait(&after), 30 * MINUTE), "{:?}", wait(&after));
    }
    let daily = rhythm(Rhythm { period: Some(24 * HOUR), ..Rhythm::default() });
    let after = after_success(&busy, &record(Outcome::Fresh), INTERVAL, daily);
    assert!(within(wait(&after), HOUR), "the ceiling decides how late an alert may be");
}

#[test]
fn a_rhythm_outlives_an_answer_that_does_not_repeat_it() {
    let said = Rhythm { ttl: Some(45 * MINUTE), skip_days: 0b0100_0000, ..Rhythm::default() };
    let read = after(rhythm(said));
    let unchanged = after_success(&read, &record(Outcome::Unchanged), INTERVAL, Hints::default());
    assert_eq!(unchanged.memory.rhythm, said);
    let failed = after_failure(&unchanged, &record(Outcome::Failed), None, false);
    assert_eq!(failed.memory.rhythm, said);
    let anew = after_success(&failed, &record(Outcome::Fresh), INTERVAL, Hints::default());
    assert_eq!(anew.memory.rhythm, Rhythm::default(), "the feed says nothing of it any more");
}

#[test]
fn skipped_hours_push_a_due_time_out_of_them() {
    // Noon, Wednesday; due about one o'clock.
    let after = skipping(1 << 12 | 1 << 13 | 1 << 14, 0);
    assert_eq!(after.next_reason, "skip");
    let due = after.next_due.to_zoned(jiff::tz::TimeZone::UTC);
    assert_eq!(due.hour(), 15, "12 to 14 are skipped: {due}");
    assert_eq!(skipping(1 << 20, 0).next_reason, "interval");
}

#[test]
fn a_skipped_weekend_delays_an_alert_by_four_ceilings_and_no_more() {
    let whole_day = skipping(0, 0b0000_0100);
    assert_eq!(whole_day.next_reason, "skip");
    assert_eq!(wait(&whole_day), 4 * HOUR);
}

#[test]
fn a_feed_that_skips_all_hours_or_all_days_is_not_believed() {
    for (hours, days) in [(u32::MAX, 0), ((1 << 24) - 1, 0), (0, 0x7f), (0, u8::MAX)] {
        let after = skipping(hours, days);
        assert_eq!(after.next_reason, "interval", "{hours:b} {days:b}");
        assert!(within(wait(&after), HOUR));
    }
}

#[test]
fn an_answer_that_is_fresh_is_never_asked_for_before_it_is_stale() {
    for minutes in [58, 61, 70, 120] {
        for second in 0..200 {
            let at = now() + Duration::from_secs(second);
            let fresh = minutes * MINUTE;
            let hints = Hints {
                freshness: Freshness { fresh_for: Some(fresh), ..Freshness::default() },
                ..Hints::default()
            };
            let record = FetchRecord { at, ..record(Outcome::Unchanged) };
            let after = after_success(&state(), &record, INTERVAL, hints);
            assert!(super::super::wait(&after).unwrap() >= fresh, "{minutes} {second}");
        }
    }
}

#[test]
fn a_clock_that_jumps_ten_years_leaves_a_schedule_that_is_kept() {
    let years = Duration::from_secs(10 * 365 * 86_400);
    for at in [now() + years, now() - years] {
        let before = after(Hints::default());
        let jumped = FetchRecord { at, new_entries: 5, ..record(Outcome::Fresh) };
        let after = after_success(&before, &jumped, INTERVAL, Hints::default());
        let wait = super::super::wait(&after).unwrap();
        assert!(wait >= 13 * MINUTE && wait <= 66 * MINUTE, "{wait:?}");
    }
}

#[test]
fn a_wait_that_is_asked_for_is_never_cut_short_by_its_spread() {
    let ttl = Some(Duration::from_secs(50 * 60));
    let hints = Hints { rhythm: Rhythm { ttl, ..Rhythm::default() }, ..Hints::default() };
    let mut waits = Vec::new();
    for minute in 0..200 {
        let at = now() + minute * MINUTE;
        let mut busy = state();
        busy.entries_per_day = 1e9;
        busy.last_success = Some(at - Duration::from_secs(3600));
        let record = FetchRecord { at, ..record(Outcome::Fresh) };
        let asked = after_success(&busy, &record, INTERVAL, hints);
        let floor = after_success(&busy, &record, INTERVAL, Hints::default());
        let since = |state: &FeedState| state.next_due.duration_since(at).unsigned_abs();
        assert!(since(&asked) >= 50 * MINUTE, "{:?}", since(&asked));
        assert!(since(&floor) >= INTERVAL.floor, "{:?}", since(&floor));
        waits.push(since(&asked));
    }
    waits.sort();
    waits.dedup();
    assert!(waits.len() > 50, "they are still spread");
}

#[test]
fn a_hub_hurries_a_feed_that_works_and_cuts_no_other_wait_short() {
    let read = after(Hints::default());
    let second = Duration::from_secs(1);
    assert_eq!(asked(&read, Asker::Hub, now() + 10 * second), Some(50 * second));
    assert_eq!(asked(&read, Asker::Hub, now() + 90 * second), Some(Duration::ZERO));
    assert_eq!(asked(&read, Asker::User, now()), Some(Duration::ZERO));
    let busy = after_failure(&state(), &record(Outcome::Failed), Some(60 * MINUTE), false);
    let failed = after_failure(&state(), &record(Outcome::Failed), None, true);
    for waits in [busy, failed] {
        assert_eq!(asked(&waits, Asker::Hub, now() + MINUTE), None, "{}", waits.next_reason);
        assert_eq!(asked(&waits, Asker::User, now() + MINUTE), Some(Duration::ZERO));
    }
}
