//! Topics measured: documents of which people said which topics they are about, against what the
//! rules find in them, by the matcher that runs live. Of what was missed and what was found wrongly
//! the first few are kept, with what the rule says of them.

use std::collections::{BTreeMap, BTreeSet};

use super::tally::{Score, Tally};
use crate::domain::backtest::Found;
use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use crate::domain::topic::compile::TopicSet;
use crate::domain::topic::filter::Origin;

/// Labelled documents on their way through the topics.
#[derive(Debug)]
pub struct Trial<'s> {
    set: &'s TopicSet,
    topics: BTreeMap<TopicId, TopicReport>,
    /// Most examples kept of what one topic missed, and of what it found wrongly.
    examples: usize,
    documents: u64,
}

/// How one topic did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicReport {
    pub tally: Tally,
    /// The first documents it should have found.
    pub missed: Vec<Example>,
    /// The first documents it should not have found.
    pub wrong: Vec<Example>,
}

/// A document that was judged otherwise than it was labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its number among those that were told, from 0.
    pub document: u64,
    pub title: String,
    /// Of a missed one: what stood in the way; of a wrong one: what was found.
    pub why: String,
}

/// How all topics did.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub documents: u64,
    pub topics: BTreeMap<TopicId, TopicReport>,
    /// All topics' finds as one: a frequent topic weighs more.
    pub micro: Tally,
    /// The mean over topics: each weighs the same.
    pub macro_mean: Score,
}

impl<'s> Trial<'s> {
    /// Measures these topics of a set. The labels of every document are taken to be complete as
    /// far as they are concerned.
    pub fn new(set: &'s TopicSet, topics: BTreeSet<TopicId>, examples: usize) -> Self {
        let topics = topics.into_iter().map(|topic| (topic, TopicReport::default())).collect();
        Self { set, topics, examples, documents: 0 }
    }

    /// Judges a document in which these topics, and no others, should be found.
    pub fn tell(&mut self, document: &Document, origin: &Origin<'_>, wanted: &BTreeSet<TopicId>) {
        let found = self.set.evaluate(document, origin);
        for (topic, report) in &mut self.topics {
            let found = found.iter().find(|(of, _)| of.id == *topic).map(|(_, found)| found);
            let wanted = wanted.contains(topic);
            report.tally.count(wanted, found.is_some());
            let example =
                |why| Example { document: self.documents, title: document.title.clone(), why };
            match found {
                None if wanted && report.missed.len() < self.examples => {
                    let why = self.set.explain(topic, document, origin);
                    report.missed.push(example(why.map(|why| why.verdict).unwrap_or_default()));
                }
                Some(found) if !wanted && report.wrong.len() < self.examples => {
                    report.wrong.push(example(Found::of(found, &document.title).sentence()));
                }
                _ => {}
            }
        }
        self.documents += 1;
    }

    pub fn finish(self) -> Report {
        let mut micro = Tally::default();
        for report in self.topics.values() {
            micro.add(report.tally);
        }
        let scores: Vec<Score> = self.topics.values().map(|report| report.tally.score()).collect();
        Report {
            documents: self.documents,
            macro_mean: Score::mean(scores.iter()),
            topics: self.topics,
            micro,
        }
    }
}

#[cfg(test)]
mod tests;
