//! Reads a rule: recursive descent over the tokens of [`super::lexer`]. Each mistake is noted
//! with its place and the parser goes on as if it had not been made.
//!
//! ```text
//! expr = not { "AND" not } | not { "OR" not } ;      never both without parentheses
//! not  = [ "NOT" ] prox ;
//! prox = unit { proximity-operator unit } ;          left to right, see `Parser::proximity`
//! unit = [ field ":" ] ( "(" expr ")" | ATLEAST … | MENTIONS … | term | "@" name ) ;
//! ```

use std::ops::Range;

use super::ast::{Expr, Node, ProximityOp, Term};
use super::error::SyntaxError;
use super::lexer::{self, Kind, Token};
use super::recovery::{either, one_line, placeholder};
use super::{MAX_CHAIN, MAX_DEPTH, MAX_ERRORS, MAX_RULE_BYTES};

mod groups;
mod side_by_side;

/// Reads a rule.
///
/// # Errors
/// Every mistake found, in the order of the text; at least one, at most twenty.
pub fn parse(source: &str) -> Result<Expr, Vec<SyntaxError>> {
    if source.len() > MAX_RULE_BYTES {
        return Err(vec![too_long(source)]);
    }
    let mut errors = Vec::new();
    let tokens = lexer::tokens(source, &mut errors);
    if tokens.is_empty() && errors.is_empty() {
        let error = SyntaxError::new(0..source.len(), "empty_rule", "this rule is empty");
        return Err(vec![error.hint("write a term, such as `NATO`")]);
    }
    let mut parser = Parser { source, tokens, at: 0, depth: 0, terms: 0, errors };
    let expr = parser.whole();
    let mut errors = parser.errors;
    if errors.is_empty() && height(&expr) > MAX_DEPTH {
        errors.push(too_deep(expr.span.clone()));
    }
    if errors.is_empty() {
        return Ok(expr);
    }
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    errors.truncate(MAX_ERRORS);
    Err(errors)
}

pub(super) fn too_long(source: &str) -> SyntaxError {
    let message = format!("this text has {} bytes; {MAX_RULE_BYTES} are the most", source.len());
    SyntaxError::new(0..0, "rule_too_long", message).hint("move its terms to lists")
}

fn too_deep(span: Range<usize>) -> SyntaxError {
    let message = format!("this rule nests more than {MAX_DEPTH} levels deep");
    SyntaxError::new(span, "too_deep", message).hint("name its parts as macros under `[lists]`")
}

/// Levels of the tree. What is measured here was nested and chained within limits by the parser,
/// so this recursion is bounded too.
fn height(expr: &Expr) -> usize {
    let tallest = |operands: &[Expr]| operands.iter().map(height).max().unwrap_or_default();
    1 + match &expr.node {
        Node::Or(operands) | Node::And(operands) => tallest(operands),
        Node::AtLeast { operands, .. } => tallest(operands),
        Node::Not(inner) => height(inner),
        Node::Scoped { inner, .. } | Node::Mentions { inner, .. } => height(inner),
        Node::Proximity { left, right, .. } => height(left).max(height(right)),
        Node::Term(_) | Node::Reference(_) => 0,
    }
}

struct Parser<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    at: usize,
    /// Parentheses open around `at`.
    depth: usize,
    terms: usize,
    errors: Vec<SyntaxError>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&Kind> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<&Kind> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    /// Place of the next token; at the end, the place behind the last one.
    fn place(&self) -> Range<usize> {
        let end = self.source.trim_end().len();
        self.tokens.get(self.at).map_or(end..end, |token| token.span.clone())
    }

    fn bump(&mut self) -> Range<usize> {
        let place = self.place();
        self.at = (self.at + 1).min(self.tokens.len());
        place
    }

    /// Reads no further: what follows a broken limit is not worth a report.
    fn give_up(&mut self, error: SyntaxError) {
        self.errors.push(error);
        self.at = self.tokens.len();
    }

    fn text(&self, span: Range<usize>) -> &'a str {
        self.source.get(span).unwrap_or_default()
    }

    /// The rule, and whatever wrongly follows it.
    fn whole(&mut self) -> Expr {
        let expr = self.expression();
        while let Some(kind) = self.peek() {
            let error = match kind {
                Kind::Comma => stray_comma(self.place()),
                _ => SyntaxError::new(
                    self.place(),
                    "unopened_parenthesis",
                    "this `)` closes nothing",
                )
                .hint("leave it out, or open it where the group begins"),
            };
            self.errors.push(error);
            self.bump();
            if self.starts_operand() || matches!(self.peek(), Some(Kind::And | Kind::Or)) {
                if matches!(self.peek(), Some(Kind::And | Kind::Or)) {
                    self.bump();
                }
                self.expression();
            }
        }
        expr
    }

    /// Operands joined by `AND` or by `OR`, up to the end, a `)` or a `,`.
    fn expression(&mut self) -> Expr {
        let mut operands = vec![self.negation()];
        let mut joints: Vec<Kind> = Vec::new();
        let mut mixed_at = None;
        loop {
            let joint = match self.peek() {
                None | Some(Kind::Close | Kind::Comma) => break,
                Some(joint @ (Kind::And | Kind::Or)) => joint.clone(),
                Some(Kind::Not) => {
                    self.not_between_terms();
                    operands.push(self.negation());
                    continue;
                }
                // A mistake already noted; proximity operators never come here.
                Some(_) => {
                    self.bump();
                    if self.starts_operand() {
                        operands.push(self.negation());
                    }
                    continue;
                }
            };
            let place = self.bump();
            if mixed_at.is_none() && joints.last().is_some_and(|last| *last != joint) {
                mixed_at = Some((place, joints.len()));
            }
            joints.push(joint);
            operands.push(self.negation());
        }
        if let Some((place, count)) = mixed_at {
            self.mixed(place, count, &joints, &operands);
        }
        join(joints.first(), operands)
    }

    /// `a NOT b`: which of its meanings is not ours to guess.
    fn not_between_terms(&mut self) {
        let error = SyntaxError::new(
            self.place(),
            "missing_operator",
            "`NOT` stands between two terms without an operator",
        );
        self.errors.push(error.hint(
            "`a AND NOT b` leaves out whole entries, `a EXCEPT b` only places, \
             `a NOT NEAR/5 b` places near b",
        ));
    }

    /// `a AND b OR c`: shows both ways to read it.
    fn mixed(&mut self, place: Range<usize>, count: usize, joints: &[Kind], operands: &[Expr]) {
        let name = |kind: &Kind| if *kind == Kind::And { "AND" } else { "OR" };
        let (first, second) = match (joints.get(count - 1), joints.get(count)) {
            (Some(first), Some(second)) => (name(first), name(second)),
            _ => return,
        };
        let error = SyntaxError::new(
            place,
            "mixed_operators",
            format!("`{first}` and `{second}` are mixed without parentheses"),
        );
        // Operands and joints go in step unless other mistakes were made too.
        let near = (operands.len() == joints.len() + 1).then_some(operands);
        let suggestion = near.and_then(|operands| {
            let text = |at: usize| operands.get(at).map(|o| one_line(self.text(o.span.clone())));
            let start = text(count - 1)?;
            let (middle, end) = (text(count)?, text(count + 1)?);
            either(
                &format!("({start} {first} {middle}) {second} {end}"),
                &format!("{start} {first} ({middle} {second} {end})"),
            )
        });
        self.errors.push(error.hint(suggestion.unwrap_or_else(|| {
            "programs disagree which binds first: say it with parentheses".to_owned()
        })));
    }

    fn negation(&mut self) -> Expr {
        self.retag_lower_case_not();
        if self.peek() != Some(&Kind::Not) {
            return self.proximity();
        }
        let start = self.bump();
        while self.peek() == Some(&Kind::Not) {
            let error = SyntaxError::new(self.place(), "double_not", "`NOT` stands twice");
            self.errors.push(error.hint("two negations are none"));
            self.bump();
        }
        let inner = self.proximity();
        let span = start.start..inner.span.end.max(start.end);
        Expr { node: Node::Not(Box::new(inner)), span }
    }

    /// A chain of operators on positions, read from left to right. `NEAR`, `BEFORE`, `SENTENCE`
    /// and `PARAGRAPH` may be chained with one another: each asks for one more thing close by.
    /// `EXCEPT` and `NOT NEAR` may be repeated, but not mixed with others: whether they take away
    /// from the whole or from the last operand cannot be told.
    fn proximity(&mut self) -> Expr {
        let mut left = self.run();
        let mut chain: Vec<ProximityOp> = Vec::new();
        let mut last = left.span.clone();
        while let Some((op, place)) = self.position_operator() {
            let before = chain.last().copied();
            let right = self.run();
            if before.is_some_and(|before| group(before) != group(op)) {
                self.mixed_positions(place.clone(), &left, last, &right);
            }
            chain.push(op);
            if chain.len() > MAX_CHAIN {
                let message = format!("more than {MAX_CHAIN} operators in a chain");
                self.give_up(SyntaxError::new(place, "chain_too_long", message));
                break;
            }
            last = right.span.clone();
            let span = left.span.start..right.span.end.max(place.end);
            let node = Node::Proximity { op, left: Box::new(left), right: Box::new(right) };
            left = Expr { node, span };
        }
        left
    }

    /// `a NEAR/5 b EXCEPT c`: shows both ways to read it. `last` is the operand before `place`.
    fn mixed_positions(
        &mut self,
        place: Range<usize>,
        left: &Expr,
        last: Range<usize>,
        right: &Expr,
    ) {
        let operator = one_line(self.text(place.clone()));
        let message = format!("what `{operator}` takes away from cannot be told");
        let error = SyntaxError::new(place, "mixed_proximity", message);
        let (whole, begin) = (left.span.clone(), left.span.start..last.start);
        let (middle, end) = (self.text(last), self.text(right.span.clone()));
        let suggestion = either(
            &format!("({}) {operator} {end}", self.text(whole)),
            &format!("{} ({middle} {operator} {end})", self.text(begin).trim_end()),
        );
        let hint = suggestion.unwrap_or_else(|| "say it with parentheses".to_owned());
        self.errors.push(error.hint(hint));
    }

    /// Takes a proximity operator, if one is next.
    fn position_operator(&mut self) -> Option<(ProximityOp, Range<usize>)> {
        match (self.peek(), self.peek_at(1)) {
            (Some(&Kind::Position(op)), _) => Some((op, self.bump())),
            (Some(Kind::Not), Some(&Kind::Position(op))) => {
                let start = self.bump();
                let place = start.start..self.bump().end;
                let ProximityOp::Near(n) = op else {
                    let message = "`NOT` goes with `NEAR/n` only";
                    let error = SyntaxError::new(place.clone(), "unknown_operator", message);
                    self.errors.push(
                        error.hint("`a NOT NEAR/5 b`, `a EXCEPT b`, or `NOT (a SENTENCE b)`"),
                    );
                    return Some((op, place));
                };
                Some((ProximityOp::NotNear(n), place))
            }
            _ => None,
        }
    }

    fn starts_operand(&self) -> bool {
        self.starts_unit(0) || self.peek() == Some(&Kind::Not)
    }

    fn starts_unit(&self, ahead: usize) -> bool {
        matches!(
            self.peek_at(ahead),
            Some(
                Kind::Open
                    | Kind::Term(_)
                    | Kind::Reference(_)
                    | Kind::Field(_)
                    | Kind::AtLeast(_)
                    | Kind::Mentions(_)
            )
        )
    }

    /// The bare word at `ahead`, if one stands there: not quoted, exact or with wildcards.
    fn bare_word(&self, ahead: usize) -> Option<&str> {
        let token = self.tokens.get(self.at + ahead)?;
        match &token.kind {
            Kind::Term(Term::Word(word)) if self.source[token.span.clone()] == word.text => {
                Some(&word.text)
            }
            _ => None,
        }
    }
}

fn stray_comma(place: Range<usize>) -> SyntaxError {
    SyntaxError::new(place, "stray_comma", "a comma joins nothing here")
        .hint("write `OR` or `AND`; commas stand within `ATLEAST/n(a, b, …)`")
}

/// One node for operands joined alike (`AND` where nothing could be read).
fn join(joint: Option<&Kind>, mut operands: Vec<Expr>) -> Expr {
    if operands.len() == 1
        && let Some(only) = operands.pop()
    {
        return only;
    }
    let start = operands.first().map_or(0, |first| first.span.start);
    let end = operands.last().map_or(0, |last| last.span.end);
    let node = match joint {
        Some(Kind::Or) => Node::Or(operands),
        _ => Node::And(operands),
    };
    Expr { node, span: start..end.max(start) }
}

/// Which operators may stand in one chain.
pub(super) fn group(op: ProximityOp) -> u8 {
    match op {
        ProximityOp::Near(_)
        | ProximityOp::Before(_)
        | ProximityOp::Sentence
        | ProximityOp::Paragraph => 0,
        ProximityOp::NotNear(_) => 1,
        ProximityOp::Except => 2,
    }
}

#[cfg(test)]
mod tests;
