//! Where a clause was found. An occurrence is one stretch of tokens, or several *pieces* in one
//! field where an operator on positions put them together: `NATO NEAR/5 summit` occurs once for
//! each pair, with two pieces.
//!
//! - Occurrences of a term are its places; of `OR` and `AND` (where they hold) and of `ATLEAST`
//!   and `MENTIONS`, those of their operands; `NOT` has none.
//! - `NEAR`, `BEFORE`, `SENTENCE` and `PARAGRAPH` have one for each pair of occurrences, one of
//!   each side, that do not overlap and stand as asked. `EXCEPT` and `NOT NEAR` keep some of
//!   their left side.
//! - Two occurrences overlap where any of their pieces share a token. They are as far apart as
//!   their nearest pieces: neighbours are 1 token apart.

use std::ops::Range;

use crate::domain::document::Field;

/// Occurrences of one clause: a stretch of an arena, sorted by [`Occurrence::order`].
pub type Found = Range<u32>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    pub field: Field,
    /// Tokens from the first to after the last.
    pub start: u32,
    pub end: u32,
    /// Bytes in the field's text.
    pub from: u32,
    pub to: u32,
    /// Its pieces in their arena; empty where it is one piece itself.
    pub pieces: (u32, u32),
}

impl Occurrence {
    /// By place, then by length, then by what is inside.
    pub fn order(&self) -> (Field, u32, u32, u32, u32) {
        (self.field, self.start, self.end, self.from, self.to)
    }

    /// The pieces of an occurrence.
    pub fn pieces<'a>(&'a self, arena: &'a [Occurrence]) -> &'a [Occurrence] {
        let (start, end) = self.pieces;
        if start == end { std::slice::from_ref(self) } else { &arena[start as usize..end as usize] }
    }
}

/// How far two pieces of one field are apart: 0 where they overlap, 1 side by side. A piece of
/// no tokens (a pattern that found punctuation) overlaps what it stands inside of.
pub fn gap(a: &Occurrence, b: &Occurrence) -> u32 {
    if a.end <= b.start && a.from != b.from {
        b.start - a.end + 1
    } else if b.end <= a.start && a.from != b.from {
        a.start - b.end + 1
    } else {
        0
    }
}

/// How far two occurrences are apart by their nearest pieces; `None` in different fields.
pub fn distance(a: &Occurrence, b: &Occurrence, arena: &[Occurrence]) -> Option<u32> {
    if a.field != b.field {
        return None;
    }
    let pairs = a.pieces(arena).iter().flat_map(|x| b.pieces(arena).iter().map(move |y| gap(x, y)));
    pairs.min()
}

/// How often something was found, counting overlapping finds once: "NATO" and "NATO summit" in one
/// place are one mention.
pub fn count_apart(found: &[Occurrence]) -> u32 {
    let mut count = 0;
    let mut last: Option<(Field, u32)> = None;
    for occurrence in found {
        match &mut last {
            Some((field, end)) if *field == occurrence.field && occurrence.start < *end => {
                *end = (*end).min(occurrence.end);
            }
            _ => {
                count += 1;
                last = Some((occurrence.field, occurrence.end));
            }
        }
    }
    count
}
