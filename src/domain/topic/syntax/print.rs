//! Writes rules back in their one canonical form: single spaces, and parentheses only where the
//! language needs them. Reading what is written here gives an equal tree.

use std::fmt::{self, Display, Formatter};

use super::ast::{Expr, Node, ProximityOp, Term, Word};
use super::{parser, word};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Or(operands) => joined(operands, " OR ", f),
            Node::And(operands) => joined(operands, " AND ", f),
            Node::Not(inner) => {
                f.write_str("NOT ")?;
                grouped(inner, is_junction(inner) || is_not(inner), f)
            }
            Node::Proximity { op, left, right } => {
                let chained = match &left.node {
                    Node::Proximity { op: before, .. } => {
                        parser::group(*before) == parser::group(*op)
                    }
                    _ => !is_junction(left) && !is_not(left),
                };
                grouped(left, !chained, f)?;
                write!(f, " {op} ")?;
                grouped(right, !is_unit(right), f)
            }
            Node::Scoped { scope, inner } => {
                write!(f, "{}:", scope.as_str())?;
                let scoped = matches!(inner.node, Node::Scoped { .. });
                grouped(inner, scoped || !is_unit(inner), f)
            }
            Node::AtLeast { n, operands } => {
                write!(f, "ATLEAST/{n}(")?;
                for (at, operand) in operands.iter().enumerate() {
                    write!(f, "{}{operand}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
            Node::Mentions { n, inner } => write!(f, "MENTIONS/{n}({inner})"),
            Node::Term(term) => term.fmt(f),
            Node::Reference(name) => write!(f, "@{name}"),
        }
    }
}

impl Display for ProximityOp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ProximityOp::Near(n) => write!(f, "NEAR/{n}"),
            ProximityOp::Before(n) => write!(f, "BEFORE/{n}"),
            ProximityOp::NotNear(n) => write!(f, "NOT NEAR/{n}"),
            ProximityOp::Sentence => f.write_str("SENTENCE"),
            ProximityOp::Paragraph => f.write_str("PARAGRAPH"),
            ProximityOp::Except => f.write_str("EXCEPT"),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Term::Word(word) => {
                let equals = if word.exact { "=" } else { "" };
                let quote = if word::looks_like_operator(&word.text) { "\"" } else { "" };
                write!(f, "{equals}{quote}{word}{quote}")
            }
            Term::Phrase { exact, words, slop } => {
                f.write_str(if *exact { "=\"" } else { "\"" })?;
                for (at, word) in words.iter().enumerate() {
                    write!(f, "{}{word}", if at > 0 { " " } else { "" })?;
                }
                f.write_str("\"")?;
                if *slop > 0 { write!(f, "~{slop}") } else { Ok(()) }
            }
            Term::Regex { pattern, ignore_case } => {
                f.write_str("re/")?;
                slashes_escaped(pattern, f)?;
                f.write_str(if *ignore_case { "/i" } else { "/" })
            }
        }
    }
}

/// The word with its wildcards, without `=`, which a phrase says once for all its words.
impl Display for Word {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let star = |open: bool| if open { "*" } else { "" };
        write!(f, "{}{}{}", star(self.open_start), self.text, star(self.open_end))
    }
}

fn joined(operands: &[Expr], joint: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for (at, operand) in operands.iter().enumerate() {
        if at > 0 {
            f.write_str(joint)?;
        }
        grouped(operand, is_junction(operand), f)?;
    }
    Ok(())
}

fn grouped(expr: &Expr, parentheses: bool, f: &mut Formatter<'_>) -> fmt::Result {
    if parentheses { write!(f, "({expr})") } else { expr.fmt(f) }
}

fn slashes_escaped(pattern: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let mut escaped = false;
    for c in pattern.chars() {
        if c == '/' && !escaped {
            f.write_str("\\")?;
        }
        escaped = c == '\\' && !escaped;
        write!(f, "{c}")?;
    }
    Ok(())
}

fn is_junction(expr: &Expr) -> bool {
    matches!(expr.node, Node::And(_) | Node::Or(_))
}

fn is_not(expr: &Expr) -> bool {
    matches!(expr.node, Node::Not(_))
}

fn is_unit(expr: &Expr) -> bool {
    !is_junction(expr) && !is_not(expr) && !matches!(expr.node, Node::Proximity { .. })
}

#[cfg(test)]
mod tests;
