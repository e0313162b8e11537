//! `A EXCEPT B` takes away occurrences of A that overlap one of B. Where no B can overlap an A,
//! it takes away nothing.

use super::super::syntax::ast::{Definition, Expr, Node, ProximityOp};
use super::book::{Book, Role, Text, lint_at, operands};
use super::words::Words;
use super::{Level, Lint, quoted, several};

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for text in &book.texts {
        clause(book, text, text.expr, found);
    }
}

fn clause(book: &Book<'_>, text: &Text<'_>, expr: &Expr, found: &mut Vec<Lint>) {
    if let Node::Proximity { op: ProximityOp::Except, left, right } = &expr.node {
        let words = book.words.of(left);
        sides(book, text, left, &words, right, found);
    }
    for (operand, _) in operands(expr, Role::Holds) {
        clause(book, text, operand, found);
    }
}

/// Checks the right side: each alternative that is written there, each list by its entries.
fn sides(
    book: &Book<'_>,
    text: &Text<'_>,
    left: &Expr,
    words: &Words,
    right: &Expr,
    found: &mut Vec<Lint>,
) {
    if let Node::Or(all) = &right.node {
        all.iter().for_each(|part| sides(book, text, left, words, part, found));
        return;
    }
    let apart = match &right.node {
        Node::Reference(name) => entries_apart(book, words, name),
        _ => None,
    };
    let whole = !book.words.of(right).may_meet(words);
    let (level, message) = if whole {
        let right = quoted(&right.to_string());
        (Level::Warning, format!("{right} never overlaps {}", quoted(&left.to_string())))
    } else if let Some(apart) = apart.filter(|apart| !apart.is_empty()) {
        let (right, left) = (quoted(&right.to_string()), quoted(&left.to_string()));
        (Level::Note, format!("of {right}, {} never overlap {left}", several(&apart)))
    } else {
        return;
    };
    let lint = lint_at("except_apart", level, &text.place, right, message);
    let hint = "EXCEPT only takes away what overlaps: write both words as a phrase, or use \
                `NOT NEAR/n`, or `AND NOT`";
    found.push(lint.about(&right.to_string()).hint(hint));
}

/// Entries of a list that share no word with the left side.
fn entries_apart(book: &Book<'_>, words: &Words, name: &str) -> Option<Vec<String>> {
    let Definition::List(items) = book.rules.library.definitions.get(name)? else {
        return None;
    };
    let apart = items.iter().filter(|item| !book.words.of_term(item).may_meet(words));
    Some(apart.map(ToString::to_string).collect())
}
