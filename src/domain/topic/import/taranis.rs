//! Word lists of Taranis AI: the JSON of an export (`{"version": 1, "data": [...]}`) or CSV with
//! a header (value, category, description). A list becomes a topic, each of its categories a
//! list; a list that a collector excludes by keeps entries out of all topics. Words are found
//! whole, in any case, in this form only. Source: its `word_list.py` and `base_collector.py`.

mod table;

use std::collections::BTreeMap;
use std::ops::Range;

use super::draft::{Drafts, Sketch};
use super::json::{self, Node, Value};
use super::ledger::Ledger;
use super::piece::Piece;
use super::term::{self, Glyph, Style};
use crate::domain::topic::syntax::ast::{Node as RuleNode, Term};

/// What a list is used for, as bits.
const INCLUDES: u32 = 1;
const EXCLUDES: u32 = 2;

/// A list as both forms have it.
#[derive(Default)]
struct WordList {
    name: String,
    description: String,
    usage: u32,
    entries: Vec<Entry>,
    span: Range<usize>,
    /// Where its name stands, for what is said of it as a whole.
    place: Range<usize>,
}

#[derive(Default)]
struct Entry {
    value: String,
    category: String,
    description: String,
    span: Range<usize>,
}

pub fn translate(ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    let lists = if ledger.source().trim_start().starts_with(['{', '[']) {
        exported(ledger)
    } else {
        table::read(ledger).into_iter().collect()
    };
    let any_topic = lists.iter().any(|list| list.usage & EXCLUDES == 0);
    for list in lists {
        word_list(list, any_topic, ledger, drafts);
    }
}

fn word_list(list: WordList, any_topic: bool, ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    let excludes = list.usage & EXCLUDES != 0;
    let mut categories: BTreeMap<String, Vec<(Term, Option<String>)>> = BTreeMap::new();
    for entry in list.entries {
        let words: Vec<Vec<Glyph>> =
            entry.value.split_whitespace().map(|word| term::glyphs(word, |_| None)).collect();
        let piece = term::phrase(&words, Style::Form, 0);
        let Some(RuleNode::Term(term)) = piece.and_then(|p| p.expr).map(|expr| expr.node) else {
            let message = "this entry has no word that could be looked for";
            ledger.untranslated(entry.span, "bad_term", message);
            continue;
        };
        ledger.cover(entry.span);
        let note = Some(entry.description.trim().to_owned()).filter(|note| !note.is_empty());
        categories.entry(entry.category).or_default().push((term, note));
    }
    if categories.is_empty() {
        let message = "this list has no entries of its own; export it once they are gathered";
        ledger.failed(list.place, "empty_list", message);
        return;
    }
    let several = categories.len() > 1;
    let mut pieces = Vec::new();
    for (category, items) in categories {
        let name = if several { format!("{} {category}", list.name) } else { list.name.clone() };
        let comment = match (several, list.description.is_empty()) {
            (true, _) => format!("{}: {category}", list.name),
            (false, true) => list.name.clone(),
            (false, false) => format!("{}: {}", list.name, list.description),
        };
        pieces.push(drafts.list(&name, items, Some(comment), ledger));
    }
    let rule = Piece::or(pieces, ledger);
    if excludes && any_topic {
        let message = "a collector excludes by this list: it becomes an exclusion of every topic \
                       imported with it";
        ledger.note(list.place, "exclude_list", message);
        drafts.exclude_everywhere(rule);
        return;
    }
    let mut notes = Vec::new();
    if !list.description.is_empty() {
        notes.push(list.description);
    }
    if excludes {
        let message = "a list to exclude by, with no list to include by: as a topic it would find \
                       what was to be kept out";
        ledger.untranslated(list.place, "exclude_list", message);
    } else if list.usage & INCLUDES == 0 {
        let message = "Taranis tags news with this list and keeps all; a topic raises alerts";
        ledger.note(list.place, "tagging_list", message);
    }
    let name = Some(list.name);
    drafts.add(Sketch { name, rule, notes, span: list.span, ..Sketch::default() });
}

/// The lists of an export.
fn exported(ledger: &mut Ledger<'_>) -> Vec<WordList> {
    let document = match json::read(ledger.source()) {
        Ok(document) => document,
        Err(at) => {
            let message = "this is not JSON from here on";
            ledger.failed(at..ledger.source().len(), "bad_json", message);
            ledger.cover(0..at);
            return Vec::new();
        }
    };
    let lists = match document.get("data") {
        Some(data) => {
            known(&document, &["version", "data"], ledger);
            data.items()
        }
        None if document.get("entries").is_some() => std::slice::from_ref(&document),
        None => document.items(),
    };
    ledger.cover(document.span.start..document.span.start + 1);
    if lists.is_empty() {
        let message = "there is no word list here: `data` with lists, each with `entries`, was \
                       expected";
        ledger.failed(document.span.clone(), "no_lists", message);
    }
    let lists: Vec<WordList> = lists.iter().map(|list| exported_list(list, ledger)).collect();
    punctuation(ledger);
    lists
}

/// Brackets and commas say nothing.
fn punctuation(ledger: &mut Ledger<'_>) {
    for (at, mark) in ledger.source().match_indices(['{', '}', '[', ']', ',', ':']) {
        ledger.cover(at..at + mark.len());
    }
}

/// Accounts for the fields of an object: those known are covered, others reported.
fn known(object: &Node, names: &[&str], ledger: &mut Ledger<'_>) {
    for (key, place, value) in object.fields() {
        if names.contains(&key.as_str()) {
            ledger.cover(place.clone());
            if matches!(value.value, Value::Text(_) | Value::Plain(_)) {
                ledger.cover(value.span.clone());
            }
        } else {
            let message = "this field is not known and has no say in matching";
            ledger.note(place.start..value.span.end, "unknown_field", message);
        }
    }
}

fn exported_list(list: &Node, ledger: &mut Ledger<'_>) -> WordList {
    known(list, &["id", "name", "description", "usage", "link", "entries", "entry_count"], ledger);
    let text = |name: &str| list.get(name).and_then(Node::text).unwrap_or_default().to_owned();
    if let Some(usage) = list.get("usage") {
        ledger.cover(usage.span.clone());
    }
    let entries = list.get("entries").map(Node::items).unwrap_or_default();
    let link = text("link");
    if !link.is_empty() {
        let span = list.get("link").map_or(list.span.clone(), |node| node.span.clone());
        let message = "Taranis gathers this list anew from its link; what is imported stays as \
                       it is";
        ledger.note(span, "linked_list", message);
    }
    let entries = entries.iter().map(|entry| exported_entry(entry, ledger)).collect();
    let usage = usage(list.get("usage"), ledger);
    WordList {
        name: text("name"),
        description: text("description"),
        usage,
        entries,
        span: list.span.clone(),
        place: list.get("name").map_or(list.span.clone(), |name| name.span.clone()),
    }
}

fn exported_entry(entry: &Node, ledger: &mut Ledger<'_>) -> Entry {
    if let Some(value) = entry.text() {
        return Entry { value: value.to_owned(), span: entry.span.clone(), ..Entry::default() };
    }
    known(entry, &["id", "value", "category", "description", "word_list_id"], ledger);
    let text = |name: &str| entry.get(name).and_then(Node::text).unwrap_or_default().to_owned();
    Entry {
        value: text("value"),
        category: text("category"),
        description: text("description"),
        span: entry.span.clone(),
    }
}

/// The usage of a list: a number of bits, or their names.
fn usage(node: Option<&Node>, ledger: &mut Ledger<'_>) -> u32 {
    let Some(node) = node else {
        return 0;
    };
    match &node.value {
        Value::Plain(number) => number.parse().unwrap_or(0),
        Value::List(names) => names
            .iter()
            .filter_map(Node::text)
            .map(|name| match name {
                "COLLECTOR_INCLUDELIST" => INCLUDES,
                "COLLECTOR_EXCLUDELIST" => EXCLUDES,
                _ => 0,
            })
            .fold(0, |all, bit| all | bit),
        Value::Text(_) | Value::Object(_) => {
            let message = "this is no usage that is known";
            ledger.note(node.span.clone(), "unknown_usage", message);
            0
        }
    }
}
