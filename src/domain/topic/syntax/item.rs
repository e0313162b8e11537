//! Items of lists: each is one term, and its TOML string is its quotes. `armed forces` is a
//! phrase, `Verteidigung*` a word, `=oil` exact, `re/…/` a regular expression.

use super::ast::Term;
use super::error::SyntaxError;
use super::{MAX_RULE_BYTES, lexer, parser, quoted, regex_term, word};

/// Reads one entry of a list. Spans of mistakes are byte ranges in `item`.
///
/// # Errors
/// Every mistake found; at least one.
pub fn parse_list_item(item: &str) -> Result<Term, Vec<SyntaxError>> {
    let mut errors = Vec::new();
    if item.len() > MAX_RULE_BYTES {
        return Err(vec![parser::too_long(item)]);
    }
    let start = item.len() - item.trim_start().len();
    let text = item.trim();
    let bare = text.strip_prefix('=').unwrap_or(text);
    let term = if bare.starts_with(|c| quoted::closing_quotes(c).is_some()) {
        quoted_item(item, &mut errors)
    } else if text.starts_with("re/") {
        regex_item(text, start, &mut errors)
    } else {
        bare_item(bare, start + text.len() - bare.len(), text != bare, &mut errors)
    };
    match term {
        Some(term) if errors.is_empty() => Ok(term),
        _ => {
            if errors.is_empty() {
                let message = "there is no word in this list entry";
                errors.push(SyntaxError::new(0..item.len(), "empty_item", message));
            }
            Err(errors)
        }
    }
}

/// `"a phrase"~2`, as a rule has it.
fn quoted_item(item: &str, errors: &mut Vec<SyntaxError>) -> Option<Term> {
    let mut tokens = lexer::tokens(item, errors).into_iter();
    let first = tokens.next()?;
    if let Some(next) = tokens.next()
        && errors.is_empty()
    {
        errors.push(not_a_term(next.span.start..item.len()));
    }
    match first.kind {
        lexer::Kind::Term(term) => Some(term),
        _ => None,
    }
}

fn regex_item(text: &str, offset: usize, errors: &mut Vec<SyntaxError>) -> Option<Term> {
    let (term, length) = regex_term::read(text, offset, errors);
    if length < text.len() && errors.is_empty() {
        errors.push(not_a_term(offset + length..offset + text.len()));
    }
    term
}

fn bare_item(
    text: &str,
    offset: usize,
    exact: bool,
    errors: &mut Vec<SyntaxError>,
) -> Option<Term> {
    let span = offset..offset + text.len();
    if text.starts_with('@') {
        let error = SyntaxError::new(span, "reference_in_list", "a list cannot name another list");
        errors.push(error.hint("join lists in a macro, a string: `both = '@one OR @other'`"));
        return None;
    }
    if let Some(operator) = text.split_whitespace().find(|part| is_operator(part)) {
        let message = format!("`{operator}` in a list entry: lists hold terms, not rules");
        let error = SyntaxError::new(span, "rule_in_list", message);
        let hint = "write a rule as a macro, a string: `name = 'a NEAR/5 b'`; to look for these \
                    very words put them in double quotes within the entry";
        errors.push(error.hint(hint));
        return None;
    }
    let words = quoted::words(text, offset, exact, errors);
    errors.extend(quoted::too_many_words(&words, span));
    quoted::term(words, exact, 0)
}

fn is_operator(part: &str) -> bool {
    let (name, number) = part.split_once('/').unwrap_or((part, ""));
    let known = word::OPERATORS.contains(&name);
    let numbered = number.starts_with(|c: char| c.is_ascii_digit());
    known && (numbered || matches!(part, "AND" | "OR" | "NOT" | "EXCEPT"))
}

fn not_a_term(span: std::ops::Range<usize>) -> SyntaxError {
    SyntaxError::new(span, "rule_in_list", "a list entry is one term, and it ends before this")
        .hint("write a rule as a macro, a string: `name = 'a NEAR/5 b'`")
}

#[cfg(test)]
mod tests;
