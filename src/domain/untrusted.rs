//! Text from outside on its way out: one cleaner per way out, so that nothing a feed or a server
//! says can move a cursor, forge a line, start a formula or turn the reading direction.
//!
//! What is stored is what the feed said; cleaning happens here, at the border, each time. Every
//! cleaner borrows where there is nothing to clean, which is nearly always.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::iter::{Peekable, Take};
use std::str::Chars;

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Longest terminal escape sequence that is removed as a whole, in characters. Of a longer (or
/// unfinished) one only the introducer goes: a feed must not hide its own text by leaving a
/// sequence open, nor make the search for its end slow.
const MAX_SEQUENCE_CHARS: usize = 256;

/// Most marks on one letter that are shown. Burmese puts five there (လျှော့), pointed Hebrew with its
/// accents as many; a pile of them covers the lines above and below.
const MAX_MARKS: usize = 8;

/// How far back from the cut [`excerpt`] looks for a word border, in characters.
const WORD_BORDER_CHARS: usize = 24;

/// Whether a character acts on what displays it instead of being displayed: controls (C0, DEL,
/// C1), line and paragraph separators, and the marks that turn the reading direction.
pub fn is_hazard(c: char) -> bool {
    c.is_control() || is_line_separator(c) || is_direction_mark(c)
}

/// For a terminal or any other single line: escape sequences and controls removed, line breaks
/// and tabs made into spaces, of marks piled on one letter the first few kept.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hazard) && !has_pile(text) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for c in Visible::of(text) {
        match c {
            '\n' | '\t' if line.ends_with(' ') => {}
            '\n' | '\t' => line.push(' '),
            c => line.push(c),
        }
    }
    Cow::Owned(line)
}

/// For a terminal, over several lines: as [`terminal`], but line feeds stay.
pub fn terminal_block(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_hazard(c) && c != '\n') && !has_pile(text) {
        return Cow::Borrowed(text);
    }
    let spaced = |c| if c == '\t' { ' ' } else { c };
    Cow::Owned(Visible::of(text).map(spaced).collect())
}

/// For a log: one line in which nothing is hidden. Whatever [`terminal`] would remove is shown
/// escaped (`\n`, `\u{1b}`), so that the log says what was there.
pub fn log_line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hazard) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            c if is_hazard(c) => {
                // Writing to a String cannot fail.
                let _ = write!(line, "{}", c.escape_unicode());
            }
            c => line.push(c),
        }
    }
    Cow::Owned(line)
}

/// For a cell of a CSV file (RFC 4180), quoted where needed. A text that a spreadsheet would
/// read as a formula gets a leading apostrophe, which spreadsheets show as text.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let clean = terminal_block(text);
    let formula = text.starts_with(['\t', '\r'])
        || clean.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let quoted = clean.contains(['"', ',', ';', '\n']);
    if !formula && !quoted {
        return clean;
    }
    let apostrophe = if formula { "'" } else { "" };
    if !quoted {
        return Cow::Owned(format!("{apostrophe}{clean}"));
    }
    Cow::Owned(format!("\"{apostrophe}{}\"", clean.replace('"', "\"\"")))
}

/// For the value of an HTTP or mail header: printable ASCII without outer white space. Other
/// characters become `?`, controls go: a value can end neither its line nor its header.
pub fn header_value(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if trimmed.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(trimmed);
    }
    let ascii = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
    let value: String = terminal(trimmed).chars().map(ascii).collect();
    Cow::Owned(value.trim().to_owned())
}

/// For HTML text and attribute values in quotes: markup characters escaped, escape sequences,
/// controls and direction marks removed; line feeds stay.
pub fn html(text: &str) -> Cow<'_, str> {
    let clean = terminal_block(text);
    if !clean.contains(['&', '<', '>', '"', '\'']) {
        return clean;
    }
    let mut escaped = String::with_capacity(clean.len() + 32);
    for c in clean.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// For JSON that was serialised already: characters that act on a terminal as `\u` escapes. JSON
/// itself escapes the C0 controls; all others stand inside strings, so that no value changes.
/// Line feeds between values stay.
pub fn json(json: &str) -> Cow<'_, str> {
    if !json.contains(|c| is_hazard(c) && c != '\n') {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hazard(c) && c != '\n' {
            // Every hazard lies in the basic plane. Writing to a String cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// At most `max_chars` code points of a text, with `…` as the last one where it was cut: at a
/// word border if one is near, else between two characters as people see them.
pub fn excerpt(text: &str, max_chars: usize) -> Cow<'_, str> {
    if text.len() <= max_chars || text.chars().nth(max_chars).is_none() {
        return Cow::Borrowed(text);
    }
    let Some(room) = max_chars.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let head = word_border(text, grapheme_border(text, room));
    Cow::Owned(format!("{}…", head.trim_end()))
}

/// The longest start of `text` of at most `room` code points that splits no grapheme cluster; a
/// cluster too long for the whole room is split, since it would leave nothing.
fn grapheme_border(text: &str, room: usize) -> usize {
    let (mut chars, mut end) = (0, 0);
    for grapheme in text.graphemes(true) {
        // Counting stops at the limit: a cluster may be as long as the text.
        let size = grapheme.chars().take(room + 1).count();
        if chars + size > room {
            if end == 0 {
                return grapheme.char_indices().nth(room).map_or(0, |(at, _)| at);
            }
            break;
        }
        chars += size;
        end += grapheme.len();
    }
    end
}

/// `text` up to `cut`, or up to the word border before it if that is near and leaves anything.
fn word_border(text: &str, cut: usize) -> &str {
    let head = &text[..cut];
    if text[cut..].starts_with(char::is_whitespace) {
        return head;
    }
    let border = head.char_indices().rev().take(WORD_BORDER_CHARS).find(|(_, c)| c.is_whitespace());
    match border {
        Some((at, _)) if !head[..at].trim().is_empty() => &head[..at],
        _ => head,
    }
}

/// Whether more marks than are shown stand on one letter.
fn has_pile(text: &str) -> bool {
    let mut marks = Marks(0);
    !text.is_ascii() && text.chars().any(|c| !marks.takes(c))
}

/// How many marks stand on the letter so far.
struct Marks(usize);

impl Marks {
    /// Whether the next character is shown. What is not seen is no new letter.
    fn takes(&mut self, c: char) -> bool {
        match c {
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            c if is_hazard(c) && !c.is_whitespace() => {}
            c if is_combining_mark(c) => self.0 = self.0.saturating_add(1),
            _ => self.0 = 0,
        }
        self.0 <= MAX_MARKS || !is_combining_mark(c)
    }
}

fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_direction_mark(c: char) -> bool {
    matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// A look ahead, limited in length.
type Ahead<'a> = Take<Peekable<Chars<'a>>>;

/// The characters of a text that are meant to be seen: no escape sequences (ECMA-48), controls or
/// direction marks; of the controls only `\n` (for every kind of line end) and `\t` come through.
struct Visible<'a> {
    rest: Peekable<Chars<'a>>,
    marks: Marks,
}

impl<'a> Visible<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text.chars().peekable(), marks: Marks(0) }
    }

    /// After an escape character: skips the sequence it introduces.
    fn skip_escape(&mut self) {
        match self.rest.peek() {
            Some('[') => self.skip_after_introducer(Self::control_sequence),
            Some(']' | 'P' | 'X' | '^' | '_') => self.skip_after_introducer(Self::control_string),
            // Two- and three-character sequences, such as `ESC c` or `ESC ( B`.
            Some(' '..='/') => {
                self.rest.next();
                self.rest.next_if(|c| matches!(c, '0'..='~'));
            }
            Some('0'..='~') => {
                self.rest.next();
            }
            _ => {}
        }
    }

    fn skip_after_introducer(&mut self, length: fn(Ahead<'_>) -> Option<usize>) {
        self.rest.next();
        self.skip(length);
    }

    /// Skips as much as `length` finds ahead; nothing where the sequence has no end.
    fn skip(&mut self, length: fn(Ahead<'_>) -> Option<usize>) {
        // Cloning the iterator copies two pointers and the peeked character.
        let found = length(self.rest.clone().take(MAX_SEQUENCE_CHARS));
        for _ in 0..found.unwrap_or(0) {
            self.rest.next();
        }
    }

    /// Length of the rest of a control sequence: parameters and intermediates, one final character.
    fn control_sequence(ahead: Ahead<'_>) -> Option<usize> {
        for (at, c) in ahead.enumerate() {
            match c {
                ' '..='?' => {}
                '@'..='~' => return Some(at + 1),
                // Broken off by something else, which is looked at for itself.
                _ => return Some(at),
            }
        }
        None
    }

    /// Length of the rest of a control string, with its terminator (BEL, `ESC \` or U+009C).
    fn control_string(ahead: Ahead<'_>) -> Option<usize> {
        let mut escaped = false;
        for (at, c) in ahead.enumerate() {
            if matches!(c, '\u{7}' | '\u{9c}') || (escaped && c == '\\') {
                return Some(at + 1);
            }
            // Control strings do not span lines: what looks like one was never finished.
            if c == '\n' {
                return None;
            }
            escaped = c == '\u{1b}';
        }
        None
    }
}

impl Iterator for Visible<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            match self.rest.next()? {
                '\u{1b}' => self.skip_escape(),
                '\u{9b}' => self.skip(Self::control_sequence),
                '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => self.skip(Self::control_string),
                '\t' => return Some('\t'),
                '\r' => {
                    self.rest.next_if_eq(&'\n');
                    return Some('\n');
                }
                '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => return Some('\n'),
                c if is_hazard(c) => {}
                c if !self.marks.takes(c) => {}
                c => return Some(c),
            }
        }
    }
}

#[cfg(test)]
mod tests;
