//! `wirewatch routes`, what `check` says of routes, and `deliver preview`, `test`, `channels`, `drop`.

use super::scene::Scene;
use crate::support::channel::{Answer, Receiver};
use crate::support::world::item;

const ROUTES: &str = r#"
[[route]]
name = "nights"
severity = "high"
hours = "22:00-07:00"
zone = "Europe/Copenhagen"
channels = ["hook"]
[[route]]
topic = "nato"
channels = ["log"]
"#;

/// One alert, a log and a webhook.
async fn scene(routes: &str) -> (Scene, Receiver) {
    let receiver = Receiver::start().await;
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.allow(&receiver.host());
    scene.world.extra = format!(
        "[[channel]]\nid = \"log\"\ntype = \"log\"\n[[channel]]\nid = \"hook\"\n\
         type = \"webhook\"\nurl = \"{}\"\n{routes}",
        receiver.url()
    );
    scene.world.write_config();
    scene.once().ended(0);
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.once().ended(0);
    (scene, receiver)
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_are_listed_and_tested_with_why_and_why_not() {
    let (scene, receiver) = scene(ROUTES).await;
    assert!(receiver.received().is_empty());
    let list = scene.run("routes list -o json").ended(0).list();
    assert_eq!(list[0]["name"], "nights");
    assert_eq!(list[0]["when"], "severity high or above, 22:00-07:00 in Europe/Copenhagen");
    assert_eq!(list[1]["channels"][0], "log");

    let night = "routes test --topic nato --severity critical --at 2026-06-03T22:30 -o json";
    let night = scene.run(night).ended(0).json();
    assert_eq!(night["at"], "2026-06-03T20:30:00Z", "in the zone of the routes");
    assert_eq!(night["routes"][0]["answer"], "catches");
    assert_eq!(night["routes"][1]["answer"], "not_asked");
    let told = |at: usize| night["channels"][at]["told"].as_bool();
    assert_eq!((told(0), told(1)), (Some(false), Some(true)));
    let noon = scene.run("routes test --topic nato --at 2026-06-03T10:00:00Z").ended(0).out;
    assert_eq!(
        noon,
        "topic nato, severity medium, opened, Wed 2026-06-03 10:00 UTC\n\n\
         route 1 (nights) misses: medium is below high\nroute 2 catches: topic nato\n\n\
         log is told: route 2: topic nato\nhook is not told: route 2 does not name it\n"
    );
    let alert = scene.run(&format!("routes test --alert {} -o json", scene.alert_id()));
    assert_eq!(alert.ended(0).json()["feed"], "wire");
    let all = scene.run("routes test --all -o json").ended(0).list();
    assert_eq!((&all[0]["topic"], &all[0]["routes"][0]), (&"nato".into(), &"route 2".into()));
    assert!(scene.run("routes test --topic naot").ended(1).err.contains("did you mean `nato`?"));
    assert!(scene.run("routes test --at soon").ended(2).err.contains("is no time"));
    let shown = scene.run(&format!("alerts show {}", scene.alert_id())).ended(0).out;
    assert!(shown.contains("by route 2: topic nato"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_warns_of_routes_that_are_never_asked_and_channels_that_are_never_told() {
    let routes = "[[route]]\nseverity = \"low\"\nchannels = [\"log\"]\n\
                  [[route]]\nname = \"late\"\nseverity = \"high\"\nchannels = [\"log\"]\n";
    let (scene, _receiver) = scene(routes).await;
    let said = scene.run("check").ended(0).err;
    for part in [
        "route 2 (late) is never asked: route 1 catches all that it could",
        "no route leads to channel `hook`",
        "alerts that no route catches are only logged",
    ] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
    assert!(said.contains("wirewatch.toml:"), "{said}");
    scene.run("check --deny-warnings").ended(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_previewed_and_tested_and_the_answer_is_told() {
    let (scene, receiver) = scene("").await;
    let alert = receiver.wait_for(1).await.remove(0);
    let preview = scene.run("deliver preview hook -o json").ended(0).json();
    assert_eq!(preview["content_type"], "application/json");
    assert_eq!(preview["text"].as_str().unwrap().as_bytes(), alert.body, "the very bytes");
    let notice = scene.run("deliver preview hook --notice").ended(0).out;
    assert!(notice.contains("This is a test of channel hook"), "{notice}");
    let digest = scene.run("deliver preview log --digest -o json").ended(0).json();
    assert!(digest["text"].as_str().unwrap().contains("1 alert raised"), "{digest}");
    assert_eq!(receiver.received().len(), 1, "nothing was sent");

    let took = scene.run("deliver test hook -o json").ended(0).json();
    assert_eq!((&took["delivered"], &took["code"]), (&true.into(), &"delivered".into()));
    let sent = receiver.wait_for(2).await.remove(1);
    assert_eq!(sent.json()["event"], "test");
    assert_eq!(Some(sent.id()), took["delivery"].as_str());
    receiver.script([Answer::Status(503)]);
    let refused = scene.run("deliver test hook").ended(1).out;
    assert!(refused.starts_with("hook did not take the test message (http_503, "), "{refused}");
    assert!(refused.contains("said the receiver"), "{refused}");
    let log = scene.run("deliver log --channel hook -o json").ended(0).list();
    assert_eq!(log[0]["state"], "dropped");
    assert_eq!(log[0]["remark"], "a test that failed");
    scene.once().ended(0);
    assert_eq!(receiver.received().len(), 3, "a test that failed is not tried again");
    assert!(scene.run("deliver test hok").ended(1).err.contains("did you mean `hook`?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_shown_retried_by_channel_and_dropped_with_a_reason() {
    let (mut scene, receiver) = scene("").await;
    receiver.script([Answer::Status(422), Answer::Status(422)]);
    for title in ["Ferries halt as NATO drill begins", "Museum of NATO opens its doors in Riga"] {
        scene.world.publish("wire", item(title));
    }
    scene.once().ended(3);
    // The log may have been served already when the other channel refused, and hears of it now.
    scene.once().ended(0);
    let told = scene.world.alert_log();
    assert_eq!(told.iter().filter(|object| object["event"] == "given_up").count(), 1);
    let failed = scene.run("deliver log --failed -o json").ended(0).list();
    assert_eq!(failed.len(), 2);
    let channels = scene.run("deliver channels -o json").ended(0).list();
    assert_eq!((&channels[1]["channel"], &channels[1]["given_up"]), (&"hook".into(), &2.into()));
    assert_eq!(channels[1]["state"], "ok");
    let id = failed[0]["id"].as_str().unwrap();
    scene.run(&format!("deliver drop {id}")).ended(2);
    scene.run(&format!("deliver drop {id} --reason obsolete")).ended(0);
    scene.run(&format!("deliver drop {id} --reason obsolete")).ended(1);
    let none = scene.run("deliver retry --channel log -o json").ended(0).json();
    assert_eq!(none["retried"], 0);
    let one = scene.run("deliver retry --channel hook --since 1h -o json").ended(0).json();
    assert_eq!(one["retried"], 1);
    scene.once().ended(0);
    assert_eq!(receiver.received().len(), 4);
    assert!(scene.run("deliver log --failed -o json").ended(0).list().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_previewed_where_its_secret_cannot_be_read() {
    let chats = [
        "type = \"slack\"\ntoken_file = \"no.file\"\nchannel = \"C0123456789\"",
        "type = \"slack\"\nurl_file = \"no.file\"",
        "type = \"mattermost\"\nurl_file = \"no.file\"",
        "type = \"discord\"\nurl_file = \"no.file\"",
        "type = \"telegram\"\ntoken_file = \"no.file\"\nchat = \"-1001234567890\"",
        "type = \"matrix\"\nurl = \"https://m.example\"\nroom = \"!a:m.example\"\ntoken_env = \"NO\"",
    ];
    let (mut scene, _receiver) = scene("").await;
    for chat in chats {
        scene.world.extra = format!("[[channel]]\nid = \"chat\"\n{chat}\n");
        scene.world.write_config();
        let preview = scene.run("deliver preview chat").ended(0).out;
        assert!(preview.contains("NATO ministers meet in Copenhagen"), "{chat}: {preview}");
        let refused = scene.run("deliver test chat").ended(1);
        assert!(refused.err.contains("no.file") || refused.err.contains("NO"), "{refused:?}");
    }
}
