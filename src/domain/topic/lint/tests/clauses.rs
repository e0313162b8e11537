//! Clauses: what never decides, what excludes itself, what no score reaches.

use super::super::super::compile::Library;
use super::super::super::matcher::tests::{library, matching, rule, weights};
use super::super::super::syntax::ast::Scope;
use super::super::super::{Rule, RulePart, RulePlace};
use super::super::{Level, Spot};
use super::{lints, of_exclusions, of_match, told};

#[test]
fn a_clause_that_another_makes_needless_is_told() {
    for (source, expected) in [
        ("alpha OR (alpha AND beta)", "never_decisive: alpha AND beta"),
        ("alpha AND (alpha OR beta)", "never_decisive: alpha OR beta"),
        ("alpha AND alpha", "never_decisive: alpha"),
        ("alpha OR title:alpha", "never_decisive: title:alpha"),
        ("body:alpha OR lead:alpha", "never_decisive: lead:alpha"),
        ("alpha OR (alpha NEAR/5 beta)", "never_decisive: alpha NEAR/5 beta"),
        ("(alpha NEAR/9 beta) OR (alpha BEFORE/5 beta)", "never_decisive: alpha BEFORE/5 beta"),
        ("MENTIONS/2(alpha) OR MENTIONS/4(alpha)", "never_decisive: MENTIONS/4(alpha)"),
        ("(alpha EXCEPT \"alpha male\") OR alpha", "never_decisive: alpha EXCEPT \"alpha male\""),
        ("alpha NEAR/5 alpha", "never_decisive: alpha NEAR/5 alpha"),
        ("alpha NEAR/5 alphas", "never_decisive: alpha NEAR/5 alphas"),
        ("alpha OR alphas", "contained_item: alphas"),
        ("defence OR defense", "contained_item: defense"),
        ("alli* OR alliance OR pact", "contained_item: alliance"),
        ("ATLEAST/2(NATO, NATO, Kyiv)", "contained_item: NATO"),
    ] {
        assert_eq!(of_match(source), [expected], "{source}");
    }
}

#[test]
fn a_clause_that_can_never_hold_is_told() {
    for (source, clause) in [
        ("alpha OR (beta AND NOT beta)", "beta AND NOT beta"),
        ("alpha OR (betas AND NOT (beta OR gamma))", "betas AND NOT (beta OR gamma)"),
        ("alpha OR (\"palm oil\" AND gamma AND NOT oil)", "\"palm oil\" AND gamma AND NOT oil"),
        ("alpha OR (title:beta AND NOT beta)", "title:beta AND NOT beta"),
    ] {
        assert_eq!(of_match(source), [format!("never_holds: {clause}")], "{source}");
    }
    let found = of_exclusions("alpha", &["beta AND NOT beta"], &Library::default());
    assert_eq!(told(&found), ["never_holds: beta AND NOT beta"]);
    for source in ["beta AND NOT title:beta", "oil AND NOT \"palm oil\"", "beta AND NOT =Beta"] {
        assert_eq!(of_match(source), [""; 0], "{source}");
    }
}

#[test]
fn clauses_that_differ_are_left_alone() {
    for source in [
        "alpha AND title:alpha",
        "title:alpha OR MENTIONS/2(alpha)",
        "(alpha AND beta) OR (alpha AND gamma)",
        // Positions: the second alternative is another place to be near of.
        "(alpha OR (alpha AND beta)) NEAR/5 gamma",
        "alpha OR =Alphas",
        "Defence OR =defence",
        "author:alpha OR alpha",
    ] {
        let found = of_match(source);
        let wrong: Vec<&String> =
            found.iter().filter(|told| !told.starts_with("titlecase")).collect();
        let expected: &[&str] = match source {
            "Defence OR =defence" => &["contained_item: Defence"],
            "alpha OR =Alphas" => &["contained_item: =Alphas"],
            "alpha AND title:alpha" => &["never_decisive: alpha"],
            _ => &[],
        };
        assert_eq!(wrong, expected, "{source}");
    }
}

#[test]
fn needless_clauses_are_seen_through_lists_and_macros() {
    let lib = library(&[("ally", &["alliance", "pact"]), ("both", &["= @ally AND Oslo"])]);
    let found = lints(vec![matching("@ally OR @both")], &lib, None);
    assert_eq!(told(&found), ["never_decisive: @both"]);
    let place = RulePlace::Topic(0, RulePart::Match);
    assert_eq!(found[0].spot, Spot::Text { place, span: 9..14 });
    assert_eq!((found[0].level, &*found[0].topics), (Level::Warning, &[0][..]));
}

#[test]
fn an_except_that_takes_nothing_away_is_told() {
    assert_eq!(of_match("NATO EXCEPT strap"), ["except_apart: strap"]);
    assert_eq!(of_match("NATO EXCEPT (strap OR \"NATO alphabet\")"), ["except_apart: strap"]);
    for source in [
        "NATO EXCEPT \"NATO strap\"",
        "\"mutual defence\" EXCEPT \"defence pact\"",
        "alli* EXCEPT \"dairy alliance\"",
        "*bündnis EXCEPT Zweckbündnis",
        "NATO EXCEPT re/NATO-[a-z]+/",
        "北约 EXCEPT 北约绳",
    ] {
        assert_eq!(of_match(source), [""; 0], "{source}");
    }
    let lib = library(&[("false", &["NATO strap", "watch strap"])]);
    let found = lints(vec![matching("NATO EXCEPT @false")], &lib, None);
    assert_eq!(told(&found), ["except_apart: @false"]);
    assert_eq!(found[0].level, Level::Note, "other rules may need that entry");
    assert!(found[0].message.contains("\"watch strap\""), "{}", found[0].message);
}

#[test]
fn an_exclusion_that_silences_what_the_match_finds_is_told() {
    let none = Library::default();
    let message = |source: &str, exclude: &str, library: &Library| {
        let found = of_exclusions(source, &[exclude], library);
        let hits = found.iter().find(|lint| lint.code == "self_excluding");
        hits.map(|lint| lint.message.clone()).unwrap_or_default()
    };
    let all = message("\"palm oil\" AND price", "oil", &none);
    assert!(
        all.contains("next to nothing can match: `oil` is found wherever `\"palm oil\"` is"),
        "{all}"
    );
    let plural = message("oil", "oils", &none);
    assert!(plural.contains("`oils` silences `oils`, which the match finds as `oil`"), "{plural}");
    let plural = message("oils", "oil", &none);
    assert!(plural.contains("silences `oil`"), "{plural}");
    let lib = library(&[("energy", &["oil", "gas"]), ("bad", &["gas", "smog"])]);
    let listed = message("@energy AND price", "@bad", &lib);
    assert!(listed.contains("`@bad` silences whatever the match finds by `gas`"), "{listed}");
    let alternative = message("oil AND (help OR price)", "help OR (fed AND NOT oil)", &none);
    assert!(alternative.contains("silences whatever the match finds by `help`"), "{alternative}");
    let both = message("oil AND price", "price AND oil", &none);
    assert!(both.contains("next to nothing can match: all that"), "{both}");
    for (source, exclude) in [
        ("oil", "\"palm oil\""),
        ("oil", "title:oil"),
        ("body:oil", "title:oil"),
        ("oil", "oil AND olive"),
        ("oil", "ATLEAST/2(oil, olive)"),
        ("who", "WHO"),
        ("NATO EXCEPT \"NATO strap\"", "strap"),
        ("oil AND NOT olive", "olive AND tree"),
        // Something else may stand beside it that keeps the exclusion from holding.
        ("oil AND (help OR price)", "help AND NOT fed"),
        ("oil", "oil EXCEPT \"palm oil\""),
        ("oil", "oil NOT NEAR/5 olive"),
        // The match finds it where the exclusion does not look, or does not find it.
        ("oil", "body:oil"),
        ("oil", "OIL"),
        ("oil AND price", "oil NEAR/5 price"),
        ("oil AND price", "oil SENTENCE price"),
    ] {
        assert_eq!(message(source, exclude, &none), "", "{source} exclude {exclude}");
    }
}

#[test]
fn exclusions_are_held_against_one_another_and_against_the_match() {
    let none = Library::default();
    let found = of_exclusions("oil", &["olive", "olive AND tree"], &none);
    assert_eq!(told(&found), ["never_decisive: olive AND tree"]);
    let found = of_exclusions("oil AND NOT olive", &["olive"], &none);
    assert_eq!(told(&found), ["never_decisive: olive"]);
    // Exclusions are not stemmed: these are two.
    assert_eq!(told(&of_exclusions("oil", &["coach", "coaches"], &none)), [""; 0]);
}

#[test]
fn negatives_that_hold_everywhere_are_told() {
    let found = of_exclusions("oil", &["NOT price"], &Library::default());
    assert_eq!(told(&found), ["only_negatives: NOT price"]);
    let weighed = Rule {
        weights: weights(&[("NOT price", 1.0), ("oil", 2.0)]),
        threshold: Some(2.0),
        ..matching("oil")
    };
    assert_eq!(
        told(&lints(vec![weighed], &Library::default(), None)),
        ["only_negatives: NOT price"]
    );
    let taking =
        Rule { weights: weights(&[("price", -1.0)]), threshold: Some(0.0), ..matching("oil") };
    let found = lints(vec![taking], &Library::default(), None);
    assert_eq!((told(&found), found[0].level), (vec!["only_negatives: ".to_owned()], Level::Note));
}

#[test]
fn thresholds_out_of_reach_and_always_reached_are_told() {
    let with = |lines: &[(&str, f64)], threshold: f64| {
        let rule = Rule { weights: weights(lines), threshold: Some(threshold), ..matching("oil") };
        told(&lints(vec![rule], &Library::default(), None))
    };
    // Three times in the title: weight × 2 × (1 + ½·ln 3) = 3.0986 × weight.
    assert_eq!(with(&[("oil", 1.0)], 3.09), [""; 0]);
    assert_eq!(with(&[("oil", 1.0)], 3.10), ["threshold_unreachable: "]);
    assert_eq!(with(&[("lead:oil", 1.0)], 2.33), ["threshold_unreachable: "]);
    assert_eq!(with(&[("author:oil", 1.0)], 1.6), ["threshold_unreachable: "]);
    assert_eq!(with(&[("oil", 1.0), ("price", -5.0)], 3.10), ["threshold_unreachable: "]);
    assert_eq!(with(&[("oil", 1.0)], 0.0), ["never_decisive: threshold"]);
    assert_eq!(with(&[("oil", 1.0), ("price", -2.0)], -1.0), [""; 0]);
    assert_eq!(with(&[("oil", 1.0), ("price", -2.0)], -2.0), ["never_decisive: threshold"]);
}

#[test]
fn an_and_beside_an_operator_on_places_is_told_with_what_was_meant() {
    let found = |source: &str| lints(vec![matching(source)], &Library::default(), None);
    let told = found("port NEAR/3 (strike AND crane)");
    assert_eq!((told.len(), told[0].code, told[0].level), (1, "near_any", Level::Warning));
    let expected = "write `(port NEAR/3 strike) AND (port NEAR/3 crane)`";
    assert_eq!(told[0].hint.as_deref(), Some(expected));
    assert_eq!(
        of_match("title:((strike AND crane) SENTENCE port)"),
        ["near_any: strike AND crane"]
    );
    for source in [
        "port NEAR/3 (strike OR crane)",
        "port NEAR/3 (strike AND NOT crane)",
        "port NOT NEAR/3 (strike AND crane)",
        "(port NEAR/3 strike) AND (port NEAR/3 crane)",
    ] {
        assert_eq!(of_match(source), [""; 0], "{source}");
    }
}

#[test]
fn distances_that_ask_for_nothing_are_told() {
    assert_eq!(of_match("oil NEAR/101 price"), ["near_too_wide: oil NEAR/101 price"]);
    assert_eq!(of_match("oil NEAR/100 price"), [""; 0]);
    assert_eq!(of_match("title:(oil BEFORE/31 price)"), ["near_too_wide: oil BEFORE/31 price"]);
    assert_eq!(Scope::Title.as_str(), "title");
}

#[test]
fn rules_of_great_depth_and_width_are_read_in_time() {
    let deep = (0..60).fold("a0".to_owned(), |rule, n| format!("(a{n} AND b{n}) OR ({rule})"));
    let wide: Vec<String> = (0..900).map(|n| format!("word{n} AND other{n}")).collect();
    let wide = wide.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" OR ");
    for source in [deep, wide] {
        if crate::domain::topic::syntax::parse(&source).is_ok() {
            let _ = rule(&source);
            lints(vec![matching(&source)], &Library::default(), None);
        }
    }
}
