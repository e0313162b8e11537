//! What is said about each kind of mistake, and what the parser takes the mistake for, so that
//! it can go on and find the next one.

use std::ops::Range;

use super::ast::{Expr, Node, ProximityOp, Scope, Term, Word};
use super::error::SyntaxError;
use super::lexer::Kind;
use super::nearest::nearest;
use super::word::OPERATORS;

/// Longest rule excerpt within a hint, in bytes.
const MAX_SUGGESTION_BYTES: usize = 120;

/// A node that stands where nothing could be read; a rule with one is never handed out.
pub(super) fn placeholder(span: Range<usize>) -> Expr {
    let word = Word { text: String::new(), exact: false, open_start: false, open_end: false };
    Expr { node: Node::Term(Term::Word(word)), span }
}

/// `before` and `after`, each in parentheses as the suggestion has them, unless they are long.
pub(super) fn either(first: &str, second: &str) -> Option<String> {
    let short = first.len().max(second.len()) <= MAX_SUGGESTION_BYTES;
    short.then(|| format!("write `{}` or `{}`", one_line(first), one_line(second)))
}

/// Text of a rule for a message: one line, single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn unclosed_quote(span: Range<usize>) -> SyntaxError {
    SyntaxError::new(span, "unclosed_quote", "this quote is never closed")
        .hint("a phrase ends on the line it begins on")
}

pub(super) fn unknown_field(name: &str, span: Range<usize>) -> SyntaxError {
    let fields = Scope::ALL.map(Scope::as_str);
    let error = SyntaxError::new(span, "unknown_field", format!("`{name}:` is not a field"));
    match nearest(name, fields) {
        Some(field) => error.hint(format!("did you mean `{field}:`?")),
        None => error.hint(format!(
            "the fields are {}; a `:` in a text to look for goes into quotes",
            fields.join(", ")
        )),
    }
}

/// Whether `NAME/n` is an operator here, in another case, or in a language people come from.
pub(super) fn is_distance_operator(name: &str) -> bool {
    ["near", "before", "atleast", "mentions", "w", "n", "pre", "adj", "within"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

pub(super) fn missing_number(name: &str, span: Range<usize>) -> SyntaxError {
    let message = format!("`{name}` needs a number");
    let hint = match name {
        "NEAR" => "`a NEAR/10 b`: at most ten words apart; `\"NEAR\"` looks for the word",
        "BEFORE" => {
            "`a BEFORE/10 b`: a first, at most ten words apart; `\"BEFORE\"` looks for the word"
        }
        "ATLEAST" => "`ATLEAST/2(a, b, c)`: two different ones of these",
        _ => "`MENTIONS/3(a)`: found three times",
    };
    SyntaxError::new(span, "missing_number", message).hint(hint)
}

pub(super) fn number_out_of_range(
    name: &str,
    n: u32,
    most: u32,
    span: Range<usize>,
) -> SyntaxError {
    let message = format!("`{name}/{n}` is not between `{name}/1` and `{name}/{most}`");
    let error = SyntaxError::new(span, "number_out_of_range", message);
    match (name, n) {
        ("NEAR" | "BEFORE", 0) => error.hint("for words side by side write a phrase: `\"a b\"`"),
        ("NEAR" | "BEFORE", _) => {
            error.hint("`PARAGRAPH` asks for the same paragraph, `AND` for the same entry")
        }
        _ => error,
    }
}

/// `NAME/n` with a name that is no operator, and what was probably meant.
pub(super) fn unknown_operator(name: &str, n: u32, span: Range<usize>) -> (SyntaxError, Kind) {
    let upper = name.to_ascii_uppercase();
    let near = Kind::Position(ProximityOp::Near(n.max(1)));
    let before = Kind::Position(ProximityOp::Before(n.max(1)));
    if OPERATORS.contains(&upper.as_str()) && upper != name {
        let message = format!("`{name}/{n}`: operators are written in capitals");
        let error = SyntaxError::new(span, "operator_case", message);
        let kind = match upper.as_str() {
            "BEFORE" => before,
            "ATLEAST" => Kind::AtLeast(0),
            "MENTIONS" => Kind::Mentions(1),
            _ => near,
        };
        return (error.hint(format!("write `{upper}/{n}`")), kind);
    }
    if OPERATORS.contains(&name) {
        let message = format!("`{name}` takes no number");
        let error = SyntaxError::new(span, "unexpected_number", message);
        let kind = match name {
            "AND" => Kind::And,
            "OR" => Kind::Or,
            "NOT" => Kind::Not,
            "SENTENCE" => Kind::Position(ProximityOp::Sentence),
            "PARAGRAPH" => Kind::Position(ProximityOp::Paragraph),
            _ => Kind::Position(ProximityOp::Except),
        };
        return (error.hint(format!("write `{name}`")), kind);
    }
    let (meant, kind) = match upper.as_str() {
        "W" | "N" | "ADJ" | "WITHIN" => (Some("NEAR"), near),
        "PRE" => (Some("BEFORE"), before),
        _ => match nearest(name, ["NEAR", "BEFORE", "ATLEAST", "MENTIONS"]) {
            Some("BEFORE") => (Some("BEFORE"), before),
            Some("ATLEAST") => (Some("ATLEAST"), Kind::AtLeast(0)),
            Some("MENTIONS") => (Some("MENTIONS"), Kind::Mentions(1)),
            Some(_) => (Some("NEAR"), near),
            None => (None, Kind::Bad),
        },
    };
    let message = format!("`{name}/{n}` is not an operator");
    let error = SyntaxError::new(span, "unknown_operator", message);
    let error = match meant {
        Some(meant) => error.hint(format!("did you mean `{meant}/{n}`?")),
        None => error.hint(format!("to look for the text write `\"{name}/{n}\"`")),
    };
    (error, kind)
}

/// A run of characters the language does not know. `None`: read on as if it were not there.
pub(super) fn stray(text: &str, span: Range<usize>) -> (SyntaxError, Option<Kind>) {
    let shown: String = text.chars().take(8).collect();
    let error = |code, hint: &str| {
        let message = format!("`{shown}` means nothing here");
        SyntaxError::new(span.clone(), code, message).hint(hint)
    };
    match text {
        "&" | "&&" => (error("foreign_operator", "write `AND`"), Some(Kind::And)),
        "|" | "||" => (error("foreign_operator", "write `OR`"), Some(Kind::Or)),
        "!" => (error("foreign_operator", "write `NOT`"), Some(Kind::Not)),
        "-" | "\u{2010}" | "\u{2011}" | "\u{2013}" | "\u{2212}" => {
            let hint = "to exclude write `AND NOT …`, or name the words under `exclude`";
            (error("foreign_operator", hint), None)
        }
        "+" => {
            let hint = "words joined by `AND` are all asked for; no sign is needed";
            (error("foreign_operator", hint), None)
        }
        "'" | "‘" | "’" | "`" => {
            let hint = "a phrase stands in double quotes: `\"mutual defence\"`";
            (error("stray_character", hint), None)
        }
        "?" => {
            let hint = "for any ending write `word*`, for one letter write `re/…/`";
            (error("stray_character", hint), None)
        }
        "[" | "]" | "{" | "}" => {
            let hint = "groups stand in parentheses: `( … )`";
            (error("stray_character", hint), None)
        }
        ":" => {
            let hint = "a field stands right before its colon: `title:(…)`";
            (error("stray_character", hint), None)
        }
        _ => {
            let hint = "a text with signs in it goes into quotes";
            (error("stray_character", hint), Some(Kind::Bad))
        }
    }
}
