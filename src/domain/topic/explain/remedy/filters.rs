//! Filters that kept a document from being asked about at all.

use super::super::super::filter::{Choice, Filters, Origin};
use super::edit::{Edit, FilterOf};
use super::{Candidate, Remedy};
use crate::domain::document::Document;
use crate::domain::publisher::Directory;
use crate::domain::text::language;

/// One candidate for each filter that does not let the document through.
pub(super) fn candidates(
    filters: &Filters,
    document: &Document,
    origin: &Origin<'_>,
    directory: &Directory,
) -> Vec<Candidate> {
    let mut all = Vec::new();
    if let Some(feed) = origin.feed {
        all.extend(one("feeds", &filters.feeds, &[feed], |filters| &mut filters.feeds));
        let tags: Vec<&str> = origin.tags.iter().map(String::as_str).collect();
        all.extend(one("tags", &filters.tags, &tags, |filters| &mut filters.tags));
    }
    if let Some(publisher) = origin.publisher {
        let of: FilterOf = |filters| &mut filters.publishers;
        if !filters.publishers.admits_publisher(publisher, directory) {
            // Written by whichever name or domain: the change is to what stands there.
            let written =
                |list: &[String]| list.iter().find(|one| directory.same(one, publisher)).cloned();
            let named = written(&filters.publishers.not);
            let found = named.as_deref().unwrap_or(publisher);
            all.push(candidate("publishers", &filters.publishers, &[found], of));
        }
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
    // Languages have more than one name, and the document's is the one they all stand for.
    let is_language = name == "languages";
    let is_found = |value: &String| {
        let stands_for = |one: &&str| {
            one.eq_ignore_ascii_case(value) || (is_language && language::canonical(value) == **one)
        };
        found.iter().any(stands_for)
    };
    let mut opened = wanted.clone();
    let mut changes = Vec::new();
    opened.not.retain(|not| !is_found(not));
    for not in wanted.not.iter().filter(|not| is_found(not)) {
        changes.push(format!("without \"{not}\" in `not_{name}`"));
    }
    if !opened.only.is_empty() && !opened.only.iter().any(is_found) {
        match found.first() {
            Some(value) => {
                opened.only.push((*value).to_owned());
                changes.push(format!("with \"{value}\" in `{name}`"));
            }
            // Nothing to name, such as a feed without tags.
            None => {
                opened.only.clear();
                changes.push(format!("without the filter `{name}`"));
            }
        }
    }
    let has = match found {
        [] => "none".to_owned(),
        some => some.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(", "),
    };
    Candidate {
        remedy: Remedy {
            code: "filter",
            clause: format!("filter {name}"),
            found: format!("the filter `{name}` does not let it through: it has {has}"),
            change: Some(changes.join(" and ")),
            spans: Vec::new(),
            enough: false,
        },
        edit: Some(Edit::Filter(of, opened)),
    }
}
