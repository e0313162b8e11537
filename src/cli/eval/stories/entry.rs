//! One line of a file of labelled entries, and the entry it stands for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use crate::cli::eval::lines::{Ids, Name, Place, Problems};
use crate::domain::entry::ParsedEntry;
use crate::domain::entry::identity::site;
use crate::domain::eval::stories::Labelled;
use crate::domain::feed::{Feed, Interval};
use crate::domain::ids::{Digest, FeedKey, IdError, MAX_KEY_BYTES};
use crate::parse::date;

/// A line as it is written. What else is in it is not read.
#[derive(Debug, Deserialize)]
pub struct Line {
    id: Option<Name>,
    title: Option<String>,
    /// Text or HTML, as all that feeds give.
    #[serde(alias = "text", alias = "content")]
    body: Option<String>,
    #[serde(alias = "description")]
    summary: Option<String>,
    #[serde(alias = "date")]
    published: Option<Name>,
    #[serde(alias = "link")]
    url: Option<String>,
    feed: Option<String>,
    #[serde(alias = "source")]
    publisher: Option<String>,
    #[serde(alias = "lang")]
    language: Option<String>,
    #[serde(alias = "story", alias = "event")]
    label: Option<Name>,
    copy_of: Option<Name>,
}

/// The title that an entry is shown by.
pub fn title(labelled: &Labelled) -> &str {
    let entry = &labelled.entry;
    entry.title.as_deref().or(entry.summary.as_deref()).or(entry.content.as_deref()).unwrap_or("")
}

/// The entries of these lines. What cannot be used is left out and added to the problems.
pub fn labelled(lines: Vec<(Place, Line)>, problems: &mut Problems) -> Vec<Labelled> {
    let mut feeds = Feeds::default();
    let mut ids = Ids::default();
    let mut read: Vec<(Place, Labelled)> = Vec::with_capacity(lines.len());
    // An entry without a date was published with the one before it.
    let mut last = Timestamp::UNIX_EPOCH;
    for (place, line) in lines {
        match one(line, last, &mut feeds, &mut |id| {
            let there = ids.take(id, &place)?;
            Some(problems.name(there))
        }) {
            Ok(labelled) => {
                last = labelled.at;
                read.push((place, labelled));
            }
            Err(what) => problems.add(&place, what),
        }
    }
    for (place, labelled) in &mut read {
        if let Some(id) = labelled.copy_of.take_if(|id| !ids.has(id)) {
            problems.add(place, format!("`copy_of` names `{id}`, which is the id of no line"));
        }
    }
    read.into_iter().map(|(_, labelled)| labelled).collect()
}

/// `taken` says where an id stands already.
fn one(
    line: Line,
    before: Timestamp,
    feeds: &mut Feeds,
    taken: &mut impl FnMut(&str) -> Option<String>,
) -> Result<Labelled, String> {
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (title, body, summary) = (filled(line.title), filled(line.body), filled(line.summary));
    if title.is_none() && body.is_none() && summary.is_none() {
        return Err("has neither a title nor a text".to_owned());
    }
    let at = match line.published.and_then(Name::text) {
        None => before,
        Some(text) => moment(&text).ok_or_else(|| {
            format!("`{text}` is not a date that can be read: write 2026-03-02T09:14:00Z")
        })?,
    };
    let id = line.id.and_then(Name::text);
    if let Some(there) = id.as_deref().and_then(taken) {
        return Err(format!("its id stands at {there} already"));
    }
    Ok(Labelled {
        label: line.label.and_then(Name::text),
        copy_of: line.copy_of.and_then(Name::text),
        feed: feeds.of(filled(line.feed), filled(line.publisher), line.url.as_deref())?,
        at,
        entry: ParsedEntry {
            guid: id.clone(),
            link: filled(line.url),
            title,
            summary,
            content: body,
            language: filled(line.language),
            published: Some(at),
            ..ParsedEntry::default()
        },
        id,
    })
}

/// A date to the fraction of a second where it is written so, else as feeds write dates.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| date::read(text).map(|read| read.at))
}

/// The feeds that the entries come from, each once.
#[derive(Default)]
struct Feeds(HashMap<(String, Option<String>), Arc<Feed>>);

impl Feeds {
    /// The feed of this name; an entry that names none comes from a feed of its publisher.
    fn of(
        &mut self,
        feed: Option<String>,
        publisher: Option<String>,
        url: Option<&str>,
    ) -> Result<Arc<Feed>, String> {
        let name = feed.or_else(|| publisher.clone()).or_else(|| site(url?)).unwrap_or_default();
        let named = (name, publisher);
        if let Some(known) = self.0.get(&named) {
            return Ok(Arc::clone(known));
        }
        let key = key(&named.0).map_err(|error| error.to_string())?;
        let feed = Arc::new(Feed {
            url: format!("https://{key}.example/"),
            key,
            title: None,
            publisher: named.1.clone(),
            tags: Vec::new(),
            paused: false,
            interval: Interval { floor: Duration::ZERO, ceiling: Duration::ZERO },
            backfill: Duration::ZERO,
            full_text: false,
        });
        self.0.insert(named, Arc::clone(&feed));
        Ok(feed)
    }
}

/// The key of a feed of any name: the name where it is one, else with `-` for what cannot stand in
/// a key, and a hash, so that two names do not become one key.
fn key(name: &str) -> Result<FeedKey, IdError> {
    if let Ok(key) = name.parse() {
        return Ok(key);
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let words: String = name.chars().map(plain).take(MAX_KEY_BYTES / 2).collect();
    let hash = Digest::of("eval-feed", &[name.as_bytes()]).to_i64().unsigned_abs() % 1_000_000;
    format!("{}-{hash}", words.trim_matches('-')).trim_start_matches('-').parse()
}
