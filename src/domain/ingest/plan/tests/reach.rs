//! How far a revision goes: topics in shadow mode tell nobody, and a budget that is used up is
//! spared those it would disturb.

use std::sync::Arc;

use super::memory::*;
use super::*;
use crate::domain::alert::{AlertEvent, Reach};
use crate::domain::topic::{Mode, Severity, Topic};

const TITLE: &str = "Starmer builds NATO defence alliance with Denmark";

fn shadow(mode: Mode) -> Arc<Topic> {
    Arc::new(Topic { mode, ..(*topic("nato")).clone() })
}

fn budget(budget: u32) -> Arc<Topic> {
    let mut topic = (*topic("nato")).clone();
    topic.alert.budget = Some(budget);
    Arc::new(topic)
}

fn reason(plan: &Plan) -> &str {
    &plan.decisions[0].reason.text
}

/// A story of its own each time, on the wire.
fn tell(memory: &mut Memory, n: u32) -> Plan {
    let names = ["Oslo", "Turin", "Accra", "Quito", "Hanoi", "Perth", "Lima", "Riga"];
    let things =
        ["bridge", "ferry", "strike", "budget", "museum", "pipeline", "stadium", "reactor"];
    let title = format!("NATO {} in {}", things[n as usize], names[n as usize]);
    let key = n.to_string();
    memory.fetch("wire", vec![entry(&key, &key, &title, memory.now)])
}

fn channels(plan: &Plan) -> Vec<&str> {
    plan.deliveries.iter().map(|delivery| delivery.channel.as_str()).collect()
}

#[test]
fn an_alert_of_a_topic_in_shadow_mode_is_recorded_and_goes_nowhere() {
    let mut memory = Memory::past_baseline(&["wire", "ledger"]);
    memory.topic = shadow(Mode::Shadow);
    let opened = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    assert_eq!(verdicts(&opened), [("raise", "first".to_owned())]);
    assert_eq!(
        reason(&opened),
        "first match of this topic in this story; in shadow mode: recorded, no channel is told"
    );
    let second = memory.fetch("ledger", vec![entry("9", "z", TITLE, memory.now)]);
    assert_eq!(verdicts(&second), [("amend", "publishers>=2".to_owned())]);
    for plan in [&opened, &second] {
        assert_eq!((plan.alerts.len(), plan.objects.len(), plan.deliveries.len()), (1, 1, 0));
        assert_eq!(plan.alerts[0].reach, Reach::Shadow);
    }
}

#[test]
fn a_topic_that_leaves_shadow_mode_opens_the_alert_for_real_with_the_next_match() {
    let mut memory = Memory::past_baseline(&["wire", "ledger", "herald"]);
    memory.topic = shadow(Mode::Shadow);
    let trial = memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    memory.topic = shadow(Mode::Live);
    memory.now += HOUR;
    let real = memory.fetch("ledger", vec![entry("9", "z", TITLE, memory.now)]);
    assert_eq!(verdicts(&real), [("raise", "left_shadow".to_owned())]);
    let (before, now) = (&trial.alerts[0], &real.alerts[0]);
    assert_eq!((now.alert, now.seq, now.event), (before.alert, 2, AlertEvent::Opened));
    assert_eq!(now.story.new_publishers, ["WIRE", "LEDGER"], "nobody was told of either");
    assert_eq!((now.reach, channels(&real)), (Reach::Told, vec!["log"]));
    // From here on it is an alert like any other.
    let third = memory.fetch("herald", vec![entry("5", "y", TITLE, memory.now)]);
    assert_eq!(verdicts(&third), [("record", "repeats".to_owned())]);
}

#[test]
fn the_first_corroboration_of_an_alert_that_left_shadow_mode_comes_at_once() {
    let feeds = ["wire", "ledger", "herald", "post", "echo", "mail", "sun"];
    let mut memory = Memory::past_baseline(&feeds);
    memory.topic = shadow(Mode::Shadow);
    memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    let mut live = (*topic("nato")).clone();
    live.alert.follow_up.publishers = vec![3, 4];
    memory.topic = Arc::new(live);
    let mut tell = |feed: &str| {
        memory.now += HOUR;
        let now = memory.now;
        verdicts(&memory.fetch(feed, vec![entry(feed, feed, TITLE, now)]))
    };
    assert_eq!(tell("ledger"), [("raise", "left_shadow".to_owned())]);
    assert_eq!(tell("herald"), [("amend", "publishers>=3".to_owned())]);
    assert_eq!(tell("post"), [("record", "repeat_every".to_owned())], "no longer the first");
}

#[test]
fn an_alert_that_was_told_of_stays_so_while_its_topic_is_in_shadow_mode() {
    let mut memory = Memory::past_baseline(&["wire", "ledger", "herald"]);
    memory.fetch("wire", vec![entry("1", "a", TITLE, memory.now)]);
    memory.topic = shadow(Mode::Shadow);
    let trial = memory.fetch("ledger", vec![entry("9", "z", TITLE, memory.now)]);
    assert_eq!((trial.alerts[0].reach, trial.deliveries.len()), (Reach::Shadow, 0));
    memory.topic = shadow(Mode::Live);
    let live = memory.fetch("herald", vec![entry("5", "y", TITLE, memory.now)]);
    assert_eq!(verdicts(&live), [("record", "repeats".to_owned())]);
}

#[test]
fn what_is_over_budget_is_raised_and_logged_and_not_pushed() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.routes.push(route("hook", Severity::Info, true));
    memory.topic = budget(2);
    for n in 0..2 {
        let plan = tell(&mut memory, n);
        assert_eq!((plan.alerts[0].reach, channels(&plan)), (Reach::Pushed, vec!["log", "hook"]));
        memory.now += HOUR;
    }
    let over = tell(&mut memory, 2);
    assert_eq!(verdicts(&over), [("raise", "first".to_owned())]);
    assert_eq!(
        reason(&over),
        "first match of this topic in this story; \
         not pushed to hook: the budget of 2 a day is used up"
    );
    assert_eq!(over.alerts[0].whole_reason(), reason(&over), "the log says so too");
    assert_eq!((over.alerts[0].reach, channels(&over)), (Reach::HeldBack, vec!["log"]));
    assert_eq!(over.overspent, [memory.topic.id.clone()]);
    memory.now += HOUR;
    assert!(tell(&mut memory, 3).overspent.is_empty(), "told once a day");
    // 24 hours after the first push there is room again, and no more than for one.
    memory.now += 21 * HOUR;
    assert_eq!(tell(&mut memory, 4).alerts[0].reach, Reach::Pushed);
    let again = tell(&mut memory, 5);
    assert_eq!((again.alerts[0].reach, again.overspent.len()), (Reach::HeldBack, 1));
}

#[test]
fn a_budget_counts_within_a_batch_and_only_what_disturbs() {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.topic = budget(1);
    let both = |titles: [&str; 2]| {
        titles
            .map(|title| entry(title, title, title, "2026-06-03T11:00:00Z".parse().unwrap()))
            .to_vec()
    };
    let logged =
        memory.fetch("wire", both(["NATO bridge opens in Oslo", "NATO summit ends early"]));
    assert!(logged.alerts.iter().all(|revision| revision.reach == Reach::Told));
    memory.routes.push(route("hook", Severity::Info, true));
    let pushed =
        memory.fetch("wire", both(["NATO museum burns down", "NATO strike grounds ferries"]));
    let reached: Vec<Reach> = pushed.alerts.iter().map(|revision| revision.reach).collect();
    assert_eq!(reached, [Reach::Pushed, Reach::HeldBack]);
    assert_eq!(channels(&pushed), ["log", "hook", "log"]);
}
