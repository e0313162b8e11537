//! `wirewatch check`: everything that can be known before a run. Reads config and topics, runs
//! the tests inside the topics, and says all that is wrong at once, and what is most likely not
//! meant.

use serde_json::json;

use crate::cli::args::Format;
use crate::cli::exit::{Exit, Failure};
use crate::cli::load::describe;
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::cli::topics::lint;
use crate::cli::warnings::{self, Finding};
use crate::config::{Config, Level, Problem, Problems};
use crate::deliver::terminal;
use crate::domain::topic::selftest::{self, TestResult};

const COLUMNS: &[Column] = &[
    Column::shown("level"),
    Column::shown("code"),
    Column::text("file"),
    Column::shown("line"),
    Column::shown("column").spare(2),
    Column::text("message"),
    Column::text("hint").spare(1),
];

/// Most lints shown to people: `topics lint` shows all.
const MAX_SHOWN: usize = 50;

pub fn run(deny_warnings: bool, session: &mut Session) -> Result<Exit, Failure> {
    let (config, rules) = match session.loader()?.read_with_rules() {
        Ok(read) => read,
        Err(problems) => return refuse(problems, session),
    };
    let failed: Vec<TestResult> = selftest::run(&config.topics, terminal::plain)
        .into_iter()
        .filter(|test| !test.passed)
        .collect();
    let mut errors = warnings::unusable_channels(&config, &session.clock);
    let database = warnings::unusable_database(&config);
    let warnings = warnings::unwise(&config);
    let lints = lint::lints(&config, &rules, database.is_none(), session);
    errors.extend(database);
    errors.extend(warnings::unusable_state_dir(&config));
    let (lints, notes): (Vec<_>, Vec<_>) =
        lints.into_iter().partition(|lint| lint.problem.level == Level::Warning);
    let good = failed.is_empty() && errors.is_empty();
    let warned = !warnings.is_empty() || !lints.is_empty();
    let exit = match (good, deny_warnings && warned) {
        (false, _) => Exit::Failed,
        (true, true) => Exit::Partial,
        (true, false) => Exit::Ok,
    };
    if session.printer.format() != Format::Table {
        let mut records = findings(&failed, &errors, &warnings);
        lints.iter().for_each(|lint| add(&mut records, &lint.problem));
        session.printer.records(&records)?;
        return Ok(exit);
    }
    for warning in &warnings {
        session.messages.warn(&warning.message);
    }
    let shown = lints.iter().take(MAX_SHOWN);
    session.messages.excerpts(&rules.render(shown, session.messages.coloured()));
    if let Some(more) = lints.len().checked_sub(MAX_SHOWN).filter(|more| *more > 0) {
        let more = count(more, "warning");
        session.messages.note(&format!("{more} more: see `wirewatch topics lint`"));
    }
    for error in &errors {
        let failure = Failure::said(Exit::Failed, &error.message);
        session.messages.report(&Failure { hint: error.hint.map(str::to_owned), ..failure });
    }
    for test in &failed {
        let sentence = format!("a topic's test failed: {}", describe(test));
        session.messages.report(&Failure::said(Exit::Failed, sentence));
    }
    if !notes.is_empty() {
        let notes = count(notes.len(), "note");
        session.messages.note(&format!("{notes} beside: see `wirewatch topics lint`"));
    }
    if !session.messages.quiet() {
        session.printer.text(&summary(&config, good, failed.len()))?;
    }
    Ok(exit)
}

/// A config with problems: for people as it is always told, for programs as records.
fn refuse(problems: Problems, session: &mut Session) -> Result<Exit, Failure> {
    if session.printer.format() == Format::Table {
        return Err(problems.into());
    }
    let mut records = Records::new(COLUMNS, "");
    for problem in problems.iter() {
        add(&mut records, problem);
    }
    session.printer.records(&records)?;
    Ok(Exit::Failed)
}

fn add(records: &mut Records, problem: &Problem) {
    records.row([
        json!(problem.level.as_str()),
        json!(problem.code),
        json!(problem.file),
        json!(problem.line),
        json!(problem.column),
        json!(problem.message),
        json!(problem.hint),
    ]);
}

fn findings(failed: &[TestResult], errors: &[Finding], warnings: &[Finding]) -> Records {
    let mut records = Records::new(COLUMNS, "");
    for test in failed {
        let message = format!("{}: {}", test.title, test.failure.as_deref().unwrap_or_default());
        records.row([
            json!("error"),
            json!("failed_test"),
            json!(test.file),
            json!(test.line),
            json!(null),
            json!(message),
            json!(null),
        ]);
    }
    let levels = [("error", errors), ("warning", warnings)];
    for (level, found) in
        levels.iter().flat_map(|(level, found)| found.iter().map(move |f| (level, f)))
    {
        records.row([
            json!(level),
            json!(found.code),
            json!(found.place.as_ref().map(|(file, _)| file)),
            json!(found.place.as_ref().map(|(_, line)| line)),
            json!(null),
            json!(found.message),
            json!(found.hint),
        ]);
    }
    records
}

fn summary(config: &Config, good: bool, failed: usize) -> String {
    let topics = config.topics.topics().count();
    let tests: usize = config.topics.topics().map(|(topic, _)| topic.tests.len()).sum();
    let verdict = if good { "ok" } else { "not ok" };
    let passed = tests.saturating_sub(failed);
    format!(
        "{verdict}: {}, {}, {passed} of {} passed, {} ({})",
        count(config.feeds.len(), "feed"),
        count(topics, "topic"),
        count(tests, "test"),
        count(config.channels.len(), "channel"),
        config.file.display()
    )
}
