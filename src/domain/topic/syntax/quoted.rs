//! Words in quotes: a phrase, or one word whose spelling would mean something else bare. Also
//! reads the bare text of list items, which is quoted by its TOML string.

use super::ast::{Term, Word};
use super::error::SyntaxError;
use super::{MAX_PHRASE_WORDS, MAX_WORD_CHARS, MIN_WILDCARD_LETTERS, word};

/// The quote that ends what `open` began: straight ones pair with themselves, curly ones as the
/// keyboards of several countries write them. `None`: not an opening quote.
pub(super) fn closing_quotes(open: char) -> Option<&'static [char]> {
    match open {
        '"' => Some(&['"']),
        '“' | '”' | '„' => Some(&['”', '“', '"']),
        '«' => Some(&['»']),
        '»' => Some(&['«']),
        _ => None,
    }
}

/// Reads the words in `text`, which stands `offset` bytes into the rule. What is neither word
/// nor wildcard only separates. Mistakes go to `errors`.
pub(super) fn words(
    text: &str,
    offset: usize,
    exact: bool,
    errors: &mut Vec<SyntaxError>,
) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let stars = text[at..].len() - text[at..].trim_start_matches('*').len();
        let rest = &text[at + stars..];
        // "...and" is no word with a sign; ".NET" after a space is.
        let is_sign = word::starts_with_sign(rest);
        let is_apart = stars == 0 && (at == 0 || text[..at].ends_with(char::is_whitespace));
        let length = if is_sign && !is_apart { 0 } else { word::scan(rest) };
        if length == 0 {
            at += stars.max(c.len_utf8());
            if stars > 0 {
                errors.push(lone_wildcard(offset + start..offset + at));
            }
            continue;
        }
        let letters = &text[at + stars..at + stars + length];
        at += stars + length;
        let tail = text[at..].len() - text[at..].trim_start_matches('*').len();
        at += tail;
        let span = offset + start..offset + at;
        let inside = tail > 0 && text[at..].starts_with(word::starts_word);
        let word =
            Word { text: letters.to_owned(), exact, open_start: stars > 0, open_end: tail > 0 };
        match check(&word, span, inside) {
            Some(error) => errors.push(error),
            None => words.push(word),
        }
    }
    words
}

/// Length of a `=` in front of the first word, with the space around it: within the quotes it asks
/// for exact words as in front of them. 0: there is none, or no word behind it.
pub(super) fn exact_mark(content: &str) -> usize {
    let Some(rest) = content.trim_start().strip_prefix('=') else {
        return 0;
    };
    let is_word = rest.starts_with('*') || word::scan(rest) > 0;
    if is_word { content.len() - rest.len() } else { 0 }
}

/// Says when `re/…/` stands between quotes, where it would be the words in it.
pub(super) fn regex_in_quotes(content: &str, offset: usize) -> Option<SyntaxError> {
    let text = content.trim();
    let pattern = text.strip_prefix("re/")?;
    let is_regex = pattern.len() > 1 && (pattern.ends_with('/') || pattern.ends_with("/i"));
    is_regex.then(|| {
        let start = offset + content.len() - content.trim_start().len();
        let message = "a regular expression in quotes is not one";
        SyntaxError::new(start..start + text.len(), "quoted_regex", message)
            .hint(format!("write it without quotes: `{text}`"))
    })
}

/// The term that quoted words make: one word alone is that word, with nothing special about it.
pub(super) fn term(mut words: Vec<Word>, exact: bool, slop: u32) -> Option<Term> {
    match words.len() {
        0 => None,
        1 => words.pop().map(Term::Word),
        _ => Some(Term::Phrase { exact, words, slop }),
    }
}

/// Says when a phrase is too long to be one.
pub(super) fn too_many_words(words: &[Word], span: std::ops::Range<usize>) -> Option<SyntaxError> {
    (words.len() > MAX_PHRASE_WORDS).then(|| {
        let message =
            format!("this phrase has {} words; {MAX_PHRASE_WORDS} are the most", words.len());
        SyntaxError::new(span, "phrase_too_long", message)
    })
}

/// What is wrong with one word and its wildcards, if anything. `inside`: letters follow the `*`.
pub(super) fn check(
    word: &Word,
    span: std::ops::Range<usize>,
    inside: bool,
) -> Option<SyntaxError> {
    if inside {
        let error = SyntaxError::new(span, "wildcard_inside", "`*` stands inside a word");
        return Some(error.hint(
            "`*` may stand in front of a word or behind it; for letters within it write `re/…/`",
        ));
    }
    if word.text.chars().count() > MAX_WORD_CHARS {
        let message = format!("this word is longer than {MAX_WORD_CHARS} characters");
        return Some(SyntaxError::new(span, "word_too_long", message));
    }
    if (word.open_start || word.open_end) && !word::carries_wildcard(&word.text) {
        let message = format!("`*` needs at least {MIN_WILDCARD_LETTERS} letters beside it");
        let error = SyntaxError::new(span, "short_wildcard", message);
        return Some(error.hint("write more of the word, or list the forms you mean"));
    }
    None
}

pub(super) fn lone_wildcard(span: std::ops::Range<usize>) -> SyntaxError {
    SyntaxError::new(span, "lone_wildcard", "`*` stands alone").hint(
        "`*` belongs to a word, as in `Verteidigung*`; to let words stand between others write \
         `\"mutual defence\"~2`",
    )
}
