//! Terms side by side without an operator, the commonest slip: a phrase without quotes, a
//! missing `AND`, or an operator in lower case.

use super::super::ast::{Expr, ProximityOp};
use super::super::error::SyntaxError;
use super::super::lexer::Kind;
use super::super::word;
use super::{Parser, either};

impl Parser<'_> {
    /// One unit, where the rule is right; the first of several side by side where it is not.
    pub(super) fn run(&mut self) -> Expr {
        let first = self.unit();
        if !self.starts_unit(0) || self.retag_lower_case() {
            return first;
        }
        let mut parts = vec![first.span.clone()];
        while self.starts_unit(0) && !self.retag_lower_case() {
            parts.push(self.unit().span);
        }
        let texts: Vec<&str> = parts.iter().map(|span| self.text(span.clone())).collect();
        let bare = |text: &&str| word::scan(text) == text.len();
        let suggestion = if texts.iter().all(bare) {
            let phrase = format!("\"{}\"", texts.join(" "));
            either(&phrase, &texts.join(" AND "))
        } else {
            either(&texts.join(" AND "), &texts.join(" OR "))
        };
        let end = parts.last().map_or(first.span.end, |last| last.end);
        let error = SyntaxError::new(
            first.span.start..end.max(first.span.start),
            "side_by_side",
            "these stand side by side without an operator",
        );
        self.errors.push(error.hint(suggestion.unwrap_or_else(|| {
            "put a phrase into double quotes, or join terms with `AND` or `OR`".to_owned()
        })));
        first
    }

    /// `not x`: notes it and reads it as `NOT x`.
    pub(super) fn retag_lower_case_not(&mut self) {
        let not = self.bare_word(0).is_some_and(|word| word.eq_ignore_ascii_case("not"));
        if not && self.starts_unit(1) {
            self.retag(Kind::Not, "NOT");
        }
    }

    /// An operator in lower case between two terms: notes it and reads it as the operator.
    fn retag_lower_case(&mut self) -> bool {
        let Some(word) = self.bare_word(0) else {
            return false;
        };
        let upper = word.to_ascii_uppercase();
        let between = self.starts_unit(1);
        let (kind, meant) = match upper.as_str() {
            "AND" => (Kind::And, "AND"),
            "OR" => (Kind::Or, "OR"),
            "NOT" => (Kind::Not, "NOT"),
            "NEAR" => (Kind::Position(ProximityOp::Near(10)), "NEAR/10"),
            "BEFORE" if between => (Kind::Position(ProximityOp::Before(10)), "BEFORE/10"),
            "SENTENCE" if between => (Kind::Position(ProximityOp::Sentence), "SENTENCE"),
            "PARAGRAPH" if between => (Kind::Position(ProximityOp::Paragraph), "PARAGRAPH"),
            "EXCEPT" if between => (Kind::Position(ProximityOp::Except), "EXCEPT"),
            _ => return false,
        };
        self.retag(kind, meant);
        true
    }

    fn retag(&mut self, kind: Kind, meant: &str) {
        let place = self.place();
        let word = self.text(place.clone()).to_owned();
        let message = format!("`{word}`: operators are written in capitals");
        let error = SyntaxError::new(place, "operator_case", message);
        self.errors.push(error.hint(format!(
            "write `{meant}`; if the word itself is meant, put the phrase in double quotes"
        )));
        if let Some(token) = self.tokens.get_mut(self.at) {
            token.kind = kind;
        }
    }
}
