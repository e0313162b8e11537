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

pub fn run(asked: &Change, deed: Deed, session: &mut Session) -> Result<Exit, Failure> {
    let env = session.env.clone().without_secrets();
    let mut records = Records::new(COLUMNS, "nothing was changed");
    let mut changed = false;
    for key in &asked.keys {
        // Read anew for each: the one before has changed a file.
        let layout = session.loader()?.layout()?;
        let (edit, done) = match deed {
            Deed::Remove => (Some(layout.remove(key)?), "removed"),
            Deed::Pause => (layout.pause(key, true)?, "paused"),
            Deed::Resume => (layout.pause(key, false)?, "resumed"),
        };
        let Some(edit) = edit else {
            session.messages.note(&format!("feed {key} was {done} already"));
            continue;
        };
        if asked.dry_run {
            edit.check(&env)?;
        } else {
            edit.apply(&env)?;
            changed = true;
        }
        for change in edit.changes() {
            records.row([
                json!(key),
                json!(if asked.dry_run { format!("would be {done}") } else { done.to_owned() }),
                json!(change.path.display().to_string()),
                json!(change.line),
                json!(!asked.dry_run),
            ]);
        }
    }
    session.printer.records(&records)?;
    if changed {
        session.messages.note(match deed {
            Deed::Remove => "its entries and alerts stay in the database",
            Deed::Pause => "it stays in the config, and what is known of it in the database",
            Deed::Resume => "it is due at once",
        });
        session.messages.note(RELOAD);
    }
    Ok(Exit::Ok)
}
