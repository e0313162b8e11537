//! The sentences and trees that explain a decision.

use super::super::filter::{Choice, Filters, Origin};
use super::super::matcher::tests::{document, library, matching, one, rule, weights};
use super::super::{Rule, compile::Library};
use super::Explanation;
use crate::domain::document::Document;

fn explain(rule: Rule, library: &Library, title: &str, body: &str) -> Explanation {
    let id = "t0".parse().unwrap();
    one(rule, library).explain(&id, &document(title, body), &Origin::UNKNOWN).unwrap()
}

#[track_caller]
fn verdict(source: &str, text: &str, expect: &str) {
    let lib = library(&[
        ("nato_false", &["\"NATO alphabet\"", "\"NATO strap\""]),
        ("sport", &["goal", "coach", "league"]),
        ("real", &["= NATO EXCEPT @nato_false"]),
    ]);
    assert_eq!(explain(matching(source), &lib, "", text).verdict, expect, "{source}");
}

#[test]
fn the_verdict_names_the_first_failing_clause() {
    verdict("alpha AND beta", "alpha", "\"beta\" not found");
    verdict(
        "alpha AND NOT beta",
        "alpha beta",
        "\"beta\" must not be there, and was found: \"beta\"",
    );
    verdict("alpha OR beta", "gamma", "neither alpha nor beta found");
    verdict("alpha OR beta OR delta", "gamma", "none of alpha, beta and delta found");
    verdict(
        "NATO EXCEPT @nato_false",
        "the NATO alphabet",
        "\"NATO\" found once, but only inside \"NATO alphabet\" (EXCEPT @nato_false)",
    );
    verdict(
        "alpha NEAR/2 beta",
        "alpha x y z beta",
        "alpha NEAR/2 beta: both found, but the nearest are 4 words apart",
    );
    verdict("alpha NEAR/2 beta", "alpha", "\"beta\" not found");
    verdict(
        "alpha SENTENCE beta",
        "Alpha. Beta.",
        "alpha SENTENCE beta: both found, but never in the same sentence",
    );
    verdict(
        "alpha BEFORE/2 beta",
        "beta alpha",
        "alpha BEFORE/2 beta: both found, but in the other order",
    );
    verdict("title:alpha", "alpha", "\"alpha\" found, but not in the title");
    verdict("ATLEAST/2(@sport)", "goal", "ATLEAST/2(@sport): only 1 of 2 found");
    verdict("MENTIONS/3(alpha)", "alpha alpha", "MENTIONS/3(alpha): found twice, 3 asked");
    verdict("@sport", "nothing", "@sport not found");
    verdict("alpha", "alpha", "matches");
}

#[test]
fn a_filter_that_stands_in_the_way_is_named() {
    let strings = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let filters = Filters {
        feeds: Choice { only: strings(&["harbour", "ledger"]), not: Vec::new() },
        tags: Choice { only: Vec::new(), not: strings(&["sport"]) },
        publishers: Choice { only: Vec::new(), not: strings(&["Tabloid"]) },
        languages: Choice { only: strings(&["en", "fr"]), not: Vec::new() },
    };
    let set = one(Rule { filters, ..matching("alpha") }, &Library::default());
    let id = "t0".parse().unwrap();
    let ask = |feed: Option<&str>, tags: &[String], publisher: Option<&str>, language: &str| {
        let language = Some(language.to_owned());
        let document = Document { language, ..document("alpha", "") };
        let why = set.explain(&id, &document, &Origin { feed, tags, publisher }).unwrap();
        let found = set.evaluate_topic(&id, &document, &Origin { feed, tags, publisher });
        assert_eq!(why.matched, found.is_some());
        why
    };
    let sport = strings(&["sport"]);
    for (feed, tags, publisher, language, verdict) in [
        (Some("ledger"), &[][..], Some("Wire"), "en-GB", "matches"),
        (None, &[][..], None, "fr", "matches"),
        (
            None,
            &[][..],
            None,
            "de",
            "the language is de (as the feed says), and the topic asks for en, fr",
        ),
        (
            None,
            &[][..],
            None,
            "",
            "the language is und (undetermined), and the topic asks for en, fr",
        ),
        (
            Some("other"),
            &[][..],
            None,
            "en",
            "the feed is other, and the topic asks for harbour, ledger",
        ),
        (
            Some("ledger"),
            &sport[..],
            None,
            "en",
            "the feed has the tags sport, and the topic refuses sport",
        ),
        (
            None,
            &[][..],
            Some("tabloid"),
            "en",
            "the publisher is tabloid, and the topic refuses Tabloid",
        ),
    ] {
        assert_eq!(ask(feed, tags, publisher, language).verdict, verdict);
    }
    let shown = ask(Some("other"), &sport, None, "de").render_plain();
    insta::assert_snapshot!(shown, @r#"
    ✗ feeds harbour, ledger: other
    ✗ tags not sport: sport
    ✓ publishers not Tabloid: not known, so not asked
    ✗ languages en, fr: de (as the feed says)
    ✓ alpha  once: title "alpha"
    ✗ the feed is other, and the topic asks for harbour, ledger
    "#);
    let text = "Die Regierung plant höhere Ausgaben für die Bundeswehr und alpha";
    let why = set.explain(&id, &document("", text), &Origin::UNKNOWN).unwrap();
    assert_eq!(why.verdict, "the language is de (detected), and the topic asks for en, fr");
}

#[test]
fn a_publisher_with_a_comma_in_its_name_is_one_publisher() {
    let name = "Dow Jones & Company, Inc.";
    let not = vec![name.to_owned()];
    let filters = Filters { publishers: Choice { only: Vec::new(), not }, ..Filters::default() };
    let set = one(Rule { filters, ..matching("alpha") }, &Library::default());
    let origin = Origin { publisher: Some(name), ..Origin::UNKNOWN };
    let why = set.explain(&"t0".parse().unwrap(), &document("alpha", ""), &origin).unwrap();
    assert_eq!(
        why.verdict,
        "the publisher is Dow Jones & Company, Inc., and the topic refuses \
         Dow Jones & Company, Inc."
    );
}

#[test]
fn an_exclusion_is_explained_whatever_the_rule_before_it_took() {
    let body = format!("{}{} press release", "NATO ".repeat(600), "pact ".repeat(600));
    let excluded =
        Rule { exclude: vec![rule("\"press release\"")], ..matching("NATO NEAR/5 pact") };
    let why = explain(excluded, &Library::default(), "", &body);
    assert!(!why.matched && why.exclusions[0].held);
    assert!(why.verdict.starts_with("excluded by \"press release\""), "{}", why.verdict);
}

#[test]
fn undetermined_languages_pass_where_they_are_asked_for() {
    let asking = |languages: &[&str]| Rule {
        filters: Filters {
            languages: Choice {
                only: languages.iter().map(|one| (*one).to_owned()).collect(),
                not: Vec::new(),
            },
            ..Filters::default()
        },
        ..matching("alpha")
    };
    let found = |languages: &[&str], language: Option<&str>| {
        let set = one(asking(languages), &Library::default());
        let document = Document { language: language.map(str::to_owned), ..document("alpha", "") };
        !set.evaluate(&document, &Origin::UNKNOWN).is_empty()
    };
    assert!(found(&["und"], None));
    assert!(found(&["en", "und"], None));
    assert!(!found(&["en"], None));
    assert!(!found(&["und"], Some("en")));
    assert!(found(&["nb"], Some("nn-NO")));
    assert!(found(&["no"], Some("nb")));
    assert!(found(&["zh-Hans"], Some("zh-TW")));
}

#[test]
fn a_score_below_the_threshold_and_an_exclusion_are_named() {
    let scored = |threshold| Rule {
        exclude: vec![rule("ATLEAST/2(goal, coach)")],
        weights: weights(&[("alpha", 2.0), ("beta", 1.5)]),
        threshold: Some(threshold),
        ..matching("alpha")
    };
    let lib = Library::default();
    let low = explain(scored(5.0), &lib, "", "alpha");
    assert_eq!(low.verdict, "score 3.0 is below the threshold 5.0");
    assert!(!low.matched);
    let out = explain(scored(1.0), &lib, "", "alpha goal coach");
    assert_eq!(out.verdict, "excluded by ATLEAST/2(goal, coach)");
    assert!(!out.matched);
    let good = explain(scored(1.0), &lib, "", "alpha goal");
    assert_eq!(good.verdict, "matches with score 3.0 (threshold 1.0)");
    assert!(good.matched);
}

#[test]
fn the_plain_rendering_shows_tree_arithmetic_and_verdict() {
    let lib = library(&[("ally", &["alliance", "pact"])]);
    let scored = Rule {
        exclude: vec![rule("coach")],
        weights: weights(&[("NATO", 2.0), ("oil", -1.0)]),
        threshold: Some(5.0),
        ..matching("(NATO NEAR/3 @ally) AND NOT strap")
    };
    let shown = explain(scored, &lib, "NATO pact", "The pact holds").render_plain();
    insta::assert_snapshot!(shown, @r#"
    ✓ NATO NEAR/3 @ally AND NOT strap  once: title "NATO", title "pact"
      ✓ NATO NEAR/3 @ally  once: title "NATO", title "pact"
        ✓ NATO  once: title "NATO"
        ✓ @ally  twice: title "pact", body "pact"
          ✓ pact  twice: title "pact", body "pact"
      ✓ NOT strap
        ✗ strap
    +4.00 = 2 × 2 (field) × 1.00 (repeats)  NATO
    0 of -1  oil
    score 4.00 (threshold 5.00)
    not excluded by coach
    ✗ score 4.0 is below the threshold 5.0
    "#);
}
