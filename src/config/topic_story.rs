//! `[[topic.test.step]]`: a test that tells a story, entry by entry over time, and the alerts that
//! are expected of it. [`super::topic_test`] reads what it has in common with tests of one entry.

use std::time::Duration;

use super::key;
use super::problem::Report;
use super::section::{Section, Shape};
use super::topic_test;
use super::value;
use crate::domain::topic::{StepExpectation, StoryStep, StoryTest, Subject};

/// Most steps of one story.
const MAX_STEPS: usize = 200;

/// Most alerts, or revisions of them, that a test can ask for.
const MAX_ALERTS: u32 = 10_000;

/// Longest story, and oldest entry of one.
const MAX_SPAN: Duration = Duration::from_secs(365 * 86_400);

pub(super) const STEP: Shape = Shape {
    what: "a step of a test",
    keys: &[
        "at",
        "age",
        "wait",
        "feed",
        "publisher",
        "tags",
        "title",
        "body",
        "url",
        "lang",
        "author",
        "category",
        "expect",
        "reason",
    ],
};

/// The `age` of an entry without a date.
const UNDATED: &str = "undated";

/// Keys of an entry, which a step that waits has not.
const OF_AN_ENTRY: &[&str] =
    &["age", "feed", "publisher", "tags", "title", "body", "url", "lang", "author", "category"];

const EXPECTATIONS: [(&str, StepExpectation); 3] = [
    ("alert", StepExpectation::Alert),
    ("update", StepExpectation::Update),
    ("none", StepExpectation::None),
];

/// Reads a test that has steps. `None`: it does not say what to expect.
pub(super) fn read(section: &Section<'_>, report: &mut Report) -> Option<StoryTest> {
    let before = report.count();
    let sections = section.sections("step", &STEP, report);
    if let Some(extra) = sections.get(MAX_STEPS) {
        let message = format!("this story has {} steps; {MAX_STEPS} are the most", sections.len());
        report.add(extra.place(), "too_many", message);
    }
    let mut steps: Vec<StoryStep> = Vec::new();
    for step in sections.iter().take(MAX_STEPS) {
        let earliest = steps.last().map_or(Duration::ZERO, |step| step.at);
        steps.push(read_step(step, earliest, report));
    }
    let evidence = section.texts("evidence", report);
    let publishers = section.get("publishers").map(|_| section.texts("publishers", report));
    let test = StoryTest {
        steps,
        alerts: section.integer("alerts", 0..=MAX_ALERTS, report),
        revisions: section.integer("revisions", 0..=MAX_ALERTS, report),
        publishers: publishers.map(|texts| texts.into_iter().map(|text| text.value).collect()),
        evidence: evidence.into_iter().map(|text| text.value).collect(),
        score: topic_test::score(section, report),
        severity: section.text("severity", report).and_then(|text| key::severity(&text, report)),
        message: section.text("message", report).map(|text| text.value.replace("\r\n", "\n")),
    };
    if report.count() > before {
        return None;
    }
    if test.steps.is_empty() || !expects_anything(&test) {
        report
            .add(section.place(), "missing_key", "this story does not say what to expect")
            .hint("give steps an `expect`, or the test `alerts = 1`");
        return None;
    }
    expects_no_proof_of_nothing(section, &test, report);
    Some(test)
}

fn expects_anything(test: &StoryTest) -> bool {
    let of_steps = test.steps.iter().any(|step| step.expect.is_some() || step.reason.is_some());
    let of_alerts = test.alerts.is_some() || test.revisions.is_some();
    let of_the_last = test.publishers.is_some()
        || !test.evidence.is_empty()
        || test.score.is_some()
        || test.severity.is_some()
        || test.message.is_some();
    of_steps || of_alerts || of_the_last
}

/// Where no alert is expected, none can be asked for its evidence.
fn expects_no_proof_of_nothing(section: &Section<'_>, test: &StoryTest, report: &mut Report) {
    if test.alerts != Some(0) {
        return;
    }
    let keys = ["publishers", "evidence", "score", "severity", "message"];
    if let Some(value) = keys.into_iter().find_map(|key| section.get(key)) {
        let message = format!("`{}` is asked of an alert, and `alerts` is 0", value.key);
        report.add(value.place, "conflicting_keys", message);
    }
}

fn read_step(section: &Section<'_>, earliest: Duration, report: &mut Report) -> StoryStep {
    let at = section.duration("at", Duration::ZERO..=MAX_SPAN, report);
    if let (Some(at), Some(value)) = (at, section.get("at"))
        && at < earliest
    {
        let message =
            format!("this step is before the one above it, at {}", value::show_duration(earliest));
        report.add(value.place, "out_of_range", message).hint("steps stand in the order of time");
    }
    let expect = section.text("expect", report).and_then(|text| {
        let known = EXPECTATIONS.into_iter().find(|(name, _)| *name == text.value);
        if known.is_none() {
            let names = EXPECTATIONS.map(|(name, _)| name);
            key::not_among(&text, "outcome of a step", &names, "bad_expectation", report);
        }
        known.map(|(_, expectation)| expectation)
    });
    StoryStep {
        at: at.unwrap_or(earliest).max(earliest),
        age: age(section, report),
        subject: subject(section, report),
        expect,
        reason: super::line(section.text("reason", report), report),
        line: section.line(report),
    }
}

/// The entry of a step; none where time only passes: `wait = true`.
fn subject(section: &Section<'_>, report: &mut Report) -> Subject {
    if section.boolean("wait", report) != Some(true) {
        return topic_test::subject(section, report);
    }
    if let Some(value) = OF_AN_ENTRY.iter().find_map(|key| section.get(key)) {
        let message =
            format!("`{}` is of an entry, and in a step that waits none comes", value.key);
        report.add(value.place, "conflicting_keys", message);
    }
    Subject::default()
}

/// `age = "10m"`, or `"undated"`; without it the entry was published when it is fetched.
fn age(section: &Section<'_>, report: &mut Report) -> Option<Duration> {
    let undated = section.get("age").is_some_and(|value| value.value.as_str() == Some(UNDATED));
    if undated {
        return None;
    }
    let age = section.duration("age", Duration::ZERO..=MAX_SPAN, report);
    Some(age.unwrap_or_default())
}
