//! Puts the evidence of a match together: the clauses of the rule that held, each weight that
//! counted, the exclusions that did not hold. [`super::passage`] picks the text to show.

use super::super::compile::{CompiledTopic, Plan, expr_label};
use super::super::matcher::decide::{Decider, Scores, total};
use super::super::matcher::occurrence::{Found, Occurrence, count_apart};
use super::super::matcher::reading::field_text;
use super::super::matcher::score::is_in_lead;
use super::super::syntax::ast::Scope;
use super::passage::passages;
use super::{
    CONTEXT_CHARS, Clause, ClauseScore, Evidence, MAX_CLAUSES, MAX_SCORED_CLAUSES,
    MAX_SPANS_PER_CLAUSE, Match, Span,
};
use crate::domain::document::Document;
use crate::domain::text::ANALYSER_VERSION;

/// Fewest clauses of the rule that are kept beside many weights.
const MIN_RULE_CLAUSES: usize = 3;

/// A clause and where it was found.
pub struct Proven {
    text: String,
    found: Found,
    /// The stretches of text that make up what was found.
    pub pieces: Vec<Occurrence>,
    score: Option<ClauseScore>,
}

/// Proves that `compiled` matches the document that `decider` reads. Each clause has a share of
/// work of its own: deciding may have used up what the topic had.
pub fn prove(decider: &mut Decider<'_>, compiled: &CompiledTopic, scores: Scores) -> Match {
    let rule = &compiled.topic.rule;
    let mut is_cut = false;
    let mut proven = rule_clauses(decider, compiled, &scores, &mut is_cut);
    let score = (!rule.weights.is_empty()).then(|| total(&scores));
    is_cut |= add_weights(decider, compiled, scores, &mut proven);
    for clause in &mut proven {
        clause.pieces = pieces(decider.list(&clause.found), &decider.reading.pieces);
    }
    let passages = passages(decider, &proven);
    let clauses = proven.into_iter().map(|clause| finish(decider, clause, &mut is_cut)).collect();
    Match {
        topic: compiled.topic.id.clone(),
        revision: compiled.revision,
        analyser: ANALYSER_VERSION,
        score,
        threshold: rule.threshold,
        evidence: Evidence {
            clauses,
            vetoes_tried: rule.exclude.iter().map(expr_label).collect(),
            passages,
            truncated: is_cut,
        },
    }
}

/// The clauses of `match` that held.
fn rule_clauses(
    decider: &mut Decider<'_>,
    compiled: &CompiledTopic,
    scores: &Scores,
    is_cut: &mut bool,
) -> Vec<Proven> {
    let mut proven = Vec::new();
    let Some(plan) = &compiled.matching else {
        return proven;
    };
    collect(decider, plan, &compiled.labels, &mut proven, is_cut);
    if proven.is_empty() && *is_cut {
        // The document's share is used up, and a match needs a proof. That many were found while
        // the share of deciding lasted, so that there are few of them.
        let (set, document, origin) = (decider.set, decider.document, decider.origin);
        let mut anew = Decider::new(set, document, origin, decider.reading);
        collect(&mut anew, plan, &compiled.labels, &mut proven, is_cut);
    }
    if let (true, true, true, Some(text)) =
        (*is_cut, proven.is_empty(), scores.is_empty(), compiled.labels.first())
    {
        // What was decided on part of the text may not be found in more of it: the clause alone.
        proven.push(Proven { text: text.clone(), found: 0..0, pieces: Vec::new(), score: None });
    }
    proven
}

/// Collects the clauses that held: operands of `AND` and `OR`, and what stands alone. `labels`
/// starts with theirs. Notes in `is_cut` where one ran out of its share.
fn collect(
    decider: &mut Decider<'_>,
    plan: &Plan,
    labels: &[String],
    proven: &mut Vec<Proven>,
    is_cut: &mut bool,
) {
    match plan {
        Plan::Or(operands) | Plan::And(operands) => {
            let mut labels = labels;
            for operand in operands {
                let (own, rest) = labels.split_at(operand.clause_count());
                decider.begin_topic();
                let held = decider.holds(operand, Scope::Text);
                *is_cut |= decider.is_over_budget();
                if held {
                    collect(decider, operand, own, proven, is_cut);
                }
                labels = rest;
            }
        }
        _ => {
            decider.begin_topic();
            let found = decider.find(plan, Scope::Text);
            *is_cut |= decider.is_over_budget();
            if let (false, Some(text)) = (found.is_empty(), labels.first()) {
                proven.push(Proven { text: text.clone(), found, pieces: Vec::new(), score: None });
            }
        }
    }
}

/// Adds the weights that counted, to the clause of the same text where there is one, and keeps
/// the list within its limit. Returns whether something was left out.
fn add_weights(
    decider: &mut Decider<'_>,
    compiled: &CompiledTopic,
    scores: Scores,
    proven: &mut Vec<Proven>,
) -> bool {
    let mut weights = Vec::with_capacity(scores.len());
    let labels = &compiled.labels[compiled.labels.len() - compiled.weights.len()..];
    for (index, score) in scores {
        let (Some(text), Some(plan)) = (labels.get(index), compiled.weights.get(index)) else {
            continue;
        };
        let same = proven.iter_mut().find(|clause| clause.text == *text && clause.score.is_none());
        if let Some(clause) = same {
            clause.score = Some(score);
        } else {
            decider.begin_topic();
            let found = decider.find(plan, Scope::Text);
            weights.push(Proven {
                text: text.clone(),
                found,
                pieces: Vec::new(),
                score: Some(score),
            });
        }
    }
    let total = proven.len() + weights.len();
    if total > MAX_CLAUSES {
        let kept = MAX_CLAUSES.saturating_sub(weights.len()).max(MIN_RULE_CLAUSES);
        // Clauses that carry a score explain the sum: they stay.
        let mut plain = 0;
        proven.retain(|clause| {
            plain += usize::from(clause.score.is_none());
            clause.score.is_some() || plain <= kept
        });
    }
    proven.append(&mut weights);
    let rest = fold_rest(proven);
    proven.extend(rest);
    total > MAX_CLAUSES
}

/// Takes out the scored clauses beyond what is kept, as one clause that brings their sum: the
/// contributions of all clauses are the score, always.
fn fold_rest(proven: &mut Vec<Proven>) -> Option<Proven> {
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
    let score =
        ClauseScore { weight: sum, field_factor: 1.0, repeat_factor: 1.0, contribution: sum };
    let text = format!("{folded} more weights");
    Some(Proven { text, found: 0..0, pieces: Vec::new(), score: Some(score) })
}

fn finish(decider: &Decider<'_>, clause: Proven, is_cut: &mut bool) -> Clause {
    *is_cut |= clause.pieces.len() > MAX_SPANS_PER_CLAUSE;
    let kept = clause.pieces.iter().take(MAX_SPANS_PER_CLAUSE);
    Clause {
        text: clause.text,
        count: count_apart(decider.list(&clause.found)),
        spans: kept.map(|piece| span(decider.document, piece)).collect(),
        score: clause.score,
    }
}

/// All pieces of occurrences, each once, as they stand in the document.
pub fn pieces(found: &[Occurrence], arena: &[Occurrence]) -> Vec<Occurrence> {
    let count = found.iter().map(|occurrence| occurrence.pieces(arena).len()).sum();
    let mut all: Vec<Occurrence> = Vec::with_capacity(count);
    for occurrence in found {
        all.extend_from_slice(occurrence.pieces(arena));
    }
    all.sort_by_key(Occurrence::order);
    all.dedup_by_key(|piece| piece.order());
    all
}

/// The place of a piece, with its text and what stands around it.
pub fn span(document: &Document, piece: &Occurrence) -> Span {
    let text = field_text(document, piece.field);
    let (start, end) = (piece.from as usize, piece.to as usize);
    let (before, after) = (&text[..start], &text[end..]);
    let first = before.chars().count();
    let from = before.char_indices().rev().nth(CONTEXT_CHARS - 1).map_or(0, |(at, _)| at);
    let to = after.char_indices().nth(CONTEXT_CHARS).map_or(after.len(), |(at, _)| at);
    Span {
        field: piece.field,
        in_lead: is_in_lead(piece.field, piece.start),
        start,
        end,
        chars: (first, first + text[start..end].chars().count()),
        quote: text[start..end].to_owned(),
        before: before[from..].to_owned(),
        after: after[..to].to_owned(),
    }
}

#[cfg(test)]
mod tests;
