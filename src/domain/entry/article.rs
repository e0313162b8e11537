//! The page behind an entry, for feeds that only give the beginning of a text: which pages are
//! wanted, and how often one is tried. The daemon reads them; what they say becomes a revision of
//! the entry, decided on in [`crate::domain::ingest`].
//!
//! A feed that revises an entry puts its own text in the place of all that the entry said. The
//! page is then read again at most every [`REREAD_AFTER`] and [`MAX_REREADS`] times in all; at any
//! other time the text that it had is added again, so that it is never lost.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Entry;
use crate::domain::feed::{Feed, ReasonCode};
use crate::domain::ids::{EntryId, FeedKey};
use crate::domain::schedule::SiteHold;

/// Entries published longer ago are no news: their pages are left alone.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Pages of one document that are wanted. A feed that brings more new entries at once was moved
/// or filled up, and its server is not asked for each of them.
pub const MAX_PER_DOCUMENT: usize = 200;

/// Why a page is not wanted: its document had too many, or its entry has no link any more.
pub const TOO_MANY: &str = "too_many";
pub const NO_LINK: &str = "no_link";

/// How long a page that was read or tried is left alone, however often the feed revises its entry …
pub const REREAD_AFTER: SignedDuration = SignedDuration::from_hours(6);

/// … and how often it is read again in all.
pub const MAX_REREADS: u32 = 3;

/// Waits before the second and each further try.
const RETRIES: [Duration; 3] =
    [Duration::from_secs(120), Duration::from_secs(1_800), Duration::from_secs(6 * 3_600)];

/// Longest wait that a server may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// By how much pages wait longer for their site than feeds do, at least: a site that refuses its
/// pages and not its feeds must not have these wait for ever.
const BEHIND_FEEDS: Duration = Duration::from_secs(1_800);

/// A page that is to be read, as it stood when it was taken from the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedArticle {
    pub entry: EntryId,
    pub feed: FeedKey,
    /// From outside; empty if the page is not asked for.
    pub url: String,
    /// Pages of one line are read one after the other: the site, or "" for those that are not
    /// asked for.
    pub line: String,
    /// Not to be asked for: the text that it had is to be added once more.
    pub again: bool,
    /// Tries so far.
    pub attempts: u32,
    pub due: Timestamp,
}

/// What became of trying to read a page.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleAttempt {
    pub article: WantedArticle,
    pub at: Timestamp,
    /// Why there is no text.
    pub code: ReasonCode,
    /// A sentence for people. From outside.
    pub detail: Option<String>,
    /// When it is tried again; `None` if it is not.
    pub next: Option<Timestamp>,
}

/// How the reading of a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be read.
    Wanted,
    /// To have the text that it had added once more.
    Again,
    /// Read, or given up.
    Settled,
}

/// What is known of a page whose entry the feed revises.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub state: State,
    /// When it was tried last.
    pub at: Option<Timestamp>,
    /// Whether it was one of too many.
    pub too_many: bool,
    pub rereads: u32,
    /// Whether it was read and its text is kept.
    pub has_text: bool,
}

/// What becomes of a page whose entry the feed revises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revised {
    /// What was to be done is still to be done, or nothing is.
    AsItWas,
    /// It is read anew.
    Reread,
    /// The text that it had is added once more.
    Again,
    /// It is given up: there is no link any more.
    NoLink,
}

/// Whether the page behind a new or revised entry is to be read. A baseline's pages are not: they
/// raise nothing.
pub fn is_wanted(feed: &Feed, entry: &Entry, baseline: bool, now: Timestamp) -> bool {
    let recent = entry.published.is_none_or(|at| now.duration_since(at) <= MAX_AGE);
    feed.full_text && !baseline && recent && entry.document.url.is_some()
}

/// What becomes of a page whose entry is revised at `now`. `wanted` says whether it may be read,
/// `linked` whether there is a link to it.
pub fn revised(page: &Standing, wanted: bool, linked: bool, now: Timestamp) -> Revised {
    let kept = |otherwise| if page.has_text { Revised::Again } else { otherwise };
    match page.state {
        State::Wanted if !linked => kept(Revised::NoLink),
        State::Wanted | State::Again => Revised::AsItWas,
        State::Settled => {
            let rested = page.at.is_none_or(|at| now.duration_since(at) >= REREAD_AFTER);
            if wanted && rested && !page.too_many && page.rereads < MAX_REREADS {
                Revised::Reread
            } else {
                kept(Revised::AsItWas)
            }
        }
    }
}

/// When a page is tried again that could not be read after `attempts` tries, if at all.
pub fn next_try(attempts: u32, retry_after: Option<Duration>, now: Timestamp) -> Option<Timestamp> {
    let tried = usize::try_from(attempts).unwrap_or(usize::MAX).saturating_sub(1);
    let wait = RETRIES.get(tried)?;
    let asked = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    Some(now.saturating_add(asked.max(*wait)).unwrap_or(Timestamp::MAX))
}

/// When the pages of a site may be asked for that is left alone from `now` on: well after its
/// feeds.
pub fn after_hold(hold: &SiteHold, now: Timestamp) -> Timestamp {
    let wait = hold.wait.saturating_add(hold.wait.max(BEHIND_FEEDS));
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
