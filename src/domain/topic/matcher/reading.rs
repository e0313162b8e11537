//! One document as the rules of a set see it: which terms were hit, and where. Everything here
//! is reused from document to document; an epoch number tells fresh marks from stale ones, so
//! that nothing has to be cleared.

mod hits;

use crate::domain::document::{Document, Field};
use crate::domain::text::scan::{Buffers, Place, TokenKind, scan, tokens};
use crate::domain::text::sentence::{Sentence, cut_sentences};

use super::super::compile::{Stemmed, TermId, TopicSet};
use super::super::evidence::known::Known;
use super::occurrence::Occurrence;
use super::{MAX_FIELD_BYTES, MAX_OCCURRENCES};
use hits::{Hits, Pending};

const NONE: u32 = u32::MAX;

/// A place where a term was found.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    pub field: Field,
    pub place: Place,
    /// The hit of the same term before this one.
    previous: u32,
}

/// What is known of a term.
#[derive(Debug, Clone, Copy, Default)]
struct TermState {
    epoch: u32,
    count: u32,
    last: u32,
}

/// A stretch of the occurrence arena, remembered for one document.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Remembered {
    pub epoch: u32,
    pub start: u32,
    pub end: u32,
}

/// The sentences of a field, if they were asked for.
#[derive(Debug, Default)]
struct Sentences {
    is_cut: bool,
    all: Vec<Sentence>,
}

#[derive(Debug, Default)]
pub struct Reading {
    pub(in super::super) epoch: u32,
    buffers: Buffers,
    /// Words of one field that the vocabulary may hold.
    pending: Vec<Pending>,
    hits: Vec<Hit>,
    stemmed: Stemmed,
    terms: Vec<TermState>,
    /// Terms that were hit, and the stretches of gates they open.
    found: Vec<TermId>,
    stretches: Vec<(u32, u32)>,
    /// Round of documents in which each gate was last open, and the gates open now. Rounds are
    /// few, so that the marks of many gates lie close together.
    gates: Vec<u8>,
    round: u8,
    open: Vec<u32>,
    /// Topics to decide, between two documents: only the space.
    candidates: Vec<u32>,
    /// Arenas of [`mod@super::decide`].
    pub(super) occurrences: Vec<Occurrence>,
    pub(in super::super) pieces: Vec<Occurrence>,
    /// Lists for whoever makes one; empty.
    pub(super) lists: Vec<Vec<Occurrence>>,
    pub(super) remembered: Vec<Remembered>,
    /// Sentences of title and body once they were asked for.
    sentences: [Sentences; 2],
    /// Clauses that [`super::super::evidence`] proved.
    pub(in super::super) known: Known,
}

/// The text of a field as far as it is read.
pub fn field_text(document: &Document, field: Field) -> &str {
    let text = document.field(field);
    if text.len() <= MAX_FIELD_BYTES {
        return text;
    }
    let mut end = MAX_FIELD_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Reading {
    /// Reads `document` for the rules of `set`.
    pub fn read(&mut self, set: &TopicSet, document: &Document) {
        self.begin(set);
        let fields = if set.reads_all_fields { &Field::ALL[..] } else { &Field::ALL[..2] };
        let mut buffers = std::mem::take(&mut self.buffers);
        for &field in fields {
            let text = field_text(document, field);
            if !text.is_empty() {
                let mut hits = Hits { reading: self, set, text, field };
                scan(text, &mut buffers, &mut hits);
                hits.settle(buffers.lower());
            }
        }
        self.buffers = buffers;
        if !set.patterns.is_empty() {
            for &field in fields {
                self.find_patterns(set, field_text(document, field), field);
            }
        }
        self.open_gates(set);
    }

    fn begin(&mut self, set: &TopicSet) {
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            *self = Self { epoch: 1, ..Self::default() };
        }
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.gates.fill(0);
            self.round = 1;
        }
        self.hits.clear();
        self.found.clear();
        self.open.clear();
        self.occurrences.clear();
        self.pieces.clear();
        for sentences in &mut self.sentences {
            sentences.is_cut = false;
        }
        self.known.clear();
        self.stemmed.begin(&set.vocabulary.stems);
        if self.terms.len() < set.gates.term_count() {
            self.terms.resize(set.gates.term_count(), TermState::default());
        }
        if self.gates.len() < set.gates.gate_count() {
            self.gates.resize(set.gates.gate_count(), 0);
        }
    }

    /// Opens the gates of the terms that were found: each step for all terms together, since most
    /// of what is read is in no cache.
    fn open_gates(&mut self, set: &TopicSet) {
        self.stretches.clear();
        self.stretches.extend(self.found.iter().map(|&term| set.gates.stretch_of(term)));
        for &stretch in &self.stretches {
            for &gate in set.gates.opened_by(stretch) {
                let mark = &mut self.gates[gate as usize];
                if *mark != self.round {
                    *mark = self.round;
                    if set.gates.is_anchor(gate) {
                        self.open.push(gate);
                    }
                }
            }
        }
    }

    /// The topics all of whose gates are open, ascending. Give the list back afterwards.
    pub fn candidates(&mut self, set: &TopicSet) -> Vec<u32> {
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        for &gate in &self.open {
            for filed in set.gates.filed_under(gate) {
                let is_open = |&gate: &u32| self.gates[gate as usize] == self.round;
                if (filed.second == NONE || is_open(&filed.second))
                    && set.gates.rest(filed.topic).iter().all(is_open)
                {
                    candidates.push(filed.topic);
                }
            }
        }
        candidates.sort_unstable();
        candidates
    }

    pub fn return_candidates(&mut self, candidates: Vec<u32>) {
        self.candidates = candidates;
    }

    /// Whether a term was hit anywhere.
    #[inline]
    pub fn is_hit(&self, term: TermId) -> bool {
        self.terms.get(term as usize).is_some_and(|state| state.epoch == self.epoch)
    }

    /// The hits of a term, last first.
    pub fn hits(&self, term: TermId) -> impl Iterator<Item = &Hit> {
        let mut next = match self.terms.get(term as usize) {
            Some(state) if state.epoch == self.epoch => state.last,
            _ => NONE,
        };
        std::iter::from_fn(move || {
            let hit = self.hits.get(next as usize)?;
            next = hit.previous;
            Some(hit)
        })
    }

    /// The sentences of title or body.
    pub fn sentences(&mut self, document: &Document, field: Field) -> &[Sentence] {
        let slot = match field {
            Field::Title => 0,
            _ => 1,
        };
        let sentences = &mut self.sentences[slot];
        if !sentences.is_cut {
            sentences.is_cut = true;
            cut_sentences(field_text(document, field), &mut sentences.all);
        }
        &sentences.all
    }

    #[inline]
    fn record(&mut self, term: TermId, field: Field, place: Place) {
        let state = &mut self.terms[term as usize];
        if state.epoch != self.epoch {
            *state = TermState { epoch: self.epoch, count: 0, last: NONE };
            self.found.push(term);
        }
        if state.count as usize >= MAX_OCCURRENCES {
            return;
        }
        state.count += 1;
        let previous = std::mem::replace(&mut state.last, self.hits.len() as u32);
        self.hits.push(Hit { field, place, previous });
    }

    fn find_patterns(&mut self, set: &TopicSet, text: &str, field: Field) {
        let mut all = None;
        for (regex, term) in set.patterns.found_in(text) {
            let all = all.get_or_insert_with(|| {
                let mut all = tokens(text);
                all.retain(|token| token.kind != TokenKind::Joined);
                all
            });
            for found in regex.find_iter(text).take(MAX_OCCURRENCES) {
                // The tokens it touches; between two tokens it takes no position.
                let first = all.partition_point(|token| token.place.end <= found.start());
                let last = all.partition_point(|token| token.place.start < found.end());
                let place = Place {
                    start: found.start(),
                    end: found.end(),
                    position: first as u32,
                    width: last.saturating_sub(first) as u32,
                };
                if found.start() < found.end() {
                    self.record(term, field, place);
                }
            }
        }
    }
}
