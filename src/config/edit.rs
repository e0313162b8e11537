//! Writes tests into topic files: a false alert becomes a test, and never comes back. Nothing of a
//! file changes but for the lines that are added; comments and layout stay as they are. [`feeds`]
//! does the same for feeds.

pub mod feeds;

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::problem::Report;
use super::reading::{self, MAX_FILE_BYTES};
use super::source::SourceFile;
use super::stored::OwnParts;
use super::topic_file::{TopicFile, TopicFiles};
use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use crate::domain::untrusted;

/// Longest line of a comment, in characters.
const COMMENT_CHARS: usize = 96;

/// A test to be written: an entry, and what the topic should say of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestDraft {
    /// What reports call it; else its title.
    pub name: Option<String>,
    /// Whether the topic should match it.
    pub expect_match: bool,
    pub title: String,
    pub body: String,
    /// Joined by `; `, as in a [`Document`].
    pub authors: String,
    pub categories: String,
    pub url: Option<String>,
    pub lang: Option<String>,
    /// Key of the feed it came from.
    pub feed: Option<String>,
    /// Tags of that feed.
    pub tags: Vec<String>,
    pub publisher: Option<String>,
    /// Why it stands there, when and by whom: a comment above it. Several lines where it has them.
    pub note: String,
}

impl TestDraft {
    /// A test of a document. Where it came from is filled in by the caller.
    pub fn of(document: &Document, expect_match: bool, note: impl Into<String>) -> Self {
        Self {
            expect_match,
            title: document.title.clone(),
            body: document.body.clone(),
            authors: document.authors.clone(),
            categories: document.categories.clone(),
            url: document.url.clone(),
            lang: document.language.clone(),
            note: note.into(),
            ..Self::default()
        }
    }
}

/// Why a test could not be written. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error("{} cannot be used: {message}", path.display())]
    Unreadable { path: PathBuf, code: &'static str, message: String },
    #[error("{} has changed into something that is not TOML: {message}", path.display())]
    NotToml { path: PathBuf, message: String },
    #[error("topic `{topic}` is not in {}", path.display())]
    NoTopic { path: PathBuf, topic: TopicId },
    #[error("topic `{topic}` in {} is not written as `[[topic]]` with tests under `[[topic.test]]`", path.display())]
    Inline { path: PathBuf, topic: TopicId },
    #[error("an entry without title and text cannot be a test")]
    Empty,
    #[error("{} would be larger than {MAX_FILE_BYTES} bytes", path.display())]
    TooLarge { path: PathBuf },
    #[error("the test would not be read back from {}", path.display())]
    NotReadBack { path: PathBuf },
    #[error("{} was changed by somebody else meanwhile", path.display())]
    Changed { path: PathBuf },
    #[error("{} cannot be written", path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl EditError {
    /// Stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            EditError::Unreadable { code, .. } => code,
            EditError::NotToml { .. } => "toml_syntax",
            EditError::NoTopic { .. } => "unknown_topic",
            EditError::Inline { .. } => "inline_topic",
            EditError::Empty => "empty_test",
            EditError::TooLarge { .. } => "file_too_large",
            EditError::NotReadBack { .. } => "not_read_back",
            EditError::Changed { .. } => "file_changed",
            EditError::Write { .. } => "unwritable",
        }
    }

    /// What to do about it, where that is not plain.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            EditError::NotToml { .. } => Some("`wirewatch check` shows what is wrong with it"),
            EditError::NoTopic { .. } => Some("`wirewatch topics list` shows where topics stand"),
            EditError::Inline { .. } => Some("write its tests as `[[topic.test]]` tables"),
            EditError::TooLarge { .. } => Some("move some topics into another file"),
            EditError::Changed { .. } => Some("try again"),
            _ => None,
        }
    }
}

/// Adds a test to a topic, behind the tests it has; returns the line of the new test. The file is
/// replaced whole, so that nobody reads half of it; where it is a link, what it leads to is.
///
/// # Errors
/// The file cannot be read or written, or is not what it was: it stays untouched.
pub fn append_test(file: &Path, topic: &TopicId, test: &TestDraft) -> Result<u32, EditError> {
    let path = || file.to_owned();
    if test.title.trim().is_empty() && test.body.trim().is_empty() {
        return Err(EditError::Empty);
    }
    let unreadable = |(code, message)| EditError::Unreadable { path: path(), code, message };
    let bytes = reading::bytes(file, MAX_FILE_BYTES).map_err(unreadable)?;
    let before = std::str::from_utf8(&bytes)
        .map_err(|_| unreadable(("not_utf8", "it is not UTF-8 text".to_owned())))?;
    let (after, line) = with_test(file, before, topic, test)?;
    if after.len() as u64 > MAX_FILE_BYTES {
        return Err(EditError::TooLarge { path: path() });
    }
    let wanted = tests_of(file, before, topic).map(|tests| tests + 1);
    if wanted.is_none() || tests_of(file, &after, topic) != wanted {
        return Err(EditError::NotReadBack { path: path() });
    }
    replace(file, &bytes, after.as_bytes())?;
    Ok(line)
}

/// The text of a file with one more test, and the line at which that begins.
fn with_test(
    file: &Path,
    text: &str,
    topic: &TopicId,
    test: &TestDraft,
) -> Result<(String, u32), EditError> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        let message = error.message().to_owned();
        return Err(EditError::NotToml { path: file.to_owned(), message });
    }
    let topics = table.get_ref().get("topic").and_then(|topics| topics.get_ref().as_array());
    let is_it = |value: &toml::Spanned<toml::de::DeValue<'_>>| {
        let id = value.get_ref().as_table().and_then(|table| table.get("id"));
        id.and_then(|id| id.get_ref().as_str()) == Some(topic.as_str())
    };
    let index = topics
        .and_then(|topics| topics.iter().position(is_it))
        .ok_or_else(|| EditError::NoTopic { path: file.to_owned(), topic: topic.clone() })?;
    let at = OwnParts::of(table.get_ref(), text)
        .end_of(index)
        .filter(|_| !has_inline_tests(table.get_ref(), text, index))
        .ok_or_else(|| EditError::Inline { path: file.to_owned(), topic: topic.clone() })?;
    let (before, after) = text.split_at(at);
    let mut added = format!("\n\n{}", comment(&test.note));
    let header = added.len();
    added += &table_of(test);
    let line = before.matches('\n').count() + added[..header].matches('\n').count() + 1;
    if before.ends_with("\r\n") || text.contains("\r\n") {
        added = added.replace('\n', "\r\n");
    }
    // What stood behind the topic keeps its distance.
    let after = if after.trim().is_empty() { "\n" } else { after };
    Ok((format!("{before}{}{after}", added.trim_end()), u32::try_from(line).unwrap_or(u32::MAX)))
}

/// Whether a topic's tests are an array of `{ … }`, which a table cannot be added to.
fn has_inline_tests(table: &DeTable<'_>, text: &str, index: usize) -> bool {
    let topic = table.get("topic").and_then(|topics| topics.get_ref().as_array());
    let topic = topic.and_then(|topics| topics.get(index)).map(|topic| topic.get_ref());
    let tests = topic.and_then(|topic| topic.as_table()).and_then(|topic| topic.get("test"));
    let tests = tests.and_then(|tests| tests.get_ref().as_array());
    tests.is_some_and(|tests| {
        let first = tests.iter().next().and_then(|first| text.get(first.span().start..));
        !first.is_some_and(|text| text.starts_with('['))
    })
}

/// A note as a comment: nothing in it can end the comment or act on a terminal.
fn comment(note: &str) -> String {
    let mut comment = String::new();
    for line in note.lines().filter(|line| !line.trim().is_empty()) {
        let line = untrusted::terminal(line.trim());
        let line: String = line.chars().take(COMMENT_CHARS).collect();
        comment += &format!("# {}\n", line.trim_end());
    }
    comment
}

/// The test as a table of the file.
fn table_of(test: &TestDraft) -> String {
    let mut lines = vec!["[[topic.test]]".to_owned()];
    let mut put = |key: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("{key} = {}", quoted(text)));
        }
    };
    put("name", test.name.as_deref().unwrap_or_default());
    put("expect", if test.expect_match { "match" } else { "reject" });
    put("title", &test.title);
    put("body", &test.body);
    put("author", &test.authors);
    put("category", &test.categories);
    put("url", test.url.as_deref().unwrap_or_default());
    put("lang", test.lang.as_deref().unwrap_or_default());
    put("feed", test.feed.as_deref().unwrap_or_default());
    put("publisher", test.publisher.as_deref().unwrap_or_default());
    if !test.tags.is_empty() {
        let tags: Vec<String> = test.tags.iter().map(|tag| quoted(tag)).collect();
        lines.push(format!("tags = [{}]", tags.join(", ")));
    }
    lines.join("\n") + "\n"
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

/// How many tests a topic of this text has; `None` where it cannot be read.
fn tests_of(file: &Path, text: &str, topic: &TopicId) -> Option<usize> {
    let mut report = Report::default();
    report.sources.push(SourceFile::new(file.display().to_string(), text.into()));
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut files = TopicFiles::default();
    if errors.is_empty() {
        let source =
            TopicFile { table: table.get_ref(), file: 0, text, path: Some(file), home: None };
        files.read(&source, None, &mut report);
    }
    let placed = files.topics.iter().find(|placed| placed.topic.id == *topic)?;
    Some(placed.topic.tests.len())
}

/// Puts new content in a file's place, unless it is no longer what it was.
fn replace(file: &Path, before: &[u8], after: &[u8]) -> Result<(), EditError> {
    let failed = |source| EditError::Write { path: file.to_owned(), source };
    let real = fs::canonicalize(file).map_err(failed)?;
    let dir = real.parent().unwrap_or(Path::new("/"));
    let mut fresh =
        tempfile::Builder::new().prefix(".wirewatch-").tempfile_in(dir).map_err(failed)?;
    fresh.write_all(after).map_err(failed)?;
    let data = fs::metadata(&real).map_err(failed)?;
    keep_owner(fresh.as_file(), &data).map_err(failed)?;
    fs::set_permissions(fresh.path(), data.permissions()).map_err(failed)?;
    fresh.as_file().sync_all().map_err(failed)?;
    if fs::read(&real).map_err(failed)? != before {
        return Err(EditError::Changed { path: file.to_owned() });
    }
    fresh.persist(&real).map_err(|error| failed(error.error))?;
    // The rename itself survives a crash once the folder is on disk.
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}

/// Gives a file the owner of the one it replaces: whoever edits as root does not take it from the
/// daemon. A group that cannot be given does not matter where the owner is the same.
fn keep_owner(fresh: &fs::File, before: &fs::Metadata) -> io::Result<()> {
    let now = fresh.metadata()?;
    if (now.uid(), now.gid()) == (before.uid(), before.gid()) {
        return Ok(());
    }
    match fchown(fresh, Some(before.uid()), Some(before.gid())) {
        Err(error) if now.uid() != before.uid() => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
