//! Filters that kept a document from being asked about at all.

use super::super::super::filter::{Choice, Filters, Origin};
use super::edit::{Edit, FilterOf};
use super::{Candidate, Remedy};
use crate::domain::document::Document;
use crate::domain::text::language;

/// One candidate for each filter that does not let the document through.
pub(super) fn candidates(
    filters: &Filters,
    document: &Document,
    origin: &Origin<'_>,
) -> Vec<Candidate> {
    let mut all = Vec::new();
    if let Some(feed) = origin.feed {
        all.extend(one("feeds", &filters.feeds, &[feed], |filters| &mut filters.feeds));
        let tags: Vec<&str> = origin.tags.iter().map(String::as_str).collect();
        all.extend(one("tags", &filters.tags, &tags, |filters| &mut filters.tags));
    }
    if let Some(publisher) = origin.publisher {
        let of: FilterOf = |filters| &mut filters.publishers;
        all.extend(one("publishers", &filters.publishers, &[publisher], of));
    }
    if !filters.languages.is_any() {
        let code = language::of(document).code;
        if !filters.admit_language(&code) {
            let of: FilterOf = |filters| &mut filters.languages;
            all.push(candidate("languages", &filters.languages, &[&code], of));
        }
    }
    all
}

/// The candidate of one filter, if it does not hold.
fn one(name: &'static str, wanted: &Choice, found: &[&str], of: FilterOf) -> Option<Candidate> {
    (!wanted.admits(found.iter().copied())).then(|| candidate(name, wanted, found, of))
}

/// What would have to change about a filter. `of` finds it among all.
fn candidate(name: &'static str, wanted: &Choice, found: &[&str], of: FilterOf) -> Candidate {
    let is_found = |value: &String| found.iter().any(|one| one.eq_ignore_ascii_case(value));
    let unwanted = wanted.not.iter().find(|not| is_found(not));
    let mut opened = wanted.clone();
    opened.not.retain(|not| !is_found(not));
    if !opened.admits(found.iter().copied()) {
        match found.first() {
            Some(value) => opened.only.push((*value).to_owned()),
            // Nothing to name, such as a feed without tags.
            None => opened = Choice::default(),
        }
    }
    let has = match found {
        [] => "none".to_owned(),
        some => some.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", "),
    };
    let change = match (unwanted, found.first()) {
        (Some(not), _) => format!("without \"{not}\" in `not_{name}`"),
        (None, Some(value)) => format!("with \"{value}\" in `{name}`"),
        (None, None) => format!("without the filter `{name}`"),
    };
    Candidate {
        remedy: Remedy {
            code: "filter",
            clause: format!("filter {name}"),
            found: format!("the filter `{name}` does not let it through: it has {has}"),
            change: Some(change),
            spans: Vec::new(),
            enough: false,
        },
        edit: Some(Edit::Filter(of, opened)),
    }
}
