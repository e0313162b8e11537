//! Inline tests pass and fail as their authors mean them to.

use std::sync::Arc;

use super::super::compile::{Library, TopicSet};
use super::super::matcher::tests::{document, matching, topic, weights};
use super::super::{EntryTest, Rule, Subject, TestKind, TopicTest};
use super::run;

#[test]
fn each_test_of_a_topic_is_run_and_its_failure_explained() {
    let rule = Rule { weights: weights(&[("NATO", 1.0)]), ..matching("NATO AND summit") };
    let mut subject = topic("nato", rule);
    let test = |line, title: &str, expect_match, evidence: &[&str], score| TopicTest {
        name: None,
        kind: TestKind::Entry(EntryTest {
            subject: Subject { document: document(title, ""), ..Subject::default() },
            expect_match,
            evidence: evidence.iter().map(|text| (*text).to_owned()).collect(),
            score,
        }),
        line,
    };
    subject.tests = vec![
        test(1, "Nato summits", true, &["Nato", "summits"], Some((2.0, 2.0))),
        test(2, "NATO strap", false, &[], None),
        test(3, "NATO strap", true, &[], None),
        test(4, "NATO summit", false, &[], None),
        test(5, "NATO summit", true, &["OTAN"], None),
        test(6, "NATO summit", true, &[], Some((3.0, 9.0))),
    ];
    let set = TopicSet::compile(vec![Arc::new(subject)], &Library::default()).unwrap();
    let results = run(&set, |_| String::new());
    let failures: Vec<(u32, Option<&str>)> =
        results.iter().map(|result| (result.line, result.failure.as_deref())).collect();
    assert_eq!(
        failures,
        [
            (1, None),
            (2, None),
            (3, Some("expected a match: \"summit\" not found")),
            (4, Some("expected no match, but found NATO (\"NATO\"), summit (\"summit\")")),
            (5, Some("expected evidence \"OTAN\", but the evidence quotes \"NATO\", \"summit\"")),
            (6, Some("expected a score from 3 to 9, but it is 2.00")),
        ]
    );
    assert!(results[0].passed && !results[2].passed);
    assert_eq!(results[0].file, "topics/test.toml");
}
