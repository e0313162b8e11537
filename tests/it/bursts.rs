//! Bursts: far more said of a topic than is usual for it, from real HTTP to the channels, over a
//! manual clock. What is usual is written to the database as two weeks of watching would.

use std::time::Duration;

use wirewatch::deliver::notice;
use wirewatch::domain::burst::{Course, Coverage, Heard, Hour};
use wirewatch::store::bursts::{BurstOutcome, HourKept};
use wirewatch::store::notices::Freeze;

use crate::support::world::{NATO, World, item};

const MINUTE: Duration = Duration::from_secs(60);
const FREEZE: Freeze = Freeze { object: notice::object, body: notice::freeze };

/// A world at noon in which NATO was named once every second hour for two weeks,
/// the last day apart.
async fn watched(topics: String) -> World {
    let mut world = World::new(&["wire", "ledger"]).await;
    world.topics = topics;
    world.round().await;
    let noon = Hour::of(world.now()).0;
    let mut course = Course::new(Hour(noon - 14 * 24));
    for hour in noon - 14 * 24..noon {
        let quiet = hour >= noon - 24;
        let entries = if quiet { 0 } else { (hour % 2) as u32 };
        let heard = Heard { entries, publishers: vec![7] };
        course.hear(Hour(hour), heard, |_| Coverage::Full);
    }
    let courses = vec![("nato".parse().unwrap(), course)];
    let hour = Hour(noon - 500);
    let kept = HourKept { hour, covered: true, courses, bursts: Vec::new() };
    assert!(world.store().keep_hour(kept, FREEZE).await.unwrap());
    world.clock.advance(65 * MINUTE);
    world.round().await;
    world
}

/// What two papers say of NATO.
const SAID: [&str; 10] = [
    "pact", "drill", "budget", "summit", "museum", "airfield", "treaty", "harbour", "radar",
    "school",
];

/// Two papers tell ten things within an hour; the hour is looked at after its end.
async fn storm(world: &mut World) {
    for (town, what) in SAID.iter().enumerate() {
        let paper = ["wire", "ledger"][town % 2];
        world.publish(paper, item(&format!("NATO {what} decided upon in town {town}")));
    }
    world.round().await;
    world.clock.advance(60 * MINUTE);
    world.round().await;
}

#[tokio::test]
async fn a_burst_is_told_once_with_what_it_is_about() {
    let mut world = watched(NATO.replace("[topic.alert]", "[topic.alert]\nburst = true")).await;
    storm(&mut world).await;
    let log = world.alert_log();
    let told: Vec<_> = log.iter().filter(|line| line["event"] == "burst").collect();
    assert_eq!(told.len(), 1, "{log:#?}");
    assert_eq!(told[0]["headline"], "far more than usual on NATO");
    let text = told[0]["topics"][0]["text"].as_str().unwrap();
    let counted = "10 entries in one hour from 2 publishers, where 0.";
    assert!(text.starts_with(counted), "{text}");
    assert!(text.contains("; most told: “NATO pact decided upon in town 0”, "), "{text}");
    let kept = world.store().bursts(None).unwrap();
    assert_eq!((kept.len(), kept[0].outcome), (1, BurstOutcome::Told));

    world.clock.advance(60 * MINUTE);
    world.round().await;
    assert_eq!(world.store().bursts(None).unwrap().len(), 1);
}

#[tokio::test]
async fn a_topic_that_does_not_ask_keeps_its_bursts_to_itself() {
    let mut world = watched(NATO.to_owned()).await;
    storm(&mut world).await;
    let kept = world.store().bursts(Some(&"nato".parse().unwrap())).unwrap();
    assert_eq!((kept.len(), kept[0].outcome), (1, BurstOutcome::NotAsked));
    assert!(world.alert_log().iter().all(|line| line["event"] != "burst"));
}

#[tokio::test]
async fn what_comes_after_hours_in_which_nothing_was_read_is_no_burst() {
    let mut world = watched(NATO.replace("[topic.alert]", "[topic.alert]\nburst = true")).await;
    world.clock.advance(180 * MINUTE);
    storm(&mut world).await;
    assert_eq!(world.store().bursts(None).unwrap(), []);
}
