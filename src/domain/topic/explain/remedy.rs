//! What change of a topic would have caught a document that it does not match. Nothing here is
//! guessed: each change is made to a copy of the rule, which is compiled and run, so that a
//! [`Remedy`] says whether it is enough. [`clause`] looks for what nearly held, [`near_hit`] for
//! terms that stand there in another form, [`edit`] makes the change.

mod clause;
mod edit;
mod filters;
mod near_hit;

use std::sync::Arc;

use super::super::Topic;
use super::super::compile::{CompiledTopic, Library, Plan, TopicSet};
use super::super::evidence::Span;
use super::super::filter::Origin;
use super::super::matcher::score;
use super::super::syntax::ast::{Definition, Expr, Node};
use super::{Explanation, ScoreLine};
use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use edit::{Edit, Source};

/// Most changes that are tried: each is a compilation of the rule.
const MAX_TRIED: usize = 24;

/// Most changes that are told.
const MAX_TOLD: usize = 8;

/// What would have made a topic match.
#[derive(Debug, Clone, PartialEq)]
pub struct Cure {
    /// Changes that are enough first, else in the order of the rule.
    pub remedies: Vec<Remedy>,
    /// Whether all of these together would have been enough, where none is alone.
    pub together: bool,
}

/// One thing that stood in the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedy {
    /// Stable word: `distance`, `order`, `sentence`, `other_case`, `other_form`, `spelling`,
    /// `phrase`, `missing`, `excepted`, `negated`, `other_field`, `count`, `threshold`,
    /// `negative_weight`, `exclusion` or `filter`.
    pub code: &'static str,
    /// The clause as written.
    pub clause: String,
    /// What the text has.
    pub found: String,
    /// What would have to change; `None`: the text has nothing to go by.
    pub change: Option<String>,
    /// The places in the text that it is about.
    pub spans: Vec<Span>,
    /// Whether this change alone would have made the topic match.
    pub enough: bool,
}

/// A remedy and how to try it.
struct Candidate {
    remedy: Remedy,
    edit: Option<Edit>,
}

impl TopicSet {
    /// What would have made `topic` match `document`. `None` where there is no such topic, or
    /// where it does match.
    pub fn cure(&self, topic: &TopicId, document: &Document, origin: &Origin<'_>) -> Option<Cure> {
        let why = self.explain(topic, document, origin).filter(|why| !why.matched)?;
        let compiled = self.topics.get(*self.by_id.get(topic)?)?;
        let trial = Trial {
            set: self,
            topic: &compiled.topic,
            library: library(self, compiled),
            document,
            origin,
        };
        let mut candidates = trial.candidates(&why);
        candidates.truncate(MAX_TRIED);
        for candidate in &mut candidates {
            let tried = candidate.edit.as_ref().map(|edit| trial.outcome(&[edit]));
            match tried {
                Some(Some(matched)) => candidate.remedy.enough = matched,
                // The change gives no rule that compiles: it is none.
                Some(None) => (candidate.edit, candidate.remedy.change) = (None, None),
                None => {}
            }
        }
        candidates.sort_by_key(|candidate| !candidate.remedy.enough);
        candidates.truncate(MAX_TOLD);
        // What is not told is no part of what is said to be enough.
        let edits: Vec<&Edit> = candidates.iter().filter_map(|one| one.edit.as_ref()).collect();
        let none_alone = !candidates.iter().any(|candidate| candidate.remedy.enough);
        let together = none_alone && edits.len() > 1 && trial.outcome(&edits) == Some(true);
        let remedies = candidates.into_iter().map(|one| one.remedy).collect();
        Some(Cure { remedies, together })
    }
}

/// The topic, and what its changed copies are tried on.
struct Trial<'a> {
    set: &'a TopicSet,
    topic: &'a Topic,
    library: Library,
    document: &'a Document,
    origin: &'a Origin<'a>,
}

impl Trial<'_> {
    /// Everything that stands in the way, in the order in which it is asked.
    fn candidates(&self, why: &Explanation) -> Vec<Candidate> {
        let rule = &self.topic.rule;
        let mut all =
            filters::candidates(&rule.filters, self.document, self.origin, self.set.publishers());
        let mut search = clause::Search::new(self.document, &self.library, self.topic);
        if let (Some(expr), Some(node)) = (&rule.matching, &why.tree) {
            search.look(Source::Match, expr, node);
        }
        if let (Some(score), Some(threshold)) = (why.score, rule.threshold)
            && !score::reaches(score, threshold)
        {
            search.found.push(below(score, threshold, &why.scores));
            search.found.extend(against(score, &why.scores));
            for (index, (weight, line)) in rule.weights.iter().zip(&why.scores).enumerate() {
                if weight.weight > 0.0 && line.score.is_none() {
                    search.look_for_near(Source::Weight(index), &weight.expr, &line.clause);
                }
            }
        }
        all.append(&mut search.found);
        let held = why.exclusions.iter().enumerate().filter(|(_, node)| node.held);
        all.extend(held.map(|(index, node)| Candidate {
            remedy: Remedy {
                code: "exclusion",
                clause: node.label.clone(),
                found: format!("excluded by {}", node.label),
                change: Some("without this exclusion, or with an EXCEPT in it".to_owned()),
                spans: node.spans.clone(),
                enough: false,
            },
            edit: Some(Edit::Exclusion(index)),
        }));
        all
    }

    /// Whether the topic, changed so, matches; `None` where it then is no rule any more.
    fn outcome(&self, edits: &[&Edit]) -> Option<bool> {
        let mut topic = self.topic.clone();
        let mut library = self.library.clone();
        edit::apply(edits, &mut topic.rule, &mut library);
        let id = topic.id.clone();
        let set = TopicSet::compile(vec![Arc::new(topic)], &library).ok()?;
        let set = set.with_publishers(Arc::clone(self.set.publishers()));
        Some(set.evaluate_topic(&id, self.document, self.origin).is_some())
    }
}

/// A sum below the threshold.
fn below(score: f64, threshold: f64, scores: &[ScoreLine]) -> Candidate {
    let short = threshold - score;
    // Rounded down, so that what is told is enough.
    let reached = (score * 10.0).floor() / 10.0;
    let missing: Vec<String> = scores
        .iter()
        .filter(|line| line.score.is_none() && line.weight > 0.0)
        .take(3)
        .map(|line| format!("{} (+{} or more)", line.clause.label, line.weight))
        .collect();
    let more = match missing.is_empty() {
        true => String::new(),
        false => format!("; not found: {}", missing.join(", ")),
    };
    Candidate {
        remedy: Remedy {
            code: "threshold",
            clause: format!("threshold {threshold}"),
            found: format!(
                "score {score:.2} is short of the threshold {threshold} by {short:.2}{more}"
            ),
            change: (reached > 0.0).then(|| format!("the threshold would have to be {reached:.1}")),
            spans: Vec::new(),
            enough: false,
        },
        edit: (reached > 0.0).then_some(Edit::Threshold(reached)),
    }
}

/// Negative weights that counted.
fn against(score: f64, scores: &[ScoreLine]) -> Vec<Candidate> {
    let negative = |(index, line): (usize, &ScoreLine)| {
        let held = line.score.filter(|held| held.contribution < 0.0)?;
        let without = score - held.contribution;
        Some(Candidate {
            remedy: Remedy {
                code: "negative_weight",
                clause: line.clause.label.clone(),
                found: format!("{} counts {}", line.clause.label, held.contribution),
                change: Some(format!("without it the score would be {without:.2}")),
                spans: line.clause.spans.clone(),
                enough: false,
            },
            edit: Some(Edit::Weight(index)),
        })
    };
    scores.iter().enumerate().filter_map(negative).collect()
}

/// The lists and macros that a compiled topic names, directly or not: enough to compile it again.
fn library(set: &TopicSet, compiled: &CompiledTopic) -> Library {
    let mut library = Library::default();
    let rule = &compiled.topic.rule;
    let matching = rule.matching.iter().zip(&compiled.matching);
    let exclude = rule.exclude.iter().zip(&compiled.exclude);
    let weights = rule.weights.iter().map(|weight| &weight.expr).zip(&compiled.weights);
    for (expr, plan) in matching.chain(exclude).chain(weights) {
        collect(set, expr, plan, &mut library);
    }
    library
}

fn collect(set: &TopicSet, expr: &Expr, plan: &Plan, library: &mut Library) {
    match (&expr.node, plan) {
        (Node::Or(exprs), Plan::Or(plans))
        | (Node::And(exprs), Plan::And(plans))
        | (Node::AtLeast { operands: exprs, .. }, Plan::AtLeast { operands: plans, .. }) => {
            exprs.iter().zip(plans).for_each(|(expr, plan)| collect(set, expr, plan, library));
        }
        (Node::Not(below), Plan::Not(inner))
        | (Node::Scoped { inner: below, .. }, Plan::Scoped { inner, .. })
        | (Node::Mentions { inner: below, .. }, Plan::Mentions { inner, .. }) => {
            collect(set, below, inner, library);
        }
        (Node::Proximity { left, right, .. }, Plan::Proximity { sides, .. }) => {
            collect(set, left, &sides[0], library);
            collect(set, right, &sides[1], library);
        }
        (Node::Reference(name), Plan::Reference(index)) => {
            let Some(definition) = set.definitions.get(*index as usize) else {
                return;
            };
            if library.definitions.contains_key(name) {
                return;
            }
            library.definitions.insert(name.clone(), definition.definition.clone());
            if let Definition::Macro(rule) = &definition.definition {
                collect(set, rule, &definition.plan, library);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
