//! Topics that are stemmed by language, beside others that are not.

use super::super::super::Rule;
use super::super::super::compile::Library;
use super::super::super::filter::Origin;
use super::{compile, document, library, matching, one, quotes, rule, weights};
use crate::domain::text::snowball::Snowball;

fn stemmed(language: &str, source: &str) -> Rule {
    Rule { stem: Snowball::from_name(language), ..matching(source) }
}

#[track_caller]
fn check(language: &str, source: &str, text: &str, expect: bool) {
    let set = one(stemmed(language, source), &Library::default());
    for document in [document("", text), document(text, "")] {
        let found = !set.evaluate(&document, &Origin::UNKNOWN).is_empty();
        assert_eq!(found, expect, "{language}: {source} in {text:?}");
    }
}

#[test]
fn common_words_match_their_inflections() {
    for text in ["альянса", "Альянсом", "АЛЬЯНСЫ", "о новом альянсе."]
    {
        check("ru", "альянс", text, true);
    }
    check("ru", "альянсами", "альянс", true);
    check("ru", "альянс", "альбом", false);
    check("fr", "défense", "Défenses nationales", true);
    check("fr", "défense", "LA DEFENSE", true);
    check("fr", "defense", "la de\u{301}fense", true);
    check("de", "bündnis", "die Bündnisse", true);
    check("en", "defend", "defending it", true);
    check("en", "co-operation", "cooperating", true);
    check("en", "cooperate", "co-operation", true);
    check("en", "arms", "an arm", false);
}

#[test]
fn words_of_phrases_are_stemmed_and_wildcards_names_and_exact_words_are_not() {
    check("ru", "\"оборонный союз\"", "оборонного союза", true);
    check("en", "\"defend Europe\"", "defending Europe", true);
    check("en", "\"defend Europe\"", "defending europe", false);
    check("en", "Hamas", "near Hama", false);
    check("en", "NATO", "nato", false);
    check("en", "=running", "run", false);
    check("en", "=\"armed running\"", "armed run", false);
    check("en", "runn*", "run", false);
    check("en", "runn*", "runners", true);
}

#[test]
fn words_of_other_scripts_are_found_as_by_default() {
    check("ru", "alliance OR 北约", "Alliances", true);
    check("ru", "alliance OR 北约", "在北约总部", true);
    check("ru", "defence", "defense", true);
    check("en", "альянс", "альянса", false);
}

#[test]
fn exclusions_are_never_stemmed() {
    let excluding = |source: &str| Rule { exclude: vec![rule(source)], ..stemmed("en", "price") };
    let found = |source: &str, text: &str| {
        let set = one(excluding(source), &Library::default());
        !set.evaluate(&document("", text), &Origin::UNKNOWN).is_empty()
    };
    assert!(found("defending", "to defend prices"));
    assert!(!found("defending", "defending prices"));
}

#[test]
fn weights_are_stemmed_like_the_match() {
    let scored = Rule {
        weights: weights(&[("defend", 2.0)]),
        threshold: Some(2.0),
        stem: Snowball::from_name("en"),
        ..Rule::default()
    };
    let set = one(scored, &Library::default());
    assert_eq!(set.evaluate(&document("", "it was defended"), &Origin::UNKNOWN).len(), 1);
}

#[test]
fn a_list_is_read_by_each_topic_in_its_own_way() {
    let lib = library(&[("pact", &["альянс", "defend"]), ("both", &["= @pact AND alpha"])]);
    let rules = vec![
        matching("@both"),
        stemmed("ru", "@both"),
        stemmed("en", "@both"),
        Rule { exclude: vec![rule("@pact")], ..matching("alpha") },
    ];
    let set = compile(rules, &lib).unwrap();
    let found = |text: &str| -> Vec<String> {
        let found = set.evaluate(&document("", text), &Origin::UNKNOWN);
        found.iter().map(|(topic, _)| topic.id.to_string()).collect()
    };
    assert_eq!(found("alpha альянса"), ["t1", "t3"]);
    assert_eq!(found("alpha defending"), ["t2", "t3"]);
    assert_eq!(found("alpha defend"), ["t0", "t1", "t2"]);
    assert_eq!(found("alpha альянс"), ["t0", "t1", "t2"]);
}

#[test]
fn evidence_quotes_the_word_as_it_stands() {
    let set = one(stemmed("ru", "альянс NEAR/3 оборона"), &Library::default());
    let text = "Министры альянса говорили об обороне.";
    let (_, found) = set.evaluate(&document("", text), &Origin::UNKNOWN).remove(0);
    assert_eq!(quotes(&found), ["альянса", "обороне"]);
    assert_eq!(found.evidence.clauses[0].count, 1);
}

/// The words a thread remembers are those of one set: another set is asked anew.
#[test]
fn sets_do_not_share_what_they_remember() {
    for source in ["defend", "alpha OR beta OR defend", "beta", "defend OR alpha"] {
        check("en", source, "defending", source.contains("defend"));
    }
}
