//! `[lists]`: lists of terms, written out or read from a file beside the topics
//! ([`super::list_file`]), and macros, rules with a name.

use toml::de::DeValue;

use super::list_file;
use super::problem::Report;
use super::section::Section;
use super::source::{Literal, Place};
use super::topic_file::{TopicFile, TopicFiles};
use super::typed::{self, Value};
use crate::domain::topic::syntax::ast::{Definition, Expr, Term};
use crate::domain::topic::syntax::{is_definition_name, parse, parse_list_item};

/// Most entries of a list that is written out, and of one that is read from a file: as many may
/// stand in a stored topic, where every list is written out.
const MAX_LIST_ITEMS: usize = 10_000;
const MAX_FILE_ITEMS: usize = 50_000;

/// A list or macro, and where it and its entries stand.
pub(super) struct PlacedDefinition {
    pub definition: Definition,
    pub name: Literal,
    /// The macro, or each entry of the list.
    pub texts: Vec<Literal>,
}

/// Reads the lists and macros of one topic file.
pub(super) fn read(source: &TopicFile<'_>, files: &mut TopicFiles, report: &mut Report) {
    let Some(value) = source.table.get("lists") else {
        return;
    };
    let DeValue::Table(lists) = value.get_ref() else {
        let message = "`lists` must be a table, `[lists]`";
        report.add(Place::at(source.file, value.span()), "wrong_type", message);
        return;
    };
    // Every key is known here: a list may have any name.
    let names: Section<'_> = Section::of_names(lists, source.file, value.span(), "`[lists]`");
    for (name, value, span) in names.entries() {
        if !is_definition_name(&name.value) {
            let message = format!("`@{}` cannot be written in a rule", name.value);
            report
                .add(name.place(), "bad_list_name", message)
                .hint("a letter first, then letters, digits, `_` and `-`");
            continue;
        }
        if let Some(first) = files.definitions.get(&name.value) {
            let message = format!("there is a list or macro `{}` already", name.value);
            report
                .add(name.place(), "duplicate_list", message)
                .related(first.name.place(), "first here")
                .hint("lists are shared by all topic files: name each once");
            continue;
        }
        let value = Value::new("a list", value, source.file, span);
        match definition(name.clone(), &value, source, files, report) {
            Some(placed) => {
                files.definitions.insert(name.value, placed);
            }
            None => files.incomplete = true,
        }
    }
}

/// A list (an array, or the table of a file) or a macro (a string). `None`: nothing of it could
/// be read.
fn definition(
    name: Literal,
    value: &Value<'_>,
    source: &TopicFile<'_>,
    files: &mut TopicFiles,
    report: &mut Report,
) -> Option<PlacedDefinition> {
    match value.value {
        DeValue::String(_) => {
            let text = typed::texts(value, source.file, report).pop()?;
            let definition = Definition::Macro(rule(&text, report)?);
            Some(PlacedDefinition { definition, name, texts: vec![text] })
        }
        DeValue::Table(table) => {
            let section =
                Section::new(table, source.file, value.span.clone(), &list_file::SHAPE, report);
            let (path, texts) = list_file::read(&section, source, report)?;
            if !files.list_files.contains(&path) {
                files.list_files.push(path);
            }
            list(name, texts, MAX_FILE_ITEMS, report)
        }
        _ => {
            let before = report.count();
            let texts = typed::texts(value, source.file, report);
            if texts.is_empty() && report.count() == before {
                let message = format!("the list `{}` is empty", name.value);
                report.add(name.place(), "empty_list", message);
            }
            let is_stored = source.path.is_none();
            let most = if is_stored { MAX_FILE_ITEMS } else { MAX_LIST_ITEMS };
            list(name, texts, most, report)
        }
    }
}

fn list(
    name: Literal,
    mut texts: Vec<Literal>,
    most: usize,
    report: &mut Report,
) -> Option<PlacedDefinition> {
    if texts.len() > most {
        let message = format!("`{}` has {} entries; {most} are the most", name.value, texts.len());
        report.add(name.place(), "too_many", message);
        texts.truncate(most);
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
    let definition = Definition::List(terms);
    (!read.is_empty()).then_some(PlacedDefinition { definition, name, texts: read })
}

/// Reads a rule, noting every mistake at its place.
pub(super) fn rule(text: &Literal, report: &mut Report) -> Option<Expr> {
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
