//! The passages that show a match best: the title where it carries a span, then the sentences of
//! the body that cover the most different clauses.

use std::ops::Range;

use super::super::matcher::decide::Decider;
use super::super::matcher::reading::field_text;
use super::known::Known;
use super::prove::Proven;
use crate::domain::document::Field;
use crate::domain::text::sentence::Sentence;

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

/// A passage, until it is written.
#[derive(Debug, Clone)]
pub struct Cut {
    pub field: Field,
    /// Byte range in the field's text.
    pub start: usize,
    pub end: usize,
    /// Its marks, among those of all passages of the document.
    pub marks: Range<u32>,
}

/// Cuts the passages for these clauses; returns which they are among all of the document.
pub fn passages(decider: &mut Decider<'_>, proven: &[Proven]) -> Range<u32> {
    let document = decider.document;
    let mut marks = std::mem::take(&mut decider.reading.known.marks);
    let known = &mut decider.reading.known;
    let first = known.passages.len() as u32;
    marks.gather(known, proven);
    marks.choose();
    if !marks.title.is_empty() {
        let text = field_text(document, Field::Title);
        let cut = cut(Field::Title, text, 0..text.len(), &marks.title, &mut known.shown);
        known.passages.push(cut);
    }
    let text = field_text(document, Field::Body);
    for spoken in marks.spoken.iter().filter(|spoken| spoken.is_shown) {
        let sentences = decider.reading.sentences(document, Field::Body);
        let Some(&Sentence { start, end, .. }) = sentences.get(spoken.sentence as usize) else {
            continue;
        };
        let inside = &marks.body[spoken.marks.0..spoken.marks.1];
        let known = &mut decider.reading.known;
        known.passages.push(cut(Field::Body, text, start..end, inside, &mut known.shown));
    }
    let known = &mut decider.reading.known;
    known.marks = marks;
    first..known.passages.len() as u32
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

    /// Chooses up to three sentences, each for the clauses it adds.
    fn choose(&mut self) {
        let mut covered = 0u64;
        for _ in 0..MAX_SENTENCES {
            let mut best: Option<(u32, &mut Spoken)> = None;
            for spoken in &mut self.spoken {
                let gain = (spoken.clauses & !covered).count_ones();
                if gain > best.as_ref().map_or(0, |(most, _)| *most) {
                    best = Some((gain, spoken));
                }
            }
            let Some((_, spoken)) = best else {
                return;
            };
            covered |= spoken.clauses;
            spoken.is_shown = true;
        }
    }
}

/// A stretch of a field; what of the spans, which stand in their order, is marked in it goes to
/// `shown`.
fn cut(
    field: Field,
    whole: &str,
    sentence: Range<usize>,
    marks: &[Mark],
    shown: &mut Vec<(usize, usize)>,
) -> Cut {
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
    let first_mark = shown.len();
    for mark in marks {
        let (from, to) = (mark.from as usize, mark.to as usize);
        let (from, to) = (from.max(start) - start, to.min(end).saturating_sub(start));
        match shown[first_mark..].last_mut() {
            _ if from >= to => {}
            Some(last) if from < last.1 => last.1 = last.1.max(to),
            _ => shown.push((from, to)),
        }
    }
    Cut { field, start, end, marks: first_mark as u32..shown.len() as u32 }
}

/// The next character border at or before `at`.
fn border(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
