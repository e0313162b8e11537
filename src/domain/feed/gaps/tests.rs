//! What is an unusual silence, for feeds of all kinds.

use super::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A feed that published at these seconds.
fn gaps(times: impl IntoIterator<Item = i64>) -> Gaps {
    let times: Vec<Timestamp> =
        times.into_iter().map(|at| Timestamp::from_second(at).unwrap()).collect();
    let mut gaps = Gaps::default();
    gaps.learn(times[0], &times[1..]);
    gaps
}

fn limit_hours(gaps: &Gaps) -> u64 {
    gaps.longest_usual().as_secs() / 3_600
}

#[test]
fn a_newsroom_that_sleeps_at_night_and_rests_on_sundays_may_do_so() {
    // Every ten minutes from 6 to 22 o'clock, six days a week, for ten weeks.
    let days = (0..70).filter(|day| day % 7 != 6);
    let feed = gaps(days.flat_map(|day| (36..132).map(move |n| day * DAY + n * 600)));
    let limit = limit_hours(&feed);
    assert!(limit > 32, "the gap over a Sunday is usual: {limit}");
    assert!(limit < 4 * 24, "four days of silence are not: {limit}");
    assert!(feed.median().unwrap() <= Duration::from_secs(16 * 60));
}

#[test]
fn a_monthly_letter_is_not_missed_before_its_month_is_well_over() {
    let feed = gaps((0..24).map(|n| n * 30 * DAY));
    let limit = limit_hours(&feed) / 24;
    assert!((31..=60).contains(&limit), "{limit} days");
}

#[test]
fn of_a_young_feed_little_is_said() {
    let one_day = gaps((0..100).map(|n| n * 600));
    assert_eq!(limit_hours(&one_day), 7 * 24, "its weekends are not known yet");
    let three = gaps([0, HOUR, 2 * HOUR, 3 * HOUR]);
    assert_eq!(limit_hours(&three), 365 * 24);
    assert_eq!(three.median(), None);
}

#[test]
fn a_feed_that_became_busier_forgets_its_quiet_years() {
    let quiet = (0..20).map(|n| n * 60 * DAY);
    let busy = (0..1_500).map(|n| 1_200 * DAY + n * DAY);
    let before = limit_hours(&gaps(quiet.clone()));
    let after = limit_hours(&gaps(quiet.chain(busy)));
    assert!(before >= 60 * 24 && after <= 4 * 24, "{before} then {after}");
}

#[test]
fn times_that_are_no_order_do_no_harm() {
    let mut feed = Gaps::default();
    let (early, late) = (Timestamp::MIN, Timestamp::MAX);
    feed.learn(late, &[early, early, late]);
    assert!(feed.count() <= 1.0);
    assert_eq!(feed.longest_usual(), Duration::from_secs(365 * 86_400));
}
