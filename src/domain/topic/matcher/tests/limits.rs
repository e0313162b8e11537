//! Hostile documents: large, repetitive, strange. Matching ends, and says what it skipped.

use super::super::super::compile::Library;
use super::super::super::filter::Origin;
use super::super::MAX_OCCURRENCES;
use super::{document, find, matching, one};

#[test]
fn a_title_of_a_megabyte_is_read_as_far_as_the_limit() {
    let title = "alpha ".repeat(200_000);
    let found = find("alpha", &title, "").unwrap();
    assert_eq!(found.evidence.clauses[0].count as usize, MAX_OCCURRENCES);
    assert!(found.evidence.truncated);
}

#[test]
fn a_topic_out_of_budget_is_reported_and_the_others_are_decided() {
    let rules = vec![
        matching("(alpha NEAR/1 beta) NEAR/3 (alpha NEAR/3 beta) NEAR/1 gamma"),
        matching("beta"),
    ];
    let set = super::compile(rules, &Library::default()).unwrap();
    let body = format!("{} gamma", "alpha beta ".repeat(5_000));
    let evaluation = set.evaluate_reporting(&document("", &body), &Origin::UNKNOWN);
    let over: Vec<&str> = evaluation.over_budget.iter().map(|id| id.as_str()).collect();
    assert_eq!(over, ["t0"]);
    assert!(evaluation.matches.iter().any(|(topic, _)| topic.id.as_str() == "t1"));
}

#[test]
fn strange_text_is_survived() {
    let set = one(
        matching("alpha OR 北约 OR *beta* OR \"a b\"~3 OR co-op OR 나토 OR C++"),
        &Library::default(),
    );
    for text in [
        "",
        "-",
        "--",
        "a-",
        "-a",
        "a--b",
        "'",
        "’s",
        "a’s",
        "x’",
        "A.",
        "A.B",
        "A.B.",
        ".A.B",
        "\u{301}a",
        "a\u{301}",
        "\u{200d}",
        "\u{ad}x",
        "北",
        "北-约",
        "北’s",
        "ﾞ",
        "ｶﾞ",
        "e\u{301}-e\u{301}",
        "a-b-c-d-e-f-g",
        "𝐍𝐀𝐓𝐎",
        "👩‍👩‍👧",
        "İ",
        "ß",
        "\0",
        "가\u{11a8}",
        "co-op-",
        "C++-",
    ] {
        set.evaluate(&document(text, text), &Origin::UNKNOWN);
    }
}
