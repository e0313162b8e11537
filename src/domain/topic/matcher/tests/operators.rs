//! What operators, scopes, lists, exclusions and weights mean.

use super::super::super::Rule;
use super::super::super::compile::Library;
use super::super::super::filter::Origin;
use super::{compile, document, find, library, matching, one, quotes, rule, weights};
use crate::domain::document::Document;

#[track_caller]
fn check(source: &str, text: &str, expect: bool) {
    assert_eq!(find(source, "", text).is_some(), expect, "{source} in {text:?}");
}

#[test]
fn junctions_are_decided_over_the_whole_document() {
    let set = one(matching("alpha AND beta AND NOT gamma"), &Library::default());
    let found = |title: &str, body: &str| {
        !set.evaluate(&document(title, body), &Origin::UNKNOWN).is_empty()
    };
    assert!(found("alpha", "beta"));
    assert!(!found("alpha", "beta gamma"));
    assert!(!found("gamma alpha", "beta"));
    assert!(!found("alpha", "alpha"));
    check("alpha OR beta", "beta", true);
}

#[test]
fn near_counts_words_in_one_field_in_either_order() {
    check("alpha NEAR/3 beta", "alpha x y beta", true);
    check("alpha NEAR/3 beta", "beta x y alpha", true);
    check("alpha NEAR/3 beta", "alpha x y z beta", false);
    check("alpha NEAR/1 beta", "alpha beta", true);
    check("alpha NEAR/5 alpha", "one alpha only", false);
    check("alpha NEAR/5 alpha", "alpha and alpha", true);
    assert!(find("alpha NEAR/9 beta", "alpha", "beta").is_none());
    check("(alpha NEAR/3 beta) NEAR/3 gamma", "alpha gamma beta", true);
    check("(alpha NEAR/3 beta) NEAR/3 gamma", "alpha beta x x gamma", true);
    check("(alpha NEAR/3 beta) NEAR/2 gamma", "alpha beta x x gamma", false);
}

#[test]
fn before_keeps_the_order() {
    check("alpha BEFORE/3 beta", "alpha x beta", true);
    check("alpha BEFORE/3 beta", "beta x alpha", false);
}

#[test]
fn not_near_needs_one_find_on_its_own() {
    check("bank NOT NEAR/2 river", "the river bank", false);
    check("bank NOT NEAR/2 river", "the river bank and far from it the central bank", true);
}

#[test]
fn sentence_and_paragraph_bound_a_pair() {
    let text = "The alpha came in the U.S. with Mr. Beta. Then gamma left.\n\nDelta stayed.";
    check("alpha SENTENCE Beta", text, true);
    check("alpha SENTENCE gamma", text, false);
    check("alpha PARAGRAPH gamma", text, true);
    check("alpha PARAGRAPH Delta", text, false);
}

#[test]
fn except_takes_back_overlapping_finds_only() {
    check("NATO EXCEPT \"NATO alphabet\"", "the NATO alphabet", false);
    check("NATO EXCEPT \"NATO alphabet\"", "the NATO alphabet of NATO", true);
    check("(defence NEAR/3 pact) EXCEPT \"defence lawyer\"", "defence lawyers pact", false);
}

#[test]
fn counting_operators_count_members_and_mentions() {
    let lib = library(&[
        ("sport", &["goal", "coach", "league"]),
        ("politics", &["minister", "league"]),
        ("all", &["= @sport"]),
        ("joined", &["= @sport OR @politics OR alpha"]),
        ("either", &["= coach OR minister"]),
    ]);
    for (source, text, expect) in [
        ("ATLEAST/2(@sport)", "the coach of the league", true),
        ("ATLEAST/2(@sport)", "the coach and the coach", false),
        ("ATLEAST/2(@all)", "the coach of the league", true),
        ("ATLEAST/2(alpha, @sport)", "alpha coach", true),
        // A list may do alone, whatever else is offered.
        ("ATLEAST/2(alpha, @sport)", "the coach of the league", true),
        ("ATLEAST/2(alpha, @all) AND the", "the coach of the league", true),
        ("ATLEAST/2(alpha, title:@sport)", "the coach of the league", false),
        ("ATLEAST/3(alpha, beta, gamma)", "alpha beta", false),
        ("ATLEAST/3(never, alpha, @all)", "alpha coach goal", true),
        // A term counts once, however often it is named.
        ("ATLEAST/2(coach, @sport)", "the coach", false),
        ("ATLEAST/2(coach, @sport)", "the coach of the league", true),
        ("ATLEAST/2(@sport, @all)", "the coach", false),
        ("ATLEAST/2(coach, coach)", "coach and coach", false),
        ("ATLEAST/2(alpha NEAR/2 coach, alpha NEAR/2 coach)", "alpha coach", false),
        ("ATLEAST/2(title:coach, coach, league)", "the coach of the league", true),
        // Lists joined by a macro are lists.
        ("ATLEAST/2(@joined)", "the coach and the minister", true),
        ("ATLEAST/2(@joined)", "the coach and alpha", true),
        ("ATLEAST/2(@joined)", "the coach", false),
        ("ATLEAST/3(@joined)", "the coach and the minister", false),
        ("ATLEAST/2(@either, alpha)", "coach and minister", false),
        ("MENTIONS/2(@sport)", "the coach and the coach", true),
        ("MENTIONS/2(@sport)", "the coach", false),
        ("MENTIONS/2(alpha OR \"alpha beta\")", "alpha beta", false),
    ] {
        let set = one(matching(source), &lib);
        assert_eq!(
            !set.evaluate(&document("", text), &Origin::UNKNOWN).is_empty(),
            expect,
            "{source} in {text}"
        );
    }
}

#[test]
fn scopes_bound_where_a_clause_is_looked_for() {
    let body = format!("{} late", "word ".repeat(60));
    assert!(find("title:alpha", "alpha", "").is_some());
    assert!(find("title:alpha", "", "alpha").is_none());
    assert!(find("body:alpha", "alpha", "").is_none());
    assert!(find("lead:late", "", &body).is_none());
    assert!(find("body:late", "", &body).is_some());
    assert!(find("lead:\"word late\"", "", &body).is_some(), "starts in the lead");
    let tagged = Document {
        title: "x".to_owned(),
        authors: "Jane Doe".to_owned(),
        categories: "World; Politics".to_owned(),
        url: Some("https://example.com/nato-summit".to_owned()),
        ..Document::default()
    };
    for (source, expect) in [
        ("author:Doe", true),
        ("category:politics", true),
        ("url:nato", true),
        ("Doe", false),
        ("title:Doe", false),
    ] {
        let set = one(matching(source), &Library::default());
        assert_eq!(!set.evaluate(&tagged, &Origin::UNKNOWN).is_empty(), expect, "{source}");
    }
}

#[test]
fn exclusions_are_not_stemmed() {
    let excluding = |source: &str| Rule { exclude: vec![rule(source)], ..matching("price") };
    let found = |source: &str, text: &str| {
        !one(excluding(source), &Library::default())
            .evaluate(&document("", text), &Origin::UNKNOWN)
            .is_empty()
    };
    assert!(found("oils", "the oil price"));
    assert!(!found("oils", "the oils price"));
    assert!(!found("colour", "the color price"));
    assert!(found("colour", "the colors price"));
}

#[test]
fn a_score_is_the_sum_of_its_contributions() {
    let scored = Rule {
        weights: weights(&[("alpha", 2.0), ("beta NEAR/2 gamma", 1.0), ("delta", -1.5)]),
        threshold: Some(4.0),
        ..Rule::default()
    };
    let set = one(scored, &Library::default());
    let score = |title: &str, body: &str| {
        set.evaluate(&document(title, body), &Origin::UNKNOWN)
            .pop()
            .and_then(|(_, found)| found.score)
    };
    assert_eq!(score("alpha", ""), Some(4.0));
    assert_eq!(score("", "alpha"), None);
    assert_eq!(score("alpha delta delta", ""), None);
    let three = 2.0 * 2.0 * (1.0 + 0.5 * 3f64.ln());
    assert_eq!(score("alpha alpha alpha alpha", ""), Some(three));
    assert_eq!(score("alpha", "beta gamma"), Some(5.5));
    let (_, found) = set
        .evaluate(&document("alpha", "beta gamma delta beta"), &Origin::UNKNOWN)
        .pop()
        .unwrap_or_else(|| panic!("no match"));
    let sum: f64 =
        found.evidence.clauses.iter().filter_map(|c| c.score).map(|s| s.contribution).sum();
    assert_eq!(found.score, Some(sum));
    assert_eq!(found.threshold, Some(4.0));
}

#[test]
fn a_rule_with_match_and_threshold_needs_both() {
    let both =
        Rule { weights: weights(&[("alpha", 2.0)]), threshold: Some(2.5), ..matching("beta") };
    let set = one(both, &Library::default());
    let found = |title: &str, body: &str| {
        !set.evaluate(&document(title, body), &Origin::UNKNOWN).is_empty()
    };
    assert!(found("alpha", "beta"));
    assert!(!found("alpha", ""));
    assert!(!found("beta", ""));
}

#[test]
fn matches_come_in_the_order_of_the_topics() {
    let rules = ["gamma OR alpha", "beta", "alpha", "delta"].map(matching).to_vec();
    let set = compile(rules, &Library::default()).unwrap();
    let ids: Vec<String> = set
        .evaluate(&document("alpha beta", ""), &Origin::UNKNOWN)
        .iter()
        .map(|(topic, _)| topic.id.to_string())
        .collect();
    assert_eq!(ids, ["t0", "t1", "t2"]);
}

#[test]
fn evidence_quotes_what_was_found_with_its_surroundings() {
    let body = "On Monday the ministers of defence met. They agreed on nothing. \
                Later NATO joined the defence talks in Oslo.";
    let found = find("NATO AND defence", "Defense pact", body).unwrap();
    assert_eq!(quotes(&found), ["NATO", "Defense", "defence", "defence"]);
    let span = &found.evidence.clauses[0].spans[0];
    assert_eq!(&body[span.start..span.end], "NATO");
    assert_eq!(span.before, " agreed on nothing. Later ".chars().skip(2).collect::<String>());
    assert_eq!(span.after, " joined the defence talk");
    assert!(span.in_lead);
    let shown: Vec<&str> = found.evidence.passages.iter().map(|p| &*p.text).collect();
    assert_eq!(shown, ["Defense pact", "Later NATO joined the defence talks in Oslo."]);
    let marks: Vec<&str> = found.evidence.passages[1]
        .marks
        .iter()
        .map(|&(from, to)| &found.evidence.passages[1].text[from..to])
        .collect();
    assert_eq!(marks, ["NATO", "defence"]);
}
