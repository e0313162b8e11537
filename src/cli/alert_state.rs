//! `wirewatch alerts ack` and `close`: people say what became of an alert. It is kept in the
//! database with who and why; no channel is told.

use std::os::unix::fs::MetadataExt;

use crate::cli::args::StateChange;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Records;
use crate::cli::session::Session;
use crate::cli::{alerts, naming};
use crate::config::Environment;
use crate::domain::alert::AlertState;
use crate::domain::ids::AlertId;
use crate::store::alerts::read::AlertView;
use crate::store::{Access, Store};

/// Brings alerts to a state. Those that cannot be are told, the others are changed all the same:
/// part of a list is better than none of it.
pub fn change(
    state: AlertState,
    change: &StateChange,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let ids = change.ids.iter().map(|id| naming::read(id)).collect::<Result<Vec<AlertId>, _>>()?;
    let author = author(change.author.as_deref(), &session.env);
    let note = change.note.as_deref();
    let store = session.store(Access::Existing)?;
    let mut records = Records::new(alerts::COLUMNS, "");
    let mut refused = 0;
    for id in ids {
        match change_one(&store, id, state, &author, note, session)? {
            Ok(view) => alerts::add(&mut records, &view),
            Err(refusal) => {
                refused += 1;
                session.messages.report(&refusal);
            }
        }
    }
    if refused == change.ids.len() {
        return Ok(Exit::Failed);
    }
    session.printer.records(&records)?;
    Ok(if refused == 0 { Exit::Ok } else { Exit::Partial })
}

/// The outer failure ends the command, the inner one is a matter of this alert.
fn change_one(
    store: &Store,
    id: AlertId,
    state: AlertState,
    author: &str,
    note: Option<&str>,
    session: &Session,
) -> Result<Result<AlertView, Failure>, Failure> {
    let Some(alert) = store.alert(id)? else {
        return Ok(Err(alerts::no_such_alert(id)));
    };
    let before = alert.view.state;
    if before == AlertState::Closed && state != AlertState::Closed {
        let refusal =
            Failure::said(Exit::Failed, format!("alert {id} is closed, and stays closed"))
                .hint(format!("`wirewatch alerts close {id} --note TEXT` adds a remark to it"));
        return Ok(Err(refusal));
    }
    // Said before: only a new remark is worth keeping.
    if before == state && note.is_none() {
        return Ok(Ok(alert.view));
    }
    Ok(Ok(session.wait(store.set_alert_state(id, state, author, note, session.clock.now()))??))
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
