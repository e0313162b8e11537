//! A running daemon whose configuration changes under it: by an editor, by a link that is moved, by
//! a secret that is renewed. What is wrong is told, once, and changes nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::scene::{LIMIT, Running, Scene, command, run};
use crate::support::world::{NATO, item};

const BROKEN: &str = "topics/test.toml:6:";

/// The topic with a rule that is none.
fn broken() -> String {
    NATO.replace("match = '", "match = 'AND ")
}

/// A daemon past its start.
fn start(scene: &Scene) -> Running {
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("feeds read");
    daemon
}

/// Notices of this event in the alert log, once there is one.
fn notices(scene: &Scene, event: &str) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let log = scene.world.alert_log();
        let of_event = log.into_iter().filter(|object| object["event"] == event);
        let found: Vec<Value> = of_event.collect();
        if !found.is_empty() || begun.elapsed() > LIMIT {
            return found;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_taken_up_without_a_signal_and_a_broken_one_is_told_once() {
    let mut scene = Scene::new(&["wire"]).await;
    let daemon = start(&scene);
    scene.world.topics = broken();
    scene.world.write_config();
    let refused = daemon.logged("reload refused");
    assert!(refused.contains(BROKEN) && refused.contains("\"occasion\":\"files\""), "{refused}");

    let told = notices(&scene, "config_refused");
    assert_eq!(told.len(), 1, "{told:?}");
    let headline = told[0]["headline"].as_str().unwrap();
    assert!(
        headline.contains("the earlier one runs on") && headline.contains(BROKEN),
        "{headline}"
    );

    // The files cannot be read, and what is told of the daemon is told all the same.
    let status = scene.run("status -o json").ended(1);
    assert!(status.err.contains(BROKEN), "{}", status.err);
    let status = status.json();
    assert_eq!(status["running"], true);
    let summary = status["config_refused"]["summary"].as_str().unwrap();
    assert!(summary.contains(BROKEN), "{summary}");
    let doctor = scene.run("doctor").ended(1);
    assert!(doctor.out.contains("the daemon refused it"), "{}", doctor.out);

    // Who mends it saves it time and again: that is logged, and told to nobody else.
    scene.world.topics = broken().replace("EXCEPT", "OR except AND");
    scene.world.write_config();
    daemon.logged("reload refused");

    // Asked for by hand it is told again, to who asks.
    let asked = scene.run("reload").ended(1);
    assert!(asked.err.contains(BROKEN), "{}", asked.err);
    assert_eq!(asked.out.trim(), "refused: the earlier configuration runs on");
    assert!(daemon.logged("reload refused").contains("\"occasion\":\"signal\""));

    scene.world.topics = NATO.to_owned();
    scene.world.add_feed("ledger");
    scene.world.write_config();
    let reloaded: Value = serde_json::from_str(&daemon.logged("reload")).unwrap();
    assert_eq!((&reloaded["message"], &reloaded["feeds"]), (&"reloaded".into(), &2.into()));
    assert_eq!(notices(&scene, "config_taken").len(), 1);
    assert_eq!(notices(&scene, "config_refused").len(), 1);
    let status = scene.run("status -o json").ended(0).json();
    assert_eq!(status["config_refused"], Value::Null);
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_moved_brings_another_configuration() {
    let mut scene = Scene::new(&["wire"]).await;
    let mount = scene.world.dir().join("mount");
    let version = |name: &str, scene: &Scene| {
        let dir = mount.join(name);
        fs::create_dir_all(dir.join("topics")).unwrap();
        let main = fs::read_to_string(scene.world.write_config()).unwrap();
        let state = scene.world.dir().join("state");
        let main = main.replace("state_dir = \"state\"", &format!("state_dir = {state:?}"));
        fs::write(dir.join("wirewatch.toml"), main).unwrap();
        fs::write(dir.join("topics/test.toml"), &scene.world.topics).unwrap();
    };
    version("..1", &scene);
    symlink("..1", mount.join("..data")).unwrap();
    for name in ["wirewatch.toml", "topics"] {
        symlink(Path::new("..data").join(name), mount.join(name)).unwrap();
    }
    let mut daemon = command(scene.world.dir());
    let daemon = Running::start(daemon.arg("-c").arg(&mount).arg("run"));
    daemon.logged("feeds read");
    scene.world.add_feed("ledger");
    version("..2", &scene);
    symlink("..2", mount.join("..data_tmp")).unwrap();
    fs::rename(mount.join("..data_tmp"), mount.join("..data")).unwrap();
    let reloaded: Value = serde_json::from_str(&daemon.logged("reload")).unwrap();
    assert_eq!((&reloaded["message"], &reloaded["feeds"]), (&"reloaded".into(), &2.into()));
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_topic_file_and_a_renewed_secret_are_taken_up() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.extra = "[http]\nlisten = \"127.0.0.1:0\"\n[[http.token]]\nname = \"desk\"\n\
                         secret_file = \"desk.token\"\n"
        .to_owned();
    let token = scene.world.dir().join("desk.token");
    fs::write(&token, "0123456789abcdef-one").unwrap();
    scene.world.write_config();
    let daemon = start(&scene);
    let more = NATO.replace("\"nato\"", "\"pact\"").replace("\"NATO\"", "\"Pact\"");
    fs::write(scene.world.dir().join("topics/more.toml"), more).unwrap();
    let reloaded: Value = serde_json::from_str(&daemon.logged("reload")).unwrap();
    assert_eq!((&reloaded["message"], &reloaded["topics"]), (&"reloaded".into(), &2.into()));
    fs::write(&token, "0123456789abcdef-two").unwrap();
    let reloaded: Value = serde_json::from_str(&daemon.logged("reload")).unwrap();
    assert_eq!(
        (&reloaded["message"], &reloaded["occasion"]),
        (&"reloaded".into(), &"files".into())
    );
    fs::write(&token, "short").unwrap();
    let refused = daemon.logged("reload");
    assert!(refused.contains("fewer than 16 characters"), "{refused}");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
    // Two tokens with one secret: nobody could tell who asks, or whether they may.
    fs::write(&token, "0123456789abcdef-two").unwrap();
    let second = "[[http.token]]\nname = \"phone\"\nsecret_file = \"desk.token\"\n";
    scene.world.extra += second;
    scene.world.write_config();
    let told = scene.run("check").ended(1).err;
    assert!(told.contains("the token desk has the same secret"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_restart_is_named_all_of_it_and_nothing_else_is_taken_up() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.extra = "[http]\nlisten = \"127.0.0.1:0\"\n".to_owned();
    scene.world.write_config();
    let daemon = start(&scene);
    scene.world.extra = "[http]\nlisten = \"127.0.0.1:9\"\n".to_owned();
    scene.world.add_feed("ledger");
    let file = scene.world.write_config();
    let text = fs::read_to_string(&file).unwrap();
    let state = scene.world.dir().join("state");
    fs::write(&file, text.replace("state_dir = \"state\"", "state_dir = \"elsewhere\"")).unwrap();
    let refused = daemon.logged("reload refused");
    for part in [
        "`state_dir` changed from ",
        "`listen` under `[http]` changed from 127.0.0.1:0 to 127.0.0.1:9",
        "that needs a restart",
    ] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    assert!(state.join("wirewatch.db").exists() && !scene.world.dir().join("elsewhere").exists());
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_by_hand_says_what_came_of_it_and_needs_a_daemon() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.extra = "auto_reload = false\n".to_owned();
    scene.world.write_config();
    let nobody = scene.run("reload").ended(10);
    assert!(nobody.err.contains("no wirewatch is running here"), "{}", nobody.err);
    assert!(nobody.err.contains("hint:"), "{}", nobody.err);
    let daemon = start(&scene);
    scene.world.add_feed("ledger");
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.world.write_config();
    let reloaded = scene.run("reload").ended(0);
    assert_eq!(reloaded.out, "reloaded: 2 feeds, 1 topic\n");
    let line = daemon.logged("\"reloaded\"");
    assert!(line.contains("\"occasion\":\"signal\""), "not by the file: {line}");
    let told = scene.run("reload -o json").ended(0).json();
    assert_eq!((&told["outcome"], &told["feeds"]), (&"taken".into(), &2.into()));
    assert_eq!(daemon.end(libc::SIGTERM), 0);
    // A command line that asks for nothing else.
    run(scene.command().args(["reload", "now"])).ended(2);
}
