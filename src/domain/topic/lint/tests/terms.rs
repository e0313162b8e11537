//! Terms and lists: capitals, alphabets, entries that add nothing.

use super::super::super::compile::Library;
use super::super::super::matcher::tests::{library, matching, topic};
use super::super::super::{EntryTest, Rule, Subject, TestKind, TopicTest};
use super::super::{Level, Rules, Spot, lint};
use super::{lints, of_match, told};
use std::sync::Arc;

/// What is told of a list that a match names.
fn of_list(items: &[&str]) -> Vec<String> {
    told(&lints(vec![matching("@list")], &library(&[("list", items)]), None))
}

#[test]
fn entries_that_add_nothing_are_told() {
    assert_eq!(
        of_list(&["NATO alphabet", "NATO"]),
        ["contained_item: \"NATO alphabet\""],
        "wherever the longer one is, the shorter one is too"
    );
    assert_eq!(of_list(&["defence", "defense"]), ["contained_item: defense"]);
    assert_eq!(of_list(&["treaty", "treaties"]), ["contained_item: treaties"]);
    assert_eq!(of_list(&["Sánchez", "Sanchez"]), ["contained_item: Sanchez"]);
    assert_eq!(of_list(&["co-operation", "cooperation"]), ["contained_item: cooperation"]);
    assert_eq!(of_list(&["NATO", "=NATO"]), ["contained_item: =NATO"]);
    assert_eq!(of_list(&["oil", "oil"]), ["contained_item: oil"]);
    assert_eq!(of_list(&["sanction*", "sanctions", "sanctioned"]).len(), 2);
    let found = lints(vec![matching("@l")], &library(&[("l", &["defence", "défense"])]), None);
    assert_eq!(
        (told(&found), found[0].level),
        (vec!["contained_item: défense".into()], Level::Note)
    );
    assert_eq!(of_list(&["北约", "北约组织"]), ["contained_item: 北约组织"]);
}

#[test]
fn entries_that_differ_are_left_alone() {
    for items in [
        &["NATO", "OTAN"][..],
        &["北约", "北約"],
        &["Poland", "Polish", "Pole"],
        &["defence", "defend", "defenceless"],
        &["Turkey", "Türkiye"],
        &["=oil", "gas"],
        &["alliance", "Alliance atlantique"][1..],
        &["mutual defence", "defence pact"],
        &["альянс", "альянса"],
    ] {
        assert_eq!(of_list(items), [""; 0], "{items:?}");
    }
}

#[test]
fn entries_that_are_counted_each_have_their_worth() {
    let lib = library(&[("oils", &["oil", "crude oil", "palm oil"])]);
    for source in [
        "ATLEAST/2(@oils)",
        "ATLEAST/2(@oils, gas)",
        "MENTIONS/3(@oils)",
        "ATLEAST/2(oil, \"crude oil\", gas) OR ATLEAST/2(@oils)",
        "@oils AND ATLEAST/2(@oils)",
    ] {
        let found = told(&lints(vec![matching(source)], &lib, None));
        assert!(found.iter().all(|told| !told.contains("contained_item")), "{source}: {found:?}");
    }
    let lib = library(&[("oils", &["oil", "gas", "oil"])]);
    let found = lints(vec![matching("ATLEAST/2(@oils)")], &lib, None);
    assert_eq!(told(&found), ["contained_item: oil"], "the same twice counts once");
}

#[test]
fn long_lists_are_compared_whole_in_time() {
    let mut items: Vec<String> = (0..25_000).map(|n| format!("Firm{n} Trading Holdings")).collect();
    items.push("Firm7".to_owned());
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let lib = library(&[("firms", &items)]);
    let found = lints(vec![matching("@firms")], &lib, None);
    assert_eq!(told(&found), ["contained_item: \"Firm7 Trading Holdings\""]);
}

#[test]
fn how_a_list_is_used_decides_what_is_needless_in_it() {
    let lib = library(&[("coaches", &["coach", "coaches"]), ("straps", &["strap", "NATO strap"])]);
    let exclude =
        |source: &str, out: &str| Rule { exclude: vec![super::rule(out)], ..matching(source) };
    let found = lints(vec![exclude("NATO EXCEPT @straps", "@coaches")], &lib, None);
    let needless: Vec<String> =
        told(&found).into_iter().filter(|told| told.starts_with("contained")).collect();
    assert_eq!(needless, [""; 0], "exclusions are not stemmed; EXCEPT asks what overlaps");
    let found = lints(vec![matching("@coaches AND @straps")], &lib, None);
    assert_eq!(told(&found), ["contained_item: coaches", "contained_item: \"NATO strap\""]);
    assert_eq!(*found[0].topics, [0]);
}

#[test]
fn a_list_that_no_topic_names_is_told_and_one_behind_a_macro_is_not() {
    let lib = library(&[("used", &["oil"]), ("via", &["= @used AND price"]), ("idle", &["gas"])]);
    let found = lints(vec![matching("@via")], &lib, None);
    assert_eq!(told(&found), ["unused_list: idle"]);
    assert_eq!((found[0].level, &found[0].spot), (Level::Note, &Spot::Definition("idle".into())));
}

#[test]
fn common_nouns_with_a_capital_are_told() {
    assert_eq!(of_match("Alliance AND Oslo"), ["titlecase_common_noun: Alliance"]);
    for source in ["Apple", "\"Star Alliance\"", "=Alliance", "alliance", "Verteidigung*"] {
        assert_eq!(of_match(source), [""; 0], "{source}");
    }
}

#[test]
fn acronyms_that_are_words_are_told() {
    let found = lints(vec![matching("WHO AND START")], &Library::default(), None);
    assert_eq!(told(&found), ["acronym_is_word: WHO", "acronym_is_word: START"]);
    assert_eq!([found[0].level, found[1].level], [Level::Note, Level::Warning]);
    assert!(found[1].hint.as_deref().is_some_and(|hint| hint.contains("`=START`")));
    assert_eq!(of_match("NATO AND EU AND =START"), [""; 0]);
}

#[test]
fn words_of_two_alphabets_are_told() {
    // The second letter is Cyrillic.
    assert_eq!(of_match("NАTO"), ["mixed_script: NАTO"]);
    assert_eq!(of_list(&["НАТО", "анти-NATO", "Ελλάδα", "NATO 2030"]), [""; 0]);
}

#[test]
fn topics_without_tests_and_without_near_misses_are_told() {
    let test = |expect_match| TopicTest {
        name: None,
        line: 1,
        kind: TestKind::Entry(EntryTest {
            subject: Subject::default(),
            expect_match,
            evidence: Vec::new(),
            score: None,
        }),
    };
    let codes = |tests: Vec<TopicTest>| {
        let mut topic = topic("nato", matching("NATO"));
        topic.tests = tests;
        let (topics, library) = ([Arc::new(topic)], Library::default());
        let found = lint(Rules { topics: &topics, library: &library }, &[], None);
        found.into_iter().map(|lint| (lint.code, lint.level)).collect::<Vec<_>>()
    };
    assert_eq!(codes(vec![]), [("no_tests", Level::Warning)]);
    assert_eq!(codes(vec![test(true)]), [("no_reject_test", Level::Note)]);
    assert_eq!(codes(vec![test(true), test(false)]), []);
}
