//! Which names and dates of a document's entries are their own. A guid that all entries share, a
//! link to the front page, the time at which the document was made: none tells an entry from the
//! next. Asked of a whole document, before [`super::keys`] is asked of each entry.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::{normalise_guid, normalise_link};
use crate::domain::entry::ParsedEntry;

/// Dates this near to the fetch, on every entry of a document, were made for the fetch.
const STAMPED_WITHIN: SignedDuration = SignedDuration::from_secs(120);

/// So many entries, and half of those that are dated, with one and the same second: a stamp.
const STAMPED_ALIKE: usize = 3;

/// What of an entry belongs to it and to no other entry of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnNames {
    pub guid: bool,
    pub link: bool,
    /// Its date was not put on the whole document alike.
    pub date: bool,
}

impl OwnNames {
    /// All that an entry says of itself is its own: it stands alone.
    pub const ALL: Self = Self { guid: true, link: true, date: true };
}

/// Entries that have a name, told apart by what else they are called. A copy of an entry, which
/// has the same of all, is no other entry.
type Bearers<'a> = HashMap<String, HashSet<(Option<String>, &'a str)>>;

/// What is whose in a document fetched at `now`. `home` is the page the feed belongs to.
pub fn own_names(entries: &[ParsedEntry], home: Option<&str>, now: Timestamp) -> Vec<OwnNames> {
    let home = home.and_then(normalise_link);
    let names: Vec<_> = entries
        .iter()
        .map(|entry| {
            let guid = entry.guid.as_deref().and_then(normalise_guid);
            (guid, entry.link.as_deref().and_then(normalise_link), face(entry))
        })
        .collect();
    let (mut guids, mut links) = (Bearers::new(), Bearers::new());
    for (guid, link, face) in &names {
        if let Some(guid) = guid {
            guids.entry(guid.clone()).or_default().insert((link.clone(), face));
        }
        if let Some(link) = link {
            links.entry(link.clone()).or_default().insert((guid.clone(), face));
        }
    }
    let alone = |bearers: &Bearers<'_>, name: &String| {
        bearers.get(name).is_some_and(|bearers| bearers.len() == 1)
    };
    let stamp = Stamp::of(entries, now);
    names
        .iter()
        .zip(entries)
        .map(|((guid, link, _), entry)| OwnNames {
            guid: guid.as_ref().is_some_and(|guid| alone(&guids, guid)),
            link: link
                .as_ref()
                .is_some_and(|link| alone(&links, link) && home.as_ref() != Some(link)),
            date: date(entry).is_some_and(|date| !stamp.made(date)),
        })
        .collect()
}

fn date(entry: &ParsedEntry) -> Option<Timestamp> {
    entry.published.or(entry.updated)
}

/// What an entry shows of itself, to tell a copy from another entry under the same name.
fn face(entry: &ParsedEntry) -> &str {
    let texts = [&entry.title, &entry.summary, &entry.content];
    texts.into_iter().flatten().map(|text| text.trim()).find(|text| !text.is_empty()).unwrap_or("")
}

/// Dates that were put on the entries of a document when it was made.
struct Stamp {
    all: bool,
    second: Option<i64>,
}

impl Stamp {
    fn of(entries: &[ParsedEntry], now: Timestamp) -> Self {
        let dates: Vec<Timestamp> = entries.iter().filter_map(date).collect();
        let near = |date: &Timestamp| now.duration_since(*date).abs() <= STAMPED_WITHIN;
        let mut counts: HashMap<i64, usize> = HashMap::new();
        dates.iter().for_each(|date| *counts.entry(date.as_second()).or_default() += 1);
        let most = counts.into_iter().max_by_key(|(second, count)| (*count, *second));
        let alike = most.filter(|(_, count)| *count >= STAMPED_ALIKE && 2 * count >= dates.len());
        Self { all: dates.iter().all(near), second: alike.map(|(second, _)| second) }
    }

    fn made(&self, date: Timestamp) -> bool {
        self.all || self.second == Some(date.as_second())
    }
}
