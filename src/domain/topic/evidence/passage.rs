//! The passages that show a match best: the title where it carries a span, then the sentences of
//! the body that cover the most different clauses.

use std::ops::Range;

use super::super::matcher::decide::Decider;
use super::super::matcher::reading::field_text;
use super::Passage;
use super::prove::Proven;
use crate::domain::document::Field;
use crate::domain::text::sentence::{Sentence, index_at};

/// Most sentences of the body that are shown.
const MAX_SENTENCES: usize = 3;

/// Longest passage, in bytes: a sentence longer than that is cut around its first span.
const MAX_PASSAGE_BYTES: usize = 600;

/// Bytes kept before the first span of a passage that is cut.
const LEAD_IN_BYTES: usize = 120;

/// A sentence with spans in it.
struct Spoken {
    sentence: Sentence,
    /// One bit for each clause.
    clauses: u64,
    /// Its spans, among all of them.
    marks: Range<usize>,
}

/// A span of the body: number of its sentence, index of its clause, byte range.
type Mark = (usize, usize, (usize, usize));

/// The passages for these clauses.
pub fn passages(decider: &mut Decider<'_>, proven: &[Proven]) -> Vec<Passage> {
    let count = proven.iter().map(|clause| clause.pieces.len()).sum();
    let mut title = Vec::new();
    let mut body: Vec<Mark> = Vec::with_capacity(count);
    for (index, clause) in proven.iter().enumerate() {
        for &piece in &clause.pieces {
            let range = (piece.from as usize, piece.to as usize);
            match piece.field {
                Field::Title => title.push(range),
                Field::Body => body.push((0, index, range)),
                _ => {}
            }
        }
    }
    let document = decider.document;
    let mut passages = Vec::new();
    if !title.is_empty() {
        let text = field_text(document, Field::Title);
        let whole = Sentence { start: 0, end: text.len(), paragraph: 0 };
        passages.push(passage(Field::Title, text, whole, title));
    }
    if !body.is_empty() {
        let sentences = decider.reading.sentences(document, Field::Body);
        let text = field_text(document, Field::Body);
        for spoken in best(spoken(sentences, &mut body)) {
            let marks = body[spoken.marks].iter().map(|(_, _, range)| *range).collect();
            passages.push(passage(Field::Body, text, spoken.sentence, marks));
        }
    }
    passages
}

/// The sentences that hold a span, in order; `marks` are put in their order. A span over several
/// counts for the first.
fn spoken(sentences: &[Sentence], marks: &mut [Mark]) -> Vec<Spoken> {
    for mark in marks.iter_mut() {
        mark.0 = index_at(sentences, mark.2.0);
    }
    marks.sort_unstable();
    let mut all: Vec<Spoken> = Vec::with_capacity(marks.len());
    let mut last = None;
    for (at, (index, clause, _)) in marks.iter().enumerate() {
        let Some(sentence) = sentences.get(*index) else {
            continue;
        };
        if last != Some(*index) {
            last = Some(*index);
            all.push(Spoken { sentence: *sentence, clauses: 0, marks: at..at });
        }
        if let Some(spoken) = all.last_mut() {
            spoken.clauses |= 1 << (clause % 64);
            spoken.marks.end = at + 1;
        }
    }
    all
}

/// Up to three sentences, each chosen for the clauses it adds, then put in order.
fn best(mut all: Vec<Spoken>) -> Vec<Spoken> {
    let mut chosen: Vec<Spoken> = Vec::with_capacity(MAX_SENTENCES);
    let mut covered = 0u64;
    while chosen.len() < MAX_SENTENCES {
        let gain = |spoken: &Spoken| (spoken.clauses & !covered).count_ones();
        let Some((index, _)) = all
            .iter()
            .enumerate()
            .filter(|(_, spoken)| gain(spoken) > 0)
            .max_by_key(|(index, spoken)| (gain(spoken), std::cmp::Reverse(*index)))
        else {
            break;
        };
        let spoken = all.remove(index);
        covered |= spoken.clauses;
        chosen.push(spoken);
    }
    chosen.sort_by_key(|spoken| spoken.sentence.start);
    chosen
}

fn passage(
    field: Field,
    text: &str,
    sentence: Sentence,
    mut marks: Vec<(usize, usize)>,
) -> Passage {
    marks.sort_unstable();
    let (mut start, mut end) = (sentence.start, sentence.end);
    if end - start > MAX_PASSAGE_BYTES {
        let first = marks.first().map_or(start, |&(from, _)| from);
        start = border(text, first.saturating_sub(LEAD_IN_BYTES).max(start));
        end = border(text, (start + MAX_PASSAGE_BYTES).min(end));
    }
    // A span that goes on into the next sentence takes the passage along.
    if let Some(&(_, to)) = marks.first()
        && to > end
    {
        end = border(text, to.min(start + MAX_PASSAGE_BYTES));
    }
    let mut shown: Vec<(usize, usize)> = Vec::new();
    for (from, to) in marks {
        let (from, to) = (from.max(start) - start, to.min(end).saturating_sub(start));
        match shown.last_mut() {
            _ if from >= to => {}
            Some(last) if from < last.1 => last.1 = last.1.max(to),
            _ => shown.push((from, to)),
        }
    }
    Passage { field, start, end, text: text[start..end].to_owned(), marks: shown }
}

/// The next character border at or before `at`.
fn border(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
