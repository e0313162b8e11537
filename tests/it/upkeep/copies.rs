//! Backups and what becomes of them, by the binary and by the store: whole, private, never in the
//! place of something else unless asked; a database that comes back is the one that was copied.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use wirewatch::store::{Access, DATABASE_FILE, Store, backup};

use crate::cli::scene::{Running, Scene};
use crate::store_contract::desk::{self, Desk};
use crate::support::world::{World, item};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_a_running_daemon_can_be_verified_and_restored() {
    let scene = Scene::with_alert().await;
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("watching");
    let made = scene.run("db backup copy.db -o json").ended(0).json();
    assert_eq!(made["alerts"], 1);
    let copy = scene.world.dir().join("copy.db");
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "what one watches is nobody else's business");
    let again = scene.run("db backup copy.db").ended(1);
    assert!(again.err.contains("--force"), "{}", again.err);
    scene.run("db backup copy.db --force").ended(0);
    assert_eq!(scene.run("db verify copy.db -o json").ended(0).json()["sound"], true);
    scene.run("db restore copy.db").ended(11);
    assert_eq!(daemon.end(libc::SIGTERM), 0);

    let id = scene.alert_id();
    scene.run(&format!("alerts close {id}")).ended(0);
    let restored = scene.run("db restore copy.db -o json").ended(0).json();
    assert_eq!(scene.run("alerts list --state open -o json").ended(0).list().len(), 1);
    let aside = restored["aside"].as_str().unwrap();
    let old = Store::open(Path::new(aside), Access::ReadOnly).unwrap();
    assert_eq!(old.counts().unwrap().alerts_closed, 1, "what was there is kept");
    scene.once().ended(0);
    assert_eq!(scene.run("db verify -o json").ended(0).json()["findings"], serde_json::json!([]));
    let left: Vec<_> = std::fs::read_dir(scene.world.dir().join("state"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("partial"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_damaged_or_foreign_file_is_never_put_in_place() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 40)).await.unwrap();
    let dir = desk.dir.path().to_owned();
    let copy = dir.join("copy.db");
    desk.store.back_up(&copy, false).unwrap();
    let lock = wirewatch::store::InstanceLock::acquire(&dir).unwrap();
    let (path, now) = (dir.join(DATABASE_FILE), desk::now());
    let before = desk.store.counts().unwrap().entries;

    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_096].fill(0xa5);
    let bad = dir.join("bad.db");
    std::fs::write(&bad, &bytes).unwrap();
    let error = wirewatch::store::restore::restore(&bad, &path, now, &lock).unwrap_err();
    assert_eq!(error.code(), "corrupt");
    std::fs::write(&bad, "no database").unwrap();
    let error = wirewatch::store::restore::restore(&bad, &path, now, &lock).unwrap_err();
    assert_eq!(error.code(), "not_a_database");
    let missing = dir.join("missing.db");
    let error = wirewatch::store::restore::restore(&missing, &path, now, &lock).unwrap_err();
    assert_eq!(error.code(), "not_found");
    assert_eq!(desk.store.counts().unwrap().entries, before, "nothing was touched");
}

#[tokio::test]
async fn only_so_many_copies_are_kept_and_no_other_file_is_removed() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 3)).await.unwrap();
    let dir = desk.dir.path().join("copies");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("wirewatch-mine.db"), "mine").unwrap();
    for day in 0..4 {
        let at = desk::now() + jiff::SignedDuration::from_hours(24 * day);
        backup::into_dir(&desk.store, &dir, 2, at).unwrap();
        assert_eq!(backup::newest(&dir), Some(at));
    }
    let mut names: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let kept = ["wirewatch-20260605T120000Z.db", "wirewatch-20260606T120000Z.db"];
    assert_eq!(names, [kept[0], kept[1], "wirewatch-mine.db"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_copies_the_database_once_a_day() {
    let mut world = World::new(&["wire"]).await;
    world.extra = "[backup]\ndir = \"copies\"\nat = \"03:30\"\nkeep = 2\n".to_owned();
    world.start().await;
    world.first_round().await;
    world.publish("wire", item("NATO talks begin in Vilnius on Monday"));
    world.visit("wire").await;
    let dir = world.dir().join("state/copies");
    let mut made = Vec::new();
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(24 * 3_600));
        let last = made.last().copied();
        let copied = async {
            loop {
                match backup::newest(&dir) {
                    newest if newest.is_some() && newest != last => return newest,
                    _ => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        let copied = tokio::time::timeout(Duration::from_secs(30), copied).await;
        made.extend(copied.expect("a copy in time"));
    }
    assert_eq!(made.len(), 3);
    let kept = async {
        while std::fs::read_dir(&dir).unwrap().count() != 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), kept).await.expect("two are kept");
    world.stop().await;
}
