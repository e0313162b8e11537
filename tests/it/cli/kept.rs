//! A start while a topic's test fails: what ran goes on, and says so.

use serde_json::Value;

use super::scene::{Running, Scene};
use crate::support::world::{NATO, item};

/// The topic with another rule, and a test that says that it is not what was meant.
fn spoilt() -> String {
    let test = "[[topic.test]]\ntitle = \"NATO meets\"\nexpect = \"match\"\n";
    format!("{}{test}", NATO.replace("'NATO EXCEPT \"NATO alphabet\"'", "'OTAN'"))
}

const OIL: &str = "[[topic]]\nid = \"oil\"\nmatch = 'oil'\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_whose_test_fails_runs_as_it_last_did_and_the_others_as_their_files_say() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.topics = format!("{}{OIL}", spoilt());
    scene.world.write_config();
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.world.publish("wire", item("OTAN: les ministres se rencontrent"));
    scene.world.publish("wire", item("The price of oil falls"));
    for round in 0..2 {
        let ran = scene.once().ended(0);
        let line = ran.err.lines().find(|line| line.contains("\"topic\":\"nato\",\"why\""));
        let line: Value = serde_json::from_str(line.unwrap_or(&ran.err)).unwrap();
        assert_eq!(line["level"], "WARN", "round {round}: {line}");
        let why = line["why"].as_str().unwrap();
        assert!(why.contains("test.toml:9: nato: NATO meets: expected a match"), "{why}");
        assert!(line["hint"].as_str().unwrap().contains("wirewatch topics test nato"), "{line}");
    }
    let mut alerts: Vec<String> = scene
        .run("alerts list -o json")
        .ended(0)
        .list()
        .iter()
        .map(|alert| alert["headline"].as_str().unwrap().to_owned())
        .collect();
    alerts.sort();
    assert_eq!(alerts, ["NATO ministers meet in Copenhagen", "The price of oil falls"]);
    let listed = scene.run("topics list").ended(0);
    assert!(listed.err.contains("warning: nato runs as it last did"), "{}", listed.err);
    assert!(!listed.err.contains("oil runs"), "{}", listed.err);
    let shown = scene.run("topics show nato -o json").ended(0).json();
    assert!(shown["kept"].as_str().unwrap().contains("NATO meets"), "{shown}");
    // What waits is what differs from what runs.
    let diff = scene.run("config diff").ended(1).out;
    assert!(diff.contains("+ match = 'OTAN'") && diff.contains("would be refused"), "{diff}");

    scene.world.topics = format!("{}{OIL}", spoilt().replace("'OTAN'", "'OTAN OR NATO'"));
    scene.world.write_config();
    let ran = scene.once().ended(0);
    assert!(!ran.err.contains("as it last did"), "{}", ran.err);
    assert!(!scene.run("topics list").ended(0).err.contains("as it last did"));
    assert_eq!(scene.run("topics show nato -o json").ended(0).json()["kept"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_came_up_with_a_kept_topic_takes_the_mended_one_by_a_reload() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.topics = spoilt();
    scene.world.extra = "auto_reload = false\n".to_owned();
    scene.world.write_config();
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("as it last did");
    daemon.logged("watching");
    daemon.signal(libc::SIGHUP);
    daemon.logged("reload refused");
    scene.world.topics = spoilt().replace("'OTAN'", "'OTAN OR NATO'");
    scene.world.write_config();
    daemon.signal(libc::SIGHUP);
    daemon.logged("reloaded");
    assert_eq!(scene.run("topics show nato -o json").ended(0).json()["kept"], Value::Null);
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_never_ran_has_nothing_to_go_on_with() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = spoilt();
    scene.world.write_config();
    let refused = scene.once().ended(1).err;
    assert!(refused.contains("1 test of the topics failed"), "{refused}");
    assert!(refused.contains("no earlier rule of nato ran here"), "{refused}");
    assert!(refused.contains("wirewatch topics test nato"), "{refused}");
    // Another topic ran, and this one came with its failing test.
    scene.world.topics = OIL.to_owned();
    scene.world.write_config();
    scene.once().ended(0);
    scene.world.topics = format!("{OIL}{}", spoilt());
    scene.world.write_config();
    assert!(scene.once().ended(1).err.contains("no earlier rule of nato ran here"));
}
