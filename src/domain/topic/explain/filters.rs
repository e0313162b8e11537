//! The filters of a topic as an explanation shows them.

use super::super::filter::{Choice, Filters};
use super::super::matcher::decide::Decider;
use super::FilterCheck;
use crate::domain::publisher::Directory;
use crate::domain::text::language::UNDETERMINED;

/// Asks each filter the topic has.
pub fn checks(decider: &mut Decider<'_>, filters: &Filters) -> Vec<FilterCheck> {
    let origin = decider.origin;
    let from = |name, choice: &Choice, values: &[&str]| {
        let asked = origin.feed.is_some();
        let held = !asked || choice.admits(values.iter().copied());
        check(name, choice, if asked { values.join(", ") } else { String::new() }, held, asked)
    };
    let feed: Vec<&str> = origin.feed.into_iter().collect();
    let tags: Vec<&str> = origin.tags.iter().map(String::as_str).collect();
    let mut all = vec![from("feeds", &filters.feeds, &feed), from("tags", &filters.tags, &tags)];
    let publisher = origin.publisher;
    let held = publisher
        .is_none_or(|one| filters.publishers.admits_publisher(one, decider.set.publishers()));
    let found = publisher.unwrap_or_default().to_owned();
    all.push(check("publishers", &filters.publishers, found, held, publisher.is_some()));
    all.retain(|check| !check.wanted.is_empty());
    if !filters.languages.is_any() {
        let language = decider.language();
        let how = match (&*language.code, language.detected) {
            (UNDETERMINED, _) => " (undetermined)",
            (_, true) => " (detected)",
            (_, false) => " (as the feed says)",
        };
        let found = format!("{}{how}", language.code);
        let held = filters.admit_language(&language.code);
        all.push(check("languages", &filters.languages, found, held, true));
    }
    all
}

/// Why a filter did not let the document through, in one sentence.
pub fn refusal(check: &FilterCheck, filters: &Filters, directory: &Directory) -> String {
    let (subject, choice) = match check.name {
        "feeds" => ("the feed is", &filters.feeds),
        "tags" => ("the feed has the tags", &filters.tags),
        "publishers" => ("the publisher is", &filters.publishers),
        _ => ("the language is", &filters.languages),
    };
    let start = match (check.name, check.found.is_empty()) {
        ("tags", true) => "the feed has no tags".to_owned(),
        _ => format!("{subject} {}", check.found),
    };
    let is_refused = if check.name == "languages" {
        let refusing = Choice { only: Vec::new(), not: choice.not.clone() };
        let code = check.found.split(' ').next().unwrap_or_default();
        !Filters { languages: refusing, ..Filters::default() }.admit_language(code)
    } else {
        let refusing = Choice { only: Vec::new(), not: choice.not.clone() };
        // A feed has several tags; a publisher has one name, with a comma in it or not.
        match check.name {
            "tags" => !refusing.admits(check.found.split(", ")),
            "publishers" => !refusing.admits_publisher(&check.found, directory),
            _ => !refusing.admits(std::iter::once(check.found.as_str())),
        }
    };
    if is_refused {
        format!("{start}, and the topic refuses {}", choice.not.join(", "))
    } else {
        format!("{start}, and the topic asks for {}", choice.only.join(", "))
    }
}

fn check(
    name: &'static str,
    choice: &Choice,
    found: String,
    held: bool,
    asked: bool,
) -> FilterCheck {
    FilterCheck { name, wanted: wanted(choice), found, held, asked }
}

/// What a choice asks for; empty where it takes anything.
fn wanted(choice: &Choice) -> String {
    let only = choice.only.join(", ");
    match (only.is_empty(), choice.not.is_empty()) {
        (_, true) => only,
        (true, false) => format!("not {}", choice.not.join(", ")),
        (false, false) => format!("{only}; not {}", choice.not.join(", ")),
    }
}
