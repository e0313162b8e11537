//! One item of a JSON Feed → [`ParsedEntry`].

use jiff::Timestamp;
use url::Url;

use super::value::{Object, Value};
use super::{Loose, text, title_line};
use crate::domain::document::html::one_line;
use crate::domain::document::{MAX_BODY_BYTES, MAX_LINK_CHARS, clip_chars};
use crate::domain::entry::ParsedEntry;
use crate::parse::date;

/// Longest id that is kept; beyond it the link must do.
const MAX_ID_BYTES: usize = 4_000;

/// Authors kept of one object: every item without any gets the feed's.
const MAX_AUTHORS: usize = 20;

/// Longest language tag.
const MAX_LANGUAGE_BYTES: usize = 100;

/// Plain text kept of one item, in bytes.
const MAX_PLAIN_BYTES: usize = 2 * MAX_BODY_BYTES;

/// Tags kept of one item, and characters of each name.
const MAX_TAGS: usize = 100;
const MAX_NAME_CHARS: usize = 200;

pub fn read(item: &Object<'_>, base: Option<&Url>, loose: &mut Loose) -> ParsedEntry {
    let guid = text(item, "id", loose).filter(|id| id.len() <= MAX_ID_BYTES);
    let link = |key| absolute(item.get(key)?.as_str()?, base);
    let own = guid.as_deref().filter(|id| id.starts_with("http://") || id.starts_with("https://"));
    let published = text(item, "date_published", loose);
    let updated = text(item, "date_modified", loose);
    let read = |text: &Option<String>| text.as_deref().and_then(date::read);
    let (at, changed) = (read(&published), read(&updated));
    ParsedEntry {
        link: link("url")
            .or_else(|| link("external_url"))
            .or_else(|| own.and_then(|id| absolute(id, None))),
        guid,
        title: text(item, "title", loose)
            .map(|title| title_line(&title))
            .filter(|title| is_filled(title)),
        summary: text(item, "summary", loose).map(|text| as_html(&text)),
        content: text(item, "content_html", loose)
            .or_else(|| text(item, "content_text", loose).map(|text| as_html(&text))),
        authors: authors(item),
        categories: tags(item, loose),
        language: language(item, loose),
        published: at.map(|read| read.at),
        updated: changed.map(|read| read.at),
        date_until: at.or(changed).and_then(|read| read.until),
        date_text: if at.is_none() && changed.is_some() { updated } else { published.or(updated) },
        source: None,
        source_url: None,
    }
}

/// When an item was published, else changed.
pub fn date(item: &Object<'_>) -> Option<Timestamp> {
    let read = |key| Some(date::read(item.get(key)?.as_str()?)?.at);
    read("date_published").or_else(|| read("date_modified"))
}

/// A language tag; what is longer than any is none.
pub fn language(object: &Object<'_>, loose: &mut Loose) -> Option<String> {
    text(object, "language", loose).filter(|tag| tag.len() <= MAX_LANGUAGE_BYTES)
}

pub fn says_anything(entry: &ParsedEntry) -> bool {
    [&entry.guid, &entry.link, &entry.title, &entry.summary, &entry.content]
        .into_iter()
        .any(Option::is_some)
}

/// The names of `authors`, or of `author` as version 1 had it: objects, names, or one of either.
pub fn authors(object: &Object<'_>) -> Vec<String> {
    let mut found: Vec<&Value<'_>> = Vec::new();
    for key in ["authors", "author"] {
        match object.get(key) {
            Some(Value::List(authors)) => found.extend(authors),
            Some(author) => found.push(author),
            None => {}
        }
    }
    let given = found.into_iter().filter_map(|author| match author {
        Value::Text(name) => Some(name.as_ref()),
        author => author.get("name")?.as_str(),
    });
    names(given, MAX_AUTHORS)
}

/// An absolute URL of what is perhaps relative.
pub fn absolute(link: &str, base: Option<&Url>) -> Option<String> {
    let link = link.trim();
    let absolute = match (Url::parse(link), base) {
        _ if link.is_empty() => return None,
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => {
            base.join(link).map_or_else(|_| link.to_owned(), String::from)
        }
        _ => link.to_owned(),
    };
    Some(absolute).filter(|link| link.chars().count() <= MAX_LINK_CHARS)
}

fn tags(item: &Object<'_>, loose: &mut Loose) -> Vec<String> {
    match item.get("tags") {
        Some(Value::List(tags)) => {
            let given =
                tags.iter().filter_map(|tag| tag.as_str().or_else(|| tag.get("name")?.as_str()));
            names(given, MAX_TAGS)
        }
        Some(Value::Text(tags)) => {
            loose.note("json_tags_not_a_list");
            names(tags.split(','), MAX_TAGS)
        }
        _ => Vec::new(),
    }
}

fn names<'a>(given: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in given.take(most) {
        let name = clip_chars(&one_line(name), MAX_NAME_CHARS).to_owned();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Plain text as HTML. Where the text is full of tags, somebody took it for HTML already. Of plain
/// text no more is kept than a document has room for, spaces aside.
fn as_html(text: &str) -> String {
    let is_html = ["</", "<br", "<p>", "/>"].iter().any(|sign| text.contains(sign));
    if is_html {
        return text.to_owned();
    }
    let text = &text[..text.floor_char_boundary(MAX_PLAIN_BYTES)];
    let mut html = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        // Signs that begin nothing are text as they are: escaped, a text of them is five times as long.
        let next = chars.peek().copied();
        let begins = |signs: &str| {
            next.is_some_and(|next| next.is_ascii_alphabetic() || signs.contains(next))
        };
        match char {
            '&' if begins("#") => html.push_str("&amp;"),
            '<' if begins("/!?") => html.push_str("&lt;"),
            other => html.push(other),
        }
    }
    html
}

fn is_filled(text: &str) -> bool {
    !text.is_empty()
}
