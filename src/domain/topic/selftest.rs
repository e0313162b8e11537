//! Runs the tests that stand inside topics, by the matcher that runs live.

use std::sync::Arc;

use super::compile::TopicSet;
use super::evidence::Match;
use super::{EntryTest, TestKind, Topic, TopicTest};
use crate::domain::ids::TopicId;

/// What became of one `[[topic.test]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    pub topic: TopicId,
    /// The topic's file, and the 1-based line of the test in it.
    pub file: String,
    pub line: u32,
    pub title: String,
    pub passed: bool,
    /// What was wrong, in one sentence.
    pub failure: Option<String>,
}

/// Runs every test of every topic.
pub fn run(set: &TopicSet) -> Vec<TestResult> {
    set.topics()
        .flat_map(|(topic, _)| topic.tests.iter().map(|test| run_one(set, topic, test)))
        .collect()
}

fn run_one(set: &TopicSet, topic: &Arc<Topic>, test: &TopicTest) -> TestResult {
    let (title, failure) = match &test.kind {
        TestKind::Entry(entry) => {
            (entry.subject.document.title.clone(), entry_failure(set, topic, entry))
        }
        TestKind::Story(story) => {
            let title = story.steps.first().map(|step| step.subject.document.title.clone());
            (title.unwrap_or_default(), Some("stories are not rehearsed yet".to_owned()))
        }
    };
    TestResult {
        topic: topic.id.clone(),
        file: topic.file.clone(),
        line: test.line,
        title: test.name.clone().unwrap_or(title),
        passed: failure.is_none(),
        failure,
    }
}

fn entry_failure(set: &TopicSet, topic: &Arc<Topic>, test: &EntryTest) -> Option<String> {
    let (document, origin) = (&test.subject.document, test.subject.origin());
    let Some(found) = set.evaluate_topic(&topic.id, document, &origin) else {
        if test.expect_match {
            let why = set
                .explain(&topic.id, document, &origin)
                .map_or(String::new(), |explanation| explanation.verdict);
            return Some(format!("expected a match: {why}"));
        }
        return None;
    };
    if !test.expect_match {
        return Some(format!("expected no match, but found {}", clauses(&found)));
    }
    let quotes: Vec<&str> = found
        .evidence
        .clauses
        .iter()
        .flat_map(|clause| clause.spans.iter().map(|span| &*span.quote))
        .collect();
    if let Some(missing) = test.evidence.iter().find(|wanted| !quotes.contains(&wanted.as_str())) {
        let quoted: Vec<String> = quotes.iter().map(|quote| format!("\"{quote}\"")).collect();
        return Some(format!(
            "expected evidence \"{missing}\", but the evidence quotes {}",
            quoted.join(", ")
        ));
    }
    let (low, high) = test.score?;
    let score = found.score.unwrap_or(0.0);
    (score < low || score > high)
        .then(|| format!("expected a score from {low} to {high}, but it is {score:.2}"))
}

/// The clauses of a match with their first quotes.
fn clauses(found: &Match) -> String {
    let each = found.evidence.clauses.iter().map(|clause| match clause.spans.first() {
        Some(span) => format!("{} (\"{}\")", clause.text, span.quote),
        None => clause.text.clone(),
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
