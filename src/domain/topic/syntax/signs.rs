//! Signs that stand alone in a phrase: `& Co`, `- trade`. No text is searched for them, and a rule
//! once it is read keeps none of them, so they are looked for in its source. Serves the lints.

use std::ops::Range;

use super::ast::Term;
use super::{item, lexer, quoted, word};

/// A sign, or several side by side, between or beside the words of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredSign {
    /// Byte range in the source text.
    pub span: Range<usize>,
    /// The sign as written.
    pub sign: String,
    /// What stands between the quotes, or the whole of a list's entry.
    pub phrase: String,
    /// What is looked for.
    pub term: Term,
    /// Words stand on both sides of it.
    pub is_between: bool,
}

/// The signs that a rule asks for in vain. The rule is one that can be read.
pub fn ignored_signs(rule: &str) -> Vec<IgnoredSign> {
    let mut found = Vec::new();
    for token in lexer::tokens(rule, &mut Vec::new()) {
        if let lexer::Kind::Term(term) = token.kind {
            in_term(rule, token.span, term, &mut found);
        }
    }
    found
}

/// Those of a list's entry.
pub fn ignored_signs_of_item(source: &str) -> Vec<IgnoredSign> {
    let mut found = Vec::new();
    // Most entries are one word.
    if source.contains(char::is_whitespace)
        && let Ok(term) = item::parse_list_item(source)
    {
        let start = source.len() - source.trim_start().len();
        let whole = start..source.trim_end().len();
        if opening_quote(&source[whole.clone()]).is_some() {
            in_term(source, whole, term, &mut found);
        } else {
            let mark = usize::from(source[whole.clone()].starts_with('='));
            in_phrase(source, whole.start + mark..whole.end, term, &mut found);
        }
    }
    found
}

/// Bytes in front of what is quoted. `None`: nothing is.
fn opening_quote(source: &str) -> Option<usize> {
    let quote = source.strip_prefix('=').unwrap_or(source);
    let open = quote.chars().next().filter(|c| quoted::closing_quotes(*c).is_some())?;
    Some(source.len() - quote.len() + open.len_utf8())
}

fn in_term(source: &str, span: Range<usize>, term: Term, found: &mut Vec<IgnoredSign>) {
    let text = &source[span.clone()];
    let Some(open) = opening_quote(text) else {
        return;
    };
    // Behind the last quote there is `~n` at most.
    let is_quote = |(_, c): &(usize, char)| quoted::closing_quotes(*c).is_some();
    if let Some((close, _)) = text.char_indices().rfind(is_quote)
        && open <= close
    {
        in_phrase(source, span.start + open..span.start + close, term, found);
    }
}

/// Notes each stretch of pieces without letters and digits.
fn in_phrase(source: &str, content: Range<usize>, term: Term, found: &mut Vec<IgnoredSign>) {
    if matches!(term, Term::Regex { .. }) {
        return;
    }
    let phrase = &source[content.clone()];
    let mut at = quoted::exact_mark(phrase);
    let mut is_behind_word = false;
    let mut open: Option<Range<usize>> = None;
    let mut note = |span: Range<usize>, is_between: bool| {
        found.push(IgnoredSign {
            sign: phrase[span.clone()].to_owned(),
            span: content.start + span.start..content.start + span.end,
            phrase: phrase.trim().to_owned(),
            term: term.clone(),
            is_between,
        });
    };
    for piece in phrase[at..].split_inclusive(char::is_whitespace) {
        let trimmed = piece.trim_end();
        let span = at..at + trimmed.len();
        at += piece.len();
        if trimmed.is_empty() {
            continue;
        }
        if !trimmed.contains(word::starts_word) {
            let start = open.map_or(span.start, |open| open.start);
            open = Some(start..span.end);
            continue;
        }
        if let Some(sign) = open.take() {
            note(sign, is_behind_word);
        }
        is_behind_word = true;
    }
    if let Some(sign) = open {
        note(sign, false);
    }
}

#[cfg(test)]
mod tests;
