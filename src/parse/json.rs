//! Reads a JSON Feed (jsonfeed.org), of any version or none: `value` reads JSON as it is found,
//! `item` what stands in the list. Numbers for texts, one thing where a list is due, and an end
//! that is missing are no hindrance; what had to be taken loosely is counted.

mod item;
mod value;

#[cfg(test)]
mod tests;

use url::Url;

use crate::domain::document::html::one_line;
use crate::domain::document::{MAX_TITLE_CHARS, clip_chars};
use crate::domain::entry::ParsedEntry;
use crate::domain::feed::{FeedLinks, ParsedFeed, Repair};

use self::item::{absolute, authors};
use self::value::{Document, Object, Value};
use super::failure::ParseFailure;
use super::limits::Limits;
use super::newest::{left_out, newest};

/// Hubs that are kept of one feed.
const MAX_HUBS: usize = 10;

/// Bytes of the feed's authors in all the entries that have none of their own.
const MAX_SHARED_BYTES: usize = 8 * 1024 * 1024;

/// Longest text that is read, in bytes; what an XML feed's longest may have, too.
const MAX_TEXT_BYTES: usize = 2 * 1024 * 1024;

/// Fields of which an item has at least one.
const ITEM_FIELDS: &[&str] = &["content_html", "content_text", "url", "summary", "title"];

/// How often something had to be taken loosely, by kind.
#[derive(Debug, Default)]
struct Loose(Vec<Repair>);

impl Loose {
    fn note(&mut self, code: &'static str) {
        self.add(code, 1);
    }

    fn add(&mut self, code: &'static str, count: u32) {
        match self.0.iter_mut().find(|repair| repair.code == code) {
            _ if count == 0 => {}
            Some(repair) => repair.count = repair.count.saturating_add(count),
            None => self.0.push(Repair { code, count }),
        }
    }
}

pub fn read(text: &str, url: &str, limits: Limits) -> Result<ParsedFeed, ParseFailure> {
    let document = value::read(text, limits)?;
    let mut loose = Loose::default();
    for (code, count) in document.mended() {
        loose.add(code, count);
    }
    let Document { root, cut, .. } = document;
    let feed = match root {
        Value::Object(feed) => feed,
        // Some write only the list.
        Value::List(items) => Object::of("items", Value::List(items)),
        _ => return Err(ParseFailure::NotAFeedJson),
    };
    let items = items(&feed, &mut loose).ok_or_else(|| match cut {
        true => ParseFailure::Malformed { reason: "it ends before its first item does".to_owned() },
        false => ParseFailure::NotAFeedJson,
    })?;
    Ok(map(&feed, items, url, limits, cut, loose))
}

/// The items of an object that means to be a feed: it says so, or its items are such.
fn items<'a, 'b>(feed: &'b Object<'a>, loose: &mut Loose) -> Option<Vec<&'b Object<'a>>> {
    let version = feed.get("version").and_then(Value::as_str);
    let named = version.is_some_and(|version| version.contains("jsonfeed.org/version/"));
    let all: Vec<&Value<'a>> = match feed.get("items")? {
        Value::List(items) => items.iter().collect(),
        // PHP writes a list with gaps as an object.
        Value::Object(items) if looks_like_an_item(items) => vec![feed.get("items")?],
        Value::Object(items) => items.values().collect(),
        Value::Null if named => Vec::new(),
        _ => return None,
    };
    if !matches!(feed.get("items"), Some(Value::List(_))) {
        loose.note("json_items_not_a_list");
    }
    let items: Vec<&Object<'a>> = all.iter().filter_map(|item| item.as_object()).collect();
    if !named {
        items.first().filter(|item| looks_like_an_item(item))?;
        loose.note("json_no_version");
    }
    loose.add("json_not_an_item", u32::try_from(all.len() - items.len()).unwrap_or(u32::MAX));
    Some(items)
}

fn looks_like_an_item(object: &Object<'_>) -> bool {
    object.get("id").is_some() && ITEM_FIELDS.iter().any(|field| object.get(field).is_some())
}

fn map(
    feed: &Object<'_>,
    items: Vec<&Object<'_>>,
    url: &str,
    limits: Limits,
    cut: bool,
    mut loose: Loose,
) -> ParsedFeed {
    let base = Url::parse(url).ok();
    let link = feed.get("home_page_url").and_then(Value::as_str);
    let link = link.and_then(|link| absolute(link, base.as_ref()));
    let base = link.as_deref().and_then(|link| Url::parse(link).ok()).or(base);
    let language = item::language(feed, &mut loose);
    let mut warnings = Vec::new();
    let items = if items.len() > limits.entries {
        let dates: Vec<_> = items.iter().map(|item| item::date(item)).collect();
        let (kept, by_date) = newest(&dates, limits.entries);
        warnings.push(left_out(limits.entries, by_date));
        items.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(item, _)| item).collect()
    } else {
        items
    };
    if warnings.is_empty() && cut {
        warnings.push("the document is cut off; its complete entries were read".to_owned());
    }
    let given = items.len();
    let everybody = shared(authors(feed), given);
    let mut entries: Vec<ParsedEntry> = Vec::with_capacity(given);
    for item in items {
        let mut entry = item::read(item, base.as_ref(), &mut loose);
        if entry.authors.is_empty() {
            entry.authors.clone_from(&everybody);
        }
        entry.language = entry.language.or_else(|| language.clone());
        entries.push(entry);
    }
    entries.retain(item::says_anything);
    match given - entries.len() {
        0 => {}
        1 => warnings.push("one empty entry was left out".to_owned()),
        empty => warnings.push(format!("{empty} empty entries were left out")),
    }
    let title = text(feed, "title", &mut loose);
    ParsedFeed {
        title: title.map(|title| title_line(&title)).filter(|title| !title.is_empty()),
        link,
        language,
        links: links(feed, base.as_ref()),
        entries,
        repairs: loose.0,
        warnings,
        cut,
        ended: !cut,
        ..ParsedFeed::default()
    }
}

/// The first of the feed's authors: as many as its entries together may bear.
fn shared(mut authors: Vec<String>, entries: usize) -> Vec<String> {
    let mut left = MAX_SHARED_BYTES / entries.max(1);
    authors.retain(|name| {
        let cost = name.len() + size_of::<String>();
        let fits = cost <= left;
        left = if fits { left - cost } else { 0 };
        fits
    });
    authors
}

fn links(feed: &Object<'_>, base: Option<&Url>) -> FeedLinks {
    let link = |key| absolute(feed.get(key)?.as_str()?, base);
    let hubs = match feed.get("hubs") {
        Some(Value::List(hubs)) => hubs.iter().collect(),
        Some(hub) => vec![hub],
        None => Vec::new(),
    };
    let hubs = hubs.into_iter().filter_map(|hub| {
        let pushes = hub.get("type").and_then(Value::as_str).is_none_or(|kind| {
            kind.eq_ignore_ascii_case("WebSub") || kind.eq_ignore_ascii_case("PubSubHubbub")
        });
        absolute(hub.get("url").or(Some(hub))?.as_str()?, base).filter(|_| pushes)
    });
    FeedLinks {
        hubs: hubs.take(MAX_HUBS).collect(),
        own: link("feed_url"),
        next: link("next_url"),
        moved_to: None,
    }
}

/// A text, or a number or truth value as one; not an empty one.
fn text(object: &Object<'_>, key: &str, loose: &mut Loose) -> Option<String> {
    let text = match object.get(key)? {
        Value::Text(text) => clipped(text.trim()).to_owned(),
        Value::Number(number) => {
            loose.note("json_number_as_text");
            (*number).to_owned()
        }
        Value::Truth(truth) => {
            loose.note("json_number_as_text");
            truth.to_string()
        }
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The beginning of a text, as much of it as anybody reads.
fn clipped(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT_BYTES)]
}

fn title_line(html: &str) -> String {
    clip_chars(&one_line(html), MAX_TITLE_CHARS).to_owned()
}
