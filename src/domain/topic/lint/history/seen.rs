//! Terms that no stored entry holds: slips of the pen, told with the word that was most likely
//! meant, and terms that simply never occurred.

use std::collections::{BTreeMap, HashSet};

use super::super::super::RulePlace;
use super::super::super::compile::term_label;
use super::super::super::syntax::ast::{Term, Word};
use super::super::book::{Book, Placed};
use super::super::probe::Probes;
use super::super::sample::{capitalised, is_unspaced};
use super::super::{Level, Lint, Spot, quoted, several};
use super::{History, Query, term_words};
use crate::domain::text::case::TermCase;
use crate::domain::text::fold::fold;
use crate::domain::text::scan::{TokenKind, tokens};
use crate::domain::text::slips::slips;
use crate::domain::text::spelling::{Stem, normal, spellings};

/// Fewest stored entries from which it is worth saying that a word never occurred.
const MIN_ENTRIES: u64 = 500;

/// Fewest entries that hold the word that was meant.
const MIN_MEANT: u64 = 5;

/// Most entries read to see whether one holds a term as its capitals ask.
const MAX_READ: usize = 40;

/// Most terms that entries are read for.
const MAX_QUERIES: usize = 2_000;

pub fn lint(book: &Book<'_>, history: &mut History<'_>, found: &mut Vec<Lint>) {
    if !history.vocabulary.whole {
        return;
    }
    let terms = book.terms();
    let mut known: BTreeMap<String, HashSet<String>> = BTreeMap::new();
    for one in &terms {
        known.entry(home(&one.spot)).or_default().extend(normal_forms(one.term));
    }
    let distinct: Vec<Term> = terms.iter().map(|one| one.term.clone()).collect();
    let Some(probes) = Probes::of_terms(&book.bare, &distinct, None) else {
        return;
    };
    let mut silent: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut queries = 0;
    for (index, Placed { term, spot, in_text }) in terms.iter().enumerate() {
        let label = term_label(term);
        // Authors, categories and links are not in the index.
        if !in_text || is_stemmed(book, spot) {
            continue;
        }
        let missing = match presence(term, history) {
            Presence::Missing(word) if is_written_apart(&probes, index, &word, history) => continue,
            Presence::Missing(word) => Some(word),
            Presence::Ask(query) if queries < MAX_QUERIES => {
                queries += 1;
                if !is_never_found(&probes, index, &query, history) {
                    continue;
                }
                None
            }
            _ => continue,
        };
        let beside = known.get(&home(spot));
        let meant = missing.zip(beside).and_then(|(word, beside)| {
            let (meant, entries) = meant(&word, beside, history)?;
            is_found(book, &mended(term, &word, &meant), history).then_some((meant, entries))
        });
        if let Some((meant, entries)) = meant {
            let message = format!(
                "{} is in none of the stored entries; did you mean {}, which is in {entries}?",
                quoted(&label),
                quoted(&meant.to_string())
            );
            let lint = Lint::new("never_seen", Level::Warning, spot.clone(), message);
            found.push(lint.about(&label));
        } else if history.vocabulary.entries >= MIN_ENTRIES {
            match spot {
                Spot::Text { place: RulePlace::Definition { name, item: Some(_) }, .. } => {
                    silent.entry(name.clone()).or_default().push(label);
                }
                _ => found.push(never(spot.clone(), &label, history)),
            }
        }
    }
    for (name, labels) in silent {
        let entries = history.vocabulary.entries;
        let message = format!(
            "of `@{name}`, {} in none of the {entries} stored entries: {}",
            if labels.len() == 1 { "1 is".to_owned() } else { format!("{} are", labels.len()) },
            several(&labels)
        );
        found.push(Lint::new("never_seen", Level::Note, Spot::Definition(name), message));
    }
}

fn never(spot: Spot, label: &str, history: &History<'_>) -> Lint {
    let entries = history.vocabulary.entries;
    let message = format!("{} is in none of the {entries} stored entries", quoted(label));
    Lint::new("never_seen", Level::Note, spot, message).about(label)
}

/// Whether a topic that stems by language reads the term: which words it finds is not known here.
fn is_stemmed(book: &Book<'_>, spot: &Spot) -> bool {
    let stems = |index: &usize| book.rules.topics[*index].rule.stem.is_some();
    book.concerned(spot).iter().any(stems)
}

/// Whether entries write the word in two parts: "co-operation" is "cooperation" too.
fn is_written_apart(probes: &Probes, index: usize, word: &Word, history: &mut History<'_>) -> bool {
    /// Fewest letters of a part.
    const MIN_BYTES: usize = 2;
    let form = fold(&word.text);
    let parts = (MIN_BYTES..form.len().saturating_sub(MIN_BYTES - 1))
        .filter_map(|at| form.split_at_checked(at))
        .filter(|(a, b)| history.vocabulary.count(a) > 0 && history.vocabulary.count(b) > 0);
    let phrases: Vec<String> = parts.map(|(a, b)| format!("{a} {b}")).collect();
    if phrases.is_empty() {
        return false;
    }
    let entries = (history.entries)(&vec![phrases], MAX_READ);
    entries.len() == MAX_READ || entries.iter().any(|entry| probes.holds(index, entry))
}

/// What the words of the index say of a term.
enum Presence {
    /// This word of it is in no entry.
    Missing(Word),
    /// All its words are there: entries tell whether they stand as asked.
    Ask(Query),
    /// It is there, or nothing can be said.
    Fine,
}

fn presence(term: &Term, history: &History<'_>) -> Presence {
    let words = term_words(term);
    let exact = matches!(term, Term::Phrase { exact: true, .. });
    let mut query = Query::new();
    let mut must_ask = words.len() > 1;
    for word in words {
        let Some(groups) = groups(word, history) else {
            return Presence::Fine;
        };
        if groups.iter().any(Vec::is_empty) {
            return Presence::Missing(word.clone());
        }
        must_ask |= groups.len() > 1 || exact || word.exact;
        must_ask |= TermCase::of(&word.text) != TermCase::Common;
        query.extend(groups);
    }
    if must_ask && !query.is_empty() { Presence::Ask(query) } else { Presence::Fine }
}

/// For each token of a word, the words of the index that may answer it. `None`: the index cuts
/// such words otherwise, and nothing can be said of them.
fn groups(word: &Word, history: &History<'_>) -> Option<Query> {
    let tokens = tokens(&word.text);
    if is_unspaced(&word.text) || tokens.iter().any(|token| token.kind == TokenKind::Initials) {
        return None;
    }
    // A compound is written in one word as well: either way will do.
    if let Some(joined) = tokens.iter().find(|token| token.kind == TokenKind::Joined)
        && history.vocabulary.count(&joined.form) > 0
    {
        return None;
    }
    let parts: Vec<_> = tokens.iter().filter(|token| token.kind == TokenKind::Word).collect();
    let last = parts.len().saturating_sub(1);
    let group = |(at, form): (usize, &str)| {
        let open = (word.open_start && at == 0, word.open_end && at == last);
        if open != (false, false) {
            let matching = history.vocabulary.matching(form, open.0, open.1);
            return matching.flat_map(|(form, _)| history.vocabulary.as_indexed(form)).collect();
        }
        let forms = spellings(form, Stem::Plural);
        forms.iter().flat_map(|form| history.vocabulary.as_indexed(form)).collect()
    };
    Some(parts.iter().enumerate().map(|(at, part)| group((at, &part.form))).collect())
}

/// Whether all entries that could hold the term were read, and none does.
fn is_never_found(probes: &Probes, index: usize, query: &Query, history: &mut History<'_>) -> bool {
    // Nearly always the first few tell.
    for limit in [4, MAX_READ] {
        let entries = (history.entries)(query, limit);
        if entries.iter().any(|entry| probes.holds(index, entry)) {
            return false;
        }
        if entries.len() < limit {
            return true;
        }
    }
    false
}

/// The list or topic that a term stands in: what else stands there was not meant by it.
fn home(spot: &Spot) -> String {
    match spot {
        Spot::Text { place: RulePlace::Definition { name, .. }, .. } | Spot::Definition(name) => {
            format!("@{name}")
        }
        Spot::Text { place: RulePlace::Topic(index, _), .. } | Spot::Topic(index) => {
            index.to_string()
        }
    }
}

/// The term with one of its words put right.
fn mended(term: &Term, wrong: &Word, right: &Word) -> Term {
    let mut term = term.clone();
    match &mut term {
        Term::Word(word) => *word = right.clone(),
        Term::Phrase { words, .. } => {
            words.iter_mut().filter(|word| *word == wrong).for_each(|word| *word = right.clone());
        }
        Term::Regex { .. } => {}
    }
    term
}

/// Whether one of the first entries that could hold a term does, with its capitals and all its
/// words.
fn is_found(book: &Book<'_>, term: &Term, history: &mut History<'_>) -> bool {
    match presence(term, history) {
        Presence::Missing(_) => false,
        Presence::Fine => true,
        Presence::Ask(query) => Probes::of_terms(&book.bare, std::slice::from_ref(term), None)
            .is_some_and(|probes| {
                let entries = (history.entries)(&query, MAX_READ);
                entries.iter().any(|entry| probes.holds(0, entry))
            }),
    }
}

/// The stored word that a slip was most likely meant for: near, frequent, not among those that
/// stand beside it, and with the same letter first, on which few people slip: "match" is no
/// "watch".
fn meant(word: &Word, beside: &HashSet<String>, history: &History<'_>) -> Option<(Word, u64)> {
    const MIN_CHARS: usize = 4;
    let form = fold(&word.text);
    let letters: Vec<char> = form.chars().collect();
    if letters.len() < MIN_CHARS || word.open_start || !letters.iter().all(|c| c.is_alphabetic()) {
        return None;
    }
    let allowed = if letters.len() < 8 { 1 } else { 2 };
    let near = |candidate: &str| {
        let other: Vec<char> = candidate.chars().collect();
        let is_swapped = || other.get(..2).is_some_and(|two| [two[1], two[0]] == letters[..2]);
        let may_be = other.first() == letters.first() || is_swapped();
        slips(&letters, &other, allowed).filter(|slips| may_be && *slips > 0)
    };
    let candidates = history.vocabulary.forms().filter(|(_, entries)| *entries >= MIN_MEANT);
    let (form, entries, _) = candidates
        .filter_map(|(form, entries)| Some((form, entries, near(form)?)))
        .filter(|(form, ..)| !beside.contains(&normal(form, Stem::Plural)))
        .min_by_key(|(_, entries, slips)| (*slips, std::cmp::Reverse(*entries)))?;
    let written = match TermCase::of(&word.text) {
        TermCase::Common | TermCase::Mixed => form.to_owned(),
        TermCase::Name => capitalised(form),
        TermCase::Acronym | TermCase::Short | TermCase::ShortWord => form.to_uppercase(),
    };
    Some((Word { text: written, ..word.clone() }, entries))
}

/// The normal forms of all words of a term.
fn normal_forms(term: &Term) -> Vec<String> {
    let words = term_words(term).iter().flat_map(|word| tokens(&word.text));
    words.map(|token| normal(&token.form, Stem::Plural)).collect()
}
