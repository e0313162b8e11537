//! The course of an alert: what was decided for each match in its story and why, and what waits.
//! `alerts show` and `alerts list --pending` print it.

use serde_json::json;

use crate::cli::args::AlertChoice;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::domain::untrusted;
use crate::store::Access;
use crate::store::alerts::read::AlertDetail;

/// Decisions shown to people, the last ones; programs get more.
const SHOWN: usize = 20;

const PENDING: &[Column] = &[
    Column::shown("topic"),
    Column::text("headline"),
    Column::shown("have"),
    Column::shown("need"),
    Column::shown("since").spare(1),
    Column::shown("until"),
    Column::shown("story").spare(2),
    Column::hidden("entry"),
];

/// `alerts list --pending`: stories that match and wait for publishers.
pub fn pending(choice: &AlertChoice, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let topic = choice.topic.as_deref();
    let topic = topic.map(|topic| naming::stored_topic(topic, &store, session)).transpose()?;
    let views = store.pending(topic.as_ref(), session.clock.now(), choice.limit)?;
    let mut records = Records::new(PENDING, "no story waits for publishers");
    for view in views {
        let pending = &view.pending;
        records.row([
            json!(pending.topic.as_str()),
            json!(view.headline),
            json!(pending.have),
            json!(pending.need),
            moment::json(pending.since),
            moment::json(pending.until),
            json!(pending.story.to_string()),
            json!(pending.entry.to_string()),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// Adds to an alert's page what was decided, and what waits.
pub fn lines(alert: &AlertDetail, lines: &mut Vec<String>) {
    if let Some(held) = &alert.held {
        let line = format!("\nwaits  {}: told {}", held.reason.text, moment::text(held.due));
        lines.push(untrusted::terminal_block(&line).into_owned());
    }
    lines.push("\ndecisions".to_owned());
    let before = alert.decisions.len().saturating_sub(SHOWN);
    if before > 0 {
        lines.push(format!("  {before} before"));
    }
    for decision in alert.decisions.iter().skip(before) {
        let line = format!(
            "  {}  {}  {}: {}",
            moment::text(decision.at),
            decision.verdict,
            decision.publisher,
            decision.reason.text
        );
        lines.push(untrusted::terminal(&line).into_owned());
    }
}
