//! `re/…/`: regular expressions in rules. The engine is linear in the text; size and nesting are
//! limited here, so that what is parsed can also be compiled.

use std::ops::Range;

use regex::RegexBuilder;

use super::ast::Term;
use super::error::SyntaxError;
use super::{MAX_REGEX_BYTES, MAX_REGEX_COMPILED_BYTES};

/// Nesting of groups in a regular expression.
const MAX_NESTING: u32 = 32;

/// Reads `re/…/` or `re/…/i` at the start of `text`, which stands at `offset`. Returns the term,
/// if it is good, and the bytes read. `\/` stands for a slash.
pub(super) fn read(
    text: &str,
    offset: usize,
    errors: &mut Vec<SyntaxError>,
) -> (Option<Term>, usize) {
    const OPENER: usize = "re/".len();
    let Some((pattern, body)) = until_slash(&text[OPENER..]) else {
        let line = text.find('\n').unwrap_or(text.len());
        let error = SyntaxError::new(
            offset..offset + OPENER,
            "unclosed_regex",
            "this `re/` has no closing `/` on its line",
        );
        errors.push(error.hint("write `re/…/`; a slash within is written `\\/`"));
        return (None, line);
    };
    let mut end = OPENER + body + 1;
    let flags = text[end..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len() - end);
    let flag_text = &text[end..end + flags];
    let flag_span = offset + end..offset + end + flags;
    end += flags;
    if !matches!(flag_text, "" | "i") {
        let message = format!("`{flag_text}` after a regular expression is not known");
        let error = SyntaxError::new(flag_span, "unknown_regex_flag", message);
        errors.push(error.hint("only `i` (any letter case) may follow the closing `/`"));
        return (None, end);
    }
    let ignore_case = flag_text == "i";
    let pattern_span = offset + OPENER..offset + OPENER + body;
    if let Err(error) = check(&pattern, ignore_case, pattern_span) {
        errors.push(error);
        return (None, end);
    }
    let term = Term::Regex { pattern, ignore_case };
    (Some(term), end)
}

/// The pattern up to the closing slash, unescaped, and the bytes before that slash.
fn until_slash(text: &str) -> Option<(String, usize)> {
    let mut pattern = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '/' => return Some((pattern, at)),
            '\n' => return None,
            '\\' => match chars.next()?.1 {
                '/' => pattern.push('/'),
                '\n' => return None,
                other => pattern.extend(['\\', other]),
            },
            _ => pattern.push(c),
        }
    }
    None
}

/// Whether a pattern finds places of no text at all, as `a*` and `\b` do: it would be found
/// everywhere, or nowhere.
pub fn finds_nothing(regex: &regex::Regex) -> bool {
    const SAMPLE: &str = "ab A1. é,\n ";
    regex.is_match("") || regex.find_iter(SAMPLE).any(|found| found.is_empty())
}

fn check(pattern: &str, ignore_case: bool, span: Range<usize>) -> Result<(), SyntaxError> {
    if pattern.len() > MAX_REGEX_BYTES {
        let message = format!("this regular expression is longer than {MAX_REGEX_BYTES} bytes");
        return Err(SyntaxError::new(span, "regex_too_large", message));
    }
    let built = RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .nest_limit(MAX_NESTING)
        .size_limit(MAX_REGEX_COMPILED_BYTES)
        .build();
    match built {
        Ok(regex) if finds_nothing(&regex) => {
            let message = "this regular expression matches nothing at all, that is, everywhere";
            let error = SyntaxError::new(span, "empty_regex", message);
            Err(error.hint("ask for at least one character, `+` in place of `*`"))
        }
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => {
            let message = "this regular expression is too large when compiled";
            let error = SyntaxError::new(span, "regex_too_large", message);
            Err(error.hint("shorten its counted repetitions, or name letters in place of `\\w`"))
        }
        Err(error) => {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default();
            let reason = reason.trim_start_matches("error: ");
            let message = format!("this regular expression cannot be read: {reason}");
            Err(SyntaxError::new(span, "bad_regex", message)
                .hint("look-around and back-references are not supported: matching is linear"))
        }
    }
}
