//! Defects on purpose (`WIREWATCH_FAULT`): nothing of the daemon falls silent. Either it ends, with a
//! code that tells, or it begins again and says so.

use serde_json::Value;

use super::scene::{Ran, Running, Scene, run};
use crate::support::channel::Receiver;
use crate::support::world::item;

fn daemon(scene: &Scene, fault: &str) -> Running {
    Running::start(scene.command().arg("run").env("WIREWATCH_FAULT", fault))
}

fn round(scene: &Scene, fault: &str) -> Ran {
    run(scene.command().args(["run", "--once"]).env("WIREWATCH_FAULT", fault))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_panics_ends_the_daemon_instead_of_leaving_it_silent() {
    let mut scene = Scene::new(&["wire"]).await;
    let mut ends = daemon(&scene, "task:scheduler");
    let told = ends.logged("a part of the daemon panicked");
    assert!(told.contains("task_panicked") && told.contains("scheduler"), "{told}");
    assert_eq!(ends.ended(), 1);
    // A channel's own goes on by itself.
    scene.once().ended(0);
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    let goes_on = daemon(&scene, "task:dispatcher");
    for panics in 1..=2 {
        let told: Value = serde_json::from_str(&goes_on.logged("begins again")).unwrap();
        assert_eq!(told["code"], "dispatcher_panicked", "{told}");
        assert_eq!((&told["channel"], &told["panics"]), (&"log".into(), &panics.into()), "{told}");
    }
    assert_eq!(goes_on.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_round_in_which_a_part_panics_does_the_rest_and_ends_with_code_1() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.extra = "[feeds_out]\ndir = \"out\"\n".to_owned();
    scene.world.write_config();
    scene.once().ended(0);
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    let told = round(&scene, "task:watches").ended(1);
    assert!(told.err.contains("task_panicked"), "{}", told.err);
    assert_eq!(scene.world.alert_log().len(), 1, "what was found is delivered");
    for fault in ["task:scheduler", "task:dispatcher", "task:output feeds"] {
        let told = round(&scene, fault).ended(1);
        assert!(told.err.contains("task_panicked"), "{}", told.err);
    }
    scene.once().ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_renews_alerts_and_what_writes_feeds_is_missed() {
    let service = Receiver::start().await;
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.allow(&service.host());
    scene.world.extra = format!(
        "[feeds_out]\ndir = \"out\"\n[[channel]]\nid = \"pager\"\ntype = \"alertmanager\"\nurl = \"{}\"\n",
        service.url()
    );
    scene.world.write_config();
    for (fault, task) in [("task:renewal", "renewal"), ("write:output feeds", "output feeds")] {
        let mut ends = daemon(&scene, fault);
        let told: Value = serde_json::from_str(&ends.logged("task_panicked")).unwrap();
        assert_eq!(told["task"], task);
        assert_eq!(ends.ended(), 1);
    }
}

/// A panic quotes what a feed sent, and nothing of it may pass for something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_line_of_the_log_with_its_place() {
    let scene = Scene::new(&["wire"]).await;
    let mut command = scene.command();
    command.args(["run", "--once"]).env("WIREWATCH_FAULT", "task:scheduler");
    for backtrace in ["0", "1"] {
        let told = run(command.env("RUST_BACKTRACE", backtrace)).ended(1).err;
        let (log, report) = told.split_once("error: ").unwrap_or_else(|| panic!("{told}"));
        assert!(report.contains("a part of wirewatch panicked"), "{report}");
        let lines = log.lines().map(|line| {
            serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        });
        let panics: Vec<Value> = lines.filter(|line| line["code"] == "panicked").collect();
        assert_eq!(panics.len(), 1, "{log}");
        let (message, place) = (panics[0]["message"].as_str(), panics[0]["place"].as_str());
        assert_eq!(message, Some("a thread panicked: a fault on purpose at `task`"));
        assert!(place.is_some_and(|at| at.starts_with("src/daemon/fault.rs:")), "{place:?}");
        let trace = panics[0]["backtrace"].as_str();
        assert_eq!(trace.is_some_and(|trace| trace.contains("scheduler")), backtrace == "1");
    }
}
