//! Repairs references and forgotten escapes, which fail a whole document although a reader
//! knows at once what was meant: `R&D`, `a < b`, `&#0;`.

use std::borrow::Cow;

use super::decode::is_legal;
use super::lex::{Lexer, Part};

/// Longest name of an entity; HTML's longest has 31 characters.
const MAX_ENTITY_BYTES: usize = 32;

/// `text` with every `&` and `<` that begins nothing escaped, and references to characters that
/// cannot be dropped. Borrowed if there is nothing to mend.
pub fn references(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut copied = 0;
    for token in Lexer::new(text) {
        if !matches!(token.part, Part::Text | Part::Start { .. }) {
            continue;
        }
        let is_text = token.part == Part::Text;
        let range = token.range;
        for (at, _) in text[range.clone()].match_indices(['&', '<']) {
            let at = range.start + at;
            let sign = &text[at..range.end];
            let replacement = match (sign.starts_with('<'), reference(sign)) {
                (true, _) if is_text => ("&lt;", 1),
                (true, _) | (_, Reference::Good) => continue,
                (_, Reference::None) => ("&amp;", 1),
                (_, Reference::Illegal { bytes }) => ("", bytes),
            };
            mended.push_str(&text[copied..at]);
            mended.push_str(replacement.0);
            copied = at + replacement.1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}

enum Reference {
    Good,
    None,
    /// To a character that does not exist or that XML forbids.
    Illegal {
        bytes: usize,
    },
}

/// What begins with the `&` at the start of `text`.
fn reference(text: &str) -> Reference {
    let window = &text.as_bytes()[..text.len().min(MAX_ENTITY_BYTES + 2)];
    let Some(end) = memchr::memchr(b';', window) else {
        return Reference::None;
    };
    let Ok(name) = std::str::from_utf8(&window[1..end]) else {
        return Reference::None;
    };
    let number = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) if is_number(hex, 16) => u32::from_str_radix(hex, 16).ok(),
            None if is_number(digits, 10) => digits.parse().ok(),
            _ => return Reference::None,
        },
        None if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            return Reference::Good;
        }
        None => return Reference::None,
    };
    match number.and_then(char::from_u32) {
        // XML knows `&#x41;` only, HTML also `&#X41;`.
        Some(char) if is_legal(char) && !name.starts_with("#X") => Reference::Good,
        _ => Reference::Illegal { bytes: end + 1 },
    }
}

fn is_number(digits: &str, radix: u32) -> bool {
    !digits.is_empty() && digits.chars().all(|char| char.is_digit(radix))
}
