//! A document: an entry's text prepared for matching. What the matcher reads is what the store
//! keeps, so that every span of evidence can be looked up again.

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

/// An entry's text, free of markup. Paragraphs of the body are separated by a blank line
/// (`"\n\n"`); within one, white space is single spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pub title: String,
    pub body: String,
    /// Joined by `; `.
    pub authors: String,
    /// Joined by `; `.
    pub categories: String,
    pub url: Option<String>,
    /// BCP 47 tag where the feed gave one.
    pub language: Option<String>,
}

impl Document {
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
