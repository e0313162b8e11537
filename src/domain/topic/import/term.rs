//! Terms: from the words, wildcards and regular expressions of a dialect to those of the topic
//! language. Whatever is made here has been read by the language's own parser.

use std::fmt::Write;

use super::piece::Piece;
use crate::domain::topic::syntax::ast::Term;
use crate::domain::topic::syntax::{MAX_PHRASE_WORDS, parse_list_item};

/// A piece of a word as a dialect writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    Is(char),
    /// Any letters, or none.
    Any,
    /// Exactly one letter.
    One,
    /// So many letters at most.
    UpTo(u32),
}

/// How the case of a word is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Any case, plurals and other spellings too.
    Loose,
    /// Any case, this form only.
    Form,
    /// Capitals must be capitals; small letters may be either.
    Capitals,
    /// A name: a capital first, or all in capitals.
    Name,
    /// All capitals.
    Shouted,
    /// No capitals at all.
    Small,
}

/// Reads a word: `marks` says which characters are wildcards.
pub fn glyphs(text: &str, marks: impl Fn(char) -> Option<Glyph>) -> Vec<Glyph> {
    text.chars().map(|c| marks(c).unwrap_or(Glyph::Is(c))).collect()
}

/// The words side by side, `slop` others between them. `None`: they cannot be looked for.
pub fn phrase(words: &[Vec<Glyph>], style: Style, slop: u32) -> Option<Piece> {
    let words: Vec<&[Glyph]> =
        words.iter().map(Vec::as_slice).filter(|word| says_something(word)).collect();
    if words.is_empty() {
        return None;
    }
    if let Some(term) = simple(&words, style, slop) {
        return Some(Piece::term(term));
    }
    if words.len() > MAX_PHRASE_WORDS {
        return None;
    }
    let terms = words.iter().map(|word| one(word, style)).collect::<Option<Vec<Term>>>()?;
    Some(Piece::chain(terms, slop.saturating_add(1)))
}

/// Whether there is more to a word than punctuation at its edges.
fn says_something(word: &[Glyph]) -> bool {
    word.iter().any(|glyph| matches!(glyph, Glyph::Is(c) if c.is_alphanumeric()))
}

/// One word alone: as such, or as a regular expression.
fn one(word: &[Glyph], style: Style) -> Option<Term> {
    simple(&[word], style, 0).or_else(|| pattern(word, style))
}

/// Words that the language can say, with `*` at their edges only.
fn simple(words: &[&[Glyph]], style: Style, slop: u32) -> Option<Term> {
    if style == Style::Small {
        return None;
    }
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        let last = word.len().saturating_sub(1);
        for (at, glyph) in word.iter().enumerate() {
            match glyph {
                Glyph::Is('"' | '“' | '”' | '„' | '«' | '»' | '*') => return None,
                Glyph::Is(c) if at == 0 && style == Style::Name => text.extend(c.to_uppercase()),
                Glyph::Is(c) => text.extend(cased(*c, style)),
                Glyph::Any if at == 0 || at == last => text.push('*'),
                Glyph::Any | Glyph::One | Glyph::UpTo(_) => return None,
            }
        }
    }
    let equals = match style {
        Style::Form | Style::Capitals | Style::Shouted => "=",
        _ => "",
    };
    let slop = if slop > 0 && words.len() > 1 { format!("~{slop}") } else { String::new() };
    parse_list_item(&format!("{equals}\"{text}\"{slop}")).ok()
}

fn cased(c: char, style: Style) -> Vec<char> {
    match style {
        Style::Loose | Style::Form | Style::Small => c.to_lowercase().collect(),
        Style::Shouted => c.to_uppercase().collect(),
        Style::Capitals | Style::Name => vec![c],
    }
}

/// A word with wildcards inside, as a regular expression over whole words.
fn pattern(word: &[Glyph], style: Style) -> Option<Term> {
    let has_capitals = word.iter().any(|glyph| matches!(glyph, Glyph::Is(c) if c.is_uppercase()));
    let style = if style == Style::Capitals && !has_capitals { Style::Form } else { style };
    let mut pattern = String::new();
    let mut rest = word;
    // Punctuation at the edges separates; it is no part of the word.
    let is_edge = |glyph: &Glyph| matches!(glyph, Glyph::Is(c) if !c.is_alphanumeric());
    while let Some((first, others)) = rest.split_first()
        && is_edge(first)
    {
        rest = others;
    }
    while let Some((last, others)) = rest.split_last()
        && is_edge(last)
    {
        rest = others;
    }
    pattern.push_str("\\b");
    for glyph in rest {
        match glyph {
            Glyph::Any => pattern.push_str("\\w*"),
            Glyph::One => pattern.push_str("\\w"),
            Glyph::UpTo(1) => pattern.push_str("\\w?"),
            Glyph::UpTo(n) => write!(pattern, "\\w{{0,{}}}", n.min(&100)).ok()?,
            Glyph::Is(c) if style == Style::Capitals && c.is_lowercase() => {
                let upper: String = c.to_uppercase().collect();
                let class = if upper.chars().count() == 1 {
                    format!("[{c}{upper}]")
                } else {
                    c.to_string()
                };
                pattern.push_str(&class);
            }
            Glyph::Is(c) => {
                let text: String = cased(*c, style).into_iter().collect();
                pattern.push_str(&regex::escape(&text));
            }
        }
    }
    pattern.push_str("\\b");
    regex(&pattern, matches!(style, Style::Loose | Style::Form)).ok()
}

/// A regular expression of a dialect whose search finds it anywhere in a text.
///
/// # Errors
/// Why it cannot be used, as a sentence.
pub fn regex(pattern: &str, ignore_case: bool) -> Result<Term, String> {
    let (pattern, ignore_case) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (rest, true),
        None => (pattern, ignore_case),
    };
    let term = Term::Regex { pattern: trimmed(pattern).to_owned(), ignore_case };
    match parse_list_item(&term.to_string()) {
        Ok(read) if read == term => Ok(term),
        // A slash that was escaped is the same slash without.
        Ok(read @ Term::Regex { .. }) => Ok(read),
        Ok(_) => Err("this regular expression cannot be written in a rule".to_owned()),
        Err(errors) => {
            Err(errors.into_iter().next().map_or_else(String::new, |error| error.message))
        }
    }
}

/// Without the `.*` at its ends, which change nothing of what a search finds.
fn trimmed(pattern: &str) -> &str {
    let mut rest = pattern;
    while let Some(inner) = rest.strip_prefix(".*")
        && !inner.starts_with(['?', '*', '+', '{'])
        && !inner.is_empty()
    {
        rest = inner;
    }
    while let Some(inner) = rest.strip_suffix(".*")
        && !inner.ends_with('\\')
        && !inner.is_empty()
    {
        rest = inner;
    }
    rest
}
