//! Lists of feeds as other readers write them (OPML 1.0, 1.1 and 2.0), in and out. Only three
//! things are ever taken from one: a title, a URL, and tags. Nothing else in it has a meaning
//! here, whoever wrote it.
//!
//! Read by the tokenizer of HTML and not as XML: what other programs export has bare ampersands,
//! entities of HTML, attributes in any case and without quotes, and elements that never end. That
//! tokenizer takes it all, is linear, expands no entity of the document's own, and knows no
//! outside. [`read()`] gives what is in a list, [`write()`] makes one.

mod read;
mod write;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::domain::feed::MAX_LIST_BYTES;

pub use self::read::read;
pub use self::write::write;

/// Largest list that is read, in bytes: ten thousand feeds come to three or four million.
pub const MAX_BYTES: usize = MAX_LIST_BYTES as usize;

/// The code of an outline without URL and type that holds nothing: most likely an empty folder.
pub const EMPTY: &str = "empty";

/// Folders within one another that become tags.
const MAX_DEPTH: usize = 32;

/// Most tags of one feed, and longest, in characters.
const MAX_TAGS: usize = 16;
const MAX_TAG_CHARS: usize = 100;

/// Longest title, in characters; a config takes no longer one.
const MAX_TITLE_CHARS: usize = 200;

/// Most remarks kept.
const MAX_REMARKS: usize = 1_000;

/// A feed of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outline {
    /// On one line, without controls.
    pub title: Option<String>,
    /// Absolute http or https URL without credentials.
    pub url: String,
    /// The folders it lies in, outermost first, and its categories; none twice.
    pub tags: Vec<String>,
}

/// What a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// In the order of the list; one that stands in several folders has the tags of all.
    pub feeds: Vec<Outline>,
    /// What was left out, and why.
    pub remarks: Vec<Remark>,
    /// Remarks beyond those kept.
    pub more_remarks: usize,
}

/// Something of a list that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Which outline of the list it was, counted from 1.
    pub outline: usize,
    /// A stable word: [`EMPTY`], `no_url`, `bad_url`, `not_a_feed`, `include`, `too_many`, …
    pub code: &'static str,
    /// Its title or URL. From outside.
    pub name: String,
    pub message: String,
}

/// Why there is no list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpmlError {
    #[error("the list is larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    #[error("this is no OPML: there is no <outline> in it")]
    NotOpml,
}

impl OpmlError {
    /// A stable word.
    pub fn code(&self) -> &'static str {
        match self {
            OpmlError::TooLarge => "too_large",
            OpmlError::NotOpml => "not_opml",
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            OpmlError::TooLarge => "export fewer feeds at a time",
            OpmlError::NotOpml => {
                "export the feeds of the other program as OPML; a single feed or page goes to \
                 `wirewatch feeds add`"
            }
        }
    }
}

/// A text on one line, without controls and not longer than `chars`; `None` if nothing is left.
fn one_line(text: &str, chars: usize) -> Option<String> {
    let line = match text.contains(char::is_control) {
        true => {
            let spaced = text.replace(char::is_control, " ");
            spaced.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        false => text.trim().to_owned(),
    };
    let end = line.char_indices().nth(chars).map_or(line.len(), |(end, _)| end);
    let line = line[..end].trim();
    (!line.is_empty()).then(|| line.to_owned())
}
