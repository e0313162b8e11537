//! That a budget is used up is told to whom it binds, and to nobody else.

use serde_json::Value;

use super::{DAILY, HOUR, TITLES};
use crate::support::channel::Receiver;
use crate::support::world::{NATO, World, item};

const OTHER_BUDGET: &str = "used up; the rest is only logged: wirewatch alerts list";
const OWN_DIGEST: &str = "used up; the rest is in the digest at 07:00";

/// A channel on its terms, and what it was sent.
struct Reader {
    id: &'static str,
    sink: Receiver,
}

impl Reader {
    fn got(&self, schema: &str) -> Vec<Value> {
        let bodies = self.sink.received().into_iter().map(|request| request.json());
        bodies.filter(|body| body["schema"] == schema).collect()
    }

    fn alerts(&self) -> Vec<Value> {
        self.got("wirewatch.alert.v1")
    }

    fn notes(&self) -> Vec<String> {
        notes(&self.alerts())
    }
}

fn notes(alerts: &[Value]) -> Vec<String> {
    let notes = alerts.iter().filter_map(|alert| alert.get("note"));
    notes.map(|note| note.as_str().unwrap().to_owned()).collect()
}

/// The alert log, and a webhook for each of these; past the baseline.
async fn world<const N: usize>(
    channels: [(&'static str, &str); N],
    topics: &str,
) -> (World, [Reader; N]) {
    let mut world = World::new(&["wire"]).await;
    world.topics = topics.to_owned();
    world.extra = "[[channel]]\nid = \"log\"\ntype = \"log\"\n".to_owned();
    let mut readers = Vec::new();
    for (id, keys) in channels {
        let sink = Receiver::start().await;
        let url = sink.url();
        world.extra +=
            &format!("[[channel]]\nid = \"{id}\"\ntype = \"webhook\"\nurl = \"{url}\"\n{keys}");
        world.allow(&sink.host());
        readers.push(Reader { id, sink });
    }
    world.round().await;
    (world, readers.try_into().ok().unwrap())
}

async fn publish(world: &mut World, stories: usize) {
    for title in &TITLES[..stories] {
        world.publish("wire", item(title));
    }
    world.round().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channels_used_up_budget_is_told_to_that_channel_alone() {
    let daily = format!("budget = 3\n{DAILY}");
    let channels = [("capped", "budget = 2\n"), ("daily", &*daily), ("free", DAILY)];
    let (mut world, [capped, daily, free]) = world(channels, NATO).await;
    publish(&mut world, 5).await;
    let sent = [&capped, &daily, &free].map(|reader| reader.alerts().len());
    assert_eq!(sent, [2, 3, 5]);
    assert_eq!(capped.notes(), [format!("budget {OTHER_BUDGET}")]);
    assert_eq!(daily.notes(), [format!("budget {OWN_DIGEST}")]);
    assert!(free.notes().is_empty(), "{:?}", free.notes());
    let log = world.alert_log();
    assert_eq!((log.len(), notes(&log)), (5, Vec::new()));
    let remark = log[4]["reason"]["remark"].as_str().unwrap();
    assert!(remark.starts_with("not pushed to capped: "), "{remark}");
    let why = log[4]["reason"]["text"].as_str().unwrap();
    assert!(why.ends_with(&format!("; {remark}")), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topics_used_up_budget_is_told_to_each_channel_that_it_binds() {
    let oil = "[[topic]]\nid = \"ferry\"\nmatch = 'ferries'\nchannels = [\"plain\", \"log\"]\n";
    let topics = NATO.replace("[topic.alert]", "[topic.alert]\nbudget = 2") + oil;
    let (mut world, [plain, daily]) = world([("plain", ""), ("daily", DAILY)], &topics).await;
    publish(&mut world, 5).await;
    assert_eq!(plain.notes(), [format!("budget of NATO {OTHER_BUDGET}")]);
    assert_eq!(daily.notes(), [format!("budget of NATO {OWN_DIGEST}")]);
    assert_eq!([plain.alerts().len(), daily.alerts().len()], [3, 2], "the other topic goes on");
    let log = world.alert_log();
    assert_eq!((log.len(), notes(&log)), (6, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_again_says_nothing_of_other_channels_and_their_digests() {
    let only = DAILY.replace("}", ", only = true }");
    let repeat = "repeat = \"4h\"\nrepeat_most = 1\n";
    let capped = format!("budget = 2\n{repeat}");
    let channels = [("capped", &*capped), ("free", repeat), ("only", &*only)];
    let (mut world, [capped, free, _only]) = world(channels, NATO).await;
    publish(&mut world, 3).await;
    world.clock.advance(5 * HOUR);
    world.round().await;
    for (reader, times) in [(&capped, 2), (&free, 3)] {
        let alerts = reader.alerts();
        let again: Vec<_> = alerts.iter().filter(|alert| alert["repeat"] == 1).collect();
        assert_eq!((again.len(), alerts.len()), (times, 2 * times), "{}", reader.id);
        for alert in again {
            assert_eq!(alert["note"], "told again: nobody has acknowledged it");
            let first = alerts.iter().find(|first| first["id"] == alert["id"]).unwrap();
            assert_eq!(alert["reason"], first["reason"], "{}", reader.id);
            assert_eq!(alert["held_back"], Value::Null);
        }
    }
    let shown = world.store().last_alert_revisions(1, false).unwrap();
    let why = &shown[0].reason.text;
    assert!(why.ends_with("is used up; in the digest of only at 07:00"), "{why}");
}
