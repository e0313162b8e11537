//! What does not compile and why, and when a rule has changed.

use super::super::filter::{Choice, Filters, Origin};
use super::super::matcher::tests::{compile, document, library, matching, one, rule, weights};
use super::super::{Rule, RuleError, RulePart, RulePlace};
use super::{Library, TopicSet};
use crate::domain::ids::Digest;
use crate::domain::text::snowball::Snowball;

fn errors(rules: Vec<Rule>, library: &Library) -> Vec<RuleError> {
    compile(rules, library).err().unwrap_or_default()
}

#[test]
fn an_unknown_name_is_reported_with_its_place_and_what_was_meant() {
    let lib = library(&[("alliances", &["NATO"])]);
    let found = errors(vec![matching("alpha"), matching("beta AND @aliances")], &lib);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].place, RulePlace::Topic(1, RulePart::Match));
    assert_eq!(found[0].span, 9..18);
    assert_eq!(found[0].code, "unknown_list");
    assert_eq!(found[0].hint.as_deref(), Some("did you mean `@alliances`?"));
}

#[test]
fn macros_in_a_circle_are_reported_with_the_way_round() {
    let lib = library(&[("a", &["= x AND @b"]), ("b", &["= @c"]), ("c", &["= y OR @a"])]);
    let found = errors(vec![matching("@a")], &lib);
    assert_eq!(found.len(), 3, "one for each macro on the circle");
    assert_eq!(found[0].code, "circular_reference");
    assert_eq!(found[0].message, "`@a` is defined by itself: @a → @b → @c → @a");
    let own = library(&[("a", &["= x AND @a"])]);
    assert_eq!(errors(vec![], &own)[0].message, "`@a` is defined by itself: @a → @a");
}

#[test]
fn a_list_of_nothing_and_a_rule_of_nothing_are_errors() {
    let lib = library(&[("empty", &[])]);
    assert_eq!(errors(vec![], &lib)[0].code, "empty_list");
    for source in ["NOT alpha", "NOT alpha OR beta", "NOT (alpha AND beta)"] {
        let found = errors(vec![matching(source)], &Library::default());
        assert_eq!(found.len(), 1, "{source}");
        assert_eq!(found[0].code, "nothing_required", "{source}");
    }
    let below = Rule {
        weights: weights(&[("alpha", 1.0), ("beta", -1.0)]),
        threshold: Some(-0.5),
        ..Rule::default()
    };
    assert_eq!(errors(vec![below], &Library::default())[0].code, "nothing_required");
}

#[test]
fn nesting_by_macros_is_limited() {
    let names: Vec<String> = (0..250).map(|index| format!("m{index}")).collect();
    let bodies: Vec<String> = (0..250)
        .map(|index| match index {
            249 => "= alpha".to_owned(),
            _ => format!("= x AND @m{}", index + 1),
        })
        .collect();
    let items: Vec<[&str; 1]> = bodies.iter().map(|body| [body.as_str()]).collect();
    let pairs: Vec<(&str, &[&str])> =
        names.iter().zip(&items).map(|(name, item)| (name.as_str(), &item[..])).collect();
    let found = errors(vec![matching("@m0")], &library(&pairs));
    assert_eq!(found[0].code, "too_deep");
}

#[test]
fn a_revision_follows_what_a_rule_says() {
    let lib = library(&[("a", &["x", "y"]), ("m", &["= @a OR z"]), ("unused", &["w"])]);
    let first = revision(&one(matching("@m AND alpha"), &lib));
    assert_eq!(first, revision(&one(matching("@m   AND  (alpha)"), &lib)));
    let other = library(&[("a", &["x", "y", "v"]), ("m", &["= @a OR z"])]);
    assert_ne!(first, revision(&one(matching("@m AND alpha"), &other)));
    let fewer = library(&[("a", &["x", "y"]), ("m", &["= @a OR z"])]);
    assert_eq!(first, revision(&one(matching("@m AND alpha"), &fewer)));
    let scored = |threshold| Rule {
        weights: weights(&[("alpha", 1.0)]),
        threshold: Some(threshold),
        ..Rule::default()
    };
    let lib = Library::default();
    assert_ne!(revision(&one(scored(1.0), &lib)), revision(&one(scored(2.0), &lib)));
}

fn revision(set: &TopicSet) -> Digest {
    set.topics().next().map(|(_, revision)| revision).unwrap()
}

/// Alerts are stored with the revision of their rule: the one a rule had before there were
/// stemmers and filters is still its own.
#[test]
fn stemmers_and_filters_are_part_of_a_revision_and_no_others_change() {
    let lib = Library::default();
    let plain = revision(&one(matching("alpha AND beta"), &lib));
    assert_eq!(plain.to_string(), "7453a84a06195ed8063579c7c081e20f");
    let stemmed = |language: &str| {
        let stem = Snowball::from_name(language);
        revision(&one(Rule { stem, ..matching("alpha AND beta") }, &lib))
    };
    let filtered = |only: &[&str], not: &[&str]| {
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let languages = Choice { only: owned(only), not: owned(not) };
        let filters = Filters { languages, ..Filters::default() };
        revision(&one(Rule { filters, ..matching("alpha AND beta") }, &lib))
    };
    let all = [
        plain,
        stemmed("ru"),
        stemmed("en"),
        filtered(&["en"], &[]),
        filtered(&[], &["en"]),
        filtered(&["en", "fr"], &[]),
    ];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[..index].contains(one), "revision {index}");
    }
    assert_eq!(filtered(&["en", "fr"], &[]), filtered(&["fr", "EN", "en"], &[]));
}

#[test]
fn a_set_names_its_topics() {
    let set = compile(vec![matching("alpha"), matching("beta")], &Library::default()).unwrap();
    assert_eq!(set.topics().count(), 2);
    assert_eq!(set.get(&"t1".parse().unwrap()).unwrap().id.as_str(), "t1");
    assert!(set.get(&"t2".parse().unwrap()).is_none());
    assert!(TopicSet::empty().evaluate(&document("alpha", "beta"), &Origin::UNKNOWN).is_empty());
    let excluded = Rule { exclude: vec![rule("@nobody")], ..matching("alpha") };
    let found = errors(vec![excluded], &Library::default());
    assert_eq!(found[0].place, RulePlace::Topic(0, RulePart::Exclude(0)));
}
