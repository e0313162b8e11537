//! Lists that stand in files of their own: `names = { file = "names.txt" }`, one term on each
//! line, or `{ file = "names.csv", column = "name" }`. [`super::lists`] reads the entries as it
//! reads those that are written out; mistakes in them are shown where they stand in that file.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::key;
use super::problem::Report;
use super::reading;
use super::section::{Section, Shape};
use super::source::{FileId, Literal, Place, SourceFile};
use super::topic_file::TopicFile;

/// Largest list file, in bytes.
const MAX_LIST_BYTES: u64 = 4 * 1024 * 1024;

/// What may stand between the cells of a table.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

pub(super) const SHAPE: Shape = Shape { what: "a list from a file", keys: &["file", "column"] };

/// Reads the entries of a list's file, seen from the folder of the topic file that names it. The
/// file lies below that folder or that of the configuration: topics may come from others, and
/// mistakes quote what was read. `None`: there are none, which is noted.
pub(super) fn read(
    section: &Section<'_>,
    source: &TopicFile<'_>,
    report: &mut Report,
) -> Option<(PathBuf, Vec<Literal>)> {
    section.require("file", "\"names.txt\"", report);
    let named = section.text("file", report)?;
    let column = section.text("column", report);
    if !super::not_empty(&named, "file", report) {
        return None;
    }
    let Some(topics) = source.path else {
        let message = "no file can be read from here";
        report.add(named.place(), "unreadable_list", message).hint("write the list out");
        return None;
    };
    let beside = topics.parent().unwrap_or(Path::new(""));
    let path = beside.join(named.value.trim());
    // Read where links lead to, so that what is read is what was looked at.
    let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let homes = || [Some(beside), source.home].into_iter().flatten();
    if path.exists() && !homes().any(|home| lies_in(&real, home)) {
        let message = format!("the list {} lies outside the configuration", path.display());
        report.add(named.place(), "list_outside", message).hint(
            "links count as what they lead to: put it below the folder of wirewatch.toml, or \
             below that of this topic file",
        );
        return None;
    }
    report.look_at(&path, MAX_LIST_BYTES);
    let bytes = match reading::bytes(&real, MAX_LIST_BYTES) {
        Ok(bytes) => bytes,
        Err((_, message)) => {
            let message = format!("the list {} cannot be used: {message}", path.display());
            report
                .add(named.place(), "unreadable_list", message)
                .hint("its path is seen from the folder of this topic file");
            return None;
        }
    };
    let name = path.display().to_string();
    let (file, text) = reading::file_text(name, &bytes, SourceFile::plain, report)?;
    let is_table = column.is_some()
        || path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("csv") || end.eq_ignore_ascii_case("tsv"));
    let texts = match is_table {
        true => cells(&text, file, column.as_ref(), report)?,
        false => lines(&text, file),
    };
    if texts.is_empty() {
        let message = format!("the list {} has no entries", path.display());
        report.add(named.place(), "empty_list", message);
        return None;
    }
    Some((path, texts))
}

/// Whether a file whose path has no links lies below a folder.
fn lies_in(real: &Path, folder: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::canonicalize(folder).is_ok_and(|folder| real.starts_with(folder))
}

/// Where a text begins behind its byte order mark.
fn start_of(text: &str) -> usize {
    text.len() - text.trim_start_matches('\u{feff}').len()
}

/// One entry on each line; blank lines and those that begin with `#` are none.
fn lines(text: &str, file: FileId) -> Vec<Literal> {
    let mut at = start_of(text);
    let mut entries = Vec::new();
    for line in text[at..].split_inclusive('\n') {
        let entry = literal(text, file, at..at + line.len());
        at += line.len();
        if !entry.value.is_empty() && !entry.value.starts_with('#') {
            entries.push(entry);
        }
    }
    entries
}

/// The cells of one column, below its header; the first one where none is named.
fn cells(
    text: &str,
    file: FileId,
    column: Option<&Literal>,
    report: &mut Report,
) -> Option<Vec<Literal>> {
    let start = start_of(text);
    let text_bytes = text.as_bytes();
    let delimiter = delimiter(&text[start..]);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(&text_bytes[start..]);
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => return unreadable(error, file, start, report),
    };
    let names: Vec<&str> = headers.iter().map(str::trim).collect();
    let index = match column {
        None => 0,
        Some(column) => {
            let found = names.iter().position(|name| *name == column.value.trim());
            if found.is_none() {
                key::not_among(column, "column of this list", &names, "unknown_column", report);
            }
            found?
        }
    };
    let mut entries = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Some(entries),
            Err(error) => return unreadable(error, file, start, report),
        }
        let from = record.position().map_or(0, |position| position.byte()) as usize;
        let value = record.get(index).unwrap_or_default().trim();
        if value.is_empty() {
            continue;
        }
        let span = cell(text_bytes, start.saturating_add(from), index, delimiter);
        let place = literal(text, file, span);
        entries.push(Literal { value: value.to_owned(), ..place });
    }
}

fn unreadable<T>(error: csv::Error, file: FileId, start: usize, report: &mut Report) -> Option<T> {
    let at = start + error.position().map_or(0, |position| position.byte() as usize);
    report.add(Place::at(file, at..at), "bad_table", format!("this is no table: {error}"));
    None
}

/// What separates the cells: whatever the header has most of.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default().as_bytes();
    let count = |delimiter: &u8| header.iter().filter(|byte| *byte == delimiter).count();
    // The comma is the last of equals.
    let most = DELIMITERS.iter().rev().max_by_key(|delimiter| count(delimiter));
    most.copied().unwrap_or(b',')
}

/// Where a cell of the row that begins at `at` stands, without its quotes.
fn cell(text: &[u8], mut at: usize, index: usize, delimiter: u8) -> Range<usize> {
    let byte = |at: usize| text.get(at).copied();
    while matches!(byte(at), Some(b'\r' | b'\n')) {
        at += 1;
    }
    for column in 0.. {
        let quoted = byte(at) == Some(b'"');
        let start = at + usize::from(quoted);
        let mut end = start;
        if quoted {
            while let Some(here) = byte(end) {
                match (here, byte(end + 1)) {
                    (b'"', Some(b'"')) => end += 2,
                    (b'"', _) => break,
                    _ => end += 1,
                }
            }
            at = end + 1;
        }
        while byte(at).is_some_and(|here| here != delimiter && !matches!(here, b'\r' | b'\n')) {
            at += 1;
        }
        if !quoted {
            end = at;
        }
        if column == index || byte(at) != Some(delimiter) {
            return start..end.min(text.len());
        }
        at += 1;
    }
    at..at
}

/// A stretch of the file without the white space around it.
fn literal(text: &str, file: FileId, span: Range<usize>) -> Literal {
    let raw = text.get(span.clone()).unwrap_or_default();
    let value = raw.trim();
    let start = span.start + (raw.len() - raw.trim_start().len());
    Literal { value: value.to_owned(), file, span: start..start + value.len() }
}

#[cfg(test)]
mod tests;
