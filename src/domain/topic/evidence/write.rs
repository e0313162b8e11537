//! Writes the matches of one document: what [`super::prove`] gathered, put into lists that the
//! matches share.

use std::hint::black_box;
use std::sync::Arc;

use super::super::Topic;
use super::super::compile::{CompiledTopic, TopicSet};
use super::super::matcher::decide::Decider;
use super::known::Known;
use super::prove::{Proven, Rest, Sketch};
use super::{Clause, ClauseScore, Evidence, Excerpt, Match, Passage, Shared, Span};
use crate::domain::document::Document;
use crate::domain::text::ANALYSER_VERSION;

/// The matches that were proven, in their order; forgets what they were made of.
pub fn matches(decider: &mut Decider<'_>) -> Vec<(Arc<Topic>, Match)> {
    let (set, document) = (decider.set, decider.document);
    let known = &mut decider.reading.known;
    if known.sketches.is_empty() {
        return Vec::new();
    }
    warm(&known.sketches, set);
    let passages = passages(known, document);
    let clauses = clauses(known, set);
    let mut matches = Vec::with_capacity(known.sketches.len());
    let mut first = 0;
    for (sketch, compiled) in topics(&known.sketches, set) {
        let last = first + clause_count(sketch);
        let clauses = Shared::of(&clauses, first..last);
        first = last;
        let passages = Shared::of(&passages, sketch.passages.clone());
        let found = found(compiled, sketch, clauses, passages);
        matches.push((Arc::clone(&compiled.topic), found));
    }
    known.clear();
    matches
}

/// Reads the counters of references that will be counted up. Places in no cache are read together
/// in the time of one; counting would wait for each.
fn warm(sketches: &[Sketch], set: &TopicSet) {
    for (_, compiled) in topics(sketches, set) {
        black_box(Arc::strong_count(&compiled.topic));
        black_box(compiled.id.as_str().as_bytes().first());
    }
}

/// Each match with its topic.
fn topics<'s>(
    sketches: &'s [Sketch],
    set: &'s TopicSet,
) -> impl Iterator<Item = (&'s Sketch, &'s CompiledTopic)> {
    sketches.iter().filter_map(|sketch| Some((sketch, set.topics.get(sketch.topic as usize)?)))
}

fn clause_count(sketch: &Sketch) -> u32 {
    sketch.clauses.len() as u32 + u32::from(sketch.rest.is_some())
}

fn passages(known: &mut Known, document: &Document) -> Arc<[Passage]> {
    let marks: Arc<[(usize, usize)]> = Arc::from(&known.shown[..]);
    let Known { passages, quotes, .. } = known;
    let passage = |cut: super::passage::Cut| Passage {
        field: cut.field,
        start: cut.start,
        end: cut.end,
        text: Excerpt::of(&quotes.field(document, cut.field).text, cut.start..cut.end),
        marks: Shared::of(&marks, cut.marks),
    };
    passages.drain(..).map(passage).collect()
}

/// The clauses of all matches, one match after the other.
fn clauses(known: &mut Known, set: &TopicSet) -> Arc<[Clause]> {
    let names: Arc<str> = Arc::from(&*known.names);
    let spans: Arc<[Span]> = known.spans.drain(..).collect();
    let mut written = std::mem::take(&mut known.written);
    for (sketch, compiled) in topics(&known.sketches, set) {
        let range = sketch.clauses.start as usize..sketch.clauses.end as usize;
        let proven = known.clauses[range].iter();
        written.extend(proven.map(|proven| clause(known, compiled, proven, (&names, &spans))));
        written.extend(sketch.rest.map(rest_clause));
    }
    let clauses = written.drain(..).collect();
    known.written = written;
    clauses
}

fn clause(
    known: &Known,
    compiled: &CompiledTopic,
    proven: &Proven,
    (names, spans): (&Arc<str>, &Arc<[Span]>),
) -> Clause {
    let Some(proof) = known.proof(proven.proof) else {
        let text = compiled.names.get(proven.name as usize).map_or("", |name| &*name.text);
        let (text, spans) = (text.into(), Shared::default());
        return Clause { text, count: 0, spans, score: proven.score };
    };
    Clause {
        text: Excerpt::of(names, proof.name.start as usize..proof.name.end as usize),
        count: proof.count,
        spans: Shared::of(spans, proof.spans.clone()),
        score: proven.score,
    }
}

/// The clause that brings the sum of those which are left out.
fn rest_clause((folded, sum): Rest) -> Clause {
    let score =
        ClauseScore { weight: sum, field_factor: 1.0, repeat_factor: 1.0, contribution: sum };
    Clause {
        text: format!("{folded} more weights").into(),
        count: 0,
        spans: Shared::default(),
        score: Some(score),
    }
}

fn found(
    compiled: &CompiledTopic,
    sketch: &Sketch,
    clauses: Shared<Clause>,
    passages: Shared<Passage>,
) -> Match {
    Match {
        topic: compiled.id.clone(),
        revision: compiled.revision,
        analyser: ANALYSER_VERSION,
        score: sketch.score,
        threshold: compiled.threshold,
        evidence: Evidence {
            clauses,
            vetoes_tried: compiled.vetoes.to_vec(),
            passages,
            truncated: sketch.is_cut,
        },
    }
}
