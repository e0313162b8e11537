//! `wirewatch alerts silence`: time-bound "do not alert". What is silenced is read in [`scope`],
//! what a silence held back, or would have, shown in [`held`]. It works beside a running daemon:
//! the next decision sees it.

mod held;
mod scope;

use crate::cli::alert_state::author;
use crate::cli::args::silences::{AddSilence, SilenceCommand, Silences};
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::domain::alert::silence::Silence;
use crate::domain::ids::SilenceId;
use crate::record;
use crate::store::Access;
use crate::store::silences::SilenceView;
use jiff::Timestamp;

const COLUMNS: &[Column] = &[
    Column::shown("id"),
    Column::shown("state"),
    Column::text("scope"),
    Column::shown("ends"),
    Column::text("author").spare(2),
    Column::text("reason"),
    Column::shown("held").spare(3),
    Column::shown("last_held").spare(1),
    Column::hidden("starts"),
    Column::hidden("planned_end"),
    Column::text("ended_by").spare(1),
    Column::text("place").spare(2),
];

pub fn run(command: &Silences, session: &mut Session) -> Result<Exit, Failure> {
    match &command.command {
        None => add(&command.add, session),
        Some(SilenceCommand::Add(silence)) => add(silence, session),
        Some(SilenceCommand::List { all, limit }) => list(*all, *limit, session),
        Some(SilenceCommand::Show { id, limit }) => held::show(id, *limit, session),
        Some(SilenceCommand::End { ids, author: by }) => end(ids, by.as_deref(), session),
        Some(SilenceCommand::Preview { scope, since, limit }) => {
            held::preview(scope, since, *limit, session)
        }
    }
}

fn add(asked: &AddSilence, session: &mut Session) -> Result<Exit, Failure> {
    let now = session.clock.now();
    let Some(reason) = asked.reason.as_deref().filter(|reason| !reason.trim().is_empty()) else {
        let sentence = "a silence needs its reason: who misses an alert will ask for it";
        return Err(Failure::said(Exit::Usage, sentence).hint("`--reason 'planned exercise'`"));
    };
    let ends = scope::end(asked, now)?;
    let store = session.store(Access::Existing)?;
    let (scope, also) = scope::read(&asked.scope, &store, session)?;
    let silence = Silence {
        id: 0,
        scope,
        also,
        author: author(asked.author.as_deref(), &session.env),
        reason: reason.trim().to_owned(),
        starts: now,
        ends,
    };
    let silence = session.wait(store.add_silence(silence, now))??;
    let mut records = Records::new(COLUMNS, "");
    if let Some(view) = store.silence(SilenceId(silence.id))? {
        row(&mut records, &view, now);
    }
    session.printer.records(&records)?;
    held::say_what_it_means(&silence, &store, session)?;
    Ok(Exit::Ok)
}

fn list(all: bool, limit: u32, session: &mut Session) -> Result<Exit, Failure> {
    let now = session.clock.now();
    let store = session.store(Access::ReadOnly)?;
    let empty = if all { "no silences" } else { "no silences; --all shows those that are over" };
    let mut records = Records::new(COLUMNS, empty);
    for view in store.silence_views((!all).then_some(now), limit)? {
        row(&mut records, &view, now);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// Ends silences. Those that are not there are told, the others are ended all the same.
fn end(ids: &[String], by: Option<&str>, session: &mut Session) -> Result<Exit, Failure> {
    let ids = ids.iter().map(|id| naming::read(id)).collect::<Result<Vec<SilenceId>, _>>()?;
    let (by, now) = (author(by, &session.env), session.clock.now());
    let store = session.store(Access::Existing)?;
    let mut records = Records::new(COLUMNS, "");
    let mut refused = 0;
    for id in &ids {
        let refusal = match store.silence(*id)? {
            None => Some(no_such_silence(*id)),
            Some(view) => view.place.filter(|_| now < view.silence.ends).map(|place| {
                let sentence = format!("silence {id} stands in {place}");
                Failure::said(Exit::Failed, sentence)
                    .hint("take it out there; else it would be back with the next reload")
            }),
        };
        if let Some(refusal) = refusal {
            refused += 1;
            session.messages.report(&refusal);
            continue;
        }
        let view = session.wait(store.end_silence(*id, &by, now))??;
        row(&mut records, &view, now);
    }
    if refused == ids.len() {
        return Ok(Exit::Failed);
    }
    session.printer.records(&records)?;
    Ok(if refused == 0 { Exit::Ok } else { Exit::Partial })
}

fn no_such_silence(id: SilenceId) -> Failure {
    Failure::said(Exit::Failed, format!("there is no silence {id}"))
        .hint("`wirewatch alerts silence list --all` shows those there are")
}

fn row(records: &mut Records, view: &SilenceView, now: Timestamp) {
    records.object(&record::silence::object(view, now));
}
