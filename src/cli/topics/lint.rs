//! `wirewatch topics lint`: what is allowed in the rules and most likely not meant, with what the
//! stored entries say of them. `check` shows the warnings among it.

use serde_json::json;

use crate::cli::args::Format;
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::config::{Config, Level, PlacedLint, RuleMap};
use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use crate::domain::topic::lint::history::{History, Query, Vocabulary};
use crate::store::error::StoreError;
use crate::store::{Access, DATABASE_FILE, Store};

const COLUMNS: &[Column] = &[
    Column::shown("level"),
    Column::shown("code"),
    Column::shown("topic"),
    Column::shown("list").spare(2),
    Column::text("file"),
    Column::shown("line"),
    Column::shown("column").spare(3),
    Column::text("message"),
    Column::text("hint").spare(1),
    Column::hidden("concerns"),
];

/// Most topics named of one lint: a list may serve them all.
const MAX_CONCERNED: usize = 100;

pub fn run(
    names: &[String],
    with_history: bool,
    deny_warnings: bool,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let (config, rules) = session.loader()?.without_secrets().read_with_rules()?;
    let chosen = names
        .iter()
        .map(|name| naming::topic(name, &config.topics))
        .collect::<Result<Vec<TopicId>, _>>()?;
    let mut found = lints(&config, &rules, with_history, session);
    if with_history && !config.state_dir.join(DATABASE_FILE).exists() {
        session.messages.note("there is no database yet: the rules were looked at alone");
    }
    if !chosen.is_empty() {
        found.retain(|lint| rules.concerned(lint).any(|topic| chosen.contains(topic)));
    }
    let warnings = found.iter().filter(|lint| lint.problem.level == Level::Warning).count();
    if session.printer.format() == Format::Table && !found.is_empty() {
        let text = rules.render(found.iter(), session.printer.coloured());
        session.printer.text(text.trim_end())?;
    } else {
        session.printer.records(&records(&found, &rules))?;
    }
    if !found.is_empty() {
        let rest = count(found.len() - warnings, "note");
        session.messages.note(&format!("{}, {rest}", count(warnings, "warning")));
    }
    Ok(if deny_warnings && warnings > 0 { Exit::Partial } else { Exit::Ok })
}

/// All lints of a config; with the stored entries where there are any. That they cannot be read
/// is a warning, and no more.
pub fn lints(
    config: &Config,
    rules: &RuleMap,
    with_history: bool,
    session: &Session,
) -> Vec<PlacedLint> {
    if !with_history {
        return rules.lint(None);
    }
    let store = match session.store_of(config, Access::ReadOnly) {
        Ok(store) => store,
        Err(failure) if failure.exit == Exit::NotFound => return rules.lint(None),
        Err(failure) => {
            let hint = failure.hint.as_ref().map(|hint| format!("\nhint: {hint}"));
            session.messages.warn(&format!("{UNREAD}: {failure}{}", hint.unwrap_or_default()));
            return rules.lint(None);
        }
    };
    match over_history(rules, &store) {
        Ok(found) => found,
        Err(error) => {
            session.messages.warn(&format!("{UNREAD}: {error}"));
            rules.lint(None)
        }
    }
}

const UNREAD: &str = "the stored entries cannot be read: the rules were looked at alone";

fn over_history(rules: &RuleMap, store: &Store) -> Result<Vec<PlacedLint>, StoreError> {
    let vocabulary: Vocabulary = store.vocabulary()?;
    let mut failure = None;
    let mut entries = |query: &Query, limit: usize| -> Vec<Document> {
        if failure.is_some() {
            return Vec::new();
        }
        store.answering(query, limit).unwrap_or_else(|error| {
            failure = Some(error);
            Vec::new()
        })
    };
    let mut history = History { vocabulary: &vocabulary, entries: &mut entries };
    let found = rules.lint(Some(&mut history));
    match failure {
        Some(error) => Err(error),
        None => Ok(found),
    }
}

fn records(found: &[PlacedLint], rules: &RuleMap) -> Records {
    let mut records = Records::new(COLUMNS, "nothing to tell of the topics");
    for lint in found {
        let (problem, concerned) = (&lint.problem, rules.concerned(lint));
        records.row([
            json!(problem.level.as_str()),
            json!(problem.code),
            json!(lint.topic.as_ref().map(TopicId::as_str)),
            json!(lint.list),
            json!(problem.file),
            json!(problem.line),
            json!(problem.column),
            json!(problem.message),
            json!(problem.hint),
            concerned.take(MAX_CONCERNED).map(|topic| json!(topic.as_str())).collect(),
        ]);
    }
    records
}
