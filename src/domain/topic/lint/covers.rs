//! Which term finds all that another finds, asked of the matcher: a term covers another when it
//! holds in every sample text of it ([`super::sample`]).

use std::collections::HashMap;

use super::super::Topic;
use super::super::syntax::ast::Term;
use super::book::Analysis;
use super::probe::{MARK, Probes, term_expr, titled};
use super::sample::samples;

/// Most different terms that are compared under one analysis: beyond that nothing is known of
/// them, and nothing said.
const MAX_TERMS: usize = 50_000;

/// What covers what, under one analysis.
pub struct Covers {
    index: HashMap<Term, usize>,
    /// For each term, those that hold wherever it does, itself not among them; ascending.
    by: Vec<Vec<usize>>,
}

impl Covers {
    /// Asks the matcher. `None`: the terms cannot be compiled, which the compiler reports.
    pub fn learn(analysis: Analysis, terms: Vec<Term>, bare: &Topic) -> Option<Self> {
        let mut index = HashMap::new();
        let mut distinct = Vec::new();
        for term in terms {
            if distinct.len() == MAX_TERMS {
                break;
            }
            index.entry(term).or_insert_with_key(|term| {
                distinct.push(term.clone());
                distinct.len() - 1
            });
        }
        let stem = match analysis {
            Analysis::Match(stem) => stem,
            Analysis::Exclude => None,
        };
        let probes = Probes::of_terms(bare, &distinct, stem)?;
        let mut by: Vec<Vec<usize>> =
            distinct.iter().enumerate().map(|(at, term)| covering(&probes, at, term)).collect();
        if analysis == Analysis::Exclude {
            // An exclusion finds less than a match: what it is to cover is asked again.
            let exprs: Vec<_> = distinct.iter().cloned().map(term_expr).collect();
            let rules = exprs.iter().map(|expr| (expr, None));
            let exact = Probes::of_exclusions(bare, rules, &Default::default())?;
            for (at, candidates) in by.iter_mut().enumerate() {
                candidates.retain(|&wide| vetoes_all(&exact, wide, at, &distinct[at]));
            }
        }
        Some(Self { index, by })
    }

    /// Whether `wide` holds wherever `narrow` does.
    pub fn covers(&self, wide: &Term, narrow: &Term) -> bool {
        match (self.number(wide), self.number(narrow)) {
            (Some(wide), Some(narrow)) => wide == narrow || self.is_wider(wide, narrow),
            _ => false,
        }
    }

    /// The number of a term, for those who ask much of the same ones.
    pub fn number(&self, term: &Term) -> Option<usize> {
        self.index.get(term).copied()
    }

    /// Whether another term holds wherever one does, both by their numbers.
    pub fn is_wider(&self, wide: usize, narrow: usize) -> bool {
        self.by[narrow].binary_search(&wide).is_ok()
    }

    /// The numbers of all that hold wherever a term does, itself not among them; ascending.
    pub fn wider(&self, narrow: usize) -> &[usize] {
        &self.by[narrow]
    }
}

/// The probes that hold in every sample of a term.
fn covering(probes: &Probes, at: usize, term: &Term) -> Vec<usize> {
    let mut common: Option<Vec<usize>> = None;
    for sample in samples(term) {
        let holding = probes.holding(&titled(&sample));
        // Its own samples that it does not find itself are none.
        if holding.binary_search(&at).is_err() {
            continue;
        }
        let common = common.get_or_insert_with(|| holding.clone());
        common.retain(|one| *one != at && holding.binary_search(one).is_ok());
        if common.is_empty() {
            break;
        }
    }
    common.unwrap_or_default()
}

/// Whether the exclusion `wide` holds in every sample that the exclusion `at` finds.
fn vetoes_all(probes: &Probes, wide: usize, at: usize, term: &Term) -> bool {
    let documents = samples(term).into_iter().map(|sample| titled(&format!("{MARK}, {sample}")));
    documents.filter(|text| probes.vetoes(at, text)).all(|text| probes.vetoes(wide, &text))
}
