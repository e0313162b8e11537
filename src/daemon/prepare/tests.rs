//! What the log says of topics that take too much work.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::feed::Interval;
use crate::domain::topic::compile::Library;
use crate::domain::topic::matcher::tests::{matching, topic};
use crate::telemetry::tests::Sink;

fn feed() -> Feed {
    let hour = Duration::from_secs(3_600);
    Feed {
        key: "wire".parse().unwrap(),
        url: "https://wire.example/feed".to_owned(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: hour, ceiling: hour },
        backfill: Duration::ZERO,
        full_text: false,
    }
}

#[test]
fn a_topic_over_its_budget_is_logged_once_for_a_visit() {
    let greedy = "(alpha NEAR/1 beta) NEAR/3 (alpha NEAR/3 beta) NEAR/1 gamma";
    let topics = vec![
        Arc::new(topic("greedy", matching(greedy))),
        Arc::new(topic("good", matching("beta"))),
    ];
    let library = Library { definitions: BTreeMap::new() };
    let set = TopicSet::compile(topics, &library).unwrap();
    let entry = |index: u32| ParsedEntry {
        link: Some(format!("https://wire.example/{index}\n")),
        title: Some(format!("entry {index}")),
        summary: Some(format!("{} gamma", "alpha beta ".repeat(5_000))),
        ..ParsedEntry::default()
    };
    let mut parsed = ParsedFeed { entries: (0..3).map(entry).collect(), ..ParsedFeed::default() };
    let sink = Sink::default();
    let made = sink.clone();
    let subscriber =
        tracing_subscriber::fmt().with_writer(move || made.clone()).with_ansi(false).finish();
    let prepared = Sink::hear(subscriber, || {
        prepare(&feed(), &mut parsed, &set, Timestamp::UNIX_EPOCH, &Default::default()).0
    });
    let good = |prepared: &Prepared| prepared.matches.iter().any(|(t, _)| t.id.as_str() == "good");
    assert!(prepared.iter().all(good), "the others are decided as ever");
    let log = sink.text();
    assert_eq!(log.lines().count(), 1, "{log}");
    for part in [
        "WARN",
        "over_budget",
        "topic=greedy",
        "feed=wire",
        "entries=3",
        "entry=https://wire.example/0\\n",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
}
