//! Topics as texts that stand alone: the topic's own part of its file, and every list and macro it
//! names. They are kept with each revision of a topic, so that an old alert can be looked at with
//! the very rule that raised it. [`restore`] compiles one again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::lists::PlacedDefinition;
use super::load::note_syntax;
use super::problem::{Problems, Report};
use super::rules;
use super::source::SourceFile;
use super::topic_file::{PlacedTopic, TopicFile, TopicFiles};
use crate::domain::ids::Digest;
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
        let file =
            TopicFile { table: table.get_ref(), file: 0, text: source, path: None, home: None };
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

/// The text of a topic that stands alone, to be kept with its revision: its own part, and behind
/// it the lists. Those that many topics name are in memory once, and stored once: it is put
/// together where it is read (`to_string`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicText {
    pub own: Arc<str>,
    pub lists: Vec<ListText>,
}

/// A list or macro in its canonical writing, as a line or several of `[lists]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListText {
    /// Hash of the text.
    pub digest: Digest,
    pub text: Arc<str>,
}

impl fmt::Display for TopicText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.own)?;
        self.lists.iter().try_for_each(|list| f.write_str(&list.text))
    }
}

/// A text that has its lists within it, or none.
impl<T: Into<Arc<str>>> From<T> for TopicText {
    fn from(text: T) -> Self {
        Self { own: text.into(), lists: Vec::new() }
    }
}

/// Lists and macros that were printed already: many topics name the same.
#[derive(Default)]
pub(super) struct Printed {
    lists: BTreeMap<String, ListText>,
}

/// A topic with all that it names.
pub(super) fn source(
    placed: &PlacedTopic,
    definitions: &BTreeMap<String, PlacedDefinition>,
    printed: &mut Printed,
) -> TopicText {
    let rule = &placed.topic.rule;
    let exprs = rule.matching.iter().chain(&rule.exclude);
    let exprs = exprs.chain(rule.weights.iter().map(|weight| &weight.expr));
    let mut names = BTreeSet::new();
    exprs.for_each(|expr| gather(expr, definitions, &mut names));
    let lists = if names.is_empty() { "" } else { "\n[lists]\n" };
    let mut text = TopicText::from(format!("{}\n{lists}", placed.source));
    for name in names {
        if let Some(placed) = definitions.get(name) {
            let list = printed.lists.entry(name.to_owned());
            text.lists.push(list.or_insert_with(|| list_text(name, &placed.definition)).clone());
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

fn list_text(name: &str, definition: &Definition) -> ListText {
    let text: Arc<str> = line_of(name, definition).into();
    ListText { digest: Digest::of("list text", &[text.as_bytes()]), text }
}

/// A list or macro in its canonical writing.
fn line_of(name: &str, definition: &Definition) -> String {
    let quoted = |text: String| toml_edit::Value::from(text).to_string();
    let name = key_of(name);
    match definition {
        Definition::Macro(expr) => format!("{name} = {}\n", quoted(expr.to_string())),
        Definition::List(items) => {
            let items = items.iter().map(|item| format!("    {},\n", quoted(item.to_string())));
            format!("{name} = [\n{}]\n", items.collect::<String>())
        }
    }
}

/// A name as a TOML key: those of other scripts need quotes (TOML 1.0, "Keys").
fn key_of(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match !name.is_empty() && name.chars().all(bare) {
        true => name.to_owned(),
        false => toml_edit::Value::from(name).to_string(),
    }
}

/// Which stretches of a file belong to which of its topics.
pub(super) struct OwnParts<'t> {
    text: &'t str,
    /// Where each table begins, ascending, what it belongs to, and where the last value under its
    /// header ends.
    tables: Vec<(usize, Owner, usize)>,
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
                if self.has_header(start) {
                    self.tables.push((start, owner, self.last_value(table, 0).max(start)));
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

    /// Whether what begins at `start` is a table with a header, or a part of an array of such.
    fn has_header(&self, start: usize) -> bool {
        self.text.get(start..).is_some_and(|text| text.starts_with('['))
    }

    /// Where the last value ends that stands under a table's own header; 0: there is none.
    fn last_value(&self, table: &DeTable<'_>, depth: usize) -> usize {
        let ends = table.iter().map(|(_, value)| {
            let Range { start, end } = value.span();
            let is_inline = || self.text.get(start..).is_some_and(|text| text.starts_with('{'));
            match value.get_ref() {
                DeValue::Table(_) if is_inline() => end,
                DeValue::Table(_) if self.has_header(start) || depth == MAX_TABLE_DEPTH => 0,
                // `alert.budget = 5`
                DeValue::Table(table) => self.last_value(table, depth + 1),
                DeValue::Array(items) => match items.iter().next() {
                    Some(item)
                        if item.get_ref().is_table() && self.has_header(item.span().start) =>
                    {
                        0
                    }
                    _ => end,
                },
                _ => end,
            }
        });
        ends.max().unwrap_or(0)
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
        while let Some(&(start, owner, mut last_value)) = tables.next() {
            if owner != Owner::Topic(index) {
                continue;
            }
            while let Some((_, _, value)) = tables.next_if(|(_, next, _)| *next == owner) {
                last_value = last_value.max(*value);
            }
            let end = tables.peek().map_or(self.text.len(), |(end, ..)| *end);
            parts.push(self.text[start..self.end_of_table(last_value, end)].to_owned());
        }
        parts.join("\n\n")
    }

    /// Where the topic at `index` ends, tests and all: behind its last line. `None` for one that
    /// is written as `{ … }`.
    pub fn end_of(&self, index: usize) -> Option<usize> {
        let is_its = |(_, owner, _): &(usize, Owner, usize)| matches!(owner, Owner::Topic(of) | Owner::TestOf(of) if *of == index);
        let last = self.tables.iter().rposition(is_its)?;
        let end = self.tables.get(last + 1).map_or(self.text.len(), |(end, ..)| *end);
        Some(self.end_of_table(self.tables[last].2, end))
    }

    /// Where a table ends whose last value ends at `last_value`, `next` being where the next one
    /// begins: the comments that lead to that are none of its own. Only what follows the value is
    /// looked at, since a line within a text may begin with `#`.
    fn end_of_table(&self, last_value: usize, next: usize) -> usize {
        let mut rest = self.text.get(last_value..next).unwrap_or_default();
        loop {
            rest = rest.trim_end();
            match rest.rsplit_once('\n') {
                Some((before, last)) if last.trim_start().starts_with('#') => rest = before,
                _ => return last_value + rest.len(),
            }
        }
    }
}

#[cfg(test)]
mod tests;
