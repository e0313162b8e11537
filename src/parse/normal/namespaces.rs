//! Which vocabulary a name belongs to: by the URI its prefix is bound to, read as loosely as
//! feeds write it, else by the prefix alone.

use crate::parse::repairs::{Fault, Tally};

/// The vocabularies that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ns {
    /// The feed's own: RSS, Atom in an Atom feed, and whatever has no prefix.
    Core,
    Atom,
    Content,
    Dc,
    DcTerms,
    Media,
    Itunes,
    Syndication,
    Rdf,
    Xhtml,
    Other,
}

/// URIs without scheme, `www.` and what ends them, in lower case.
const URIS: &[(&str, Ns)] = &[
    ("w3.org/2005/atom", Ns::Atom),
    ("purl.org/atom/ns", Ns::Atom),
    ("purl.org/rss/1.0", Ns::Core),
    ("purl.org/net/rss1.1", Ns::Core),
    ("purl.org/rss/1.0/modules/content", Ns::Content),
    ("purl.org/dc/elements/1.1", Ns::Dc),
    ("purl.org/dc/elements/1.0", Ns::Dc),
    ("purl.org/dc/terms", Ns::DcTerms),
    ("search.yahoo.com/mrss", Ns::Media),
    ("itunes.com/dtds/podcast-1.0.dtd", Ns::Itunes),
    ("itunes.com/dtds/podcast-1.0", Ns::Itunes),
    ("purl.org/rss/1.0/modules/syndication", Ns::Syndication),
    ("w3.org/1999/02/22-rdf-syntax-ns", Ns::Rdf),
    ("w3.org/1999/xhtml", Ns::Xhtml),
    ("w3.org/2000/svg", Ns::Other),
    ("w3.org/1998/math/mathml", Ns::Other),
    ("w3.org/1999/xlink", Ns::Other),
];

/// URIs as they should be; all other spellings are counted as odd.
const EXACT: &[&str] = &[
    "http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#",
    "http://purl.org/rss/1.0/",
    "http://purl.org/net/rss1.1#",
    "http://purl.org/rss/1.0/modules/content/",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/elements/1.0/",
    "http://purl.org/dc/terms/",
    "http://search.yahoo.com/mrss/",
    "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "http://purl.org/rss/1.0/modules/syndication/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1998/Math/MathML",
    "http://www.w3.org/1999/xlink",
];

/// Longest URI that is compared; none of ours is longer.
const MAX_URI_BYTES: usize = 80;

/// Declarations kept at once; the busiest feeds have thirty.
const MAX_BOUND: usize = 128;

/// The prefixes in force.
#[derive(Debug, Default)]
pub struct Namespaces<'a> {
    bound: Vec<(&'a str, Ns)>,
    /// The prefix of the root: what bears it is the feed's own.
    own: Option<&'a str>,
    /// A prefix that nobody declared, borne by entries: what bears it is the feed's own, too.
    adopted: Option<&'a str>,
    atom: bool,
}

impl<'a> Namespaces<'a> {
    /// Takes the root of the feed: its prefix, and whether it is Atom's.
    pub fn root(&mut self, name: &'a str) {
        let (prefix, local) = split(name);
        self.own = self.own.or(Some(prefix).filter(|prefix| !prefix.is_empty()));
        self.atom = local.eq_ignore_ascii_case("feed") || local.eq_ignore_ascii_case("entry");
        if local.eq_ignore_ascii_case("rdf") {
            self.own = None;
        }
    }

    pub fn is_atom(&self) -> bool {
        self.atom
    }

    /// Takes `xmlns:prefix="uri"`, or `xmlns="uri"` with an empty prefix.
    pub fn declare(&mut self, prefix: &'a str, uri: &str, tally: &mut Tally) {
        let by_uri = by_uri(uri);
        let ns = match (by_uri, by_prefix(prefix)) {
            (Some(ns), _) => ns,
            (None, Some(ns)) => ns,
            (None, None) if prefix.is_empty() || is_rss(uri) => Ns::Core,
            (None, None) => Ns::Other,
        };
        let odd = match by_uri {
            Some(_) => !EXACT.contains(&uri),
            None => by_prefix(prefix).is_some(),
        };
        if odd {
            tally.note(Fault::OddNamespace);
        }
        if self.bound.len() < MAX_BOUND {
            self.bound.push((prefix, ns));
        }
    }

    /// How many declarations are in force, for [`Self::forget`].
    pub fn mark(&self) -> usize {
        self.bound.len()
    }

    /// Drops the declarations since a mark.
    pub fn forget(&mut self, mark: usize) {
        self.bound.truncate(mark);
    }

    /// Takes a prefix for the feed's own that is neither declared nor known, if what bears it can
    /// only be a part of the feed.
    pub fn adopt(&mut self, name: &'a str, tally: &mut Tally) {
        let (prefix, local) = split(name);
        let is_part =
            ["item", "entry", "channel"].iter().any(|part| local.eq_ignore_ascii_case(part));
        let is_stray = || {
            !prefix.is_empty()
                && self.own != Some(prefix)
                && by_prefix(prefix).is_none()
                && !self.bound.iter().any(|(known, _)| *known == prefix)
        };
        if is_part && is_stray() {
            self.adopted = Some(prefix);
            tally.note(Fault::UndeclaredPrefix);
        }
    }

    /// The vocabulary and the local name of an element. A missing declaration is counted where
    /// there is a tally.
    pub fn resolve<'n>(&self, name: &'n str, tally: Option<&mut Tally>) -> (Ns, &'n str) {
        let (prefix, local) = split(name);
        if self.own == Some(prefix) {
            return (Ns::Core, local);
        }
        let bound = self.bound.iter().rev().find(|(known, _)| *known == prefix);
        let ns = match bound {
            Some((_, ns)) => *ns,
            None if prefix.is_empty() || self.adopted == Some(prefix) => Ns::Core,
            None => {
                let known = by_prefix(prefix);
                if let (Some(_), Some(tally)) = (known, tally) {
                    tally.note(Fault::UndeclaredPrefix);
                }
                known.unwrap_or(Ns::Other)
            }
        };
        match ns {
            Ns::Atom if self.atom || prefix.is_empty() => (Ns::Core, local),
            // A default namespace of metadata is a mistake: the names are the feed's own.
            Ns::Dc | Ns::Content | Ns::Media | Ns::Itunes if prefix.is_empty() => (Ns::Core, local),
            ns => (ns, local),
        }
    }
}

/// Prefix and local name.
pub fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

fn by_prefix(prefix: &str) -> Option<Ns> {
    const MAX_PREFIX_BYTES: usize = 8;
    if prefix.is_empty() || prefix.len() > MAX_PREFIX_BYTES {
        return None;
    }
    Some(match prefix.to_ascii_lowercase().as_str() {
        "dc" => Ns::Dc,
        "dcterms" | "dct" => Ns::DcTerms,
        "content" => Ns::Content,
        "media" | "mrss" => Ns::Media,
        "itunes" => Ns::Itunes,
        "atom" | "atom10" | "atom03" | "a10" => Ns::Atom,
        "sy" | "syn" => Ns::Syndication,
        "rdf" => Ns::Rdf,
        "rss" => Ns::Core,
        "xhtml" => Ns::Xhtml,
        _ => return None,
    })
}

fn by_uri(uri: &str) -> Option<Ns> {
    let uri = uri.trim();
    if uri.len() > MAX_URI_BYTES {
        return None;
    }
    let lower = uri.to_ascii_lowercase();
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let bare = bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches(['/', '#']);
    URIS.iter().find(|(known, _)| *known == bare).map(|(_, ns)| *ns)
}

/// The many addresses under which RSS without a namespace was given one.
fn is_rss(uri: &str) -> bool {
    const SIGNS: &[&str] =
        &["userland.com/rss", "harvard.edu/", "netscape.com/", "rssboard.org", "backend.userland"];
    SIGNS.iter().any(|sign| uri.contains(sign))
}
