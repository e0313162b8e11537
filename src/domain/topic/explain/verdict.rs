//! The one sentence that says what stood in the way: the first failing clause, as near to the
//! words of the text as it can be named.

use super::super::syntax::ast::{Expr, Node, ProximityOp};
use super::ExplainedNode;
use super::tree::times;

/// Most operands of an `OR` that are named one by one.
const MAX_NAMED: usize = 5;

/// Why a clause that does not hold does not.
pub fn failure(expr: &Expr, node: &ExplainedNode) -> String {
    let children = &node.children;
    match (&expr.node, &children[..]) {
        (Node::And(operands), _) => operands
            .iter()
            .zip(children)
            .find(|(_, child)| !child.held)
            .map_or_else(|| not_found(node), |(operand, child)| failure(operand, child)),
        (Node::Or(operands), _) => none_held(operands, node),
        (Node::Not(_), [child]) => {
            format!("{} must not be there, and was found{}", quoted(child), quote(child))
        }
        (Node::Scoped { inner, scope }, [child]) => match &node.note {
            Some(_) => format!("{} found, but not in the {}", quoted(child), scope.as_str()),
            None => failure(inner, child),
        },
        (Node::Proximity { op, left, right }, [a, b]) => {
            proximity(*op, (left, a), (right, b), node)
        }
        (Node::AtLeast { .. } | Node::Mentions { .. }, _) => match &node.note {
            Some(note) => format!("{}: {note}", node.label),
            None => not_found(node),
        },
        // A macro fails as its rule does.
        (Node::Reference(_), [rule]) if !rule.held => match &rule.note {
            Some(note) => format!("{}: {note} ({})", node.label, rule.label),
            None => not_found(node),
        },
        _ => not_found(node),
    }
}

/// No operand of an `OR` held: the one that came nearest explains it.
fn none_held(operands: &[Expr], node: &ExplainedNode) -> String {
    let nearest = operands.iter().zip(&node.children).find(|(_, child)| is_near_miss(child));
    if let Some((operand, child)) = nearest {
        return failure(operand, child);
    }
    let labels: Vec<&str> = node.children.iter().map(|child| &*child.label).collect();
    match &labels[..] {
        [a, b] => format!("neither {a} nor {b} found"),
        [others @ .., last] if labels.len() <= MAX_NAMED => {
            format!("none of {} and {last} found", others.join(", "))
        }
        _ => format!("none of {} alternatives found", labels.len()),
    }
}

fn is_near_miss(node: &ExplainedNode) -> bool {
    node.note.is_some() || node.children.iter().any(is_near_miss)
}

fn proximity(
    op: ProximityOp,
    (left, a): (&Expr, &ExplainedNode),
    (right, b): (&Expr, &ExplainedNode),
    node: &ExplainedNode,
) -> String {
    if !a.held || a.count == 0 {
        return failure(left, a);
    }
    let often = times(a.count);
    match op {
        ProximityOp::Except => {
            let inside = match b.spans.first() {
                Some(span) => format!(" \"{}\"", span.quote),
                None => String::new(),
            };
            let found = a.spans.first().map_or(&*a.label, |span| &*span.quote);
            format!("\"{found}\" found {often}, but only inside{inside} (EXCEPT {})", b.label)
        }
        ProximityOp::NotNear(n) => {
            let label = quoted(a);
            format!("{label} found {often}, but always within {n} words of {}", b.label)
        }
        _ if !b.held || b.count == 0 => failure(right, b),
        _ => {
            let note = node.note.as_deref().unwrap_or("both found, but not together");
            format!("{}: {note}", node.label)
        }
    }
}

fn not_found(node: &ExplainedNode) -> String {
    format!("{} not found", quoted(node))
}

/// A label in quotation marks, unless it brings its own or is more than a word.
fn quoted(node: &ExplainedNode) -> String {
    let is_word = !node.label.contains([' ', '"', '@', '(', '/']);
    if is_word { format!("\"{}\"", node.label) } else { node.label.clone() }
}

fn quote(node: &ExplainedNode) -> String {
    match node.spans.first() {
        Some(span) => format!(": \"{}\"", span.quote),
        None => String::new(),
    }
}
