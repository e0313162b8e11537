//! Alerts as a feed, for people who read alerts where they read everything else: one entry per alert,
//! which changes with each revision and keeps its id. [`atom`] and [`json`] write it in two formats,
//! [`content`] what stands in an entry. Where a feed is served or written is not known here.

mod atom;
mod content;
mod json;

use jiff::Timestamp;

use super::object::AlertV1;
use crate::domain::ids::{AlertId, Digest, TopicId};

/// Alerts in a feed, the last ones: what a reader has missed by then it has missed by weeks.
pub const LENGTH: u32 = 50;

/// An alert as its last revision tells it.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: AlertId,
    pub opened: Timestamp,
    /// When the last revision was made.
    pub updated: Timestamp,
    pub alert: AlertV1,
}

/// A feed of alerts: of one topic, or of all.
#[derive(Debug, Clone)]
pub struct AlertFeed {
    /// What this database is called: ids of feed and entries are made from it, so that they stay the
    /// same over restarts and differ from those of another wirewatch.
    pub instance: i64,
    /// A topic's id and name.
    pub topic: Option<(TopicId, String)>,
    /// When anything in it changed last; of a feed without alerts the year 1970, for nothing did.
    pub updated: Timestamp,
    /// Where the world reaches the server, without a slash at its end.
    pub base: Option<String>,
    /// The newest change first.
    pub items: Vec<Item>,
}

/// In which format a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4287.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    pub const ALL: [Format; 2] = [Format::Atom, Format::Json];

    /// The end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Atom => "atom",
            Format::Json => "json",
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Format::Atom => "application/atom+xml; charset=utf-8",
            Format::Json => "application/feed+json; charset=utf-8",
        }
    }
}

/// The name of the feed of a topic, or of all alerts, as file and in its address.
pub fn file_name(topic: Option<&TopicId>, format: Format) -> String {
    match topic {
        Some(topic) => format!("topics/{topic}.{}", format.extension()),
        None => format!("alerts.{}", format.extension()),
    }
}

impl AlertFeed {
    /// The feed in a format. Equal feeds give equal bytes.
    ///
    /// # Errors
    /// None but those of memory that cannot be written to.
    pub fn render(&self, format: Format) -> std::io::Result<Vec<u8>> {
        match format {
            Format::Atom => atom::write(self),
            Format::Json => json::write(self),
        }
    }

    fn title(&self) -> String {
        match &self.topic {
            Some((_, name)) => format!("{} (wirewatch)", super::object::clean(name)),
            None => "wirewatch: all alerts".to_owned(),
        }
    }

    fn id(&self) -> String {
        let topic = self.topic.as_ref().map(|(topic, _)| topic.as_str()).unwrap_or_default();
        self.urn("output feed", topic.as_bytes())
    }

    fn id_of(&self, item: &Item) -> String {
        // The same in the topic's feed and in that of all: readers show it once.
        self.urn("output feed entry", &item.id.0.to_le_bytes())
    }

    /// A name of our own making in the form of a UUID (RFC 9562, version 8).
    fn urn(&self, kind: &str, of: &[u8]) -> String {
        let Digest(mut bytes) = Digest::of(kind, &[&self.instance.to_le_bytes(), of]);
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = Digest(bytes).to_string();
        let (a, rest) = hex.split_at(8);
        let (b, rest) = rest.split_at(4);
        let (c, rest) = rest.split_at(4);
        let (d, e) = rest.split_at(4);
        format!("urn:uuid:{a}-{b}-{c}-{d}-{e}")
    }

    /// Where the feed itself is served.
    fn own_url(&self, format: Format) -> Option<String> {
        let topic = self.topic.as_ref().map(|(topic, _)| topic);
        Some(format!("{}/{}", self.base.as_ref()?, file_name(topic, format)))
    }
}

#[cfg(test)]
mod tests;
