//! The lines of a file that make up each of its feeds, and texts with such lines added, taken out
//! or changed. All of it is about text: what is not touched stays byte for byte.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One feed of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub key: String,
    pub url: String,
    /// It is not written as `[[feed]]`: there are no lines that are its own.
    pub inline: bool,
    /// From its header to the end of its last line, line end included. Comments that follow without
    /// a blank line are its own: keys that are switched off, mostly.
    lines: Range<usize>,
    /// The end of the line with its last key.
    keys_end: usize,
    /// The value of `paused`, and the line that it stands on.
    paused: Option<(bool, Range<usize>, Range<usize>)>,
}

/// The feeds of a file, or what is wrong with its syntax.
pub fn read(text: &str) -> Result<Vec<Block>, String> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        return Err(error.message().to_owned());
    }
    let feeds = table.get_ref().get("feed").and_then(|feeds| feeds.get_ref().as_array());
    let blocks = feeds.into_iter().flat_map(|feeds| feeds.iter());
    Ok(blocks.filter_map(|feed| block(feed, text)).collect())
}

fn block(feed: &Spanned<DeValue<'_>>, text: &str) -> Option<Block> {
    let table = feed.get_ref().as_table()?;
    let header = feed.span();
    let string = |key: &str| {
        let value = table.get(key).and_then(|value| value.get_ref().as_str());
        value.unwrap_or_default().to_owned()
    };
    let end = table.values().map(|value| value.span().end).max().unwrap_or(header.end);
    let paused = table.get("paused").map(|value| {
        let span = value.span();
        let line = line_start(text, span.start)..line_end(text, span.end);
        (value.get_ref().as_bool() == Some(true), span, line)
    });
    let keys_end = line_end(text, end.max(header.end));
    Some(Block {
        key: string("id"),
        url: string("url"),
        inline: !text[header.start..].starts_with("[["),
        lines: line_start(text, header.start)..behind_comments(text, keys_end),
        keys_end,
        paused,
    })
}

/// The text with tables behind the last feed, and the line where they begin. `None`: the feeds of
/// the file are not tables of their own.
pub fn added(text: &str, blocks: &[Block], tables: &str) -> Option<(String, usize)> {
    if blocks.iter().any(|block| block.inline) {
        return None;
    }
    // A table may stand anywhere behind the keys of the file itself.
    let at = blocks.iter().map(|block| block.lines.end).max().unwrap_or(text.len());
    let (before, after) = text.split_at(at);
    let gap = match before {
        "" | "\u{feff}" => "",
        before if before.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let line = before.matches('\n').count() + gap.len() + 1;
    let new = in_line_ends_of(text, &format!("{gap}{tables}"));
    Some((format!("{before}{new}{after}"), line))
}

/// The text with a key of the file itself behind the others, and its line.
pub fn with_key(text: &str, key: &str) -> (String, usize) {
    let (table, _errors) = DeTable::parse_recoverable(text);
    let is_own = |value: &Spanned<DeValue<'_>>| {
        let first = text.get(line_start(text, value.span().start)..).unwrap_or_default();
        !first.trim_start().starts_with('[')
    };
    let own = table.get_ref().values().filter(|value| is_own(value));
    let at = own
        .map(|value| line_end(text, value.span().end))
        .max()
        .unwrap_or_else(|| if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 });
    let (before, after) = text.split_at(at);
    let gap = if before.is_empty() || before.ends_with(['\n', '\u{feff}']) { "" } else { "\n" };
    let comment = "# Files with more feeds, seen from this file.";
    let line = before.matches('\n').count() + gap.len() + 2;
    let lines = match at {
        0 | 3 => format!("{comment}\n{key}\n\n"),
        _ => {
            let behind =
                if after.trim_start_matches(['\r', '\n']).len() < after.len() { "" } else { "\n" };
            format!("{gap}\n{comment}\n{key}\n{behind}")
        }
    };
    let line = if at <= 3 { line } else { line + 1 };
    (format!("{before}{}{after}", in_line_ends_of(text, &lines)), line)
}

/// Whether the file says anything of other files with feeds.
pub fn has_files(text: &str) -> bool {
    DeTable::parse_recoverable(text).0.get_ref().contains_key("feed_files")
}

/// The text with one more file, quoted, at the end of `feed_files`, and its line. `None`: that is
/// no list.
pub fn with_file(text: &str, quoted: &str) -> Option<(String, usize)> {
    let (table, _errors) = DeTable::parse_recoverable(text);
    let list = table.get_ref().get("feed_files")?;
    let files = list.get_ref().as_array()?;
    let (at, gap) = match files.iter().last() {
        Some(last) => (last.span().end, ", "),
        None => (list.span().start + 1, ""),
    };
    let (before, after) = (text.get(..at)?, text.get(at..)?);
    Some((format!("{before}{gap}{quoted}{after}"), before.matches('\n').count() + 1))
}

/// The text without a feed and the comment right above it, and the line where it began.
pub fn removed(text: &str, block: &Block) -> (String, usize) {
    let mut start = block.lines.start;
    while start > 0 {
        let line = line_start(text, start - 1);
        if !text[line..start].trim_start().starts_with('#') {
            break;
        }
        start = line;
    }
    if start == 0 {
        // The comment at the head of a file is about the file.
        start = block.lines.start;
    }
    let line = text[..start].matches('\n').count() + 1;
    let (before, after) = (&text[..start], &text[block.lines.end..]);
    let rest = after.trim_start_matches(['\r', '\n']);
    if rest.is_empty() {
        let kept = before.trim_end_matches(['\r', '\n']);
        let end = if kept.is_empty() { 0 } else { line_end(text, kept.len()) };
        return (text[..end].to_owned(), line);
    }
    (format!("{before}{rest}"), line)
}

/// The text with a feed paused or not, and the line that says so. `None`: it is so already.
pub fn paused(text: &str, block: &Block, pause: bool) -> Option<(String, usize)> {
    let line_of = |at: usize| text[..at].matches('\n').count() + 1;
    match (&block.paused, pause) {
        (Some((true, ..)), true) | (Some((false, ..)) | None, false) => None,
        (Some((false, value, _)), true) => {
            let (before, after) = (&text[..value.start], &text[value.end..]);
            Some((format!("{before}true{after}"), line_of(value.start)))
        }
        (Some((true, _, line)), false) => {
            let (before, after) = (&text[..line.start], &text[line.end..]);
            Some((format!("{before}{after}"), line_of(line.start)))
        }
        (None, true) => {
            let (before, after) = text.split_at(block.keys_end);
            let gap = if before.ends_with('\n') { "" } else { "\n" };
            let new = in_line_ends_of(text, &format!("{gap}paused = true\n"));
            Some((format!("{before}{new}{after}"), line_of(before.len()) + gap.len()))
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Behind the line end of the line in which `at` lies.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length + 1)
}

/// Behind the comments that begin at `at`, unless they stand right above the next table.
fn behind_comments(text: &str, at: usize) -> usize {
    let mut end = at;
    while text[end..].trim_start_matches([' ', '\t']).starts_with('#') {
        end = line_end(text, end);
    }
    let is_of_next = text[end..].trim_start_matches([' ', '\t']).starts_with('[');
    if is_of_next { at } else { end }
}

fn in_line_ends_of(text: &str, new: &str) -> String {
    if text.contains("\r\n") { new.replace('\n', "\r\n") } else { new.to_owned() }
}
