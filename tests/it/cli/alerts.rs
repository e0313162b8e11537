//! `alerts` and `deliver`: what was found, what people did with it, and how it went out.

use serde_json::Value;

use super::scene::{Running, Scene, run};
use crate::support::channel::{Answer, Receiver};
use crate::support::world::item;

#[tokio::test(flavor = "multi_thread")]
async fn alerts_have_the_same_fields_in_every_format() {
    let scene = Scene::with_alert().await;
    let json = scene.run("alerts list -o json").ended(0).list();
    let fields: Vec<&str> = json[0].as_object().unwrap().keys().map(String::as_str).collect();
    let lines = scene.run("alerts list -o jsonl").ended(0).out;
    assert_eq!(serde_json::from_str::<Value>(lines.trim()).unwrap(), json[0]);
    let csv = scene.run("alerts list -o csv").ended(0).out;
    let mut header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    header.sort_unstable();
    assert_eq!(header, fields);
    let table = scene.run("alerts list").ended(0).out;
    let shown = table.lines().next().unwrap().split_whitespace();
    assert!(shown.into_iter().all(|column| fields.contains(&column)), "{table}");
    assert_eq!(
        (&json[0]["state"], &json[0]["seq"], &json[0]["publishers"]),
        (&"open".into(), &2.into(), &2.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_alert_is_shown_with_evidence_revisions_and_deliveries() {
    let scene = Scene::with_alert().await;
    let id = scene.alert_id();
    let page = scene.run(&format!("alerts show {id}")).ended(0).out;
    for part in [
        "[NATO]",
        "why  NATO",
        "state  open",
        "revisions",
        "opened",
        "updated",
        "to log: delivered",
    ] {
        assert!(page.contains(part), "{part} is missing:\n{page}");
    }
    let object = scene.run(&format!("alerts show {id} -o json")).ended(0).json();
    assert_eq!(object["revisions"].as_array().unwrap().len(), 2);
    assert_eq!(object["revisions"][0]["schema"], "wirewatch.alert.v1");
    assert_eq!(object["deliveries"][0]["state"], "delivered");
    scene.run("alerts show A0").ended(1);
    scene.run("alerts show nonsense").ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_acknowledged_and_closed_with_who_and_why() {
    let scene = Scene::with_alert().await;
    let id = scene.alert_id();
    let acked = scene.run(&format!("alerts ack {id} --note seen -o json")).ended(0).list();
    assert_eq!(acked[0]["state"], "acknowledged");
    let page = scene.run(&format!("alerts show {id}")).ended(0).out;
    assert!(page.contains("acknowledged by tester: seen"), "{page}");
    // Said again: only another remark is worth keeping.
    scene.run(&format!("alerts ack {id}")).ended(0);
    scene.run(&format!("alerts ack {id} --note again")).ended(0);
    let notes = scene.run(&format!("alerts show {id} -o json")).ended(0).json()["notes"].clone();
    assert_eq!(notes.as_array().map(Vec::len), Some(2), "{notes}");
    // One that is not there does not keep the other from being closed.
    let closed = scene.run(&format!("alerts close {id} A0 --author desk")).ended(3);
    assert!(closed.err.contains("there is no alert A0"), "{}", closed.err);
    assert_eq!(scene.run("alerts list --state closed -o json").ended(0).list().len(), 1);
    assert_eq!(scene.run("alerts list --state open").ended(0).out, "no alerts\n");
    scene.run("alerts ack A0").ended(1);
    let refused = scene.run(&format!("alerts ack {id}")).ended(1);
    assert!(refused.err.contains(&format!("alert {id} is closed")), "{}", refused.err);
    assert!(refused.err.contains(&format!("`wirewatch alerts reopen {id}`")), "{}", refused.err);
    assert_eq!(scene.run("alerts list --state closed -o json").ended(0).list().len(), 1);
    // A remark leaves it closed; it can be opened again.
    scene.run(&format!("alerts note {id}")).ended(2);
    let noted = scene.run(&format!("alerts note {id} --note later -o json")).ended(0).list();
    assert_eq!(noted[0]["state"], "closed");
    let opened = scene.run(&format!("alerts reopen {id} -o json")).ended(0).list();
    assert_eq!(opened[0]["state"], "open");
    let object = scene.run(&format!("alerts show {id} -o json")).ended(0).json();
    let did: Vec<_> = object["notes"].as_array().unwrap().iter().map(|note| &note["did"]).collect();
    assert_eq!(did, ["acknowledged", "noted", "closed", "noted", "reopened"]);
    let page = scene.run(&format!("alerts show {id}")).ended(0).out;
    for line in ["noted by tester: again", "noted by tester: later", "reopened by tester"] {
        assert!(page.contains(line), "{line} is missing:\n{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_alerts_are_exported_with_all_that_is_known_of_them() {
    let mut scene = Scene::with_alert().await;
    scene.world.publish("wire", item("Satellite maker wins NATO contract"));
    scene.once().ended(0);
    let lines = scene.run("alerts export").ended(0).out;
    let exported: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&str> = exported.iter().map(|alert| alert["id"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), exported[0]["revisions"].as_array().unwrap().len()), (2, 2));
    for (alert, id) in exported.iter().zip(&ids) {
        assert_eq!(*alert, scene.run(&format!("alerts show {id} -o json")).ended(0).json());
    }
    let rows = scene.run("alerts export -o csv").ended(0).out;
    assert_eq!((rows.lines().count(), rows.starts_with("id,state,")), (3, true), "{rows}");
    assert_eq!(scene.run("alerts export --topic none").ended(1).out, "");
    assert_eq!(scene.run("alerts export --since 2099-01-01").ended(0).out, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_acknowledged_is_known_without_a_variable_too() {
    let scene = Scene::with_alert().await;
    let id = scene.alert_id();
    let mut bare = scene.command();
    run(bare.env_remove("USER").args(["alerts", "ack", &id])).ended(0);
    let notes = scene.run(&format!("alerts show {id} -o json")).ended(0).json()["notes"].clone();
    let author = notes[0]["author"].as_str().unwrap();
    assert!(author.strip_prefix("uid ").is_some_and(|uid| uid.parse::<u32>().is_ok()), "{author}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_is_read_where_secrets_and_topics_cannot_be() {
    let mut scene = Scene::with_alert().await;
    let id = scene.alert_id();
    let entry = scene.run("entries list -o json").ended(0).list()[0]["id"].clone();
    let entry = entry.as_str().unwrap();
    scene.world.extra = "[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \
                         \"https://hooks.example.org/x\"\nsecret_env = \"NOT_SET\"\nheaders = \
                         { Authorization = { file = \"not-there\" } }\n"
        .to_owned();
    scene.world.write_config();
    let with_config = ["feeds list", "feeds status", "topics list", "topics show nato"];
    let more = ["topics test", &format!("topics explain nato {entry}")];
    for line in with_config.iter().chain(&more) {
        scene.run(line).ended(0);
    }
    let refused = scene.once().ended(1);
    assert!(refused.err.contains("`NOT_SET` is not set"), "{}", refused.err);
    scene.run("check").ended(1);

    scene.world.topics = "[[topic]]\nid = \"nato\"\nmatch = 'AND'\n".to_owned();
    scene.world.write_config();
    for line in [
        "alerts list".to_owned(),
        "alerts list --topic nato".to_owned(),
        "alerts tail".to_owned(),
        format!("alerts show {id}"),
        format!("alerts ack {id}"),
        "entries list --feed wire".to_owned(),
        format!("entries show {entry}"),
        "search harbour".to_owned(),
        "deliver log --channel log".to_owned(),
    ] {
        scene.run(&line).ended(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_names_nothing_says_so_and_what_may_be_meant() {
    let scene = Scene::with_alert().await;
    for (line, what, hint) in [
        ("alerts list --topic natoo", "topic `natoo`", "did you mean `nato`?"),
        ("entries list --feed wyre", "feed `wyre`", "did you mean `wire`?"),
        ("deliver log --channel logg", "channel `logg`", "did you mean `log`?"),
    ] {
        let ran = scene.run(line).ended(1);
        assert!(ran.err.contains(&format!("there is no {what}")), "{line}: {}", ran.err);
        assert!(ran.err.contains(hint), "{line}: {}", ran.err);
        assert!(ran.out.is_empty(), "{line}: {}", ran.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_shows_the_last_revisions_and_follows_until_interrupted() {
    let mut scene = Scene::with_alert().await;
    let last = scene.run("alerts tail -n 1 -o json").ended(0).list();
    assert_eq!((last.len(), &last[0]["seq"]), (1, &2.into()));
    let all = scene.run("alerts tail").ended(0).out;
    assert_eq!(all.matches("why  NATO").count(), 2, "{all}");

    let tail =
        Running::start(scene.command().args(["alerts", "tail", "-f", "-n", "1", "-o", "jsonl"]));
    assert_eq!(serde_json::from_str::<Value>(&tail.line()).unwrap()["seq"], 2);
    scene.world.publish("wire", item("NATO opens a school for divers in Tromso"));
    scene.once().ended(0);
    let next: Value = serde_json::from_str(&tail.line()).unwrap();
    assert_eq!((&next["seq"], &next["event"]), (&1.into(), &"opened".into()));
    assert_eq!(tail.end(libc::SIGINT), 130);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_was_given_up_is_shown_and_goes_out_on_request() {
    let sink = Receiver::start().await;
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.extra =
        format!("[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{}\"\n", sink.url());
    scene.world.allow(&sink.host());
    scene.world.write_config();
    scene.once().ended(0);
    sink.script([Answer::Status(422)]);
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.once().ended(3);

    let failed = scene.run("deliver log --failed -o json").ended(0).list();
    assert_eq!((failed.len(), &failed[0]["last_code"]), (1, &"http_422".into()), "{failed:#?}");
    assert_eq!(failed[0]["last_detail"], "said the receiver");
    let id = failed[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(scene.run(&format!("deliver retry {id}")).ended(0).out, "1 delivery is due again\n");
    scene.once().ended(0);

    let received = sink.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].id(), received[1].id());
    assert_eq!(received[0].body, received[1].body, "the bytes never change");
    assert_eq!(scene.run("deliver log --failed").ended(0).out, "no deliveries\n");
    scene.run("deliver retry --failed").ended(0);
    scene.run("deliver retry D0").ended(1);
    scene.run("deliver retry").ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_deliver_leaves_deliveries_for_a_run_that_does() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.run("run --once --no-deliver").ended(0);
    assert!(scene.world.alert_log().is_empty());
    let waiting = scene.run("deliver log -o json").ended(0).list();
    assert_eq!(waiting[0]["state"], "pending");
    scene.once().ended(0);
    assert_eq!(scene.world.alert_log().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_narrowed_by_time_topic_and_severity() {
    let scene = Scene::with_alert().await;
    let listed = |line: &str| scene.run(&format!("{line} -o json")).ended(0).list().len();
    for (line, found) in [
        ("alerts list --severity info", 1),
        ("alerts list --severity critical", 0),
        ("alerts list --since 1d -n 5", 1),
        ("alerts list --since 2099-01-01", 0),
        ("alerts list --until 2020-01-01", 0),
        ("alerts tail --limit 1", 1),
        ("entries list --topic nato", 2),
        ("entries list --topic nato -n 1", 1),
        ("entries list --since 2099-01-01", 0),
        ("search NATO -n 1", 1),
        ("deliver log -n 1", 1),
    ] {
        assert_eq!(listed(line), found, "{line}");
    }
    scene.run("alerts list --severity hgih").ended(2);
    scene.run("entries list --topic none").ended(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_or_entry_is_found_by_what_it_belongs_to() {
    let scene = Scene::with_alert().await;
    let alert = scene.run("alerts list -o json").ended(0).list()[0].clone();
    let (id, story) = (alert["id"].as_str().unwrap(), alert["story"].as_str().unwrap());
    let newest = scene.run("entries list -o json").ended(0).list()[0].clone();
    let (entry, link) = (newest["id"].as_str().unwrap(), newest["url"].as_str().unwrap());
    for what in [entry, story, link] {
        let shown = scene.run(&format!("alerts show {what} -o json")).ended(0).json();
        assert_eq!(shown["id"], id, "{what}");
    }
    for what in [id, story, link] {
        let shown = scene.run(&format!("entries show {what} -o json")).ended(0).json();
        assert_eq!(shown["id"], entry, "{what}");
    }
    let told = scene.run(&format!("entries show {story}")).ended(0).err;
    assert!(told.contains("is the newest; other entries of S"), "{told}");
    let unknown = scene.run("entries show https://news.example/nothing").ended(1);
    assert!(unknown.err.contains("no stored entry has the link"), "{}", unknown.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_without_a_title_is_listed_by_its_first_words() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.publish("wire", item("").text("Ferry runs aground off the northern coast"));
    scene.once().ended(0);
    let page = scene.run("entries list").ended(0).out;
    assert!(page.contains("Ferry runs aground"), "{page}");
    assert_eq!(scene.run("entries list -o json").ended(0).list()[0]["title"], "");
}
