//! Disks that are full or read-only, and a database that another process keeps locked: said once,
//! waited for, over by itself, with nothing lost. The disks are small ones in memory, in a mount
//! namespace of their own (`unshare -rm`); where that is not allowed the tests say so and are skipped.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::scene::{Running, Scene};
use crate::support::channel::Receiver;
use crate::support::world::item;

/// Longest wait for something: only a failing test gets there.
const LIMIT: Duration = Duration::from_secs(60);

/// A daemon whose state directory is a small disk of its own.
struct OnSmallDisk {
    daemon: Running,
    pid: u32,
    state: PathBuf,
}

fn may_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .stderr(Stdio::null())
        .status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        eprintln!("SKIPPED: mount namespaces are not allowed here, so no disk can be filled up");
    }
    may
}

impl OnSmallDisk {
    fn start(scene: &Scene, options: &str) -> Self {
        let state = scene.world.dir().join("state");
        std::fs::create_dir_all(&state).unwrap();
        let script =
            format!("mount -t tmpfs -o {options} tmpfs '{0}' && exec \"$@\"", state.display());
        let daemon = scene.command();
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", &script, "sh"]).arg(daemon.get_program());
        command.args(daemon.get_args()).arg("run").current_dir(scene.world.dir());
        command.env("HOME", scene.world.dir());
        let daemon = Running::start(&mut command);
        let pid = daemon.id();
        Self { daemon, pid, state }
    }

    /// Runs a command where the disk is.
    fn inside(&self, script: &str) -> bool {
        let script = script.replace("STATE", &format!("'{}'", self.state.display()));
        let target = self.pid.to_string();
        let ran = Command::new("nsenter")
            .args(["-t", &target, "-U", "-m", "--preserve-credentials", "sh", "-c", &script])
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status();
        ran.is_ok_and(|status| status.success())
    }
}

/// Has every feed read each second.
fn hurried(scene: &Scene) {
    let text = std::fs::read_to_string(&scene.config).unwrap();
    let text = text.replace("publisher =", "interval = \"1s\"\npublisher =");
    std::fs::write(&scene.config, text).unwrap();
}

async fn hooked(extra: &str) -> (Scene, Receiver) {
    let sink = Receiver::start().await;
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.allow(&sink.host());
    scene.world.extra = format!(
        "[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{}\"\n{extra}",
        sink.url()
    );
    scene.world.write_config();
    hurried(&scene);
    (scene, sink)
}

/// Waits until something of this kind, or about this, came in.
fn received(sink: &Receiver, part: &str) {
    let begun = Instant::now();
    while !sink.received().iter().any(|got| String::from_utf8_lossy(&got.body).contains(part)) {
        assert!(begun.elapsed() < LIMIT, "{part} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The status and checks of `/readyz`.
fn readiness(address: &str) -> (bool, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body = &answer[answer.find('{').unwrap()..=answer.rfind('}').unwrap()];
    (answer.starts_with("HTTP/1.1 200"), serde_json::from_str(body).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_once_deliveries_go_on_and_reading_resumes_by_itself() {
    if !may_mount() {
        return;
    }
    let extra =
        "[storage]\nballast = \"2MiB\"\nfloor = \"1MiB\"\n[http]\nlisten = \"127.0.0.1:0\"\n";
    let (mut scene, sink) = hooked(extra).await;
    let disk = OnSmallDisk::start(&scene, "size=24m");
    let serving: Value = serde_json::from_str(&disk.daemon.logged("serving HTTP")).unwrap();
    let address = serving["address"].as_str().unwrap().to_owned();
    disk.daemon.logged("feeds read");
    assert!(readiness(&address).0);

    assert!(!disk.inside("cat /dev/zero > STATE/filler"), "until the disk is full");
    scene.world.publish("wire", item("NATO convenes while the disk is full"));
    let said: Value = serde_json::from_str(&disk.daemon.logged("the disk is full")).unwrap();
    assert_eq!((&said["level"], &said["code"]), (&"ERROR".into(), &"full".into()), "{said}");
    received(&sink, "storage_down");
    let (ready, checks) = readiness(&address);
    assert!(!ready, "{checks}");
    let full = |check: &Value| check["name"] == "storage" && check["code"] == "full";
    assert!(checks["checks"].as_array().unwrap().iter().any(full), "{checks}");

    assert!(disk.inside("mount -o remount,size=96m STATE"), "the disk grows");
    disk.daemon.logged("reading feeds goes on");
    received(&sink, "NATO convenes while the disk is full");
    received(&sink, "storage_back");
    assert!(readiness(&address).0);
    assert!(disk.inside("test -s STATE/wirewatch.ballast"), "the ballast is there again");
    let told = |part: &str| {
        let all = sink.received();
        all.iter().filter(|got| String::from_utf8_lossy(&got.body).contains(part)).count()
    };
    assert_eq!((told("\"storage_down\""), told("\"storage_back\"")), (1, 1), "each once");
    assert_eq!(disk.daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_read_only_at_the_start_is_waited_for() {
    if !may_mount() {
        return;
    }
    let (scene, _sink) = hooked("").await;
    let disk = OnSmallDisk::start(&scene, "size=64m,ro");
    let said = disk.daemon.logged("trying again");
    assert!(said.contains("read_only"), "{said}");
    assert!(disk.inside("mount -o remount,rw STATE"));
    disk.daemon.logged("watching");
    assert_eq!(disk.daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_process_locks_is_waited_for() {
    let (mut scene, sink) = hooked("[storage]\nballast = \"0B\"\n").await;
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("feeds read");
    let path = scene.world.dir().join("state/wirewatch.db");
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    scene.world.publish("wire", item("NATO waits for a lock"));
    let said = daemon.logged("keeps the database locked");
    assert!(said.contains("fuser"), "with what to do: {said}");
    other.execute_batch("ROLLBACK").unwrap();
    daemon.logged("reading feeds goes on");
    received(&sink, "NATO waits for a lock");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}
