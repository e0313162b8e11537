//! Topics as texts that stand alone: the topic's own part of its file, and every list and macro it
//! names. They are kept with each revision of a topic, so that an old alert can be looked at with
//! the very rule that raised it. [`restore`] compiles one again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::lists::PlacedDefinition;
use super::load::note_syntax;
use super::problem::{Problems, Report};
use super::rules;
use super::source::SourceFile;
use super::topic_file::{PlacedTopic, TopicFile, TopicFiles};
use crate::domain::topic::compile::{TopicSet, references};
use crate::domain::topic::syntax::ast::{Definition, Expr};

/// Deepest table that can belong to a topic: `[topic.alert.follow_up]`, and one to spare.
const MAX_TABLE_DEPTH: usize = 4;

/// A topic compiled from a text that stands alone.
#[derive(Debug)]
pub struct Restored {
    /// The one topic, or those of the text.
    pub set: TopicSet,
}

/// Compiles the text of a topic as [`super::Config::topic_sources`] has it: its rule has the same
/// revision as it had then. `name` is what problems call the text.
///
/// # Errors
/// Everything that is wrong with the text, as with a configuration.
pub fn restore(source: &str, name: &str) -> Result<Restored, Problems> {
    let mut report = Report::default();
    report.sources.push(SourceFile::new(name.to_owned(), source.into()));
    let (table, errors) = DeTable::parse_recoverable(source);
    let mut files = TopicFiles::default();
    if errors.is_empty() {
        let file = TopicFile { table: table.get_ref(), file: 0, text: source, path: None };
        files.read(&file, None, &mut report);
    } else {
        note_syntax(0, source, errors, &mut report);
    }
    if files.is_empty() && report.count() == 0 {
        report.add_placeless("no_topics", "there is no topic in this text");
    }
    let set = rules::compile(&files, &mut report);
    report.finish(set.map(|set| Restored { set }))
}

/// Lists and macros that were printed already: many topics name the same.
#[derive(Default)]
pub(super) struct Printed {
    lines: BTreeMap<String, String>,
}

/// A topic with all that it names.
pub(super) fn source(
    placed: &PlacedTopic,
    definitions: &BTreeMap<String, PlacedDefinition>,
    printed: &mut Printed,
) -> String {
    let rule = &placed.topic.rule;
    let exprs = rule.matching.iter().chain(&rule.exclude);
    let exprs = exprs.chain(rule.weights.iter().map(|weight| &weight.expr));
    let mut names = BTreeSet::new();
    exprs.for_each(|expr| gather(expr, definitions, &mut names));
    let mut text = format!("{}\n", placed.source);
    if !names.is_empty() {
        text += "\n[lists]\n";
    }
    for name in names {
        if let Some(placed) = definitions.get(name) {
            let line = printed.lines.entry(name.to_owned());
            text += line.or_insert_with(|| line_of(name, &placed.definition));
        }
    }
    text
}

/// Every name in a rule, and in the macros it names. A circle ends where it closes.
fn gather<'d>(
    expr: &Expr,
    definitions: &'d BTreeMap<String, PlacedDefinition>,
    names: &mut BTreeSet<&'d str>,
) {
    for (name, _) in references(expr) {
        if let Some((name, placed)) = definitions.get_key_value(&name)
            && names.insert(name)
            && let Definition::Macro(inner) = &placed.definition
        {
            gather(inner, definitions, names);
        }
    }
}

/// A list or macro in its canonical writing.
fn line_of(name: &str, definition: &Definition) -> String {
    let quoted = |text: String| toml_edit::Value::from(text).to_string();
    match definition {
        Definition::Macro(expr) => format!("{name} = {}\n", quoted(expr.to_string())),
        Definition::List(items) => {
            let items = items.iter().map(|item| format!("    {},\n", quoted(item.to_string())));
            format!("{name} = [\n{}]\n", items.collect::<String>())
        }
    }
}

/// Which stretches of a file belong to which of its topics.
pub(super) struct OwnParts<'t> {
    text: &'t str,
    /// Where each table begins, ascending, and what it belongs to.
    tables: Vec<(usize, Owner)>,
}

/// What a table belongs to. Topics go by their position in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Topic(usize),
    TestOf(usize),
    NoTopic,
}

impl<'t> OwnParts<'t> {
    pub fn of(table: &DeTable<'_>, text: &'t str) -> Self {
        let mut parts = Self { text, tables: Vec::new() };
        for (key, value) in table.iter() {
            match value.get_ref() {
                DeValue::Array(items) if key.get_ref() == "topic" => {
                    for (index, item) in items.iter().enumerate() {
                        parts.table(item.get_ref(), item.span().start, Owner::Topic(index), 0);
                    }
                }
                other => parts.table(other, value.span().start, Owner::NoTopic, 0),
            }
        }
        parts.tables.sort_unstable();
        parts
    }

    /// Notes a table that has a header, and those within it.
    fn table(&mut self, value: &DeValue<'_>, start: usize, owner: Owner, depth: usize) {
        match value {
            DeValue::Table(table) => {
                if self.text.get(start..).is_some_and(|text| text.starts_with('[')) {
                    self.tables.push((start, owner));
                }
                if depth < MAX_TABLE_DEPTH {
                    for (key, value) in table.iter() {
                        let owner = match owner {
                            Owner::Topic(index) if key.get_ref() == "test" => Owner::TestOf(index),
                            other => other,
                        };
                        self.table(value.get_ref(), value.span().start, owner, depth + 1);
                    }
                }
            }
            DeValue::Array(items) => {
                let tables = items.iter().filter(|item| item.get_ref().is_table());
                tables.for_each(|item| self.table(item.get_ref(), item.span().start, owner, depth));
            }
            _ => {}
        }
    }

    /// The topic at `index` as it stands in the file, without its tests. `span` is its header, or
    /// the whole of a topic that is written as `{ … }`.
    pub fn topic(&self, index: usize, span: Range<usize>) -> String {
        let whole = self.text.get(span).unwrap_or_default();
        if whole.starts_with('{') {
            return format!("topic = [{whole}]");
        }
        let mut parts: Vec<String> = Vec::new();
        let mut tables = self.tables.iter().peekable();
        while let Some((start, owner)) = tables.next() {
            if *owner != Owner::Topic(index) {
                continue;
            }
            while tables.next_if(|(_, next)| next == owner).is_some() {}
            let end = tables.peek().map_or(self.text.len(), |(end, _)| *end);
            parts.push(without_trailing_comments(&self.text[*start..end]).to_owned());
        }
        parts.join("\n\n")
    }

    /// Where the topic at `index` ends, tests and all: behind its last line. `None` for one that
    /// is written as `{ … }`.
    pub fn end_of(&self, index: usize) -> Option<usize> {
        let is_its = |(_, owner): &(usize, Owner)| matches!(owner, Owner::Topic(of) | Owner::TestOf(of) if *of == index);
        let last = self.tables.iter().rposition(is_its)?;
        let start = self.tables[last].0;
        let end = self.tables.get(last + 1).map_or(self.text.len(), |(end, _)| *end);
        Some(start + without_trailing_comments(&self.text[start..end]).len())
    }
}

/// A stretch of a file without the comments that lead to what follows it.
fn without_trailing_comments(mut part: &str) -> &str {
    loop {
        part = part.trim_end();
        match part.rsplit_once('\n') {
            Some((before, last)) if last.trim_start().starts_with('#') => part = before,
            _ => return part,
        }
    }
}

#[cfg(test)]
mod tests;
