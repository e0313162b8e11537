//! Topics on trial, budgets and expectations, from real HTTP to the channels, over a manual clock.

use std::time::Duration;

use wirewatch::daemon::events::{Event, Standing};

use crate::support::channel::Receiver;
use crate::support::world::{NATO, World, item};

const HOUR: Duration = Duration::from_secs(3_600);

const PACT: &str = "NATO ministers sign a harbour defence pact in Copenhagen";

/// The topic with one more line of its own.
fn nato(line: &str) -> String {
    NATO.replace("[topic.alert]", &format!("{line}\n[topic.alert]"))
}

#[tokio::test]
async fn a_topic_on_trial_tells_nobody_and_opens_its_alerts_once_it_is_live() {
    let mut world = World::new(&["wire", "ledger"]).await;
    world.topics = nato("mode = \"shadow\"");
    world.start().await;
    world.first_round().await;
    world.publish("wire", item(PACT));
    let visit = world.visit("wire").await;
    assert_eq!((visit.raised.len(), visit.shadowed.len()), (0, 1));
    assert!(visit.matched[0].reason.contains("in shadow mode"), "{}", visit.matched[0].reason);
    assert_eq!((world.alert_log().len(), world.printed().as_str()), (0, ""));
    let trial = world.alerts().remove(0);
    assert!(trial.shadow);

    world.topics = NATO.to_owned();
    world.app().reload(world.load()).await.unwrap();
    world.publish("ledger", item(PACT).at("ledger.example"));
    let visit = world.visit("ledger").await;
    assert_eq!((visit.raised.len(), visit.amended.len()), (1, 0));
    let log = world.alert_log();
    assert_eq!(log.len(), 1, "{log:#?}");
    assert_eq!((&log[0]["event"], &log[0]["seq"]), (&"opened".into(), &2.into()));
    assert_eq!(log[0]["id"], trial.id.to_string());
    assert_eq!(log[0]["reason"]["code"], "left_shadow");
    assert!(log[0].get("shadow").is_none(), "{}", log[0]);
    let kept = world.store().alert(trial.id).unwrap().unwrap();
    let first: serde_json::Value = serde_json::from_str(&kept.revisions[0].object).unwrap();
    assert_eq!(first["shadow"], true);
}

#[tokio::test]
async fn what_is_over_budget_is_logged_and_not_pushed_until_there_is_room_again() {
    let sink = Receiver::start().await;
    let mut world = World::new(&["wire"]).await;
    world.topics = NATO.replace("[topic.alert]", "[topic.alert]\nbudget = 1");
    world.extra =
        format!("[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{}\"\n", sink.url());
    world.extra += "[[channel]]\nid = \"log\"\ntype = \"log\"\n";
    world.allow(&sink.host());
    world.start().await;
    world.first_round().await;
    let mut overspent = Vec::new();
    for title in [PACT, "Ferries halt as NATO drill begins", "NATO museum opens in Riga"] {
        world.publish("wire", item(title));
        overspent.push(world.visit("wire").await.overspent.len());
    }
    assert_eq!(overspent, [0, 1, 0], "told once a day");
    assert_eq!(sink.received().len(), 1);
    let log = world.alert_log();
    assert_eq!(log.len(), 3);
    assert!(log[0].get("held_back").is_none());
    assert_eq!(log[1]["held_back"], true);
    let reason = log[2]["reason"]["text"].as_str().unwrap();
    assert!(reason.ends_with("not pushed to hook: the budget of 1 a day is used up"), "{reason}");
    assert!(world.printed().contains("held back: logged, and not pushed"));

    world.clock.advance(24 * HOUR);
    world.next_visit().await;
    world.publish("wire", item("Tromso hosts a NATO school for divers"));
    world.visit("wire").await;
    assert_eq!((sink.received().len(), world.alert_log().len()), (2, 4));
}

/// Lets time pass, with a visit every hour, until a topic's standing changes.
async fn standing(world: &mut World) -> Standing {
    loop {
        match world.next_event().await {
            Event::Standing(standing) => return standing,
            Event::Visited(_) => {
                world.clock.advance(HOUR);
                world.app().visit_now(&"wire".parse().unwrap());
            }
            Event::FirstRound(_) => {}
        }
    }
}

#[tokio::test]
async fn a_topic_that_falls_silent_says_so_once_and_when_it_is_heard_again() {
    let mut world = World::new(&["wire"]).await;
    world.topics = nato("expect = \"1/day\"");
    world.start().await;
    world.first_round().await;
    world.publish("wire", item(PACT));
    world.visit("wire").await;
    world.clock.advance(23 * HOUR);
    let silent = standing(&mut world).await;
    assert_eq!((silent.topic.as_str(), silent.silent), ("nato", true));
    assert_eq!(silent.text, "no entry matched within the last 1 d, at least 1 is expected");
    let told = world.store().topics().unwrap()[0].silent_since;
    assert!(told.is_some());

    world.stop().await;
    world.clock.advance(30 * HOUR);
    world.start().await;
    for _ in 0..3 {
        world.visit("wire").await;
        world.clock.advance(HOUR);
    }
    assert_eq!(world.store().topics().unwrap()[0].silent_since, told, "not told again");
    world.publish("wire", item("NATO museum opens in Riga"));
    world.app().visit_now(&"wire".parse().unwrap());
    let heard = standing(&mut world).await;
    assert!(!heard.silent, "{heard:?}");
    assert_eq!(heard.text, "1 entry matched within the last 1 d, at least 1 is expected");
    assert_eq!(world.store().topics().unwrap()[0].silent_since, None);
    world.delivered().await;
    let notices = world.store().notices(10).unwrap();
    let told: Vec<&str> = notices.iter().map(|notice| notice.headline.as_str()).collect();
    assert_eq!(told, ["topic nato is heard again", "topic nato is silent"], "newest first");
    let log = world.alert_log();
    let noticed = log.iter().filter(|line| line["schema"] == "wirewatch.notice.v1");
    assert_eq!(noticed.count(), 2, "the channels were told");
}

#[tokio::test]
async fn a_topic_is_not_blamed_for_a_time_in_which_nobody_watched() {
    let mut world = World::new(&["wire"]).await;
    world.topics = nato("expect = \"1/day\"");
    world.start().await;
    world.first_round().await;
    world.publish("wire", item(PACT));
    world.visit("wire").await;
    world.stop().await;
    let month = 30 * 24 * HOUR;
    world.clock.advance(month);
    let started = world.now();
    world.start().await;
    let silent = standing(&mut world).await;
    assert!(silent.silent, "{silent:?}");
    assert!(world.now() >= started + 24 * HOUR, "only once it was watched for a day");
}

#[tokio::test]
async fn a_topic_is_not_blamed_for_what_nobody_could_read() {
    let mut world = World::new(&["wire"]).await;
    world.topics = nato("expect = \"1/day\"");
    world.start().await;
    world.first_round().await;
    world.publish("wire", item(PACT));
    world.visit("wire").await;
    world.server.set("/wire", crate::support::server::Reply::status(503));
    for _ in 0..10 {
        world.clock.advance(4 * HOUR);
        world.app().visit_now(&"wire".parse().unwrap());
        match world.next_event().await {
            Event::Standing(standing) => panic!("{standing:?}"),
            _ => assert_eq!(world.store().topics().unwrap()[0].silent_since, None),
        }
    }
    // It can be read again, and says nothing of the topic: now it is its silence.
    world.publish("wire", item("Cycle lanes approved"));
    world.app().visit_now(&"wire".parse().unwrap());
    assert!(standing(&mut world).await.silent);
}
