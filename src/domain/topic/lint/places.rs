//! `A NEAR/3 (B AND C)` reads as if both were to be near, and asks for one: the places of an AND are
//! those of all its sides. It is allowed, for `EXCEPT` and counts need such places, and seldom meant.

use super::super::syntax::ast::{Expr, Node, ProximityOp};
use super::book::{Book, Role, Text, lint_at, operands};
use super::{Level, Lint, quoted};

/// Longest rewriting that a hint shows, in characters.
const MAX_SHOWN_CHARS: usize = 160;

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for text in &book.texts {
        clause(text, text.expr, found);
    }
}

fn clause(text: &Text<'_>, expr: &Expr, found: &mut Vec<Lint>) {
    if let Node::Proximity { op, left, right } = &expr.node
        && joins_places(*op)
    {
        let sides = [(right, left, false), (left, right, true)];
        found.extend(sides.into_iter().filter_map(|(side, other, is_left)| {
            let all = asked_together(side)?;
            let label = quoted(&side.to_string());
            let message = format!(
                "one side of {label} is enough for `{op}`, and the others may stand anywhere"
            );
            let lint = lint_at("near_any", Level::Warning, &text.place, side, message);
            Some(lint.about(&side.to_string()).hint(rewritten(&all, *op, other, is_left)))
        }));
    }
    for (operand, _) in operands(expr, Role::Holds) {
        clause(text, operand, found);
    }
}

/// Whether both sides must have a place that goes with one of the other.
fn joins_places(op: ProximityOp) -> bool {
    match op {
        ProximityOp::Near(_)
        | ProximityOp::Before(_)
        | ProximityOp::Sentence
        | ProximityOp::Paragraph => true,
        ProximityOp::NotNear(_) | ProximityOp::Except => false,
    }
}

/// The sides of an AND that are to be there; `None`: it is none, or only one of them has a place.
fn asked_together(expr: &Expr) -> Option<Vec<&Expr>> {
    let Node::And(all) = &expr.node else {
        return None;
    };
    let there: Vec<&Expr> = all.iter().filter(|one| !matches!(one.node, Node::Not(_))).collect();
    (there.len() > 1).then_some(there)
}

/// `(A NEAR/3 B) AND (A NEAR/3 C)`.
fn rewritten(all: &[&Expr], op: ProximityOp, other: &Expr, is_left: bool) -> String {
    let sides = all.iter().map(|side| {
        let (left, right) = if is_left { (*side, other) } else { (other, *side) };
        let (left, right) = (Box::new(left.clone()), Box::new(right.clone()));
        format!("({})", Expr { node: Node::Proximity { op, left, right }, span: 0..0 })
    });
    let text = sides.collect::<Vec<_>>().join(" AND ");
    match text.chars().count() > MAX_SHOWN_CHARS {
        true => "write the operator once for each side: `(A NEAR/3 B) AND (A NEAR/3 C)`".to_owned(),
        false => format!("write `{text}`"),
    }
}
