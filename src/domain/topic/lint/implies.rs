//! When a clause cannot hold without another: `A AND B` implies `A`, `title:A` implies `A`,
//! `"NATO strap"` implies `NATO`. Careful rather than clever: what is not certain is not implied.

use super::super::compile::Library;
use super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope, Term};
use super::book::{Analysis, Book};
use super::covers::Covers;

/// Most steps for one question: beyond that the answer is no.
const MAX_STEPS: u32 = 20_000;

/// Whether `narrow` holding means that `wide` holds, under every analysis given.
pub fn implies(book: &Book<'_>, analyses: &[Analysis], narrow: &Expr, wide: &Expr) -> bool {
    analyses.iter().all(|&analysis| {
        let covers = book.covers(analysis);
        let mut question = Question { library: book.rules.library, covers, steps: MAX_STEPS };
        question.implies(Side::Clause(narrow), Side::Clause(wide))
    })
}

/// A clause, or an item of a list.
#[derive(Clone, Copy)]
enum Side<'a> {
    Clause(&'a Expr),
    Item(&'a Term),
}

struct Question<'b> {
    library: &'b Library,
    covers: Option<&'b Covers>,
    steps: u32,
}

impl<'b> Question<'b> {
    fn implies(&mut self, narrow: Side<'b>, wide: Side<'b>) -> bool {
        let Some(steps) = self.steps.checked_sub(1) else {
            return false;
        };
        self.steps = steps;
        if let (Side::Clause(a), Side::Clause(b)) = (narrow, wide)
            && a == b
        {
            return true;
        }
        if let (Some(a), Some(b)) = (term(narrow), term(wide)) {
            return a == b || self.covers.is_some_and(|covers| covers.covers(b, a));
        }
        self.follows_from_parts(narrow, wide) || self.is_made_of(narrow, wide)
    }

    /// Whether what `narrow` is made of implies `wide`.
    fn follows_from_parts(&mut self, narrow: Side<'b>, wide: Side<'b>) -> bool {
        let Side::Clause(expr) = narrow else {
            return false;
        };
        match &expr.node {
            Node::And(all) => all.iter().any(|one| self.implies(Side::Clause(one), wide)),
            Node::Or(all) => all.iter().all(|one| self.implies(Side::Clause(one), wide)),
            Node::AtLeast { n, operands } => {
                *n > 0
                    && (at_most(wide, *n, operands)
                        || operands.iter().all(|one| self.implies(Side::Clause(one), wide)))
            }
            Node::Mentions { n, inner } => {
                mentions_at_most(wide, *n, inner) || self.implies(Side::Clause(inner), wide)
            }
            Node::Scoped { scope, inner } => {
                self.scoped_implies(*scope, inner, wide)
                    || (is_text(*scope) && self.implies(Side::Clause(inner), wide))
            }
            Node::Proximity { op, left, right } => match op {
                ProximityOp::Except | ProximityOp::NotNear(_) => {
                    self.implies(Side::Clause(left), wide)
                }
                _ => {
                    is_looser(*op, left, right, wide)
                        || self.implies(Side::Clause(left), wide)
                        || self.implies(Side::Clause(right), wide)
                }
            },
            Node::Reference(name) => match self.definition(name) {
                Some(Definition::Macro(inner)) => self.implies(Side::Clause(inner), wide),
                Some(Definition::List(items)) => {
                    items.iter().all(|item| self.implies(Side::Item(item), wide))
                }
                None => false,
            },
            Node::Not(_) | Node::Term(_) => false,
        }
    }

    /// Whether `narrow` implies enough of what `wide` is made of.
    fn is_made_of(&mut self, narrow: Side<'b>, wide: Side<'b>) -> bool {
        let Side::Clause(expr) = wide else {
            return false;
        };
        match &expr.node {
            Node::Or(all) => all.iter().any(|one| self.implies(narrow, Side::Clause(one))),
            Node::And(all) => all.iter().all(|one| self.implies(narrow, Side::Clause(one))),
            Node::Scoped { scope: Scope::Text, inner } => self.implies(narrow, Side::Clause(inner)),
            Node::Reference(name) => match self.definition(name) {
                Some(Definition::Macro(inner)) => self.implies(narrow, Side::Clause(inner)),
                Some(Definition::List(items)) => {
                    items.iter().any(|item| self.implies(narrow, Side::Item(item)))
                }
                None => false,
            },
            _ => false,
        }
    }

    /// `title:A` implies `text:B` where A implies B.
    fn scoped_implies(&mut self, scope: Scope, inner: &'b Expr, wide: Side<'b>) -> bool {
        match wide {
            Side::Clause(Expr { node: Node::Scoped { scope: around, inner: other }, .. }) => {
                is_within(scope, *around) && self.implies(Side::Clause(inner), Side::Clause(other))
            }
            _ => false,
        }
    }

    fn definition(&self, name: &str) -> Option<&'b Definition> {
        self.library.definitions.get(name)
    }
}

fn term<'a>(side: Side<'a>) -> Option<&'a Term> {
    match side {
        Side::Item(term) => Some(term),
        Side::Clause(Expr { node: Node::Term(term), .. }) => Some(term),
        Side::Clause(_) => None,
    }
}

/// `ATLEAST/3(…)` implies `ATLEAST/2(…)` of the same.
fn at_most(wide: Side<'_>, n: u32, operands: &[Expr]) -> bool {
    let Side::Clause(Expr { node: Node::AtLeast { n: m, operands: others }, .. }) = wide else {
        return false;
    };
    *m <= n && others.as_slice() == operands
}

/// `MENTIONS/3(A)` implies `MENTIONS/2(A)`.
fn mentions_at_most(wide: Side<'_>, n: u32, inner: &Expr) -> bool {
    let Side::Clause(Expr { node: Node::Mentions { n: m, inner: other }, .. }) = wide else {
        return false;
    };
    *m <= n && **other == *inner
}

/// `A NEAR/5 B` implies `A NEAR/9 B`, `A BEFORE/5 B` both.
fn is_looser(op: ProximityOp, left: &Expr, right: &Expr, wide: Side<'_>) -> bool {
    let Side::Clause(Expr { node: Node::Proximity { op: around, left: a, right: b }, .. }) = wide
    else {
        return false;
    };
    if **a != *left || **b != *right {
        return false;
    }
    match (op, *around) {
        (ProximityOp::Near(n), ProximityOp::Near(m))
        | (ProximityOp::Before(n), ProximityOp::Before(m) | ProximityOp::Near(m)) => n <= m,
        (ProximityOp::Sentence, ProximityOp::Paragraph) => true,
        _ => false,
    }
}

/// Whether all of `scope` is read by rules that name no scope.
fn is_text(scope: Scope) -> bool {
    matches!(scope, Scope::Title | Scope::Lead | Scope::Body | Scope::Text)
}

fn is_within(scope: Scope, around: Scope) -> bool {
    scope == around
        || (around == Scope::Text && is_text(scope))
        || (around == Scope::Body && scope == Scope::Lead)
}
