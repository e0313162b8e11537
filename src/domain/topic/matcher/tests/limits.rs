//! Hostile documents: large, repetitive, strange. Matching ends, and says what it skipped.

use super::super::super::Rule;
use super::super::super::compile::{Library, TopicSet};
use super::super::super::evidence::MAX_SCORED_CLAUSES;
use super::super::super::filter::Origin;
use super::super::MAX_OCCURRENCES;
use super::super::decide::Decider;
use super::super::reading::Reading;
use super::{document, find, matching, one, weights};

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
fn a_term_that_is_everywhere_costs_a_bounded_number_of_steps() {
    let body = "alpha beta ".repeat(100_000);
    for source in [
        "alpha",
        "alpha AND beta AND NOT gamma",
        "MENTIONS/5(alpha)",
        "\"alpha beta\"",
        "*lph*",
        "*lpha OR alph* OR *lph*",
        "alpha EXCEPT gamma",
        "ATLEAST/2(alpha, beta)",
    ] {
        let set = one(matching(source), &Library::default());
        let steps = steps(&set, &body);
        assert!(steps < 20_000, "{source}: {steps}");
        let evaluation = set.evaluate_reporting(&document("", &body), &Origin::UNKNOWN);
        assert!(evaluation.over_budget.is_empty(), "{source}");
        assert_eq!(evaluation.matches.len(), 1, "{source}");
    }
}

/// Steps that deciding the only topic of `set` takes.
fn steps(set: &TopicSet, body: &str) -> u32 {
    let document = document("", body);
    let mut reading = Reading::default();
    reading.read(set, &document);
    let mut decider = Decider::new(set, &document, &Origin::UNKNOWN, &mut reading);
    decider.begin_topic();
    decider.matches(&set.topics[0]);
    decider.steps_taken()
}

#[test]
fn taking_away_what_is_everywhere_ends_with_the_budget() {
    let set = one(matching("alpha NOT NEAR/1 (gamma OR *lph* EXCEPT alpha)"), &Library::default());
    let body = "alpha gamma xlphx ".repeat(5_000);
    assert_eq!(steps(&set, &body), super::super::MAX_TOPIC_STEPS);
    let evaluation = set.evaluate_reporting(&document("", &body), &Origin::UNKNOWN);
    assert_eq!(evaluation.over_budget.len(), 1);
    let why = set.explain(&"t0".parse().unwrap(), &document("", &body), &Origin::UNKNOWN).unwrap();
    assert!(why.over_budget);
    assert!(why.verdict.contains("decided on part of the text"), "{}", why.verdict);
}

#[test]
fn thousands_of_topics_that_share_a_word_are_not_looked_at_for_it() {
    let rules = (0..10_000).map(|index| matching(&format!("alpha AND word{index}"))).collect();
    let set = super::compile(rules, &Library::default()).unwrap();
    let mut reading = Reading::default();
    let candidates = |reading: &mut Reading, text: &str| {
        reading.read(&set, &document("", text));
        let found = reading.candidates(&set);
        let count = found.len();
        reading.return_candidates(found);
        count
    };
    assert_eq!(candidates(&mut reading, "alpha and nothing else"), 0);
    assert_eq!(candidates(&mut reading, "alpha word77 word9999"), 2);
    assert_eq!(candidates(&mut reading, "word77 word9999"), 0);
}

#[test]
fn thousands_of_topics_that_ask_for_the_same_word_are_all_decided() {
    let rules = (0..10_000).map(|_| matching("alpha")).collect();
    let set = super::compile(rules, &Library::default()).unwrap();
    let body = "alpha ".repeat(20);
    let evaluation = set.evaluate_reporting(&document("", &body), &Origin::UNKNOWN);
    assert_eq!(evaluation.matches.len(), 10_000);
    assert!(evaluation.over_budget.is_empty());
}

#[test]
fn many_weights_still_sum_to_the_score() {
    let lines: Vec<(String, f64)> =
        (0..200).map(|index| (format!("word{index}"), f64::from(index) / 7.0)).collect();
    let lines: Vec<(&str, f64)> = lines.iter().map(|(word, by)| (word.as_str(), *by)).collect();
    let scored = Rule { weights: weights(&lines), threshold: Some(1.0), ..Rule::default() };
    let set = one(scored, &Library::default());
    let words: Vec<&str> = lines.iter().map(|(word, _)| *word).collect();
    let (_, found) = set.evaluate(&document("", &words.join(" ")), &Origin::UNKNOWN).remove(0);
    let scores = found.evidence.clauses.iter().filter_map(|clause| clause.score);
    let sum: f64 = scores.map(|score| score.contribution).sum();
    assert!((found.score.unwrap() - sum).abs() < 1e-6);
    assert_eq!(found.evidence.clauses.len(), MAX_SCORED_CLAUSES);
    assert_eq!(found.evidence.clauses.last().unwrap().text, "161 more weights");
    assert!(found.evidence.truncated);
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
