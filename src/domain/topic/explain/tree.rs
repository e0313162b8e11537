//! The clause tree of a rule over one document.

use super::super::compile::{Plan, expr_label, term_label};
use super::super::evidence::MAX_SPANS_PER_CLAUSE;
use super::super::evidence::prove::{pieces, span};
use super::super::matcher::decide::Decider;
use super::super::matcher::occurrence::{Occurrence, count_apart, distance};
use super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope};
use super::{ExplainedNode, Nearest};

/// Most members of a list that are shown: those that were found.
const MAX_MEMBERS: usize = 10;

/// Most operands of an `ATLEAST` that are told apart by the terms they share: each is compared with
/// all others.
const MAX_SHARING: usize = 64;

/// Most pairs of occurrences compared to find the nearest two.
const MAX_PAIRS: usize = 100_000;

/// Explains one clause and everything below it.
pub fn node(decider: &mut Decider<'_>, expr: &Expr, plan: &Plan, scope: Scope) -> ExplainedNode {
    let mut explained = leaf(decider, expr_label(expr), plan, scope);
    match (&expr.node, plan) {
        (Node::Or(exprs), Plan::Or(plans))
        | (Node::And(exprs), Plan::And(plans))
        | (Node::AtLeast { operands: exprs, .. }, Plan::AtLeast { operands: plans, .. }) => {
            for (expr, plan) in exprs.iter().zip(plans) {
                explained.children.push(node(decider, expr, plan, scope));
            }
            if let Node::AtLeast { .. } = &expr.node {
                count_operands(decider, plans, scope, &mut explained.children);
            }
            if let (Node::AtLeast { n, .. }, false) = (&expr.node, explained.held) {
                let count = decider.count_held(plans, scope, u32::MAX);
                explained.note = Some(format!("only {count} of {n} found"));
            }
        }
        (Node::Not(below), Plan::Not(inner)) => {
            explained.children.push(node(decider, below, inner, scope));
        }
        (Node::Mentions { n, inner: below }, Plan::Mentions { inner, .. }) => {
            let child = node(decider, below, inner, scope);
            if !explained.held && child.count > 0 {
                explained.note = Some(format!("found {}, {n} asked", times(child.count)));
            }
            explained.children.push(child);
        }
        (Node::Scoped { scope: within, inner: below }, Plan::Scoped { inner, .. }) => {
            let child = node(decider, below, inner, *within);
            if !explained.held && decider.holds(inner, Scope::Text) {
                explained.note = Some(format!("found, but not in the {}", within.as_str()));
            }
            explained.children.push(child);
        }
        (Node::Proximity { op, left, right }, Plan::Proximity { sides, .. }) => {
            let [left_plan, right_plan] = &**sides;
            explained.children.push(node(decider, left, left_plan, scope));
            explained.children.push(node(decider, right, right_plan, scope));
            if !explained.held {
                let nearest = nearest(decider, *op, sides, scope);
                explained.note = nearest.as_ref().map(|nearest| apart(*op, nearest));
                explained.nearest = nearest;
            }
        }
        (Node::Reference(_), Plan::Reference(index)) => {
            explained.children = below_reference(decider, *index, scope);
        }
        _ => {}
    }
    explained
}

/// A clause without what is below it.
fn leaf(decider: &mut Decider<'_>, label: String, plan: &Plan, scope: Scope) -> ExplainedNode {
    let held = decider.holds(plan, scope);
    let found = decider.find(plan, scope);
    let found = decider.list(&found);
    let spans = pieces(found, &decider.reading.pieces);
    ExplainedNode {
        label,
        held,
        count: count_apart(found),
        spans: spans
            .iter()
            .take(MAX_SPANS_PER_CLAUSE)
            .map(|piece| span(decider.document, piece))
            .collect(),
        counted: 0,
        beside: None,
        note: None,
        nearest: None,
        children: Vec::new(),
    }
}

/// How many each operand of an `ATLEAST` adds; where they share terms, which count once, also how
/// many the others come to without it.
fn count_operands(
    decider: &mut Decider<'_>,
    plans: &[Plan],
    scope: Scope,
    children: &mut [ExplainedNode],
) {
    let mut sum: u32 = 0;
    for (child, plan) in children.iter_mut().zip(plans) {
        child.counted = decider.count_held(std::slice::from_ref(plan), scope, u32::MAX);
        sum = sum.saturating_add(child.counted);
    }
    if plans.len() > MAX_SHARING || decider.count_held(plans, scope, u32::MAX) == sum {
        return;
    }
    for (at, child) in children.iter_mut().enumerate() {
        let others = plans.iter().enumerate().filter(|(other, _)| *other != at);
        let others: Vec<Plan> = others.map(|(_, plan)| plan.clone()).collect();
        child.beside = Some(decider.count_held(&others, scope, u32::MAX));
    }
}

/// The members of a list that were found, or the rule of a macro.
fn below_reference(decider: &mut Decider<'_>, index: u32, scope: Scope) -> Vec<ExplainedNode> {
    let set = decider.set;
    let Some(definition) = set.definitions.get(index as usize) else {
        return Vec::new();
    };
    match (&definition.definition, &definition.plan) {
        (Definition::List(items), Plan::Or(members)) => items
            .iter()
            .zip(members)
            .map(|(item, member)| leaf(decider, term_label(item), member, scope))
            .filter(|member| member.held)
            .take(MAX_MEMBERS)
            .collect(),
        (Definition::Macro(expr), plan) => vec![node(decider, expr, plan, scope)],
        (Definition::List(_), _) => Vec::new(),
    }
}

/// How near the two sides stand; `None` where one is not found at all.
fn nearest(
    decider: &mut Decider<'_>,
    op: ProximityOp,
    [left, right]: &[Plan; 2],
    scope: Scope,
) -> Option<Nearest> {
    let left = decider.find(left, scope);
    let right = decider.find(right, scope);
    let (left, right) = (decider.list(&left), decider.list(&right));
    if left.is_empty() || right.is_empty() {
        return None;
    }
    let arena = &decider.reading.pieces;
    let mut nearest = Nearest::default();
    let mut pair: Option<[Occurrence; 2]> = None;
    let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
    for (a, b) in pairs.take(MAX_PAIRS) {
        let apart = match distance(a, b, arena) {
            None => continue,
            Some(0) => {
                nearest.overlap = true;
                continue;
            }
            Some(apart) => apart,
        };
        let closer = |known: Option<u32>| known.is_none_or(|known| apart < known);
        let is_before = matches!(op, ProximityOp::Before(_));
        if closer(nearest.apart) {
            nearest.apart = Some(apart);
            // Of `BEFORE` a pair in order tells more than one that is nearer.
            if !is_before || nearest.in_order.is_none() {
                pair = Some([*a, *b]);
            }
        }
        if a.end <= b.start && closer(nearest.in_order) {
            nearest.in_order = Some(apart);
            if is_before {
                pair = Some([*a, *b]);
            }
        }
    }
    nearest.spans = pieces(pair.as_ref().map_or(&[], |pair| &pair[..]), arena)
        .iter()
        .take(MAX_SPANS_PER_CLAUSE)
        .map(|piece| span(decider.document, piece))
        .collect();
    Some(nearest)
}

/// How the two sides stand where both are found and the operator does not hold.
fn apart(op: ProximityOp, nearest: &Nearest) -> String {
    match (op, nearest.apart) {
        (ProximityOp::Except, _) => "found, but only inside what is excepted".to_owned(),
        (ProximityOp::NotNear(n), _) => format!("found, but always within {n} words"),
        (_, None) if nearest.overlap => "both found, but only in the same place".to_owned(),
        (_, None) => "both found, but never in the same field".to_owned(),
        (ProximityOp::Before(_), Some(_)) if nearest.in_order.is_none() => {
            "both found, but in the other order".to_owned()
        }
        (ProximityOp::Near(n), Some(apart)) if apart > n => {
            format!("both found, but the nearest are {apart} words apart")
        }
        (ProximityOp::Before(_), _) => {
            let apart = nearest.in_order.unwrap_or_default();
            format!("both found, but in this order the nearest are {apart} words apart")
        }
        (ProximityOp::Sentence, _) => "both found, but never in the same sentence".to_owned(),
        (ProximityOp::Paragraph, _) => "both found, but never in the same paragraph".to_owned(),
        (ProximityOp::Near(_), _) => "both found, but too many to compare".to_owned(),
    }
}

/// A number of finds in words.
pub fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}
