//! `wirewatch topics test`: runs the tests inside the topics.

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::config::Config;
use crate::deliver::terminal;
use crate::domain::topic::selftest;

const TEST_COLUMNS: &[Column] = &[
    Column::shown("topic"),
    Column::shown("passed"),
    Column::shown("title"),
    Column::shown("failure"),
    Column::hidden("file"),
    Column::hidden("line"),
];

/// Runs the tests inside the topics. One that fails ends this with code 1.
pub fn run(names: &[String], config: &Config, session: &mut Session) -> Result<Exit, Failure> {
    let chosen = names
        .iter()
        .map(|name| naming::topic(name, &config.topics))
        .collect::<Result<Vec<_>, _>>()?;
    let results = selftest::run(&config.topics, terminal::plain);
    let mut records = Records::new(TEST_COLUMNS, "no tests: add a [[topic.test]] to a topic");
    let (mut passed, mut failed) = (0, 0);
    for result in results {
        if !chosen.is_empty() && !chosen.contains(&result.topic) {
            continue;
        }
        if result.passed {
            passed += 1;
        } else {
            failed += 1;
        }
        records.row([
            json!(result.topic.as_str()),
            json!(result.passed),
            json!(result.title),
            json!(result.failure),
            json!(result.file),
            json!(result.line),
        ]);
    }
    session.printer.records(&records)?;
    session.messages.note(&format!("{passed} passed, {failed} failed"));
    Ok(if failed == 0 { Exit::Ok } else { Exit::Failed })
}
