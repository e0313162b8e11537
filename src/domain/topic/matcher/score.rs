//! The arithmetic of weights: contribution = weight × field factor × repeat factor, and the score
//! is the sum of the contributions, always.

use super::super::evidence::ClauseScore;
use super::occurrence::{Occurrence, count_apart};
use crate::domain::document::Field;
use crate::domain::text::LEAD_WORDS;

/// Mentions beyond this many add nothing.
const MAX_REPEATS: u32 = 3;

/// Rounding that a comparison with a threshold forgives.
const TOLERANCE: f64 = 1e-9;

/// Whether an occurrence stands in the first words of the body.
pub fn is_in_lead(field: Field, position: u32) -> bool {
    field == Field::Body && position < LEAD_WORDS
}

/// What a weight is worth where its clause was found. Negative weights are not scaled: a second
/// mention of what is unwanted is not twice as unwanted.
pub fn contribution(weight: f64, found: &[Occurrence]) -> ClauseScore {
    let (mut field_factor, mut repeat_factor) = (1.0, 1.0);
    if weight > 0.0 {
        for occurrence in found {
            let factor = match occurrence.field {
                Field::Title => 2.0,
                Field::Body if is_in_lead(occurrence.field, occurrence.start) => 1.5,
                _ => 1.0,
            };
            field_factor = f64::max(field_factor, factor);
        }
        let repeats = count_apart(found).clamp(1, MAX_REPEATS);
        repeat_factor = 1.0 + 0.5 * f64::from(repeats).ln();
    }
    ClauseScore {
        weight,
        field_factor,
        repeat_factor,
        contribution: weight * field_factor * repeat_factor,
    }
}

/// Whether a score reaches a threshold.
pub fn reaches(score: f64, threshold: f64) -> bool {
    score + TOLERANCE >= threshold
}
