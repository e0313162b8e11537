//! Which files a store opens, which it refuses, and what it says then.

use std::path::Path;

use wirewatch::store::error::StoreError;
use wirewatch::store::{Access, DATABASE_FILE, InstanceLock, Store};

use super::desk::{Desk, now, told};

fn refusal(path: &Path, access: Access) -> StoreError {
    Store::open(path, access).expect_err("the store opened")
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_as_it_is() {
    let desk = Desk::open(&["wire"]).await;
    desk.raw("PRAGMA user_version = 999");
    let path = desk.dir.path().join(DATABASE_FILE);
    for access in [Access::Create, Access::Existing, Access::ReadOnly] {
        let error = refusal(&path, access);
        assert_eq!(error.code(), "newer_schema");
        assert!(error.to_string().contains("schema 999"), "{error}");
        assert!(error.hint().is_some());
    }
    let version: i64 =
        desk.connect().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 999);
}

/// A database as the version before this one left it, and the version of its schema.
fn older_database(path: &Path) -> u32 {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    let files: std::collections::BTreeSet<_> = files.collect();
    let version = u32::try_from(files.len()).unwrap() - 1;
    let conn = rusqlite::Connection::open(path).unwrap();
    for file in files.iter().take(version as usize) {
        conn.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
    }
    conn.pragma_update(None, "application_id", 0x5749_5245).unwrap();
    conn.pragma_update(None, "user_version", version).unwrap();
    version
}

/// The version of its schema, and whether a copy of the one before lies beside it.
fn schema_of(path: &Path) -> (u32, bool) {
    let conn = rusqlite::Connection::open(path).unwrap();
    let version = conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let beside = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let names = beside.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    (version, names.collect::<Vec<_>>().iter().any(|name| name.ends_with(".bak")))
}

#[test]
fn an_older_schema_is_not_brought_up_under_a_daemon_that_runs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE_FILE);
    let older = older_database(&path);
    let running = InstanceLock::acquire(dir.path()).unwrap();
    for access in [Access::Existing, Access::ReadOnly] {
        let error = refusal(&path, access);
        assert_eq!(error.code(), "older_schema", "{access:?}");
        assert!(error.hint().unwrap().contains("restart"), "{:?}", error.hint());
    }
    assert_eq!(schema_of(&path), (older, false), "as it was");
    drop(running);
    drop(Store::open(&path, Access::Existing).expect("nobody runs: it is brought up"));
    assert_eq!(schema_of(&path), (older + 1, true));
    InstanceLock::acquire(dir.path()).expect("held for the time of the migration only");
}

#[test]
fn who_holds_the_lock_brings_an_older_schema_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE_FILE);
    let older = older_database(&path);
    let _held = InstanceLock::acquire(dir.path()).unwrap();
    wirewatch::store::vacuum::vacuum(&path).unwrap();
    assert_eq!(schema_of(&path), (older + 1, true));
    drop(Store::open(&path, Access::Alone).unwrap());
}

#[test]
fn a_file_of_another_kind_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("notes.txt");
    std::fs::write(&text, "shopping list: milk, bread, a new feed reader\n".repeat(30)).unwrap();
    let foreign = dir.path().join("places.sqlite");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE moz_places (id INTEGER)")
        .unwrap();
    for path in [text, foreign] {
        let before = std::fs::read(&path).unwrap();
        for access in [Access::Create, Access::Existing, Access::ReadOnly] {
            let error = refusal(&path, access);
            assert_eq!(error.code(), "not_a_database", "{error:?}");
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_missing_database_is_only_made_by_who_may_create_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state/of/things").join(DATABASE_FILE);
    for access in [Access::Existing, Access::ReadOnly] {
        let error = refusal(&path, access);
        assert_eq!(error.code(), "not_found");
        assert!(error.hint().unwrap().contains("wirewatch run"));
    }
    assert!(!path.exists());
    let store = Store::open(&path, Access::Create).unwrap();
    assert_eq!(store.counts().unwrap().entries, 0);
    // A place where nobody can make a directory, whatever their rights.
    let error = refusal(Path::new("/dev/null/wirewatch.db"), Access::Create);
    assert_eq!(error.code(), "cannot_open");
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn a_damaged_database_is_refused_and_never_replaced() {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, 200)).await.unwrap();
    let path = desk.dir.path().join(DATABASE_FILE);
    let Desk { dir, store, .. } = desk;
    drop(store);
    let mut image = std::fs::read(&path).unwrap();
    let page = 4096;
    // The second half of a few pages in the middle turns to noise.
    for at in (8..image.len() / page).step_by(3) {
        image[at * page + page / 2..(at + 1) * page].fill(0xA5);
    }
    std::fs::write(&path, &image).unwrap();
    let error = refusal(&path, Access::Create);
    assert_eq!(error.code(), "corrupt", "{error:?}");
    assert!(error.hint().unwrap().contains(".recover"));
    assert_eq!(std::fs::read(&path).unwrap(), image, "left as it was");
    drop(dir);
}

#[test]
fn a_second_instance_is_refused_and_told_who_holds_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let lock = InstanceLock::acquire(&state).unwrap();
    let error = InstanceLock::acquire(&state).expect_err("two at once");
    assert_eq!(error.code(), "locked");
    let pid = std::process::id().to_string();
    assert!(error.to_string().contains(&pid), "{error}");
    drop(lock);
    InstanceLock::acquire(&state).expect("free again");
}

/// What a user without rights meets. Root is let through by the kernel, so this thread steps
/// down to a user that owns nothing; threads it starts inherit that.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_to_is_refused_but_can_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE_FILE);
    drop(Store::open(&path, Access::Create).unwrap());
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&path, 0o444);
    mode(dir.path(), 0o555);
    let refused = std::thread::scope(|scope| {
        let nobody = scope.spawn(|| {
            // SAFETY: changes the file system rights of this thread only, and no memory.
            unsafe { libc::setfsuid(65_534) };
            let reading = Store::open(&path, Access::ReadOnly).unwrap();
            assert_eq!(reading.feeds().unwrap(), []);
            [Access::Create, Access::Existing].map(|access| refusal(&path, access).code())
        });
        nobody.join().unwrap()
    });
    mode(dir.path(), 0o755);
    assert_eq!(refused, ["read_only", "read_only"]);
}

#[tokio::test]
async fn a_read_only_store_reads_beside_the_daemon_and_writes_nothing() {
    let desk = Desk::open(&["wire"]).await;
    let path = desk.dir.path().join(DATABASE_FILE);
    let reading = Store::open(&path, Access::ReadOnly).unwrap();
    desk.ingest(0, desk.stories(0, 3)).await.unwrap();
    assert_eq!(reading.counts().unwrap().entries, 3);
    let error = reading.recover_deliveries(now()).await.unwrap_err();
    assert_eq!(error.code(), "read_only");
}

#[tokio::test]
async fn a_writer_waits_for_another_process_to_finish() {
    let desk = Desk::open(&["wire"]).await;
    let other = desk.connect();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE meta SET value = value").unwrap();
    let waiting = tokio::spawn(desk.ingest(0, vec![told("Ferry sinks off Rhodes", "/f")]));
    tokio::task::yield_now().await;
    assert_eq!(desk.store.counts().unwrap().entries, 0, "reading goes on meanwhile");
    other.execute_batch("COMMIT").unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(desk.store.counts().unwrap().entries, 1);
}
