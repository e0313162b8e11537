//! How far two divisions of the same entries agree: the labels people gave, and the stories that
//! were found. B-cubed (Bagga and Baldwin 1998) asks of each entry how many of those it was put
//! with belong with it, and how many that belong with it were put with it; pairwise asks of each
//! two entries whether they are together. B-cubed counts every entry alike; pairwise counts large
//! stories by the square of their size.

use std::collections::BTreeMap;

use super::tally::{Score, Tally};

/// One entry in both divisions, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// The story it belongs to.
    pub label: usize,
    /// The story it was put in.
    pub found: usize,
}

/// How many entries of each label are in each story that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlap {
    /// By label, then by story found.
    cells: BTreeMap<(usize, usize), u64>,
    labels: BTreeMap<usize, u64>,
    found: BTreeMap<usize, u64>,
}

impl Overlap {
    pub fn of(items: &[Item]) -> Self {
        let mut overlap = Self::default();
        for item in items {
            *overlap.cells.entry((item.label, item.found)).or_default() += 1;
            *overlap.labels.entry(item.label).or_default() += 1;
            *overlap.found.entry(item.found).or_default() += 1;
        }
        overlap
    }

    /// B-cubed precision and recall of all items; `None` where there are none.
    pub fn b_cubed(&self) -> Option<Score> {
        self.b_cubed_of(self.cells.iter().map(|(cell, count)| (*cell, *count)))
    }

    /// The same, of the items of one label.
    pub fn b_cubed_of_label(&self, label: usize) -> Option<Score> {
        let cells = self.cells.range((label, 0)..=(label, usize::MAX));
        self.b_cubed_of(cells.map(|(cell, count)| (*cell, *count)))
    }

    /// The same, of these items, which are some of all: each is still held against all.
    pub fn b_cubed_among(&self, items: &[Item]) -> Option<Score> {
        self.b_cubed_of(Overlap::of(items).cells.into_iter())
    }

    /// Entries of a cell have the same precision and recall: those of the cell's share in its
    /// story and in its label.
    fn b_cubed_of(&self, cells: impl Iterator<Item = ((usize, usize), u64)>) -> Option<Score> {
        let (mut precision, mut recall, mut items) = (0.0, 0.0, 0u64);
        for ((label, found), count) in cells {
            let together = self.cells.get(&(label, found)).copied().unwrap_or_default() as f64;
            let of = |sizes: &BTreeMap<usize, u64>, at| {
                sizes.get(&at).copied().unwrap_or(u64::MAX) as f64
            };
            precision += count as f64 * together / of(&self.found, found);
            recall += count as f64 * together / of(&self.labels, label);
            items += count;
        }
        (items > 0).then(|| Score::of(precision / items as f64, recall / items as f64))
    }

    /// Pairs of entries: wanted are those of one label, found those of one story.
    pub fn pairwise(&self) -> Tally {
        Tally {
            right: self.cells.values().copied().map(pairs).sum(),
            found: self.found.values().copied().map(pairs).sum(),
            wanted: self.labels.values().copied().map(pairs).sum(),
        }
    }

    /// The stories in which the entries of a label are, with how many, most first.
    pub fn pieces(&self, label: usize) -> Vec<(usize, u64)> {
        let cells = self.cells.range((label, 0)..=(label, usize::MAX));
        most_first(cells.map(|((_, found), count)| (*found, *count)))
    }

    /// The labels of the entries in a story that was found, with how many, most first.
    pub fn labels_in(&self, found: usize) -> Vec<(usize, u64)> {
        let cells = self.cells.iter().filter(|((_, of), _)| *of == found);
        most_first(cells.map(|((label, _), count)| (*label, *count)))
    }

    /// How many stories the entries were put in.
    pub fn stories(&self) -> usize {
        self.found.len()
    }
}

fn pairs(entries: u64) -> u64 {
    entries.saturating_mul(entries.saturating_sub(1)) / 2
}

fn most_first(counts: impl Iterator<Item = (usize, u64)>) -> Vec<(usize, u64)> {
    let mut counts: Vec<(usize, u64)> = counts.collect();
    counts.sort_by_key(|(at, count)| (std::cmp::Reverse(*count), *at));
    counts
}

#[cfg(test)]
mod tests;
