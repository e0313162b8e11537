//! Migrations on real files: once, in order, whole, with a copy before.

use super::*;

const FIRST: &str = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7);";
const SECOND: &str = "CREATE TABLE b (y INTEGER) STRICT;";

fn database() -> (tempfile::TempDir, PathBuf, Connection) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.db");
    let conn = Connection::open(&path).unwrap();
    (dir, path, conn)
}

#[test]
fn migrations_are_applied_once_and_in_order() {
    let (_dir, path, mut conn) = database();
    assert_eq!(identify(&conn).unwrap(), Identity::Empty);
    migrate(&mut conn, &path, 0, &[FIRST]).unwrap();
    assert_eq!(identify(&conn).unwrap(), Identity::Wirewatch(1));
    migrate(&mut conn, &path, 1, &[FIRST, SECOND]).unwrap();
    assert_eq!(identify(&conn).unwrap(), Identity::Wirewatch(2));
    let rows: i64 = conn.query_row("SELECT count(*) FROM a", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1, "the first migration ran once");
}

#[test]
fn the_database_is_copied_before_it_is_brought_up() {
    let (_dir, path, mut conn) = database();
    migrate(&mut conn, &path, 0, &[FIRST]).unwrap();
    assert!(!backup_path(&path, 0).exists(), "nothing to copy yet");
    migrate(&mut conn, &path, 1, &[FIRST, SECOND]).unwrap();
    let copy = Connection::open(backup_path(&path, 1)).unwrap();
    assert_eq!(identify(&copy).unwrap(), Identity::Wirewatch(1));
    let value: i64 = copy.query_row("SELECT x FROM a", [], |row| row.get(0)).unwrap();
    assert_eq!(value, 7);
}

#[test]
fn a_migration_that_fails_leaves_the_version_before() {
    let (_dir, path, mut conn) = database();
    migrate(&mut conn, &path, 0, &[FIRST]).unwrap();
    let broken = "CREATE TABLE c (z INTEGER) STRICT; INSERT INTO nowhere VALUES (1);";
    assert!(migrate(&mut conn, &path, 1, &[FIRST, broken]).is_err());
    assert_eq!(identify(&conn).unwrap(), Identity::Wirewatch(1));
    assert!(conn.prepare("SELECT * FROM c").is_err(), "no half migration");
}
