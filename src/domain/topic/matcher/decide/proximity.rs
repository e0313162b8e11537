//! Operators on positions, over the occurrences of their two sides.

use super::super::super::syntax::ast::ProximityOp;
use super::super::MAX_OCCURRENCES;
use super::super::occurrence::{Found, Occurrence, distance};
use super::Decider;
use crate::domain::document::Field;
use crate::domain::text::sentence::index_at;

impl Decider<'_> {
    pub(super) fn find_proximity(&mut self, op: ProximityOp, left: Found, right: Found) -> Found {
        let is_filter = matches!(op, ProximityOp::Except | ProximityOp::NotNear(_));
        if right.is_empty() {
            return if is_filter { left } else { right };
        }
        let mut all = self.take_list();
        if is_filter {
            let reach = if let ProximityOp::NotNear(n) = op { n } else { 0 };
            for at in left {
                let a = self.at(at);
                match self.is_near_any(&a, right.clone(), reach) {
                    Some(false) => all.push(a),
                    Some(true) => {}
                    None => break,
                }
            }
        } else {
            self.find_pairs(op, left, right, &mut all);
        }
        let found = self.keep(&mut all);
        self.return_list(all);
        found
    }

    /// Every pair that stands as `op` asks, within the limits.
    fn find_pairs(
        &mut self,
        op: ProximityOp,
        left: Found,
        right: Found,
        all: &mut Vec<Occurrence>,
    ) {
        for a in left {
            let a = self.at(a);
            for b in right.clone() {
                let b = self.at(b);
                if all.len() >= MAX_OCCURRENCES || !self.step() {
                    return;
                }
                if self.is_pair(op, &a, &b) {
                    all.push(self.pair(&a, &b));
                }
            }
        }
    }

    fn at(&self, index: u32) -> Occurrence {
        self.reading.occurrences[index as usize]
    }

    /// Whether one of `others` is as near as that; `None` where the share of work is used up.
    fn is_near_any(&mut self, a: &Occurrence, others: Found, reach: u32) -> Option<bool> {
        for b in others {
            if !self.step() {
                return None;
            }
            let b = self.at(b);
            if distance(a, &b, &self.reading.pieces).is_some_and(|apart| apart <= reach) {
                return Some(true);
            }
        }
        Some(false)
    }

    fn is_pair(&mut self, op: ProximityOp, a: &Occurrence, b: &Occurrence) -> bool {
        let apart = match distance(a, b, &self.reading.pieces) {
            Some(apart) if apart > 0 => apart,
            _ => return false,
        };
        match op {
            ProximityOp::Near(n) => apart <= n,
            ProximityOp::Before(n) => a.end <= b.start && apart <= n,
            ProximityOp::Sentence => {
                self.sentence_of(a).is_some_and(|at| self.sentence_of(b) == Some(at))
            }
            ProximityOp::Paragraph => {
                self.paragraph_of(a).is_some_and(|at| self.paragraph_of(b) == Some(at))
            }
            ProximityOp::Except | ProximityOp::NotNear(_) => false,
        }
    }

    /// The sentence an occurrence lies in, where it is one. Fields other than title and body are
    /// one sentence each.
    fn sentence_of(&mut self, occurrence: &Occurrence) -> Option<usize> {
        self.unit_of(occurrence, false)
    }

    fn paragraph_of(&mut self, occurrence: &Occurrence) -> Option<usize> {
        self.unit_of(occurrence, true)
    }

    fn unit_of(&mut self, occurrence: &Occurrence, is_paragraph: bool) -> Option<usize> {
        if !matches!(occurrence.field, Field::Title | Field::Body) {
            return Some(0);
        }
        let document = self.document;
        let sentences = self.reading.sentences(document, occurrence.field);
        let unit = |at: usize| {
            let index = index_at(sentences, at);
            if is_paragraph {
                sentences.get(index).map_or(0, |sentence| sentence.paragraph as usize)
            } else {
                index
            }
        };
        let first = unit(occurrence.from as usize);
        let last = unit((occurrence.to as usize).saturating_sub(1));
        (first == last).then_some(first)
    }

    /// Two occurrences put together.
    fn pair(&mut self, a: &Occurrence, b: &Occurrence) -> Occurrence {
        let arena = &mut self.reading.pieces;
        let start = arena.len();
        for side in [a, b] {
            if side.pieces.0 == side.pieces.1 {
                arena.push(*side);
            } else {
                arena.extend_from_within(side.pieces.0 as usize..side.pieces.1 as usize);
            }
        }
        arena[start..].sort_by_key(Occurrence::order);
        Occurrence {
            field: a.field,
            start: a.start.min(b.start),
            end: a.end.max(b.end),
            from: a.from.min(b.from),
            to: a.to.max(b.to),
            pieces: (start as u32, arena.len() as u32),
        }
    }
}
