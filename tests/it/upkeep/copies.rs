//! Backups and what becomes of them, by the binary and by the store: whole, private, never in the
//! place of something else unless asked; a database that comes back is the one that was copied.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use wirewatch::store::{Access, DATABASE_FILE, InstanceLock, LOCK_FILE, Store, backups, restore};

use crate::cli::scene::{Running, Scene};
use crate::store_contract::desk::{self, Desk};
use crate::support::world::{World, item};

const DAY: Duration = Duration::from_secs(24 * 3_600);

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
    desk.store.back_up(&copy, false, 0).unwrap();
    let lock = wirewatch::store::InstanceLock::acquire(&dir).unwrap();
    let (path, now) = (dir.join(DATABASE_FILE), desk::now());
    let before = desk.store.counts().unwrap().entries;

    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_096].fill(0xa5);
    let bad = dir.join("bad.db");
    std::fs::write(&bad, &bytes).unwrap();
    let error = wirewatch::store::restore::restore(&bad, &path, now, &lock).unwrap_err();
    assert_eq!(error.code(), "backup_damaged");
    let text = error.to_string();
    assert!(text.contains("bad.db") && text.starts_with("the backup"), "{text}");
    std::fs::write(&bad, "no database").unwrap();
    let error = wirewatch::store::restore::restore(&bad, &path, now, &lock).unwrap_err();
    assert_eq!(error.code(), "not_a_database");
    let missing = dir.join("missing.db");
    let error = wirewatch::store::restore::restore(&missing, &path, now, &lock).unwrap_err();
    assert_eq!(error.code(), "not_found");
    assert_eq!(desk.store.counts().unwrap().entries, before, "nothing was touched");
}

fn names(dir: &Path) -> Vec<String> {
    let name = |file: std::io::Result<std::fs::DirEntry>| file.unwrap().file_name();
    let files = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = files.map(|file| name(file).into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn only_so_many_copies_are_kept_and_no_other_file_is_removed() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 3)).await.unwrap();
    let dir = desk.dir.path().join("copies");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("wirewatch-mine.db"), "mine").unwrap();
    let now = |day: i64| desk::now() + SignedDuration::from_hours(24 * day);
    for day in 10..14 {
        backups::into_dir(&desk.store, &dir, 2, 0, now(day)).unwrap();
        assert_eq!(backups::newest(&desk.store, &dir, now(day)).unwrap(), Some(now(day)));
    }
    let names = names(&dir);
    let ends = |name: &String, end: &str| name.ends_with(end);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(ends(&names[0], "-20260615T120000Z.db"), "{names:?}");
    assert!(ends(&names[1], "-20260616T120000Z.db"), "{names:?}");
    assert_eq!(names[2], "wirewatch-mine.db");
}

#[tokio::test]
async fn two_databases_share_a_directory_and_each_looks_after_its_own_copies() {
    let (one, other) = (Desk::open(&["wire"]).await, Desk::open(&["wire"]).await);
    let dir = one.dir.path().join("copies");
    let now = |day: i64| desk::now() + SignedDuration::from_hours(24 * day);
    for desk in [&one, &other] {
        desk.ingest(0, desk.stories(0, 1)).await.unwrap();
    }
    // As early versions named theirs.
    std::fs::create_dir(&dir).unwrap();
    let old = |day: u32| dir.join(format!("wirewatch-202606{day:02}T120000Z.db"));
    one.store.back_up(&old(11), false, 0).unwrap();
    other.store.back_up(&old(12), false, 0).unwrap();
    assert_eq!(backups::newest(&one.store, &dir, now(20)).unwrap(), Some(now(8)));
    assert_eq!(backups::newest(&other.store, &dir, now(20)).unwrap(), Some(now(9)));

    backups::into_dir(&one.store, &dir, 1, 0, now(20)).unwrap();
    assert_eq!(
        backups::newest(&other.store, &dir, now(20)).unwrap(),
        Some(now(9)),
        "no copy of it"
    );
    assert!(!old(11).exists(), "its own of an early version counts");
    backups::into_dir(&other.store, &dir, 1, 0, now(20)).unwrap();
    assert!(!old(12).exists());
    assert_eq!(names(&dir).len(), 2, "{:?}", names(&dir));
    for desk in [&one, &other] {
        assert_eq!(backups::newest(&desk.store, &dir, now(21)).unwrap(), Some(now(20)));
    }
}

#[tokio::test]
async fn what_a_kill_left_of_a_copy_is_removed_before_the_next() {
    let desk = Desk::open(&["wire"]).await;
    let dir = desk.dir.path().join("copies");
    let made = backups::into_dir(&desk.store, &dir, 2, 0, desk::now()).unwrap();
    let made = made.path.file_name().unwrap().to_str().unwrap().to_owned();
    let (own, foreign) = (made.replace("2026", "2025"), "wirewatch-00000000-20250603T120000Z.db");
    for name in [&*own, foreign] {
        std::fs::write(dir.join(format!("{name}.partial")), "half").unwrap();
    }
    std::fs::write(dir.join(format!("{own}.partial-journal")), "half").unwrap();
    std::fs::write(dir.join("mine.db.partial"), "half").unwrap();
    let day = SignedDuration::from_hours(24);
    backups::into_dir(&desk.store, &dir, 2, 0, desk::now() + day).unwrap();
    let left: Vec<_> = names(&dir).into_iter().filter(|name| name.contains("partial")).collect();
    assert_eq!(left, ["mine.db.partial".to_owned(), format!("{foreign}.partial")]);
}

#[tokio::test]
async fn a_copy_that_a_clock_ahead_has_dated_ends_no_backups() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 1)).await.unwrap();
    let dir = desk.dir.path().join("copies");
    let now = |day: i64| desk::now() + SignedDuration::from_hours(24 * day);
    let good = backups::into_dir(&desk.store, &dir, 1, 0, now(10)).unwrap().path;
    let ahead = backups::into_dir(&desk.store, &dir, 2, 0, now(3_650)).unwrap().path;
    assert!(good.exists() && ahead.exists());
    assert_eq!(backups::newest(&desk.store, &dir, now(11)).unwrap(), Some(now(10)));
    backups::into_dir(&desk.store, &dir, 2, 0, now(11)).unwrap();
    assert!(good.exists() && !ahead.exists(), "the one that is dated wrongly goes first");
    assert_eq!(backups::newest(&desk.store, &dir, now(12)).unwrap(), Some(now(11)));
}

#[tokio::test]
async fn while_the_clock_is_unproven_more_copies_stay() {
    let desk = Desk::open(&["wire"]).await;
    let dir = desk.dir.path().join("copies");
    for day in 0..9 {
        let at = desk::now() + SignedDuration::from_hours(24 * day);
        backups::into_dir(&desk.store, &dir, 2, 0, at).unwrap();
    }
    assert_eq!(names(&dir).len(), 4, "{:?}", names(&dir));
}

#[tokio::test]
async fn no_copy_is_begun_where_there_is_no_room_and_none_replaces_the_database() {
    let desk = Desk::open(&["wire"]).await;
    let target = desk.dir.path().join("copy.db");
    let error = desk.store.back_up(&target, false, 1 << 60).unwrap_err();
    assert_eq!(error.code(), "no_room");
    let text = error.to_string();
    assert!(text.contains("MiB are needed") && text.contains("MiB free"), "{text}");
    assert_eq!(std::fs::read_dir(desk.dir.path()).unwrap().count(), 3, "database, log, memory");

    let same = desk.dir.path().join("../").join(desk.dir.path().file_name().unwrap());
    let error = desk.store.back_up(&same.join(DATABASE_FILE), true, 0).unwrap_err();
    assert_eq!(error.code(), "is_database");
    let nowhere = desk.dir.path().join("no/dir/copy.db");
    let error = desk.store.back_up(&nowhere, false, 0).unwrap_err();
    assert_eq!(error.code(), "cannot_write");
    assert!(!error.hint().unwrap().contains("state directory"));
}

#[tokio::test]
async fn what_root_restores_belongs_to_who_owned_the_database() {
    let Desk { dir: held, store, .. } = Desk::open(&["wire"]).await;
    let (dir, path) = (held.path().to_owned(), held.path().join(DATABASE_FILE));
    if std::fs::metadata(&dir).unwrap().uid() != 0 {
        return eprintln!("SKIPPED: only root can give files away");
    }
    let copy = dir.join("copy.db");
    store.back_up(&copy, false, 0).unwrap();
    drop(store);
    let owner = |path: &Path| std::fs::metadata(path).map(|file| (file.uid(), file.gid())).unwrap();
    for file in [&dir, &path] {
        std::os::unix::fs::chown(file, Some(12_345), Some(23_456)).unwrap();
    }
    let lock = InstanceLock::acquire(&dir).unwrap();
    assert_eq!(owner(&dir.join(LOCK_FILE)), (12_345, 23_456), "the lock file is new");
    restore::restore(&copy, &path, desk::now(), &lock).unwrap();
    assert_eq!(owner(&path), (12_345, 23_456));
    std::fs::remove_file(&path).unwrap();
    restore::restore(&copy, &path, desk::now(), &lock).unwrap();
    assert_eq!(owner(&path), (12_345, 23_456), "that of the directory, where nothing is left");
}

async fn copied(world: &World, dir: &Path, last: Option<Timestamp>) -> Timestamp {
    let copied = async {
        loop {
            match backups::newest(&world.store(), dir, world.now()).unwrap() {
                Some(newest) if Some(newest) != last => return newest,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(120), copied).await.expect("a copy in time")
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
    let mut last = None;
    for _ in 0..3 {
        world.clock.advance(DAY);
        last = Some(copied(&world, &dir, last).await);
    }
    // The last may still have two names.
    world.stop().await;
    assert_eq!(names(&dir).len(), 3, "one for each day");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_fails_is_told_once_and_its_end_once() {
    let mut world = World::new(&["wire"]).await;
    world.extra = "[backup]\ndir = \"copies\"\nat = \"03:30\"\n".to_owned();
    world.start().await;
    world.first_round().await;
    let dir = world.dir().join("state/copies");
    std::fs::write(&dir, "in the way").unwrap();
    let mut tries = Vec::new();
    for _ in 0..3 {
        world.clock.advance(DAY);
        let tried = async {
            loop {
                let trouble = world.store().copies().unwrap().trouble;
                match trouble.map(|trouble| trouble.at) {
                    Some(at) if !tries.contains(&at) => return at,
                    _ => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        let tried = tokio::time::timeout(Duration::from_secs(120), tried).await;
        tries.push(tried.expect("a try in time"));
    }
    let trouble = world.store().copies().unwrap().trouble.unwrap();
    assert_eq!((trouble.since, trouble.code.as_str()), (tries[0], "cannot_write"));
    assert!(trouble.detail.contains("copies: "), "with the cause: {}", trouble.detail);
    let kinds = |world: &World| -> Vec<_> {
        let notices = world.store().notices(100).unwrap();
        let kinds = notices.iter().map(|notice| notice.kind.as_str());
        kinds.filter(|kind| kind.starts_with("backup")).collect()
    };
    assert_eq!(kinds(&world), ["backup_failed"]);

    std::fs::remove_file(&dir).unwrap();
    world.clock.advance(DAY);
    copied(&world, &dir, None).await;
    let well = async {
        while kinds(&world) != ["backup_well", "backup_failed"] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), well).await.expect("told");
    let copies = world.store().copies().unwrap();
    assert_eq!((copies.trouble, copies.made.is_some()), (None, true));
    world.stop().await;
}
