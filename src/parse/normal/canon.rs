//! Writes what was read as the one document that the parser behind gets: RSS 2.0 with every text
//! escaped, whatever dialect and damage it came from.

use crate::parse::person::plain_person;

use super::draft::Draft;
use super::head::Head;

const BEGIN: &str = "<rss version=\"2.0\" \
     xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>";
const END: &str = "</channel></rss>";

/// Room for what is written beside the texts.
const SPARE_BYTES: usize = 1024;

/// The document being written.
#[derive(Debug)]
pub struct Canon {
    text: String,
    /// Where each entry begins.
    entries: Vec<usize>,
}

impl Canon {
    /// Begins a document of about `bytes`.
    pub fn new(bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes + SPARE_BYTES);
        text.push_str(BEGIN);
        Self { text, entries: Vec::new() }
    }

    pub fn entry(&mut self, draft: &mut Draft<'_>) {
        self.entries.push(self.text.len());
        self.text.push_str("<item>");
        self.element("title", draft.title.get());
        self.element("link", draft.page.take().as_deref());
        self.element("guid", draft.guid.get());
        self.element("description", draft.summary.get());
        self.element("content:encoded", draft.content.get());
        for person in &draft.people {
            let safe = if is_risky(person) { &plain_person(person) } else { &**person };
            self.element("author", Some(safe));
        }
        for category in &draft.categories {
            self.element("category", Some(category));
        }
        self.element("pubDate", draft.published.best());
        self.element("updated", draft.updated.best());
        self.text.push_str("</item>");
    }

    /// Takes back the entries that are not kept.
    pub fn retain(&mut self, kept: &[bool]) {
        let ends = self.entries.iter().skip(1).copied().chain([self.text.len()]);
        let all: Vec<(usize, usize)> = self.entries.iter().copied().zip(ends).collect();
        let first = self.entries.first().copied().unwrap_or(self.text.len());
        let mut text = String::with_capacity(self.text.len());
        text.push_str(&self.text[..first]);
        self.entries.clear();
        for ((begin, end), _) in all.into_iter().zip(kept).filter(|(_, kept)| **kept) {
            self.entries.push(text.len());
            text.push_str(&self.text[begin..end]);
        }
        self.text = text;
    }

    /// Ends the document.
    pub fn finish(mut self, head: &mut Head<'_>) -> String {
        self.element("title", head.title.get());
        self.element("link", head.page.take().as_deref());
        self.text.push_str(END);
        self.text
    }

    fn element(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return;
        };
        let text = &mut self.text;
        text.extend(["<", name, ">"]);
        if memchr::memchr2(b'<', b'&', value.as_bytes()).is_none() {
            text.push_str(value);
        } else {
            text.push_str("<![CDATA[");
            for (index, part) in value.split("]]>").enumerate() {
                // Between the brackets and the sign one section ends and the next begins.
                text.push_str(if index > 0 { "]]]]><![CDATA[>" } else { "" });
                text.push_str(part);
            }
            text.push_str("]]>");
        }
        text.extend(["</", name, ">"]);
    }
}

/// Whether the parser behind could crash on a person's text.
fn is_risky(person: &str) -> bool {
    person.contains('@') && !person.is_ascii()
}
