//! Two stories that turn out to be one, and what is told of it: whoever was told of an alert is told of
//! its end, and nobody else is.

use super::*;
use crate::domain::ids::AlertId;
use crate::domain::ingest::edit::{self, Means};
use crate::domain::ingest::{LastTold, Merge};
use crate::domain::publisher::Directory;

const OTHER: &str = "Rail strike stops a NATO convoy near Lublin on Friday night";

/// Two alerted stories; the channels `told` were told of the younger alert.
fn merged(told: &[&str], thrifty: bool) -> Plan {
    let mut memory = Memory::past_baseline(&["wire"]);
    memory.routes.push(route("phone", Severity::Info, true));
    let mut plans = Vec::new();
    for (n, title) in [TITLE, OTHER].iter().enumerate() {
        plans.push(memory.fetch("wire", vec![entry(&n.to_string(), title, title, memory.now)]));
    }
    let (one, other) = (&plans[0].alerts[0], &plans[1].alerts[0]);
    let mut view = edit::view(memory.last_id, memory.now);
    view.stories = memory.stories.clone();
    view.alerts = memory.alerts.clone();
    if thrifty {
        view.pushed.insert(memory.topic.id.clone(), u32::MAX);
    }
    for (plan, channels) in [(&plans[0], &["log"][..]), (&plans[1], told)] {
        let told = LastTold {
            entry: plan.entries[0].clone(),
            feed: "wire".into(),
            feed_title: "Wire".into(),
            found: plan.matches[0].2.clone(),
            channels: channels.iter().map(|channel| channel.parse().unwrap()).collect(),
        };
        view.told.insert(plan.alerts[0].alert, told);
    }
    let means = Means {
        routes: memory.routes.clone().into(),
        topics: vec![memory.topic.clone()],
        publishers: Directory::builtin(),
        render: RENDER,
    };
    let merge = Merge { into: one.story.id, from: other.story.id, why: "the same".into() };
    edit::plan_merge(&view, &merge, &means, memory.now)
}

#[test]
fn the_end_of_an_alert_is_told_to_whom_it_was_told_whatever_the_budget() {
    for thrifty in [false, true] {
        let plan = merged(&["log", "phone"], thrifty);
        let [closed] = plan.alerts.as_slice() else { panic!("{:?}", plan.alerts) };
        assert_eq!(closed.event.as_str(), "closed");
        let to: Vec<&str> = plan.deliveries.iter().map(|one| one.channel.as_str()).collect();
        assert_eq!(to, ["log", "phone"]);
    }
    let plan = merged(&["log"], false);
    let to: Vec<&str> = plan.deliveries.iter().map(|one| one.channel.as_str()).collect();
    assert_eq!(to, ["log"], "the phone knows nothing of it");
}

#[test]
fn an_alert_that_is_raised_and_merged_away_by_one_document_is_closed_by_a_revision() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let entries = vec![entry("1", "a", TITLE, memory.now), entry("2", "b", OTHER, memory.now)];
    let plan = memory.read_as("wire", entries, |view, batch, now, render| {
        let mut view = view.clone();
        let story = |found: &Found| match found {
            Found::New(placed) => placed.member.story,
            Found::Known { .. } | Found::Twice => panic!("both are new"),
        };
        let of: Vec<_> = view.arrangement.entries.iter().map(|one| story(&one.found)).collect();
        // A third entry of the document is near both.
        let mut last = view.arrangement.entries[1].clone();
        if let Found::New(placed) = &mut last.found {
            placed.member.entry = EntryId(placed.member.entry.0 + 1);
            placed.opens = false;
            placed.merge = Some(Merge { into: of[0], from: of[1], why: "a bridge".into() });
        }
        view.arrangement.last_id += 1;
        view.arrangement.entries.push(last);
        plan(&view, batch, now, render)
    });
    let events: Vec<(AlertId, u32, &str)> =
        plan.alerts.iter().map(|one| (one.alert, one.seq, one.event.as_str())).collect();
    let closed = plan.merges[0].closed[0].0;
    assert!(events.contains(&(closed, 1, "opened")), "{events:?}");
    assert!(events.contains(&(closed, 2, "closed")), "{events:?}");
    let sent = plan.deliveries.iter().filter(|one| one.alert == closed);
    assert_eq!(sent.map(|one| one.seq).collect::<Vec<_>>(), [1, 2]);
}
