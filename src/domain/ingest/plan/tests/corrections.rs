//! Corrections: one is told at once, the rest are entries like any other.

use std::sync::Arc;

use super::memory::*;
use super::*;
use crate::domain::alert::AlertEvent;
use crate::domain::alert::tier::Tier;
use crate::domain::story::features::Features;
use crate::domain::topic::{Severity, Topic};

const TITLE: &str = "Starmer builds NATO defence alliance with Denmark";
const CORRECTED: &str = "Correction: Starmer builds NATO defence alliance with Denmark";

/// A topic whose alerts say nothing of publishers, and little of scores.
fn quiet() -> Topic {
    let mut topic = (*topic("nato")).clone();
    topic.alert.follow_up.publishers = vec![50];
    topic
}

fn tell(memory: &mut Memory, feed: &str, title: &str, score: Option<f64>) -> Plan {
    let mut told = entry(feed, &format!("{feed}{title}"), title, memory.now);
    told.guid = Some(format!("{feed}{title}"));
    told.keys.guid = Some(digest("guid", &format!("{feed}{title}{}", memory.now)));
    told.features = Features::of(&told.document, told.keys.link, feed);
    told.matches.iter_mut().for_each(|(_, found)| found.score = score);
    memory.fetch(feed, vec![told])
}

#[test]
fn of_many_corrections_of_one_event_the_first_is_told_and_later_ones_wait() {
    let mut memory = Memory::past_baseline(&["wire", "ledger", "herald", "post"]);
    memory.topic = Arc::new(quiet());
    tell(&mut memory, "wire", TITLE, None);
    memory.now += HOUR;
    let first = tell(&mut memory, "ledger", CORRECTED, None);
    assert_eq!(verdicts(&first), [("amend", "correction".to_owned())]);
    memory.now += HOUR;
    let second = tell(&mut memory, "herald", CORRECTED, None);
    assert_eq!(verdicts(&second), [("record", "repeats".to_owned())]);
    memory.now += 6 * HOUR;
    let later = tell(&mut memory, "post", CORRECTED, None);
    assert_eq!(verdicts(&later), [("amend", "correction".to_owned())]);
}

#[test]
fn an_entry_that_repeats_a_text_adds_nothing_to_its_correction() {
    for copies in [false, true] {
        let mut memory = Memory::past_baseline(&["wire", "ledger"]);
        memory.topic = Arc::new(quiet());
        tell(&mut memory, "wire", TITLE, None);
        let told = entry("9", "repeated", TITLE, memory.now);
        let plan = memory.fetch("ledger", vec![told]);
        memory.entries.get_mut(&plan.members[0].entry).unwrap().copies = copies;
        memory.now += HOUR;
        let told = entry("9", "repeated", CORRECTED, memory.now);
        let corrected = memory.fetch("ledger", vec![told]);
        let is_told = verdicts(&corrected) == [("amend", "correction".to_owned())];
        assert_eq!(is_told, !copies, "{:?}", verdicts(&corrected));
    }
}

#[test]
fn a_correction_that_is_older_than_max_age_is_not_told() {
    let mut memory = Memory::past_baseline(&["wire", "ledger"]);
    memory.topic = Arc::new(quiet());
    tell(&mut memory, "wire", TITLE, None);
    memory.now += HOUR;
    let mut old = entry("9", "z", CORRECTED, memory.now - 8 * 24 * HOUR);
    old.own_date = Some(memory.now);
    let plan = memory.fetch("ledger", vec![old]);
    assert_eq!(verdicts(&plan), [("suppress", "stale".to_owned())]);
    assert!(plan.alerts.is_empty());
}

#[test]
fn a_rise_is_told_at_once_and_a_correction_after_it_keeps_the_severity() {
    let mut memory = Memory::past_baseline(&["wire", "ledger", "herald", "post"]);
    let mut topic = quiet();
    topic.alert.follow_up.publishers = vec![2];
    topic.alert.escalate =
        vec![Tier { severity: Severity::High, publishers: None, score: Some(9.0) }];
    memory.topic = Arc::new(topic);
    tell(&mut memory, "wire", TITLE, Some(1.0));
    let second = tell(&mut memory, "ledger", TITLE, Some(1.0));
    assert_eq!(verdicts(&second), [("amend", "publishers>=2".to_owned())]);
    memory.now += HOUR;
    let rise = tell(&mut memory, "herald", TITLE, Some(9.5));
    assert_eq!(verdicts(&rise), [("amend", "severity".to_owned())]);
    assert_eq!(rise.alerts[0].event, AlertEvent::Escalated);
    memory.now += HOUR;
    let corrected = tell(&mut memory, "post", CORRECTED, Some(1.0));
    assert_eq!(verdicts(&corrected), [("amend", "correction".to_owned())]);
    let told = &corrected.alerts[0];
    assert_eq!((told.event, told.topic.severity), (AlertEvent::Updated, Severity::High));
}
