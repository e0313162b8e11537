//! Ids for feeds that their users did not name: from a title, else from the host.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;
use url::{Host, Url};

use crate::domain::ids::FeedKey;

/// Longest id that is made, in characters: room is left for a number behind it.
const MAX_CHARS: usize = 40;

/// Shortest title that says something, in letters of ASCII: of a title in another script hardly
/// anything is left.
const MIN_CHARS: usize = 3;

/// Makes ids that differ from those there are, and from one another.
pub struct Names {
    taken: BTreeSet<String>,
    /// The highest number tried behind a word: many feeds may have one title.
    numbers: HashMap<String, usize>,
}

impl Names {
    pub(super) fn beside(taken: impl Iterator<Item = String>) -> Self {
        Self { taken: taken.map(|key| key.to_lowercase()).collect(), numbers: HashMap::new() }
    }

    /// Whether a feed has this id, in any case.
    pub fn is_taken(&self, key: &FeedKey) -> bool {
        self.taken.contains(&key.as_str().to_lowercase())
    }

    /// An id for a feed, which is taken from then on. `None` only if no id can be made at all.
    pub fn make(&mut self, title: Option<&str>, url: &str) -> Option<FeedKey> {
        let of_title = title.and_then(slug).filter(|slug| slug.len() >= MIN_CHARS);
        let word = of_title.or_else(|| of_host(url)).unwrap_or_else(|| "feed".to_owned());
        let mut name = word.clone();
        while self.taken.contains(&name) {
            let number = self.numbers.entry(word.clone()).or_insert(1);
            *number += 1;
            name = format!("{word}-{number}");
        }
        let key = name.parse().ok()?;
        self.taken.insert(name);
        Some(key)
    }

    /// Takes an id that a user chose; false if it is taken.
    pub fn take(&mut self, key: &FeedKey) -> bool {
        self.taken.insert(key.as_str().to_lowercase())
    }
}

/// `bbc-news-world` of "BBC News: World". `None` if nothing is left.
pub fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for c in text.nfkd() {
        match c {
            'ß' => slug.push_str("ss"),
            'æ' | 'Æ' => slug.push_str("ae"),
            'œ' | 'Œ' => slug.push_str("oe"),
            'ø' | 'Ø' => slug.push('o'),
            'đ' | 'Đ' => slug.push('d'),
            'ł' | 'Ł' => slug.push('l'),
            'þ' | 'Þ' => slug.push_str("th"),
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            // Accents of the letter before, and apostrophes within a word.
            '\u{300}'..='\u{36f}' | '\'' | '’' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() > 2 * MAX_CHARS {
            break;
        }
    }
    if slug.len() > MAX_CHARS {
        let cut = slug[..=MAX_CHARS].rfind('-').filter(|cut| *cut >= MAX_CHARS / 2);
        slug.truncate(cut.unwrap_or(MAX_CHARS));
    }
    let slug = slug.trim_end_matches('-').to_owned();
    (!slug.is_empty()).then_some(slug)
}

/// `bbc` of `feeds.bbci.co.uk`'s registrable domain; an address as it is.
fn of_host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    match url.host()? {
        Host::Domain(name) => {
            let site = psl::domain_str(name).unwrap_or(name);
            slug(site.split('.').next().unwrap_or(site))
        }
        address => slug(&address.to_string()),
    }
}
