//! Takes out of a text what acts instead of being seen: escape sequences, controls, direction
//! marks. [`super::Document`] is matched, stored and shown without them.

use crate::domain::untrusted;

/// What the codes U+0080 to U+009F are in Windows-1252. As characters they are controls, and in a
/// feed nearly always typographic signs that were never converted: HTML reads them so as well
/// (WHATWG HTML, section 13.2.5.80). Dropped, `NATO\u{96}Russia` would become one word.
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// One line with single spaces between its words, of a text that is one.
pub fn line(text: String) -> String {
    if !text.contains(|c| untrusted::is_hazard(c) || is_unseen(c)) {
        return text;
    }
    single_spaced(&untrusted::terminal(&converted(&text)))
}

/// Paragraphs parted by a blank line, of a text that has such ones.
pub fn paragraphs(text: String) -> String {
    if !text.contains(|c| (untrusted::is_hazard(c) && c != '\n') || is_unseen(c)) {
        return text;
    }
    let clean = converted(&text);
    let paragraphs = clean.split("\n\n").map(|paragraph| untrusted::terminal(paragraph));
    let mut kept = paragraphs.map(|paragraph| single_spaced(&paragraph)).collect::<Vec<_>>();
    kept.retain(|paragraph| !paragraph.is_empty());
    kept.join("\n\n")
}

/// `text` with the signs of Windows-1252 in place of C1 controls, and without what is not seen.
fn converted(text: &str) -> String {
    let mut before = ' ';
    let mut converted = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{80}'..='\u{9f}' => converted.extend(WINDOWS_1252[c as usize - 0x80]),
            // Scripts without spaces end their words with it.
            '\u{200b}' if before >= '\u{e00}' => converted.push(c),
            c if is_unseen(c) => {}
            c => converted.push(c),
        }
        before = c;
    }
    converted
}

/// Marks of where a word may be parted: in a search, or where two titles are compared, they make
/// two words of one.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
