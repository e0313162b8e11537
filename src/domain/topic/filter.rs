//! Filters: which entries a topic is asked about at all, by where they come from and by their
//! language. [`super::matcher`] asks them before any rule; [`super::explain`] shows each.

use crate::domain::publisher::Directory;
use crate::domain::text::language;

/// What a topic lets through. Empty: everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Keys of feeds.
    pub feeds: Choice,
    /// Tags of feeds.
    pub tags: Choice,
    /// Publishers by any of their names or domains, whatever their case.
    pub publishers: Choice,
    /// Primary subtags of languages (`en`), or `und` for entries whose language nobody can tell.
    pub languages: Choice,
}

/// Values that are wanted, and values that are not. `not` goes before `only`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// At least one of these; empty: anything.
    pub only: Vec<String>,
    pub not: Vec<String>,
}

/// Where a document comes from, as far as filters ask. What is not known is not asked: a text
/// that never was in a feed passes every filter on feeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Key of the feed.
    pub feed: Option<&'a str>,
    /// Tags of the feed; asked only where `feed` is known.
    pub tags: &'a [String],
    pub publisher: Option<&'a str>,
}

impl Origin<'_> {
    /// A text of which nothing but itself is known.
    pub const UNKNOWN: Origin<'static> = Origin { feed: None, tags: &[], publisher: None };
}

impl Choice {
    /// Whether nothing is chosen: everything passes.
    pub fn is_any(&self) -> bool {
        self.only.is_empty() && self.not.is_empty()
    }

    /// Whether something that goes by `values` is let through.
    pub fn admits<'v>(&self, values: impl Iterator<Item = &'v str> + Clone) -> bool {
        let named = |list: &[String]| {
            values.clone().any(|value| list.iter().any(|one| is_same(one, value)))
        };
        !named(&self.not) && (self.only.is_empty() || named(&self.only))
    }
}

impl Choice {
    /// Whether this publisher is let through, by whichever of its names or domains.
    pub fn admits_publisher(&self, publisher: &str, directory: &Directory) -> bool {
        let named = |list: &[String]| list.iter().any(|one| directory.same(one, publisher));
        !named(&self.not) && (self.only.is_empty() || named(&self.only))
    }
}

/// Whether two names are one, whatever their case, in any script.
pub fn is_same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
        || !(a.is_ascii() && b.is_ascii()) && a.to_lowercase() == b.to_lowercase()
}

impl Filters {
    pub fn is_any(&self) -> bool {
        self.feeds.is_any()
            && self.tags.is_any()
            && self.publishers.is_any()
            && self.languages.is_any()
    }

    /// Whether a document in this language ([`language::of`]) is let through. However a filter
    /// writes it: `nb` is `no`, `zh-Hans` is `zh`.
    pub fn admit_language(&self, code: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|one| language::canonical(one) == code);
        !named(&self.languages.not)
            && (self.languages.only.is_empty() || named(&self.languages.only))
    }

    /// Whether a document of this origin is let through as far as feed, tags and publisher go.
    pub fn admit_origin(&self, origin: &Origin<'_>, directory: &Directory) -> bool {
        origin.feed.is_none_or(|feed| {
            self.feeds.admits(std::iter::once(feed))
                && self.tags.admits(origin.tags.iter().map(String::as_str))
        }) && origin
            .publisher
            .is_none_or(|publisher| self.publishers.admits_publisher(publisher, directory))
    }
}
