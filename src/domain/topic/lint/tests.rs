//! Each lint where it belongs, and silence where nothing is wrong. The helpers here serve the
//! files below: rules in, codes and subjects out.

mod clauses;
mod from_history;
mod terms;

use std::sync::Arc;

use super::super::compile::{Library, TopicSet};
use super::super::matcher::tests::{matching, rule, topic};
use super::super::{Rule, Topic};
use super::history::History;
use super::{Lint, Rules};

/// Lints of topics named t0, t1, …, but for those about tests.
pub fn lints(rules: Vec<Rule>, library: &Library, history: Option<&mut History<'_>>) -> Vec<Lint> {
    let named = rules.into_iter().enumerate();
    let topics: Vec<Arc<Topic>> =
        named.map(|(at, rule)| Arc::new(topic(&format!("t{at}"), rule))).collect();
    TopicSet::compile(topics.clone(), library).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut found = super::lint(Rules { topics: &topics, library }, &[], history);
    found.retain(|lint| lint.code != "no_tests");
    found
}

/// `code: subject` of each lint.
pub fn told(found: &[Lint]) -> Vec<String> {
    let subject = |lint: &Lint| lint.subject.clone().unwrap_or_default();
    found.iter().map(|lint| format!("{}: {}", lint.code, subject(lint))).collect()
}

/// What is told of one match rule.
pub fn of_match(source: &str) -> Vec<String> {
    told(&lints(vec![matching(source)], &Library::default(), None))
}

/// What is told of a match with exclusions.
pub fn of_exclusions(source: &str, exclude: &[&str], library: &Library) -> Vec<Lint> {
    let exclude = exclude.iter().map(|one| rule(one)).collect();
    lints(vec![Rule { exclude, ..matching(source) }], library, None)
}

#[test]
fn a_rule_that_says_what_it_means_is_left_alone() {
    for source in [
        "NATO AND (summit OR treaty)",
        "(NATO EXCEPT \"NATO strap\") NEAR/40 (defence OR alliance)",
        "title:NATO OR lead:NATO OR MENTIONS/2(NATO)",
        "Hamas AND ceasefire* AND NOT \"legal defence\"",
        "(\"Star Alliance\" OR alliance) AND Iberia",
    ] {
        let told = of_match(source);
        let only = ["contained_item: \"Star Alliance\""];
        let expected: &[&str] = if source.contains("Star") { &only } else { &[] };
        assert_eq!(told, expected, "{source}");
    }
}

#[test]
fn every_code_is_listed_and_can_be_allowed_with_or_without_its_term() {
    let found = lints(vec![matching("WHO AND NАTO")], &Library::default(), None);
    assert_eq!(told(&found), ["mixed_script: NАTO", "acronym_is_word: WHO"]);
    for lint in &found {
        assert!(super::CODES.iter().any(|(code, _)| *code == lint.code), "{}", lint.code);
    }
    assert!(found[1].is_allowed_by("acronym_is_word"));
    assert!(found[1].is_allowed_by("acronym_is_word:WHO"));
    assert!(!found[1].is_allowed_by("acronym_is_word:US"));
    assert!(!found[1].is_allowed_by("mixed_script"));
    assert!(super::CODES.is_sorted());
}

#[test]
fn no_topics_no_lints() {
    let library = Library::default();
    assert_eq!(super::lint(Rules { topics: &[], library: &library }, &[], None), []);
}
