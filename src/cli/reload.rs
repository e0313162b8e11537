//! `wirewatch reload`: has the running daemon read its configuration again, and tells what it says
//! to that.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::domain::reload::{Occasion, Outcome, Reload};
use crate::domain::untrusted;
use crate::store::checkup::free_bytes;
use crate::store::holder::{self, HolderError};
use crate::store::{Access, DATABASE_FILE, Store};

/// Longest wait for the daemon: thousands of rules take some seconds to be compiled.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is not there after this long may not have been written: the disk is looked at.
const USUAL: Duration = Duration::from_secs(5);

/// Free bytes on a disk that is full.
const FULL_BELOW_BYTES: u64 = 128 * 1024;

/// How often it is looked whether it said something.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub fn run(session: &mut Session) -> Result<Exit, Failure> {
    // However wrong the rest is: the daemon says so.
    let state_dir = session.loader()?.state_dir()?;
    let before = last(&state_dir);
    let pid = holder::hang_up(&state_dir)?;
    let reload = match outcome(&state_dir, before) {
        Ok(reload) => reload,
        Err(silence) => return Err(silence.explain(pid)),
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

/// Why nothing is known of what came of it.
enum Silence {
    Long,
    /// It cannot be written down: the disk is full.
    Full,
}

impl Silence {
    fn explain(self, pid: u32) -> Failure {
        let told = format!("process {pid} was told to reload");
        match self {
            Silence::Long => {
                let waited = PATIENCE.as_secs();
                let sentence = format!("{told}, and did not say within {waited} s what came of it");
                Failure::said(Exit::Partial, sentence)
                    .hint("its log says more; `wirewatch status` tells when it is done")
            }
            Silence::Full => {
                let sentence = format!("{told}, and cannot say what came of it: the disk is full");
                Failure::said(Exit::Partial, sentence).hint(
                    "free some space: files without a mistake are taken up then by themselves; \
                     `wirewatch check` shows mistakes now",
                )
            }
        }
    }
}

/// What came after that time, once it is there.
fn outcome(state_dir: &Path, before: i64) -> Result<Reload, Silence> {
    let begun = Instant::now();
    // A daemon that is started for the first time may still be making its database.
    let mut store = None;
    while begun.elapsed() < PATIENCE {
        if store.is_none() {
            store = Store::open(&state_dir.join(DATABASE_FILE), Access::ReadOnly).ok();
        }
        match store.as_ref().map_or(Ok(None), Store::last_reload) {
            // A start that was not over yet is no answer to who asked.
            Ok(Some(last)) if last.n > before && last.reload.occasion != Occasion::Start => {
                return Ok(last.reload);
            }
            _ if begun.elapsed() >= USUAL && is_full(state_dir) => return Err(Silence::Full),
            _ => std::thread::sleep(LOOK_EVERY),
        }
    }
    Err(Silence::Long)
}

/// Whether nothing can be written: the smallest write of the database is some pages.
fn is_full(state_dir: &Path) -> bool {
    free_bytes(state_dir).is_some_and(|free| free < FULL_BELOW_BYTES)
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
