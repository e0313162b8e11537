//! Drafts as a topic file: what a person goes on working with. Original texts and findings stand
//! in comments beside what became of them.

use std::fmt::Write;

use super::{Dialect, DraftList, DraftTopic, Finding, Imported, Level, Remains};
use crate::domain::topic::filter::{Choice, Filters};
use crate::domain::topic::syntax::ast::{Expr, Node, Term};
use crate::domain::topic::syntax::{parse, parse_list_item};
use crate::domain::untrusted;

/// Longest rule that is written on one line, in characters.
const MAX_RULE_CHARS: usize = 90;

/// Longest line of a list, in characters.
const MAX_LINE_CHARS: usize = 96;

/// Most lines of an original that are kept beside its topic, and longest of them, in characters.
const MAX_ORIGINAL_LINES: usize = 30;
const MAX_ORIGINAL_CHARS: usize = 400;

/// Most lines of an original that no topic was made of.
const MAX_REMAINS_LINES: usize = 400;

/// The whole file.
pub fn file(imported: &Imported, dialect: Dialect) -> String {
    let mut out = String::new();
    comment(&mut out, &format!("Topics imported from {}.", program(dialect)));
    comment(&mut out, "Try them before you rely on them: `wirewatch topics backtest`.");
    let is_topics = |finding: &&Finding| imported.topics.iter().any(|draft| within(finding, draft));
    let others: Vec<&Finding> = imported.report.iter().filter(|f| !is_topics(f)).collect();
    if !others.is_empty() {
        out.push('\n');
        others.iter().for_each(|found| finding(&mut out, found));
    }
    for remains in &imported.remains {
        let _ = write!(out, "\n# Of line {} no topic was made:\n", remains.line);
        original(&mut out, remains, MAX_REMAINS_LINES);
    }
    if !imported.lists.is_empty() {
        out.push_str("\n[lists]\n");
        imported.lists.iter().for_each(|one| list(&mut out, one));
    }
    for draft in &imported.topics {
        topic(&mut out, draft, &imported.report);
    }
    out
}

fn program(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Emm => "the Europe Media Monitor",
        Dialect::Lexis => "Lexis",
        Dialect::Factiva => "Factiva",
        Dialect::Taranis => "Taranis AI",
        Dialect::TrendRadar => "TrendRadar",
        Dialect::Newsboat => "Newsboat",
        Dialect::Miniflux => "Miniflux",
    }
}

fn within(finding: &Finding, draft: &DraftTopic) -> bool {
    draft.span.start <= finding.span.start && finding.span.end <= draft.span.end
}

fn topic(out: &mut String, draft: &DraftTopic, report: &[Finding]) {
    let _ = write!(out, "\n# Line {} of the original:\n", draft.original.line);
    original(out, &draft.original, MAX_ORIGINAL_LINES);
    report.iter().filter(|found| within(found, draft)).for_each(|found| finding(out, found));
    draft.notes.iter().for_each(|note| comment(out, note));
    out.push_str("[[topic]]\n");
    let _ = writeln!(out, "id = {}", string(draft.id.as_str()));
    let _ = writeln!(out, "name = {}", string(&draft.name));
    if draft.shadow {
        comment(out, "Not all of the original was translated, so its alerts are only recorded.");
        out.push_str("mode = \"shadow\"\n");
    }
    if let Some(expr) = &draft.matching {
        let _ = writeln!(out, "match = {}", rule(expr));
    }
    exclusions(out, &draft.exclude);
    if let Some(threshold) = draft.threshold {
        let _ = writeln!(out, "threshold = {threshold}");
    }
    if !draft.weights.is_empty() {
        out.push_str("[topic.weights]\n");
        for (expr, weight) in &draft.weights {
            let _ = writeln!(out, "{} = {weight}", string(&expr.to_string()));
        }
    }
    filters(out, &draft.filters);
    if let Some(days) = draft.max_age_d {
        let _ = writeln!(out, "[topic.alert]\nmax_age = \"{days}d\"");
    }
}

fn exclusions(out: &mut String, exclude: &[Expr]) {
    match exclude {
        [] => {}
        [only] => {
            let _ = writeln!(out, "exclude = [{}]", string(&only.to_string()));
        }
        all => {
            out.push_str("exclude = [\n");
            for expr in all {
                let _ = writeln!(out, "  {},", string(&expr.to_string()));
            }
            out.push_str("]\n");
        }
    }
}

fn filters(out: &mut String, filters: &Filters) {
    if filters.is_any() {
        return;
    }
    out.push_str("[topic.filter]\n");
    // Tags that no feed has are an error: this file must load whatever the feeds are.
    let mut choice = |mark: &str, name: &str, choice: &Choice| {
        for (prefix, values) in [("", &choice.only), ("not_", &choice.not)] {
            if !values.is_empty() {
                let values: Vec<String> = values.iter().map(|value| string(value)).collect();
                let _ = writeln!(out, "{mark}{prefix}{name} = [{}]", values.join(", "));
            }
        }
    };
    choice("# ", "tags", &filters.tags);
    choice("", "publishers", &filters.publishers);
    choice("", "languages", &filters.languages);
}

/// A rule: on one line, or with each of its alternatives on a line.
fn rule(expr: &Expr) -> String {
    let line = expr.to_string();
    if line.chars().count() <= MAX_RULE_CHARS {
        return string(&line);
    }
    let (joint, operands) = match &expr.node {
        Node::Or(all) => ("OR ", all),
        Node::And(all) => ("AND ", all),
        _ => return string(&line),
    };
    let operands: Vec<String> = operands.iter().map(grouped).collect();
    let text = operands.join(&format!("\n  {joint}"));
    let is_same = parse(&text).is_ok_and(|read| read == *expr);
    if is_same && !text.contains("'''") && !text.ends_with('\'') && !has_hazard(&text) {
        format!("'''{text}'''")
    } else {
        string(&line)
    }
}

fn grouped(expr: &Expr) -> String {
    match expr.node {
        Node::Or(_) | Node::And(_) => format!("({expr})"),
        _ => expr.to_string(),
    }
}

fn list(out: &mut String, list: &DraftList) {
    if let Some(text) = &list.comment {
        comment(out, text);
    }
    let _ = writeln!(out, "{} = [", list.name);
    let mut line = String::new();
    for (term, note) in &list.items {
        let text = format!("{}, ", string(&item(term)));
        let full = line.chars().count() + text.chars().count() > MAX_LINE_CHARS;
        if !line.is_empty() && (full || note.is_some()) {
            let _ = writeln!(out, "  {}", line.trim_end());
            line.clear();
        }
        line.push_str(&text);
        if let Some(note) = note {
            let _ = writeln!(out, "  {}  # {}", line.trim_end(), harmless(note));
            line.clear();
        }
    }
    if !line.is_empty() {
        let _ = writeln!(out, "  {}", line.trim_end());
    }
    out.push_str("]\n");
}

/// A term as an entry of a list, whose string is its quotes.
fn item(term: &Term) -> String {
    let text = term.to_string();
    let exact = text.starts_with('=');
    let bare = text.trim_start_matches('=').trim_matches('"');
    let bare = format!("{}{bare}", if exact { "=" } else { "" });
    match parse_list_item(&bare) {
        Ok(read) if read == *term => bare,
        _ => text,
    }
}

fn finding(out: &mut String, found: &Finding) {
    let Finding { line, column, original, message, level, .. } = found;
    let quote = if original.is_empty() { String::new() } else { format!(" {original} —") };
    let mark = if *level == Level::Note { "note" } else { level.as_str() };
    comment(out, &format!("{mark} {line}:{column}:{quote} {message}"));
}

fn original(out: &mut String, remains: &Remains, most: usize) {
    let mut lines = remains.text.lines();
    for line in lines.by_ref().take(most) {
        let line = untrusted::excerpt(line.trim_end(), MAX_ORIGINAL_CHARS);
        comment(out, &format!("  {line}"));
    }
    let more = lines.count();
    if more > 0 {
        comment(out, &format!("  … and {more} more lines"));
    }
}

/// A comment of one line; an empty one for nothing.
fn comment(out: &mut String, text: &str) {
    let text = harmless(text);
    out.push_str(format!("# {text}").trim_end());
    out.push('\n');
}

/// What a comment may hold: no line ends, no controls.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if untrusted::is_hazard(c) { ' ' } else { c }).collect()
}

fn has_hazard(text: &str) -> bool {
    text.contains(|c| untrusted::is_hazard(c) && c != '\n')
}

/// A TOML string: literal where it can be, so that rules need no escapes.
fn string(text: &str) -> String {
    if !text.contains('\'') && !text.contains(untrusted::is_hazard) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if untrusted::is_hazard(c) => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
