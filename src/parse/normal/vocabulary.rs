//! What the elements of all dialects mean to an entry or a feed: RSS 0.90 to 2.0, RSS 1.0 and
//! 1.1, Atom 0.3 and 1.0, CDF, and the modules that news feeds use.

use super::namespaces::Ns;

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    Root,
    Channel,
    Entry,
    /// Something with a value, or that is passed over as a whole.
    Leaf(Slot),
    /// None of the vocabulary: markup, or a module that says nothing here.
    Unknown,
}

/// What a value is taken for. Ranks: a higher one wins over a lower, whatever the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    Title(u8),
    Link,
    Guid,
    Id,
    Summary(u8),
    Content(u8),
    /// Text of the entry where there is no other: a video's or podcast's description.
    Extra,
    Author,
    Creator,
    Category,
    Published(u8),
    Updated(u8),
    Language,
    Source,
    Ttl,
    SkipHours,
    SkipDays,
    Period,
    Frequency,
    MovedTo,
    /// Media with texts within.
    Media,
    /// Passed over with all that is in it, even if that looks like fields.
    Opaque,
    /// Passed over.
    Ignored,
    /// Passed over, and not even known.
    Foreign,
}

/// When an element is over whose end tag is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text: any field begins after it.
    Text,
    /// Markup: a field begins after it unless HTML has an element of its name.
    Markup,
    /// Fields of its own.
    Fields,
}

impl Slot {
    pub fn holds(self) -> Holds {
        match self {
            Slot::Summary(_) | Slot::Content(_) | Slot::Extra | Slot::Ignored | Slot::Foreign => {
                Holds::Markup
            }
            Slot::Author | Slot::Source | Slot::Media | Slot::Opaque => Holds::Fields,
            _ => Holds::Text,
        }
    }

    /// Whether its value is read as HTML.
    pub fn is_html(self) -> bool {
        matches!(self, Slot::Title(_) | Slot::Summary(_) | Slot::Content(_) | Slot::Extra)
    }
}

/// Longest name in the vocabulary.
const MAX_NAME_BYTES: usize = 20;

/// Elements of HTML that are also fields of feeds.
pub fn is_html(name: &str) -> bool {
    const NAMES: &[&str] = &["title", "link", "summary", "source", "content", "image", "body"];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Elements of HTML that have no content, and hence no end tag.
pub fn is_void(name: &str) -> bool {
    const NAMES: &[&str] = &["br", "hr", "img", "input", "meta", "wbr", "area", "embed", "col"];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What an element of this namespace and local name is.
pub fn element(ns: Ns, name: &str) -> Element {
    let mut buffer = [0_u8; MAX_NAME_BYTES];
    let Some(lower) = buffer.get_mut(..name.len()) else {
        return Element::Unknown;
    };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let lower = &*lower;
    match (ns, lower) {
        (Ns::Core | Ns::Atom | Ns::Rdf, b"rss" | b"feed" | b"rdf") => Element::Root,
        (Ns::Core | Ns::Atom, b"channel") => Element::Channel,
        (Ns::Core | Ns::Atom, b"item" | b"entry") => Element::Entry,
        _ => slot(ns, lower).map_or(Element::Unknown, Element::Leaf),
    }
}

fn slot(ns: Ns, lower: &[u8]) -> Option<Slot> {
    match ns {
        Ns::Core => core(lower),
        Ns::Atom => core(lower).map(lesser),
        Ns::Content => Some(match lower {
            b"encoded" => Slot::Content(3),
            _ => Slot::Opaque,
        }),
        Ns::Xhtml => matches!(lower, b"body" | b"div").then_some(Slot::Content(1)),
        Ns::Dc => Some(dublin_core(lower)),
        Ns::DcTerms => Some(match lower {
            b"issued" | b"created" | b"date" | b"available" => Slot::Published(1),
            b"modified" => Slot::Updated(1),
            _ => Slot::Ignored,
        }),
        Ns::Media => Some(match lower {
            b"group" | b"content" => Slot::Media,
            b"description" => Slot::Extra,
            b"title" => Slot::Title(0),
            _ => Slot::Opaque,
        }),
        Ns::Itunes => Some(match lower {
            b"summary" => Slot::Extra,
            b"title" => Slot::Title(0),
            b"new-feed-url" => Slot::MovedTo,
            _ => Slot::Opaque,
        }),
        Ns::Syndication => Some(match lower {
            b"updateperiod" => Slot::Period,
            b"updatefrequency" => Slot::Frequency,
            _ => Slot::Ignored,
        }),
        Ns::Rdf | Ns::Other => None,
    }
}

fn core(lower: &[u8]) -> Option<Slot> {
    Some(match lower {
        b"title" => Slot::Title(3),
        b"link" => Slot::Link,
        b"guid" => Slot::Guid,
        b"id" => Slot::Id,
        b"description" | b"summary" | b"abstract" => Slot::Summary(3),
        b"content" | b"encoded" => Slot::Content(3),
        b"fullitem" => Slot::Content(2),
        b"author" => Slot::Author,
        b"category" => Slot::Category,
        b"pubdate" | b"published" | b"issued" => Slot::Published(3),
        b"date" => Slot::Published(2),
        b"created" => Slot::Published(1),
        b"updated" | b"modified" | b"lastmod" => Slot::Updated(3),
        b"lastbuilddate" => Slot::Updated(2),
        b"language" => Slot::Language,
        b"source" => Slot::Source,
        b"ttl" => Slot::Ttl,
        b"skiphours" => Slot::SkipHours,
        b"skipdays" => Slot::SkipDays,
        b"image" | b"textinput" | b"items" | b"contributor" => Slot::Opaque,
        b"managingeditor" | b"webmaster" | b"generator" | b"copyright" | b"rights" | b"docs"
        | b"cloud" | b"rating" | b"comments" | b"enclosure" | b"logo" | b"icon" | b"info"
        | b"subtitle" | b"tagline" => Slot::Ignored,
        _ => return None,
    })
}

/// Atom's elements in an RSS feed count less than its own.
fn lesser(slot: Slot) -> Slot {
    match slot {
        Slot::Title(rank) => Slot::Title(rank - 1),
        Slot::Summary(rank) => Slot::Summary(rank - 1),
        Slot::Content(rank) => Slot::Content(rank - 1),
        Slot::Published(rank) => Slot::Published(rank - 1),
        slot => slot,
    }
}

fn dublin_core(lower: &[u8]) -> Slot {
    match lower {
        b"title" => Slot::Title(1),
        b"creator" | b"author" => Slot::Creator,
        b"subject" => Slot::Category,
        b"date" => Slot::Published(2),
        b"description" => Slot::Summary(1),
        b"language" => Slot::Language,
        _ => Slot::Ignored,
    }
}
