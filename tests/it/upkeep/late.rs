//! Starts and reloads that meet a disk or a database that cannot be written to: they are waited for
//! and done once it can be, and not given up.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::small_disk::{SmallDisk, hooked, may_mount, received, until};
use crate::cli::scene::{Running, Scene};
use crate::support::counterpart::find;
use crate::support::world::item;

/// No ballast, so that a full disk is one.
const BARE: &str = "[storage]\nballast = \"0B\"\nfloor = \"1MiB\"\n";

const HARBOUR: &str = "\n[[topic]]\nid = \"harbour\"\nmatch = 'harbour'\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_a_full_disk_gives_up_the_ballast_and_delivers() {
    if !may_mount() {
        return;
    }
    let (mut scene, sink) = hooked("[storage]\nballast = \"2MiB\"\nfloor = \"8MiB\"\n").await;
    let disk = SmallDisk::mount(&scene, "size=24m");
    let daemon = disk.run(&scene);
    daemon.logged("feeds read");
    until("the ballast is there", || disk.inside("test -s STATE/wirewatch.ballast"));
    assert_eq!(daemon.end(libc::SIGTERM), 0);
    disk.fill();

    scene.world.publish("wire", item("NATO convenes before there is room"));
    let daemon = disk.run(&scene);
    daemon.logged("is given up");
    daemon.logged("no feed is read");
    received(&sink, "storage_down");
    disk.grow();
    daemon.logged("reading feeds goes on");
    received(&sink, "NATO convenes before there is room");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_a_full_disk_without_ballast_waits_for_room() {
    if !may_mount() {
        return;
    }
    let (scene, _sink) = hooked(BARE).await;
    let disk = SmallDisk::mount(&scene, "size=24m");
    disk.fill();
    let daemon = disk.run(&scene);
    let said = daemon.logged("trying again");
    assert!(said.contains("\"code\":\"full\"") && said.contains("free some space"), "{said}");
    disk.grow();
    daemon.logged("feeds read");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_another_process_that_keeps_the_database_locked() {
    let (mut scene, sink) = hooked(BARE).await;
    scene.once().ended(0);
    let other = rusqlite::Connection::open(scene.world.dir().join("state/wirewatch.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    scene.world.publish("wire", item("NATO waits for a lock"));
    let daemon = Running::start(scene.command().arg("run"));
    let said = daemon.logged("trying again");
    assert!(said.contains("\"code\":\"busy\"") && said.contains("fuser"), "{said}");
    other.execute_batch("ROLLBACK").unwrap();
    received(&sink, "NATO waits for a lock");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_meets_a_full_disk_is_taken_up_once_there_is_room() {
    if !may_mount() {
        return;
    }
    let (mut scene, sink) = hooked(BARE).await;
    let disk = SmallDisk::mount(&scene, "size=24m");
    let daemon = disk.run(&scene);
    daemon.logged("feeds read");
    assert!(disk.status(&scene)["config_pending"].is_null());
    disk.fill();
    let topics = scene.world.dir().join("topics/test.toml");
    std::fs::write(&topics, format!("{}{HARBOUR}", scene.world.topics)).unwrap();
    let said = daemon.logged("reload put off");
    assert!(said.contains("the disk is full"), "{said}");
    let pending = &disk.status(&scene)["config_pending"];
    assert_eq!(pending["topics"], serde_json::json!(["harbour"]), "{pending}");

    disk.grow();
    daemon.logged("\"reloaded\"");
    assert!(disk.status(&scene)["config_pending"].is_null());
    scene.world.publish("wire", item("New harbour crane arrives"));
    received(&sink, "New harbour crane arrives");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_could_not_be_stored_is_told_once_there_is_room() {
    if !may_mount() {
        return;
    }
    let (scene, sink) = hooked(BARE).await;
    let disk = SmallDisk::mount(&scene, "size=24m");
    let daemon = disk.run(&scene);
    daemon.logged("feeds read");
    disk.fill();
    std::fs::write(scene.world.dir().join("topics/test.toml"), "[[topic]]\nid = 7\n").unwrap();
    daemon.logged("reload refused");
    daemon.logged("is not remembered");
    disk.grow();
    received(&sink, "config_refused");
    until("status tells of it", || !disk.status(&scene)["config_refused"].is_null());
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

/// Waits until a daemon says that it tries again, and for what.
#[track_caller]
fn waits(daemon: &Running, code: &str) {
    let said = daemon.logged("trying again");
    assert!(said.contains(&format!("\"code\":\"{code}\"")) && said.contains("hint"), "{said}");
}

#[track_caller]
fn starts(daemon: Running) {
    daemon.logged("watching");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

/// Has another directory hold the state.
fn state_in(scene: &Scene, dir: &str) {
    let text = std::fs::read_to_string(&scene.config).unwrap();
    let text = text.replace("state_dir = \"state\"", &format!("state_dir = \"{dir}\""));
    std::fs::write(&scene.config, text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_a_state_directory_on_a_disk_that_is_not_there_yet() {
    let scene = Scene::new(&["wire"]).await;
    symlink("late/state", scene.world.dir().join("state")).unwrap();
    let round = scene.once().ended(1);
    assert!(!round.err.contains("trying again"), "the next round comes: {}", round.err);
    let daemon = Running::start(scene.command().arg("run"));
    waits(&daemon, "not_there");
    std::fs::create_dir_all(scene.world.dir().join("late/state")).unwrap();
    starts(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_a_database_on_a_disk_that_is_not_there_yet() {
    let scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    let (dir, database) = (scene.world.dir(), scene.world.dir().join("state/wirewatch.db"));
    std::fs::create_dir(dir.join("unmounted")).unwrap();
    std::fs::rename(&database, dir.join("unmounted/wirewatch.db")).unwrap();
    symlink("../late/wirewatch.db", &database).unwrap();
    let daemon = Running::start(scene.command().arg("run"));
    waits(&daemon, "not_there");
    std::fs::rename(dir.join("unmounted"), dir.join("late")).unwrap();
    starts(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_a_disk_on_which_the_state_directory_is_to_be_made() {
    if !may_mount() {
        return;
    }
    let (scene, _sink) = hooked(BARE).await;
    let disk = SmallDisk::mount(&scene, "size=64m,ro");
    state_in(&scene, "state/deep/down");
    let daemon = disk.run(&scene);
    waits(&daemon, "read_only");
    assert!(disk.inside("mount -o remount,rw STATE"));
    starts(daemon);
}

/// As it is with a mount point until something is mounted there.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_says_at_once_what_it_may_not_use_and_waits_for_it() {
    let Some(setpriv) = find("setpriv", "COUNTERPART_SETPRIV").filter(|_| may_mount()) else {
        return;
    };
    let as_anybody = "--bounding-set=-dac_override,-dac_read_search";
    let as_anybody = [Path::to_str(&setpriv).unwrap(), as_anybody];
    for dir in ["state", "state/deep"] {
        let (scene, _sink) = hooked(BARE).await;
        let disk = SmallDisk::mount(&scene, "size=64m,mode=555");
        state_in(&scene, dir);
        let daemon = disk.run_by(&as_anybody, &scene);
        waits(&daemon, "no_access");
        assert!(disk.inside("chmod 755 STATE"));
        starts(daemon);
    }
}
