//! A clause is covered by tests that it decides, and by no others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::compile::{Library, TopicSet};
use super::super::matcher::tests::{document, matching, rule, topic, weights};
use super::super::syntax::ast::Definition;
use super::super::syntax::{parse, parse_list_item};
use super::super::{
    EntryTest, Rule, StepExpectation, StoryStep, StoryTest, Subject, TestKind, Topic, TopicTest,
};
use super::{Covered, measure};

fn library() -> Library {
    let items = |items: &[&str]| -> Definition {
        Definition::List(items.iter().map(|item| parse_list_item(item).unwrap()).collect())
    };
    let definitions = BTreeMap::from([
        ("sport".to_owned(), items(&["goalkeeper", "coach", "league"])),
        ("games".to_owned(), Definition::Macro(parse("@sport").unwrap())),
    ]);
    Library { definitions }
}

/// How each clause of a rule is covered by entries with these titles: `+` by presence, `-` by
/// absence.
fn check(rule: Rule, titles: &[&str]) -> Vec<String> {
    let topic = Arc::new(topic("t", rule));
    let set = TopicSet::compile(vec![Arc::clone(&topic)], &library()).unwrap();
    let tests: Vec<TopicTest> = titles
        .iter()
        .map(|title| {
            test(TestKind::Entry(EntryTest {
                subject: subject(title),
                expect_match: true,
                evidence: Vec::new(),
                score: None,
            }))
        })
        .collect();
    ways(&set, &topic, &tests)
}

fn subject(title: &str) -> Subject {
    Subject { document: document(title, ""), ..Subject::default() }
}

fn test(kind: TestKind) -> TopicTest {
    TopicTest { name: None, kind, line: 1 }
}

fn ways(set: &TopicSet, topic: &Topic, tests: &[TopicTest]) -> Vec<String> {
    let covered = measure(set, topic, tests.iter());
    let show = |clause: &Covered| {
        let (with, without) = (clause.by_presence, clause.by_absence);
        let ways = format!("{}{}", if with { "+" } else { "" }, if without { "-" } else { "" });
        format!("{} {}: {ways}", clause.kind.as_str(), clause.label)
    };
    covered.clauses.iter().map(show).collect()
}

#[test]
fn a_step_covers_only_what_it_would_notice() {
    let topic = Arc::new(topic("t", matching("NATO OR AUKUS")));
    let set = TopicSet::compile(vec![Arc::clone(&topic)], &library()).unwrap();
    let step = |title: &str, expect, reason: Option<&str>| StoryStep {
        at: Duration::ZERO,
        age: None,
        subject: subject(title),
        expect,
        reason: reason.map(str::to_owned),
        line: 1,
    };
    let told = |second: StoryStep| {
        let steps = vec![step("NATO pact", Some(StepExpectation::Alert), None), second];
        ways(&set, &topic, &[test(TestKind::Story(StoryTest { steps, ..StoryTest::default() }))])
    };
    let unnoticed = ["match NATO: +", "match AUKUS: "];
    assert_eq!(told(step("AUKUS pact", None, None)), unnoticed);
    assert_eq!(told(step("AUKUS pact", Some(StepExpectation::None), None)), unnoticed);
    let noticed = ["match NATO: +", "match AUKUS: +"];
    assert_eq!(told(step("AUKUS pact", Some(StepExpectation::None), Some("repeats"))), noticed);
    assert_eq!(told(step("AUKUS pact", Some(StepExpectation::Update), None)), noticed);
    let silent = told(step("butter", Some(StepExpectation::None), None));
    assert_eq!(silent, ["match NATO: +-", "match AUKUS: -"]);
}

#[test]
fn an_operand_is_covered_where_it_alone_decides() {
    let both = || matching("NATO AND summit");
    assert_eq!(check(both(), &["NATO summit"]), ["match NATO: +", "match summit: +"]);
    assert_eq!(check(both(), &["butter"]), ["match NATO: ", "match summit: "]);
    assert_eq!(
        check(both(), &["NATO summit", "NATO strap", "butter"]),
        ["match NATO: +", "match summit: +-"]
    );
    let either = || matching("NATO OR summit");
    assert_eq!(check(either(), &["NATO summit"]), ["match NATO: ", "match summit: "]);
    assert_eq!(check(either(), &["NATO", "butter"]), ["match NATO: +-", "match summit: -"]);
}

#[test]
fn an_exception_is_covered_where_it_takes_the_only_find_away() {
    let rule = || matching("NATO EXCEPT \"NATO strap\"");
    assert_eq!(check(rule(), &["NATO meets"]), ["match NATO: +", "exception \"NATO strap\": -"]);
    assert_eq!(
        check(rule(), &["NATO meets", "NATO strap sale", "butter"]),
        ["match NATO: +-", "exception \"NATO strap\": +-"]
    );
}

#[test]
fn parts_within_a_field_and_negations_count_on_their_own() {
    let rule = || matching("title:(NATO AND NOT strap)");
    assert_eq!(
        check(rule(), &["NATO meets", "NATO strap", "butter"]),
        ["match NATO: +-", "match strap: +-"]
    );
}

#[test]
fn what_is_asked_for_in_numbers_is_covered_by_the_one_that_makes_them_full() {
    let rule = || matching("ATLEAST/2(@games, NATO)");
    assert_eq!(
        check(rule(), &["goalkeeper and coach", "NATO coach", "NATO", "coach"]),
        ["match @games: +-", "match NATO: +-"]
    );
    assert_eq!(check(rule(), &["goalkeeper, coach and NATO"]), ["match @games: +", "match NATO: "]);
}

#[test]
fn a_term_in_two_operands_counts_once() {
    // One coach is one, be it a word of its own or of the list.
    let rule = || matching("ATLEAST/2(@games, coach, NATO)");
    assert_eq!(
        check(rule(), &["coach and NATO"]),
        ["match @games: ", "match coach: ", "match NATO: +"],
        "either tells of the coach"
    );
    assert_eq!(
        check(rule(), &["coach"]),
        ["match @games: ", "match coach: ", "match NATO: -"],
        "both are found: neither is missing"
    );
    let other = check(rule(), &["goalkeeper and coach"]);
    assert_eq!(other, ["match @games: +", "match coach: ", "match NATO: "]);
}

#[test]
fn an_operand_that_is_no_list_counts_once() {
    assert_eq!(
        check(matching("ATLEAST/3(NATO NEAR/3 pact, summit, budget)"), &["NATO pact, summit"]),
        ["match NATO NEAR/3 pact: ", "match summit: ", "match budget: -"]
    );
}

#[test]
fn weights_are_covered_where_they_carry_the_score_over_the_threshold() {
    let rule = || Rule {
        weights: weights(&[("NATO", 1.0), ("summit", 1.0), ("strap", -3.0)]),
        threshold: Some(4.0),
        ..Rule::default()
    };
    assert_eq!(
        check(rule(), &["NATO summit", "NATO summit strap"]),
        ["weight NATO: +", "weight summit: +", "weight strap: +-", "threshold threshold 4: +-"]
    );
    let untold = Rule { weights: weights(&[("summit", 1.0)]), ..matching("NATO") };
    assert_eq!(check(untold, &["NATO"]), ["match NATO: +"], "no threshold, nothing to decide");
}

#[test]
fn an_exclusion_is_covered_where_it_alone_rejects() {
    let rule = || Rule { exclude: vec![rule("strap"), rule("watch")], ..matching("NATO") };
    assert_eq!(
        check(rule(), &["NATO meets", "NATO strap watch"]),
        ["match NATO: +", "exclude strap: -", "exclude watch: -"]
    );
    assert_eq!(
        check(rule(), &["NATO strap"]),
        ["match NATO: ", "exclude strap: +", "exclude watch: "]
    );
}

#[test]
fn an_entry_that_a_filter_holds_back_covers_nothing() {
    let mut filtered = matching("NATO");
    filtered.filters.languages.only = vec!["fr".to_owned()];
    let titles = ["The butter of Denmark is the best there is, say the farmers of the country"];
    assert_eq!(check(filtered, &titles), ["match NATO: "]);
    assert_eq!(check(matching("NATO"), &titles), ["match NATO: -"]);
}
