//! Frees a date's text of what feeds put around and into it: markup, comments, the digits and
//! signs of other scripts. [`super::pieces`] splits what is left.

use unicode_normalization::UnicodeNormalization;

/// A date's text in ASCII digits and signs, and the comments that stood in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plain {
    pub text: String,
    /// What was in brackets: often the zone's name.
    pub comments: String,
}

/// References that stand in dates because they were escaped once too often.
const REFERENCES: &[(&str, &str)] = &[
    ("&amp;", "&"),
    ("&nbsp;", " "),
    ("&#160;", " "),
    ("&#xa0;", " "),
    ("&#43;", "+"),
    ("&#x2b;", "+"),
    ("&#58;", ":"),
    ("&#45;", "-"),
];

/// Words before a date that say what it is the date of.
const LABELS: [&str; 5] = ["date", "published", "updated", "posted", "pubdate"];

/// What is left without label, markup, comments and marks that are not seen.
pub fn plain(text: &str) -> Plain {
    let text = without_label(text.trim());
    // Nearly every date has none of these.
    if text.is_ascii() && !text.contains(['&', '<', '(', '[', ')', ']']) {
        return Plain { text: text.to_owned(), comments: String::new() };
    }
    let mut plain = Plain::default();
    let mut depth = 0_usize;
    let mut in_tag = false;
    for char in without_weekdays(&without_references(text)).chars().filter_map(ascii) {
        match char {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                plain.text.push(' ');
            }
            _ if in_tag => {}
            '(' | '[' => {
                depth += 1;
                plain.comments.push(' ');
            }
            ')' | ']' if depth > 0 => {
                depth -= 1;
                plain.text.push(' ');
            }
            _ if depth > 0 => plain.comments.push(char),
            _ => plain.text.push(char),
        }
    }
    plain
}

/// A word without what differs between its spellings: case, accents, the final sigma.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let is_syllable = |char: char| ('\u{ac00}'..='\u{d7a3}').contains(&char);
    let mut folded = String::with_capacity(word.len());
    for char in word.chars().flat_map(char::to_lowercase) {
        if is_syllable(char) {
            folded.push(char);
        } else {
            folded.extend(char.nfkd().filter(|part| !('\u{300}'..='\u{36f}').contains(part)));
        }
    }
    folded.replace('ς', "σ")
}

/// A weekday whose letters a wrong charset has spoilt, as in `S?bado, 3 Jun`, says nothing.
pub fn without_garbled_weekday(text: &str) -> &str {
    let spoilt = |word: &str| {
        word.starts_with(char::is_alphabetic)
            && word.contains(['?', '\u{fffd}'])
            && !word.contains(|char: char| char.is_ascii_digit())
    };
    match text.trim_start().split_once(',') {
        Some((word, rest)) if spoilt(word) => rest,
        _ => text,
    }
}

/// `Published: 3 June 2024`, `@1717402500`, `/Date(1717402500000)/` (JSON of ASP.NET).
fn without_label(text: &str) -> &str {
    let number = text.strip_prefix('@').or_else(|| text.strip_prefix("/Date(")?.strip_suffix(")/"));
    if let Some(number) = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
        return number;
    }
    match text.split_once([' ', ':']) {
        Some((word, rest)) if LABELS.iter().any(|label| word.eq_ignore_ascii_case(label)) => rest,
        _ => text,
    }
}

fn without_references(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut text = text.to_ascii_lowercase();
    for (reference, stands_for) in REFERENCES {
        text = text.replace(reference, stands_for);
    }
    text
}

/// The East Asian weekdays repeat what year, month and day say, in signs that mean day and month
/// as well.
fn without_weekdays(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    for before in ["星期", "礼拜", "禮拜", "周", "週"] {
        while let Some(at) = text.find(before) {
            let after = at + before.len();
            let day = text[after..].chars().next().map_or(0, char::len_utf8);
            text.replace_range(at..after + day, " ");
        }
    }
    for after in ["曜日", "曜", "요일"] {
        while let Some(at) = text.find(after) {
            let day = text[..at].chars().next_back().map_or(0, char::len_utf8);
            text.replace_range(at - day..at + after.len(), " ");
        }
    }
    text
}

/// The ASCII digit or sign that a character stands for; `None` for what is not seen.
fn ascii(char: char) -> Option<char> {
    let digit = |zero: char| char::from_digit(char as u32 - zero as u32, 10).unwrap_or(char);
    Some(match char {
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => return None,
        '\u{feff}' | '\u{ad}' => return None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(char as u32 - 0xfee0).unwrap_or(char),
        '\u{660}'..='\u{669}' => digit('\u{660}'),
        '\u{6f0}'..='\u{6f9}' => digit('\u{6f0}'),
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        '’' | '‘' | '“' | '”' | '´' => '\'',
        '、' | '。' | '،' | '·' | '•' => ',',
        _ => char,
    })
}
