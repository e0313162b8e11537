//! Shows how much of each rule its tests hold in place, and the clauses that they do not.

use serde_json::{Value, json};

use super::{Group, Ran};
use crate::cli::exit::Failure;
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::domain::topic::coverage::{self, Coverage, Covered};

const TOPIC_COLUMNS: &[Column] = &[
    Column::shown("topic"),
    Column::shown("clauses"),
    Column::shown("covered"),
    Column::shown("percent"),
];

const CLAUSE_COLUMNS: &[Column] = &[
    Column::shown("place"),
    Column::hidden("topic"),
    Column::shown("kind"),
    Column::text("clause"),
    Column::text("missing"),
    Column::hidden("by_presence"),
    Column::hidden("by_absence"),
    Column::hidden("file"),
    Column::hidden("line"),
    Column::hidden("column"),
];

/// What the tests of one topic cover, with places.
pub struct OfTopic {
    topic: String,
    coverage: Coverage,
    /// File, line and column of each clause.
    places: Vec<Option<(String, u32, u32)>>,
}

/// Measures every chosen topic by the tests that passed.
pub fn measure(groups: &[Group], ran: &[Ran<'_>]) -> Vec<OfTopic> {
    let mut measured = Vec::new();
    for group in groups {
        for topic in group.topics() {
            let passed = ran.iter().filter(|ran| {
                std::ptr::eq(ran.group, group) && ran.topic.id == topic.id && ran.result.passed
            });
            let coverage = coverage::measure(&group.set, topic, passed.map(|ran| &ran.test));
            let place = |clause: &Covered| match &clause.place {
                Some((part, span)) => group.rules.position(&topic.id, Some((part, span.clone()))),
                None => group.rules.threshold_position(&topic.id),
            };
            let places = coverage.clauses.iter().map(place).collect();
            measured.push(OfTopic { topic: topic.id.to_string(), coverage, places });
        }
    }
    measured
}

/// For people: a table of topics, and one of the clauses that are not covered.
pub fn print(measured: &[OfTopic], session: &mut Session) -> Result<(), Failure> {
    let mut topics = Records::new(TOPIC_COLUMNS, "no topics");
    for of in measured {
        topics.row([
            json!(of.topic),
            json!(of.coverage.clauses.len()),
            json!(of.coverage.covered()),
            json!(percent(of)),
        ]);
    }
    session.printer.records(&topics)?;
    let uncovered = select(measured, |clause| !clause.both_ways());
    if !uncovered.is_empty() {
        session.printer.text(
            "\nNo test turns on these clauses being found (presence) or not found (absence):\n",
        )?;
        session.printer.records(&uncovered)?;
    }
    Ok(())
}

/// Every clause of every topic.
pub fn clauses(measured: &[OfTopic]) -> Records {
    select(measured, |_| true)
}

/// One topic for programs.
pub fn object(of: &OfTopic) -> Value {
    let clauses = of.coverage.clauses.iter().zip(&of.places).map(|(clause, place)| {
        let (file, line, column) = parts(place);
        json!({
            "kind": clause.kind.as_str(),
            "clause": clause.label,
            "by_presence": clause.by_presence,
            "by_absence": clause.by_absence,
            "file": file,
            "line": line,
            "column": column,
        })
    });
    json!({
        "topic": of.topic,
        "clauses": of.coverage.clauses.len(),
        "covered": of.coverage.covered(),
        "percent": percent(of),
        "each": clauses.collect::<Vec<_>>(),
    })
}

/// To one decimal place.
fn percent(of: &OfTopic) -> f64 {
    (of.coverage.percent() * 10.0).round() / 10.0
}

fn select(measured: &[OfTopic], wanted: impl Fn(&Covered) -> bool) -> Records {
    let mut records = Records::new(CLAUSE_COLUMNS, "every clause is held in place");
    for of in measured {
        let each = of.coverage.clauses.iter().zip(&of.places);
        for (clause, place) in each.filter(|(clause, _)| wanted(clause)) {
            let (file, line, column) = parts(place);
            let shown =
                place.as_ref().map(|(file, line, column)| format!("{file}:{line}:{column}"));
            records.row([
                json!(shown),
                json!(of.topic),
                json!(clause.kind.as_str()),
                json!(clause.label),
                json!(missing(clause)),
                json!(clause.by_presence),
                json!(clause.by_absence),
                json!(file),
                json!(line),
                json!(column),
            ]);
        }
    }
    records
}

fn parts(place: &Option<(String, u32, u32)>) -> (Option<&str>, Option<u32>, Option<u32>) {
    match place {
        Some((file, line, column)) => (Some(file), Some(*line), Some(*column)),
        None => (None, None, None),
    }
}

/// What no test turns on.
fn missing(clause: &Covered) -> Option<&'static str> {
    match (clause.by_presence, clause.by_absence) {
        (true, true) => None,
        (true, false) => Some("absence"),
        (false, true) => Some("presence"),
        (false, false) => Some("both"),
    }
}
