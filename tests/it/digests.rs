//! Digests, quiet hours, budgets of channels and heartbeats: from real HTTP to a real receiver, over
//! a manual clock. Most worlds run in rounds, so that each round is a restart as well.

mod clocks;
mod notes;
mod quiet;

use std::time::Duration;

use serde_json::Value;
use wirewatch::domain::alert::delivery::DeliveryState;
use wirewatch::store::digests::DigestView;

use crate::support::channel::Receiver;
use crate::support::world::{NATO, World, item};

const HOUR: Duration = Duration::from_secs(3_600);

const DAILY: &str = "digest = { every = \"day\", at = \"07:00\", zone = \"Europe/Copenhagen\" }\n";

/// Titles that tell different stories.
const TITLES: [&str; 8] = [
    "NATO ministers sign a harbour defence pact in Copenhagen",
    "Ferries halt as NATO drill begins",
    "Museum of NATO opens its doors in Riga",
    "Tromso hosts a NATO school for divers",
    "Rail strike stops NATO convoy near Lublin",
    "Storm sinks NATO buoys off Iceland",
    "Choir of NATO veterans tours Portugal",
    "Court clears NATO pilot of smuggling cheese",
];

/// A world whose feed is past its baseline, with a webhook of these keys. It is 14:00 in Copenhagen.
struct Desk {
    world: World,
    sink: Receiver,
    told: usize,
}

impl Desk {
    async fn new(keys: &str) -> Self {
        Self::with(keys, |_| ()).await
    }

    async fn with(keys: &str, change: impl FnOnce(&mut World)) -> Self {
        let sink = Receiver::start().await;
        let mut world = World::new(&["wire"]).await;
        let url = sink.url();
        world.extra =
            format!("[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{url}\"\n{keys}");
        world.allow(&sink.host());
        change(&mut world);
        world.round().await;
        Self { world, sink, told: 0 }
    }

    /// Publishes so many stories.
    fn publish(&mut self, stories: usize) {
        for title in &TITLES[self.told..self.told + stories] {
            self.world.publish("wire", item(title));
        }
        self.told += stories;
    }

    async fn publish_and_read(&mut self, stories: usize) {
        self.publish(stories);
        self.world.round().await;
    }

    /// Lets time pass, then reads all feeds and sends what is due.
    async fn pass(&mut self, time: Duration) {
        self.world.clock.advance(time);
        self.world.round().await;
    }

    async fn at(&mut self, wall: &str) {
        self.world.clock.set_wall(wall.parse().unwrap());
        self.world.round().await;
    }

    /// What the receiver got, as JSON; only of this schema.
    fn got(&self, schema: &str) -> Vec<Value> {
        let bodies = self.sink.received().into_iter().map(|request| request.json());
        bodies.filter(|body| body["schema"] == schema).collect()
    }

    fn alerts(&self) -> usize {
        self.got("wirewatch.alert.v1").len()
    }

    fn digests(&self) -> Vec<Value> {
        self.got("wirewatch.digest.v1")
    }

    fn kept(&self) -> Vec<DigestView> {
        self.world.store().digests(None, 100).unwrap()
    }
}

fn headlines(digest: &Value) -> Vec<&str> {
    let alerts = digest["alerts"].as_array().unwrap().iter();
    alerts.map(|alert| alert["headline"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_comes_once_a_day_with_what_was_raised_since_the_last() {
    let mut desk = Desk::new(DAILY).await;
    desk.publish_and_read(2).await;
    assert_eq!((desk.alerts(), desk.digests().len()), (2, 0));
    desk.pass(16 * HOUR).await;
    assert!(desk.digests().is_empty(), "not yet six o'clock");
    for _ in 0..3 {
        desk.pass(HOUR).await;
    }
    let digests = desk.digests();
    assert_eq!(digests.len(), 1, "{digests:#?}");
    let digest = &digests[0];
    assert_eq!(headlines(digest), TITLES[..2]);
    assert_eq!(digest["kind"], "regular");
    assert_eq!(digest["zone"], "Europe/Copenhagen");
    assert_eq!(digest["since"], "2026-06-03T12:00:00Z");
    assert_eq!(digest["time"], "2026-06-04T05:00:00Z");
    assert_eq!(digest["next"], "2026-06-05T05:00:00Z");
    assert_eq!(digest["late"], Value::Null);
    assert_eq!(digest["headline"], "2 alerts raised");
    assert_eq!(digest["delivery"]["channel"], "hook");
    assert_eq!(digest["alerts"][0]["publisher_names"][0], "WIRE");
    assert_eq!(digest["alerts"][0]["held"], Value::Null);

    desk.publish_and_read(1).await;
    desk.pass(24 * HOUR).await;
    assert_eq!(headlines(&desk.digests()[1]), TITLES[2..3]);
    desk.pass(24 * HOUR).await;
    assert_eq!(desk.digests().len(), 2, "nothing to tell");
    let states: Vec<_> = desk.kept().into_iter().map(|digest| digest.state).collect();
    assert_eq!(states, [None, Some(DeliveryState::Delivered), Some(DeliveryState::Delivered)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_digest_comes_where_it_is_asked_for() {
    let keys = "digest = { every = \"day\", at = \"07:00\", empty = true }\n";
    let mut desk = Desk::new(keys).await;
    desk.pass(19 * HOUR).await;
    let digests = desk.digests();
    assert_eq!(digests.len(), 1);
    assert_eq!(
        (&digests[0]["headline"], &digests[0]["zone"]),
        (&"nothing to tell".into(), &"UTC".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_may_take_only_its_digest_or_the_less_severe_in_it() {
    let only = DAILY.replace("}", ", only = true }");
    let mut desk = Desk::new(&only).await;
    desk.publish_and_read(1).await;
    assert_eq!(desk.sink.received().len(), 0);
    desk.pass(17 * HOUR).await;
    assert_eq!((desk.alerts(), desk.digests().len()), (0, 1));
    assert_eq!(desk.digests()[0]["alerts"][0]["held"], "digest");

    let below = DAILY.replace("}", ", below = \"high\" }");
    let mut desk = Desk::with(&below, |world| {
        let ferries = "[[topic]]\nid = \"ferries\"\nseverity = \"high\"\nmatch = 'ferries'\n";
        world.topics = format!("{NATO}{ferries}");
    })
    .await;
    desk.publish_and_read(2).await;
    let sent = desk.got("wirewatch.alert.v1");
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["topic"]["id"], "ferries");
    desk.pass(17 * HOUR).await;
    let digest = &desk.digests()[0];
    assert_eq!(digest["alerts"].as_array().unwrap().len(), 3);
    assert_eq!(digest["alerts"][0]["topic"], "ferries", "the more severe among equals");
    assert_eq!(digest["counts"]["in_digest"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_channels_budget_holds_back_is_in_the_digest_and_the_last_one_says_so() {
    let mut desk = Desk::new(&format!("budget = 2\n{DAILY}")).await;
    desk.publish_and_read(5).await;
    let sent = desk.got("wirewatch.alert.v1");
    assert_eq!(sent.len(), 2);
    // Several requests are under way at once: the last one may come first.
    let notes: Vec<_> = sent.iter().filter_map(|alert| alert.get("note")).collect();
    assert_eq!(notes, ["budget used up; the rest is in the digest at 07:00"]);
    let kept = desk.world.store().last_alert_revisions(1, false).unwrap();
    assert!(
        kept[0].reason.text.ends_with(
            "not pushed to hook: its budget of 2 a day is used up; in the digest of hook at 07:00"
        ),
        "{}",
        kept[0].reason.text
    );
    desk.pass(17 * HOUR).await;
    assert_eq!(desk.alerts(), 2, "nothing is sent late one by one");
    let digest = &desk.digests()[0];
    assert_eq!(headlines(digest).len(), 5);
    assert_eq!(digest["counts"]["over_budget"], 3);
    assert_eq!(digest["headline"], "5 alerts raised; 3 over budget");
    desk.pass(8 * HOUR).await;
    desk.publish_and_read(1).await;
    assert_eq!(desk.alerts(), 3, "a day later there is room");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_topics_budget_and_silences_hold_back_is_told_too() {
    let mut desk = Desk::with(DAILY, |world| {
        let trial = "[[topic]]\nid = \"trial\"\nmode = \"shadow\"\nmatch = 'ferries'\n";
        world.topics = NATO.replace("[topic.alert]", "[topic.alert]\nbudget = 1") + trial;
    })
    .await;
    desk.publish_and_read(3).await;
    desk.pass(17 * HOUR).await;
    let digest = &desk.digests()[0];
    assert_eq!(
        desk.got("wirewatch.alert.v1")[0]["note"],
        "budget of NATO used up; the rest is in the digest at 07:00"
    );
    assert_eq!(digest["counts"]["over_budget"], 2);
    assert_eq!(digest["alerts"][1]["held"], "budget");
    assert_eq!(digest["shadow"][0], serde_json::json!({ "name": "trial", "count": 1 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_running_daemon_makes_and_sends_digests_by_itself() {
    let mut desk = Desk::new(DAILY).await;
    desk.publish_and_read(1).await;
    desk.world.start().await;
    desk.world.clock.advance(17 * HOUR);
    desk.sink.wait_for(2).await;
    assert_eq!(headlines(&desk.digests()[0]), TITLES[..1]);
    desk.world.stop().await;
}
