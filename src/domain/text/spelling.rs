//! When two English spellings are one word: a light plural stem and British against American
//! spelling, by rules and short lists ([`lists`]). Nothing else is stemmed: "defend" is not
//! "defence".
//!
//! [`normal`] defines the equality. The matcher never computes it over a text: [`spellings`]
//! turns it around, once per term, into all the words that are equal to the term.

mod lists;

use super::snowball::Snowball;
use lists::{IRREGULAR, KEPT, MEN, PAIRS, PREFIXES};

/// What is the same about words that are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stem {
    /// Plural and spelling: what rules ask by default.
    Plural,
    /// Spelling only: exclusions ("exclude oils" must not silence every "oil").
    None,
    /// The stem of a language: what topics may choose. Spelling alone is as in `Plural`; it is
    /// for words that the language does not read.
    Snowball(Snowball),
}

/// Longest word that is stemmed, in bytes: longer ones are not words.
const MAX_WORD_BYTES: usize = 32;

/// The normal form of a folded word: equal for words that are the same. Words that are not plain
/// ASCII letters are their own normal form.
pub fn normal(word: &str, stem: Stem) -> String {
    if !is_stemmable(word) {
        return word.to_owned();
    }
    let american = american(word);
    match stem {
        Stem::Plural | Stem::Snowball(_) => singular(&american),
        Stem::None => american,
    }
}

/// Every folded word that is equal to `word`, itself among them; sorted.
pub fn spellings(word: &str, stem: Stem) -> Vec<String> {
    if !is_stemmable(word) {
        return vec![word.to_owned()];
    }
    let wanted = normal(word, stem);
    let mut bases = respellings(word);
    bases.extend(respellings(&wanted));
    if stem != Stem::None {
        let irregular = IRREGULAR.iter().filter(|(_, single)| *single == wanted);
        bases.extend(irregular.map(|(plural, _)| (*plural).to_owned()));
        bases.sort_unstable();
        bases.dedup();
        for index in 0..bases.len() {
            let inflected = inflections(&bases[index]);
            bases.extend(inflected);
        }
        // A plural may be respelt where its singular is not.
        for index in 0..bases.len() {
            if ise_at(&bases[index]).is_some() {
                let respelt = respellings(&bases[index]);
                bases.extend(respelt);
            }
        }
    }
    bases.push(word.to_owned());
    bases.sort_unstable();
    bases.dedup();
    bases.retain(|candidate| normal(candidate, stem) == wanted);
    bases
}

/// What English stemmers are given for a word: its American spelling, an irregular plural's
/// singular.
pub(super) fn base(word: &str) -> String {
    if !is_stemmable(word) {
        return word.to_owned();
    }
    let american = american(word);
    irregular(&american).unwrap_or(american)
}

/// The singular of a plural that has no s: "crises", "policemen".
fn irregular(word: &str) -> Option<String> {
    if let Some((_, single)) = IRREGULAR.iter().find(|(plural, _)| *plural == word) {
        return Some((*single).to_owned());
    }
    let start = word.strip_suffix("men").filter(|start| MEN.binary_search(start).is_ok())?;
    Some(format!("{start}man"))
}

/// Whether a word only looks like a plural.
pub(super) fn is_kept(word: &str) -> bool {
    KEPT.contains(&word)
}

fn is_stemmable(word: &str) -> bool {
    word.len() <= MAX_WORD_BYTES && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Singulars and plurals a word may be, right or wrong: the caller sifts.
fn inflections(word: &str) -> Vec<String> {
    let mut all = Vec::with_capacity(8);
    for stem in
        [word, word.strip_suffix('s').unwrap_or(word), word.strip_suffix("es").unwrap_or(word)]
    {
        all.extend([stem.to_owned(), format!("{stem}s"), format!("{stem}e"), format!("{stem}es")]);
        if let Some(base) = stem.strip_suffix("man").or_else(|| stem.strip_suffix("men")) {
            all.extend([format!("{base}man"), format!("{base}men")]);
        }
        for ending in ["y", "ie", "ies"] {
            if let Some(base) = stem.strip_suffix(ending) {
                all.extend(["y", "ie", "ies"].map(|other| format!("{base}{other}")));
            }
        }
    }
    all
}

/// The word and its British and American spellings, right or wrong: the caller sifts.
fn respellings(word: &str) -> Vec<String> {
    let mut all = vec![word.to_owned()];
    for at in stem_starts(word) {
        let (before, rest) = word.split_at(at);
        for &(british, us) in PAIRS {
            for (from, to) in [(british, us), (us, british)] {
                if let Some(after) = rest.strip_prefix(from) {
                    all.push(format!("{before}{to}{after}"));
                }
            }
        }
    }
    for word in all.clone() {
        for (from, to) in [("is", "iz"), ("iz", "is"), ("ys", "yz"), ("yz", "ys")] {
            if let Some(at) = word.rfind(from) {
                all.push(format!("{}{to}{}", &word[..at], &word[at + 2..]));
            }
        }
    }
    all
}

/// The American spelling of a word.
fn american(word: &str) -> String {
    let mut word = word.to_owned();
    let found = stem_starts(&word).find_map(|at| {
        let is_there = |(british, _): &&(&str, &str)| word[at..].starts_with(british);
        PAIRS.iter().find(is_there).map(|pair| (at, pair))
    });
    if let Some((at, (british, us))) = found {
        word.replace_range(at..at + british.len(), us);
    }
    if let Some(at) = ise_at(&word) {
        word.replace_range(at..=at, "z");
    }
    word
}

/// Where a stem may start in `word`: at its beginning, or after one of [`PREFIXES`].
fn stem_starts(word: &str) -> impl Iterator<Item = usize> + Clone {
    let after =
        PREFIXES.iter().filter(move |prefix| word.starts_with(**prefix)).map(|prefix| prefix.len());
    std::iter::once(0).chain(after.collect::<Vec<_>>())
}

/// Shortest start of a word before -ise: "organise", not "rise".
const MIN_ISE_START: usize = 3;

/// Where the `s` of an ending like -ise, -ising, -isation or -yse stands. That "promise" becomes
/// "promize" harms nobody: there is no such other word.
fn ise_at(word: &str) -> Option<usize> {
    const ENDINGS: [&str; 11] =
        ["e", "ed", "es", "er", "ers", "ing", "ings", "able", "ation", "ations", "ational"];
    ENDINGS.iter().find_map(|ending| {
        let start = word.strip_suffix(ending)?;
        let at = start.len().checked_sub(1)?;
        let is_ise = start.ends_with("is") && !KEPT.contains(&word);
        ((is_ise || start.ends_with("ys")) && at > MIN_ISE_START).then_some(at)
    })
}

/// The singular of a word, in a form that is the same for both numbers (which need not be a
/// word: "house" and "houses" are both "hous").
fn singular(word: &str) -> String {
    if KEPT.contains(&word) {
        return word.to_owned();
    }
    // On with the singular: "mouse" alone comes to "mous".
    if let Some(single) = irregular(word) {
        return singular(&single);
    }
    let is_plural = word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending));
    let single = if is_plural { &word[..word.len() - 1] } else { word };
    if single.len() > 4
        && let Some(start) = single.strip_suffix("ie")
    {
        return format!("{start}y");
    }
    const SILENT: [&str; 7] = ["xe", "che", "she", "sse", "ze", "use", "oe"];
    let enough = if single.ends_with("oe") { 5 } else { 4 };
    if single.len() >= enough && SILENT.iter().any(|ending| single.ends_with(ending)) {
        return single[..single.len() - 1].to_owned();
    }
    single.to_owned()
}
