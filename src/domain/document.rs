//! A document: an entry's text prepared for matching. What the matcher reads is what the store
//! keeps, so that every span of evidence can be looked up again. [`html`] makes text of markup,
//! `clean` takes out what would not be seen: what is matched is what is shown.

mod clean;
mod declared;
pub mod html;

#[cfg(test)]
mod tests;

use url::Url;

pub use self::declared::declares_feed;

use super::entry::ParsedEntry;

/// Which part of a document a span lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Title,
    Body,
    Author,
    Category,
    Url,
}

impl Field {
    pub const ALL: [Field; 5] =
        [Field::Title, Field::Body, Field::Author, Field::Category, Field::Url];

    pub fn as_str(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Body => "body",
            Field::Author => "author",
            Field::Category => "category",
            Field::Url => "url",
        }
    }
}

/// Most bytes of body text that are kept and matched; the rest is cut at a character border.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// Most characters of a title that are kept.
pub const MAX_TITLE_CHARS: usize = 2_000;

/// Most characters of a link that are kept; a longer one is dropped, since a cut link is wrong.
pub const MAX_LINK_CHARS: usize = 4_000;

/// Most characters of all authors, and of all categories, joined.
const MAX_LIST_CHARS: usize = 2_000;

/// Longest language tag that is kept; RFC 5646 says that 35 characters are enough.
const MAX_LANGUAGE_CHARS: usize = 35;

/// An entry's text, free of markup, escape sequences, controls and direction marks. Paragraphs of the body are separated by a blank line
/// (`"\n\n"`); within one, white space is single spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pub title: String,
    pub body: String,
    /// Joined by `; `.
    pub authors: String,
    /// Joined by `; `.
    pub categories: String,
    /// Where a browser may be sent: http or https only.
    pub url: Option<String>,
    /// BCP 47 tag where the feed gave one.
    pub language: Option<String>,
}

impl Document {
    /// The text of an entry. The longer of summary and content is the body; a summary that says
    /// something else goes before the content.
    pub fn from_parsed(entry: &ParsedEntry) -> Self {
        let title = entry.title.as_deref().unwrap_or_default();
        Self {
            title: clip_chars(&line(title), MAX_TITLE_CHARS).to_owned(),
            body: body(entry),
            authors: joined(&entry.authors),
            categories: joined(&entry.categories),
            url: entry.link.clone().filter(|link| is_web_link(link)),
            language: entry
                .language
                .clone()
                .filter(|tag| tag.chars().count() <= MAX_LANGUAGE_CHARS),
        }
    }

    /// The same document with the text of the article's page ([`article_text`]): what the feed
    /// said goes before it, unless the page says that too.
    pub fn with_article(&self, text: &str) -> Self {
        Self { body: together(self.body.clone(), text.to_owned()), ..self.clone() }
    }

    /// The text of one field ("" where there is none).
    pub fn field(&self, field: Field) -> &str {
        match field {
            Field::Title => &self.title,
            Field::Body => &self.body,
            Field::Author => &self.authors,
            Field::Category => &self.categories,
            Field::Url => self.url.as_deref().unwrap_or_default(),
        }
    }
}

/// The text of an article (HTML), as far as it is kept.
pub fn article_text(html: &str) -> String {
    let mut text = clean::paragraphs(html::to_text(html));
    text.truncate(text.floor_char_boundary(MAX_BODY_BYTES));
    text
}

/// The first `max` characters of `text`.
pub fn clip_chars(text: &str, max: usize) -> &str {
    match text.char_indices().nth(max) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

fn is_web_link(link: &str) -> bool {
    link.chars().count() <= MAX_LINK_CHARS
        && Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn line(html: &str) -> String {
    clean::line(html::one_line(html))
}

fn body(entry: &ParsedEntry) -> String {
    let text = |html: &Option<String>| {
        html.as_deref().map(|html| clean::paragraphs(html::to_text(html))).unwrap_or_default()
    };
    together(text(&entry.summary), text(&entry.content))
}

/// Two texts of one entry as one.
fn together(summary: String, content: String) -> String {
    if content.is_empty() || summary.contains(&content) {
        return summary;
    }
    if content.contains(without_ellipsis(&summary)) {
        return content;
    }
    let mut body = format!("{summary}\n\n{content}");
    body.truncate(body.floor_char_boundary(MAX_BODY_BYTES));
    body.truncate(body.trim_end().len());
    body
}

/// A summary is often the beginning of the content with dots where it was cut.
fn without_ellipsis(summary: &str) -> &str {
    summary
        .trim_end_matches([']', ')'])
        .trim_end_matches(['.', '…'])
        .trim_end_matches(['[', '('])
        .trim_end()
}

fn joined(list: &[String]) -> String {
    let mut all = String::new();
    for one in list.iter().map(|one| line(one)) {
        if one.is_empty() {
            continue;
        }
        if !all.is_empty() {
            all.push_str("; ");
        }
        all.push_str(&one);
        if all.len() > 4 * MAX_LIST_CHARS {
            break;
        }
    }
    clip_chars(&all, MAX_LIST_CHARS).to_owned()
}
