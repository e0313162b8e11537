//! The only file that names feed_rs: text of a feed → [`ParsedFeed`]. Its ids are switched off
//! (it invents them at random), its dates are ours, and its panics end here.

use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use feed_rs::model::{Entry, Feed, Link, Text};
use jiff::Timestamp;
use url::Url;

use crate::domain::document::html::one_line;
use crate::domain::document::{MAX_LINK_CHARS, MAX_TITLE_CHARS, clip_chars};
use crate::domain::entry::ParsedEntry;
use crate::domain::feed::{ParsedFeed, Rhythm};

use super::date;
use super::limits::Limits;
use super::newest::left_out;
use super::normal::{Facts, Normal};

/// Longest guid that is kept; beyond it the link must do.
const MAX_GUID_BYTES: usize = 4_000;

/// Authors and categories kept of one entry, and characters of each.
const MAX_NAMES: usize = 100;
const MAX_NAME_CHARS: usize = 200;

/// Longest URL that relative links are resolved against as it is.
const MAX_BASE_BYTES: usize = 512;

/// Parses and maps a feed in canonical form, and adds what the parser cannot know of it.
pub fn read(normal: Normal, url: &str, limits: Limits) -> Result<ParsedFeed, String> {
    let base = base(url);
    let parsed = parse(&normal.document, base.as_ref())?;
    drop(normal.document);
    let mut feed = map_feed(parsed, base.as_ref(), limits);
    if feed.entries.len() != normal.facts.len() {
        return Err("the parser lost entries".to_owned());
    }
    for (entry, facts) in feed.entries.iter_mut().zip(normal.facts) {
        add_facts(entry, facts);
    }
    for entry in &mut feed.entries {
        entry.language = entry.language.take().or_else(|| normal.language.clone());
    }
    if normal.overfull {
        feed.warnings.push(left_out(feed.entries.len(), normal.by_date));
    } else if normal.cut {
        feed.warnings.push("the document is cut off; its complete entries were read".to_owned());
    }
    feed.warnings.extend(empty(normal.empty));
    feed.language = normal.language;
    feed.rhythm = normal.rhythm;
    feed.links = normal.links;
    feed.repairs = normal.tally.repairs();
    feed.cut = normal.cut;
    feed.ended = normal.ended;
    Ok(feed)
}

fn parse(document: &str, base: Option<&Url>) -> Result<Feed, String> {
    let parser = feed_rs::parser::Builder::new()
        .base_uri(base)
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|text| date::read(text)?.at.to_string().parse().ok())
        .build();
    match panic::catch_unwind(AssertUnwindSafe(|| parser.parse(document.as_bytes()))) {
        Ok(Ok(feed)) => Ok(feed),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the parser crashed".to_owned()),
    }
}

fn map_feed(feed: Feed, base: Option<&Url>, limits: Limits) -> ParsedFeed {
    let language = feed.language.and_then(filled);
    let link = page_link(&feed.links, base);
    let base = link.as_deref().and_then(|link| Url::parse(link).ok());
    let entries = feed.entries.into_iter().take(limits.entries);
    ParsedFeed {
        title: feed.title.and_then(line),
        entries: entries
            .map(|entry| map_entry(entry, base.as_ref(), language.as_deref()))
            .collect(),
        link,
        language,
        rhythm: Rhythm {
            ttl: feed.ttl.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
            ..Rhythm::default()
        },
        ..ParsedFeed::default()
    }
}

fn map_entry(entry: Entry, base: Option<&Url>, language: Option<&str>) -> ParsedEntry {
    let guid = filled(entry.id).filter(|guid| guid.len() <= MAX_GUID_BYTES);
    let link = page_link(&entry.links, base).or_else(|| guid.clone().filter(|id| is_web(id)));
    let own_language = entry.language.and_then(filled);
    ParsedEntry {
        guid,
        link,
        title: entry.title.and_then(line),
        summary: entry.summary.and_then(|text| filled(text.content)),
        content: entry.content.and_then(|content| filled(content.body?)),
        authors: names(entry.authors.into_iter().filter_map(|author| author.name.or(author.email))),
        categories: names(
            entry.categories.into_iter().map(|category| category.label.unwrap_or(category.term)),
        ),
        language: own_language.or_else(|| language.map(str::to_owned)),
        published: entry
            .published
            .and_then(|at| timestamp(at.timestamp(), at.timestamp_subsec_nanos())),
        updated: entry
            .updated
            .and_then(|at| timestamp(at.timestamp(), at.timestamp_subsec_nanos())),
        ..ParsedEntry::default()
    }
}

fn add_facts(entry: &mut ParsedEntry, facts: Facts) {
    if facts.guid_is_no_link && entry.link == entry.guid {
        entry.link = None;
    }
    if !facts.names.is_empty() {
        let given = std::mem::take(&mut entry.authors);
        entry.authors = names(facts.names.into_iter().chain(given));
    }
    if !facts.is_updated {
        // The parser repeats the date of publication here.
        entry.updated = None;
    }
    entry.language = facts.language;
    entry.date_until = facts.date_text.as_deref().and_then(date::read).and_then(|read| read.until);
    entry.date_text = facts.date_text;
    entry.source = facts.source;
    entry.source_url = facts.source_url;
}

/// Says how many entries were left out since nothing is in them.
fn empty(entries: usize) -> Option<String> {
    match entries {
        0 => None,
        1 => Some("one empty entry was left out".to_owned()),
        _ => Some(format!("{entries} empty entries were left out")),
    }
}

/// What relative links refer to. Each gets a copy, so that a long URL is shortened to what
/// hardly any link is relative to.
pub fn base(url: &str) -> Option<Url> {
    let mut base = Url::parse(url).ok()?;
    if url.len() > MAX_BASE_BYTES {
        base.set_query(None);
        base.set_fragment(None);
    }
    if base.as_str().len() > MAX_BASE_BYTES {
        base.set_path("/");
    }
    Some(base)
}

/// The page of a feed or entry: the first link that leads to one, absolute where possible.
fn page_link(links: &[Link], base: Option<&Url>) -> Option<String> {
    let pages = || {
        links.iter().filter(|link| {
            let to_page = matches!(link.rel.as_deref(), None | Some("alternate" | ""));
            to_page && link.target.is_none()
        })
    };
    let is_html =
        |link: &&Link| link.media_type.as_deref().is_none_or(|kind| kind.contains("html"));
    let link = pages().find(is_html).or_else(|| pages().next())?;
    let href = link.href.trim();
    let absolute = match (Url::parse(href), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => {
            base.join(href).map_or_else(|_| href.to_owned(), String::from)
        }
        _ => href.to_owned(),
    };
    filled(absolute).filter(|link| link.chars().count() <= MAX_LINK_CHARS)
}

fn is_web(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && Url::parse(text).is_ok()
}

fn line(text: Text) -> Option<String> {
    let line = one_line(&text.content);
    filled(clip_chars(&line, MAX_TITLE_CHARS).to_owned())
}

fn names(given: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in given.take(MAX_NAMES) {
        let name = clip_chars(&one_line(&name), MAX_NAME_CHARS).to_owned();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn filled(text: String) -> Option<String> {
    let trimmed = text.trim();
    match trimmed.len() {
        0 => None,
        all if all == text.len() => Some(text),
        _ => Some(trimmed.to_owned()),
    }
}

fn timestamp(second: i64, nanosecond: u32) -> Option<Timestamp> {
    Timestamp::new(second, i32::try_from(nanosecond).ok()?).ok()
}
