//! The files a configuration is read from, as text with lines, and the way back from a string's
//! value to the very place in the file where it was written.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A file that was read.
#[derive(Clone)]
pub(super) struct SourceFile {
    /// As the user named it.
    pub name: String,
    pub text: Arc<str>,
    /// Where each line begins, ascending.
    lines: Vec<usize>,
    /// What must not be shown: values of inline secrets.
    masked: Vec<Range<usize>>,
    /// Strings stand in it as they are, without TOML's quotes and escapes.
    plain: bool,
}

/// Which of the files read; they are numbered in reading order.
pub(super) type FileId = usize;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub file: FileId,
    /// Byte range; `None`: the file as a whole.
    pub span: Option<Range<usize>>,
}

impl Place {
    pub fn at(file: FileId, span: Range<usize>) -> Self {
        let span = Some(span);
        Self { file, span }
    }

    pub fn whole(file: FileId) -> Self {
        Self { file, span: None }
    }
}

/// A string of a file: its value, and where its literal stands, quotes included.
#[derive(Debug, Clone)]
pub(super) struct Literal {
    pub value: String,
    pub file: FileId,
    pub span: Range<usize>,
}

impl Literal {
    pub fn place(&self) -> Place {
        Place::at(self.file, self.span.clone())
    }
}

impl SourceFile {
    pub fn new(name: String, text: Arc<str>) -> Self {
        let masked = secret_lines(&text);
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { name, text, lines, masked, plain: false }
    }

    /// A file that is no TOML: a list.
    pub fn plain(name: String, text: Arc<str>) -> Self {
        Self { plain: true, ..Self::new(name, text) }
    }

    pub fn mask(&mut self, span: Range<usize>) {
        self.masked.push(span);
    }

    /// The text with its secrets starred out; offsets and lines stay.
    pub fn shown(&self) -> String {
        let mut text = self.text.as_bytes().to_vec();
        for byte in self.masked.iter().flat_map(|span| span.clone()) {
            if let Some(byte) = text.get_mut(byte)
                && *byte != b'\n'
            {
                *byte = b'*';
            }
        }
        // The controls of Latin-1, two bytes each: a terminal may obey them.
        let text = String::from_utf8_lossy(&text);
        text.replace(|c| matches!(c, '\u{80}'..='\u{9f}'), "  ")
    }

    /// 1-based line and column, in characters.
    pub fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|&start| start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        let column = before.trim_start_matches('\u{feff}').chars().count() + 1;
        (clamp(line), clamp(column))
    }

    /// The place in this file of a part of a string's value.
    pub fn locate(&self, literal: &Literal, part: Range<usize>) -> Range<usize> {
        let raw = self.text.get(literal.span.clone()).unwrap_or_default();
        if self.plain {
            // A cell with doubled quotes is pointed at as a whole.
            let within = if raw == literal.value { part } else { 0..raw.len() };
            return literal.span.start + within.start..literal.span.start + within.end;
        }
        let mut start = None;
        let mut end = None;
        for unit in units(raw, &literal.value) {
            if unit.value >= part.start && start.is_none() {
                start = Some(unit.source.start);
            }
            if unit.value < part.end {
                end = Some(unit.source.end);
            }
        }
        let behind = raw.trim_end_matches(['"', '\'']).len();
        let start = literal.span.start + start.unwrap_or(behind);
        let end = literal.span.start + end.unwrap_or(0);
        start..end.max(start)
    }
}

impl fmt::Debug for SourceFile {
    /// Without the text, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SourceFile").field(&self.name).finish()
    }
}

fn clamp(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// One character of a value, and the bytes of the literal that stand for it.
struct Unit {
    value: usize,
    source: Range<usize>,
}

/// Pairs the characters of a TOML string's value with the bytes of its literal. Reads literal
/// and basic strings, of one line and of several, and bare keys (TOML 1.1, "String" and "Keys").
fn units(raw: &str, value: &str) -> Vec<Unit> {
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
    let triple = quote.is_some_and(|quote| raw.starts_with(&quote.to_string().repeat(3)));
    let mut at = match (quote, triple) {
        (None, _) => 0,
        (Some(_), false) => 1,
        (Some(_), true) => 3,
    };
    if triple {
        // The first line break is trimmed.
        let rest = &raw[at.min(raw.len())..];
        at += ["\r\n", "\n"]
            .iter()
            .find(|newline| rest.starts_with(**newline))
            .map_or(0, |newline| newline.len());
    }
    let escapes = quote == Some('"');
    let mut units = Vec::new();
    for (offset, c) in value.char_indices() {
        if escapes {
            at += continuation(&raw[at.min(raw.len())..]);
        }
        let rest = &raw[at.min(raw.len())..];
        let length = if escapes && rest.starts_with('\\') {
            escape_length(rest)
        } else if c == '\n' && rest.starts_with("\r\n") {
            2
        } else {
            rest.chars().next().map_or(0, char::len_utf8)
        };
        let source = at..at + length;
        at += length;
        units.push(Unit { value: offset, source });
    }
    units
}

/// Bytes of a `\` at the end of a line and the white space it swallows.
fn continuation(rest: &str) -> usize {
    let Some(tail) = rest.strip_prefix('\\') else {
        return 0;
    };
    let line = tail.trim_start_matches([' ', '\t']);
    if !line.starts_with(['\n', '\r']) {
        return 0;
    }
    let swallowed = rest.len() - tail.trim_start_matches([' ', '\t', '\n', '\r']).len();
    swallowed + continuation(&rest[swallowed..])
}

fn escape_length(rest: &str) -> usize {
    let length = match rest.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 2,
    };
    length.min(rest.len())
}

/// Values on lines that look like `secret = …`: even a file that cannot be read as TOML shows
/// none of them.
fn secret_lines(text: &str) -> Vec<Range<usize>> {
    const NAMES: [&str; 6] = ["secret", "password", "token", "api_key", "apikey", "authorization"];
    let mut found = Vec::new();
    let mut offset = 0;
    let mut in_channel = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            in_channel = line.starts_with("[[channel]]");
        }
        let mut rest = 0;
        while let Some(equals) = line[rest..].find('=').map(|at| at + rest) {
            let before = line[..equals].trim_end().trim_end_matches(['"', '\'']);
            let name = before.to_ascii_lowercase();
            rest = equals + 1;
            // Who knows the URL of a webhook may often write to it.
            let is_url = in_channel && name.trim_start() == "url";
            if is_url || NAMES.iter().any(|known| name.ends_with(known)) {
                let value = line[rest..].trim_end();
                if !value.trim_start().starts_with('{') {
                    found.push(offset + rest..offset + rest + value.len());
                    break;
                }
            }
        }
        offset += line.len();
    }
    found
}

#[cfg(test)]
mod tests;
