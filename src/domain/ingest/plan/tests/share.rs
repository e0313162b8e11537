//! On which terms channels take revisions: what comes in the digest only, what a channel's own
//! budget lets through, and what is urgent.

use super::memory::*;
use super::*;
use crate::domain::alert::Reach;
use crate::domain::alert::merit::Merit;
use crate::domain::alert::terms::{DigestTerms, Terms, Why};
use crate::domain::ingest::Route;
use crate::domain::topic::Severity;

fn digest(only: bool, below: Severity) -> Option<DigestTerms> {
    Some(DigestTerms { only, below, when: "07:00".to_owned() })
}

/// A world with the log, and a channel on these terms.
fn memory(terms: Terms) -> Memory {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.routes.push(Route { terms, ..route("desk", Severity::Info, true) });
    memory
}

fn tell(memory: &mut Memory, key: &str, title: &str) -> Plan {
    memory.fetch("wire", vec![entry(key, key, title, memory.now)])
}

fn sent(plan: &Plan) -> Vec<&str> {
    plan.deliveries.iter().map(|delivery| delivery.channel.as_str()).collect()
}

fn withheld(plan: &Plan) -> Vec<(&str, Why)> {
    plan.withheld.iter().map(|one| (one.channel.as_str(), one.why)).collect()
}

const TITLE: &str = "Starmer builds NATO defence alliance with Denmark";

#[test]
fn a_channel_that_takes_only_digests_is_kept_from_each_revision() {
    for digest in [digest(true, Severity::Info), digest(false, Severity::Critical)] {
        let mut memory = memory(Terms { digest, ..Terms::default() });
        let plan = tell(&mut memory, "1", TITLE);
        assert_eq!((sent(&plan), withheld(&plan)), (vec!["log"], vec![("desk", Why::Digest)]));
        assert_eq!(plan.alerts[0].reach, Reach::Told);
        let reason = &plan.decisions[0].reason.text;
        assert!(reason.ends_with("; in the digest of desk at 07:00"), "{reason}");
    }
}

#[test]
fn a_channels_budget_goes_to_the_best() {
    let mut memory = memory(Terms { budget: Some(3), ..Terms::default() });
    let merit = |weight| Merit { severity: Severity::Critical, weight };
    memory.channels_told.insert("desk".parse().unwrap(), vec![merit(1.0), merit(1.0)]);
    let plan = tell(&mut memory, "1", TITLE);
    assert_eq!(withheld(&plan), [("desk", Why::ChannelBudget)], "less severe than those before");
    assert_eq!(plan.alerts[0].reach, Reach::HeldBack);
    assert!(plan.overspent.is_empty(), "its topic has no budget");
    let reason = &plan.decisions[0].reason.text;
    assert!(reason.ends_with("its budget of 3 a day is kept for better ones"), "{reason}");

    let info = Merit { severity: Severity::Info, weight: 1.0 };
    memory.channels_told.insert("desk".parse().unwrap(), vec![info, info]);
    let plan = tell(&mut memory, "2", "Ferries halt as NATO drill begins");
    assert_eq!(sent(&plan), ["log", "desk"]);
    assert_eq!(plan.alerts[0].note, None, "what is kept is of no channel");
    let note = "budget used up; the rest is only logged: wirewatch alerts list";
    let bodies = plan.deliveries.iter().map(|made| String::from_utf8(made.body.clone()).unwrap());
    let told: Vec<bool> = bodies.map(|body| body.ends_with(note)).collect();
    assert_eq!(told, [false, true], "the log has no budget");
}

#[test]
fn one_batch_counts_towards_a_channels_budget_as_it_goes() {
    let mut memory = memory(Terms { budget: Some(1), ..Terms::default() });
    let now = memory.now;
    let titles = [TITLE, "Ferries halt as NATO drill begins", "Museum of NATO opens in Riga"];
    let entries = titles.iter().map(|title| entry(title, title, title, now)).collect();
    let plan = memory.fetch("wire", entries);
    assert_eq!(sent(&plan).iter().filter(|channel| **channel == "desk").count(), 1);
    assert_eq!(plan.withheld.len(), 2);
}

#[test]
fn what_is_severe_enough_goes_through_quiet_hours() {
    for (urgent_from, urgent) in
        [(None, false), (Some(Severity::Critical), false), (Some(Severity::Info), true)]
    {
        let mut memory = memory(Terms { urgent_from, ..Terms::default() });
        let plan = tell(&mut memory, "1", TITLE);
        assert_eq!(plan.deliveries[1].urgent, urgent);
    }
}

#[test]
fn a_channels_budget_that_is_used_up_is_not_said_of_the_topic() {
    let mut memory = memory(Terms { budget: Some(1), ..Terms::default() });
    let mut thrifty = (*topic("nato")).clone();
    thrifty.alert.budget = Some(20);
    memory.topic = std::sync::Arc::new(thrifty);
    let merit = Merit { severity: Severity::Medium, weight: 1.0 };
    memory.channels_told.insert("desk".parse().unwrap(), vec![merit]);
    let plan = tell(&mut memory, "1", TITLE);
    assert_eq!(withheld(&plan), [("desk", Why::ChannelBudget)]);
    assert!(plan.overspent.is_empty(), "19 more may be pushed");
}
