//! Filter expressions: comparisons of attributes, joined by `and` and `or` from right to left.

use std::ops::Range;

use super::super::MAX_NESTING;
use super::super::ledger::Ledger;
use super::super::piece::{About, Piece};
use super::super::term;
use super::words::Text;
use crate::domain::topic::syntax::ast::Scope;

/// Operators, longer ones before those they begin with.
const OPERATORS: [&str; 12] =
    ["==", "=~", "!~", "!=", "!#", "<=", ">=", "between", "=", "<", ">", "#"];

/// What filters compare: attributes of entries and of their feeds.
const ATTRIBUTES: [&str; 17] = [
    "title",
    "link",
    "author",
    "content",
    "description",
    "date",
    "guid",
    "unread",
    "enclosure_url",
    "enclosure_type",
    "flags",
    "age",
    "articleindex",
    "feedtitle",
    "feedlink",
    "rssurl",
    "tags",
];

/// Settings whose arguments are keys, which may look like operators.
const KEY_SETTINGS: [&str; 5] = ["bind", "bind-key", "unbind-key", "macro", "run-on-startup"];

/// Whether a line is meant as a comparison, well written or not: it begins with an attribute, or
/// with a name and an operator, or has an operator between its words. What only looks like one is
/// reported; what is taken for a setting is not a rule that is missed.
pub fn looks_like_one(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    if KEY_SETTINGS.contains(&first) {
        return false;
    }
    let start = text.trim_start_matches(|c: char| !in_name(c));
    let name = start.find(|c| !in_name(c)).unwrap_or(start.len());
    if ATTRIBUTES.iter().any(|attribute| start[..name].eq_ignore_ascii_case(attribute)) {
        return true;
    }
    let is_url = first.contains("://");
    let rest = start[name..].trim_start();
    let behind = rest.trim_start_matches(in_operator);
    // `~/folder` is no operator.
    let operator = behind.len() < rest.len()
        && (behind.is_empty() || behind.starts_with(|c: char| c == '"' || c.is_whitespace()));
    !is_url
        && ((name > 0 && operator)
            || outside_of_quotes(text).any(|part| part.split_whitespace().any(is_operator)))
}

fn in_operator(c: char) -> bool {
    matches!(c, '=' | '~' | '!' | '<' | '>' | '#')
}

/// A word that is, or is meant as, an operator. By itself `#` begins a comment.
fn is_operator(word: &str) -> bool {
    word != "#" && !word.is_empty() && word.chars().all(in_operator)
}

/// The parts of a line between quoted ones, without comments.
fn outside_of_quotes(line: &str) -> impl Iterator<Item = &str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => {
                if !quoted {
                    parts.push(&line[start..at]);
                }
                quoted = !quoted;
                start = at + 1;
            }
            '#' if !quoted && line[..at].ends_with(char::is_whitespace) => {
                parts.push(&line[start..at]);
                return parts.into_iter();
            }
            _ => {}
        }
    }
    if !quoted {
        parts.push(&line[start..]);
    }
    parts.into_iter()
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Reads a whole expression; mistakes are reported.
pub fn read(text: &Text, ledger: &mut Ledger<'_>) -> Piece {
    let mut reader = Reader { text, at: 0, depth: 0, ledger };
    let piece = reader.expression();
    reader.space();
    if reader.at < text.text.len() {
        let span = text.span(reader.at..text.text.len());
        let message = "the expression ends before this, which is left out";
        reader.ledger.untranslated(span, "trailing_text", message);
    }
    piece
}

struct Reader<'a, 's, 'l> {
    text: &'a Text,
    at: usize,
    depth: usize,
    ledger: &'l mut Ledger<'s>,
}

impl<'a> Reader<'a, '_, '_> {
    fn rest(&self) -> &'a str {
        &self.text.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn span(&self, start: usize) -> Range<usize> {
        self.text.span(start..self.at)
    }

    /// Operands and joints, bound from right to left.
    fn expression(&mut self) -> Piece {
        let mut operands = vec![self.operand()];
        let mut joints = Vec::new();
        loop {
            self.space();
            let start = self.at;
            let Some(is_and) = self.joint() else {
                break;
            };
            let span = self.span(start);
            self.ledger.cover(span);
            joints.push(is_and);
            operands.push(self.operand());
        }
        let span = self.text.span(0..self.text.text.len());
        let mut right = operands.pop().unwrap_or_default();
        for (left, is_and) in operands.into_iter().zip(joints).rev() {
            right = if is_and {
                Piece::and([left, right])
            } else {
                Piece::or([left, right], self.ledger)
            };
            right = right.within_limits(span.clone(), self.ledger);
        }
        right
    }

    fn joint(&mut self) -> Option<bool> {
        for (word, is_and) in [("and", true), ("or", false)] {
            let Some(rest) = self.rest().strip_prefix(word) else {
                continue;
            };
            if rest.starts_with(|c: char| c == '(' || c.is_whitespace()) {
                self.at += word.len();
                return Some(is_and);
            }
        }
        None
    }

    fn operand(&mut self) -> Piece {
        self.space();
        if self.rest().starts_with('(') {
            return self.parentheses();
        }
        let start = self.at;
        let Some((name, operator, value)) = self.comparison() else {
            self.at = self.text.text.len();
            let span = self.span(start);
            let message = "a comparison was expected here, such as title =~ \"word\"; what \
                           follows is left out";
            self.ledger.untranslated(span, "bad_comparison", message);
            return Piece::nothing();
        };
        let span = self.span(start);
        self.ledger.cover(span.clone());
        Comparison { name, operator, value, span }.piece(self.ledger)
    }

    fn parentheses(&mut self) -> Piece {
        let start = self.at;
        if self.depth >= MAX_NESTING {
            self.at = self.text.text.len();
            let span = self.span(start);
            let message = format!("parentheses nest deeper than {MAX_NESTING}; this is left out");
            self.ledger.untranslated(span, "too_deep", message);
            return Piece::nothing();
        }
        self.at += 1;
        self.ledger.cover(self.text.span(start..self.at));
        self.depth += 1;
        let piece = self.expression();
        self.depth -= 1;
        self.space();
        if self.rest().starts_with(')') {
            self.at += 1;
            self.ledger.cover(self.text.span(self.at - 1..self.at));
        } else {
            let message = "this parenthesis is never closed; it is read to the end";
            let span = self.text.span(start..start + 1);
            self.ledger.approximated(span, "unclosed_parenthesis", message);
        }
        piece
    }

    /// An attribute, an operator and a value.
    fn comparison(&mut self) -> Option<(&'a str, &'static str, &'a str)> {
        let rest = self.rest();
        let length = rest.find(|c| !in_name(c)).unwrap_or(rest.len());
        let name = rest.get(..length).filter(|name| !name.is_empty())?;
        self.at += length;
        self.space();
        let operator = OPERATORS.into_iter().find(|name| self.rest().starts_with(name))?;
        self.at += operator.len();
        self.space();
        let rest = self.rest();
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = closing(quoted)?;
            self.at += end + 2;
            return Some((name, operator, &quoted[..end]));
        }
        let inner = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':');
        let length = rest.find(|c| !inner(c)).unwrap_or(rest.len());
        self.at += length;
        (length > 0).then(|| (name, operator, &rest[..length]))
    }
}

/// Where the quote closes: a backslash takes the next character along.
fn closing(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some(at),
            '\\' => {
                chars.next();
            }
            _ => {}
        }
    }
    None
}

struct Comparison<'a> {
    name: &'a str,
    operator: &'static str,
    value: &'a str,
    span: Range<usize>,
}

impl Comparison<'_> {
    fn piece(self, ledger: &mut Ledger<'_>) -> Piece {
        match self.name {
            "title" => self.text(Scope::Title, ledger),
            "content" | "description" => {
                let message = "Newsboat searches the HTML of the content, the topic its text";
                ledger.approximated(self.span.clone(), "html_content", message);
                self.text(Scope::Body, ledger)
            }
            "author" => self.text(Scope::Author, ledger),
            "link" => self.text(Scope::Url, ledger),
            "tags" => self.named(About::Tag, &["#"], &["!#"], ledger),
            "feedtitle" => {
                let message = "becomes a filter on publishers, which go by the names of your feeds";
                ledger.approximated(self.span.clone(), "publisher_names", message);
                self.named(About::Publisher, &["=", "=="], &["!="], ledger)
            }
            "age" => self.age(ledger),
            "unread" if matches!(self.operator, "=" | "==") && self.value == "yes" => {
                let message = "every entry is new when topics look at it";
                ledger.note(self.span, "unread", message);
                Piece::always()
            }
            _ => {
                let message = "this attribute has no counterpart";
                ledger.untranslated(self.span, "attribute", message);
                Piece::nothing()
            }
        }
    }

    /// A comparison with one of an entry's texts.
    fn text(self, scope: Scope, ledger: &mut Ledger<'_>) -> Piece {
        let whole = format!("^{}$", regex::escape(self.value));
        let read = match self.operator {
            "=~" | "!~" => term::regex(self.value, true),
            "=" | "==" | "!=" => term::regex(&whole, false),
            _ => Err(format!("`{}` cannot be asked of a text", self.operator)),
        };
        let term = match read {
            Ok(term) => term,
            Err(why) => {
                ledger.untranslated(self.span, "comparison", why);
                return Piece::nothing();
            }
        };
        let piece = Piece::term(term).scoped(&[scope], ledger);
        if self.operator.starts_with('!') { piece.not(ledger) } else { piece }
    }

    /// A comparison that becomes a filter.
    fn named(self, about: About, is: &[&str], is_not: &[&str], ledger: &mut Ledger<'_>) -> Piece {
        let piece = Piece::ask(about, self.value, self.span.clone());
        if is.contains(&self.operator) {
            piece
        } else if is_not.contains(&self.operator) {
            piece.not(ledger)
        } else {
            let message = format!("`{}` cannot be asked of this", self.operator);
            ledger.untranslated(self.span, "comparison", message);
            Piece::nothing()
        }
    }

    /// Days since an entry was published.
    fn age(self, ledger: &mut Ledger<'_>) -> Piece {
        let number = |text: &str| text.parse::<u32>().ok();
        let days = match self.operator {
            "<" => number(self.value),
            "<=" => number(self.value).map(|days| days.saturating_add(1)),
            "between" => self
                .value
                .split_once(':')
                .filter(|(from, _)| *from == "0")
                .and_then(|(_, to)| number(to))
                .map(|days| days.saturating_add(1)),
            _ => None,
        };
        match days.filter(|days| (1..3_650).contains(days)) {
            Some(days) => {
                let message = "becomes `max_age`: older entries are stored and raise no alert";
                ledger.approximated(self.span.clone(), "max_age", message);
                Piece::ask(About::MaxAge, days.to_string(), self.span)
            }
            None => {
                let message = "entries are judged when they appear: this age cannot be asked";
                ledger.untranslated(self.span, "age", message);
                Piece::nothing()
            }
        }
    }
}
