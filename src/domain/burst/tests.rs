//! Bursts told and not told, and a simulation that holds how often either is wrong.

use super::*;

mod simulation;

fn covered(_: Hour) -> Coverage {
    Coverage::Full
}

fn heard(entries: u32, publishers: i64) -> Heard {
    Heard { entries, publishers: (0..publishers.min(i64::from(entries))).collect() }
}

/// A course that heard one entry every second hour, for `days`.
fn watched(days: i64) -> (Course, Hour) {
    let start = Hour(480_000);
    let mut course = Course::new(start);
    let end = start.0 + days * 24;
    for hour in start.0..end {
        course.hear(Hour(hour), heard((hour % 2) as u32, 1), covered);
    }
    (course, Hour(end))
}

#[test]
fn far_more_than_usual_from_several_publishers_is_a_burst_told_once() {
    let (mut course, hour) = watched(14);
    let Outcome::Burst(burst) = course.hear(hour, heard(8, 4), covered) else {
        panic!("eight entries where half a one is usual");
    };
    assert_eq!((burst.entries, burst.publishers, burst.window_h), (8, 4, 1));
    insta::assert_snapshot!(burst.text(), @"8 entries in one hour from 4 publishers, where 0.2 are usual");
    let next = hour.next();
    assert_eq!(course.hear(next, heard(9, 4), covered), Outcome::Lasting);
    let later = Hour(next.0 + SILENT_H);
    assert!(matches!(course.hear(later, heard(9, 4), covered), Outcome::Burst(_)));
}

#[test]
fn one_publisher_alone_or_two_entries_make_no_burst() {
    let (course, hour) = watched(14);
    assert_eq!(course.clone().hear(hour, heard(20, 1), covered), Outcome::Usual);
    assert_eq!(course.clone().hear(hour, heard(2, 2), covered), Outcome::Usual);
}

#[test]
fn nothing_is_told_in_the_first_week() {
    let (mut course, hour) = watched(6);
    assert_eq!(course.hours_to_learn(), 24);
    assert_eq!(course.hear(hour, heard(30, 9), covered), Outcome::Learning);
}

#[test]
fn what_comes_late_after_an_outage_is_no_burst() {
    let (mut course, hour) = watched(14);
    let outage = |at: Hour| if at == hour { Coverage::Poor } else { Coverage::Full };
    let before = course.rhythm.level();
    assert_eq!(course.hear(hour, heard(30, 9), outage), Outcome::Uncovered);
    assert!(course.rhythm.level() <= before, "nothing is learnt of it");
}

#[test]
fn hours_in_which_nothing_was_heard_are_caught_up_with() {
    let (course, hour) = watched(14);
    let (mut one_by_one, mut at_once) = (course.clone(), course);
    for silent in hour.0..hour.0 + 200 {
        one_by_one.hear(Hour(silent), Heard::default(), covered);
    }
    let later = Hour(hour.0 + 200);
    assert_eq!(
        one_by_one.hear(later, heard(3, 2), covered),
        at_once.hear(later, heard(3, 2), covered)
    );
    assert_eq!(one_by_one, at_once);
}

#[test]
fn an_hour_counts_once_and_a_clock_that_jumps_does_no_harm() {
    let (mut course, hour) = watched(14);
    let before = course.clone();
    assert_eq!(course.hear(Hour(hour.0 - 5), heard(50, 9), covered), Outcome::Usual);
    assert_eq!(course, before);
    let far = Hour(hour.0 + 10 * 365 * 24);
    assert_eq!(course.hear(far, heard(50, 9), covered), Outcome::Learning, "it begins anew");
    assert_eq!(course.hours_to_learn(), LEARNING_H - 1);
}

#[test]
fn a_clock_that_was_ahead_is_taken_back_and_what_is_usual_stays() {
    let (mut course, hour) = watched(14);
    let usual = course.rhythm.level();
    let ahead = Hour(hour.0 + 50);
    course.hear(ahead, heard(9, 4), covered);
    course.rewind(Hour(hour.0 - 1));
    assert!(course.rhythm.level() > usual / 2.0);
    assert!(matches!(course.hear(hour, heard(9, 4), covered), Outcome::Burst(_)));
}
