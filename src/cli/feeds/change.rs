//! `wirewatch feeds remove`, `pause` and `resume`: single feeds in the files of the config.

use serde_json::json;

use super::add::RELOAD;
use crate::cli::args::Change;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;

const COLUMNS: &[Column] = &[
    Column::shown("feed"),
    Column::shown("done"),
    Column::text("file"),
    Column::shown("line"),
    Column::hidden("written"),
];

/// What is done to a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Remove,
    Pause,
    Resume,
}

/// All of the feeds, or none: the configuration is checked with every edit in it before the first
/// file changes.
pub fn run(asked: &Change, deed: Deed, session: &mut Session) -> Result<Exit, Failure> {
    let env = session.env.clone().without_secrets();
    let layout = session.loader()?.layout()?;
    let ((edit, feeds), done) = match deed {
        Deed::Remove => (layout.remove(&asked.keys)?, "removed"),
        Deed::Pause => (layout.pause(&asked.keys, true)?, "paused"),
        Deed::Resume => (layout.pause(&asked.keys, false)?, "resumed"),
    };
    let changed = !edit.changes().is_empty();
    if changed && asked.dry_run {
        edit.check(&env)?;
    } else if changed {
        edit.apply(&env)?;
    }
    let mut records = Records::new(COLUMNS, "nothing was changed");
    for feed in &feeds {
        let Some(line) = feed.line else {
            let so = if deed == Deed::Resume { "not paused" } else { "paused already" };
            session.messages.note(&format!("feed {} is {so}", feed.key));
            continue;
        };
        records.row([
            json!(feed.key),
            json!(if asked.dry_run { format!("would be {done}") } else { done.to_owned() }),
            json!(feed.file.display().to_string()),
            json!(line),
            json!(!asked.dry_run),
        ]);
    }
    session.printer.records(&records)?;
    if changed && !asked.dry_run {
        session.messages.note(match deed {
            Deed::Remove => "its entries and alerts stay in the database",
            Deed::Pause => "it stays in the config, and what is known of it in the database",
            Deed::Resume => "it is due as soon as the daemon knows of it",
        });
        session.messages.note(RELOAD);
    }
    Ok(Exit::Ok)
}
