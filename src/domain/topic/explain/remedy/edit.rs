//! Changes to a copy of a rule. A clause is named by the way to it from the top of its source, so
//! that several changes can be made to one copy: the deepest first.

use super::super::super::Rule;
use super::super::super::compile::Library;
use super::super::super::filter::{Choice, Filters};
use super::super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Term};

/// Finds one filter among all.
pub(super) type FilterOf = fn(&mut Filters) -> &mut Choice;

/// One change to a topic.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Clause(Site, Change),
    Threshold(f64),
    /// Leaves this weight out.
    Weight(usize),
    /// Leaves this exclusion out.
    Exclusion(usize),
    /// Puts this in place of the filter.
    Filter(FilterOf, Choice),
}

/// Which text a clause stands in.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Match,
    Weight(usize),
    /// The macro, or list, of this name.
    Definition(String),
}

/// A clause of a rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Site {
    pub source: Source,
    /// Which child to take at each step from the top.
    pub path: Vec<usize>,
}

impl Site {
    pub fn below(&self, child: usize) -> Self {
        let mut path = self.path.clone();
        path.push(child);
        Self { source: self.source.clone(), path }
    }
}

/// What becomes of a clause.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// Another operator between the same two sides.
    Operator(ProximityOp),
    /// Both sides, wherever they stand.
    Both,
    /// The left side alone.
    Left,
    /// Another term in its place.
    Term(Term),
    /// `clause OR other`.
    Or(Expr),
    /// One more entry of the list.
    Item(Term),
    /// What is inside, in title and body.
    Anywhere,
    /// So many are enough.
    Count(u32),
    /// An `AND` without this operand.
    Without(usize),
}

/// Makes all the changes. One that finds no place any more is left out.
pub(super) fn apply(edits: &[&Edit], rule: &mut Rule, library: &mut Library) {
    let mut clauses: Vec<(&Site, &Change)> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Clause(site, change) => Some((site, change)),
            _ => None,
        })
        .collect();
    clauses.sort_by_key(|(site, change)| {
        let operand = if let Change::Without(operand) = change { *operand } else { 0 };
        std::cmp::Reverse((site.path.len(), operand))
    });
    for (site, change) in clauses {
        change_clause(site, change, rule, library);
    }
    let mut exclusions = Vec::new();
    let mut weights = Vec::new();
    for edit in edits {
        match edit {
            Edit::Clause(..) => {}
            Edit::Threshold(threshold) => rule.threshold = Some(*threshold),
            Edit::Filter(of, choice) => *of(&mut rule.filters) = choice.clone(),
            Edit::Exclusion(index) => exclusions.push(*index),
            Edit::Weight(index) => weights.push(*index),
        }
    }
    remove(&mut rule.exclude, exclusions);
    remove(&mut rule.weights, weights);
}

fn remove<T>(list: &mut Vec<T>, mut indices: Vec<usize>) {
    indices.sort_unstable();
    indices.dedup();
    for index in indices.into_iter().rev().filter(|index| *index < list.len()).collect::<Vec<_>>() {
        list.remove(index);
    }
}

fn change_clause(site: &Site, change: &Change, rule: &mut Rule, library: &mut Library) {
    let root = match &site.source {
        Source::Match => rule.matching.as_mut(),
        Source::Weight(index) => rule.weights.get_mut(*index).map(|weight| &mut weight.expr),
        Source::Definition(name) => match (library.definitions.get_mut(name), change) {
            (Some(Definition::List(items)), Change::Item(term)) => {
                items.push(term.clone());
                return;
            }
            (Some(Definition::Macro(expr)), _) => Some(expr),
            _ => None,
        },
    };
    if let Some(expr) = root.and_then(|root| descend(root, &site.path)) {
        change_node(expr, change);
    }
}

fn descend<'e>(expr: &'e mut Expr, path: &[usize]) -> Option<&'e mut Expr> {
    let Some((&child, rest)) = path.split_first() else {
        return Some(expr);
    };
    let below = match &mut expr.node {
        Node::Or(all) | Node::And(all) | Node::AtLeast { operands: all, .. } => all.get_mut(child),
        Node::Not(inner) | Node::Scoped { inner, .. } | Node::Mentions { inner, .. } => {
            Some(&mut **inner)
        }
        Node::Proximity { left, right, .. } => {
            Some(if child == 0 { &mut **left } else { &mut **right })
        }
        Node::Term(_) | Node::Reference(_) => None,
    };
    descend(below?, rest)
}

fn change_node(expr: &mut Expr, change: &Change) {
    let span = expr.span.clone();
    let here = |node| Expr { node, span: span.clone() };
    // Put back below, changed or as it was.
    let old = std::mem::replace(&mut expr.node, Node::Or(Vec::new()));
    expr.node = match (old, change) {
        (Node::Proximity { left, right, .. }, Change::Operator(op)) => {
            Node::Proximity { op: *op, left, right }
        }
        (Node::Proximity { left, right, .. }, Change::Both) => Node::And(vec![*left, *right]),
        (Node::Proximity { left, .. }, Change::Left) => left.node,
        (Node::Term(_), Change::Term(term)) => Node::Term(term.clone()),
        (Node::Scoped { inner, .. }, Change::Anywhere) => inner.node,
        (Node::AtLeast { operands, .. }, Change::Count(n)) => Node::AtLeast { n: *n, operands },
        (Node::Mentions { inner, .. }, Change::Count(n)) => Node::Mentions { n: *n, inner },
        (Node::And(mut operands), Change::Without(operand)) => {
            if *operand < operands.len() && operands.len() > 1 {
                operands.remove(*operand);
            }
            match operands.pop() {
                Some(only) if operands.is_empty() => only.node,
                Some(last) => {
                    operands.push(last);
                    Node::And(operands)
                }
                None => Node::And(operands),
            }
        }
        (old, Change::Or(other)) => Node::Or(vec![here(old), other.clone()]),
        (old, _) => old,
    };
}
