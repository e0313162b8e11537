//! `run` and `demo` as processes: their logs, their signals, their end.

use serde_json::Value;

use super::scene::{Running, Scene, command, run};
use crate::support::world::{NATO, item};

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_stops_on_sigterm_and_on_ctrl_c_and_logs_json_without_a_terminal() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let scene = Scene::new(&["wire"]).await;
        let daemon = Running::start(scene.command().arg("run"));
        let line: Value = serde_json::from_str(&daemon.logged("feeds reachable")).unwrap();
        assert_eq!(
            (&line["level"], &line["message"]),
            (&"INFO".into(), &"1 of 1 feeds reachable".into())
        );
        assert_eq!(daemon.end(signal), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_takes_a_good_config_and_refuses_a_bad_one_with_the_reasons() {
    let mut scene = Scene::new(&["wire"]).await;
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("feeds reachable");

    scene.world.topics = NATO.replace("match = '", "match = 'AND ");
    scene.world.write_config();
    daemon.signal(libc::SIGHUP);
    let refused = daemon.logged("reload refused");
    assert!(refused.contains("test.toml:6"), "{refused}");

    scene.world.topics = format!("{NATO}[[topic.test]]\ntitle = \"no\"\nexpect = \"match\"\n");
    scene.world.write_config();
    daemon.signal(libc::SIGHUP);
    let refused = daemon.logged("reload refused");
    assert!(refused.contains("1 test of the topics failed"), "{refused}");

    scene.world.topics = NATO.to_owned();
    scene.world.add_feed("ledger");
    scene.world.write_config();
    daemon.signal(libc::SIGHUP);
    let reloaded: Value = serde_json::from_str(&daemon.logged("reloaded")).unwrap();
    assert_eq!(reloaded["feeds"], 2);
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_acknowledged_beside_a_running_daemon() {
    let scene = Scene::with_alert().await;
    let id = scene.alert_id();
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("watching");
    scene.run(&format!("alerts ack {id}")).ended(0);
    assert_eq!(scene.run("alerts list --state acknowledged -o json").ended(0).list().len(), 1);
    scene.once().ended(11);
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_is_told_once_with_the_way_to_the_demo() {
    let scene = Scene::new(&["wire", "ledger"]).await;
    // Nothing listens there.
    let text = std::fs::read_to_string(&scene.config).unwrap();
    let address = scene.world.server.address().to_string();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    std::fs::write(&scene.config, text.replace(&address, &closed.to_string())).unwrap();
    let ran = scene.once().ended(3);
    let hint = "0 of 2 feeds reachable: this machine looks offline; try `wirewatch demo`";
    assert_eq!(ran.err.matches(hint).count(), 1, "{}", ran.err);
    assert_eq!(ran.err.matches("feed failed").count(), 2, "each feed once: {}", ran.err);
}

#[test]
fn the_demo_shows_baseline_alert_revision_and_near_miss_without_network_or_config() {
    let dir = tempfile::tempdir().unwrap();
    let told = run(command(dir.path()).arg("demo")).ended(0).out;
    let order = [
        "The data is bundled; its dates and publishers are invented.",
        "baseline  harbour-wire: ",
        "ALERT\nhigh  [Defence alliances] Keir Starmer Forges Defence Alliance",
        "quiet  Senator unveils alphabet mural",
        "REVISION\nhigh  [Defence alliances] update 2: 2nd publisher (Nordic Ledger)",
    ];
    let mut rest = told.as_str();
    for part in order {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part} is missing in:\n{told}")).1;
    }
    assert!(!told.contains('\u{1b}'), "no terminal, no colour");
    // The README shows this very alert; only its id and times differ from run to run.
    let readme = include_str!("../../../README.md");
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    for line in shown.lines().filter(|line| !line.contains(", alert A")) {
        assert!(told.contains(line), "the README shows what the demo does not: {line}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_printed_as_they_are_raised() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.extra = "[[channel]]\nid = \"log\"\ntype = \"log\"\nterminal = true\n".to_owned();
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.world.write_config();
    let printed = scene.once().ended(0).out;
    assert!(printed.starts_with("medium  [NATO] NATO ministers meet in Copenhagen\n"), "{printed}");
}
