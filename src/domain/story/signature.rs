//! What of an entry names it among others: its link and the content words of its title. An entry
//! that comes under a new name is known again by these ([`crate::domain::ingest`]); what stories are
//! compared by is in [`super::features`].

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::ids::Digest;

/// Most content words of a title that are compared: beyond that a "title" is a text.
pub const MAX_TITLE_TERMS: usize = 24;

/// Most words of a trailing source name ("… - The Harbour Wire") that is cut off a title.
const MAX_SOURCE_WORDS: usize = 4;

/// An entry seen as a candidate for a story.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// The link's key (see [`crate::domain::entry::identity`]); not per feed: two feeds that
    /// carry the same link tell the same story.
    pub link: Option<Digest>,
    /// Hashes of the title's content words, ascending, each once; at most
    /// [`MAX_TITLE_TERMS`].
    pub terms: Vec<i64>,
    /// Bit n is set if the word of `terms[n]` is written like a name.
    pub names: u32,
}

impl Signature {
    /// The signature of an entry with this title and link key.
    pub fn of(title: &str, link: Option<Digest>) -> Self {
        let title = without_source(title);
        let shouting = !title.chars().any(char::is_lowercase);
        let mut words: Vec<(i64, bool)> = title
            .unicode_words()
            .flat_map(split_unsegmented)
            .filter_map(|word| {
                // "Magnitude 5.2" and "Magnitude 6.8" are two things that happened.
                let measure = word.starts_with(char::is_numeric) && word.contains(['.', ',']);
                let name = measure || !shouting && word.starts_with(char::is_uppercase);
                content_word(&word).map(|word| (term(&word), name))
            })
            .take(MAX_TITLE_TERMS)
            .collect();
        words.sort_unstable();
        words.dedup_by_key(|(term, _)| *term);
        let names =
            words.iter().enumerate().fold(0, |bits, (at, (_, name))| bits | u32::from(*name) << at);
        Self { link, terms: words.into_iter().map(|(term, _)| term).collect(), names }
    }

    /// How many title words both have.
    pub fn shared(&self, other: &Self) -> usize {
        self.terms.iter().filter(|term| other.terms.binary_search(term).is_ok()).count()
    }

    /// Whether this title has a name that the other lacks.
    pub fn has_name_missing_in(&self, other: &Self) -> bool {
        self.terms.iter().enumerate().any(|(at, term)| {
            self.names & (1 << at) != 0 && other.terms.binary_search(term).is_err()
        })
    }
}

fn term(word: &str) -> i64 {
    Digest::of("title-word", &[word.as_bytes()]).to_i64()
}

/// Cuts a trailing " - Source" or " | Source", which aggregators add, if enough title is left.
fn without_source(title: &str) -> &str {
    for separator in [" - ", " – ", " — ", " | "] {
        if let Some((head, source)) = title.rsplit_once(separator) {
            let short = source.split_whitespace().count() <= MAX_SOURCE_WORDS;
            if short && head.split_whitespace().count() >= MAX_SOURCE_WORDS {
                return head;
            }
        }
    }
    title
}

/// Chinese, Japanese and Thai put no spaces between words: their pairs of letters stand in.
fn split_unsegmented(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < 2 || !letters.iter().any(|&c| is_unsegmented(c)) {
        return vec![word.to_owned()];
    }
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

fn is_unsegmented(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0E7F | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF)
}

/// The word in the form in which it is compared, or `None` if it carries no content.
fn content_word(word: &str) -> Option<String> {
    let folded: String =
        word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let word = folded.strip_suffix("'s").or(folded.strip_suffix("’s")).unwrap_or(&folded);
    let number = word.starts_with(|c: char| c.is_ascii_digit());
    let short = word.chars().count() < 2 && !number && !word.contains(is_unsegmented);
    if short || STOP_WORDS.binary_search(&word).is_ok() {
        return None;
    }
    let plural = word.len() > 4 && word.ends_with('s') && !word.ends_with("ss");
    Some(if plural { word[..word.len() - 1].to_owned() } else { word.to_owned() })
}

/// Whether a folded word tells nothing of what a text is about.
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// Words of English, French, German and Spanish that tell nothing of a story. Sorted.
const STOP_WORDS: &[&str] = &[
    "about", "after", "als", "am", "an", "and", "are", "as", "at", "au", "auf", "aus", "aux", "be",
    "been", "before", "bei", "but", "by", "con", "da", "dans", "das", "de", "del", "dem", "den",
    "der", "des", "die", "du", "een", "ein", "eine", "el", "en", "es", "est", "et", "for", "from",
    "fur", "had", "has", "have", "he", "her", "his", "how", "il", "im", "in", "into", "is", "ist",
    "it", "its", "la", "las", "le", "les", "los", "mit", "new", "nicht", "no", "not", "of", "off",
    "on", "or", "our", "out", "over", "par", "para", "plus", "por", "pour", "que", "qui", "says",
    "sich", "sur", "than", "that", "the", "their", "they", "this", "to", "un", "und", "une", "up",
    "vom", "von", "was", "were", "what", "when", "who", "why", "will", "with", "zu",
];

#[cfg(test)]
mod tests;
