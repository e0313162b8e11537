//! What change would have caught it: each change that is called enough was made and matched.

use super::super::super::Rule;
use super::super::super::compile::Library;
use super::super::super::filter::{Choice, Filters, Origin};
use super::super::super::matcher::tests::{document, library, matching, one, rule, weights};
use super::Cure;
use crate::domain::document::Field;

fn cure_of(rule: Rule, library: &Library, title: &str, body: &str) -> Cure {
    let id = "t0".parse().unwrap();
    one(rule, library).cure(&id, &document(title, body), &Origin::UNKNOWN).expect("no match")
}

fn lists() -> Library {
    library(&[
        ("sport", &["goal", "coach", "league"]),
        ("names", &["Zelensky", "NATO"]),
        ("strap", &["\"NATO strap\""]),
        ("pacts", &["= (defence NEAR/4 pact) AND signed"]),
    ])
}

/// The first remedy: what the text has, what would have to change, and whether that is enough.
#[track_caller]
fn check(source: &str, text: &str, code: &str, found: &str, change: &str, enough: bool) {
    let cure = cure_of(matching(source), &lists(), "", text);
    let first = cure.remedies.first().unwrap_or_else(|| panic!("{source}: nothing told"));
    let told = (first.code, &*first.found, first.change.as_deref().unwrap_or(""), first.enough);
    assert_eq!(told, (code, found, change, enough), "{source}\n{cure:#?}");
}

#[test]
fn words_too_far_apart_are_told_with_the_distance_that_would_do() {
    check(
        "defence NEAR/6 pact",
        "The defence ministers of all the nine northern countries signed the pact",
        "distance",
        "both found, but the nearest are 10 words apart",
        "NEAR/6 would have to be NEAR/10",
        true,
    );
    check(
        "defence BEFORE/3 pact",
        "a pact on defence",
        "order",
        "both found, but in the other order",
        "BEFORE/3 would have to be NEAR/2",
        true,
    );
    check(
        "defence SENTENCE pact",
        "On defence. A pact.",
        "sentence",
        "both found, but never in the same sentence",
        "SENTENCE would have to be NEAR/2",
        true,
    );
    check(
        "title:pact",
        "a pact",
        "other_field",
        "pact is there, but not in the title",
        "pact anywhere",
        true,
    );
}

#[test]
fn a_term_in_other_capitals_or_another_form_is_told() {
    check(
        "NATO AND summit",
        "the nato summit",
        "other_case",
        "the text has \"nato\", and NATO does not take that: its capitals bind",
        "nato would",
        true,
    );
    check(
        "=oil",
        "oils",
        "other_form",
        "the text has \"oils\", which =oil does not take",
        "oil would",
        true,
    );
    check(
        "альянс",
        "союз альянса",
        "other_form",
        "the text has \"альянса\", which альянс does not take",
        "альянс* would",
        true,
    );
    check(
        "negotiate",
        "they were negotiating",
        "other_form",
        "the text has \"negotiating\", which negotiate does not take",
        "negotiate OR negotiating would",
        true,
    );
    check(
        "@names",
        "Zelenskyy spoke",
        "other_form",
        "Zelensky of @names: the text has \"Zelenskyy\", which Zelensky does not take",
        "Zelensky* in [lists] names",
        true,
    );
    check(
        "Khamenei",
        "Khamanei spoke",
        "spelling",
        "the text has \"Khamanei\", spelt otherwise than Khamenei",
        "Khamenei OR Khamanei would take both",
        true,
    );
}

#[test]
fn a_phrase_whose_words_stand_apart_is_told() {
    check(
        "\"mutual defence\"",
        "a mutual and lasting defence",
        "phrase",
        "the words of \"mutual defence\" stand there with 2 words between",
        "\"mutual defence\"~2 would take them",
        true,
    );
    check(
        "\"mutual defence\"",
        "defence that is mutual",
        "phrase",
        "the words of \"mutual defence\" stand there 3 apart, not side by side",
        "\"mutual defence\" OR (mutual NEAR/3 defence) would take them",
        true,
    );
    check(
        "\"North Atlantic Treaty\"",
        "the north atlantic treaty",
        "other_case",
        "the text has the words of \"North Atlantic Treaty\" in other capitals",
        "\"north atlantic treaty\" would take them",
        true,
    );
}

#[test]
fn what_is_missing_excepted_negated_or_too_few_is_told() {
    check("alpha AND beta", "alpha", "missing", "beta is not in the text", "without beta", true);
    check("alpha NEAR/2 beta", "alpha", "missing", "beta is not in the text", "", false);
    check(
        "alpha AND NOT strap",
        "alpha strap",
        "negated",
        "strap must not be there, and is",
        "without NOT strap",
        true,
    );
    check(
        "NATO EXCEPT @strap",
        "a NATO strap",
        "excepted",
        "found, but only inside what is excepted",
        "NATO without EXCEPT @strap",
        true,
    );
    check("ATLEAST/2(@sport)", "goal", "count", "only 1 of 2 found", "ATLEAST/1", true);
    check(
        "MENTIONS/3(alpha)",
        "alpha alpha",
        "count",
        "alpha is there twice, 3 asked",
        "MENTIONS/2",
        true,
    );
    check(
        "@pacts",
        "a defence and security and trade pact was signed",
        "distance",
        "both found, but the nearest are 5 words apart",
        "NEAR/4 would have to be NEAR/5",
        true,
    );
}

#[test]
fn the_places_shown_are_those_of_the_nearest_two() {
    let spans = |source: &str, title: &str, body: &str| -> Vec<(Field, String)> {
        let cure = cure_of(matching(source), &lists(), title, body);
        let first = cure.remedies.first().unwrap_or_else(|| panic!("{source}: nothing told"));
        first.spans.iter().map(|span| (span.field, span.quote.to_string())).collect()
    };
    let body = |text: &str| (Field::Body, text.to_owned());
    assert_eq!(
        spans(
            "NATO NEAR/3 (pact OR alliance)",
            "Alliance of bakers",
            "NATO far far far far far far pact"
        ),
        [body("NATO"), body("pact")]
    );
    assert_eq!(
        spans("defence BEFORE/2 pact", "", "pact defence a b c d pact"),
        [body("defence"), body("pact")],
    );
    assert_eq!(
        spans("defence NEAR/2 pact", "Defence", "a pact"),
        [(Field::Title, "Defence".to_owned()), body("pact")],
        "in two fields there is no nearest pair"
    );
}

#[test]
fn sides_that_never_stand_in_one_field_are_told_so() {
    let told = |source: &str, title: &str, body: &str| {
        cure_of(matching(source), &lists(), title, body).remedies[0].found.clone()
    };
    for op in ["NEAR/9", "BEFORE/9", "SENTENCE", "PARAGRAPH"] {
        let source = format!("defence {op} pact");
        assert_eq!(told(&source, "Defence", "a pact"), "both found, but never in the same field");
    }
    assert_eq!(
        told("defence PARAGRAPH pact", "", "Defence.\n\nA pact."),
        "both found, but never in the same paragraph"
    );
    assert_eq!(
        told("pact NEAR/9 \"trade pact\"", "", "a trade pact"),
        "both found, but only in the same place"
    );
}

#[test]
fn two_things_in_the_way_are_enough_only_together() {
    let cure = cure_of(
        matching("NATO AND (defence NEAR/2 pact)"),
        &lists(),
        "",
        "nato defence a b c pact",
    );
    assert_eq!(cure.remedies.len(), 2, "{cure:#?}");
    assert!(cure.remedies.iter().all(|remedy| !remedy.enough) && cure.together, "{cure:#?}");
    let hopeless = cure_of(matching("alpha NEAR/2 beta"), &lists(), "", "gamma");
    assert!(!hopeless.together && hopeless.remedies.iter().all(|remedy| remedy.change.is_none()));
}

#[test]
fn changes_that_are_not_told_are_no_part_of_what_is_enough_together() {
    let all = |count: usize| {
        let words: Vec<String> = (0..count).map(|n| format!("word{n}x")).collect();
        cure_of(matching(&words.join(" AND ")), &lists(), "", "gamma word0x word1x").together
    };
    assert!(all(8));
    assert!(!all(14), "twelve are missing, and eight are told");
}

#[test]
fn a_score_that_is_short_says_by_how_much() {
    let scored = Rule {
        weights: weights(&[("alpha", 3.0), ("beta", 2.5), ("gamma", -1.5)]),
        threshold: Some(5.0),
        ..Rule::default()
    };
    let cure = cure_of(scored, &lists(), "", "alpha and gamma");
    let told: Vec<_> =
        cure.remedies.iter().map(|one| (one.code, &*one.found, one.enough)).collect();
    assert_eq!(
        told,
        [
            (
                "threshold",
                "score 3.00 is short of the threshold 5 by 2.00; not found: beta (+2.5 or more)",
                true
            ),
            ("negative_weight", "gamma counts -1.5", false),
        ]
    );
    assert_eq!(cure.remedies[0].change.as_deref(), Some("the threshold would have to be 3.0"));
}

#[test]
fn exclusions_that_held_are_told_with_their_words() {
    let excluded = Rule { exclude: vec![rule("@sport")], ..matching("alpha") };
    let cure = cure_of(excluded, &lists(), "", "alpha scores a goal");
    let [only] = &cure.remedies[..] else { panic!("{cure:#?}") };
    assert_eq!((only.code, only.enough), ("exclusion", true));
    assert_eq!(only.spans[0].quote, "goal");
}

#[test]
fn filters_that_did_not_hold_are_told() {
    let choice = |only: &[&str], not: &[&str]| Choice {
        only: only.iter().map(ToString::to_string).collect(),
        not: not.iter().map(ToString::to_string).collect(),
    };
    let filters = Filters {
        feeds: choice(&["wire"], &[]),
        languages: choice(&[], &["en"]),
        ..Filters::default()
    };
    let set = one(Rule { filters, ..matching("pact") }, &lists());
    let mut text = document("", "a pact");
    text.language = Some("en-GB".to_owned());
    let origin = Origin { feed: Some("ledger"), tags: &[], publisher: Some("Ledger") };
    let cure = set.cure(&"t0".parse().unwrap(), &text, &origin).unwrap();
    let told: Vec<_> = cure.remedies.iter().map(|one| one.change.as_deref().unwrap()).collect();
    assert_eq!(told, ["with \"ledger\" in `feeds`", "without \"en\" in `not_languages`"]);
    assert!(cure.together && cure.remedies.iter().all(|one| one.code == "filter"), "{cure:#?}");
}

#[test]
fn a_filter_that_must_change_twice_is_told_with_both_changes() {
    let strings = |values: &[&str]| values.iter().map(ToString::to_string).collect::<Vec<_>>();
    let tags = Choice { only: strings(&["world"]), not: strings(&["sport", "games"]) };
    let set =
        one(Rule { filters: Filters { tags, ..Filters::default() }, ..matching("pact") }, &lists());
    let told = |tags: &[&str]| {
        let tags = strings(tags);
        let origin = Origin { feed: Some("wire"), tags: &tags, publisher: None };
        let cure = set.cure(&"t0".parse().unwrap(), &document("", "a pact"), &origin).unwrap();
        let [only] = &cure.remedies[..] else { panic!("{cure:#?}") };
        assert!(only.enough);
        only.change.clone().unwrap()
    };
    assert_eq!(told(&["sport"]), "without \"sport\" in `not_tags` and with \"sport\" in `tags`");
    assert_eq!(
        told(&["sport", "games", "world"]),
        "without \"sport\" in `not_tags` and without \"games\" in `not_tags`"
    );
    assert_eq!(told(&["local"]), "with \"local\" in `tags`");
    assert_eq!(told(&[]), "without the filter `tags`");
}

#[test]
fn a_match_needs_no_cure_and_hostile_texts_end() {
    let set = one(matching("alpha"), &lists());
    let id = "t0".parse().unwrap();
    assert_eq!(set.cure(&id, &document("alpha", ""), &Origin::UNKNOWN), None);
    let word = "alph".repeat(20_000);
    let many: String = (0..20_000).map(|n| format!("alphab{n} ")).collect();
    let items: Vec<String> = (0..2_000).map(|n| format!("betagamma{n}x")).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let long = one(matching("@long"), &library(&[("long", &items)]));
    let cure = long.cure(&id, &document("", &many), &Origin::UNKNOWN).unwrap();
    assert_eq!(cure.remedies[0].code, "missing");
    for text in [word, many, "alph ".repeat(20_000)] {
        let cure = set.cure(&id, &document("", &text), &Origin::UNKNOWN).unwrap();
        assert!(cure.remedies.len() <= super::MAX_TOLD);
    }
}
