//! What is to be explained: a stored entry by its id or link, an alert, or a text.

use std::fs;
use std::io::{Read, stdin};
use std::path::Path;

use anyhow::Context;

use crate::cli::exit::{Exit, Failure};
use crate::cli::explanation::page::Page;
use crate::cli::session::Session;
use crate::cli::{entries, moment};
use crate::config::Config;
use crate::domain::document::{Document, MAX_BODY_BYTES};
use crate::domain::ids::{AlertId, EntryId};
use crate::domain::topic::filter::Origin;
use crate::store::entries::EntryDetail;
use crate::store::{Access, Store};

/// Most bytes read of a file or standard input that is to be explained: more than is matched.
const MAX_TEXT_BYTES: u64 = 4 * MAX_BODY_BYTES as u64;

/// What was named on the command line.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    Entry(EntryId),
    Alert(AlertId),
    Link(&'a str),
    File(&'a str),
    Input,
}

impl<'a> What<'a> {
    /// A file that is there goes before an id of the same name.
    pub fn read(what: &'a str) -> Self {
        let is_link = ["http://", "https://"]
            .iter()
            .any(|scheme| what.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)));
        match what {
            "-" => What::Input,
            _ if is_link => What::Link(what),
            _ if Path::new(what).exists() => What::File(what),
            _ => match (what.parse(), what.parse()) {
                (Ok(entry), _) => What::Entry(entry),
                (_, Ok(alert)) => What::Alert(alert),
                _ => What::File(what),
            },
        }
    }
}

/// A document, and where it comes from as far as that is known.
pub struct Subject {
    pub document: Document,
    /// The stored entry it is.
    pub stored: Option<EntryDetail>,
    /// Tags that the config gives the entry's feed.
    tags: Vec<String>,
    /// Other entries with the same link.
    others: Vec<EntryId>,
}

impl Subject {
    fn of_text(document: Document) -> Self {
        Self { document, stored: None, tags: Vec::new(), others: Vec::new() }
    }

    /// The present text of a stored entry.
    pub fn of_entry(store: &Store, id: EntryId, config: &Config) -> Result<Self, Failure> {
        let detail = store.entry(id)?.ok_or_else(|| entries::no_such_entry(id))?;
        let feed = config.feeds.iter().find(|feed| feed.key == detail.feed_key);
        Ok(Self {
            document: detail.entry.document.clone(),
            tags: feed.map(|feed| feed.tags.clone()).unwrap_or_default(),
            stored: Some(detail),
            others: Vec::new(),
        })
    }

    /// As [`Self::of_entry`], of the newest of these.
    pub fn newest(store: &Store, found: &[EntryId], config: &Config) -> Result<Self, Failure> {
        let (first, others) = found.split_first().ok_or_else(|| Failure::shown(Exit::Failed))?;
        Ok(Self { others: others.to_vec(), ..Self::of_entry(store, *first, config)? })
    }

    pub fn origin(&self) -> Origin<'_> {
        match &self.stored {
            Some(detail) => Origin {
                feed: Some(detail.feed_key.as_str()),
                tags: &self.tags,
                publisher: Some(&detail.entry.publisher),
            },
            None => Origin::UNKNOWN,
        }
    }

    /// Which entry it is.
    pub fn lines(&self, page: &mut Page) {
        let Some(detail) = &self.stored else {
            return;
        };
        let entry = &detail.entry;
        let tags = match self.tags.is_empty() {
            true => String::new(),
            false => format!(", tags {}", self.tags.join(", ")),
        };
        page.field(
            "entry",
            &format!(
                "{} of feed {}, {}, seen {}, revision {}{tags}",
                entry.id,
                detail.feed_key,
                entry.publisher,
                moment::text(entry.first_seen),
                entry.revision
            ),
        );
        if let Some(url) = &entry.document.url {
            page.field("link", url);
        }
    }

    /// Says so where several entries have the link that was asked for.
    pub fn hint_at_others(&self, session: &Session) {
        if self.others.is_empty() {
            return;
        }
        let others: Vec<String> = self.others.iter().take(5).map(ToString::to_string).collect();
        session.messages.note(&format!(
            "hint: other entries have this link too, the newest was taken: {}",
            others.join(", ")
        ));
    }
}

/// The stored entry, or a document made of a text.
pub fn find(what: &What<'_>, config: &Config, session: &Session) -> Result<Subject, Failure> {
    let failed = |error: anyhow::Error| Failure::new(Exit::Failed, error);
    match what {
        What::Input => {
            let bytes =
                read(stdin().lock()).context("cannot read standard input").map_err(failed)?;
            Ok(Subject::of_text(document_of(text("standard input", &bytes)?)))
        }
        What::Entry(id) => {
            let store = session.store_of(config, Access::ReadOnly)?;
            Subject::of_entry(&store, *id, config)
        }
        What::Link(url) => {
            let store = session.store_of(config, Access::ReadOnly)?;
            let found = store.entry_by_link(url)?;
            if found.entries.is_empty() {
                let sentence = format!("no stored entry has the link {url}");
                return Err(Failure::said(Exit::Failed, sentence)
                    .hint("`wirewatch topics why-not URL --topic TOPIC` says why"));
            }
            Subject::newest(&store, &found.entries, config)
        }
        What::Alert(id) => {
            Err(Failure::said(Exit::Failed, format!("{id} is an alert, not an entry"))
                .hint(format!("`wirewatch alerts explain {id}` replays it")))
        }
        What::File(name) => {
            let bytes = fs::File::open(name)
                .and_then(read)
                .with_context(|| format!("cannot read {name}"))
                .map_err(|error| {
                    failed(error).hint(
                        "give an entry's id (E…) or link, an alert's id (A…), a text file, or - \
                         for standard input",
                    )
                })?;
            Ok(Subject::of_text(document_of(text(name, &bytes)?)))
        }
    }
}

fn read(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_TEXT_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes as text, if that is what they are: an explanation of a picture explains nothing.
fn text<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, Failure> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Cut off within a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => "\0",
    };
    if text.contains('\0') {
        let sentence = format!("{name} is not text");
        return Err(Failure::said(Exit::Failed, sentence)
            .hint("give plain text in UTF-8: the title on the first line, then the body"));
    }
    Ok(text)
}

/// The first line is the title; what follows is the body, with blank lines between paragraphs.
fn document_of(text: &str) -> Document {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in rest.lines().map(str::trim) {
        match paragraphs.last_mut() {
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(&line.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            Some(last) if !last.is_empty() => paragraphs.push(String::new()),
            _ => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    let mut body = paragraphs.join("\n\n");
    body.truncate(body.floor_char_boundary(MAX_BODY_BYTES));
    Document { title: title.trim().to_owned(), body, ..Document::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_title_and_paragraphs() {
        let document = document_of("\n A  title \r\nOne\r\n two\n\n\nThree \n");
        assert_eq!(document.title, "A  title");
        assert_eq!(document.body, "One two\n\nThree");
        assert_eq!(document_of("only a title").body, "");
        assert_eq!(document_of("").title, "");
    }
}
