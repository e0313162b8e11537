//! The decision of the pipeline, without a database: a small memory of what was planned stands
//! in for the store, so that each test reads as a sequence of fetches.

mod corrections;
mod memory;
mod merged;
mod pushed;
mod reach;
mod share;

use std::collections::HashSet;

use super::*;
use crate::domain::topic::Severity;
use memory::*;

const TITLE: &str = "Starmer builds NATO defence alliance with Denmark";

#[test]
fn the_first_fetch_is_stored_and_matched_and_raises_nothing() {
    let mut memory = Memory::new();
    let first = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    assert_eq!((first.entries.len(), first.matches.len(), first.alerts.len()), (1, 1, 0));
    assert_eq!(verdicts(&first), [("baseline", "baseline".to_owned())]);
    assert_eq!(first.feed.baseline_at, Some(memory.now));
    assert_eq!(first.feed.validators.etag.as_deref(), Some(&b"\"v\""[..]));
}

#[test]
fn a_story_told_by_two_feeds_is_one_alert_with_one_revision() {
    let mut memory = Memory::past_baseline(&["wire", "ledger"]);
    let opened = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    assert_eq!(verdicts(&opened), [("raise", "first".to_owned())]);
    let second = memory.fetch("ledger", vec![entry("9", "z", TITLE, memory.now)]);
    assert_eq!(verdicts(&second), [("amend", "publishers>=2".to_owned())]);
    let (one, two) = (&opened.alerts[0], &second.alerts[0]);
    assert_eq!((one.alert, one.seq, two.seq), (two.alert, 1, 2));
    assert_eq!(two.story.publishers, ["WIRE", "LEDGER"]);
    assert_eq!(two.story.new_publishers, ["LEDGER"]);
    assert_eq!(second.deliveries.len(), 1);
    assert_eq!(second.deliveries[0].body, second.deliveries[0].id.to_string().into_bytes());
}

#[test]
fn the_same_batch_twice_changes_nothing() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let entries = || {
        vec![
            entry("1", "a", TITLE, Timestamp::UNIX_EPOCH),
            entry("2", "b", "B", Timestamp::UNIX_EPOCH),
        ]
    };
    memory.fetch("wire", entries());
    let again = memory.fetch("wire", entries());
    assert!(again.entries.is_empty() && again.revised.is_empty() && again.keys.is_empty());
    assert!(again.matches.is_empty() && again.decisions.is_empty() && again.members.is_empty());
    assert_eq!(again.fetch.new_entries, 0);
}

#[test]
fn a_new_guid_for_a_known_link_is_the_same_entry_under_an_alias() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let first = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    let renamed = memory.fetch("wire", vec![entry("2", "a", TITLE, memory.now)]);
    assert!(renamed.entries.is_empty());
    assert_eq!(renamed.keys, [(digest("guid", "2"), first.entries[0].id)]);
}

#[test]
fn two_entries_that_only_share_title_and_date_stay_two() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let results = |guid: &str, link: &str| entry(guid, link, "Results", Timestamp::UNIX_EPOCH);
    memory.fetch("wire", vec![results("1", "a")]);
    let both = memory.fetch("wire", vec![results("1", "a"), results("2", "b")]);
    assert_eq!(both.entries.len(), 1);
    let fresh = memory.fetch("wire", vec![results("3", "c"), results("4", "d"), results("1", "a")]);
    assert_eq!(fresh.entries.len(), 2);
}

#[test]
fn an_entry_whose_guid_and_link_both_changed_is_known_by_title_and_date() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let first = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    let moved = memory.fetch("wire", vec![entry("x", "y", TITLE, memory.now)]);
    assert!(moved.entries.is_empty());
    assert_eq!(moved.keys.len(), 2);
    assert!(moved.keys.iter().all(|(_, id)| *id == first.entries[0].id));
}

#[test]
fn a_changed_title_is_a_revision_and_alerts_only_for_a_topic_new_to_the_entry() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.fetch("wire", vec![entry("1", "a", "Talks in Copenhagen", memory.now)]);
    let now_matching =
        memory.fetch("wire", vec![entry("1", "a", "NATO talks in Copenhagen", memory.now)]);
    assert_eq!(now_matching.revised[0].revision, 2);
    assert_eq!(verdicts(&now_matching), [("raise", "first".to_owned())]);
    let again = memory.fetch("wire", vec![entry("1", "a", "NATO talks in Denmark", memory.now)]);
    assert_eq!(again.revised[0].revision, 3);
    assert_eq!(verdicts(&again), [("record", "already_matched".to_owned())]);
}

#[test]
fn severity_and_topic_choose_the_channels() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.routes.push(route("pager", Severity::High, true));
    let plan = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    let channels: Vec<&str> = plan.deliveries.iter().map(|d| d.channel.as_str()).collect();
    assert_eq!(channels, ["log"]);
}

#[test]
fn ids_never_repeat_within_or_between_batches() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let mut seen = HashSet::new();
    for round in 0..3 {
        let entries = (0..5)
            .map(|n| format!("{round}-{n}"))
            .map(|key| entry(&key, &key, &format!("NATO {key}"), memory.now));
        let plan = memory.fetch("wire", entries.collect());
        let all = plan
            .entries
            .iter()
            .map(|e| e.id.0)
            .chain(plan.stories.iter().filter(|s| s.entries == 1).map(|s| s.id.0))
            .chain(plan.alerts.iter().map(|a| a.alert.0))
            .chain(plan.deliveries.iter().map(|d| d.id.0));
        all.for_each(|id| assert!(seen.insert(id), "{id} twice"));
    }
}

#[test]
fn an_item_that_stands_twice_in_its_document_is_new_once() {
    let mut memory = Memory::past_baseline(&["wire"]);
    // As both copies share guid and link, neither names them.
    let twice = || {
        let mut copy = entry("", "", TITLE, Timestamp::UNIX_EPOCH);
        copy.published = None;
        vec![copy.clone(), copy]
    };
    let first = memory.fetch("wire", twice());
    assert_eq!((first.entries.len(), first.alerts.len()), (1, 1));
    for _ in 0..3 {
        let again = memory.fetch("wire", twice());
        assert_eq!((again.entries.len(), again.alerts.len()), (0, 0));
    }
}

#[test]
fn two_texts_of_one_entry_revise_it_once_per_fetch() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.fetch("wire", vec![entry("1", "a", "First", memory.now)]);
    let both = vec![entry("1", "b", "Second", memory.now), entry("", "a", "Third", memory.now)];
    let plan = memory.fetch("wire", both);
    assert_eq!(plan.revised.len(), 1);
}

#[test]
fn a_page_that_shows_one_current_item_has_a_new_one_under_the_same_link() {
    let mut memory = Memory::past_baseline(&["city", "ledger"]);
    memory.fetch("city", vec![entry("1", "status", "NATO convoy passes", memory.now)]);
    let next = vec![entry("2", "status", "Bridge closed for repairs", memory.now)];
    let plan = memory.fetch("city", next);
    assert_eq!((plan.entries.len(), plan.revised.len()), (1, 0));
    let next = vec![entry("3", "status", "Fire at NATO depot", memory.now)];
    let plan = memory.fetch("city", next);
    assert_eq!(verdicts(&plan), [("raise", "first".to_owned())]);
    // Where another feed has the link it is the same story, in whatever words.
    let linked = vec![entry("9", "status", "Smoke over the harbour: NATO says little", memory.now)];
    let linked = memory.fetch("ledger", linked);
    assert_eq!(linked.members[0].story, plan.members[0].story);
    assert_eq!(linked.members[0].reason.code(), "same_link");
}

#[test]
fn a_revision_of_what_was_there_before_the_rule_is_recorded_and_no_alert() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.fetch("wire", vec![entry("1", "a", "Talks in Copenhagen", memory.now)]);
    memory.rule_since = memory.now + HOUR;
    let plan = memory.fetch("wire", vec![entry("1", "a", "NATO talks", memory.now)]);
    assert_eq!(verdicts(&plan), [("record", "older_than_rule".to_owned())]);
    assert!(plan.alerts.is_empty());
    assert_eq!(plan.fetch.would_have_raised, 1);
}

#[test]
fn a_cut_document_is_no_baseline_but_the_second_one_is() {
    let mut memory = Memory::new();
    memory.complete = false;
    let cut = memory.fetch("wire", vec![entry("1", "a", "NATO one", memory.now)]);
    assert!(cut.feed.awaits_baseline());
    let rest =
        vec![entry("1", "a", "NATO one", memory.now), entry("2", "b", "NATO two", memory.now)];
    let again = memory.fetch("wire", rest);
    assert_eq!(verdicts(&again), [("baseline", "baseline".to_owned())]);
    assert!(!again.feed.awaits_baseline());
}
