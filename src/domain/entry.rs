//! An entry: as a feed gave it, by which keys it is known again, and as it is stored.
//! `parse` makes [`ParsedEntry`]; [`identity`] the keys, [`diff`] what a revision changed;
//! [`article`] says whose pages are read in full; [`crate::domain::ingest`] decides whether an
//! entry is new, known or revised.

pub mod article;
pub mod correction;
pub mod diff;
pub mod identity;

use jiff::Timestamp;

use super::document::Document;
use super::ids::{Digest, EntryId, FeedId};

/// How far an entry's date can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateQuality {
    /// A full date with a zone.
    Exact,
    /// Read with an assumption, such as UTC for a missing zone.
    Assumed,
    /// Outside [1990, now + 1 day], replaced by when it was first seen.
    Clamped,
    /// The feed gave none, or none that could be read for certain.
    Missing,
}

impl DateQuality {
    pub fn as_str(self) -> &'static str {
        match self {
            DateQuality::Exact => "exact",
            DateQuality::Assumed => "assumed",
            DateQuality::Clamped => "clamped",
            DateQuality::Missing => "missing",
        }
    }

    /// Reads back what [`Self::as_str`] wrote; anything else is a date that cannot be trusted.
    pub fn from_code(code: &str) -> Self {
        match code {
            "exact" => DateQuality::Exact,
            "assumed" => DateQuality::Assumed,
            "clamped" => DateQuality::Clamped,
            _ => DateQuality::Missing,
        }
    }
}

/// One item of a feed document, as the feed gave it. Every text is from outside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedEntry {
    /// RSS `guid`, Atom `id`, JSON Feed `id`; never invented.
    pub guid: Option<String>,
    /// Absolute where the feed allowed it to be resolved.
    pub link: Option<String>,
    /// Text, markup already removed.
    pub title: Option<String>,
    /// HTML or text, as given.
    pub summary: Option<String>,
    /// HTML or text, as given; usually longer than the summary.
    pub content: Option<String>,
    pub authors: Vec<String>,
    pub categories: Vec<String>,
    /// BCP 47 tag of the entry, else of the feed.
    pub language: Option<String>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    /// The date as the feed wrote it: of `published`, else of `updated`.
    pub date_text: Option<String>,
    /// The latest time that the date can mean, where it was read with an assumption, such as UTC for
    /// a missing zone: the end of the month that it names.
    pub date_until: Option<Timestamp>,
    /// RSS `source`, Atom `source`: where an aggregator says it has the entry from, and its URL.
    pub source: Option<String>,
    pub source_url: Option<String>,
}

/// The keys an entry is known by within its feed, strongest first; absent ones are `None`.
/// Keys outlive the entry: a purged entry never comes back as new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryKeys {
    /// The guid, if it is the entry's own.
    pub guid: Option<Digest>,
    /// The link without scheme, `www.` and tracking parameters, if it is the entry's own.
    pub link: Option<Digest>,
    /// Title and date, if the date is the entry's own.
    pub title_date: Option<Digest>,
    /// Title and body.
    pub text: Digest,
    /// The title's letters and digits. Two entries share it easily: it is asked only whether a
    /// feed as a whole gave its entries new names.
    pub title: Option<Digest>,
}

impl EntryKeys {
    /// All keys there are, strongest first.
    pub fn iter(&self) -> impl Iterator<Item = Digest> + '_ {
        [self.guid, self.link, self.title_date, Some(self.text), self.title].into_iter().flatten()
    }

    /// Keys that name one entry: another entry cannot have them.
    pub fn strong(&self) -> impl Iterator<Item = Digest> + '_ {
        [self.guid, self.link].into_iter().flatten()
    }
}

/// An entry as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: EntryId,
    pub feed: FeedId,
    /// 1 for what was first seen, counting up with each changed title or body.
    pub revision: u32,
    pub guid: Option<String>,
    /// The text that was matched, and that evidence points into.
    pub document: Document,
    /// The newsroom, by the name that [`crate::domain::publisher::of`] gave it then.
    pub publisher: String,
    pub published: Option<Timestamp>,
    /// When it was published at the latest, where `published` does not tell: the end of the day or
    /// month that is all its date names; its first sight, where that is earlier or the date was put
    /// on the whole document alike. Its age counts from here. `None`: `published` tells, if there
    /// is one.
    pub published_by: Option<Timestamp>,
    pub date_quality: DateQuality,
    /// The date as the feed wrote it, at most [`identity::MAX_DATE_CHARS`] of it.
    pub date_text: Option<String>,
    pub first_seen: Timestamp,
    /// Hash of title and body: another one under the same key is a revision.
    pub content: Digest,
}
