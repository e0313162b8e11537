//! Looks the tokens of a field up in the vocabulary. Plain words wait until the field is read, and
//! then take each step of the look-up together: a table of thousands of topics does not fit into
//! the caches near the processor, and many words wait for it as long as one.

use super::super::super::compile::{Condition, FormId, TermId, TopicSet};
use super::Reading;
use crate::domain::document::Field;
use crate::domain::text::case::{Capitals, TermCase, is_exactly, is_shouted};
use crate::domain::text::scan::{Place, RunChar, Sink, TokenKind};

/// A word that the vocabulary may hold, on its way through the look-up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    hash: u64,
    place: Place,
    form: Option<FormId>,
    /// Stretch of the vocabulary's terms.
    terms: (u32, u32),
}

/// Looks every token up and records what it hits.
pub(super) struct Hits<'a> {
    pub reading: &'a mut Reading,
    pub set: &'a TopicSet,
    pub text: &'a str,
    pub field: Field,
}

impl Hits<'_> {
    /// Records the hits of the words that are waiting; `lower` is the field in small letters.
    pub fn settle(&mut self, lower: &[u8]) {
        let set = self.set;
        let mut pending = std::mem::take(&mut self.reading.pending);
        for word in &mut pending {
            word.form = set.vocabulary.form_of(word.hash);
        }
        for word in &mut pending {
            if let Some(form) = word.form {
                let Place { start, end, .. } = word.place;
                word.terms = set.vocabulary.terms_of(form, word.hash, lower, start, end);
            }
        }
        for word in &pending {
            self.record_all(set.vocabulary.terms(word.terms), TokenKind::Word, word.place);
        }
        pending.clear();
        self.reading.pending = pending;
    }

    fn record_all(&mut self, terms: &[(TermId, Condition)], kind: TokenKind, place: Place) {
        let set = self.set;
        let raw = &self.text[place.start..place.end];
        let mut capitals = None;
        for &(term, condition) in terms {
            let holds = match condition {
                Condition::Case(TermCase::Common) => true,
                Condition::Case(case) => {
                    let capitals = *capitals.get_or_insert_with(|| Capitals::of(raw));
                    self.case_holds(case, capitals, kind, place)
                }
                Condition::Exact(index) => {
                    kind != TokenKind::Joined && is_exactly(set.vocabulary.exact_text(index), raw)
                }
            };
            if holds {
                self.reading.record(term, self.field, place);
            }
        }
    }

    fn case_holds(
        &self,
        case: TermCase,
        capitals: Capitals,
        kind: TokenKind,
        place: Place,
    ) -> bool {
        case.allows(capitals)
            && (case != TermCase::ShortWord
                || kind == TokenKind::Initials
                || !is_shouted(self.text, place.start, place.end))
    }

    #[inline(never)]
    fn open(&mut self, form: &[u8], kind: TokenKind, place: Place) {
        let set = self.set;
        let mut capitals = None;
        set.vocabulary.open(form, |term, case| {
            let raw = &self.text[place.start..place.end];
            let capitals = *capitals.get_or_insert_with(|| Capitals::of(raw));
            if self.case_holds(case, capitals, kind, place) {
                self.reading.record(term, self.field, place);
            }
        });
    }

    #[inline(never)]
    fn stems(&mut self, place: Place) {
        let set = self.set;
        let raw = &self.text[place.start..place.end];
        for index in self.reading.stemmed.look_up(&set.vocabulary.stems, raw) {
            if let Some(term) = self.reading.stemmed.term(index) {
                self.reading.record(term, self.field, place);
            }
        }
    }
}

impl Sink for Hits<'_> {
    #[inline]
    fn ascii(&mut self, lower: &[u8], start: usize, end: usize, position: u32) {
        let vocabulary = &self.set.vocabulary;
        let hash = vocabulary.key.hash_within(lower, start, end);
        let place = Place { start, end, position, width: 1 };
        if vocabulary.may_hold(hash) {
            self.reading.pending.push(Pending { hash, place, form: None, terms: (0, 0) });
        }
        if vocabulary.has_open() && vocabulary.may_open(&lower[start..end]) {
            self.open(&lower[start..end], TokenKind::Word, place);
        }
        if !vocabulary.stems.is_empty() {
            self.stems(place);
        }
    }

    fn word(&mut self, form: &str, kind: TokenKind, place: Place) {
        let hash = self.set.vocabulary.key.hash(form.as_bytes());
        if self.set.vocabulary.may_hold(hash) {
            let terms = self.set.vocabulary.whole(hash, form.as_bytes());
            self.record_all(terms, kind, place);
        }
        if self.set.vocabulary.has_open() {
            self.open(form.as_bytes(), kind, place);
        }
        if !self.set.vocabulary.stems.is_empty() {
            self.stems(place);
        }
    }

    fn run(&mut self, form: &str, chars: &[RunChar], position: u32) {
        let set = self.set;
        set.vocabulary.run(form, |term, range| {
            let first = chars.partition_point(|c| c.offset <= range.start).saturating_sub(1);
            let after = chars.partition_point(|c| c.offset < range.end).max(first + 1);
            if let (Some(start), Some(end)) = (chars.get(first), chars.get(after - 1)) {
                let place = Place {
                    start: start.start,
                    end: end.end,
                    position: position.saturating_add(first as u32),
                    width: (after - first) as u32,
                };
                self.reading.record(term, self.field, place);
            }
        });
    }
}
