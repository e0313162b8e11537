//! OPML → feeds, however it is damaged.

use std::collections::HashMap;
use std::convert::Infallible;

use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use url::Url;

use super::super::decode;
use super::{
    EMPTY, List, MAX_BYTES, MAX_DEPTH, MAX_REMARKS, MAX_TAG_CHARS, MAX_TAGS, MAX_TITLE_CHARS,
    OpmlError, Outline, Remark, one_line,
};
use crate::domain::feed::{MAX_FEEDS, MAX_URL_BYTES};
use crate::domain::feed_address;

/// Longest value of an attribute that is kept, in bytes.
const MAX_VALUE_BYTES: usize = 16 * 1024;

/// Attributes that say something here, in lower case, as the tokenizer gives all of them.
const ATTRIBUTES: &[&str] = &[
    "category", "feedurl", "rssurl", "text", "title", "type", "url", "xml-url", "xml_url", "xmlurl",
];

/// Attributes that hold a feed's URL, whatever the outline is.
const URL_ATTRIBUTES: &[&str] = &["xmlurl", "xml-url", "xml_url", "feedurl", "rssurl"];

/// Reads a list.
pub fn read(bytes: &[u8]) -> Result<List, OpmlError> {
    if bytes.len() > MAX_BYTES {
        return Err(OpmlError::TooLarge);
    }
    let text = decode::to_text(bytes, None);
    let mut reader = Reader::default();
    let emitter = CallbackEmitter::new(
        |event: CallbackEvent<'_>, _: html5gum::Span<()>| -> Option<Infallible> {
            reader.event(event);
            None
        },
    );
    // Reading from a str cannot fail, and the callback yields nothing.
    Tokenizer::new_with_emitter(&*text, emitter).for_each(drop);
    if reader.outlines == 0 && !reader.is_opml {
        return Err(OpmlError::NotOpml);
    }
    Ok(reader.list)
}

/// What an open outline is to those within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Its name is on the list of folders.
    Folder,
    /// A feed, or a folder without a name or too deep to count.
    Plain,
}

#[derive(Default)]
struct Reader {
    list: List,
    /// Feeds by their comparable URL.
    known: HashMap<String, usize>,
    /// An `<opml>` was seen.
    is_opml: bool,
    outlines: usize,
    open: Vec<Open>,
    folders: Vec<String>,
    /// The start tag that is being read, if it is an outline's.
    attributes: Option<Vec<(&'static str, String)>>,
    attribute: Option<&'static str>,
    overfull: bool,
}

impl Reader {
    fn event(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.is_opml |= name == b"opml";
                self.attributes = (name == b"outline").then(Vec::new);
                self.attribute = None;
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute = ATTRIBUTES.iter().find(|known| known.as_bytes() == name).copied();
            }
            CallbackEvent::AttributeValue { value } => {
                if let (Some(attributes), Some(name)) =
                    (&mut self.attributes, self.attribute.take())
                    && value.len() <= MAX_VALUE_BYTES
                    && !attributes.iter().any(|(known, _)| *known == name)
                {
                    attributes.push((name, String::from_utf8_lossy(value).into_owned()));
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                if let Some(attributes) = self.attributes.take() {
                    self.outline(&Attributes(attributes), self_closing);
                }
            }
            CallbackEvent::EndTag { name: b"outline" } => self.close(),
            CallbackEvent::EndTag { .. } => self.attributes = None,
            _ => {}
        }
    }

    fn outline(&mut self, attributes: &Attributes, self_closing: bool) {
        self.outlines += 1;
        let title = attributes.title();
        let is_folder = match attributes.feed_url() {
            Some(url) => {
                self.feed(attributes, title.clone(), &url);
                false
            }
            None => {
                self.not_a_feed(attributes, title.as_deref(), self_closing);
                true
            }
        };
        if self_closing {
            return;
        }
        let folder = title.filter(|_| is_folder && self.folders.len() < MAX_DEPTH);
        match folder.and_then(|title| one_line(&title, MAX_TAG_CHARS)) {
            Some(name) => {
                self.folders.push(name);
                self.open.push(Open::Folder);
            }
            None => self.open.push(Open::Plain),
        }
    }

    fn close(&mut self) {
        if self.open.pop() == Some(Open::Folder) {
            self.folders.pop();
        }
    }

    fn feed(&mut self, attributes: &Attributes, title: Option<String>, written: &str) {
        let name = title.clone().unwrap_or_else(|| written.to_owned());
        let kind = attributes.get("type").to_ascii_lowercase();
        if kind.contains("xpath") || kind.starts_with("html") || kind.starts_with("json+") {
            let message =
                format!("it is no feed but a page that another program takes apart ({kind})");
            return self.remark("not_a_feed", name, message);
        }
        let url = match feed_url(written) {
            Ok(url) => url,
            Err((code, message)) => return self.remark(code, name, message),
        };
        let tags = self.tags(attributes);
        let key = feed_address::comparable(&url).unwrap_or_else(|| url.clone());
        if let Some(&at) = self.known.get(&key) {
            let feed = &mut self.list.feeds[at];
            feed.title = feed.title.take().or(title);
            tags.into_iter().for_each(|tag| add_tag(&mut feed.tags, tag));
            return;
        }
        if self.list.feeds.len() >= MAX_FEEDS {
            if !std::mem::replace(&mut self.overfull, true) {
                let message = format!("only the first {MAX_FEEDS} feeds are taken");
                self.remark("too_many", name, message);
            }
            return;
        }
        self.known.insert(key, self.list.feeds.len());
        self.list.feeds.push(Outline { title, url, tags });
    }

    /// Notes what looks as if a feed was meant.
    fn not_a_feed(&mut self, attributes: &Attributes, title: Option<&str>, self_closing: bool) {
        let kind = attributes.get("type").to_ascii_lowercase();
        let name = title.unwrap_or_default().to_owned();
        match kind.as_str() {
            "include" => {
                let message = "other lists are not included: import that one by itself";
                self.remark("include", name, message.to_owned());
            }
            "link" => {
                let message = "it is a link and no feed; `wirewatch feeds discover` finds feeds";
                self.remark("not_a_feed", name, message.to_owned());
            }
            "rss" | "atom" => self.remark("no_url", name, "it has no URL".to_owned()),
            _ if self_closing && title.is_some() && !self.is_folder_like(attributes) => {
                let message = "it has no URL: an empty folder, or a feed whose URL was lost";
                self.remark(EMPTY, name, message.to_owned());
            }
            _ => {}
        }
    }

    /// An empty folder, as some programs write it. Without a type it may as well be a feed whose
    /// URL was lost: that is told, and is no fault of the list.
    fn is_folder_like(&self, attributes: &Attributes) -> bool {
        attributes.get("type").eq_ignore_ascii_case("folder")
    }

    /// The folders one is in, and the feed's own categories (`/Boston/Weather,news`).
    fn tags(&self, attributes: &Attributes) -> Vec<String> {
        let mut tags = Vec::new();
        for folder in &self.folders {
            add_tag(&mut tags, folder.clone());
        }
        for category in attributes.get("category").split([',', '/']) {
            if let Some(tag) = one_line(category, MAX_TAG_CHARS) {
                add_tag(&mut tags, tag);
            }
        }
        tags
    }

    fn remark(&mut self, code: &'static str, name: String, message: String) {
        if self.list.remarks.len() >= MAX_REMARKS {
            self.list.more_remarks += usize::from(code != EMPTY);
            return;
        }
        let name = one_line(&name, MAX_TITLE_CHARS).unwrap_or_default();
        self.list.remarks.push(Remark { outline: self.outlines, code, name, message });
    }
}

fn add_tag(tags: &mut Vec<String>, tag: String) {
    if tags.len() < MAX_TAGS && !tags.contains(&tag) {
        tags.push(tag);
    }
}

/// The attributes of an outline; of two of one name the first.
struct Attributes(Vec<(&'static str, String)>);

impl Attributes {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value.trim())
    }

    fn title(&self) -> Option<String> {
        ["text", "title"].iter().find_map(|name| one_line(self.get(name), MAX_TITLE_CHARS))
    }

    fn feed_url(&self) -> Option<String> {
        let own = URL_ATTRIBUTES.iter().map(|name| self.get(name)).find(|url| !url.is_empty());
        let of_feed = matches!(self.get("type").to_ascii_lowercase().as_str(), "rss" | "atom");
        let plain = || Some(self.get("url")).filter(|url| of_feed && !url.is_empty());
        own.or_else(plain).map(str::to_owned)
    }
}

/// A URL as it can be configured, or a code and a sentence that say why not.
fn feed_url(written: &str) -> Result<String, (&'static str, String)> {
    let url = Url::parse(&feed_address::as_typed(written))
        .map_err(|error| ("bad_url", format!("its URL cannot be read: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        let message = format!("`{}:` URLs are not fetched", url.scheme());
        return Err(("bad_url", message));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let message = "its URL carries a user name or password, which no config may hold";
        return Err(("inline_secret", message.to_owned()));
    }
    if url.as_str().len() > MAX_URL_BYTES {
        return Err(("bad_url", format!("its URL is longer than {MAX_URL_BYTES} bytes")));
    }
    Ok(url.into())
}
