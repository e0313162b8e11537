//! Precision, recall and F1 of things that were found against things that were wanted.

use crate::domain::backtest::{Precision, precision};

/// How many were wanted, how many were found, and how many of both are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Wanted and found.
    pub right: u64,
    pub found: u64,
    pub wanted: u64,
}

/// The three figures, each in 0–1. `None`: there was nothing to measure it by.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
}

impl Tally {
    /// Counts one thing that was wanted or not, and found or not.
    pub fn count(&mut self, wanted: bool, found: bool) {
        self.wanted += u64::from(wanted);
        self.found += u64::from(found);
        self.right += u64::from(wanted && found);
    }

    pub fn add(&mut self, other: Tally) {
        self.right = self.right.saturating_add(other.right);
        self.found = self.found.saturating_add(other.found);
        self.wanted = self.wanted.saturating_add(other.wanted);
    }

    /// F1 is there as soon as anything was wanted or found: nothing found of what was wanted is 0.
    pub fn score(self) -> Score {
        let all = self.found.saturating_add(self.wanted);
        Score {
            precision: ratio(self.right, self.found),
            recall: ratio(self.right, self.wanted),
            f1: (all > 0).then(|| 2.0 * self.right as f64 / all as f64),
        }
    }

    /// The precision with its 95 % bounds, if the documents were not picked for what they are.
    pub fn precision(self) -> Option<Precision> {
        precision(self.right, self.found)
    }

    /// The recall, likewise: also a share of things that were judged.
    pub fn recall(self) -> Option<Precision> {
        precision(self.right, self.wanted)
    }
}

impl Score {
    /// Both shares, and their harmonic mean.
    pub fn of(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
        Self { precision: Some(precision), recall: Some(recall), f1: Some(f1) }
    }

    /// The mean of several, of each figure over those that have it.
    pub fn mean<'a>(scores: impl Iterator<Item = &'a Score> + Clone) -> Score {
        let mean = |of: fn(&Score) -> Option<f64>| {
            let known: Vec<f64> = scores.clone().filter_map(of).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        Score {
            precision: mean(|score| score.precision),
            recall: mean(|score| score.recall),
            f1: mean(|score| score.f1),
        }
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests;
