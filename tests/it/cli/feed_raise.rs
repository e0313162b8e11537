//! `feeds fetch --raise`: what a first fetch took as the past raises after all, by the same rules
//! as news, each match with its reason.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use wirewatch::store::InstanceLock;

use super::scene::Scene;
use crate::support::server::Reply;
use crate::support::world::item;

const HOUR: Duration = Duration::from_secs(3_600);

const SUMMIT: &str = "NATO ministers meet in Copenhagen";
const OLD: &str = "NATO opens a new office in Tallinn";

/// A feed whose past has one fresh find, one of last month, and one that no topic finds.
async fn with_past() -> Scene {
    let mut scene = Scene::new(&["wire"]).await;
    let ago = |hours: u32| Timestamp::now() - hours * HOUR;
    scene.world.publish("wire", item(OLD).published(ago(30 * 24)));
    scene.world.publish("wire", item(SUMMIT).published(ago(3)));
    scene.world.publish("wire", item("Danish dairy prices rise").published(ago(2)));
    scene
}

/// Title, verdict and code of what was decided after all.
fn decided(done: &Value) -> Vec<(String, String, String)> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let all = done["after_all"].as_array().unwrap().iter();
    all.map(|one| (text(one, "title"), text(one, "verdict"), text(one, "code"))).collect()
}

fn told(title: &str, verdict: &str, code: &str) -> (String, String, String) {
    (title.to_owned(), verdict.to_owned(), code.to_owned())
}

fn alerts(scene: &Scene) -> Vec<Value> {
    scene.run("alerts list -o json").ended(0).list()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_baseline_swallowed_raises_after_all_and_what_is_too_old_says_so() {
    let scene = with_past().await;
    let first = scene.run("feeds fetch wire").ended(0);
    assert!(first.out.contains("would have raised 1"), "{}", first.out);
    assert!(first.err.contains("`wirewatch feeds fetch wire --raise`"), "{}", first.err);
    assert_eq!(alerts(&scene), [] as [Value; 0]);
    let shown = scene.run("feeds show wire").ended(0).out;
    assert!(shown.contains("feeds fetch wire --raise"), "{shown}");

    let raised = scene.run("feeds fetch wire --raise -o json").ended(0).json();
    let expected = [told(OLD, "suppress", "stale"), told(SUMMIT, "raise", "first")];
    assert_eq!(decided(&raised), expected, "oldest first");
    assert_eq!(raised["new_entries"], 0, "what is visible was looked at first");
    let reason = raised["after_all"][1]["reason"].as_str().unwrap();
    assert!(reason.contains("raised by hand"), "{reason}");
    let alerts = alerts(&scene);
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0]["id"], raised["after_all"][1]["alert"]);
    // It is sent as any other, once.
    scene.once().ended(0);
    scene.once().ended(0);
    let log = scene.world.alert_log();
    assert_eq!(log.len(), 1, "{log:#?}");
    assert!(log[0].to_string().contains(SUMMIT), "{log:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn raising_again_raises_nothing_twice_and_asks_anew_of_what_was_too_old() {
    let mut scene = with_past().await;
    scene.run("feeds fetch wire --raise").ended(0);
    let again = scene.run("feeds fetch wire --raise -o json").ended(0).json();
    assert_eq!(decided(&again), [told(OLD, "suppress", "stale")]);
    let patient = "[topic.alert]\nmax_age = \"60 days\"\n";
    scene.world.topics = scene.world.topics.replace("[topic.alert]\n", patient);
    scene.world.write_config();
    let again = scene.run("feeds fetch wire --raise -o json").ended(0).json();
    assert_eq!(decided(&again), [told(OLD, "raise", "first")]);
    assert_eq!(alerts(&scene).len(), 2);
    let nothing = scene.run("feeds fetch wire --raise").ended(0);
    assert!(nothing.out.contains("no match of its past is left"), "{}", nothing.out);
    let shown = scene.run("feeds show wire -o json").ended(0).json();
    assert_eq!(shown["would_have_raised"], 0, "all was raised by now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_fetch_can_raise_at_once_and_tells_each_decision_to_people() {
    let scene = with_past().await;
    let raised = scene.run("feeds fetch wire --raise").ended(0).out;
    assert!(raised.contains("this was its baseline"), "{raised}");
    assert!(raised.contains("after all: 1 alert raised of 2 matches in its past"), "{raised}");
    assert!(raised.contains(&format!("raise     nato  {SUMMIT}: first match")), "{raised}");
    assert!(raised.contains("suppress  nato  "), "{raised}");
    assert!(raised.lines().all(|line| line.chars().count() <= 80), "{raised}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silences_and_the_rule_as_it_is_now_hold_for_what_is_raised_after_all() {
    let mut scene = with_past().await;
    scene.run("feeds fetch wire").ended(0);
    scene.run("alerts silence add --topic nato --for 1d --reason quiet").ended(0);
    let silenced = scene.run("feeds fetch wire --raise -o json").ended(0).json();
    assert_eq!(decided(&silenced)[1], told(SUMMIT, "suppress", "silenced"));
    scene.world.topics = scene.world.topics.replace("'NATO EXCEPT", "'Tallinn EXCEPT");
    scene.world.write_config();
    let changed = scene.run("feeds fetch wire --raise -o json").ended(0).json();
    assert_eq!(decided(&changed)[1], told(SUMMIT, "record", "rule_changed"));
    assert_eq!(alerts(&scene), [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_beside_a_running_daemon_and_where_the_feed_cannot_be_read() {
    let scene = with_past().await;
    scene.run("feeds fetch wire").ended(0);
    let asked = scene.world.server.requests("/wire").len();
    let lock = InstanceLock::acquire(&scene.world.dir().join("state")).unwrap();
    let beside = scene.run("feeds fetch wire --raise -o json").ended(0);
    assert!(beside.err.contains("the daemon runs"), "{}", beside.err);
    assert_eq!(decided(&beside.json())[1], told(SUMMIT, "raise", "first"));
    assert_eq!(beside.json()["outcome"], Value::Null, "the daemon fetches it");
    assert_eq!(scene.world.server.requests("/wire").len(), asked);
    drop(lock);
    scene.world.server.set("/wire", Reply::status(404));
    let failed = scene.run("feeds fetch wire --raise -o json").ended(1).json();
    assert_eq!(failed["code"], json!("http_404"));
    assert_eq!(decided(&failed), [told(OLD, "suppress", "stale")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_came_after_the_entries_is_told_of_and_where_to_ask() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.publish("wire", item("Danish dairy prices rise"));
    scene.once().ended(0);
    let nothing = scene.run("feeds fetch wire --raise -o json").ended(0).json();
    assert_eq!(nothing["not_asked"], json!([]), "all topics were asked");
    let dairy =
        "[[topic]]\nid = \"dairy\"\nname = \"Dairy\"\nseverity = \"low\"\nmatch = 'dairy'\n";
    scene.world.topics += dairy;
    scene.world.write_config();
    scene.once().ended(0);
    let raised = scene.run("feeds fetch wire --raise -o json").ended(0).json();
    assert_eq!(raised["not_asked"], json!([{ "topic": "dairy", "entries": 1 }]));
    let page = scene.run("feeds fetch wire --raise").ended(0).out;
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("`wirewatch topics backtest dairy`"), "{page}");
    assert_eq!(alerts(&scene), [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_stored_can_be_raised() {
    let scene = with_past().await;
    let url = scene.world.server.url("/wire");
    let refused = scene.run(&format!("feeds fetch {url} --raise")).ended(2);
    assert!(refused.err.contains("name a configured feed by its key"), "{}", refused.err);
    scene.run("feeds fetch wire --raise --dry-run").ended(2);
}
