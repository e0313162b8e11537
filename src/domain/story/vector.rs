//! Weighted words as vectors in whole numbers: the same sums on every machine, whatever the order
//! in which they are added up.

use std::sync::LazyLock;

use super::features::Term;

/// Most terms of a vector or centroid: the heaviest. More adds background, not events.
pub const MAX_TERMS: usize = 64;

/// Length of a fresh vector: weights are whole numbers of this scale.
const UNIT: u64 = 1 << 15;

/// Members whose weight a centroid holds: of a longer story the older ones fade, since what it
/// tells moves on.
const MEMORY: u32 = 32;

/// Cosines and shares are in parts of this.
pub const ONE: u32 = 10_000;

/// A term with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighted {
    pub hash: u32,
    pub weight: u32,
}

/// A sparse vector of at most [`MAX_TERMS`] terms, ascending by hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vector {
    terms: Box<[Weighted]>,
    /// Square of its length.
    square: u64,
}

impl Vector {
    /// The vector of a text: each term's weight grows with the logarithm of how often it occurs,
    /// times how rare it is (`rarity` in 1/65536 bits).
    pub fn of(terms: &[Term], rarity: impl Fn(u32) -> u32) -> Self {
        let weigh = |term: &Term| {
            let often = u64::from(log2_q16(256 + u64::from(term.weight)) - (8 << 16));
            ((often * u64::from(rarity(term.hash))) >> 16, term.hash)
        };
        let mut heavy: Vec<(u64, u32)> = terms.iter().map(weigh).filter(|(w, _)| *w > 0).collect();
        heavy.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        heavy.truncate(MAX_TERMS);
        let square: u64 = heavy.iter().map(|(weight, _)| weight.saturating_mul(*weight)).sum();
        let length = square.isqrt().max(1);
        let unit =
            |(weight, hash): (u64, u32)| Weighted { hash, weight: (weight * UNIT / length) as u32 };
        let mut terms: Vec<Weighted> = heavy.into_iter().map(unit).collect();
        terms.sort_unstable_by_key(|term| term.hash);
        Self::from_terms(terms)
    }

    /// Of terms, ascending by hash.
    pub fn from_terms(terms: Vec<Weighted>) -> Self {
        let square = square_of(&terms);
        Self { terms: terms.into_boxed_slice(), square }
    }

    pub fn terms(&self) -> &[Weighted] {
        &self.terms
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The heaviest `count` terms, heaviest first.
    pub fn heaviest(&self, count: usize) -> Vec<Weighted> {
        let mut terms = self.terms.to_vec();
        terms.sort_unstable_by(|a, b| b.weight.cmp(&a.weight).then(a.hash.cmp(&b.hash)));
        terms.truncate(count);
        terms
    }

    /// Hashes of the heaviest `count` terms, ascending.
    pub fn heaviest_hashes(&self, count: usize) -> Vec<u32> {
        if self.terms.len() <= count {
            return self.terms.iter().map(|term| term.hash).collect();
        }
        let mut terms = self.terms.to_vec();
        terms.select_nth_unstable_by(count, |a, b| {
            b.weight.cmp(&a.weight).then(a.hash.cmp(&b.hash))
        });
        let mut hashes: Vec<u32> = terms[..count].iter().map(|term| term.hash).collect();
        hashes.sort_unstable();
        hashes
    }

    /// Cosine of the angle to `other`, in 1/[`ONE`].
    pub fn cosine(&self, other: &Self) -> u32 {
        let dot: u64 = shared(&self.terms, &other.terms).map(|(_, product)| product).sum();
        self.share(other, dot)
    }

    /// What each shared term gives to the cosine with `other`, the most first.
    pub fn carried_by(&self, other: &Self) -> Vec<(u32, u32)> {
        let share = |(hash, product)| (hash, self.share(other, product));
        let mut shares: Vec<(u32, u32)> = shared(&self.terms, &other.terms).map(share).collect();
        shares.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        shares
    }

    /// The sum of this and a new member's vector, as the centroid of `members` of them and the
    /// new one.
    pub fn with(&self, other: &Self, members: u32) -> Self {
        let fading = members > MEMORY;
        self.added(other, |weight| if fading { weight - weight / MEMORY } else { weight })
    }

    /// The sum of two centroids.
    pub fn sum(&self, other: &Self) -> Self {
        self.added(other, |weight| weight)
    }

    fn added(&self, other: &Self, kept: impl Fn(u32) -> u32) -> Self {
        let mut sum: Vec<Weighted> = Vec::with_capacity(self.terms.len() + other.terms.len());
        let (mut a, mut b) = (self.terms.iter().peekable(), other.terms.iter().peekable());
        loop {
            let term = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if x.hash == y.hash => {
                    let term =
                        Weighted { hash: x.hash, weight: kept(x.weight).saturating_add(y.weight) };
                    a.next();
                    b.next();
                    term
                }
                (Some(x), y) if y.is_none_or(|y| x.hash < y.hash) => {
                    let term = Weighted { hash: x.hash, weight: kept(x.weight) };
                    a.next();
                    term
                }
                (_, Some(y)) => {
                    let term = **y;
                    b.next();
                    term
                }
                _ => break,
            };
            sum.push(term);
        }
        if sum.len() > MAX_TERMS {
            sum.sort_unstable_by(|a, b| b.weight.cmp(&a.weight).then(a.hash.cmp(&b.hash)));
            sum.truncate(MAX_TERMS);
            sum.sort_unstable_by_key(|term| term.hash);
        }
        Self::from_terms(sum)
    }

    fn share(&self, other: &Self, dot: u64) -> u32 {
        let length = (u128::from(self.square) * u128::from(other.square)).isqrt();
        if length == 0 {
            return 0;
        }
        (u128::from(dot) * u128::from(ONE) / length).min(u128::from(ONE)) as u32
    }
}

/// A vector as a table, to be compared with many others: looking a term up costs less than going
/// through two lists side by side.
#[derive(Debug)]
pub struct Probe<'a> {
    vector: &'a Vector,
    /// Terms by the low bits of their hash, the next free place for those that share them; a
    /// weight of zero is a free place.
    table: [Weighted; PROBE_PLACES],
}

/// Four times [`MAX_TERMS`], so that most terms are found where they are looked for.
const PROBE_PLACES: usize = 4 * MAX_TERMS;

impl<'a> Probe<'a> {
    /// The table of a vector.
    pub fn of(vector: &'a Vector) -> Self {
        let mut table = [Weighted { hash: 0, weight: 0 }; PROBE_PLACES];
        for term in vector.terms.iter().filter(|term| term.weight > 0).take(MAX_TERMS) {
            let mut place = term.hash as usize % PROBE_PLACES;
            while table[place].weight > 0 {
                place = (place + 1) % PROBE_PLACES;
            }
            table[place] = *term;
        }
        Self { vector, table }
    }

    /// As [`Vector::cosine`].
    pub fn cosine(&self, other: &Vector) -> u32 {
        let products =
            other.terms.iter().map(|term| self.weight(term.hash) * u64::from(term.weight));
        self.vector.share(other, products.sum())
    }

    fn weight(&self, hash: u32) -> u64 {
        let mut place = hash as usize % PROBE_PLACES;
        loop {
            let found = self.table[place];
            if found.hash == hash || found.weight == 0 {
                return u64::from(found.weight);
            }
            place = (place + 1) % PROBE_PLACES;
        }
    }
}

/// Products of the weights of terms that both have.
fn shared<'a>(a: &'a [Weighted], b: &'a [Weighted]) -> impl Iterator<Item = (u32, u64)> + 'a {
    let mut at = 0;
    a.iter().filter_map(move |x| {
        while b.get(at).is_some_and(|y| y.hash < x.hash) {
            at += 1;
        }
        let y = b.get(at).filter(|y| y.hash == x.hash)?;
        Some((x.hash, u64::from(x.weight) * u64::from(y.weight)))
    })
}

fn square_of(terms: &[Weighted]) -> u64 {
    terms.iter().map(|term| u64::from(term.weight) * u64::from(term.weight)).sum()
}

/// The binary logarithm of `x` (at least 1) in 1/65536, without floating point.
pub fn log2_q16(x: u64) -> u32 {
    let small = usize::try_from(x).ok().and_then(|x| SMALL_LOGS.get(x));
    small.copied().unwrap_or_else(|| log2_of(x))
}

/// Logarithms of small numbers, which are nearly all that are asked for.
static SMALL_LOGS: LazyLock<Box<[u32]>> = LazyLock::new(|| (0..2_048).map(log2_of).collect());

fn log2_of(x: u64) -> u32 {
    let whole = x.max(1).ilog2();
    // The mantissa, in 1/2^31.
    let mut mantissa = if whole >= 31 { x >> (whole - 31) } else { x.max(1) << (31 - whole) };
    let mut log = whole << 16;
    for bit in (0..16).rev() {
        mantissa = (mantissa * mantissa) >> 31;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            log |= 1 << bit;
        }
    }
    log
}

#[cfg(test)]
mod tests;
