//! Phrases that only noise finds stand in: "NATO strap" around every "NATO" that was not wanted.

use std::collections::{HashMap, HashSet};

use super::terms::is_telling;
use super::text::{Spoken, Writings, as_term, fields};
use super::{ContextSuggestion, Judged, MAX_SUGGESTIONS, MIN_NOISE};
use crate::domain::document::Field;

/// Fewest and most words of a phrase.
const WORDS: std::ops::RangeInclusive<usize> = 2..=4;

#[derive(Default)]
struct Counted {
    noise: usize,
    writings: Writings,
    found: String,
}

/// The phrases of two to four words around finds in noise that no useful find has, those of most
/// noise first, of these the shortest.
pub fn around_noise(judged: &[Judged]) -> Vec<ContextSuggestion> {
    let mut counted: HashMap<String, Counted> = HashMap::new();
    for one in judged.iter().filter(|one| !one.wanted) {
        let [title, body] = fields(&one.document);
        let mut seen = HashSet::new();
        for span in one.spans.iter().flatten() {
            let words = match span.field {
                Field::Title => &title,
                Field::Body => &body,
                _ => continue,
            };
            for phrase in phrases_around(words, span.start, span.end) {
                let form = form_of(phrase);
                let entry = counted.entry(form.clone()).or_default();
                entry.writings.add(join(phrase, |word| &word.written));
                entry.found = span.quote.to_string();
                entry.noise += usize::from(seen.insert(form));
            }
        }
    }
    counted.retain(|_, one| one.noise >= MIN_NOISE);
    for one in judged.iter().filter(|one| one.wanted) {
        for words in fields(&one.document) {
            for length in WORDS {
                words.windows(length).for_each(|phrase| drop(counted.remove(&form_of(phrase))));
            }
        }
    }
    shortest(counted)
}

/// Leaves out phrases that say no more than a shorter one does.
fn shortest(counted: HashMap<String, Counted>) -> Vec<ContextSuggestion> {
    let mut all: Vec<(String, Counted)> = counted.into_iter().collect();
    all.sort_by(|(a, x), (b, y)| {
        let words = |form: &str| form.split(' ').count();
        y.noise.cmp(&x.noise).then(words(a).cmp(&words(b))).then(a.cmp(b))
    });
    let mut kept: Vec<(String, Counted)> = Vec::new();
    for (form, one) in all {
        let is_said = |shorter: &(String, Counted)| {
            format!(" {form} ").contains(&format!(" {} ", shorter.0))
                && shorter.1.noise >= one.noise
        };
        if !kept.iter().any(is_said) {
            kept.push((form, one));
        }
    }
    kept.truncate(MAX_SUGGESTIONS);
    let suggestion = |(_, one): (String, Counted)| ContextSuggestion {
        phrase: as_term(&one.writings.usual()),
        found: one.found,
        noise: one.noise,
    };
    kept.into_iter().map(suggestion).collect()
}

/// Phrases that hold all words of a find and some beside it, and do not end in a word that says
/// nothing.
fn phrases_around(words: &[Spoken], start: usize, end: usize) -> Vec<&[Spoken]> {
    let first = words.partition_point(|word| word.end <= start);
    let after = words.partition_point(|word| word.start < end);
    let mut all = Vec::new();
    if first >= after {
        return all;
    }
    for from in first.saturating_sub(*WORDS.end())..=first {
        for to in after..=(after + *WORDS.end()).min(words.len()) {
            let phrase = &words[from..to];
            let is_one = phrase.iter().skip(1).all(|word| word.follows);
            let edges = [phrase.first(), phrase.last()];
            let tells = edges
                .iter()
                .flatten()
                .all(|word| is_telling(&word.form) || (word.end > start && word.start < end));
            if WORDS.contains(&phrase.len()) && phrase.len() > after - first && is_one && tells {
                all.push(phrase);
            }
        }
    }
    all
}

fn form_of(words: &[Spoken]) -> String {
    join(words, |word| &word.form)
}

fn join<'w>(words: &'w [Spoken], text: impl Fn(&'w Spoken) -> &'w String) -> String {
    words.iter().map(|word| text(word).as_str()).collect::<Vec<_>>().join(" ")
}
