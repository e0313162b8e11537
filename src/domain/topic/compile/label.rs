//! Rules as text: what evidence and explanations call a clause, and what revisions are made of.

use super::super::syntax::ast::{Expr, Term};

/// A rule in its canonical writing.
pub fn expr_label(expr: &Expr) -> String {
    expr.to_string()
}

/// A term in its canonical writing.
pub fn term_label(term: &Term) -> String {
    term.to_string()
}
