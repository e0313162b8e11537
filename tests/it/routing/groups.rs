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
