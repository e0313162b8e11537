//! Runs the tests that stand inside topics, by the matcher that runs live; those that tell a story
//! ([`story`]), by the decision that runs live.

mod story;

use std::borrow::Cow;
use std::sync::Arc;

use super::compile::TopicSet;
use super::evidence::{Evidence, Match};
use super::{EntryTest, TestKind, Topic, TopicTest};
use crate::domain::alert::AlertRevision;
use crate::domain::ids::TopicId;
use crate::domain::untrusted;

/// Longest title of a test in a line for people, in characters.
pub const MAX_TITLE_CHARS: usize = 80;

/// Most clauses or quotes that a sentence about a failure names, and most characters of each:
/// `topics explain` shows all.
const MAX_PARTS: usize = 4;
const MAX_PART_CHARS: usize = 60;

/// What became of one `[[topic.test]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    pub topic: TopicId,
    /// The topic's file, and the 1-based line of the test in it.
    pub file: String,
    pub line: u32,
    /// Its name, else the title of its first entry.
    pub title: String,
    pub passed: bool,
    /// What was wrong, in one sentence.
    pub failure: Option<String>,
    /// What was expected and what there was, where that takes several lines.
    pub detail: Option<String>,
}

impl TestResult {
    /// The title as people read it in a line: at most [`MAX_TITLE_CHARS`] of it.
    pub fn short_title(&self) -> Cow<'_, str> {
        untrusted::excerpt(&self.title, MAX_TITLE_CHARS)
    }
}

/// Why a test failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fault {
    pub sentence: String,
    pub detail: Option<String>,
}

impl From<String> for Fault {
    fn from(sentence: String) -> Self {
        Self { sentence, detail: None }
    }
}

/// Shows an alert as it is shown in a terminal of 100 columns, without colour.
pub type Show = fn(&AlertRevision) -> String;

/// Runs every test of every topic. `show` is asked for alerts whose message a test states.
pub fn run(set: &TopicSet, show: Show) -> Vec<TestResult> {
    let each = set.topics();
    each.flat_map(|(topic, _)| topic.tests.iter().map(|test| run_one(set, topic, test, show)))
        .collect()
}

/// Runs one test of a topic of the set.
pub fn run_one(set: &TopicSet, topic: &Arc<Topic>, test: &TopicTest, show: Show) -> TestResult {
    let fault = match &test.kind {
        TestKind::Entry(entry) => entry_failure(set, topic, entry).map(Fault::from),
        TestKind::Story(story) => story::fault(set, topic, story, show),
    };
    let (failure, detail) = match fault {
        Some(fault) => (Some(fault.sentence), fault.detail),
        None => (None, None),
    };
    TestResult {
        topic: topic.id.clone(),
        file: topic.file.clone(),
        line: test.line,
        title: test.title().to_owned(),
        passed: failure.is_none(),
        failure,
        detail,
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
    missing_quote(&found.evidence, &test.evidence).or_else(|| wrong_score(found.score, test.score))
}

/// Says which of the texts the evidence does not quote, if any.
fn missing_quote(evidence: &Evidence, wanted: &[String]) -> Option<String> {
    let spans = evidence.clauses.iter().flat_map(|clause| &clause.spans);
    let quotes: Vec<&str> = spans.map(|span| &*span.quote).collect();
    let missing = wanted.iter().find(|wanted| !quotes.contains(&wanted.as_str()))?;
    let quoted = few(quotes.iter().map(|quote| format!("\"{}\"", short(quote))));
    Some(format!("expected evidence \"{missing}\", but the evidence quotes {quoted}"))
}

/// Says how a score is out of its range, if it is.
fn wrong_score(score: Option<f64>, range: Option<(f64, f64)>) -> Option<String> {
    let (low, high) = range?;
    let score = score.unwrap_or(0.0);
    (score < low || score > high)
        .then(|| format!("expected a score from {low} to {high}, but it is {score:.2}"))
}

/// The clauses of a match with their first quotes.
fn clauses(found: &Match) -> String {
    let each = found.evidence.clauses.iter().map(|clause| match clause.spans.first() {
        Some(span) => format!("{} (\"{}\")", short(&clause.text), short(&span.quote)),
        None => short(&clause.text).into_owned(),
    });
    few(each)
}

fn short(text: &str) -> Cow<'_, str> {
    untrusted::excerpt(text, MAX_PART_CHARS)
}

/// The first few parts of a sentence, and how many there are more.
fn few(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    let shown = parts.iter().take(MAX_PARTS).cloned().collect::<Vec<_>>().join(", ");
    match parts.len().saturating_sub(MAX_PARTS) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
