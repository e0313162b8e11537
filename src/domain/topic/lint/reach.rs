//! Numbers that can never be reached, or always are: thresholds and distances.

use super::super::matcher::occurrence::Occurrence;
use super::super::matcher::score::{contribution, reaches};
use super::super::syntax::ast::{Expr, Node, ProximityOp, Scope};
use super::super::{Topic, Weight};
use super::book::{Book, Role, Text, lint_at, operands};
use super::{Level, Lint, Spot, quoted};
use crate::domain::document::Field;
use crate::domain::text::LEAD_WORDS;

/// Distances beyond this ask for little more than AND: longer than most paragraphs of news.
const WIDE_TOKENS: u32 = 100;

/// Longer than nearly every title.
const TITLE_TOKENS: u32 = 30;

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for (index, topic) in book.rules.topics.iter().enumerate() {
        found.extend(threshold(index, topic));
    }
    for text in &book.texts {
        distances(text, text.expr, false, found);
    }
}

fn threshold(index: usize, topic: &Topic) -> Option<Lint> {
    let rule = &topic.rule;
    let threshold = rule.threshold?;
    let spot = Spot::Topic(index);
    let best: f64 = rule.weights.iter().filter(|one| one.weight > 0.0).map(best).sum();
    if !reaches(best, threshold) {
        let message = format!(
            "the threshold {threshold} of topic `{}` is never reached: all weights together, \
             found three times in the best place, make {best:.2}",
            topic.id
        );
        let lint = Lint::new("threshold_unreachable", Level::Warning, spot, message);
        return Some(lint.hint("lower the threshold or raise the weights"));
    }
    let worst: f64 = rule.weights.iter().map(|one| one.weight.min(0.0)).sum();
    // With nothing but weights to match by, that is an error of the rule.
    if rule.matching.is_some() && reaches(worst, threshold) {
        let message = format!(
            "the threshold {threshold} of topic `{}` decides nothing: the lowest score there can \
             be is {worst:.2}",
            topic.id
        );
        let lint = Lint::new("never_decisive", Level::Warning, spot, message).about("threshold");
        return Some(lint.hint("raise the threshold, or take it out"));
    }
    None
}

/// The most that a weight can contribute: three mentions in the best place its clause reads.
fn best(weight: &Weight) -> f64 {
    let (field, start) = match &weight.expr.node {
        Node::Scoped { scope: Scope::Body | Scope::Lead, .. } => (Field::Body, 0),
        Node::Scoped { scope: Scope::Author, .. } => (Field::Author, 0),
        Node::Scoped { scope: Scope::Category, .. } => (Field::Category, 0),
        Node::Scoped { scope: Scope::Url, .. } => (Field::Url, 0),
        _ => (Field::Title, 0),
    };
    debug_assert!(start < LEAD_WORDS);
    let mention = |at: u32| Occurrence {
        field,
        start: start + at,
        end: start + at + 1,
        from: at * 2,
        to: at * 2 + 1,
        pieces: (0, 0),
    };
    contribution(weight.weight, &[mention(0), mention(2), mention(4)]).contribution
}

fn distances(text: &Text<'_>, expr: &Expr, in_title: bool, found: &mut Vec<Lint>) {
    let in_title = match &expr.node {
        Node::Scoped { scope, .. } => *scope == Scope::Title,
        _ => in_title,
    };
    if let Node::Proximity { op: ProximityOp::Near(n) | ProximityOp::Before(n), .. } = &expr.node {
        let (most, why) = match in_title {
            true => (TITLE_TOKENS, "no title is so long"),
            false => (WIDE_TOKENS, "that is as far as a paragraph reaches, or further"),
        };
        if *n > most {
            let label = quoted(&expr.to_string());
            let message = format!("{n} words apart in {label} asks for nearly nothing: {why}");
            let hint = match in_title {
                true => "write AND, or a smaller distance",
                false => "write PARAGRAPH or AND, or a smaller distance",
            };
            let lint = lint_at("near_too_wide", Level::Note, &text.place, expr, message);
            found.push(lint.about(&expr.to_string()).hint(hint));
        }
    }
    for (operand, _) in operands(expr, Role::Holds) {
        distances(text, operand, in_title, found);
    }
}
