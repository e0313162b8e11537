//! What imports make of texts in each dialect: tables of what a translated rule finds, the report
//! of what has no counterpart, whole files as snapshots, and that nothing is lost in silence.

mod accounts;
mod files;
mod findings;
mod meaning;

use std::sync::Arc;

use super::{Dialect, Finding, Imported, Level, Naming, import, proof};
use crate::domain::document::Document;
use crate::domain::topic::compile::TopicSet;
use crate::domain::topic::filter::Origin;

pub fn imported(dialect: Dialect, input: &str) -> Imported {
    import(dialect, input.as_bytes(), &Naming::default())
}

/// The rules that came of an input, as text.
pub fn rules(dialect: Dialect, input: &str) -> Vec<String> {
    let topics = imported(dialect, input).topics;
    topics.iter().filter_map(|draft| draft.matching.as_ref().map(ToString::to_string)).collect()
}

/// The only rule.
#[track_caller]
pub fn rule(dialect: Dialect, input: &str) -> String {
    let rules = rules(dialect, input);
    let [rule] = &rules[..] else { panic!("{input}: {rules:?}") };
    rule.clone()
}

/// Codes of the findings that are more than notes.
pub fn codes(dialect: Dialect, input: &str) -> Vec<&'static str> {
    let is_loss = |finding: &&Finding| finding.level > Level::Note;
    let report = imported(dialect, input).report;
    report.iter().filter(is_loss).map(|finding| finding.code).collect()
}

/// The topics as they compile.
pub fn compiled(imported: &Imported) -> TopicSet {
    let topics = imported.topics.iter().map(|draft| Arc::new(proof::topic(draft).unwrap()));
    TopicSet::compile(topics.collect(), &proof::library(imported)).unwrap()
}

/// Whether any topic of an input finds a document.
pub fn finds(imported: &Imported, document: &Document, origin: &Origin<'_>) -> bool {
    !compiled(imported).evaluate(document, origin).is_empty()
}

/// Checks (query, text of the body, whether it is found).
#[track_caller]
pub fn table(dialect: Dialect, rows: &[(&str, &str, bool)]) {
    for (query, text, wanted) in rows {
        let read = imported(dialect, query);
        let document = Document {
            title: "Untitled".to_owned(),
            body: (*text).to_owned(),
            ..Document::default()
        };
        let rules: Vec<String> = read
            .topics
            .iter()
            .filter_map(|t| t.matching.as_ref())
            .map(ToString::to_string)
            .collect();
        let found = finds(&read, &document, &Origin::UNKNOWN);
        assert_eq!(found, *wanted, "{query} as {rules:?} in {text:?}: {:?}", read.report);
    }
}

pub fn titled(title: &str) -> Document {
    Document { title: title.to_owned(), ..Document::default() }
}
