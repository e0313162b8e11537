//! `run` and `demo` as processes: their logs, their signals, their end.

use std::os::fd::AsRawFd;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::scene::{LIMIT, Running, Scene, command, run};
use crate::support::port::Closed;
use crate::support::server::Reply;
use crate::support::world::{NATO, item, rss};

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_stops_on_sigterm_and_on_ctrl_c_and_logs_json_without_a_terminal() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let scene = Scene::new(&["wire"]).await;
        let daemon = Running::start(scene.command().arg("run"));
        let line: Value = serde_json::from_str(&daemon.logged("feeds read")).unwrap();
        assert_eq!(
            (&line["level"], &line["message"]),
            (&"INFO".into(), &"1 of 1 feeds read".into())
        );
        assert_eq!(daemon.end(signal), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_takes_a_good_config_and_refuses_a_bad_one_with_the_reasons() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.extra = "auto_reload = false\n".to_owned();
    scene.world.write_config();
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("feeds read");

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
    let text = std::fs::read_to_string(&scene.config).unwrap();
    let address = scene.world.server.address().to_string();
    let nobody = Closed::new();
    std::fs::write(&scene.config, text.replace(&address, &nobody.address().to_string())).unwrap();
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
    // The README shows this very alert and its revision; only id and times differ by run.
    let readme = include_str!("../../../README.md");
    let blocks = readme.split("```text\n").skip(1).take(2);
    let shown = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    for line in shown.filter(|line| !line.contains(", alert A")) {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_round_tells_feeds_that_failed_from_feeds_that_were_not_reached() {
    let mut scene = Scene::new(&["wire", "ledger", "gone"]).await;
    scene.world.server.set("/ledger", Reply::status(404));
    let nobody = Closed::new();
    let closed = nobody.address();
    scene.world.allow(&closed.to_string());
    scene.world.write_config();
    let text = std::fs::read_to_string(&scene.config).unwrap();
    let text = text.replace(&scene.world.server.url("/gone"), &format!("http://{closed}/gone"));
    std::fs::write(&scene.config, text).unwrap();
    let ran = scene.once().ended(3);
    let told = "\"1 of 3 feeds read, 1 failed, 1 not reachable\"";
    assert!(ran.err.contains(told), "{}", ran.err);
    assert!(ran.err.contains("\"hint\":\""), "{}", ran.err);
    assert!(!ran.err.contains("hint: "), "the field's name says it already: {}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_read_nothing_is_a_warning_and_not_called_offline() {
    let scene = Scene::new(&["wire"]).await;
    scene.world.server.set("/wire", Reply::status(404));
    let ran = scene.once().ended(3);
    let line = ran.err.lines().find(|line| line.contains("feeds read")).unwrap_or(&ran.err);
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["level"], &line["message"]),
        (&"WARN".into(), &"0 of 1 feeds read, 1 failed".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_topic_and_headline_of_alerts_and_warns_of_a_feed_that_is_cut_off() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    let ran = scene.once().ended(0);
    let line = ran.err.lines().find(|line| line.contains("alert raised")).unwrap_or(&ran.err);
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["topic"], "nato");
    assert_eq!(line["headline"], "NATO ministers meet in Copenhagen");
    assert!(!ran.err.contains("cut off"), "{}", ran.err);

    let whole = rss("wire", &[item("Harbour crane painted"), item("Danish dairy prices rise")]);
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 90000\r\n\r\n";
    let cut = whole.split("<item>").take(2).collect::<Vec<_>>().join("<item>");
    scene.world.server.set("/wire", Reply::raw(format!("{head}{cut}")));
    let ran = scene.once().ended(0);
    let line = ran.err.lines().find(|line| line.contains("cut off")).unwrap_or(&ran.err);
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["level"], &line["code"]), (&"WARN".into(), &"ok_truncated".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_daemon_that_started_says_that_it_is_watching() {
    let scene = Scene::new(&["wire"]).await;
    let lock = wirewatch::store::InstanceLock::acquire(&scene.world.dir().join("state")).unwrap();
    let ran = scene.run("run").ended(11);
    assert!(!ran.err.contains("watching"), "{}", ran.err);
    drop(lock);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_round_that_is_interrupted_ends_with_code_130() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        let scene = Scene::new(&["wire"]).await;
        scene.world.server.set("/wire", Reply::hang());
        let round = Running::start(scene.command().args(["run", "--once"]));
        scene.world.server.wait_for("/wire", 1).await;
        assert_eq!(round.end(signal), 130);
    }
}

/// As on a full disk, and as behind a log driver that hangs.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_or_is_not_read_stops_nothing() {
    let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").unwrap());
    let (unread, pipe) = std::io::pipe().unwrap();
    make_small(&pipe);
    for (stderr, unread) in [(full(), None), (Stdio::from(pipe), Some(unread))] {
        let mut scene = Scene::new(&["wire"]).await;
        scene.once().ended(0);
        let text = std::fs::read_to_string(&scene.config).unwrap();
        let often = text.replace("[[feed]]\n", "[[feed]]\ninterval = \"1s\"\n");
        std::fs::write(&scene.config, often).unwrap();
        let mut command = scene.command();
        let command = command.env("WIREWATCH_LOG", "trace").args(["run"]).stdout(Stdio::null());
        let mut daemon = Killed(command.stderr(stderr).spawn().unwrap());
        let log = scene.world.dir().join("state/alerts.jsonl");
        for title in ["NATO opens a harbour", "Ferries for NATO", "Museum of NATO in Riga"] {
            scene.world.publish("wire", item(title));
            let begun = Instant::now();
            let told = || std::fs::read_to_string(&log).is_ok_and(|text| text.contains(title));
            while !told() {
                assert!(begun.elapsed() < LIMIT, "{title} is not told");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        if let Some(pipe) = &unread {
            assert!(waiting_in(pipe) > 3_000, "the pipe is not full");
        }
        // SAFETY: kill(2) with the process id of a child that was not waited for yet.
        unsafe { libc::kill(i32::try_from(daemon.0.id()).unwrap(), libc::SIGTERM) };
        let begun = Instant::now();
        while daemon.0.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < LIMIT, "it does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(daemon.0.wait().unwrap().code(), Some(0));
    }
}

/// Does not outlive its test.
struct Killed(std::process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Has a pipe hold no more than a page.
fn make_small(pipe: &impl AsRawFd) {
    // SAFETY: fcntl(2) with a descriptor that is open, and a number.
    assert!(unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETPIPE_SZ, 4_096) } >= 0);
}

/// Bytes in a pipe that nobody has read.
fn waiting_in(pipe: &impl AsRawFd) -> i32 {
    let mut bytes = 0;
    // SAFETY: ioctl(2) with a descriptor that is open, and a place for one number.
    assert_eq!(unsafe { libc::ioctl(pipe.as_raw_fd(), libc::FIONREAD, &raw mut bytes) }, 0);
    bytes
}
