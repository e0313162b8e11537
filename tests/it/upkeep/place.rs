//! State directories that vanish under a running daemon, and databases that vanish between two.

use std::fs;
use std::process::Command;

use crate::cli::scene::{Running, Scene};
use crate::support::channel::Receiver;

use super::small_disk::until;

fn with_hook(scene: &mut Scene, receiver: &Receiver) {
    scene.world.allow(&receiver.host());
    let url = receiver.url();
    scene.world.extra =
        format!("[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{url}\"\n");
    scene.world.write_config();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_where_one_was_before_is_told_of() {
    let receiver = Receiver::start().await;
    for emptied in [false, true] {
        let mut scene = Scene::with_alert().await;
        with_hook(&mut scene, &receiver);
        scene.once().ended(0);
        let before = receiver.received().len();
        let state = scene.world.dir().join("state");
        for file in ["wirewatch.db", "wirewatch.db-wal", "wirewatch.db-shm"] {
            let _absent = fs::remove_file(state.join(file));
        }
        fs::write(state.join("wirewatch.ballast"), [0; 64]).unwrap();
        if emptied {
            fs::write(state.join("wirewatch.db"), "").unwrap();
        }
        let ran = scene.run("run --once").ended(0);
        assert!(ran.err.contains("a new database was begun"), "{}", ran.err);
        assert!(ran.err.contains("wirewatch.ballast"), "{}", ran.err);
        assert!(ran.err.contains("wirewatch db restore"), "{}", ran.err);
        let told = receiver.wait_for(before + 1).await;
        assert_eq!(told[before].json()["event"], "database_new");
        assert_eq!(scene.run("run --once").ended(0).err.matches("a new database").count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_begins_a_database_without_a_warning() {
    let scene = Scene::new(&["wire"]).await;
    let ran = scene.run("-v run --once").ended(0);
    assert!(ran.err.contains("a new database was begun"), "{}", ran.err);
    assert!(!ran.err.contains("must have been"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_whose_state_directory_is_deleted_or_exchanged_says_so_and_ends() {
    for exchanged in [false, true] {
        let scene = Scene::new(&["wire"]).await;
        scene.once().ended(0);
        let state = scene.world.dir().join("state");
        let (old, new) = (scene.world.dir().join("old"), scene.world.dir().join("new"));
        let copied = Command::new("cp").arg("-a").args([&state, &new]).status().unwrap();
        assert!(copied.success());
        let mut daemon = Running::start(scene.command().arg("run"));
        daemon.logged("watching");
        if exchanged {
            fs::rename(&state, old).and_then(|()| fs::rename(new, &state)).unwrap();
        } else {
            // What the daemon still makes there makes a removal fail.
            until("it is gone", || fs::remove_dir_all(&state).is_ok() || !state.exists());
        }
        let said = daemon.logged("state_lost");
        let became = if exchanged { "was replaced" } else { "was deleted" };
        assert!(said.contains(became), "{said}");
        assert_eq!(daemon.ended(), 1);
    }
}
