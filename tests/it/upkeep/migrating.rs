//! `kill -9` at every point at which bringing the schema up touches the disk: what is left is whole,
//! and the next start finishes the work.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wirewatch::store::{Access, DATABASE_FILE, Store};

use crate::cli::scene::Scene;

/// Every so many syncs of the disk there is a kill; `WIREWATCH_EACH_SYNC=1` for all of them.
const STEP: usize = 5;

/// More syncs than bringing a schema up makes.
const MOST: usize = 400;

/// The schema that the database begins with: some way back.
const FROM: usize = 8;

/// A database of schema [`FROM`], with an entry in it.
fn old_database(path: &Path) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let conn = rusqlite::Connection::open(path).unwrap();
    for file in &files[..FROM] {
        conn.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
    }
    conn.pragma_update(None, "application_id", 0x5749_5245).unwrap();
    conn.pragma_update(None, "user_version", FROM as u32).unwrap();
    conn.execute_batch(
        "INSERT INTO feeds (id, key, url, next_due, next_reason, failures, entries_per_day) \
         VALUES (1, 'wire', 'https://wire.example/', 0, 'new', 0, 0.0); \
         INSERT INTO entries (id, feed_id, revision, title, body, authors, categories, publisher, \
           date_quality, first_seen, content) \
         VALUES (7, 1, 1, 'NATO talks', '', '', '', 'Wire', 'missing', 600, zeroblob(16)); \
         INSERT INTO entries_fts (rowid, title, body) VALUES (7, 'NATO talks', '');",
    )
    .unwrap();
}

fn may_trace() -> bool {
    let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        eprintln!("SKIPPED: strace is not installed or not allowed, so no migration can be killed");
    }
    may
}

/// Brings the schema up, killed at the n-th sync. Returns whether it came to that.
fn killed_at(scene: &Scene, n: usize) -> bool {
    let command = scene.command();
    let inject = format!("inject=fsync,fdatasync:signal=KILL:when={n}");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", &inject])
        .arg(command.get_program())
        .args(command.get_args())
        .args(["entries", "retry", "--all"])
        .current_dir(scene.world.dir())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    !status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_the_schema_is_brought_up_leaves_a_whole_database_and_a_whole_copy() {
    if !may_trace() {
        return;
    }
    let scene = Scene::new(&["wire"]).await;
    let state = scene.world.dir().join("state");
    let path = state.join(DATABASE_FILE);
    let step = if std::env::var_os("WIREWATCH_EACH_SYNC").is_some() { 1 } else { STEP };
    let mut kills = 0;
    for n in (1..MOST).step_by(step) {
        let _ = std::fs::remove_dir_all(&state);
        std::fs::create_dir_all(&state).unwrap();
        old_database(&path);
        if !killed_at(&scene, n) {
            break;
        }
        kills += 1;
        let conn = rusqlite::Connection::open(&path).unwrap();
        let check: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok", "killed at sync {n}");
        drop(conn);
        let copy = state.join(format!("{DATABASE_FILE}.v{FROM}.bak"));
        if copy.exists() {
            let conn = rusqlite::Connection::open(&copy).unwrap();
            let (version, entries): (usize, i64) = conn
                .query_row(
                    "SELECT user_version, (SELECT count(*) FROM entries) FROM pragma_user_version",
                    [],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .unwrap();
            assert_eq!((version, entries), (FROM, 1), "a copy with its name is whole");
        }
        let store = Store::open(&path, Access::Create).unwrap();
        assert_eq!(store.search("NATO", 10).unwrap().len(), 1, "killed at sync {n}");
        assert!(store.schema().unwrap() > FROM as u64);
    }
    assert!(kills >= 4, "{kills} kills: bringing the schema up syncs more often than that");
}
