//! Samples drawn by lot without a random number: each entry's lot is a hash of the seed and its
//! id, and the lowest lots win. The same seed over the same entries draws the same sample, in
//! whatever order they come.

use std::collections::BTreeMap;

use crate::domain::ids::{Digest, EntryId};

/// A draw of up to `size` things.
#[derive(Debug, Clone)]
pub struct Sample<T> {
    size: usize,
    seed: u64,
    drawn: BTreeMap<Digest, T>,
    offered: u64,
}

impl<T> Sample<T> {
    pub fn new(size: usize, seed: u64) -> Self {
        Self { size, seed, drawn: BTreeMap::new(), offered: 0 }
    }

    /// Puts the entry into the draw; what is to be kept of it is asked only if it is drawn so far.
    pub fn offer(&mut self, entry: EntryId, thing: impl FnOnce() -> T) {
        self.offered += 1;
        let lot = Digest::of("lot", &[&self.seed.to_le_bytes(), &entry.0.to_le_bytes()]);
        let full = self.drawn.len() >= self.size;
        if full && self.drawn.last_key_value().is_none_or(|(highest, _)| lot >= *highest) {
            return;
        }
        self.drawn.insert(lot, thing());
        if self.drawn.len() > self.size {
            self.drawn.pop_last();
        }
    }

    /// How many were put in.
    pub fn offered(&self) -> u64 {
        self.offered
    }

    /// What was drawn, in the order of the lots.
    pub fn into_drawn(self) -> Vec<T> {
        self.drawn.into_values().collect()
    }
}

/// Up to `size` things of several draws, taken in turn: a draw of thousands does not crowd out one
/// of three.
pub fn in_turn<T>(draws: Vec<Vec<T>>, size: usize) -> Vec<T> {
    let mut draws: Vec<_> = draws.into_iter().map(Vec::into_iter).collect();
    let mut taken = Vec::new();
    loop {
        let before = taken.len();
        for draw in &mut draws {
            if taken.len() < size {
                taken.extend(draw.next());
            }
        }
        if taken.len() == before {
            return taken;
        }
    }
}
