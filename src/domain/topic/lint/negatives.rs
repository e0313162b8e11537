//! Clauses that hold where nothing of them is found. In a match that is an error already; in an
//! exclusion it silences nearly everything, in a weight it counts for every entry.

use super::super::syntax::ast::{Definition, Expr, Node, ProximityOp};
use super::super::{RulePart, RulePlace};
use super::book::{Book, lint_at};
use super::{Level, Lint, Spot, quoted};

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for (index, topic) in book.rules.topics.iter().enumerate() {
        let rule = &topic.rule;
        for (at, expr) in rule.exclude.iter().enumerate() {
            if holds_on_nothing(book, expr) {
                let label = quoted(&expr.to_string());
                let message = format!(
                    "the exclusion {label} silences every entry in which nothing of it is found"
                );
                let place = RulePlace::Topic(index, RulePart::Exclude(at));
                let lint = lint_at("only_negatives", Level::Warning, &place, expr, message);
                let hint = "ask for it in `match` instead: exclusions name what must not be there";
                found.push(lint.about(&expr.to_string()).hint(hint));
            }
        }
        for (at, weight) in rule.weights.iter().enumerate() {
            if holds_on_nothing(book, &weight.expr) {
                let label = quoted(&weight.expr.to_string());
                let message = format!(
                    "the weight {label} counts for every entry in which nothing of it is found"
                );
                let place = RulePlace::Topic(index, RulePart::Weight(at));
                let lint = lint_at("only_negatives", Level::Warning, &place, &weight.expr, message);
                let hint = "weigh what is there: a negative weight takes away for it";
                found.push(lint.about(&weight.expr.to_string()).hint(hint));
            }
        }
        let only_taken =
            !rule.weights.is_empty() && rule.weights.iter().all(|one| one.weight < 0.0);
        if only_taken && rule.threshold == Some(0.0) {
            let message = format!(
                "the weights of topic `{}` only take away: with a threshold of 0 each is an exclusion",
                topic.id
            );
            let lint = Lint::new("only_negatives", Level::Note, Spot::Topic(index), message);
            found.push(lint.hint("write them as `exclude`, or lower the threshold"));
        }
    }
}

/// Whether a clause holds in a text that has none of its terms.
pub fn holds_on_nothing(book: &Book<'_>, expr: &Expr) -> bool {
    match &expr.node {
        Node::Not(inner) => !holds_on_nothing(book, inner),
        Node::And(all) => all.iter().all(|one| holds_on_nothing(book, one)),
        Node::Or(all) => all.iter().any(|one| holds_on_nothing(book, one)),
        Node::AtLeast { n, operands } => {
            let held = operands.iter().filter(|one| holds_on_nothing(book, one)).count();
            held >= *n as usize
        }
        Node::Scoped { inner, .. } => holds_on_nothing(book, inner),
        // What is counted or near something must have a place.
        Node::Mentions { .. } | Node::Term(_) => false,
        Node::Proximity { op: ProximityOp::Except | ProximityOp::NotNear(_), .. } => false,
        Node::Proximity { .. } => false,
        Node::Reference(name) => match book.rules.library.definitions.get(name) {
            Some(Definition::Macro(inner)) => holds_on_nothing(book, inner),
            _ => false,
        },
    }
}
