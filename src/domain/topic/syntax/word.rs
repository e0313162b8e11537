//! What a word of a rule is, character by character: used bare and within quotes, so that both
//! read the same. [`super::lexer`] and [`super::quoted`] scan with it.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::MIN_WILDCARD_LETTERS;

/// Words that mean something to the language; in quotes they are ordinary words.
pub(super) const OPERATORS: [&str; 10] = [
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "BEFORE",
    "SENTENCE",
    "PARAGRAPH",
    "EXCEPT",
    "ATLEAST",
    "MENTIONS",
];

/// Whether a word, in whatever case, reads like an operator.
pub(super) fn looks_like_operator(text: &str) -> bool {
    OPERATORS.iter().any(|operator| operator.eq_ignore_ascii_case(text))
}

/// Whether a word can begin here.
pub(super) fn starts_word(c: char) -> bool {
    c.is_alphanumeric()
}

/// Whether `text` begins with a sign that belongs to the word behind it: `.NET`, `#MeToo`.
pub(super) fn starts_with_sign(text: &str) -> bool {
    let rest = text.strip_prefix(['.', '#']);
    rest.is_some_and(|rest| rest.starts_with(char::is_alphabetic))
}

/// Bytes of the word at the start of `text`; 0 where none begins. Wildcards do not belong to it.
pub(super) fn scan(text: &str) -> usize {
    let sign = usize::from(starts_with_sign(text));
    if !text[sign..].starts_with(starts_word) {
        return 0;
    }
    let mut dotted = false;
    let mut chars = text.char_indices().peekable();
    if sign > 0 {
        chars.next();
    }
    while let Some((at, c)) = chars.next() {
        let before_letter = chars.peek().is_some_and(|&(_, next)| starts_word(next));
        let belongs = match c {
            _ if continues_word(c) => true,
            // `C++`, `C#`, `A+`: at the end too.
            '+' | '#' => true,
            // `U.S.` keeps its last dot, `defence.` ends a sentence.
            '.' => before_letter || dotted,
            _ => is_joiner(c) && before_letter,
        };
        if !belongs {
            return at;
        }
        dotted |= c == '.';
    }
    text.len()
}

/// Letters and digits in a word.
pub(super) fn letters(text: &str) -> usize {
    text.chars().filter(|&c| starts_word(c)).count()
}

/// Whether there is enough of a word beside a `*`.
pub(super) fn carries_wildcard(text: &str) -> bool {
    letters(text) >= MIN_WILDCARD_LETTERS
}

/// Whether `@name` may be called so: a letter, then letters, digits, `_` and `-`.
pub fn is_definition_name(name: &str) -> bool {
    name.starts_with(char::is_alphabetic) && scan_name(name) == name.len()
}

/// Bytes of the name at the start of `text`.
pub(super) fn scan_name(text: &str) -> usize {
    let inner = |c: char| continues_word(c) || matches!(c, '_' | '-');
    text.find(|c| !inner(c)).unwrap_or(text.len())
}

/// Letters, digits, marks on them, and the invisible joiners of Indic and Arabic scripts.
fn continues_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{200c}' | '\u{200d}')
        || (!c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Mark)
}

/// Characters that join two letters to one word: hyphens, apostrophes, `&`, the Catalan dot and
/// the Hebrew marks of abbreviation.
fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}' | '\u{2011}' | '\'' | '\u{2019}' | '&' | '\u{b7}' | '\u{5f3}' | '\u{5f4}'
    )
}

#[cfg(test)]
mod tests;
