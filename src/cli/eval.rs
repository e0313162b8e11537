//! `wirewatch eval`: how well stories and topics do on entries that people labelled. [`lines`]
//! reads them, [`figure`] writes the figures of both commands alike.

mod figure;
mod lines;
mod stories;
mod topics;

use crate::cli::args::{Eval, Gate};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::count;
use crate::cli::session::Session;
use figure::share;
use lines::Problems;

/// Most problems that are told one by one.
const MAX_TOLD: usize = 20;

pub fn run(command: &Eval, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Eval::Stories(asked) => stories::run(asked, session),
        Eval::Topics(asked) => topics::run(asked, session),
    }
}

/// How a measurement ends: failed below the floor that was asked for, in part where lines could
/// not be used, whose problems are told here.
fn end(
    f1: Option<f64>,
    gate: Gate,
    problems: &Problems,
    session: &Session,
) -> Result<Exit, Failure> {
    for problem in problems.first(MAX_TOLD) {
        session.messages.warn(&problem);
    }
    if let Some(more) = problems.count().checked_sub(MAX_TOLD).filter(|more| *more > 0) {
        session.messages.warn(&format!("and {more} more"));
    }
    if let Some(floor) = gate.min_f1
        && f1.unwrap_or(0.0) < floor
    {
        let sentence = format!("F1 is {}, below the {floor} of --min-f1", share(f1));
        return Err(Failure::said(Exit::Failed, sentence));
    }
    if problems.count() > 0 {
        let lines = count(problems.count(), "problem");
        session.messages.note(&format!("{lines} with the lines: measured without them"));
        return Ok(Exit::Partial);
    }
    Ok(Exit::Ok)
}
