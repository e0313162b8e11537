//! New facts: names and numbers that a story did not have when its alert was last revised. They
//! are read off the titles and first sentences of its entries ([`Telling::of`]); [`find`] says
//! which of them enough publishers tell to be worth a revision.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::ids::EntryId;

/// The time whose entries a new fact is held against.
pub const WINDOW: Duration = Duration::from_secs(6 * 3_600);

/// Most entries of a story that are looked at, the latest ones.
pub const MAX_TELLINGS: usize = 500;

/// Publishers that must tell a new fact: one alone may err.
const MIN_PUBLISHERS: usize = 2;

/// A fact must stand in at least one of so many entries of the window.
const SHARE: usize = 4;

/// Words of the body that are read: what is new stands at the beginning.
const LEAD_WORDS: usize = 60;

/// Most facts kept of one entry, and most that a reason names.
const MAX_FACTS: usize = 40;
const MAX_NAMED: usize = 4;

/// Longest name or number, in words and characters.
const MAX_NAME_WORDS: usize = 4;
const MAX_FACT_CHARS: usize = 60;

/// Words that follow a number and are no unit of it, or have a capital and name nobody: dates say
/// when.
const NO_FACTS: &[&str] = &[
    "a",
    "an",
    "and",
    "as",
    "at",
    "am",
    "but",
    "by",
    "for",
    "from",
    "gmt",
    "if",
    "in",
    "is",
    "of",
    "on",
    "or",
    "pm",
    "that",
    "the",
    "to",
    "utc",
    "was",
    "were",
    "which",
    "who",
    "with",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "i",
];

/// What one entry of a story tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    pub at: Timestamp,
    pub publisher: String,
    pub entry: EntryId,
    /// Its text is another entry's: it tells nothing that is not counted there.
    pub copy: bool,
    /// By what they are compared by, as they are shown.
    facts: BTreeMap<String, String>,
}

impl Telling {
    /// Of a text that is no copy; of which entry it is, the caller adds.
    pub fn of(at: Timestamp, publisher: &str, title: &str, body: &str) -> Self {
        let mut facts = BTreeMap::new();
        let title: Vec<&str> = title.split_whitespace().collect();
        let lead: Vec<&str> = body.split_whitespace().take(LEAD_WORDS).collect();
        // In a title whose words are nearly all capitalised a capital names nobody.
        let capitals = title.iter().filter(|word| is_capitalised(bare(word))).count();
        if capitals * 2 <= title.len() {
            names(&title, &mut facts);
        }
        names(&lead, &mut facts);
        numbers(&title, &mut facts);
        numbers(&lead, &mut facts);
        let (entry, copy) = (EntryId(0), false);
        Self { at, publisher: publisher.to_owned(), entry, copy, facts }
    }

    /// Says which entry tells it, and whether as a copy of another one.
    pub fn by(self, entry: EntryId, copy: bool) -> Self {
        Self { entry, copy, ..self }
    }
}

/// Facts that nothing told up to `since`, and that at least two publishers and a quarter of the
/// entries of the last six hours tell, copies apart: a sentence without its end, or `None` if there
/// are none.
pub fn find(tellings: &[Telling], since: Timestamp, now: Timestamp) -> Option<String> {
    let old = |telling: &&Telling| telling.at <= since;
    let known: BTreeSet<&str> = tellings
        .iter()
        .filter(old)
        .flat_map(|telling| telling.facts.keys())
        .map(String::as_str)
        .collect();
    let words: BTreeSet<&str> = known.iter().flat_map(|fact| fact.split(' ')).collect();
    let start = now.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN);
    // Copies neither tell nor outvote.
    let recent = tellings.iter().filter(|telling| telling.at > start && !telling.copy);
    let recent: Vec<&Telling> = recent.collect();
    let mut told: BTreeMap<&str, (&str, usize, BTreeSet<&str>)> = BTreeMap::new();
    for telling in recent.iter().filter(|telling| telling.at > since) {
        for (fact, shown) in &telling.facts {
            // A family name alone is not new where the whole name was told; but of "12 killed" and
            // "40 hurt" neither number tells of "40 killed".
            let is_known = match fact.contains(|c: char| c.is_ascii_digit()) {
                true => known.contains(fact.as_str()),
                false => fact.split(' ').all(|word| words.contains(word)),
            };
            if is_known {
                continue;
            }
            let (_, entries, publishers) = told.entry(fact).or_insert((shown, 0, BTreeSet::new()));
            *entries += 1;
            publishers.insert(&telling.publisher);
        }
    }
    told.retain(|_, (_, entries, publishers)| {
        publishers.len() >= MIN_PUBLISHERS && *entries * SHARE >= recent.len()
    });
    let publishers: BTreeSet<&str> = told.values().flat_map(|(.., each)| each).copied().collect();
    // What most tell comes first.
    let mut facts: Vec<(&str, usize)> =
        told.values().map(|(shown, entries, _)| (*shown, *entries)).collect();
    facts.sort_by_key(|(shown, entries)| (std::cmp::Reverse(*entries), *shown));
    let named: Vec<&str> = facts.iter().take(MAX_NAMED).map(|(shown, _)| *shown).collect();
    let more = match facts.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!named.is_empty()).then(|| {
        format!("new: {}{more}, told by {} publishers", named.join(", "), publishers.len())
    })
}

/// Capitalised words inside sentences, those that stand together as one name.
fn names(words: &[&str], facts: &mut BTreeMap<String, String>) {
    let mut name: Vec<&str> = Vec::new();
    let mut at_start = true;
    for word in words {
        let stripped = bare(word);
        let opens = word.starts_with(['"', '“', '„', '«', '(']);
        let is_name = !at_start && names_somebody(stripped);
        if !is_name || opens || name.len() == MAX_NAME_WORDS {
            keep(&name.join(" "), facts);
            name.clear();
        }
        if is_name {
            name.push(stripped);
        }
        let ends = word.ends_with(['.', ',', ';', ':', '!', '?', ')', '"', '”', '“', '»']);
        if ends {
            keep(&name.join(" "), facts);
            name.clear();
        }
        at_start = word.ends_with(['.', '!', '?', ':', '…']) || stripped.is_empty();
    }
    keep(&name.join(" "), facts);
}

/// Numbers with what they count: `40 million`, `$3.5bn`, `12 %`. Bare years and hours are none.
fn numbers(words: &[&str], facts: &mut BTreeMap<String, String>) {
    for (at, word) in words.iter().enumerate() {
        let number = word.trim_matches(|c: char| {
            matches!(c, '(' | ')' | '"' | '“' | '”' | ',' | ';' | '.' | '!' | '?' | ':')
        });
        if !number.contains(|c: char| c.is_ascii_digit()) || number.contains([':', '/']) {
            continue;
        }
        let money = number.starts_with(['$', '€', '£', '¥']);
        let digits = number.trim_start_matches(['$', '€', '£', '¥']);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let has_unit = money || digits.ends_with(|c: char| c == '%' || c.is_alphabetic());
        let next = words.get(at + 1).map(|next| bare(next)).filter(|next| {
            let is_word = next.chars().next().is_some_and(char::is_lowercase);
            is_word && !NO_FACTS.contains(next)
        });
        let ends = word.ends_with(['.', ',', ';', '!', '?', ':', ')']);
        match next.filter(|_| !ends) {
            Some(unit) if !has_unit || money => keep(&format!("{number} {unit}"), facts),
            _ if words.get(at + 1).is_some_and(|next| next.starts_with('%')) => {
                keep(&format!("{number} %"), facts);
            }
            _ if has_unit => keep(number, facts),
            _ => {}
        }
    }
}

fn keep(fact: &str, facts: &mut BTreeMap<String, String>) {
    let chars = fact.chars().count();
    if chars > 1 && chars <= MAX_FACT_CHARS && facts.len() < MAX_FACTS {
        facts.entry(fact.to_lowercase()).or_insert_with(|| fact.to_owned());
    }
}

/// A word without punctuation around it and without a possessive `'s`.
fn bare(word: &str) -> &str {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
}

fn names_somebody(word: &str) -> bool {
    is_capitalised(word) && !NO_FACTS.contains(&word.to_lowercase().as_str())
}

fn is_capitalised(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

#[cfg(test)]
mod tests;
