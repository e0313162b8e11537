//! The page behind an entry, for feeds that only give the beginning of a text: which pages are
//! wanted, and how often one is tried. The daemon reads them; what they say becomes a revision of
//! the entry, decided on in [`crate::domain::ingest`].

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Entry;
use crate::domain::feed::{Feed, ReasonCode};
use crate::domain::ids::{EntryId, FeedKey};

/// Entries published longer ago are no news: their pages are left alone.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Pages of one document that are wanted. A feed that brings more new entries at once was moved
/// or filled up, and its server is not asked for each of them.
pub const MAX_PER_DOCUMENT: usize = 200;

/// Waits before the second and each further try.
const RETRIES: [Duration; 3] =
    [Duration::from_secs(120), Duration::from_secs(1_800), Duration::from_secs(6 * 3_600)];

/// Longest wait that a server may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// A page that is to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedArticle {
    pub entry: EntryId,
    pub feed: FeedKey,
    pub url: String,
    /// Tries so far.
    pub attempts: u32,
}

/// What became of trying to read a page.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleAttempt {
    pub entry: EntryId,
    pub at: Timestamp,
    /// `ok`, or why there is no text.
    pub code: ReasonCode,
    /// A sentence for people. From outside.
    pub detail: Option<String>,
    /// When it is tried again; `None` if it is not.
    pub next: Option<Timestamp>,
}

/// Whether the page behind a new or revised entry is to be read. A baseline's pages are not: they
/// raise nothing.
pub fn is_wanted(feed: &Feed, entry: &Entry, baseline: bool, now: Timestamp) -> bool {
    let recent = entry.published.is_none_or(|at| now.duration_since(at) <= MAX_AGE);
    feed.full_text && !baseline && recent && entry.document.url.is_some()
}

/// When a page is tried again that could not be read after `attempts` tries, if at all.
pub fn next_try(attempts: u32, retry_after: Option<Duration>, now: Timestamp) -> Option<Timestamp> {
    let tried = usize::try_from(attempts).unwrap_or(usize::MAX).saturating_sub(1);
    let wait = RETRIES.get(tried)?;
    let asked = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    Some(now.saturating_add(asked.max(*wait)).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests;
