//! Puts the evidence of a match together: the clauses of the rule that held, each weight that
//! counted, the exclusions that did not hold. [`super::known`] finds each clause once for all
//! topics, [`super::passage`] picks the text to show, [`super::write`] writes what came of it.

use std::ops::Range;

use super::super::compile::{ClauseName, CompiledTopic, Plan};
use super::super::matcher::decide::{Decider, Scores, total};
use super::super::matcher::occurrence::Occurrence;
use super::super::syntax::ast::Scope;
use super::known::ProofId;
use super::passage::passages;
use super::quote::Quotes;
use super::{ClauseScore, MAX_CLAUSES, MAX_SCORED_CLAUSES, MAX_SPANS_PER_CLAUSE, Span};
use crate::domain::document::Document;

/// Fewest clauses of the rule that are kept beside many weights.
const MIN_RULE_CLAUSES: usize = 3;

/// A clause of the topic at hand that held.
#[derive(Debug, Clone, Copy)]
pub struct Proven {
    /// Index of its name among the topic's.
    pub name: u32,
    /// Where it was found; [`NOWHERE`] of what is known to hold but cannot be shown.
    pub proof: ProofId,
    pub score: Option<ClauseScore>,
}

/// No proof.
const NOWHERE: ProofId = ProofId::MAX;

/// Scored clauses beyond what is kept, as one: how many, and their sum.
pub type Rest = (usize, f64);

/// What a match consists of, until all of a document are known.
#[derive(Debug)]
pub struct Sketch {
    /// Index of the topic.
    pub topic: u32,
    pub score: Option<f64>,
    /// Among all clauses of the document.
    pub clauses: Range<u32>,
    pub rest: Option<Rest>,
    /// Among all passages of the document.
    pub passages: Range<u32>,
    pub is_cut: bool,
}

/// Proves that the topic of this index matches the document that `decider` reads. Each clause has
/// a share of work of its own: deciding may have used up what the topic had.
pub fn prove(decider: &mut Decider<'_>, topic: u32, compiled: &CompiledTopic, scores: Scores) {
    let mut proven = std::mem::take(&mut decider.reading.known.proven);
    let mut is_cut = false;
    let score = (!compiled.weights.is_empty()).then(|| total(&scores));
    rule_clauses(decider, compiled, &scores, &mut proven, &mut is_cut);
    is_cut |= add_weights(decider, compiled, scores, &mut proven);
    let rest = fold_rest(&mut proven);
    let passages = passages(decider, &proven);
    let known = &mut decider.reading.known;
    is_cut |= proven.iter().any(|clause| known.pieces(clause.proof).len() > MAX_SPANS_PER_CLAUSE);
    let first = known.clauses.len() as u32;
    known.clauses.append(&mut proven);
    let clauses = first..known.clauses.len() as u32;
    known.sketches.push(Sketch { topic, score, clauses, rest, passages, is_cut });
    known.proven = proven;
}

/// The clauses of `match` that held.
fn rule_clauses(
    decider: &mut Decider<'_>,
    compiled: &CompiledTopic,
    scores: &Scores,
    proven: &mut Vec<Proven>,
    is_cut: &mut bool,
) {
    let Some(plan) = &compiled.matching else {
        return;
    };
    collect(decider, plan, (&compiled.names, 0), proven, is_cut);
    if proven.is_empty() && *is_cut {
        // The document's share is used up, and a match needs a proof. That many were found while
        // the share of deciding lasted, so that there are few of them.
        let (set, document, origin) = (decider.set, decider.document, decider.origin);
        let mut anew = Decider::new(set, document, origin, decider.reading);
        collect(&mut anew, plan, (&compiled.names, 0), proven, is_cut);
    }
    if *is_cut && proven.is_empty() && scores.is_empty() && !compiled.names.is_empty() {
        // What was decided on part of the text may not be found in more of it: the clause alone.
        proven.push(Proven { name: 0, proof: NOWHERE, score: None });
    }
}

/// Collects the clauses that held: operands of `AND` and `OR`, and what stands alone. Their names
/// are those from `first` on. Notes in `is_cut` where one ran out of its share.
fn collect(
    decider: &mut Decider<'_>,
    plan: &Plan,
    (names, first): (&[ClauseName], usize),
    proven: &mut Vec<Proven>,
    is_cut: &mut bool,
) {
    let (Plan::Or(operands) | Plan::And(operands)) = plan else {
        let Some(name) = names.get(first) else {
            return;
        };
        let proof = find(decider, plan, name, is_cut);
        if !decider.reading.known.pieces(proof).is_empty() {
            proven.push(Proven { name: first as u32, proof, score: None });
        }
        return;
    };
    let mut first = first;
    for operand in operands {
        let is_joined = matches!(operand, Plan::Or(_) | Plan::And(_));
        if !is_joined || holds(decider, operand, is_cut) {
            collect(decider, operand, (names, first), proven, is_cut);
        }
        first += operand.clause_count();
    }
}

fn holds(decider: &mut Decider<'_>, plan: &Plan, is_cut: &mut bool) -> bool {
    decider.begin_topic();
    let held = decider.holds(plan, Scope::Text);
    *is_cut |= decider.is_over_budget();
    held
}

/// Where a clause is found, in this document as a whole.
fn find(decider: &mut Decider<'_>, plan: &Plan, name: &ClauseName, is_cut: &mut bool) -> ProofId {
    if let Some(proof) = decider.known_proof(name) {
        return proof;
    }
    decider.begin_topic();
    let found = decider.find(plan, Scope::Text);
    *is_cut |= decider.is_over_budget();
    decider.prove_found(name, &found)
}

/// Adds the weights that counted, to the clause of the same text where there is one, and keeps
/// the list within its limit. Returns whether something was left out.
fn add_weights(
    decider: &mut Decider<'_>,
    compiled: &CompiledTopic,
    scores: Scores,
    proven: &mut Vec<Proven>,
) -> bool {
    let names = &compiled.names;
    let of_rule = proven.len();
    let first = names.len() - compiled.weights.len();
    for (index, score) in scores {
        let (Some(name), Some(plan)) = (names.get(first + index), compiled.weights.get(index))
        else {
            continue;
        };
        let is_same = |clause: &Proven| names[clause.name as usize].number == name.number;
        let same =
            proven[..of_rule].iter_mut().find(|clause| clause.score.is_none() && is_same(clause));
        if let Some(clause) = same {
            clause.score = Some(score);
        } else {
            let proof = find(decider, plan, name, &mut false);
            proven.push(Proven { name: (first + index) as u32, proof, score: Some(score) });
        }
    }
    let total = proven.len();
    if total > MAX_CLAUSES {
        let weights = total - of_rule;
        let kept = MAX_CLAUSES.saturating_sub(weights).max(MIN_RULE_CLAUSES);
        // Clauses that carry a score explain the sum: they stay.
        let mut plain = 0;
        proven.retain(|clause| {
            plain += usize::from(clause.score.is_none());
            clause.score.is_some() || plain <= kept
        });
    }
    total > MAX_CLAUSES
}

/// Takes out the scored clauses beyond what is kept: one clause brings their sum, since the
/// contributions of all clauses are the score, always.
fn fold_rest(proven: &mut Vec<Proven>) -> Option<Rest> {
    let (mut kept, mut folded, mut sum) = (0, 0, 0.0);
    let scored = proven.iter().filter(|clause| clause.score.is_some()).count();
    if scored <= MAX_SCORED_CLAUSES {
        return None;
    }
    proven.retain(|clause| {
        let Some(score) = clause.score else {
            return true;
        };
        kept += 1;
        let stays = kept < MAX_SCORED_CLAUSES;
        if !stays {
            folded += 1;
            sum += score.contribution;
        }
        stays
    });
    Some((folded, sum))
}

/// All pieces of occurrences, each once, as they stand in the document.
pub fn pieces(found: &[Occurrence], arena: &[Occurrence]) -> Vec<Occurrence> {
    let pieces = found.iter().flat_map(|occurrence| occurrence.pieces(arena));
    let mut all: Vec<Occurrence> = pieces.copied().collect();
    all.sort_by_key(Occurrence::order);
    all.dedup_by_key(|piece| piece.order());
    all
}

/// The place of a piece, with its text and what stands around it.
pub fn span(document: &Document, piece: &Occurrence) -> Span {
    Quotes::default().span(document, piece)
}

#[cfg(test)]
mod tests;
