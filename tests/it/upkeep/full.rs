//! Disks that are full or read-only, and a database that another process keeps locked: said once,
//! waited for, over by itself, with nothing lost. Where [small disks](super::small_disk) cannot be
//! mounted the tests say so and are skipped.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::small_disk::{LIMIT, SmallDisk, hooked, may_mount, received, until};
use crate::cli::scene::{Running, Scene};
use crate::support::world::item;

/// A daemon whose state directory is a small disk of its own.
struct OnSmallDisk {
    daemon: Running,
    disk: SmallDisk,
}

impl OnSmallDisk {
    fn start(scene: &Scene, options: &str) -> Self {
        let disk = SmallDisk::mount(scene, options);
        Self { daemon: disk.run(scene), disk }
    }

    fn inside(&self, script: &str) -> bool {
        self.disk.inside(script)
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
    // What is given up is more than the floor: nothing is to be read on that alone.
    let extra =
        "[storage]\nballast = \"4MiB\"\nfloor = \"1MiB\"\n[http]\nlisten = \"127.0.0.1:0\"\n";
    let (mut scene, sink) = hooked(extra).await;
    let disk = OnSmallDisk::start(&scene, "size=24m");
    let serving: Value = serde_json::from_str(&disk.daemon.logged("serving HTTP")).unwrap();
    let address = serving["address"].as_str().unwrap().to_owned();
    // The second request: what the first one brought is stored.
    until("it was read", || scene.world.server.requests("/wire").len() >= 2);
    until("the ballast is there", || disk.inside("test -s STATE/wirewatch.ballast"));
    assert!(readiness(&address).0);

    assert!(!disk.inside("cat /dev/zero > STATE/filler"), "until the disk is full");
    scene.world.publish("wire", item("NATO convenes while the disk is full"));
    let said: Value = serde_json::from_str(&disk.daemon.logged("the disk is full")).unwrap();
    assert_eq!((&said["level"], &said["code"]), (&"ERROR".into(), &"full".into()), "{said}");
    received(&sink, "storage_down");
    let said = disk.daemon.said_within(Duration::from_secs(8));
    assert!(!said.iter().any(|line| line.contains("can be stored again")), "{said:?}");
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
async fn a_disk_on_which_nothing_can_be_written_is_logged_once_and_tried_at_leisure() {
    if !may_mount() {
        return;
    }
    let extra = "[storage]\nballast = \"0B\"\nfloor = \"1MiB\"\n";
    let (mut scene, sink) = hooked(extra).await;
    let disk = OnSmallDisk::start(&scene, "size=24m");
    disk.daemon.logged("feeds read");
    assert!(!disk.inside("cat /dev/zero > STATE/filler"), "until the disk is full");
    scene.world.publish("wire", item("NATO convenes where nothing can be written"));
    disk.daemon.logged("the disk is full");
    // Time for several tries, none of which says anything.
    let said = disk.daemon.said_within(Duration::from_secs(12));
    assert!(said.len() < 10, "{} lines, first of all:\n{}", said.len(), said[..10].join("\n"));
    let again = said.iter().filter(|line| line.contains("nothing can be stored")).count();
    assert_eq!(again, 0, "{said:?}");
    assert!(disk.inside("mount -o remount,size=96m STATE"), "the disk grows");
    disk.daemon.logged("reading feeds goes on");
    received(&sink, "NATO convenes where nothing can be written");
    assert_eq!(disk.daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_full_disk_is_over_is_told_after_a_restart_too() {
    if !may_mount() {
        return;
    }
    let (scene, sink) = hooked("[storage]\nballast = \"2MiB\"\nfloor = \"1MiB\"\n").await;
    let OnSmallDisk { daemon, disk } = OnSmallDisk::start(&scene, "size=24m");
    daemon.logged("feeds read");
    until("the ballast is there", || disk.inside("test -s STATE/wirewatch.ballast"));
    disk.fill();
    received(&sink, "storage_down");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
    disk.grow();
    let daemon = disk.run(&scene);
    received(&sink, "storage_back");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
    let daemon = disk.run(&scene);
    daemon.logged("watching");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
    let all = sink.received();
    let back = all.iter().filter(|got| String::from_utf8_lossy(&got.body).contains("storage_back"));
    assert_eq!(back.count(), 1, "once");
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
    // Told to stop meanwhile it ends, without a word of a defect.
    let mut waiting = disk.disk.run(&scene);
    waiting.logged("trying again");
    waiting.signal(libc::SIGTERM);
    assert_eq!(waiting.ended(), 130);
    let said = waiting.said_within(Duration::from_secs(1));
    assert!(!said.iter().any(|line| line.contains("panicked")), "{said:?}");
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
    other.busy_timeout(LIMIT).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    scene.world.publish("wire", item("NATO waits for a lock"));
    let said = daemon.logged("keeps the database locked");
    assert!(said.contains("fuser"), "with what to do: {said}");
    other.execute_batch("ROLLBACK").unwrap();
    daemon.logged("reading feeds goes on");
    received(&sink, "NATO waits for a lock");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_tells_a_disk_that_turned_read_only_from_one_that_is_not_ours() {
    if !may_mount() {
        return;
    }
    let scene = Scene::new(&["wire"]).await;
    let disk = SmallDisk::mount(&scene, "size=16m,mode=700");
    let state = || {
        let said = disk.said(&scene, "doctor");
        let mut checks = said["checks"].as_array().unwrap().iter();
        checks.find(|check| check["check"] == "state").unwrap().clone()
    };
    assert_eq!(state()["level"], "ok");
    assert!(disk.inside("test -z \"$(ls -A STATE)\""), "nothing is left of the trial");
    assert!(disk.inside("mount -o remount,ro STATE"));
    let told = state();
    assert_eq!(told["level"], "problem");
    assert!(told["hint"].as_str().unwrap().contains("mounted read-only"), "{told}");
}
