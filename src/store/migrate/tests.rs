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
fn of_the_copies_before_migrations_the_last_stays_once_it_went_through() {
    let (_dir, path, mut conn) = database();
    let third = "CREATE TABLE c (z INTEGER) STRICT;";
    migrate(&mut conn, &path, 0, &[FIRST]).unwrap();
    migrate(&mut conn, &path, 1, &[FIRST, SECOND]).unwrap();
    let broken = "INSERT INTO nowhere VALUES (1);";
    assert!(migrate(&mut conn, &path, 2, &[FIRST, SECOND, broken]).is_err());
    assert!(backup_path(&path, 1).exists(), "who knows what it is still good for");
    migrate(&mut conn, &path, 2, &[FIRST, SECOND, third]).unwrap();
    assert!(backup_path(&path, 2).exists() && !backup_path(&path, 1).exists());
    migrate(&mut conn, &path, 3, &[FIRST, SECOND, third]).unwrap();
    assert!(backup_path(&path, 2).exists(), "a start without a migration removes nothing");
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

/// A database as the first schema kept it, with an alert, its topic and a retired one.
const SPINE_DATA: &str = "
INSERT INTO feeds (id, key, url, next_due, next_reason, failures, entries_per_day)
    VALUES (1, 'wire', 'https://wire.example/', 0, 'new', 0, 0.0);
INSERT INTO topics VALUES ('nato', 'NATO', 2, x'0102', 'nato.toml', NULL),
    ('oil', 'Oil', 2, x'0304', 'oil.toml', 900);
INSERT INTO topic_revisions VALUES ('nato', x'0102', 'text', 500), ('nato', x'0a0b', 'old', 300),
    ('oil', x'0304', 'text', 400);
INSERT INTO entries VALUES (7, 1, 1, 'g', 'NATO talks', '', '', '', NULL, NULL, 'Wire', NULL,
    'missing', 600, zeroblob(16));
INSERT INTO stories VALUES (8, 'NATO talks', 600, 600, 1, '[\"Wire\"]', '[\"wire\"]');
INSERT INTO alerts VALUES (9, 'nato', 'NATO', 2, 8, 'acknowledged', 1, 600, 600, 'NATO talks',
    '[\"Wire\"]', NULL);
INSERT INTO alert_revisions (alert_id, seq, event, at, entry_id, reason_code, reason_text, object)
    VALUES (9, 1, 'opened', 600, 7, 'first', 'first match', '{}');
INSERT INTO deliveries (id, alert_id, seq, channel, body, state, attempts, created, next_attempt)
    VALUES (11, 9, 1, 'log', x'7b7d', 'parked', 1, 600, 600);
INSERT INTO attempts (delivery_id, at, duration_ms, code) VALUES (11, 601, 5, 'io');
INSERT INTO decisions (entry_id, topic, story_id, alert_id, verdict, reason_code, reason_text, at)
    VALUES (7, 'nato', 8, 9, 'raise', 'first', 'first match', 600);
";

#[test]
fn what_the_first_schema_kept_is_kept_and_was_told_to_everybody() {
    let (_dir, path, mut conn) = database();
    migrate(&mut conn, &path, 0, &MIGRATIONS[..1]).unwrap();
    conn.execute_batch(SPINE_DATA).unwrap();
    migrate(&mut conn, &path, 1, MIGRATIONS).unwrap();
    let alert: (String, bool, String) = conn
        .query_row(
            "SELECT a.state, a.shadow, r.reach FROM alerts AS a \
             JOIN alert_revisions AS r ON r.alert_id = a.id",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!(alert, ("acknowledged".to_owned(), false, "told".to_owned()));
    conn.pragma_update(None, "foreign_keys", true).unwrap();
    let delivery: (i64, i64, Vec<u8>, String) = conn
        .query_row(
            "SELECT d.alert_id, d.seq, d.body, a.code FROM deliveries AS d \
             JOIN attempts AS a ON a.delivery_id = d.id",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .unwrap();
    assert_eq!(delivery, (9, 1, b"{}".to_vec(), "io".to_owned()));
    let broken = conn.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
    assert!(!broken, "everything refers to something");
    let topics: Vec<(String, i64, Option<i64>, bool)> = conn
        .prepare("SELECT id, watched_since, silent_since, shadow FROM topics ORDER BY id")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let topic = |id: &str, since| (id.to_owned(), since, None, false);
    assert_eq!(topics, [topic("nato", 300), topic("oil", 400)], "in use since their first rule");
    for wrong in ["UPDATE alert_revisions SET reach = 'lost'", "UPDATE alerts SET shadow = 2"] {
        assert!(conn.execute_batch(wrong).is_err(), "{wrong}");
    }
}
