//! By what an entry is known again: its keys, the hash that tells a revision, and
//! how far its date is believed. `guid` and `link` make names comparable, `own` tells which of
//! them are an entry's own. Keys are per feed; that two feeds tell the same thing is for
//! [`crate::domain::story`] to find.

mod guid;
mod link;
mod own;

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use url::{Host, Url};

use crate::domain::document::{Document, clip_chars};
use crate::domain::ids::Digest;

use super::{DateQuality, EntryKeys, ParsedEntry};

pub use self::guid::normalise_guid;
pub use self::link::{bare, normalise_link};
pub use self::own::{OwnNames, own_names};

/// 1990-01-01T00:00:00Z: no feed is older, a date before it is a default of some software.
const EARLIEST_S: i64 = 631_152_000;

/// How far a date may lie ahead: time zones and clocks are off by hours, not by more.
const LATEST_AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Most characters that are kept of a date as it was written; no date is longer.
pub const MAX_DATE_CHARS: usize = 100;

/// Bodies shorter than this repeat themselves ("Traffic update") without being the same entry.
pub const TELLING_BODY_BYTES: usize = 200;

/// The keys of an entry, of those names that are its own.
pub fn keys(entry: &ParsedEntry, document: &Document, own: OwnNames) -> EntryKeys {
    let guid = entry.guid.as_deref().and_then(normalise_guid).filter(|_| own.guid);
    let title = document.title.as_bytes();
    let titled = own_date(entry, own).filter(|_| !title.is_empty());
    EntryKeys {
        guid: guid.map(|guid| Digest::of("guid", &[guid.as_bytes()])),
        link: entry.link.as_deref().and_then(link_key).filter(|_| own.link),
        title_date: titled.map(|date| {
            let second = date.as_second().to_le_bytes();
            Digest::of("title_date", &[title, &second])
        }),
        text: Digest::of("text", &[title, document.body.as_bytes()]),
        title: title_key(&document.title),
    }
}

/// The entry's date as the feed gave it, if it is its own.
pub fn own_date(entry: &ParsedEntry, own: OwnNames) -> Option<Timestamp> {
    entry.published.or(entry.updated).filter(|_| own.date)
}

/// The key of a title: the same for every case, spacing and punctuation of it.
fn title_key(title: &str) -> Option<Digest> {
    let mut words = title.to_lowercase();
    words.retain(char::is_alphanumeric);
    (!words.is_empty()).then(|| Digest::of("title", &[words.as_bytes()]))
}

/// The key of a link: the same for every spelling of it, in every feed.
pub fn link_key(link: &str) -> Option<Digest> {
    let link = normalise_link(link)?;
    Some(Digest::of("link", &[link.as_bytes()]))
}

/// The hash of title and body: another one under the same key is a revision.
pub fn content(document: &Document) -> Digest {
    Digest::of("content", &[document.title.as_bytes(), document.body.as_bytes()])
}

/// When the entry was published, and how far that can be believed. A date that cannot be true
/// is replaced by `now`, when it was first seen.
pub fn date(entry: &ParsedEntry, now: Timestamp) -> (Option<Timestamp>, DateQuality) {
    let latest = now.saturating_add(LATEST_AHEAD).unwrap_or(Timestamp::MAX);
    match entry.published.or(entry.updated) {
        None => (None, DateQuality::Missing),
        Some(date) if date.as_second() < EARLIEST_S || date > latest => {
            (Some(now), DateQuality::Clamped)
        }
        Some(date) if entry.date_until.is_some() => (Some(date), DateQuality::Assumed),
        Some(date) => (Some(date), DateQuality::Exact),
    }
}

/// The latest time at which the entry can have been published, where its date leaves that open. One
/// that is not its own says nothing of it: any time until its first sight.
pub fn latest(entry: &ParsedEntry, own: OwnNames) -> Option<Timestamp> {
    entry.published.or(entry.updated)?;
    if own.date { entry.date_until } else { Some(Timestamp::MAX) }
}

/// The date as the feed wrote it, for people who wonder what became of it.
pub fn date_text(entry: &ParsedEntry) -> Option<String> {
    let text = entry.date_text.as_deref()?.trim();
    Some(clip_chars(text, MAX_DATE_CHARS).to_owned()).filter(|text| !text.is_empty())
}

/// The registrable domain of a URL, `bbc.co.uk` of `https://www.bbc.co.uk/news`; an address stands
/// for itself.
pub fn site(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    match url.host()? {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            Some(psl::domain_str(name).unwrap_or(name).to_owned())
        }
        address => Some(address.to_string()),
    }
    .filter(|domain| !domain.is_empty())
}
