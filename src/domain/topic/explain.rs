//! Shows a decision clause by clause: what held, what did not, where, and what the first thing
//! was that stood in the way. [`filters`] are asked first, [`tree`] walks the rule, [`verdict`]
//! finds the sentence that says why, [`render`] writes it all as plain text, [`remedy`] says what
//! change would have caught it, [`replay`] whether an old match is found again.

pub mod remedy;
pub mod replay;

mod filters;
mod render;
mod tree;
mod verdict;

use super::compile::TopicSet;
use super::evidence::{ClauseScore, Span};
use super::filter::Origin;
use super::matcher::decide::{Decider, total};
use super::matcher::{score, with_reading};
use super::syntax::ast::Scope;
use crate::domain::document::Document;
use crate::domain::ids::{Digest, TopicId};
use crate::domain::text::ANALYSER_VERSION;

/// Why a topic matches a document, or why not.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub topic: TopicId,
    pub revision: Digest,
    pub analyser: u32,
    pub matched: bool,
    /// Each filter the topic has, in the order feeds, tags, publishers, languages.
    pub filters: Vec<FilterCheck>,
    /// The rule's `match`, where it has one.
    pub tree: Option<ExplainedNode>,
    /// The weights, those that did not hold too.
    pub scores: Vec<ScoreLine>,
    /// Sum of the contributions, where the topic has weights.
    pub score: Option<f64>,
    pub threshold: Option<f64>,
    /// Each exclusion.
    pub exclusions: Vec<ExplainedNode>,
    /// The rule, or explaining it, ran out of its share of work: decided, or explained, on what
    /// was found until then.
    pub over_budget: bool,
    /// One sentence: what decided.
    pub verdict: String,
}

/// One filter of a topic, and what it was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterCheck {
    /// `feeds`, `tags`, `publishers` or `languages`.
    pub name: &'static str,
    /// What the topic asks for, such as `en, fr` or `not sport`.
    pub wanted: String,
    /// What the document has, such as `de (detected)`; from outside.
    pub found: String,
    pub held: bool,
    /// Whether it was asked at all: a text that never was in a feed passes filters on feeds.
    pub asked: bool,
}

/// One clause of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedNode {
    /// As written.
    pub label: String,
    pub held: bool,
    /// How often it was found.
    pub count: u32,
    /// Of an operand of `ATLEAST`: how many it counts for, a list for each of its members.
    pub counted: u32,
    /// Of an operand of `ATLEAST` that shares terms with others: how many those come to alone.
    pub beside: Option<u32>,
    /// The first places, up to [`super::evidence::MAX_SPANS_PER_CLAUSE`].
    pub spans: Vec<Span>,
    /// Why it did not hold although its parts were found.
    pub note: Option<String>,
    /// Of an operator on positions that did not hold although both sides were found: how near
    /// they stand.
    pub nearest: Option<Nearest>,
    pub children: Vec<ExplainedNode>,
}

/// How near the two sides of an operator stand at best, in words; neighbours are 1 apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Nearest {
    /// In either order; `None` where they never stand apart in one field.
    pub apart: Option<u32>,
    /// Left before right.
    pub in_order: Option<u32>,
    /// They overlap somewhere, which no operator takes for near.
    pub overlap: bool,
    /// The nearest two, of `BEFORE` in its order where there are such; empty where they never
    /// stand apart in one field.
    pub spans: Vec<Span>,
}

/// One weight.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreLine {
    pub clause: ExplainedNode,
    pub weight: f64,
    /// `None` where it did not hold.
    pub score: Option<ClauseScore>,
}

impl TopicSet {
    /// Explains what `topic` makes of `document`; `None` where there is no such topic.
    pub fn explain(
        &self,
        topic: &TopicId,
        document: &Document,
        origin: &Origin<'_>,
    ) -> Option<Explanation> {
        let compiled = self.topics.get(*self.by_id.get(topic)?)?;
        let rule = &compiled.topic.rule;
        Some(with_reading(|reading| {
            reading.read(self, document);
            let mut decider = Decider::new(self, document, origin, reading);
            let matched = decider.matches(compiled).is_some();
            let is_part_decided = decider.is_over_budget();
            decider.begin_anew();
            let filters = filters::checks(&mut decider, &rule.filters);
            let held = decider.scores(compiled);
            let mut over_budget = is_part_decided | decider.is_over_budget();
            // Each clause has a share of work of its own: what one takes hides no other.
            let mut explained = |expr, plan| {
                decider.begin_anew();
                let node = tree::node(&mut decider, expr, plan, Scope::Text);
                over_budget |= decider.is_over_budget();
                node
            };
            let matching = rule.matching.as_ref().zip(compiled.matching.as_ref());
            let tree = matching.map(|(expr, plan)| explained(expr, plan));
            let scores = rule
                .weights
                .iter()
                .zip(&compiled.weights)
                .enumerate()
                .map(|(index, (weight, plan))| ScoreLine {
                    clause: explained(&weight.expr, plan),
                    weight: weight.weight,
                    score: held.iter().find(|(at, _)| *at == index).map(|(_, score)| *score),
                })
                .collect();
            let exclusions: Vec<ExplainedNode> = rule
                .exclude
                .iter()
                .zip(&compiled.exclude)
                .map(|(expr, plan)| explained(expr, plan))
                .collect();
            let score = (!rule.weights.is_empty()).then(|| total(&held));
            let is_shown_to_match = filters.iter().all(|check| check.held)
                && tree.as_ref().is_none_or(|node| node.held)
                && rule.threshold.is_none_or(|least| score::reaches(score.unwrap_or(0.0), least))
                && !exclusions.iter().any(|exclusion| exclusion.held);
            let mut verdict = match (filters.iter().find(|check| !check.held), &tree, matching) {
                // What ran out of its share shows otherwise than was decided.
                _ if is_shown_to_match != matched => {
                    if matched { "matches" } else { "does not match" }.to_owned()
                }
                (Some(check), ..) => filters::refusal(check, &rule.filters, &self.publishers),
                (_, Some(node), Some((expr, _))) if !node.held => verdict::failure(expr, node),
                _ => decided(score, rule.threshold, &exclusions),
            };
            if is_part_decided {
                verdict.push_str(": decided on part of the text, the rule takes too much work");
            } else if over_budget {
                verdict.push_str(": explained on part of the text, the rule takes too much work");
            }
            Explanation {
                over_budget,
                topic: topic.clone(),
                revision: compiled.revision,
                analyser: ANALYSER_VERSION,
                matched,
                filters,
                tree,
                scores,
                score,
                threshold: rule.threshold,
                exclusions,
                verdict,
            }
        }))
    }
}

/// The sentence for a rule whose `match` holds, or that has none.
fn decided(score: Option<f64>, threshold: Option<f64>, exclusions: &[ExplainedNode]) -> String {
    let sum = score.unwrap_or(0.0);
    if let Some(threshold) = threshold
        && !score::reaches(sum, threshold)
    {
        return format!("score {sum:.1} is below the threshold {threshold:.1}");
    }
    if let Some(exclusion) = exclusions.iter().find(|exclusion| exclusion.held) {
        return format!("excluded by {}", exclusion.label);
    }
    match (score, threshold) {
        (Some(sum), Some(threshold)) => {
            format!("matches with score {sum:.1} (threshold {threshold:.1})")
        }
        (Some(sum), None) => format!("matches with score {sum:.1}"),
        _ => "matches".to_owned(),
    }
}

#[cfg(test)]
mod tests;
