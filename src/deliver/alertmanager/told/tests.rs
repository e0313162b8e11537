//! What an alert is called in Alertmanager, and how a revision follows another.

use super::*;
use crate::deliver::parcel::sample;

fn alert() -> Parcel {
    sample::all().remove(0)
}

fn thread(first: &str, last: &str) -> Thread {
    Thread { handles: vec![first.to_owned(), last.to_owned()] }
}

#[test]
fn an_alert_is_named_by_few_labels_and_its_texts_are_annotations() {
    let told = Told::new(&alert(), &Thread::default());
    let names: Vec<&str> = told.labels.keys().copied().collect();
    assert_eq!(names, ["alertname", "severity", "story", "topic"]);
    assert!(told.labels.values().all(|value| !value.contains("pact")), "{:?}", told.labels);
    assert!(told.annotations["summary"].contains("NATO & <allies>"));
    assert!(told.annotations["description"].lines().count() > 2);
    assert_eq!(told.handle().as_deref(), Some("2026-05-04T09:47:12Z high"));
}

#[test]
fn a_notice_is_named_by_its_event_alone() {
    let told = Told::new(&sample::all()[2], &Thread::default());
    assert_eq!(told.labels["alertname"], "WirewatchFeedsTrouble");
    assert_eq!(told.labels.len(), 2);
    assert_eq!(told.handle(), None);
}

#[test]
fn a_later_revision_began_when_the_first_one_was_told() {
    let began = "2026-05-01T00:00:00Z high";
    let told = Told::new(&alert(), &thread(began, began));
    assert_eq!(told.starts_at, "2026-05-01T00:00:00Z");
    assert_eq!(told.of_another_severity(&thread(began, began), "2026-05-05T00:00:00Z"), None);
    // What a service made up is no time of ours.
    let strange = Told::new(&alert(), &thread("yesterday high", "x"));
    assert_eq!(strange.starts_at, "2026-05-04T09:47:12Z");
}

#[test]
fn a_change_of_severity_ends_the_alert_under_the_former_one() {
    let thread = thread("2026-05-01T00:00:00Z medium", "2026-05-02T00:00:00Z medium");
    let ended = Told::new(&alert(), &thread).of_another_severity(&thread, "2026-05-05T00:00:00Z");
    let ended = ended.expect("an end");
    assert_eq!(ended.labels["severity"], "medium");
    assert_eq!(ended.ends_at, "2026-05-05T00:00:00Z");
    assert_eq!(ended.starts_at, "2026-05-01T00:00:00Z");
}

#[test]
fn an_alert_never_ends_before_it_began() {
    let posted = Told::new(&alert(), &Thread::default()).posted("2020-01-01T00:00:00Z");
    assert_eq!(posted.ends_at, posted.starts_at);
}
