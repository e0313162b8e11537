//! The near misses of a rule: the same rule with one obstacle taken away. What only such a rule
//! finds is what the obstacle held back: an exclusion's kill, or an entry that all but matched.

use std::collections::BTreeSet;

use super::edit::{self, Edited, Part, Spot};
use crate::domain::topic::Rule;
use crate::domain::topic::compile::Library;
use crate::domain::topic::filter::{Choice, Filters};
use crate::domain::topic::syntax::ast::{Expr, Node, ProximityOp};

/// Most obstacles that are looked at, in the order in which they are told.
pub const MAX_RELAXED: usize = 48;

/// How much lower the threshold of a near miss is.
const NEAR_THRESHOLD: f64 = 0.8;

/// What stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// An `exclude` line, a `NOT`, an `EXCEPT`, a `NOT NEAR`, a negative weight.
    Exclusion,
    /// A filter on feeds, tags, publishers or languages.
    Filter,
    /// The score reaches four fifths of the threshold, but not all of it.
    Threshold,
    /// One occurrence, or one operand, fewer than `MENTIONS` or `ATLEAST` asks for.
    Count,
    /// Both sides of a `NEAR`, `BEFORE`, `SENTENCE` or `PARAGRAPH` are there, but apart.
    Distance,
    /// One operand of an `AND` is missing.
    Operand,
}

impl Obstacle {
    pub fn as_str(self) -> &'static str {
        match self {
            Obstacle::Exclusion => "exclusion",
            Obstacle::Filter => "filter",
            Obstacle::Threshold => "threshold",
            Obstacle::Count => "count",
            Obstacle::Distance => "distance",
            Obstacle::Operand => "operand",
        }
    }
}

/// An obstacle, and what of the rule it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relaxed {
    pub obstacle: Obstacle,
    /// As written, for example `EXCEPT @legal`.
    pub label: String,
}

/// The rule without each of its obstacles, exclusions first; at most [`MAX_RELAXED`].
pub fn relax(rule: &Rule, library: &Library) -> Vec<(Relaxed, Edited)> {
    let mut found = exclusions(rule);
    in_the_rule(rule, library, &mut found);
    filters(rule, &mut found);
    if let Some(threshold) = rule.threshold.filter(|threshold| *threshold > 0.0) {
        let lower = Rule { threshold: Some(threshold * NEAR_THRESHOLD), ..rule.clone() };
        found.push((relaxed(Obstacle::Threshold, format!("threshold = {threshold}")), own(lower)));
    }
    found.sort_by_key(|(relaxed, _)| relaxed.obstacle);
    found.truncate(MAX_RELAXED);
    found
}

fn relaxed(obstacle: Obstacle, label: String) -> Relaxed {
    Relaxed { obstacle, label }
}

fn own(rule: Rule) -> Edited {
    Edited { rule, definitions: Vec::new() }
}

/// The lines of `exclude`, and weights that count against the topic.
fn exclusions(rule: &Rule) -> Vec<(Relaxed, Edited)> {
    let mut found = Vec::new();
    for (index, expr) in rule.exclude.iter().enumerate() {
        let mut without = rule.clone();
        without.exclude.remove(index);
        found.push((relaxed(Obstacle::Exclusion, format!("exclude {expr}")), own(without)));
    }
    for (index, weight) in rule.weights.iter().enumerate() {
        if weight.weight < 0.0 {
            let mut without = rule.clone();
            without.weights.remove(index);
            let label = format!("weight {} for {}", weight.weight, weight.expr);
            found.push((relaxed(Obstacle::Exclusion, label), own(without)));
        }
    }
    found
}

/// Each kind of filter, left open.
fn filters(rule: &Rule, found: &mut Vec<(Relaxed, Edited)>) {
    type Kind = (&'static str, fn(&mut Filters) -> &mut Choice);
    let kinds: [Kind; 4] = [
        ("feeds", |filters| &mut filters.feeds),
        ("tags", |filters| &mut filters.tags),
        ("publishers", |filters| &mut filters.publishers),
        ("languages", |filters| &mut filters.languages),
    ];
    for (name, choice) in kinds {
        let mut open = rule.clone();
        let choice = choice(&mut open.filters);
        if !choice.is_any() {
            *choice = Choice::default();
            found.push((relaxed(Obstacle::Filter, format!("filter on {name}")), own(open)));
        }
    }
}

/// What stands in the way within the rule itself, and in the macros it names.
fn in_the_rule(rule: &Rule, library: &Library, found: &mut Vec<(Relaxed, Edited)>) {
    let mut seen: BTreeSet<(Spot, usize)> = BTreeSet::new();
    edit::walk(rule, library, &mut |visit| {
        let Part::Expr(expr) = visit.part else { return };
        for (which, (obstacle, label, with)) in changes(expr, visit.plain).into_iter().enumerate() {
            if found.len() >= 4 * MAX_RELAXED || !seen.insert((visit.spot.clone(), which)) {
                continue;
            }
            let mark = format!("~{}", found.len());
            let changed = edit::replace(rule, library, &visit.spot, &mark, |_| Some(with));
            if let Some(edited) = changed {
                found.push((relaxed(obstacle, label), edited));
            }
        }
    });
}

/// What an expression can be replaced by to take an obstacle away.
fn changes(expr: &Expr, plain: bool) -> Vec<(Obstacle, String, Expr)> {
    let make = |node| Expr { node, span: expr.span.clone() };
    match &expr.node {
        Node::And(operands) if plain => (0..operands.len())
            .map(|index| {
                let mut rest = operands.clone();
                let gone = rest.remove(index);
                let is_not = matches!(gone.node, Node::Not(_));
                let obstacle = if is_not { Obstacle::Exclusion } else { Obstacle::Operand };
                let rest = match (rest.pop(), rest.is_empty()) {
                    (Some(only), true) => only,
                    (last, _) => {
                        rest.extend(last);
                        make(Node::And(rest))
                    }
                };
                (obstacle, gone.to_string(), rest)
            })
            .collect(),
        Node::Proximity { op, left, right } => match op {
            ProximityOp::Except => {
                vec![(Obstacle::Exclusion, format!("EXCEPT {right}"), (**left).clone())]
            }
            ProximityOp::NotNear(n) => {
                vec![(Obstacle::Exclusion, format!("NOT NEAR/{n} {right}"), (**left).clone())]
            }
            _ if plain => {
                let both = make(Node::And(vec![(**left).clone(), (**right).clone()]));
                vec![(Obstacle::Distance, expr.to_string(), both)]
            }
            _ => Vec::new(),
        },
        Node::AtLeast { n, operands } if plain && *n > 1 => {
            let fewer = make(Node::AtLeast { n: n - 1, operands: operands.clone() });
            vec![(Obstacle::Count, expr.to_string(), fewer)]
        }
        Node::Mentions { n, inner } if plain && *n > 1 => {
            let fewer = make(Node::Mentions { n: n - 1, inner: inner.clone() });
            vec![(Obstacle::Count, expr.to_string(), fewer)]
        }
        _ => Vec::new(),
    }
}
