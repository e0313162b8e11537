//! The topic files: `[lists]` and `[[topic]]` of all files together. Lists and macros are shared
//! by all topics, whichever file they stand in. [`super::rules`] compiles what is gathered here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::key;
use super::problem::Report;
use super::section::{Section, Shape};
use super::source::{FileId, Literal, Place};
use super::topic;
use super::typed::{self, Value};
use crate::domain::ids::{ChannelId, TopicId};
use crate::domain::topic::Topic;
use crate::domain::topic::syntax::ast::{Definition, Term};
use crate::domain::topic::syntax::{is_definition_name, parse, parse_list_item};

/// Most topics of one configuration, over all files.
const MAX_TOPICS: usize = 100_000;

/// Most entries of one list.
const MAX_LIST_ITEMS: usize = 10_000;

const FILE: Shape = Shape { what: "a topic file", keys: &["lists", "topic"] };

/// Names of lists are the keys of `[lists]`: any.
const LISTS: Shape = Shape { what: "`[lists]`", keys: &[] };

/// All topic files, read.
#[derive(Default)]
pub(super) struct TopicFiles {
    pub topics: Vec<PlacedTopic>,
    pub definitions: BTreeMap<String, PlacedDefinition>,
    ids: BTreeMap<TopicId, Place>,
    /// Rules may name what stood in a file or list that could not be read.
    pub incomplete: bool,
}

/// A topic, and where its rules stand, so that what the compiler finds can be shown there.
pub(super) struct PlacedTopic {
    pub topic: Arc<Topic>,
    pub matching: Option<Literal>,
    pub exclude: Vec<Literal>,
    pub weights: Vec<Literal>,
    pub header: Place,
    /// Its part of the file.
    pub source: String,
}

/// A list or macro, and where it and its entries stand.
pub(super) struct PlacedDefinition {
    pub definition: Definition,
    pub name: Literal,
    /// The macro, or each entry of the list.
    pub texts: Vec<Literal>,
}

impl TopicFiles {
    /// Whether there is neither a topic nor an attempt at one.
    pub fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// A file was left out because it is not TOML.
    pub fn note_broken_file(&mut self) {
        self.incomplete = true;
    }

    /// Each topic's part of its file, as it stands there.
    pub fn sources(&self) -> BTreeMap<TopicId, String> {
        let topics = self.topics.iter();
        topics.map(|topic| (topic.topic.id.clone(), topic.source.clone())).collect()
    }

    /// Reads one file. `channels`: the ids that topics may name, where they are known.
    pub fn read(
        &mut self,
        table: &DeTable<'_>,
        file: FileId,
        text: &str,
        channels: Option<&BTreeSet<ChannelId>>,
        report: &mut Report,
    ) {
        let root = Section::new(table, file, 0..0, &FILE, report);
        self.read_lists(table, file, report);
        let sections = root.sections("topic", &topic::TOPIC, report);
        let ends = section_starts(table, text);
        for section in &sections {
            let start = section.span().start;
            let end = ends.iter().find(|&&end| end > start).copied();
            let source = slice(text, section.span(), end.unwrap_or(text.len()));
            let Some(placed) = topic::read(section, source, channels, report) else {
                continue;
            };
            if self.topics.len() == MAX_TOPICS {
                let message = format!("there are more than {MAX_TOPICS} topics");
                report.add(section.place(), "too_many", message);
                return;
            }
            let place = section.get("id").map_or(section.place(), |id| id.place);
            let id = placed.topic.id.clone();
            let new = key::unique(&mut self.ids, id, place, "duplicate_topic", "topic", report);
            if new.is_some() {
                self.topics.push(placed);
            }
        }
    }

    fn read_lists(&mut self, table: &DeTable<'_>, file: FileId, report: &mut Report) {
        let Some(value) = table.get("lists") else {
            return;
        };
        let DeValue::Table(lists) = value.get_ref() else {
            let message = "`lists` must be a table, `[lists]`";
            report.add(Place::at(file, value.span()), "wrong_type", message);
            return;
        };
        // Every key is known here: a list may have any name.
        let names: Section<'_> = Section::of_names(lists, file, value.span(), LISTS.what);
        for (name, value, span) in names.entries() {
            if !is_definition_name(&name.value) {
                let message = format!("`@{}` cannot be written in a rule", name.value);
                report
                    .add(name.place(), "bad_list_name", message)
                    .hint("a letter first, then letters, digits, `_` and `-`");
                continue;
            }
            if let Some(first) = self.definitions.get(&name.value) {
                let message = format!("there is a list or macro `{}` already", name.value);
                report
                    .add(name.place(), "duplicate_list", message)
                    .related(first.name.place(), "first here")
                    .hint("lists are shared by all topic files: name each once");
                continue;
            }
            let value = Value::new("a list", value, file, span);
            match definition(name.clone(), &value, file, report) {
                Some(placed) => {
                    self.definitions.insert(name.value, placed);
                }
                None => self.incomplete = true,
            }
        }
    }
}

/// A list (an array) or a macro (a string). `None`: nothing of it could be read.
fn definition(
    name: Literal,
    value: &Value<'_>,
    file: FileId,
    report: &mut Report,
) -> Option<PlacedDefinition> {
    if let DeValue::String(_) = value.value {
        let text = typed::texts(value, file, report).pop()?;
        let rule = rule(&text, report)?;
        return Some(PlacedDefinition {
            definition: Definition::Macro(rule),
            name,
            texts: vec![text],
        });
    }
    let before = report.count();
    let mut texts = typed::texts(value, file, report);
    if texts.is_empty() && report.count() == before {
        let message = format!("the list `{}` is empty", name.value);
        report.add(name.place(), "empty_list", message);
    }
    if texts.len() > MAX_LIST_ITEMS {
        let message =
            format!("`{}` has {} entries; {MAX_LIST_ITEMS} are the most", name.value, texts.len());
        report.add(name.place(), "too_many", message);
        texts.truncate(MAX_LIST_ITEMS);
    }
    let mut terms: Vec<Term> = Vec::with_capacity(texts.len());
    let mut read = Vec::with_capacity(texts.len());
    for text in texts {
        match parse_list_item(&text.value) {
            Ok(term) => {
                terms.push(term);
                read.push(text);
            }
            Err(errors) => {
                for error in errors {
                    report.add_syntax(&text, error);
                }
            }
        }
    }
    (!terms.is_empty()).then_some(PlacedDefinition {
        definition: Definition::List(terms),
        name,
        texts: read,
    })
}

/// Reads a rule, noting every mistake at its place.
pub(super) fn rule(
    text: &Literal,
    report: &mut Report,
) -> Option<crate::domain::topic::syntax::ast::Expr> {
    match parse(&text.value) {
        Ok(rule) => Some(rule),
        Err(errors) => {
            for error in errors {
                report.add_syntax(text, error);
            }
            None
        }
    }
}

/// Where topics and other tables of a file begin, ascending: each ends where the next begins.
fn section_starts(table: &DeTable<'_>, text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    for value in table.values() {
        match value.get_ref() {
            DeValue::Array(items) => starts.extend(items.iter().map(|item| item.span().start)),
            _ => starts.push(value.span().start),
        }
    }
    starts.retain(|&start| text[start.min(text.len())..].starts_with('['));
    starts.sort_unstable();
    starts
}

/// A topic's part of its file, without the comments that lead to the next one.
fn slice(text: &str, own: std::ops::Range<usize>, end: usize) -> String {
    if text[own.start..].starts_with('{') {
        return text[own].to_owned();
    }
    let mut part = &text[own.start..end.max(own.end)];
    loop {
        part = part.trim_end();
        match part.rsplit_once('\n') {
            Some((before, last)) if last.trim_start().starts_with('#') => part = before,
            _ => return part.to_owned(),
        }
    }
}
