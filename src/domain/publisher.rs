//! Which newsroom an entry is from. One newsroom has many domains, editions and short links
//! ([`directory`]), writes under accounts on platforms ([`platform`]), and is read by way of
//! others: links that only lead on ([`redirect`]) and aggregators ([`aggregator`]). [`credit`]
//! tells which news agency a text is from. Nothing is asked of the network: what cannot be told
//! is said to be so. [`crate::domain::ingest`] asks here for each entry; filters, silences and
//! conditions of alerts compare names here.

pub mod aggregator;
pub mod credit;
pub mod directory;
mod platform;
mod redirect;

use crate::domain::document::clip_chars;
use crate::domain::entry::ParsedEntry;
use crate::domain::feed::Feed;

pub use self::directory::{Directory, Family};

/// Most characters of a publisher's name that a feed gives.
const MAX_NAME_CHARS: usize = 100;

/// Where a link leads, as far as it tells who publishes there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A newsroom: the name of its family, else its registrable domain, host or account.
    Newsroom(String),
    /// A platform of many, and the link does not tell whose page it is.
    Platform(&'static str),
    /// A site that lists what others publish, by its name.
    Aggregator(&'static str),
    /// A link that leads somewhere, and only the network knows where.
    Unknown,
}

/// The newsroom of an entry: as configured for its feed; else where its link leads in the end;
/// else, for aggregators, whom the entry names as its source; else the feed's own site.
pub fn of(feed: &Feed, entry: &ParsedEntry, directory: &Directory) -> String {
    let configured = feed.publisher.as_deref().filter(|name| !aggregator::is_name(name));
    if let Some(name) = configured {
        return directory.canonical(name).to_owned();
    }
    let link = entry.link.as_deref().map_or(Place::Unknown, |link| directory.place(link));
    let home = directory.place(&feed.url);
    match link {
        Place::Newsroom(name) => {
            // Who links to pages of its own and says that they are another's lists what others
            // publish. To name an agency is to say where the text is from.
            let told = source_page(entry, directory).filter(|source| {
                home == Place::Newsroom(name.clone()) && !credit::is_agency(source)
            });
            told.unwrap_or(name)
        }
        Place::Aggregator(by) => told_by(by, entry, directory),
        Place::Platform(platform) => on_platform(platform, home, entry),
        Place::Unknown => source(entry, directory).unwrap_or_else(|| match home {
            Place::Newsroom(name) => name,
            Place::Aggregator(by) => told_by(by, entry, directory),
            Place::Platform(platform) => on_platform(platform, Place::Unknown, entry),
            Place::Unknown => feed.key.to_string(),
        }),
    }
}

/// Who an aggregator says has it; honestly "via" it, where it does not say.
fn told_by(by: &'static str, entry: &ParsedEntry, directory: &Directory) -> String {
    let title = entry.title.as_deref().unwrap_or_default();
    let in_title = || {
        let name = aggregator::named_in_title(title)?;
        let is_telling = aggregator::signs_titles(by) || directory.known(name).is_some();
        is_telling.then(|| named(name, directory))
    };
    source(entry, directory).or_else(in_title).unwrap_or_else(|| aggregator::via(by))
}

/// The account on a platform: by the feed's address, else by the author's name.
fn on_platform(platform: &str, home: Place, entry: &ParsedEntry) -> String {
    let author = entry.authors.iter().map(|author| author.trim()).find(|name| !name.is_empty());
    match (home, author) {
        // A family's name is better than an author's, an account's number is not.
        (Place::Newsroom(name), None) => name,
        (Place::Newsroom(name), Some(_)) if !name.contains('/') => name,
        (_, Some(author)) => format!("{} ({platform})", clip_chars(author, MAX_NAME_CHARS)),
        (_, None) => platform.to_owned(),
    }
}

/// Whom the entry names as its source, by address or by name.
fn source(entry: &ParsedEntry, directory: &Directory) -> Option<String> {
    source_page(entry, directory).or_else(|| {
        let name = entry.source.as_deref()?.trim();
        let is_telling = !name.is_empty() && !aggregator::is_name(name);
        is_telling.then(|| named(name, directory))
    })
}

/// Whose page the entry names as its source.
fn source_page(entry: &ParsedEntry, directory: &Directory) -> Option<String> {
    match directory.place(entry.source_url.as_deref()?) {
        Place::Newsroom(name) => Some(name),
        _ => None,
    }
}

/// A newsroom by a name that somebody else wrote.
fn named(name: &str, directory: &Directory) -> String {
    let name = clip_chars(name.trim(), MAX_NAME_CHARS);
    directory.canonical(name).to_owned()
}

#[cfg(test)]
mod tests;
