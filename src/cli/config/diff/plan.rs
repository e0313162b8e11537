//! The plan: what is added, changed and removed, for people and for programs.

use serde_json::{Value, json};

use super::{Outlook, estimate};
use crate::cli::explanation::page::Page;
use crate::cli::load::describe;
use crate::cli::output::{Column, Records, count};
use crate::config::difference::lines::Line;
use crate::config::difference::{Change, PartChange};
use crate::config::outline::{Kind, RULE, TESTS_TEXT};
use crate::config::{Level, PlacedLint};

/// Most fields shown of a part that was added or removed.
const MAX_FIELDS: usize = 4;

/// Most warnings of lint shown; `topics lint` shows all.
const MAX_LINTS: usize = 20;

/// Most lines of a rule shown.
const MAX_LINES: usize = 200;

/// Fields that say most of a part that was added or removed.
const TELLING: [&str; 4] = ["url", "type", "severity", "tests"];

/// What there is to say, as rows of CSV: a changed field each, then refusals, lint and estimates.
const COLUMNS: &[Column] = &[
    Column::shown("kind"),
    Column::shown("id"),
    Column::shown("change"),
    Column::shown("field"),
    Column::text("before"),
    Column::text("after"),
    Column::text("message"),
];

pub fn lines(page: &mut Page, outlook: &Outlook) {
    page.title(&format!("against {}", outlook.before.name));
    for change in &outlook.changes {
        part(page, change);
    }
    page.line(0, &summary(&outlook.changes));
    let failed = outlook.failed.len();
    page.line(0, &format!("tests: {} passed, {failed} failed", outlook.passed));
    for test in &outlook.failed {
        page.signed(1, '!', &describe(test));
    }
    for refusal in &outlook.refusals {
        page.signed(1, '!', &refusal.message);
    }
    let warnings = outlook.lints.iter().filter(|lint| lint.problem.level == Level::Warning);
    let warnings: Vec<&PlacedLint> = warnings.collect();
    let notes = outlook.lints.len() - warnings.len();
    page.line(
        0,
        &format!(
            "lint of what changed: {}, {}",
            count(warnings.len(), "warning"),
            count(notes, "note")
        ),
    );
    for lint in warnings.iter().take(MAX_LINTS) {
        let problem = &lint.problem;
        let file = problem.file.as_deref().unwrap_or("");
        page.signed(1, '!', &format!("{file}:{}: {}", problem.line, problem.message));
    }
    estimate::lines(page, &outlook.estimates);
    if outlook.is_refused() {
        page.line(0, "a reload would be refused: what runs would run on");
    }
}

fn part(page: &mut Page, change: &PartChange) {
    let (sign, kind) = (change.change.sign(), change.kind.as_str());
    page.signed(0, sign, &format!("{kind} {}{}", change.id, told(change)));
    if change.change == Change::Changed {
        for field in change.fields.iter().filter(|field| field.name != RULE) {
            if field.name == TESTS_TEXT {
                page.line(2, "tests: they ask otherwise than before");
                continue;
            }
            let value = |value: &Option<String>| value.clone().unwrap_or("(none)".to_owned());
            page.line(
                2,
                &format!("{}: {} → {}", field.name, value(&field.before), value(&field.after)),
            );
        }
        if change.fields.iter().any(|field| field.name == RULE) {
            page.line(2, "rule:");
            rule(page, &change.lines);
        }
    }
}

/// What a part that came or went was like.
fn told(change: &PartChange) -> String {
    if change.change == Change::Changed {
        return String::new();
    }
    let value = |name: &str| {
        let field = change.fields.iter().find(|field| field.name == name)?;
        let value = field.after.as_ref().or(field.before.as_ref())?;
        Some(if name == "tests" { format!("{value} tests") } else { value.clone() })
    };
    let values: Vec<String> =
        TELLING.iter().filter_map(|name| value(name)).take(MAX_FIELDS).collect();
    if values.is_empty() { String::new() } else { format!("  ({})", values.join(", ")) }
}

fn rule(page: &mut Page, lines: &[Line]) {
    for line in lines.iter().take(MAX_LINES) {
        match line {
            Line::Same(text) => page.signed(3, ' ', text),
            Line::Removed(text) => page.signed(3, '-', text),
            Line::Added(text) => page.signed(3, '+', text),
            Line::Skipped(_) => page.signed(3, ' ', "…"),
        }
    }
    if let Some(more) = lines.len().checked_sub(MAX_LINES).filter(|more| *more > 0) {
        page.line(3, &format!("… and {} more", count(more, "line")));
    }
    if lines.is_empty() {
        page.line(3, "the same text, read otherwise by this version");
    }
}

/// `2 topics changed, 1 feed added`; or that nothing differs.
fn summary(changes: &[PartChange]) -> String {
    let mut parts = Vec::new();
    for kind in Kind::ALL {
        for change in [Change::Added, Change::Changed, Change::Removed] {
            let of = |one: &&PartChange| one.kind == kind && one.change == change;
            let number = changes.iter().filter(of).count();
            if number > 0 {
                let noun = if kind == Kind::Settings { "setting" } else { kind.as_str() };
                parts.push(format!("{} {}", count(number, noun), change.as_str()));
            }
        }
    }
    if parts.is_empty() { "no difference".to_owned() } else { parts.join(", ") }
}

/// The rows of CSV, out of the object for programs.
pub fn rows(object: &Value) -> Records {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for change in list(&object["changes"]) {
        for field in list(&change["fields"]) {
            rows.push(json!({
                "kind": change["kind"], "id": change["id"], "change": change["change"],
                "field": field["field"], "before": field["before"], "after": field["after"],
            }));
        }
    }
    for refusal in list(&object["refusals"]) {
        rows.push(json!({
            "kind": "refusal", "id": refusal["code"], "message": refusal["message"],
        }));
    }
    for lint in list(&object["lint"]) {
        rows.push(json!({
            "kind": "lint", "id": lint["code"], "change": lint["level"], "field": lint["topic"],
            "message": lint["message"],
        }));
    }
    for estimate in list(&object["estimates"]["topics"]) {
        for field in ["alerts_a_day", "matches_a_day"] {
            rows.push(json!({
                "kind": "estimate", "id": estimate["topic"], "field": field,
                "before": estimate["before"][field], "after": estimate["after"][field],
            }));
        }
    }
    Records::of_objects(COLUMNS, &rows)
}

pub fn lint_object(lint: &PlacedLint) -> Value {
    let problem = &lint.problem;
    json!({
        "level": problem.level.as_str(),
        "code": problem.code,
        "topic": lint.topic.as_ref().map(ToString::to_string),
        "list": lint.list,
        "file": problem.file,
        "line": problem.line,
        "message": problem.message,
        "hint": problem.hint,
    })
}

pub fn change_object(change: &PartChange) -> Value {
    json!({
        "kind": change.kind.as_str(),
        "id": change.id,
        "change": change.change.as_str(),
        "fields": change.fields.iter().map(|field| json!({
            "field": field.name,
            "before": field.before,
            "after": field.after,
        })).collect::<Vec<_>>(),
        "rule": change.lines.iter().map(line_object).collect::<Vec<_>>(),
    })
}

fn line_object(line: &Line) -> Value {
    match line {
        Line::Same(text) => json!({ "same": text }),
        Line::Removed(text) => json!({ "removed": text }),
        Line::Added(text) => json!({ "added": text }),
        Line::Skipped(lines) => json!({ "skipped": lines }),
    }
}
