//! The units of a rule: terms, groups in parentheses, fields, `ATLEAST` and `MENTIONS`.

use std::ops::Range;

use super::super::ast::{Expr, Node};
use super::super::error::SyntaxError;
use super::super::lexer::Kind;
use super::super::{MAX_DEPTH, MAX_TERMS};
use super::{Parser, placeholder, stray_comma, too_deep};

impl Parser<'_> {
    /// `[field:] unit`.
    pub(super) fn unit(&mut self) -> Expr {
        let Some(&Kind::Field(scope)) = self.peek() else {
            return self.bare_unit();
        };
        let start = self.bump();
        while let Some(Kind::Field(_)) = self.peek() {
            let error = SyntaxError::new(self.place(), "double_field", "a field within a field");
            self.errors
                .push(error.hint("to search in one of two fields write `title:a OR lead:a`"));
            self.bump();
        }
        let inner = self.bare_unit();
        let span = start.start..inner.span.end.max(start.end);
        let node = Node::Scoped { scope, inner: Box::new(inner) };
        Expr { node, span }
    }

    fn bare_unit(&mut self) -> Expr {
        match self.peek().cloned() {
            Some(Kind::Term(term)) => self.leaf(Node::Term(term)),
            Some(Kind::Reference(name)) => self.leaf(Node::Reference(name)),
            Some(Kind::Open) => {
                let (mut inner, span) = self.parenthesised();
                inner.span = span;
                inner
            }
            Some(Kind::AtLeast(n)) => self.at_least(n),
            Some(Kind::Mentions(n)) => self.mentions(n),
            Some(Kind::Bad) => placeholder(self.bump()),
            _ => self.missing_operand(),
        }
    }

    fn leaf(&mut self, node: Node) -> Expr {
        let span = self.bump();
        self.terms += 1;
        if self.terms == MAX_TERMS + 1 {
            let message = format!("this rule has more than {MAX_TERMS} terms");
            let error = SyntaxError::new(span.clone(), "too_many_terms", message);
            self.give_up(error.hint("move terms to a list under `[lists]`"));
        }
        Expr { node, span }
    }

    /// A group and the place from its `(` to its `)`.
    fn parenthesised(&mut self) -> (Expr, Range<usize>) {
        let open = self.bump();
        if self.peek() == Some(&Kind::Close) {
            let span = open.start..self.bump().end;
            let message = "there is nothing between these parentheses";
            self.errors.push(SyntaxError::new(span.clone(), "empty_parentheses", message));
            return (placeholder(span.clone()), span);
        }
        if !self.enter(&open) {
            return (placeholder(open.clone()), open);
        }
        let inner = self.expression();
        while self.peek() == Some(&Kind::Comma) {
            let error = stray_comma(self.bump());
            self.errors.push(error);
            if self.peek() != Some(&Kind::Close) && self.peek().is_some() {
                self.expression();
            }
        }
        let end = self.close(&open, inner.span.end);
        (inner, open.start..end)
    }

    /// `ATLEAST/n(a, b, …)`, or `ATLEAST/n(@list)`. `n` = 0: its number was already complained of.
    fn at_least(&mut self, n: u32) -> Expr {
        let start = self.bump();
        let (operands, span) = self.operands(start);
        self.check_at_least(n, &operands, span.clone());
        let node = Node::AtLeast { n, operands };
        Expr { node, span }
    }

    fn mentions(&mut self, n: u32) -> Expr {
        let start = self.bump();
        let (mut operands, span) = self.operands(start);
        if operands.len() > 1 {
            let message = "`MENTIONS` takes one operand";
            let error = SyntaxError::new(span.clone(), "too_many_operands", message);
            self.errors.push(error.hint("`MENTIONS/3(a OR b)` counts both together"));
        }
        operands.truncate(1);
        let inner = operands.pop().unwrap_or_else(|| placeholder(span.clone()));
        let node = Node::Mentions { n, inner: Box::new(inner) };
        Expr { node, span }
    }

    /// `(a, b, …)` behind the operator at `start`; the place includes both.
    fn operands(&mut self, start: Range<usize>) -> (Vec<Expr>, Range<usize>) {
        if self.peek() != Some(&Kind::Open) {
            let name = self.text(start.clone()).to_owned();
            let message = format!("`{name}` needs its operands in parentheses");
            let error = SyntaxError::new(start.clone(), "missing_parentheses", message);
            self.errors.push(error.hint(format!("write `{name}(…)`")));
            // Not another of these: that could go on as long as the rule.
            let nested = matches!(self.peek(), Some(Kind::AtLeast(_) | Kind::Mentions(_)));
            let inner = if self.starts_unit(0) && !nested {
                self.unit()
            } else {
                placeholder(start.clone())
            };
            let span = start.start..inner.span.end.max(start.end);
            return (vec![inner], span);
        }
        let open = self.bump();
        if !self.enter(&open) {
            return (vec![placeholder(open.clone())], start);
        }
        let mut operands = vec![self.expression()];
        while self.peek() == Some(&Kind::Comma) {
            self.bump();
            operands.push(self.expression());
        }
        let last = operands.last().map_or(open.end, |last| last.span.end);
        let end = self.close(&open, last);
        (operands, start.start..end)
    }

    fn check_at_least(&mut self, n: u32, operands: &[Expr], span: Range<usize>) {
        let count = operands.len();
        if n < 2 {
            return;
        }
        match operands {
            [one] if !matches!(one.node, Node::Reference(_)) => {
                let message = format!("`ATLEAST/{n}` has one operand, and it is not a list");
                let error = SyntaxError::new(span, "too_few_operands", message);
                self.errors.push(error.hint(
                    "separate the operands by commas: `ATLEAST/2(a, b, c)`; to count \
                     occurrences write `MENTIONS/2(…)`",
                ));
            }
            [_, _, ..] if (n as usize) > count => {
                let message = format!("`ATLEAST/{n}` of {count} operands can never hold");
                self.errors.push(SyntaxError::new(span, "too_few_operands", message));
            }
            _ => {}
        }
    }

    /// Goes one level down, unless that is too deep.
    fn enter(&mut self, open: &Range<usize>) -> bool {
        if self.depth == MAX_DEPTH {
            self.give_up(too_deep(open.clone()));
            return false;
        }
        self.depth += 1;
        true
    }

    /// Takes the `)` for `open`; returns where the group ends.
    fn close(&mut self, open: &Range<usize>, end: usize) -> usize {
        self.depth -= 1;
        if self.peek() == Some(&Kind::Close) {
            return self.bump().end;
        }
        let gave_up = |error: &SyntaxError| {
            matches!(error.code, "too_deep" | "too_many_terms" | "chain_too_long")
        };
        if !self.errors.iter().any(gave_up) {
            let message = "this `(` is never closed";
            let error = SyntaxError::new(open.clone(), "unclosed_parenthesis", message);
            self.errors.push(error.hint("add `)` where the group ends"));
        }
        end.max(open.end)
    }

    /// Nothing stands where a term should.
    fn missing_operand(&mut self) -> Expr {
        let place = self.place();
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let before = before.filter(|token| !matches!(token.kind, Kind::Open | Kind::Comma));
        let (span, side) = match before {
            Some(token) => (token.span.clone(), "right"),
            None => (place.clone(), "left"),
        };
        let gave_up = before.is_some_and(|token| {
            matches!(token.kind, Kind::Term(_) | Kind::Reference(_) | Kind::Close)
        });
        if !gave_up && !span.is_empty() {
            let message = match self.text(span.clone()) {
                text @ ("," | ")") => format!("a term is missing before this `{text}`"),
                text => format!("`{text}` has nothing on its {side}"),
            };
            let error = SyntaxError::new(span, "missing_operand", message);
            self.errors.push(
                error.hint(
                    "name a term; to look for a word that is also an operator put it in quotes",
                ),
            );
        }
        placeholder(place.start..place.start)
    }
}
