//! `run` as a service: what it tells its manager over the socket that it is given, and what the unit
//! that comes with it is worth.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::scene::{Running, Scene};
use crate::support::counterpart;
use crate::support::world::NATO;

/// Longest wait for a word: only a failing test gets there.
const LIMIT: Duration = Duration::from_secs(120);

/// A service manager, as far as its children see it.
struct Manager {
    socket: UnixDatagram,
    path: std::path::PathBuf,
}

impl Manager {
    fn listen(dir: &Path) -> Self {
        let path = dir.join("notify.sock");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        Self { socket, path }
    }

    /// Starts the daemon as its child, which is to give a sign of life within this time.
    fn start(&self, scene: &Scene, watchdog: Duration) -> Running {
        let mut command = scene.command();
        command.arg("run").env("NOTIFY_SOCKET", &self.path);
        Running::start(command.env("WATCHDOG_USEC", watchdog.as_micros().to_string()))
    }

    /// The next word that has this in it.
    #[track_caller]
    fn told(&self, part: &str) -> String {
        let (begun, mut seen) = (Instant::now(), Vec::new());
        while begun.elapsed() < LIMIT {
            let word = self.next();
            if word.contains(part) {
                return word;
            }
            seen.push(word);
        }
        panic!("{part:?} was not told in time, but {seen:?}");
    }

    fn next(&self) -> String {
        self.heard().expect("a word in time")
    }

    /// The next word, or that there was none in time. That a child stopped or went on interrupts
    /// the wait, and says nothing.
    fn heard(&self) -> std::io::Result<String> {
        let mut word = [0; 4_096];
        loop {
            match self.socket.recv(&mut word) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                heard => {
                    return heard.map(|length| String::from_utf8_lossy(&word[..length]).into());
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_manager_is_told_of_start_life_reload_refusal_and_stop() {
    let mut scene = Scene::new(&["wire"]).await;
    let manager = Manager::listen(scene.world.dir());
    let daemon = manager.start(&scene, Duration::from_secs(2));
    let starting = manager.next();
    assert!(starting.contains("EXTEND_TIMEOUT_USEC=30000000"), "{starting:?}");
    let ready = manager.told("READY=1");
    assert!(ready.contains("STATUS=watching 1 feed for 1 topic"), "{ready:?}");
    // Nothing is due, and the scheduler turns all the same.
    for _ in 0..3 {
        assert_eq!(manager.told("WATCHDOG").trim(), "WATCHDOG=1");
    }
    daemon.signal(libc::SIGHUP);
    let reloading = manager.told("RELOADING=1");
    assert!(reloading.contains("MONOTONIC_USEC="), "{reloading:?}");
    manager.told("READY=1");

    scene.world.topics = NATO.replace("match = '", "match = 'AND ");
    scene.world.write_config();
    manager.told("RELOADING=1");
    let refused = manager.told("READY=1");
    let said = "STATUS=watching 1 feed for 1 topic; the changed configuration is refused: ";
    assert!(refused.contains(said) && refused.contains("topics/test.toml:6:"), "{refused:?}");

    daemon.signal(libc::SIGTERM);
    manager.told("STOPPING=1");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_hangs_gives_no_sign_of_life() {
    let scene = Scene::new(&["wire"]).await;
    let manager = Manager::listen(scene.world.dir());
    let daemon = manager.start(&scene, Duration::from_millis(400));
    manager.told("READY=1");
    manager.told("WATCHDOG=1");
    daemon.signal(libc::SIGSTOP);
    // What was told before it stood still, and then nothing for three times as long as is allowed.
    manager.socket.set_read_timeout(Some(Duration::from_millis(1_200))).unwrap();
    let begun = Instant::now();
    while manager.heard().is_ok() {
        assert!(begun.elapsed() < LIMIT, "it goes on");
    }
    manager.socket.set_read_timeout(Some(LIMIT)).unwrap();
    daemon.signal(libc::SIGCONT);
    manager.told("WATCHDOG=1");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_round_is_no_service_and_tells_nobody() {
    let scene = Scene::new(&["wire"]).await;
    let manager = Manager::listen(scene.world.dir());
    let mut command = scene.command();
    command.args(["run", "--once"]).env("NOTIFY_SOCKET", &manager.path);
    super::scene::run(&mut command).ended(0);
    manager.socket.set_nonblocking(true).unwrap();
    let mut word = [0; 16];
    assert_eq!(manager.socket.recv(&mut word).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

const UNIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/systemd/wirewatch.service");

#[test]
fn the_unit_says_what_the_program_does() {
    let unit = std::fs::read_to_string(UNIT).unwrap();
    for line in [
        "Type=notify",
        "ExecStart=/usr/bin/wirewatch run",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "ConfigurationDirectory=wirewatch",
        "StateDirectory=wirewatch",
        "RestartPreventExitStatus=2 10 11",
        "SuccessExitStatus=130",
    ] {
        assert!(unit.lines().any(|own| own == line), "{line}");
    }
    let seconds = |key: &str| -> u64 {
        let line = unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("{key}")).parse().unwrap()
    };
    assert!(seconds("TimeoutStopSec") > 10, "an orderly stop takes up to 10 s");
    let turns = Duration::from_secs(seconds("WatchdogSec") / 4);
    assert!(turns >= Duration::from_secs(15), "the scheduler turns every 15 s by itself");
}

/// In tenths: 1.5 of 10.
const MOST_EXPOSED: &str = "--threshold=15";

#[test]
fn the_unit_is_exposed_to_no_more_than_one_and_a_half_of_ten() {
    let Some(program) = counterpart::find("systemd-analyze", "COUNTERPART_SYSTEMD_ANALYZE") else {
        return;
    };
    let told = Command::new(program)
        .args(["security", "--offline=true", MOST_EXPOSED, "--no-pager", UNIT])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&told.stdout);
    let errors = String::from_utf8_lossy(&told.stderr);
    if errors.contains("unrecognized option") {
        return counterpart::skipped("systemd-analyze is older than version 250");
    }
    assert!(text.contains("Overall exposure level"), "{text}{errors}");
    assert!(told.status.success(), "{text}");
}
