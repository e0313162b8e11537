//! Reads a JSON Feed (jsonfeed.org), lenient where feed-rs is strict: its version, missing
//! titles, numbers as ids, one author or tag where a list is due.

use serde_json::{Map, Value, json};

use crate::domain::feed::ParsedFeed;

use super::convert;
use super::failure::ParseFailure;
use super::limits::Limits;
use super::person::plain_person;

/// Authors read of one object, and bytes of each name: every item without any gets the feed's.
const MAX_AUTHORS: usize = 20;
const MAX_AUTHOR_BYTES: usize = 400;

const VERSION: &str = "https://jsonfeed.org/version/1.1";

pub fn read(text: &str, url: &str, limits: Limits) -> Result<ParsedFeed, ParseFailure> {
    let values = memchr::memchr3_iter(b',', b'{', b'[', text.as_bytes()).count();
    if values > limits.json_values {
        return Err(ParseFailure::TooComplex { what: "values", limit: limits.json_values });
    }
    let Ok(mut document) = serde_json::from_str::<Value>(text.trim()) else {
        let reason = "it begins like JSON but is none".to_owned();
        return Err(ParseFailure::Malformed { reason });
    };
    let Some(feed) = document.as_object_mut().filter(|feed| is_feed(feed)) else {
        return Err(ParseFailure::NotAFeedJson);
    };
    let language = feed.get("language").and_then(Value::as_str).map(str::to_owned);
    let languages = mend_feed(feed, limits.entries);
    let mut feed = convert::read(&document.to_string(), url, limits)
        .map_err(|reason| ParseFailure::Malformed { reason })?;
    // feed-rs reads no language of items; it keeps them all, in order, but for those that
    // `convert` drops, and then the feed's own must do.
    if languages.len() == feed.entries.len() {
        for (entry, own) in feed.entries.iter_mut().zip(languages) {
            entry.language = own.or_else(|| language.clone());
        }
    }
    Ok(feed)
}

/// Whether an object means to be a feed: it says so, or has a list of items with what items have.
fn is_feed(feed: &Map<String, Value>) -> bool {
    let named = feed
        .get("version")
        .and_then(Value::as_str)
        .is_some_and(|version| version.contains("jsonfeed.org/version/"));
    let items = feed.get("items").and_then(Value::as_array);
    items.is_some_and(|items| {
        named
            || items.first().is_some_and(|item| {
                let has = |key| item.get(key).is_some();
                has("id") && (has("content_html") || has("content_text") || has("url"))
            })
    })
}

/// Mends feed and items; returns the language of each item.
fn mend_feed(feed: &mut Map<String, Value>, entries: usize) -> Vec<Option<String>> {
    feed.insert("version".to_owned(), json!(VERSION));
    if !feed.get("title").is_some_and(Value::is_string) {
        feed.insert("title".to_owned(), json!(""));
    }
    for key in ["home_page_url", "feed_url", "language", "description", "icon", "favicon"] {
        only_text(feed, key);
    }
    mend_authors(feed);
    let Some(Value::Array(items)) = feed.get_mut("items") else {
        return Vec::new();
    };
    items.retain(Value::is_object);
    items.truncate(entries);
    items.iter_mut().filter_map(Value::as_object_mut).map(mend_item).collect()
}

fn mend_item(item: &mut Map<String, Value>) -> Option<String> {
    if let Some(number) = item.get("id").and_then(Value::as_number) {
        let id = number.to_string();
        item.insert("id".to_owned(), Value::String(id));
    }
    for key in [
        "id",
        "url",
        "external_url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "date_published",
        "date_modified",
    ] {
        only_text(item, key);
    }
    mend_authors(item);
    // Attachments are not read, and theirs are the strictest rules.
    item.remove("attachments");
    let tags = match item.remove("tags") {
        Some(Value::String(tag)) => vec![Value::String(tag)],
        Some(Value::Array(tags)) => tags.into_iter().filter(Value::is_string).collect(),
        _ => Vec::new(),
    };
    item.insert("tags".to_owned(), Value::Array(tags));
    item.get("language").and_then(Value::as_str).map(str::to_owned)
}

/// Authors as objects with a name: the rest is not read.
fn mend_authors(object: &mut Map<String, Value>) {
    let mut found = Vec::new();
    for key in ["author", "authors"] {
        match object.remove(key) {
            Some(Value::Array(authors)) => found.extend(authors),
            Some(author) => found.push(author),
            None => {}
        }
    }
    let authors: Vec<Value> = found
        .iter()
        .filter_map(|author| author.as_str().or_else(|| author.get("name")?.as_str()))
        .filter(|name| name.len() <= MAX_AUTHOR_BYTES)
        .take(MAX_AUTHORS)
        .map(|name| json!({ "name": plain_person(name) }))
        .collect();
    object.insert("authors".to_owned(), Value::Array(authors));
}

/// Drops a value that is no text where only text may stand.
fn only_text(object: &mut Map<String, Value>, key: &str) {
    if object.get(key).is_some_and(|value| !value.is_string()) {
        object.remove(key);
    }
}
