//! Occurrences of written terms: single tokens straight from the hits, words of several parts and
//! phrases by joining them.

use super::super::super::compile::plan::{LeafId, Literal};
use super::super::super::compile::{Leaf, Sequence, TermId};
use super::super::super::syntax::ast::Scope;
use super::super::MAX_OCCURRENCES;
use super::super::occurrence::{Found, Occurrence};
use super::super::reading::{Hit, field_text};
use super::{Decider, in_scope};

impl Decider<'_> {
    pub(super) fn leaf_holds(&mut self, leaf: LeafId, scope: Scope) -> bool {
        match self.set.leaves.get(leaf as usize) {
            Some(Leaf::Term(term)) => self.term_holds(*term, scope),
            Some(_) => !self.find_leaf(leaf, scope).is_empty(),
            None => false,
        }
    }

    fn term_holds(&self, term: TermId, scope: Scope) -> bool {
        self.reading.hits(term).any(|hit| in_scope(scope, hit.field, hit.place.position))
    }

    pub(super) fn find_leaf(&mut self, leaf: LeafId, scope: Scope) -> Found {
        let set = self.set;
        match set.leaves.get(leaf as usize) {
            Some(Leaf::Term(term)) => self.find_term(*term, scope),
            Some(Leaf::Word(ways)) => self.find_word(ways, scope),
            Some(Leaf::Phrase { slots, slop }) => self.find_phrase(slots, *slop, scope),
            None => self.nothing(),
        }
    }

    fn find_term(&mut self, term: TermId, scope: Scope) -> Found {
        let mut list = self.take_list();
        self.extend_with(term, scope, &mut list);
        self.charge(list.len());
        let found = self.keep(&mut list);
        self.return_list(list);
        found
    }

    /// Any of several ways to write one word.
    fn find_word(&mut self, ways: &[Sequence], scope: Scope) -> Found {
        if !self.may_find(ways) {
            return self.nothing();
        }
        let mut all = self.take_list();
        for way in ways {
            self.find_sequence(way, scope, &mut all);
        }
        let found = self.keep(&mut all);
        self.return_list(all);
        found
    }

    /// Whether all tokens of some way to write a word are there at all.
    fn may_find(&self, ways: &[Sequence]) -> bool {
        let is_hit = |&term: &TermId| self.reading.is_hit(term);
        ways.iter().any(|way| way.terms.iter().all(is_hit))
    }

    fn find_sequence(&mut self, way: &Sequence, scope: Scope, all: &mut Vec<Occurrence>) {
        let Some((&first, others)) = way.terms.split_first() else {
            return;
        };
        if others.is_empty() && way.literal.is_none() {
            self.extend_with(first, scope, all);
            return;
        }
        let mut starts = Vec::new();
        self.extend_with(first, scope, &mut starts);
        let mut rest = Vec::with_capacity(others.len());
        for &term in others {
            let mut places: Vec<Occurrence> = self.reading.hits(term).map(occurrence).collect();
            places.sort_by_key(Occurrence::order);
            if places.is_empty() {
                return;
            }
            rest.push(places);
        }
        for start in starts {
            if !self.step() {
                return;
            }
            let mut parts = vec![start];
            if self.goes_on(&rest, &mut parts)
                && way.literal.as_ref().is_none_or(|literal| self.is_literal(literal, &parts))
            {
                all.extend(span(&parts));
            }
        }
    }

    /// Adds the hits of a term in `scope`, in order.
    fn extend_with(&self, term: TermId, scope: Scope, list: &mut Vec<Occurrence>) {
        let base = list.len();
        let hits = self.reading.hits(term);
        let inside = hits.filter(|hit| in_scope(scope, hit.field, hit.place.position));
        list.extend(inside.map(occurrence));
        list[base..].reverse();
    }

    /// Whether the next parts follow directly; single tokens leave no choice but width.
    fn goes_on(&mut self, rest: &[Vec<Occurrence>], parts: &mut Vec<Occurrence>) -> bool {
        let Some((places, later)) = rest.split_first() else {
            return true;
        };
        let Some(&last) = parts.last() else {
            return false;
        };
        for place in from(places, &last, last.end) {
            if place.start != last.end || !self.step() {
                break;
            }
            parts.push(*place);
            if self.goes_on(later, parts) {
                return true;
            }
            parts.pop();
        }
        false
    }

    fn is_literal(&self, literal: &Literal, parts: &[Occurrence]) -> bool {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
            return false;
        };
        let text = field_text(self.document, first.field);
        let between =
            parts.windows(2).map(|pair| text.get(pair[0].to as usize..pair[1].from as usize));
        text.get(..first.from as usize).is_some_and(|before| before.ends_with(&*literal.before))
            && text.get(last.to as usize..).is_some_and(|after| after.starts_with(&*literal.after))
            && between
                .zip(&literal.between)
                .all(|(found, wanted)| found.is_some_and(|found| is_same_sign(found, wanted)))
    }

    /// Words in order, `slop` others between them in all.
    fn find_phrase(&mut self, slots: &[Box<[Sequence]>], slop: u32, scope: Scope) -> Found {
        if !slots.iter().all(|ways| self.may_find(ways)) {
            return self.nothing();
        }
        let mut words: Vec<Vec<Occurrence>> = Vec::with_capacity(slots.len());
        for (index, ways) in slots.iter().enumerate() {
            // Only the first word has to lie in the lead; a field holds all of them or none.
            let scope = match scope {
                Scope::Lead if index > 0 => Scope::Body,
                other => other,
            };
            let found = self.find_word(ways, scope);
            if found.is_empty() {
                return found;
            }
            words.push(self.list(&found).to_vec());
        }
        let mut all = Vec::new();
        if let Some((first, rest)) = words.split_first() {
            for start in first {
                let mut ends = Vec::new();
                self.follow(rest, *start, slop, &mut ends);
                for end in ends {
                    all.extend(span(&[*start, end]));
                }
                if all.len() > MAX_OCCURRENCES {
                    break;
                }
            }
        }
        self.keep(&mut all)
    }

    /// Collects the last words of every way to go on after `last`.
    fn follow(
        &mut self,
        rest: &[Vec<Occurrence>],
        last: Occurrence,
        slop: u32,
        ends: &mut Vec<Occurrence>,
    ) {
        let Some((words, later)) = rest.split_first() else {
            ends.push(last);
            return;
        };
        for word in from(words, &last, last.end) {
            let skipped = word.start - last.end;
            if word.field != last.field || skipped > slop || !self.step() {
                break;
            }
            self.follow(later, *word, slop - skipped, ends);
        }
    }
}

/// The sorted occurrences from token `start` of the field of `of` on.
fn from<'l>(
    list: &'l [Occurrence],
    of: &Occurrence,
    start: u32,
) -> impl Iterator<Item = &'l Occurrence> {
    let first = list.partition_point(|other| (other.field, other.start) < (of.field, start));
    let field = of.field;
    list[first..].iter().take_while(move |other| other.field == field)
}

fn occurrence(hit: &Hit) -> Occurrence {
    let place = hit.place;
    Occurrence {
        field: hit.field,
        start: place.position,
        end: place.position.saturating_add(place.width),
        from: place.start as u32,
        to: place.end as u32,
        pieces: (0, 0),
    }
}

/// From the first part to the last, as one piece.
fn span(parts: &[Occurrence]) -> Option<Occurrence> {
    let (first, last) = (parts.first()?, parts.last()?);
    Some(Occurrence { end: last.end, to: last.to, ..*first })
}

/// The same signs, whichever of several hyphens and apostrophes is used.
fn is_same_sign(found: &str, wanted: &str) -> bool {
    use crate::domain::text::script::{Kind, kind};
    let plain = |c: char| match kind(c) {
        Kind::Apostrophe => '\'',
        Kind::Hyphen => '-',
        _ => c,
    };
    found.chars().map(plain).eq(wanted.chars().map(plain))
}
