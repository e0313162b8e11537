//! `wirewatch doctor`: a report to paste into a question or a bug report. Each check says what it
//! found and what to do; nothing is contacted but the name servers, and of these nothing is asked
//! but the hosts of configured feeds. No secret is in it: the config is read without them. Nothing is
//! changed, and one small file is made in the state directory and removed, to see whether it can be.

mod data;
mod machine;
mod setup;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::config::{Config, StorageConfig};
use crate::domain::untrusted;

/// A check as a row of CSV.
const COLUMNS: &[Column] =
    &[Column::shown("level"), Column::shown("check"), Column::text("text"), Column::text("hint")];

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Ok,
    /// Works, and may not be meant.
    Warning,
    /// Does not work.
    Problem,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Problem => "problem",
        }
    }
}

/// What one check found.
struct Check {
    name: &'static str,
    level: Level,
    text: String,
    hint: Option<String>,
}

/// The report so far.
struct Report {
    checks: Vec<Check>,
    /// What paths are shortened by: whose home it is, is nobody's business.
    home: Option<PathBuf>,
}

impl Report {
    fn ok(&mut self, name: &'static str, text: impl Into<String>) {
        self.add(name, Level::Ok, text.into(), None);
    }

    fn warn(&mut self, name: &'static str, text: impl Into<String>, hint: &str) {
        self.add(name, Level::Warning, text.into(), Some(hint.to_owned()));
    }

    fn problem(&mut self, name: &'static str, text: impl Into<String>, hint: Option<String>) {
        self.add(name, Level::Problem, text.into(), hint);
    }

    fn add(&mut self, name: &'static str, level: Level, text: String, hint: Option<String>) {
        let text = self.anonymous(&text);
        let hint = hint.filter(|hint| !hint.is_empty()).map(|hint| self.anonymous(&hint));
        self.checks.push(Check { name, level, text, hint });
    }

    fn anonymous(&self, text: &str) -> String {
        match self.home.as_deref().and_then(Path::to_str).filter(|home| home.len() > 1) {
            Some(home) => text.replace(home, "~"),
            None => text.to_owned(),
        }
    }

    fn count(&self, level: Level) -> usize {
        self.checks.iter().filter(|check| check.level == level).count()
    }
}

pub fn run(session: &mut Session) -> Result<Exit, Failure> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let mut report = Report { checks: Vec::new(), home };
    machine::clock(session, &mut report);
    let config = setup::config(session, &mut report);
    if let Some(config) = &config {
        setup::channels(config, session, &mut report);
        setup::names(config, session, &mut report)?;
    }
    if let Some(state_dir) = state_dir(config.as_ref(), session) {
        let storage = config.as_ref().map_or(StorageConfig::standard(), |config| config.storage);
        machine::state_dir(&state_dir, storage.floor_bytes, &mut report);
        data::check(&state_dir, config.as_ref(), session, &mut report);
    }
    print(&report, session)?;
    Ok(if report.count(Level::Problem) > 0 { Exit::Failed } else { Exit::Ok })
}

/// Where the database lies, however wrong the rest of the config may be.
fn state_dir(config: Option<&Config>, session: &Session) -> Option<PathBuf> {
    match config {
        Some(config) => Some(config.state_dir.clone()),
        None => session.loader().ok()?.state_dir().ok(),
    }
}

fn print(report: &Report, session: &mut Session) -> Result<(), Failure> {
    let mut page = Page::new(&session.printer);
    let version = env!("CARGO_PKG_VERSION");
    let machine = machine::describe();
    page.line(&format!("wirewatch {version} on {machine}"));
    page.line(&format!("checked {} UTC", moment::text(session.clock.now())));
    page.line("");
    for check in &report.checks {
        page.check(check.level.as_str(), check.name, &check.text);
        if let Some(hint) = &check.hint {
            page.check("", "", &format!("hint: {hint}"));
        }
    }
    let (problems, warnings) = (report.count(Level::Problem), report.count(Level::Warning));
    page.line("");
    page.line(&match (problems, warnings) {
        (0, 0) => "all is well".to_owned(),
        _ => format!("{}, {}", count(problems, "problem"), count(warnings, "warning")),
    });
    let checks: Vec<Value> = report
        .checks
        .iter()
        .map(|check| {
            json!({
                "check": check.name,
                "level": check.level.as_str(),
                "text": untrusted::terminal(&check.text),
                "hint": check.hint.as_deref().map(untrusted::terminal),
            })
        })
        .collect();
    let rows = Records::of_objects(COLUMNS, &checks);
    let object = json!({
        "version": version,
        "machine": machine,
        "time": moment::json(session.clock.now()),
        "problems": problems,
        "warnings": warnings,
        "checks": checks,
    });
    session.printer.report(&object, &page.text(), &rows)?;
    Ok(())
}
