//! Cuts text into tokens. One pass, plain ASCII words first: they cost a table look-up per byte
//! and nothing else until the receiver cares for them.
//!
//! Positions count tokens. Compounds give their parts, one position each, and the joined form over
//! all of them ("co-operation" is "co", "operation" and "cooperation"); initials are one token
//! ("N.A.T.O."); an English possessive is no token; each character of a script without spaces
//! has a position of its own.

use super::fold::fold_into;
use super::script::{self, Kind};

mod borders;
mod token;

use borders::Borders;

pub use token::{Token, TokenKind, tokens};

/// Most parts of a compound that are also read as one word: "state-of-the-art" has four.
pub const MAX_JOINED_PARTS: u32 = 4;

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Byte range in the text.
    pub start: usize,
    pub end: usize,
    /// Tokens before it, and how many positions it takes.
    pub position: u32,
    pub width: u32,
}

/// One character of a script without spaces.
#[derive(Debug, Clone, Copy)]
pub struct RunChar {
    /// Where its normal form starts in the run's.
    pub offset: usize,
    pub start: usize,
    pub end: usize,
}

/// Receives tokens in the order of their ends.
pub trait Sink {
    /// A word of ASCII letters and digits: its form is `lower[start..end]`, one position.
    /// `lower` has padding after its end.
    fn ascii(&mut self, lower: &[u8], start: usize, end: usize, position: u32);

    /// Any other word, with its folded form.
    fn word(&mut self, form: &str, kind: TokenKind, place: Place);

    /// A run of characters of scripts without spaces, with its normal form; the first stands at
    /// `position`.
    fn run(&mut self, form: &str, chars: &[RunChar], position: u32);
}

/// Space that a scan reuses.
#[derive(Debug, Default)]
pub struct Buffers {
    lower: Vec<u8>,
    borders: Borders,
    form: String,
    chain: String,
    run: Vec<RunChar>,
}

impl Buffers {
    /// The text that was scanned last, in small letters (ASCII only), with padding after it.
    pub fn lower(&self) -> &[u8] {
        &self.lower
    }
}

/// A compound while its parts come in.
struct Chain {
    parts: u32,
    start: usize,
    position: u32,
}

/// Sends every token of `text` to `sink`; returns the number of positions.
pub fn scan(text: &str, buffers: &mut Buffers, sink: &mut impl Sink) -> u32 {
    buffers.borders.read(text.as_bytes(), &mut buffers.lower);
    let Buffers { lower, borders, form, chain: joined, run } = buffers;

    let mut position = 0;
    let mut chain = Chain { parts: 0, start: 0, position: 0 };
    let mut at = 0;
    loop {
        at = borders.next_start(at);
        if at >= text.len() {
            break;
        }
        let start = at;
        if lower[at] < 0x80 {
            at = borders.next_end(at);
        } else {
            match script::kind(char_at(text, at)) {
                Kind::Word => {}
                Kind::Unsegmented => {
                    at = read_run(text, at, form, run);
                    sink.run(form, run, position);
                    position = position.saturating_add(run.len() as u32);
                    continue;
                }
                _ => {
                    at += char_at(text, at).len_utf8();
                    continue;
                }
            }
        }

        let mut kind = TokenKind::Word;
        let mut is_ascii = true;
        if at == start || lower[at] >= 0x80 {
            is_ascii = at > start;
            let ascii_end = at;
            at = word_end(text, start, at);
            is_ascii &= at == ascii_end;
        } else if lower[at] == b'.' && at - start == 1 {
            at = initials_end(text.as_bytes(), start);
            if at - start > 1 {
                kind = TokenKind::Initials;
                is_ascii = false;
            }
        }
        if is_ascii {
            sink.ascii(lower, start, at, position);
        } else {
            form.clear();
            match kind {
                TokenKind::Initials => {
                    form.extend(
                        text[start..at]
                            .chars()
                            .filter(|&c| c != '.')
                            .map(|c| c.to_ascii_lowercase()),
                    );
                }
                _ => fold_into(&text[start..at], form),
            }
            sink.word(form, kind, Place { start, end: at, position, width: 1 });
        }

        let end = at;
        let byte = lower[at];
        if byte != b' ' && at < text.len() {
            let hyphen = compound_goes_on(text, at, byte);
            if hyphen > 0 || chain.parts > 0 {
                if chain.parts == 0 {
                    chain = Chain { parts: 0, start, position };
                    joined.clear();
                }
                chain.parts += 1;
                if chain.parts <= MAX_JOINED_PARTS {
                    joined.push_str(if is_ascii { ascii(lower, start, end) } else { form });
                }
                at += hyphen;
            }
            if hyphen > 0 {
                position += 1;
                continue;
            }
            at += possessive(text, at, byte);
        } else if chain.parts > 0 {
            chain.parts += 1;
            if chain.parts <= MAX_JOINED_PARTS {
                joined.push_str(if is_ascii { ascii(lower, start, end) } else { form });
            }
        }
        if chain.parts > 0 {
            if chain.parts <= MAX_JOINED_PARTS {
                let place =
                    Place { start: chain.start, end, position: chain.position, width: chain.parts };
                sink.word(joined, TokenKind::Joined, place);
            }
            chain.parts = 0;
        }
        position += 1;
    }
    position
}

fn ascii(lower: &[u8], start: usize, end: usize) -> &str {
    std::str::from_utf8(&lower[start..end]).unwrap_or_default()
}

fn char_at(text: &str, at: usize) -> char {
    text[at..].chars().next().unwrap_or('\0')
}

/// The end of a word that is not plain ASCII, which starts at `start`; up to `at` it is ASCII.
/// Hangul is a word of its own: Korean particles stick to names in Latin letters ("NATO가").
fn word_end(text: &str, start: usize, at: usize) -> usize {
    let mut is_hangul = (at > start).then_some(false);
    for (offset, c) in text[at..].char_indices() {
        match script::kind(c) {
            Kind::Word => {
                let here = script::is_hangul(c);
                if *is_hangul.get_or_insert(here) != here {
                    return at + offset;
                }
            }
            Kind::Mark | Kind::Ignorable => {}
            _ => return at + offset,
        }
    }
    text.len()
}

/// The end of initials that start at `start` ("U.S." with its last full stop), or of their first
/// letter where they are none.
fn initials_end(bytes: &[u8], start: usize) -> usize {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
    let mut end = start + 1;
    if !byte(start).is_ascii_uppercase() {
        return end;
    }
    while byte(end) == b'.'
        && byte(end + 1).is_ascii_uppercase()
        && !byte(end + 2).is_ascii_alphanumeric()
    {
        end += 2;
    }
    if end > start + 1 && byte(end) == b'.' {
        end += 1;
    }
    end
}

/// Bytes of the hyphen at `at`, and of the space after it, where another part of the compound
/// follows, else 0.
fn compound_goes_on(text: &str, at: usize, byte: u8) -> usize {
    let hyphen = match byte {
        b'-' => 1,
        0x80.. => {
            let c = char_at(text, at);
            if script::kind(c) != Kind::Hyphen {
                return 0;
            }
            c.len_utf8()
        }
        _ => return 0,
    };
    let rest = &text[at + hyphen..];
    match rest.chars().next() {
        Some(c) if script::kind(c) == Kind::Word => hyphen,
        // A word broken at the end of a line: "co-\noperation". The joined form of "first- and"
        // harms nobody.
        Some(' ' | '\n' | '\r') if ends_with_letters(&text[..at]) => {
            let next = rest.trim_start_matches([' ', '\n', '\r']);
            let space = rest.len() - next.len();
            let goes_on = space <= MAX_BREAK_BYTES && next.starts_with(char::is_lowercase);
            if goes_on && !rest[..space].contains("\n\n") { hyphen + space } else { 0 }
        }
        _ => 0,
    }
}

/// Whether two letters end `text`: less is no part of a broken word.
fn ends_with_letters(text: &str) -> bool {
    text.chars().rev().take(2).filter(|c| c.is_alphabetic()).count() == 2
}

/// Most white space after a hyphen that breaks a word.
const MAX_BREAK_BYTES: usize = 8;

/// Bytes of an English possessive ('s) at `at`, else 0.
fn possessive(text: &str, at: usize, byte: u8) -> usize {
    let apostrophe = match byte {
        b'\'' => 1,
        0x80.. => {
            let c = char_at(text, at);
            if script::kind(c) != Kind::Apostrophe {
                return 0;
            }
            c.len_utf8()
        }
        _ => return 0,
    };
    let rest = &text[at + apostrophe..];
    let mut letters = rest.chars();
    let is_s = letters.next().is_some_and(|c| matches!(c, 's' | 'S'));
    let ends = letters.next().is_none_or(|c| !matches!(script::kind(c), Kind::Word | Kind::Mark));
    if is_s && ends { apostrophe + 1 } else { 0 }
}

/// Reads a run of characters of scripts without spaces into `form` and `chars`; returns its end.
fn read_run(text: &str, start: usize, form: &mut String, chars: &mut Vec<RunChar>) -> usize {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::compose;

    form.clear();
    chars.clear();
    let mut at = start;
    for c in text[start..].chars() {
        if script::kind(c) != Kind::Unsegmented {
            break;
        }
        let end = at + c.len_utf8();
        let offset = form.len();
        let mut parts = std::iter::once(c).nfkd();
        // A half-width mark belongs to the character before it.
        let first = parts.next().unwrap_or(c);
        match form.chars().next_back().and_then(|before| compose(before, first)) {
            Some(whole) => {
                form.pop();
                form.push(whole);
                if let Some(last) = chars.last_mut() {
                    last.end = end;
                }
            }
            None => {
                form.push(first);
                chars.push(RunChar { offset, start: at, end });
            }
        }
        for part in parts {
            match form.chars().next_back().and_then(|before| compose(before, part)) {
                Some(whole) => {
                    form.pop();
                    form.push(whole);
                }
                None => form.push(part),
            }
        }
        at = end;
    }
    at
}
