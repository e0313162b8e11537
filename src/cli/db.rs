//! `wirewatch db`: looks after the database. What it tells of pruning is in [`prune`].

mod prune;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::args::Db;
use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::cli::status::size;
use crate::config::StorageConfig;
use crate::daemon::copies;
use crate::store::backup::Kept;
use crate::store::checkup::log_bytes;
use crate::store::error::StoreError;
use crate::store::restore::{self, Restored};
use crate::store::vacuum::{self, Space};
use crate::store::verify::{self, Verdict};
use crate::store::{Access, DATABASE_FILE, InstanceLock, ballast, held};

/// A finding as a row.
const FINDINGS: &[Column] =
    &[Column::shown("code"), Column::shown("count"), Column::text("text"), Column::text("hint")];

pub fn run(command: &Db, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Db::Info => info(session),
        Db::Verify { file } => check(file.as_deref(), session),
        Db::Backup { file, force } => back_up(file, *force, session),
        Db::Restore { file } => bring_back(file, session),
        Db::Prune { dry_run } => prune::run(*dry_run, session),
        Db::Vacuum => squeeze(session),
    }
}

fn info(session: &mut Session) -> Result<Exit, Failure> {
    let state_dir = session.loader()?.state_dir()?;
    let store = session.store(Access::ReadOnly)?;
    let (counts, space, pruned) = (store.counts()?, store.space()?, store.pruned_at()?);
    let (aside, schema) = (store.count_aside()?, store.schema()?);
    let waits = store.clock_proven_from(session.clock.now())?;
    let (log, ballast) = (log_bytes(store.path()), ballast::held(&state_dir));
    let mut page = Page::new(&session.printer);
    page.field("database", &store.path().display().to_string());
    page.field("schema", &schema.to_string());
    let (bytes, free) = (size(space.bytes()), size(space.free_bytes()));
    page.field("size", &format!("{bytes}, {free} of it free; a log of {}", size(log)));
    let (stories, alerts) = (counts.stories, counts.alerts + counts.alerts_shadow);
    let [entries, told, raised] =
        [(counts.entries, "entry"), (stories, "story"), (alerts, "alert")].map(many);
    page.field("holds", &format!("{entries}, {told}, {raised}"));
    if aside > 0 {
        page.field("aside", &format!("{aside}: `wirewatch entries list --quarantined`"));
    }
    let pruned_text = pruned.map_or("not yet".to_owned(), moment::text);
    page.field("pruned", &pruned_text);
    if let Some((since, from)) = waits {
        let (since, from) = (moment::text(since), moment::text(from));
        let why = "a clock that leapt, or a machine that was off for days, has to go on for a week";
        page.field("retention", &format!("waits until {from}, since {since}: {why}"));
    }
    let back = match space.is_incremental {
        true => "given back to the disk by itself",
        false => "given back after one `wirewatch db vacuum`",
    };
    page.field("free space", back);
    page.field("ballast", &size(ballast));
    let object = json!({
        "path": store.path().display().to_string(),
        "schema": schema,
        "bytes": space.bytes(),
        "free_bytes": space.free_bytes(),
        "log_bytes": log,
        "incremental_vacuum": space.is_incremental,
        "entries": counts.entries,
        "stories": stories,
        "alerts": alerts,
        "quarantined": aside,
        "pruned_at": moment::json_opt(pruned),
        "prune_waits_until": moment::json_opt(waits.map(|(_, from)| from)),
        "ballast_bytes": ballast,
        "running": held(&state_dir).is_some(),
    });
    session.printer.report(&object, &page.text(), &Records::of_fields(&object))?;
    Ok(Exit::Ok)
}

/// `1 entry`, `3 entries`.
fn many((number, noun): (u64, &str)) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}

fn check(file: Option<&Path>, session: &mut Session) -> Result<Exit, Failure> {
    let (name, found) = match file {
        Some(file) => (file.to_owned(), verify::verify_file(file)?),
        None => {
            let store = session.store(Access::ReadOnly)?;
            (store.path().to_owned(), store.verify()?)
        }
    };
    let Verdict { schema, findings } = found;
    let is_sound = findings.is_empty();
    let rows: Vec<Value> = findings
        .iter()
        .map(|one| json!({ "code": one.code, "count": one.count, "text": one.text, "hint": one.hint }))
        .collect();
    let mut page = Page::new(&session.printer);
    let name = name.display().to_string();
    if is_sound {
        page.line(&format!(
            "{name} is whole: pages, references and promises hold (schema {schema})"
        ));
    } else {
        page.line(&format!("{name}: {}", count(findings.len(), "kind of damage")));
    }
    for one in &findings {
        page.line(&format!("{} ({} times): {}", one.code, one.count, one.text));
        page.line(&format!("  hint: {}", one.hint));
    }
    let object = json!({ "file": name, "schema": schema, "sound": is_sound, "findings": rows });
    let rows = Records::of_objects(FINDINGS, &rows);
    session.printer.report(&object, &page.text(), &rows)?;
    Ok(if is_sound { Exit::Ok } else { Exit::Failed })
}

fn back_up(file: &Path, force: bool, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    // A config that cannot be read keeps nobody from a backup.
    let storage = session.config().map_or(StorageConfig::standard(), |config| config.storage);
    let spare = copies::spare(&storage);
    let Kept { path, bytes, entries, alerts, schema } = store.back_up(file, force, spare)?;
    let path = path.display().to_string();
    let [told, raised] = [(entries, "entry"), (alerts, "alert")].map(many);
    let text = format!("{path}: {}, {told} and {raised}, read whole and sound", size(bytes));
    let object = json!({
        "file": path, "bytes": bytes, "entries": entries, "alerts": alerts, "schema": schema,
    });
    session.printer.object(&object, &text)?;
    Ok(Exit::Ok)
}

fn bring_back(file: &Path, session: &mut Session) -> Result<Exit, Failure> {
    let state_dir = session.loader()?.state_dir()?;
    let lock = InstanceLock::acquire(&state_dir)?;
    let path = state_dir.join(DATABASE_FILE);
    let Restored { verdict, aside } = restore::restore(file, &path, session.clock.now(), &lock)?;
    let aside = aside.map(|aside| aside.display().to_string());
    let kept = aside.as_ref().map(|aside| format!("; what was there is {aside}"));
    let text = format!("{} is restored{}", path.display(), kept.unwrap_or_default());
    let object = json!({
        "file": path.display().to_string(),
        "from": file.display().to_string(),
        "schema": verdict.schema,
        "aside": aside,
    });
    session.printer.object(&object, &text)?;
    session.messages.note(
        "deliveries that waited when the backup was made are sent again, under the same ids; alerts \
         that were raised after it come as new ones, under new ids",
    );
    Ok(Exit::Ok)
}

fn squeeze(session: &mut Session) -> Result<Exit, Failure> {
    let state_dir = session.loader()?.state_dir()?;
    let path: PathBuf = state_dir.join(DATABASE_FILE);
    if !path.exists() {
        return Err(StoreError::NotFound { path }.into());
    }
    let _lock = InstanceLock::acquire(&state_dir)?;
    let (before, after): (Space, Space) = vacuum::vacuum(&path)?;
    let (was, is) = (size(before.bytes()), size(after.bytes()));
    let text = format!("{}: {was} before, {is} now", path.display());
    let object = json!({
        "file": path.display().to_string(),
        "bytes_before": before.bytes(),
        "bytes": after.bytes(),
    });
    session.printer.object(&object, &text)?;
    Ok(Exit::Ok)
}
