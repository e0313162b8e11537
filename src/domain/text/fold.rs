//! Takes away what does not tell two words apart: case, compatibility forms (NFKC), Latin and
//! Greek marks, invisible characters. [`super::scan`] folds every token that is not plain ASCII.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

use super::script::{self, Kind};

/// Appends the folded form of `word` to `out`.
pub fn fold_into(word: &str, out: &mut String) {
    // The letter that later marks belong to, while it is the last character of `out`.
    let mut base: Option<char> = None;
    for c in word.chars() {
        if c.is_ascii() {
            let lower = c.to_ascii_lowercase();
            out.push(lower);
            base = Some(lower);
        } else if script::kind(c) != Kind::Ignorable {
            for part in std::iter::once(c).nfkd() {
                base = fold_char(part, base, out);
            }
        }
    }
}

/// The folded form of `word`.
pub fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    fold_into(word, &mut out);
    out
}

/// Folds one decomposed character after `base`; returns the new base.
fn fold_char(c: char, base: Option<char>, out: &mut String) -> Option<char> {
    if let Some(before) = base {
        if is_combining_mark(c) && script::loses_marks(before) {
            return base;
        }
        if (is_combining_mark(c) || script::is_hangul(c))
            && let Some(whole) = compose(before, c)
        {
            out.pop();
            out.push(whole);
            return Some(whole);
        }
    }
    let mut last = base;
    for lower in c.to_lowercase() {
        let plain = match lower {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'ł' => "l",
            'đ' | 'ð' => "d",
            'þ' => "th",
            'ı' => "i",
            'ħ' => "h",
            'ŧ' => "t",
            'ς' => "σ",
            _ => "",
        };
        if plain.is_empty() {
            out.push(lower);
        } else {
            out.push_str(plain);
        }
        last = out.chars().next_back();
    }
    last
}
