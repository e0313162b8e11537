//! Small topics over few documents, counted by hand.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::alert::policy::{AlertPolicy, FollowUp};
use crate::domain::topic::compile::Library;
use crate::domain::topic::syntax::parse;
use crate::domain::topic::{Mode, Rule, Severity, Topic};

fn topic(id: &str, rule: &str) -> Arc<Topic> {
    let follow_up = FollowUp {
        publishers: vec![2],
        quiet: Duration::ZERO,
        repeat_every: Duration::ZERO,
        new_facts: false,
    };
    Arc::new(Topic {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        severity: Severity::Medium,
        tags: Vec::new(),
        channels: Vec::new(),
        rule: Rule { matching: Some(parse(rule).unwrap()), ..Rule::default() },
        mode: Mode::Live,
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up,
            escalate: Vec::new(),
            max_age: Duration::ZERO,
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: "topics/test.toml".to_owned(),
    })
}

fn ids(ids: &[&str]) -> BTreeSet<TopicId> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

fn run(topics: &[&str], examples: usize, documents: &[(&str, &[&str])]) -> Report {
    let all = vec![topic("pacts", "NATO AND pact"), topic("ferries", "ferry OR ferries")];
    let set = TopicSet::compile(all, &Library::default()).unwrap();
    let mut trial = Trial::new(&set, ids(topics), examples);
    for (title, wanted) in documents {
        let document = Document { title: (*title).to_owned(), ..Document::default() };
        trial.tell(&document, &Origin::UNKNOWN, &ids(wanted));
    }
    trial.finish()
}

const DOCUMENTS: &[(&str, &[&str])] = &[
    ("NATO pact", &["pacts"]),
    ("NATO treaty", &["pacts"]),
    ("NATO pact on ferry ports", &["pacts"]),
    ("Ferry sinks", &["ferries"]),
    ("Cricket", &[]),
];

#[test]
fn each_topic_is_counted_by_itself_and_all_together() {
    let report = run(&["pacts", "ferries"], 5, DOCUMENTS);
    let tally = |id: &str| report.topics[&id.parse::<TopicId>().unwrap()].tally;
    assert_eq!(tally("pacts"), Tally { right: 2, found: 2, wanted: 3 });
    assert_eq!(tally("ferries"), Tally { right: 1, found: 2, wanted: 1 });
    assert_eq!(report.micro, Tally { right: 3, found: 4, wanted: 4 });
    assert_eq!(report.macro_mean.precision, Some(0.75));
    assert_eq!(report.documents, 5);
}

#[test]
fn what_went_wrong_is_shown_with_its_reason() {
    let report = run(&["pacts", "ferries"], 5, DOCUMENTS);
    let of = |id: &str| &report.topics[&id.parse::<TopicId>().unwrap()];
    let [missed] = of("pacts").missed.as_slice() else { panic!("{:?}", of("pacts")) };
    assert_eq!((missed.document, missed.title.as_str()), (1, "NATO treaty"));
    assert!(missed.why.contains("pact"), "{}", missed.why);
    let [wrong] = of("ferries").wrong.as_slice() else { panic!("{:?}", of("ferries")) };
    assert_eq!(wrong.document, 2);
    assert!(wrong.why.contains("ferry"), "{}", wrong.why);
    assert!(run(&["pacts"], 0, DOCUMENTS).topics.values().all(|topic| topic.missed.is_empty()));
}

#[test]
fn only_the_topics_asked_for_are_measured() {
    let report = run(&["pacts"], 5, DOCUMENTS);
    assert_eq!(report.topics.len(), 1);
    assert_eq!(report.micro, Tally { right: 2, found: 2, wanted: 3 });
}
