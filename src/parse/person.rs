//! A person's text, made safe for the parser behind.

/// A person's text with spaces for signs that are neither letters, digits nor ASCII: feed-rs
/// 3.0.0 cuts it one byte beside a mail address, whatever stands there.
pub fn plain_person(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            _ if char.is_ascii() || char.is_alphanumeric() => char,
            _ => ' ',
        })
        .collect()
}
