//! `wirewatch reload`: has the running daemon read its configuration again, and tells what it says
//! to that.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::domain::reload::{Outcome, Reload};
use crate::domain::untrusted;
use crate::store::holder::{self, HolderError};
use crate::store::{Access, DATABASE_FILE, Store};

/// Longest wait for the daemon: thousands of rules take some seconds to be compiled.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked whether it said something.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub fn run(session: &mut Session) -> Result<Exit, Failure> {
    // However wrong the rest is: the daemon says so.
    let state_dir = session.loader()?.state_dir()?;
    let before = last(&state_dir);
    let pid = holder::hang_up(&state_dir)?;
    let Some(reload) = outcome(&state_dir, before) else {
        let sentence = format!(
            "process {pid} was told to reload, and did not say within {} s what came of it",
            PATIENCE.as_secs()
        );
        return Err(Failure::said(Exit::Partial, sentence)
            .hint("its log says more; `wirewatch status` tells when it is done"));
    };
    match reload.outcome {
        Outcome::Taken { feeds, topics } => {
            let object =
                json!({ "pid": pid, "outcome": "taken", "feeds": feeds, "topics": topics });
            let (feeds, topics) = (count(feeds, "feed"), count(topics, "topic"));
            session.printer.object(&object, &format!("reloaded: {feeds}, {topics}"))?;
            Ok(Exit::Ok)
        }
        Outcome::Refused(refusal) => {
            let object = json!({
                "pid": pid,
                "outcome": "refused",
                "summary": untrusted::terminal(&refusal.summary),
                "problems": refusal.detail,
            });
            session.printer.object(&object, "refused: the earlier configuration runs on")?;
            session.messages.excerpts(&untrusted::terminal_block(&refusal.detail));
            Ok(Exit::Failed)
        }
    }
}

/// The number of the last time that a configuration was taken over or refused.
fn last(state_dir: &Path) -> i64 {
    let store = Store::open(&state_dir.join(DATABASE_FILE), Access::ReadOnly);
    let last = store.ok().and_then(|store| store.last_reload().ok().flatten());
    last.map_or(0, |last| last.n)
}

/// What came after that time, once it is there.
fn outcome(state_dir: &Path, before: i64) -> Option<Reload> {
    let begun = Instant::now();
    let store = Store::open(&state_dir.join(DATABASE_FILE), Access::ReadOnly).ok()?;
    while begun.elapsed() < PATIENCE {
        match store.last_reload() {
            Ok(Some(last)) if last.n > before => return Some(last.reload),
            _ => std::thread::sleep(LOOK_EVERY),
        }
    }
    None
}

impl From<HolderError> for Failure {
    fn from(error: HolderError) -> Self {
        let exit = match error {
            HolderError::Nobody => Exit::NotFound,
            _ => Exit::Failed,
        };
        let hint = error.hint();
        Failure::new(exit, error).hint(hint)
    }
}
