//! What a channel for people says of a parcel, before it is put into any format: a title, who and
//! when, why, the passages that prove it, links. Made from the frozen bytes and nothing else, so that
//! every attempt says the same; the words are those of the [`super::terminal`].
//!
//! [`text`] writes it as plain text, [`html`] as a page without anything active in it. Channels that
//! have a markup of their own go through the parts themselves.
//!
//! Every text in a message is one line without escape sequences, controls and direction marks
//! ([`crate::domain::untrusted::terminal`]). What else means something in a format (markup, mentions,
//! header lines) is for the one who writes it to escape. Most are from outside.

mod alert;
mod digest;
pub mod direction;
pub mod html;
pub(in crate::deliver) mod marks;
mod notice;
pub mod text;

use super::parcel::Parcel;
use crate::domain::topic::Severity;
use crate::domain::untrusted;

/// Most links of a message, beside those of its items.
const MAX_LINKS: usize = 2;

/// Longest part of a title that says what is new about something that was told before, in characters.
const MAX_TITLE_NEWS_CHARS: usize = 80;

/// One revision of an alert, one notice or one digest, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub about: About,
    /// Of a digest that of the gravest it tells of; `None` where it tells of none.
    pub severity: Option<Severity>,
    /// What it belongs to: the topic's name, the channel of a digest, or `wirewatch`.
    pub label: String,
    /// What is new about an alert that was told before: `update 3: 5th publisher (Courier)`.
    pub news: Option<String>,
    /// The publisher's words, at most 300 characters; of a notice or digest its summary.
    pub headline: String,
    /// The first headline of a digest: what its title is remembered by.
    pub lead: Option<String>,
    /// The headline's language (BCP 47), as the feed gave it; of no other shape than a language tag.
    pub language: Option<String>,
    /// Who, when, how many, each a few words: `Harbour Wire`, `3 publishers`.
    pub particulars: Vec<String>,
    /// Why an alert was raised, word by word: `NATO ×3 (1 in title)`.
    pub reasons: Vec<String>,
    /// Passages of the entry that say more than the headline; at most three.
    pub passages: Vec<Passage>,
    /// Sentences of wirewatch's own: a budget that is used up, a digest that comes late.
    pub remarks: Vec<String>,
    /// The stories of a digest, the best first; the feeds or topics of a notice.
    pub items: Vec<Item>,
    /// What else there is to know, a line each.
    pub facts: Vec<String>,
    /// Where to read on; at most two, the article first.
    pub links: Vec<Link>,
}

/// What a message tells of, by the names it has in `wirewatch`: safe to stand anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Alert {
        id: String,
        /// The revision, from 1.
        seq: u32,
        /// `opened`, `updated`, `acknowledged` or `closed`.
        event: String,
        topic: String,
        story: String,
    },
    Notice {
        id: String,
        /// `feeds_trouble`, `heartbeat`, … as the notice object has it.
        event: String,
    },
    Digest {
        id: String,
    },
}

/// A passage of an entry, in pieces that follow one another without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// The rule asked for these words.
    pub is_marked: bool,
}

/// One of several things that a message tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its place where the order means something, from 1.
    pub rank: Option<u32>,
    pub severity: Option<Severity>,
    pub title: String,
    /// A line on it; "" where the title says all.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// http or https only.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `Article`, …: of ours.
    pub label: &'static str,
    /// http or https only.
    pub url: String,
}

impl Message {
    pub fn new(parcel: &Parcel) -> Self {
        match parcel {
            Parcel::Alert(alert) => alert::message(alert),
            Parcel::Notice(notice) => notice::message(notice),
            Parcel::Digest(digest) => digest::message(digest),
        }
    }

    /// One line that says it all, of at most `max_chars` characters:
    /// `[high] Defence alliances: update 2: 2nd publisher (Ledger) · Ministers sign a pact`.
    pub fn title(&self, max_chars: usize) -> String {
        let tag = self.tag();
        let headline = direction::isolated(&self.headline);
        let label = direction::isolated(&self.label);
        let title = match &self.news {
            Some(news) => {
                let news = untrusted::excerpt(news, MAX_TITLE_NEWS_CHARS);
                format!("[{tag}] {label}: {} · {headline}", direction::isolated(&news))
            }
            None => format!("[{tag}] {label}: {headline}"),
        };
        let title = match &self.lead {
            Some(lead) => format!("{title} · {}", direction::isolated(lead)),
            None => title,
        };
        direction::closed(&untrusted::excerpt(&title, max_chars))
    }

    /// The severity; of a digest that it is one, and the severity of its gravest alert.
    pub fn tag(&self) -> &'static str {
        match (&self.about, self.severity) {
            (_, None) => "digest",
            (About::Digest { .. }, Some(severity)) => match severity {
                Severity::Critical => "digest, critical",
                Severity::High => "digest, high",
                Severity::Medium => "digest, medium",
                Severity::Low => "digest, low",
                Severity::Info => "digest, info",
            },
            (_, Some(severity)) => severity.as_str(),
        }
    }
}

impl Passage {
    /// The whole passage, what was found in `[brackets]`.
    pub fn bracketed(&self) -> String {
        let piece = |piece: &Piece| match piece.is_marked {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        self.pieces.iter().map(piece).collect()
    }
}

#[cfg(test)]
pub(in crate::deliver) mod tests;
