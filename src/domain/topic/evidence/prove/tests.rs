//! A match brings its proof, whatever deciding it took.

use super::super::super::compile::Library;
use super::super::super::filter::Origin;
use super::super::super::matcher::tests::{compile, document, matching, one};

#[test]
fn a_match_that_took_most_of_its_share_is_proven_and_not_reported() {
    let body = format!("{}{}", "NATO ".repeat(600), "pact ".repeat(600));
    for source in
        ["NATO NEAR/5 pact", "(NATO NEAR/5 pact) OR summit", "(NATO NEAR/5 pact) AND NATO"]
    {
        let set = one(matching(source), &Library::default());
        let told = set.evaluate_reporting(&document("", &body), &Origin::UNKNOWN);
        assert!(told.over_budget.is_empty(), "{source}");
        let (_, found) = &told.matches[0];
        let clause = &found.evidence.clauses[0];
        assert_eq!(&*clause.text, "NATO NEAR/5 pact", "{source}");
        assert_eq!(clause.spans[0].quote, "NATO", "{source}");
    }
}

#[test]
fn every_match_of_a_document_that_takes_all_its_work_is_proven() {
    let body = format!("{}{}", "NATO ".repeat(600), "pact ".repeat(600));
    let rules = vec![matching("summit OR (NATO NEAR/5 pact)"); 30];
    let set = compile(rules, &Library::default()).unwrap();
    let told = set.evaluate_reporting(&document("", &body), &Origin::UNKNOWN);
    assert_eq!(told.matches.len(), 27, "27 times 360,000 steps are there for deciding");
    assert_eq!(told.over_budget.len(), 3);
    for (topic, found) in &told.matches {
        assert_eq!(found.evidence.clauses[0].spans[0].quote, "NATO", "{}", topic.id);
    }
}
