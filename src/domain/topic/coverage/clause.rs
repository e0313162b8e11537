//! The clauses of `match` as far as tests can tell them apart: operands of `AND`, `OR`, `NOT` and
//! `ATLEAST` down to terms, lists and proximities, and what an exception takes away. Their truth
//! is read off an explanation, which has the shape of the rule.

use super::super::RulePart;
use super::super::explain::ExplainedNode;
use super::super::syntax::ast::{Expr, Node, ProximityOp};
use super::{ClauseKind, Covered};

/// A clause whose truth is set, whatever was found.
#[derive(Debug, Clone, Copy)]
pub struct Force {
    pub number: usize,
    pub value: bool,
}

/// A part of a rule.
pub enum Clause {
    /// A clause that counts, with its number.
    Atom(usize),
    Any(Vec<Clause>),
    All(Vec<Clause>),
    Not(Box<Clause>),
    AtLeast(u32, Vec<Clause>),
    /// `field:( … )` around more than one clause.
    Within(Box<Clause>),
    /// `A EXCEPT B`, `A NOT NEAR/n B`: the numbers of what must be found and of what takes it away.
    Unless {
        found: usize,
        taken: usize,
    },
}

impl Clause {
    /// Takes a rule apart, and adds the clauses that count to `covered`.
    pub fn of(expr: &Expr, covered: &mut Vec<Covered>) -> Self {
        let mut each = |all: &[Expr]| -> Vec<Clause> {
            all.iter().map(|one| Self::of(one, covered)).collect()
        };
        match &expr.node {
            Node::Or(operands) => Clause::Any(each(operands)),
            Node::And(operands) => Clause::All(each(operands)),
            Node::AtLeast { n, operands } => Clause::AtLeast(*n, each(operands)),
            Node::Not(inner) => Clause::Not(Box::new(Self::of(inner, covered))),
            Node::Scoped { inner, .. } if has_parts(inner) => {
                Clause::Within(Box::new(Self::of(inner, covered)))
            }
            Node::Proximity { op: ProximityOp::Except | ProximityOp::NotNear(_), left, right } => {
                let found = add(ClauseKind::Match, left, covered);
                Clause::Unless { found, taken: add(ClauseKind::Exception, right, covered) }
            }
            _ => Clause::Atom(add(ClauseKind::Match, expr, covered)),
        }
    }

    /// Whether the clause holds in an explained entry, were one clause as `force` says.
    pub fn holds(&self, node: &ExplainedNode, force: Option<Force>) -> bool {
        let forced =
            |number: usize| force.filter(|force| force.number == number).map(|force| force.value);
        let below = |clauses: &[Clause]| -> Vec<bool> {
            let pairs = clauses.iter().zip(&node.children);
            pairs.map(|(clause, child)| clause.holds(child, force)).collect()
        };
        match (self, node.children.as_slice()) {
            (Clause::Atom(number), _) => forced(*number).unwrap_or(node.held),
            (Clause::Any(clauses), _) => below(clauses).contains(&true),
            (Clause::All(clauses), _) => !below(clauses).contains(&false),
            (Clause::Not(inner), [child, ..]) => !inner.holds(child, force),
            (Clause::Within(inner), [child, ..]) => inner.holds(child, force),
            (Clause::AtLeast(n, clauses), children) => {
                let held: Vec<bool> = below(clauses);
                let own = |held: bool, child: &ExplainedNode| {
                    if held { child.counted.max(1) } else { 0 }
                };
                // Where operands share terms, only the one that is forced counts anew.
                let other = held.iter().zip(children).find(|(held, child)| **held != child.held);
                let count = match other {
                    Some((held, child)) if let Some(beside) = child.beside => {
                        beside.saturating_add(own(*held, child))
                    }
                    None if children.iter().any(|child| child.beside.is_some()) => {
                        return node.held;
                    }
                    _ => held.iter().zip(children).map(|(held, child)| own(*held, child)).sum(),
                };
                count >= *n
            }
            (Clause::Unless { found, taken }, [left, ..]) => {
                let is_found = left.count > 0;
                let is_taken = forced(*taken).unwrap_or(is_found && !node.held);
                forced(*found).unwrap_or(is_found) && !is_taken
            }
            _ => node.held,
        }
    }
}

/// Whether a rule falls into several clauses.
fn has_parts(expr: &Expr) -> bool {
    match &expr.node {
        Node::Or(_) | Node::And(_) | Node::Not(_) | Node::AtLeast { .. } => true,
        Node::Proximity { op, .. } => matches!(op, ProximityOp::Except | ProximityOp::NotNear(_)),
        Node::Scoped { inner, .. } => has_parts(inner),
        _ => false,
    }
}

fn add(kind: ClauseKind, expr: &Expr, covered: &mut Vec<Covered>) -> usize {
    let place = Some((RulePart::Match, expr.span.clone()));
    let label = expr.to_string();
    covered.push(Covered { kind, place, label, by_presence: false, by_absence: false });
    covered.len() - 1
}
