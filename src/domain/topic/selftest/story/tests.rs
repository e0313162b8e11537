//! Stories are decided as they would be live, and a failure says which step went another way.

use std::sync::Arc;
use std::time::Duration;

use super::super::super::compile::{Library, TopicSet};
use super::super::super::matcher::tests::{document, matching, topic};
use super::super::super::{
    Severity, StepExpectation, StoryStep, StoryTest, Subject, TestKind, TopicTest,
};
use super::super::run;
use crate::domain::alert::tier::Tier;

const HOUR: Duration = Duration::from_secs(3_600);

/// A step of the feed and publisher `feed`.
fn step(hours: u32, feed: &str, title: &str) -> StoryStep {
    StoryStep {
        at: HOUR * hours,
        age: Some(Duration::ZERO),
        subject: Subject {
            document: document(title, ""),
            feed: Some(feed.to_owned()),
            ..Subject::default()
        },
        expect: None,
        reason: None,
        line: 10 + hours,
    }
}

fn expect(mut step: StoryStep, outcome: StepExpectation, reason: &str) -> StoryStep {
    step.expect = Some(outcome);
    step.reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    step
}

/// What is wrong with a story of the topic `NATO AND summit`, whose alerts are revised when the
/// second publisher joins.
fn check(test: StoryTest) -> Option<String> {
    let mut nato = topic("nato", matching("NATO AND summit"));
    nato.alert.follow_up.publishers = vec![2];
    nato.tests = vec![TopicTest { name: None, kind: TestKind::Story(test), line: 1 }];
    let set = TopicSet::compile(vec![Arc::new(nato)], &Library::default()).unwrap();
    let results = run(&set, |revision| format!("update {}\n{}\n", revision.seq, revision.headline));
    let detail = results[0].detail.clone().map(|detail| format!("\n{detail}"));
    results[0].failure.clone().map(|failure| failure + &detail.unwrap_or_default())
}

const TITLE: &str = "NATO summit opens in The Hague today";

/// One story by three publishers, the last of which brings nothing new.
fn grown() -> Vec<StoryStep> {
    vec![
        expect(step(0, "wire", TITLE), StepExpectation::Alert, "first"),
        expect(step(1, "wire", TITLE), StepExpectation::None, ""),
        expect(step(2, "ledger", TITLE), StepExpectation::Update, "publishers>=2"),
        expect(step(3, "herald", TITLE), StepExpectation::None, "repeats"),
        expect(step(4, "herald", "Danish butter"), StepExpectation::None, ""),
    ]
}

#[test]
fn a_story_passes_that_goes_as_its_test_says() {
    let test = StoryTest {
        steps: grown(),
        alerts: Some(1),
        revisions: Some(2),
        publishers: Some(vec!["ledger".to_owned(), "wire".to_owned()]),
        evidence: vec!["NATO".to_owned()],
        message: Some(format!("update 2  \n{TITLE}")),
        ..StoryTest::default()
    };
    assert_eq!(check(test), None);
}

#[test]
fn a_step_that_goes_another_way_is_named_with_its_line_and_the_reason() {
    let failing = |at: usize, wanted, reason| {
        let mut steps = grown();
        steps[at] = expect(steps[at].clone(), wanted, reason);
        check(StoryTest { steps, ..StoryTest::default() }).unwrap_or_default()
    };
    assert_eq!(
        failing(3, StepExpectation::Update, ""),
        "line 13, step 4 at 3 h: expected an update, but there is neither alert nor update \
         (repeats: repeats what is already told)"
    );
    assert_eq!(
        failing(2, StepExpectation::Update, "resumed"),
        "line 12, step 3 at 2 h: expected the reason resumed, but the alert was updated \
         (publishers>=2: 2 publishers tell the story)"
    );
    assert_eq!(
        failing(4, StepExpectation::Alert, ""),
        "line 14, step 5 at 4 h: expected an alert, but there is neither alert nor update: it \
         does not match: \"NATO\" not found"
    );
    assert_eq!(
        failing(0, StepExpectation::None, ""),
        "line 10, step 1 at 0 s: expected neither alert nor update, but an alert was raised \
         (first: first match of this topic in this story)"
    );
}

#[test]
fn an_entry_told_twice_by_its_feed_is_no_news() {
    let with_link = |hours| {
        let mut step = step(hours, "wire", TITLE);
        step.subject.document.url = Some("https://wire.example/summit".to_owned());
        step
    };
    let steps = vec![with_link(0), expect(with_link(1), StepExpectation::Update, "")];
    let failure = check(StoryTest { steps, ..StoryTest::default() }).unwrap_or_default();
    assert!(failure.ends_with(": its feed had this entry before, unchanged"), "{failure}");
}

#[test]
fn an_old_entry_is_stale_and_an_undated_one_is_not() {
    let mut old = step(0, "wire", TITLE);
    old.age = Some(HOUR * 24 * 30);
    let old = expect(old, StepExpectation::None, "stale");
    let mut undated = step(1, "ledger", TITLE);
    undated.age = None;
    let undated = expect(undated, StepExpectation::Alert, "first");
    assert_eq!(check(StoryTest { steps: vec![old, undated], ..StoryTest::default() }), None);
}

#[test]
fn what_is_wrong_in_the_end_is_shown_beside_what_was_expected() {
    let steps = || vec![step(0, "wire", TITLE)];
    let ended = |test: StoryTest| check(StoryTest { steps: steps(), ..test }).unwrap_or_default();
    let alerts = StoryTest { alerts: Some(2), ..StoryTest::default() };
    assert_eq!(ended(alerts), "expected alerts = 2, but there are 1");
    let publishers = Some(vec!["ledger".to_owned()]);
    assert_eq!(
        ended(StoryTest { publishers, ..StoryTest::default() }),
        "expected the publishers ledger, but they are wire"
    );
    let message = Some("update 1\nAnother title".to_owned());
    assert_eq!(
        ended(StoryTest { message, ..StoryTest::default() }),
        format!(
            "the message differs from line 2 on\nexpected:\nupdate 1\nAnother title\nfound:\n\
             update 1\n{TITLE}"
        )
    );
    let quiet = StoryTest { steps: vec![step(0, "wire", "Butter")], ..StoryTest::default() };
    let asked = StoryTest { score: Some((1.0, 2.0)), ..quiet };
    assert_eq!(check(asked).as_deref(), Some("expected an alert, but none was raised"));
}

#[test]
fn time_alone_brings_what_was_held_back_and_a_rise_waits_for_none() {
    let wait = |hours: u32| StoryStep { subject: Subject::default(), ..step(hours, "wire", "") };
    let failure = |last: StoryStep, severity: Severity| {
        let test = StoryTest {
            steps: vec![
                expect(step(0, "wire", TITLE), StepExpectation::Alert, "first"),
                expect(step(1, "ledger", TITLE), StepExpectation::Update, "severity"),
                expect(step(2, "herald", TITLE), StepExpectation::None, "repeat_every"),
                expect(wait(3), StepExpectation::None, ""),
                last,
            ],
            revisions: Some(3),
            severity: Some(severity),
            ..StoryTest::default()
        };
        let mut nato = topic("nato", matching("NATO AND summit"));
        nato.alert.follow_up.publishers = vec![3];
        nato.alert.follow_up.repeat_every = HOUR * 6;
        nato.alert.escalate =
            vec![Tier { severity: Severity::High, publishers: Some(2), score: None }];
        nato.tests = vec![TopicTest { name: None, kind: TestKind::Story(test), line: 1 }];
        let set = TopicSet::compile(vec![Arc::new(nato)], &Library::default()).unwrap();
        run(&set, |_| String::new())[0].failure.clone()
    };
    let due = expect(wait(8), StepExpectation::Update, "publishers>=3");
    assert_eq!(failure(due.clone(), Severity::High), None);
    assert_eq!(
        failure(due, Severity::Critical).as_deref(),
        Some("expected the severity critical, but it is high")
    );
    let early = expect(wait(6), StepExpectation::Update, "publishers>=3");
    assert!(failure(early, Severity::High).is_some_and(|why| why.contains("nothing was due")));
}
