//! The passages that show a match best: the title where it carries a span, then the sentences of
//! the body that cover the most different clauses.

use std::ops::Range;
use std::sync::Arc;

use super::super::matcher::decide::Decider;
use super::known::Known;
use super::prove::Proven;
use super::{Excerpt, Passage};
use crate::domain::document::Field;

/// Most sentences of the body that are shown.
const MAX_SENTENCES: usize = 3;

/// Longest passage, in bytes: a sentence longer than that is cut around its first span.
const MAX_PASSAGE_BYTES: usize = 600;

/// Bytes kept before the first span of a passage that is cut.
const LEAD_IN_BYTES: usize = 120;

/// A span, in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    /// Number of its sentence.
    sentence: u32,
    /// Byte range in the field's text.
    from: u32,
    to: u32,
    /// Index of its clause.
    clause: u32,
}

/// A sentence with spans in it.
#[derive(Debug, Clone, Copy)]
struct Spoken {
    /// Its number.
    sentence: u32,
    /// One bit for each clause.
    clauses: u64,
    /// Its spans: from the first to after the last.
    marks: (usize, usize),
    is_shown: bool,
}

/// The spans of one match; space that is reused from match to match.
#[derive(Debug, Default)]
pub struct Marks {
    title: Vec<Mark>,
    body: Vec<Mark>,
    spoken: Vec<Spoken>,
}

/// The passages for these clauses.
pub fn passages(decider: &mut Decider<'_>, proven: &[Proven]) -> Vec<Passage> {
    let document = decider.document;
    let mut marks = std::mem::take(&mut decider.reading.known.marks);
    marks.gather(&decider.reading.known, proven);
    let sentences = marks.choose();
    let mut passages = Vec::with_capacity(sentences + usize::from(!marks.title.is_empty()));
    if !marks.title.is_empty() {
        let text = &decider.reading.known.quotes.field(document, Field::Title).text;
        passages.push(passage(Field::Title, text, 0..text.len(), &marks.title));
    }
    for spoken in marks.spoken.iter().filter(|spoken| spoken.is_shown) {
        let sentences = decider.reading.sentences(document, Field::Body);
        let Some(&sentence) = sentences.get(spoken.sentence as usize) else {
            continue;
        };
        let text = &decider.reading.known.quotes.field(document, Field::Body).text;
        let inside = &marks.body[spoken.marks.0..spoken.marks.1];
        passages.push(passage(Field::Body, text, sentence.start..sentence.end, inside));
    }
    decider.reading.known.marks = marks;
    passages
}

impl Marks {
    /// Collects the spans of title and body, sorted, and the sentences these stand in. A span
    /// over several sentences counts for the first.
    fn gather(&mut self, known: &Known, proven: &[Proven]) {
        self.title.clear();
        self.body.clear();
        self.spoken.clear();
        for (index, clause) in proven.iter().enumerate() {
            for piece in known.pieces(clause.proof) {
                let sentence = piece.sentence;
                let mark = Mark { sentence, from: piece.from, to: piece.to, clause: index as u32 };
                match piece.field {
                    Field::Title => self.title.push(mark),
                    Field::Body => self.body.push(mark),
                    _ => {}
                }
            }
        }
        self.title.sort_unstable();
        self.body.sort_unstable();
        for (at, mark) in self.body.iter().enumerate() {
            let clause = 1 << (mark.clause % 64);
            match self.spoken.last_mut() {
                Some(last) if last.sentence == mark.sentence => {
                    last.clauses |= clause;
                    last.marks.1 = at + 1;
                }
                _ => self.spoken.push(Spoken {
                    sentence: mark.sentence,
                    clauses: clause,
                    marks: (at, at + 1),
                    is_shown: false,
                }),
            }
        }
    }

    /// Chooses up to three sentences, each for the clauses it adds; returns how many.
    fn choose(&mut self) -> usize {
        let mut covered = 0u64;
        for chosen in 0..MAX_SENTENCES {
            let mut best: Option<(u32, &mut Spoken)> = None;
            for spoken in &mut self.spoken {
                let gain = (spoken.clauses & !covered).count_ones();
                if gain > best.as_ref().map_or(0, |(most, _)| *most) {
                    best = Some((gain, spoken));
                }
            }
            let Some((_, spoken)) = best else {
                return chosen;
            };
            covered |= spoken.clauses;
            spoken.is_shown = true;
        }
        MAX_SENTENCES
    }
}

/// A stretch of a field with the spans that are marked in it, in their order.
fn passage(field: Field, whole: &Arc<str>, sentence: Range<usize>, marks: &[Mark]) -> Passage {
    let Range { mut start, mut end } = sentence;
    if end - start > MAX_PASSAGE_BYTES {
        let first = marks.first().map_or(start, |mark| mark.from as usize);
        start = border(whole, first.saturating_sub(LEAD_IN_BYTES).max(start));
        end = border(whole, (start + MAX_PASSAGE_BYTES).min(end));
    }
    // A span that goes on into the next sentence takes the passage along.
    if let Some(mark) = marks.first()
        && mark.to as usize > end
    {
        end = border(whole, (mark.to as usize).min(start + MAX_PASSAGE_BYTES));
    }
    let mut shown: Vec<(usize, usize)> = Vec::with_capacity(marks.len());
    for mark in marks {
        let (from, to) = (mark.from as usize, mark.to as usize);
        let (from, to) = (from.max(start) - start, to.min(end).saturating_sub(start));
        match shown.last_mut() {
            _ if from >= to => {}
            Some(last) if from < last.1 => last.1 = last.1.max(to),
            _ => shown.push((from, to)),
        }
    }
    Passage { field, start, end, text: Excerpt::of(whole, start..end), marks: shown }
}

/// The next character border at or before `at`.
fn border(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
