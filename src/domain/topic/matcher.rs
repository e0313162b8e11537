//! Finds topics in documents. A document is read once ([`reading`]): its tokens become hits of
//! terms, hits open gates, and only topics all of whose gates are open are looked at. Those are
//! decided by [`mod@decide`] over [`occurrence`]s; [`super::evidence`] proves what matched.
//!
//! Matching cannot fail. What it may cost is limited by the constants here; a topic that runs
//! out of its share is decided by what was found until then, and reported.

pub(super) mod decide;
pub(super) mod occurrence;
pub(super) mod reading;
pub(super) mod score;

use std::cell::RefCell;
use std::sync::Arc;

use super::compile::TopicSet;
use super::evidence::Match;
use super::filter::Origin;
use super::{Topic, evidence};
use crate::domain::document::Document;
use crate::domain::ids::TopicId;

use decide::Decider;
use reading::Reading;

/// Most bytes of one field that are read.
pub const MAX_FIELD_BYTES: usize = 128 * 1024;

/// Most occurrences of one term or clause that are kept.
pub const MAX_OCCURRENCES: usize = 2_000;

/// Most steps of comparing occurrences that one topic may take for one document: about a
/// millisecond.
pub const MAX_TOPIC_STEPS: u32 = 500_000;

/// Most steps that all topics together may take for one document.
pub const MAX_DOCUMENT_STEPS: u32 = 10_000_000;

/// What the topics said of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluation {
    pub matches: Vec<(Arc<Topic>, Match)>,
    /// Topics that ran out of their share of work: decided on part of the document.
    pub over_budget: Vec<TopicId>,
}

thread_local! {
    /// One per thread: matching allocates nothing for the topics it does not look at.
    static READING: RefCell<Reading> = RefCell::default();
}

/// Runs `work` with this thread's reading (a new one where that is in use).
pub(super) fn with_reading<T>(work: impl FnOnce(&mut Reading) -> T) -> T {
    READING.with(|cell| match cell.try_borrow_mut() {
        Ok(mut reading) => work(&mut reading),
        Err(_) => work(&mut Reading::default()),
    })
}

impl TopicSet {
    /// The topics that match `document`, with the evidence, in the order they were configured.
    pub fn evaluate(&self, document: &Document, origin: &Origin<'_>) -> Vec<(Arc<Topic>, Match)> {
        self.evaluate_reporting(document, origin).matches
    }

    /// As [`Self::evaluate`], and which topics ran out of their share of work.
    pub fn evaluate_reporting(&self, document: &Document, origin: &Origin<'_>) -> Evaluation {
        let mut evaluation = Evaluation::default();
        self.with_candidates(document, origin, |decider, candidates| {
            decide(decider, candidates, &mut evaluation);
        });
        evaluation
    }

    /// The topics that match `document`, in the order they were configured, without evidence: for
    /// those who only count.
    pub fn matching_topics(&self, document: &Document, origin: &Origin<'_>) -> Vec<&Arc<Topic>> {
        let mut topics = Vec::new();
        self.with_candidates(document, origin, |decider, candidates| {
            for compiled in candidates.iter().filter_map(|&index| self.topics.get(index as usize)) {
                decider.begin_topic();
                topics.extend(decider.matches(compiled).map(|_| &compiled.topic));
            }
        });
        topics
    }

    /// Reads `document` and hands over the topics that it may match.
    fn with_candidates(
        &self,
        document: &Document,
        origin: &Origin<'_>,
        work: impl FnOnce(&mut Decider<'_>, &[u32]),
    ) {
        if self.topics.is_empty() {
            return;
        }
        with_reading(|reading| {
            reading.read(self, document);
            let candidates = reading.candidates(self);
            let mut decider = Decider::new(self, document, origin, reading);
            work(&mut decider, &candidates);
            reading.return_candidates(candidates);
        });
    }

    /// What one topic alone says of `document`.
    pub fn evaluate_topic(
        &self,
        id: &TopicId,
        document: &Document,
        origin: &Origin<'_>,
    ) -> Option<Match> {
        let index = *self.by_id.get(id)? as u32;
        let mut evaluation = Evaluation::default();
        with_reading(|reading| {
            reading.read(self, document);
            let mut decider = Decider::new(self, document, origin, reading);
            decide(&mut decider, &[index], &mut evaluation);
        });
        evaluation.matches.pop().map(|(_, found)| found)
    }
}

impl TopicSet {
    /// Whether the topic of this number, in the order they were configured, matches `document`:
    /// without evidence, for those who only ask.
    pub fn is_match(&self, number: usize, document: &Document, origin: &Origin<'_>) -> bool {
        self.topics.get(number).is_some_and(|compiled| {
            with_reading(|reading| {
                reading.read(self, document);
                let mut decider = Decider::new(self, document, origin, reading);
                decider.begin_topic();
                decider.matches(compiled).is_some()
            })
        })
    }
}

/// Decides topics, then proves those that match. What is proven changes no decision, so that
/// only deciding counts for the report, and proving has a share of work of its own.
fn decide(decider: &mut Decider<'_>, candidates: &[u32], evaluation: &mut Evaluation) {
    let set = decider.set;
    let mut matched = Vec::new();
    for &index in candidates {
        let Some(compiled) = set.topics.get(index as usize) else {
            continue;
        };
        decider.begin_topic();
        matched.extend(decider.matches(compiled).map(|scores| (index, compiled, scores)));
        if decider.is_over_budget() {
            evaluation.over_budget.push(compiled.topic.id.clone());
        }
    }
    decider.begin_anew();
    for (_, compiled, _) in &matched {
        decider.reading.known.warm(&compiled.names);
    }
    for (index, compiled, scores) in matched {
        evidence::prove::prove(decider, index, compiled, scores);
    }
    evaluation.matches = evidence::write::matches(decider);
}

#[cfg(test)]
pub(crate) mod tests;
