//! A database as the first schema kept it, for tests of what becomes of it.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

use rusqlite::Connection;
use wirewatch::domain::ids::DeliveryId;

const SCHEMA: &str = include_str!("../../../migrations/0001_spine.sql");

/// "WIRE", by which the file is known as wirewatch's.
const APPLICATION_ID: i32 = 0x5749_5245;

/// Entries with an alert and a delivery each.
const ROWS: i64 = 120;

/// Every so many deliveries, one was under way.
const UNSENT: i64 = 3;

/// What is in it, by id.
pub struct Old {
    pub entries: RangeInclusive<i64>,
    pub alerts: RangeInclusive<i64>,
    /// Deliveries that were under way, as they are written.
    pub unsent: BTreeSet<String>,
}

/// Makes it; nobody has it open afterwards.
pub fn database(path: &Path) -> Old {
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.execute_batch(SCHEMA).unwrap();
    conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    conn.pragma_update(None, "user_version", 1).unwrap();
    let (entries, alerts, stories) = (1_000..=999 + ROWS, 3_000..=2_999 + ROWS, 2_000);
    let rows = format!(
        "INSERT INTO feeds (id, key, url, next_due, next_reason, failures, entries_per_day)
            VALUES (1, 'wire', 'https://wire.example/', 0, 'new', 0, 0.0);
         INSERT INTO topics VALUES ('nato', 'NATO', 2, x'0102', 'nato.toml', NULL);
         INSERT INTO topic_revisions VALUES ('nato', x'0102', 'text', 500);
         CREATE TEMP TABLE n AS WITH RECURSIVE n (n) AS
            (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < {ROWS}) SELECT n FROM n;
         INSERT INTO entries SELECT 1000 + n, 1, 1, 'guid ' || n, 'NATO talks of day ' || n, '', '', '',
            NULL, NULL, 'Wire', NULL, 'missing', 600 + n, randomblob(16) FROM n;
         INSERT INTO stories SELECT {stories} + n, 'NATO talks of day ' || n, 600, 600, 1,
            '[\"Wire\"]', '[\"wire\"]' FROM n;
         INSERT INTO story_members SELECT 1000 + n, {stories} + n, 600, NULL, x'', 0, 'first', NULL,
            NULL, NULL FROM n;
         INSERT INTO entries_fts (entries_fts) VALUES ('rebuild');
         INSERT INTO alerts SELECT 3000 + n, 'nato', 'NATO', 2, {stories} + n, 'open', 1, 600, 600,
            'NATO talks of day ' || n, '[\"Wire\"]', NULL FROM n;
         INSERT INTO alert_revisions (alert_id, seq, event, at, entry_id, reason_code, reason_text,
            object) SELECT 3000 + n, 1, 'opened', 600, 1000 + n, 'first', 'first match', '{{}}' FROM n;
         INSERT INTO decisions (entry_id, topic, story_id, alert_id, verdict, reason_code,
            reason_text, at) SELECT 1000 + n, 'nato', {stories} + n, 3000 + n, 'raise', 'first',
            'first match', 600 FROM n;"
    );
    conn.execute_batch(&rows).unwrap();
    let deliveries: Vec<DeliveryId> = (4_000..4_000 + ROWS).map(DeliveryId).collect();
    for (n, id) in (0..).zip(&deliveries) {
        let state = if n % UNSENT == 0 { "sending" } else { "delivered" };
        let body = format!(r#"{{"schema":"wirewatch.alert.v1","delivery":{{"id":"{id}"}}}}"#);
        conn.execute(
            "INSERT INTO deliveries (id, alert_id, seq, channel, body, state, attempts, created, \
             next_attempt) VALUES (?1, 3000 + ?2, 1, 'log', ?3, ?4, 1, 600, 600)",
            (id.0, n, body.as_bytes(), state),
        )
        .unwrap();
    }
    let unsent = deliveries.into_iter().step_by(UNSENT as usize).map(|id| id.to_string()).collect();
    Old { entries, alerts, unsent }
}
