//! Reads a whole database and says what is wrong with it: what SQLite finds, references that lead
//! nowhere, and what wirewatch itself promises of its rows. Asked by `db verify`, of each backup, and
//! before one is restored; nothing is changed.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};

use super::error::StoreError;
use super::migrate::MIGRATIONS;
use super::{Access, Store, open};

/// Most findings of one kind that are named; the others are counted.
const MAX_NAMED: u64 = 5;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable word.
    pub code: &'static str,
    /// What it is about, in words; ids where there are some.
    pub text: String,
    /// How often.
    pub count: u64,
    pub hint: &'static str,
}

/// What a look at a whole database came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    pub schema: u32,
    pub findings: Vec<Finding>,
}

/// A promise about rows, and a query for the ids of those that break it.
struct Promise {
    code: &'static str,
    broken: &'static str,
    sql: &'static str,
    hint: &'static str,
}

const RESTORE: &str =
    "restore a backup: `wirewatch db restore FILE`; keep this one to be looked at";
const REBUILD: &str = "stop wirewatch, and build the index anew: `wirewatch db vacuum`";
const REPORT: &str = "please report this with the output of `wirewatch doctor`; watching goes on";

const PROMISES: &[Promise] = &[
    Promise {
        code: "alert_without_revision",
        broken: "alerts without the revision they stand at",
        sql: "SELECT a.id FROM alerts AS a WHERE NOT EXISTS (SELECT 1 FROM alert_revisions AS r \
              WHERE r.alert_id = a.id AND r.seq = a.seq)",
        hint: REPORT,
    },
    Promise {
        code: "alert_without_evidence",
        broken: "alerts that were opened by an entry without its match",
        sql: "SELECT r.alert_id FROM alert_revisions AS r JOIN alerts AS a ON a.id = r.alert_id \
              WHERE r.seq = 1 AND r.event = 'opened' AND NOT EXISTS (SELECT 1 FROM matches AS m \
              WHERE m.entry_id = r.entry_id AND m.topic = a.topic)",
        hint: REPORT,
    },
    Promise {
        code: "entry_without_story",
        broken: "entries that are in no story",
        sql: "SELECT e.id FROM entries AS e INDEXED BY entries_by_feed \
              WHERE NOT EXISTS (SELECT 1 FROM story_members AS m WHERE m.entry_id = e.id)",
        hint: REPORT,
    },
    Promise {
        code: "entry_not_searchable",
        broken: "entries that the full-text index does not have",
        sql: "SELECT e.id FROM entries AS e INDEXED BY entries_by_feed \
              WHERE e.id NOT IN (SELECT id FROM entries_fts_docsize)",
        hint: REBUILD,
    },
    Promise {
        code: "index_beyond_entries",
        broken: "texts in the full-text index whose entry is gone",
        sql: "SELECT id FROM entries_fts_docsize WHERE id NOT IN (SELECT id FROM entries)",
        hint: REBUILD,
    },
    Promise {
        code: "entry_without_key",
        broken: "entries that are not known again by any key",
        sql: "SELECT e.id FROM entries AS e INDEXED BY entries_by_feed \
              WHERE e.id NOT IN (SELECT entry_id FROM entry_keys)",
        hint: REPORT,
    },
    Promise {
        code: "decision_without_match",
        broken: "entries with a decision on a topic that was never found in them",
        sql: "SELECT DISTINCT d.entry_id FROM decisions AS d WHERE d.verdict IN ('raise', 'amend') \
              AND NOT EXISTS (SELECT 1 FROM matches AS m \
                WHERE m.entry_id = d.entry_id AND m.topic = d.topic)",
        hint: REPORT,
    },
    Promise {
        code: "delivery_in_two_minds",
        broken: "deliveries whose state does not fit the rest of them",
        sql: "SELECT id FROM deliveries WHERE (state = 'sending') <> (lease_until IS NOT NULL) \
              OR state = 'delivered' AND settled_at IS NULL",
        hint: REPORT,
    },
    Promise {
        code: "empty_story",
        broken: "stories without entries",
        sql: "SELECT s.id FROM stories AS s WHERE s.merged_into IS NULL \
              AND NOT EXISTS (SELECT 1 FROM story_members AS m WHERE m.story_id = s.id) \
              AND NOT EXISTS (SELECT 1 FROM alerts AS a WHERE a.story_id = s.id)",
        hint: REPORT,
    },
    Promise {
        code: "id_beyond_last",
        broken: "entries with ids that were never handed out",
        sql: "SELECT id FROM entries WHERE id > (SELECT value FROM meta WHERE name = 'last_id')",
        hint: RESTORE,
    },
];

impl Store {
    /// Reads the whole database and says what is wrong with it: some seconds for each 100 MB.
    pub fn verify(&self) -> Result<Verdict, StoreError> {
        self.read(verdict)
    }
}

/// The same of a file that nobody uses: a backup. What is wrong is said of that file.
pub fn verify_file(path: &Path) -> Result<Verdict, StoreError> {
    of_backup(path, judged(path))
}

/// Takes a backup for a whole database or says why it is none.
pub(super) fn accept_backup(path: &Path) -> Result<Verdict, StoreError> {
    of_backup(path, accept(path))
}

fn of_backup<T>(path: &Path, result: Result<T, StoreError>) -> Result<T, StoreError> {
    let path = || path.to_owned();
    result.map_err(|error| match error {
        StoreError::NotFound { .. } => StoreError::NoBackup { path: path() },
        StoreError::Corrupt { detail } => StoreError::BadBackup { path: path(), detail },
        StoreError::Foreign { .. } => StoreError::NotABackup { path: path() },
        StoreError::CannotOpen { source, .. } => StoreError::CannotRead { path: path(), source },
        other => other,
    })
}

fn judged(path: &Path) -> Result<Verdict, StoreError> {
    verdict(&open::open_checked(path, Access::ReadOnly)?)
}

/// Takes a file for a whole database or says why it is none.
pub(super) fn accept(path: &Path) -> Result<Verdict, StoreError> {
    let found = judged(path)?;
    let fatal = found.findings.iter().find(|finding| finding.hint == RESTORE);
    match fatal {
        Some(Finding { text, .. }) => Err(StoreError::Corrupt { detail: text.clone() }),
        None => Ok(found),
    }
}

fn verdict(conn: &Connection) -> Result<Verdict, StoreError> {
    let mut findings = Vec::new();
    let schema: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    findings.extend(damage(conn)?);
    if findings.is_empty() {
        findings.extend(references(conn)?);
    }
    // An older database has other tables; what it promised then is not asked.
    if findings.is_empty() && schema == MIGRATIONS.len() as u32 {
        for promise in PROMISES {
            findings.extend(broken(conn, promise)?);
        }
    }
    Ok(Verdict { schema, findings })
}

/// What SQLite finds: pages, indexes, the full-text index within itself.
fn damage(conn: &Connection) -> Result<Option<Finding>, StoreError> {
    let mut query = conn.prepare("PRAGMA integrity_check(20)")?;
    let lines: Result<Vec<String>, _> = query.query_map([], |row| row.get(0))?.collect();
    let lines = match lines.map_err(StoreError::from) {
        Ok(lines) => lines,
        Err(StoreError::Corrupt { detail }) => vec![detail],
        Err(error) => return Err(error),
    };
    if lines == ["ok"] {
        return Ok(None);
    }
    let text = lines.iter().take(MAX_NAMED as usize).cloned().collect::<Vec<_>>().join("; ");
    let count = lines.len() as u64;
    // The full-text index says nothing that the entries do not say.
    let index_only = lines.iter().all(|line| line.contains("fts5"));
    let (code, hint) = if index_only { ("index_damaged", REBUILD) } else { ("damaged", RESTORE) };
    Ok(Some(Finding { code, text, count, hint }))
}

fn references(conn: &Connection) -> Result<Option<Finding>, StoreError> {
    let mut query = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = query.query([])?;
    let (mut count, mut named) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        let name = format!("{table} → {parent}");
        if (named.len() as u64) < MAX_NAMED && !named.contains(&name) {
            named.push(name);
        }
        count += 1;
    }
    let text = format!("rows that refer to none: {}", named.join(", "));
    Ok((count > 0).then_some(Finding { code: "dangling", text, count, hint: RESTORE }))
}

fn broken(conn: &Connection, promise: &Promise) -> Result<Option<Finding>, StoreError> {
    let Promise { code, broken, sql, hint } = *promise;
    let count: i64 =
        conn.query_row(&format!("SELECT count(*) FROM ({sql})"), [], |row| row.get(0))?;
    if count == 0 {
        return Ok(None);
    }
    let first: Option<i64> = conn.query_row(sql, [], |row| row.get(0)).optional()?;
    let text = format!("{broken}, such as the one with the number {}", first.unwrap_or_default());
    Ok(Some(Finding { code, text, count: super::column::uint(count), hint }))
}
