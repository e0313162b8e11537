//! Bursts: far more said of a topic than is usual for it, from real HTTP to the channels, over a
//! manual clock. What is usual is written to the database as two weeks of watching would.

use std::time::Duration;

use wirewatch::deliver::notice;
use wirewatch::domain::burst::{Course, Coverage, Heard, Hour};
use wirewatch::store::bursts::{BurstOutcome, HourKept};
use wirewatch::store::notices::Freeze;

use crate::support::channel::Receiver;
use crate::support::world::{NATO, World, item};

const MINUTE: Duration = Duration::from_secs(60);
const FREEZE: Freeze = Freeze { object: notice::object, body: notice::freeze };

/// A world at noon in which NATO was named once every second hour for two weeks,
/// the last day apart.
async fn watched(topics: String) -> World {
    watched_with(topics, |_| ()).await
}

/// The same, of a world that was changed before it began.
async fn watched_with(topics: String, change: impl FnOnce(&mut World)) -> World {
    let mut world = World::new(&["wire", "ledger"]).await;
    world.topics = topics;
    change(&mut world);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_also_reaches_a_channel_that_takes_alerts_in_its_digest_only() {
    let sink = Receiver::start().await;
    let topics = NATO.replace("[topic.alert]", "[topic.alert]\nburst = true");
    let mut world = watched_with(topics, |world| {
        let url = sink.url();
        world.extra = format!(
            "[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{url}\"\n\
             digest = {{ every = \"day\", at = \"07:00\", only = true }}\n"
        );
        world.allow(&sink.host());
    })
    .await;
    storm(&mut world).await;
    let got: Vec<_> = sink.received().into_iter().map(|request| request.json()).collect();
    let events: Vec<&str> = got.iter().filter_map(|got| got["event"].as_str()).collect();
    assert_eq!(events, ["burst"], "{got:#?}");
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

#[tokio::test]
async fn a_clock_that_was_ahead_for_a_while_stops_no_burst() {
    let mut world = watched(NATO.replace("[topic.alert]", "[topic.alert]\nburst = true")).await;
    let noon = Hour::of(world.now()).0;
    let ahead = Hour(noon + 10 * 365 * 24);
    let (courses, bursts) = (Vec::new(), Vec::new());
    let kept = HourKept { hour: ahead, covered: true, courses, bursts };
    assert!(world.store().keep_hour(kept, FREEZE).await.unwrap());
    for _ in 0..2 {
        world.clock.advance(60 * MINUTE);
        world.round().await;
    }
    storm(&mut world).await;
    assert_eq!(world.store().bursts(None).unwrap().len(), 1);
}

#[tokio::test]
async fn one_text_in_many_papers_is_no_burst() {
    let mut world = watched(NATO.replace("[topic.alert]", "[topic.alert]\nburst = true")).await;
    let text = "Ministers of the alliance met in the harbour town on Tuesday and agreed on a plan for \
        joint patrols, shared depots and a common school for divers, officials said after talks \
        that lasted until the early morning and ended with a handshake in front of the old mill.";
    for (paper, site) in [("wire", "wire.example"), ("ledger", "ledger.example")] {
        for edition in 0..6 {
            let title = format!("NATO ministers agree on patrols, edition {edition}");
            world.publish(paper, item(&title).text(text).at(&format!("e{edition}.{site}")));
        }
    }
    world.round().await;
    world.clock.advance(60 * MINUTE);
    world.round().await;
    assert_eq!(world.store().bursts(None).unwrap(), []);
}

#[tokio::test]
async fn feeds_that_are_read_every_few_hours_leave_no_hour_uncovered() {
    let mut world = World::new(&["wire", "ledger"]).await;
    world.round().await;
    let feeds = |next_due: &str, failures: u32| {
        let file = world.dir().join("state").join(wirewatch::store::DATABASE_FILE);
        let sql = format!("UPDATE feeds SET next_due = {next_due}, failures = {failures}");
        rusqlite::Connection::open(file).unwrap().execute(&sql, []).unwrap();
    };
    let next = Hour(Hour::of(world.now()).0 + 3);
    let sound = |hour: Hour| world.store().sound(hour, &[]).unwrap();
    let counted = |hour| (sound(hour).feeds_read, sound(hour).feeds);
    feeds("next_due + 21600000", 0);
    assert_eq!(counted(Hour::of(world.now())), (2, 2), "they were read in it");
    assert_eq!(counted(next), (2, 2), "they were not due");
    feeds("next_due", 1);
    assert_eq!(counted(next), (0, 2), "what fails is not covered, however seldom it is tried");
    feeds("0", 0);
    assert_eq!(counted(next), (0, 2), "they should have been read");
    assert_eq!(counted(Hour(next.0 + 30)), (0, 0));
}
