//! `wirewatch alerts ack`, `close`, `reopen` and `note`: people say what became of an alert. It is
//! kept in the database with who and why; no channel is told.

use std::os::unix::fs::MetadataExt;

use crate::cli::args::StateChange;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Records;
use crate::cli::session::Session;
use crate::cli::{alerts, naming};
use crate::config::Environment;
use crate::domain::alert::change::{Refusal, Wish};
use crate::domain::ids::AlertId;
use crate::store::Access;

/// Changes alerts. Those that cannot be are told, the others are changed all the same: part of a
/// list is better than none of it.
pub fn change(wish: Wish, change: &StateChange, session: &mut Session) -> Result<Exit, Failure> {
    let ids = change.ids.iter().map(|id| naming::read(id)).collect::<Result<Vec<AlertId>, _>>()?;
    let author = author(change.author.as_deref(), &session.env);
    let note = change.note.as_deref();
    if wish == Wish::Remark && note.is_none_or(|note| note.trim().is_empty()) {
        return Err(Failure::said(Exit::Usage, "there is no remark: `--note` says it"));
    }
    let store = session.store(Access::Existing)?;
    let mut records = Records::new(alerts::COLUMNS, "");
    let mut refused = 0;
    for id in ids {
        let now = session.clock.now();
        match session.wait(store.change_alert(id, wish, &author, note, now))?? {
            Ok(view) => alerts::add(&mut records, &view),
            Err(refusal) => {
                refused += 1;
                session.messages.report(&told(refusal));
            }
        }
    }
    if refused == change.ids.len() {
        return Ok(Exit::Failed);
    }
    session.printer.records(&records)?;
    Ok(if refused == 0 { Exit::Ok } else { Exit::Partial })
}

fn told(refusal: Refusal) -> Failure {
    let failure = Failure::new(Exit::Failed, refusal);
    match refusal {
        Refusal::Unknown(id) => alerts::no_such_alert(id),
        Refusal::Closed(id) => failure.hint(format!(
            "`wirewatch alerts reopen {id}` opens it again, `alerts note {id} --note TEXT` adds a remark"
        )),
        Refusal::Merged(_, into) => failure.hint(format!("`wirewatch alerts show {into}`")),
    }
}

/// Who says so: as given, else the user's name, else the user's number.
pub fn author(given: Option<&str>, env: &Environment) -> String {
    let given = given.filter(|author| !author.trim().is_empty()).map(str::to_owned);
    given.or_else(|| env.var("USER")).or_else(|| env.var("LOGNAME")).unwrap_or_else(|| {
        // Linux says so without a library: a process owns its own entry.
        let process = std::fs::metadata("/proc/self");
        process.map_or("unknown".to_owned(), |process| format!("uid {}", process.uid()))
    })
}
