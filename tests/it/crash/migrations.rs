//! `kill -9` while an old database is brought up to this version's schema: the next start goes on
//! where it was left, with all that was in it, and what was under way then is told.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;
use wirewatch::store::{Access, DATABASE_FILE, Store};

use super::strace::{Strace, finished, points, spread};
use super::ward::{Mortal, log_lines};
use super::{longer, old, report, whole};
use crate::cli::scene::{self, Scene};

/// Kills in the gate.
const KILLS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_killed_at_any_write_is_carried_on() {
    let Some(strace) = Strace::find() else { return };
    let kills = longer("WIREWATCH_KILLS", KILLS);
    let scene = Scene::new(&["wire"]).await;
    let state = scene.world.dir().join("state");
    let once = || {
        let mut command = scene.command();
        command.args(["run", "--once"]);
        command
    };

    lay_out(&state);
    let log = scene.world.dir().join("calls");
    let mut process = Mortal::start(&mut strace.watch(&once(), &log));
    assert!(process.end().success());
    let calls = finished(&log, process.id());
    let points = points(&calls, &scene.world.dir().canonicalize().unwrap());
    // Each point is one of the whole run: the schema is brought up first, then comes the round.
    let mut killed = 0;
    for point in spread(&points, kills) {
        let old = lay_out(&state);
        let died = Mortal::start(&mut strace.kill_at(&once(), &point)).end().code().is_none();
        killed += usize::from(died);
        let ran = scene::run(&mut once());
        assert_eq!(ran.code, 0, "{point:?}: {ran:?}");
        check(&state, &old);
    }
    report(&format!("a migration: {kills} of {} points, {killed} kills, lost 0", points.len()));
}

fn lay_out(state: &Path) -> old::Old {
    if state.exists() {
        std::fs::remove_dir_all(state).unwrap();
    }
    std::fs::create_dir_all(state).unwrap();
    old::database(&state.join(DATABASE_FILE))
}

fn check(state: &Path, old: &old::Old) {
    let path = state.join(DATABASE_FILE);
    drop(Store::open(&path, Access::ReadOnly).expect("of this version's schema"));
    let conn = Connection::open(&path).unwrap();
    assert_eq!(whole(&conn), Ok(()));
    for (table, ids) in [("entries", &old.entries), ("alerts", &old.alerts)] {
        let sql = format!("SELECT count(*) FROM {table} WHERE id BETWEEN ?1 AND ?2");
        let rows: i64 = conn.query_row(&sql, (ids.start(), ids.end()), |row| row.get(0)).unwrap();
        assert_eq!(rows, ids.end() - ids.start() + 1, "{table}");
    }
    let logged: Vec<String> = log_lines(state)
        .iter()
        .map(|line| line["delivery"]["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(logged.iter().cloned().collect::<BTreeSet<_>>(), old.unsent);
    assert_eq!(logged.len(), old.unsent.len(), "a line is in the log twice");
    // The copy that was made before is whole, or was not made.
    let copy = state.join(format!("{DATABASE_FILE}.v1.bak"));
    if copy.exists() {
        let copy = Connection::open(copy).unwrap();
        let version: i64 = copy.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        let found: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!((version, found.as_str()), (1, "ok"));
    }
}
