//! What `kill -9` and power cuts leave behind: nothing that needs repair, nothing lost, nothing told
//! twice with other words.
//!
//! [`random`] kills the running daemon at any moment, [`calls`] kills it before its n-th write, sync
//! or rename, [`migrations`] while it brings an old database up; all of them ask [`ward`] what became
//! of it. [`power`] cuts the power instead, on a recorded [`disk`], and opens the [`images`].
//!
//! The gate runs a few of each; environment variables ask for more: `WIREWATCH_KILLS=200` and
//! `WIREWATCH_IMAGES=2000`. What was reached is printed on standard error.

mod calls;
mod disk;
mod images;
mod migrations;
mod old;
mod power;
mod random;
mod strace;
mod ward;

use rusqlite::Connection;

/// How many of something are asked for by an environment variable.
fn longer(variable: &str, gate: usize) -> usize {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(gate)
}

/// Tells a figure past the harness, which keeps what tests that pass print.
fn report(figure: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "MEASURED: {figure}");
}

/// Looks at every page, reference and index of a database, and at the invariants of what is in it.
fn whole(conn: &Connection) -> Result<(), String> {
    let failed = |error: rusqlite::Error| error.to_string();
    let found: String =
        conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(failed)?;
    if found != "ok" {
        return Err(found);
    }
    let broken = conn.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([]));
    if broken.map_err(failed)? {
        return Err("a row refers to one that is not there".to_owned());
    }
    conn.execute_batch("INSERT INTO entries_fts (entries_fts, rank) VALUES ('integrity-check', 1)")
        .map_err(failed)?;
    for (what, sql) in HALVES {
        let n: i64 = conn.query_row(sql, [], |row| row.get(0)).map_err(failed)?;
        if n > 0 {
            return Err(format!("{n} {what}"));
        }
    }
    Ok(())
}

/// Things that are committed together, looked for one without the other.
const HALVES: &[(&str, &str)] = &[
    (
        "entries are in no story",
        "SELECT count(*) FROM entries AS e WHERE NOT EXISTS \
         (SELECT 1 FROM story_members AS m WHERE m.entry_id = e.id)",
    ),
    (
        "matches were not decided on",
        "SELECT count(*) FROM matches AS m WHERE NOT EXISTS \
         (SELECT 1 FROM decisions AS d WHERE d.entry_id = m.entry_id AND d.topic = m.topic)",
    ),
    (
        "alerts have no revision",
        "SELECT count(*) FROM alerts AS a WHERE NOT EXISTS \
         (SELECT 1 FROM alert_revisions AS r WHERE r.alert_id = a.id)",
    ),
    (
        "revisions were to be told, and to nobody",
        "SELECT count(*) FROM alert_revisions AS r WHERE r.reach = 'told' AND NOT EXISTS \
         (SELECT 1 FROM deliveries AS d WHERE d.alert_id = r.alert_id AND d.seq = r.seq)",
    ),
];
