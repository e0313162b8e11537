//! Alerts that come together are one message, and each is told once.

use std::collections::BTreeSet;

use super::*;

const GROUP: &str = "group = { by = \"topic\", wait = \"30s\", most = 3 }";
const ALL: &str = "[[route]]\nchannels = [\"phone\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn alerts_of_a_topic_that_come_together_are_one_message() {
    let mut office = Office::new(ALL, GROUP).await;
    for what in ["NATO", "oil", "NATO", "NATO", "NATO"] {
        office.publish(what);
    }
    office.world.start().await;
    office.read().await;
    assert_eq!(office.told()[1], 0, "they wait for others");
    office.wait_until("three messages", |office| office.told()[1] == 3).await;
    office.world.stop().await;
    let received: Vec<serde_json::Value> =
        office.phone.received().iter().map(|request| request.json()).collect();
    let shape: BTreeSet<(String, usize)> = received
        .iter()
        .map(|json| {
            let kind = json["kind"].as_str().unwrap_or("alert").to_owned();
            (kind, json["alerts"].as_array().map_or(1, Vec::len))
        })
        .collect();
    // Four of one topic: three in one message and one by itself; the other topic is alone.
    let expected = [("group", 3), ("alert", 1)].map(|(kind, n)| (kind.to_owned(), n));
    assert_eq!(shape, BTreeSet::from(expected));
    assert_eq!(received.len(), 3);
    let gathered = |view: &&DeliveryView| view.state == DeliveryState::Gathered;
    assert_eq!(office.deliveries().iter().filter(gathered).count(), 3);
    office.world.clock.advance(HOUR);
    office.world.round().await;
    assert_eq!(office.phone.received().len(), 3, "nothing is told twice");
}

/// An office with a topic that gets graver with its second publisher, who is heard of later.
async fn rising(of_phone: &str, severity: &str) -> Office {
    let mut office = Office::new(ALL, of_phone).await;
    office.world.topics += &format!(
        "[[topic]]\nid = \"gas\"\nseverity = \"medium\"\nmatch = 'gas'\n\
         [topic.alert]\nbudget = 1\nescalate = {{ {severity} = {{ publishers = 2 }} }}\n"
    );
    office.world.add_feed("ledger");
    office.world.round().await;
    office.world.publish("wire", item(&title("gas", 900)).text(TOLD));
    office.world.start().await;
    office.read().await;
    office
}

const TOLD: &str = "The ministers met for two days in the old harbour and signed at dawn.";

async fn confirmed(office: &mut Office) {
    let again = item(&title("gas", 900)).text(TOLD).at("ledger.example");
    office.world.publish("ledger", again);
    office.world.app().visit_now(&"ledger".parse().unwrap());
    office.world.next_visit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rise_in_severity_waits_for_no_others_and_takes_along_what_waits() {
    let mut office = rising(&GROUP.replace("30s", "1h"), "critical").await;
    assert_eq!(office.told()[1], 0, "it waits for others");
    confirmed(&mut office).await;
    office.phone.wait_for(2).await;
    office.world.stop().await;
    let severity = |n: usize| office.phone.received()[n].json()["topic"]["severity"].clone();
    assert_eq!([severity(0), severity(1)], ["medium", "critical"], "in their order, and at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rises_to_critical_is_sent_however_little_is_left_of_a_budget() {
    for (severity, times) in [("high", 1), ("critical", 2)] {
        let mut office = rising("budget = 1", severity).await;
        office.phone.wait_for(1).await;
        confirmed(&mut office).await;
        office.world.delivered().await;
        office.world.stop().await;
        assert_eq!(office.told()[1], times, "{severity}");
        let told = &office.phone.received()[times - 1].json()["reason"]["text"];
        assert!(!told.as_str().unwrap().contains("budget"), "nothing of other channels: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_survives_a_restart_and_a_receiver_that_drops_the_answer() {
    let mut office = Office::new(ALL, "group = { by = \"all\", wait = \"1m\" }").await;
    for what in ["NATO", "oil", "oil"] {
        office.publish(what);
    }
    office.phone.script([crate::support::channel::Answer::DropAck]);
    // A round by a timer waits for no others: what it found goes out with it.
    office.world.round().await;
    assert_eq!(office.told()[1], 1);
    office.world.clock.advance(HOUR);
    office.world.round().await;
    let received = office.phone.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].id(), received[1].id(), "the same message again");
    assert_eq!(received[0].body, received[1].body);
    assert_eq!(received[0].json()["alerts"].as_array().unwrap().len(), 3);
}

const NIGHT: &str =
    "quiet_hours = { from = \"22:00\", to = \"07:00\", zone = \"Europe/Copenhagen\" }";

#[tokio::test(flavor = "multi_thread")]
async fn a_critical_alert_in_a_group_goes_through_quiet_hours_with_the_others() {
    let keys = format!("{GROUP}\n{NIGHT}").replace("\"topic\"", "\"all\"");
    let mut office = Office::new(ALL, &keys).await;
    office.phone.script([crate::support::channel::Answer::Status(500)]);
    office.world.clock.set_wall("2026-06-03T19:59:00Z".parse().unwrap());
    office.publish("NATO");
    office.publish("oil");
    office.world.round().await;
    assert_eq!(office.told()[1], 1, "refused just before the night");
    office.world.clock.set_wall("2026-06-03T20:10:00Z".parse().unwrap());
    office.world.round().await;
    assert_eq!(office.told()[1], 2);
    assert_eq!(office.phone.received()[1].json()["alerts"].as_array().unwrap().len(), 2);
}
