//! The sentences and trees that explain a decision.

use super::super::filter::Origin;
use super::super::matcher::tests::{document, library, matching, one, rule, weights};
use super::super::{Rule, compile::Library};
use super::Explanation;

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
        "alpha SENTENCE beta: both found, but never in one sentence",
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
