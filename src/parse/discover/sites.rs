//! Sites whose feeds follow from an address by a rule, and programs that serve feeds at a path of
//! their own. All of it is facts about others that may change: each candidate is tried before it
//! is believed.
//!
//! A rule is handed an [`Address`] and gives addresses, the one that is most likely meant first.

mod code;
mod media;
mod program;
mod talk;
mod writing;

use url::Url;

use super::page::Signs;
use super::{Candidate, Why};

/// How sure a rule is that belongs to one host, and one that goes by the look of a path.
const BY_HOST: u8 = 92;
const BY_PATH: u8 = 70;

/// Each further feed of a rule is a little less likely meant.
const STEP: u8 = 3;

/// The rules, which all get a look at each address.
const RULES: &[fn(&Address<'_>) -> Option<Feeds>] = &[
    code::forges,
    code::packages,
    media::youtube,
    media::videos,
    media::sounds,
    talk::reddit,
    talk::news,
    talk::questions,
    talk::networks,
    writing::hosts,
    writing::papers,
];

/// What a rule gives.
pub struct Feeds {
    site: &'static str,
    score: u8,
    urls: Vec<String>,
}

impl Feeds {
    fn new(site: &'static str, urls: impl IntoIterator<Item = String>) -> Option<Self> {
        let urls: Vec<String> = urls.into_iter().collect();
        (!urls.is_empty()).then_some(Self { site, score: BY_HOST, urls })
    }

    /// The rule goes by the look of a path, which other sites may have too.
    fn likely(self) -> Self {
        Self { score: BY_PATH, ..self }
    }
}

/// An address in parts.
pub struct Address<'u> {
    url: &'u Url,
    /// Without `www.` and `m.`.
    host: &'u str,
    /// `https://host` as it was given.
    origin: String,
    /// The parts of the path, as they stand there: percent-encoded.
    parts: Vec<&'u str>,
}

impl<'u> Address<'u> {
    fn new(url: &'u Url) -> Option<Self> {
        let host = url.host_str()?;
        let bare = ["www.", "m.", "mobile."].iter().find_map(|prefix| host.strip_prefix(prefix));
        let parts = url.path_segments()?.filter(|part| !part.is_empty()).collect();
        let origin = url.origin().ascii_serialization();
        Some(Self { url, host: bare.unwrap_or(host), origin, parts })
    }

    /// A parameter of the query, percent-decoded.
    fn query(&self, name: &str) -> Option<String> {
        let found = self.url.query_pairs().find(|(own, _)| own == name);
        found.map(|(_, value)| value.into_owned()).filter(|value| is_word(value))
    }

    /// The site whose name ends so: `a.b.example` for `.b.example`.
    fn is_below(&self, domain: &str) -> bool {
        self.host.strip_suffix(domain).is_some_and(|rest| !rest.is_empty())
    }
}

/// Whether a text may be put into an address as it is.
fn is_word(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    !text.is_empty() && text.chars().all(good)
}

/// Feeds that follow from an address alone.
pub fn of_address(url: &Url) -> Vec<Candidate> {
    let Some(address) = Address::new(url) else {
        return Vec::new();
    };
    RULES.iter().filter_map(|rule| rule(&address)).flat_map(candidates).collect()
}

/// Feeds that follow from what a page tells of itself.
pub fn of_page(signs: &Signs, url: &Url) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = program::feeds(signs, url);
    // A page under a short name tells the lasting address of what it shows.
    let same_host = |other: &&Url| other.host_str() == url.host_str() && *other != url;
    if let Some(canonical) = signs.canonical.as_ref().filter(same_host) {
        found.extend(of_address(canonical));
    }
    if let Some(channel) = &signs.channel_id
        && let Some(address) = Address::new(url)
    {
        found.extend(media::channel(&address, channel).into_iter().flat_map(candidates));
    }
    found
}

fn candidates(feeds: Feeds) -> Vec<Candidate> {
    let Feeds { site, score, urls } = feeds;
    let scores = (0..).map(|place: u8| score.saturating_sub(place.saturating_mul(STEP)));
    let candidate = |(url, score)| Candidate { url, title: None, score, why: Why::Site(site) };
    urls.into_iter().zip(scores).map(candidate).collect()
}
