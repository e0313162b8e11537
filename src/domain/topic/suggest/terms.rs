//! Words and pairs of words that tell wanted finds from noise: the log-odds ratio with an
//! informative prior (Monroe, Colaresi, Quinn: Fightin' Words, 2008). Counted per entry, since a
//! word that one text repeats tells no more of the others.

use std::collections::{HashMap, HashSet};

use super::known::KnownWords;
use super::text::{Writings, as_term, fields};
use super::{Judged, MAX_SUGGESTIONS, TermSuggestion};
use crate::domain::story::signature::is_stop_word;
use crate::domain::topic::lint::history::Vocabulary;

/// How many entries the prior is worth: what all stored entries say of a word weighs as much as
/// this many verdicts of each kind.
const PRIOR_ENTRIES: f64 = 10.0;

/// The least that the prior counts a word: half an entry, where it is stored nowhere else.
const MIN_PRIOR: f64 = 0.5;

/// Fewest entries of its kind that have the word.
const MIN_ENTRIES: usize = 3;

/// Standard deviations from which a word is suggested: one in twenty is there by chance.
const MIN_Z: f64 = 1.645;

/// Entries that have a word.
#[derive(Default)]
struct Counted {
    useful: usize,
    noise: usize,
    writings: Writings,
}

/// What is more often in the useful, and what in the noise, the surest first.
pub fn tell_apart(
    judged: &[Judged],
    known: &KnownWords,
    background: &Vocabulary,
) -> (Vec<TermSuggestion>, Vec<TermSuggestion>) {
    let counted = count(judged, known);
    let totals = judged.iter().fold((0, 0), |(useful, noise), one| match one.wanted {
        true => (useful + 1, noise),
        false => (useful, noise + 1),
    });
    let mut wanted = Vec::new();
    let mut unwanted = Vec::new();
    for (form, counted) in &counted {
        let prior = prior(form, background);
        let (log_odds, z) = contrast((counted.useful, counted.noise), totals, prior);
        let suggestion = || TermSuggestion {
            term: as_term(&counted.writings.usual()),
            useful: counted.useful,
            noise: counted.noise,
            log_odds,
            z,
        };
        if z >= MIN_Z && counted.useful >= MIN_ENTRIES {
            wanted.push(suggestion());
        } else if z <= -MIN_Z && counted.noise >= MIN_ENTRIES {
            unwanted.push(suggestion());
        }
    }
    (best(wanted), best(unwanted))
}

/// The surest first; a pair of words goes before its single words where it is as sure.
fn best(mut all: Vec<TermSuggestion>) -> Vec<TermSuggestion> {
    all.sort_by(|a, b| {
        let size = |one: &TermSuggestion| std::cmp::Reverse(one.term.len());
        b.z.abs()
            .total_cmp(&a.z.abs())
            .then_with(|| size(a).cmp(&size(b)))
            .then(a.term.cmp(&b.term))
    });
    all.truncate(MAX_SUGGESTIONS);
    all
}

fn count(judged: &[Judged], known: &KnownWords) -> HashMap<String, Counted> {
    let mut counted: HashMap<String, Counted> = HashMap::new();
    for one in judged {
        let mut seen: HashSet<String> = HashSet::new();
        let mut note = |form: String, written: String| {
            let is_new = seen.insert(form.clone());
            let entry = counted.entry(form).or_default();
            entry.writings.add(written);
            if is_new && one.wanted {
                entry.useful += 1;
            } else if is_new {
                entry.noise += 1;
            }
        };
        for words in fields(&one.document) {
            for (at, word) in words.iter().enumerate() {
                if !is_telling(&word.form) {
                    continue;
                }
                if !known.has(&word.form) {
                    note(word.form.clone(), word.written.clone());
                }
                let last = at.checked_sub(1).map(|last| &words[last]);
                if let Some(last) = last
                    && word.follows
                    && is_telling(&last.form)
                {
                    let form = format!("{} {}", last.form, word.form);
                    note(form, format!("{} {}", last.written, word.written));
                }
            }
        }
    }
    counted
}

/// Whether a word says anything by itself.
pub fn is_telling(form: &str) -> bool {
    form.chars().count() > 1 && !is_stop_word(form) && !form.chars().all(|c| c.is_ascii_digit())
}

/// The share of all stored entries that have the word; of a pair, of its rarer word.
fn prior(form: &str, background: &Vocabulary) -> f64 {
    let counts = form.split(' ').map(|word| background.count(word));
    let count = counts.min().unwrap_or_default();
    let share = count as f64 / (background.entries as f64).max(1.0);
    share.clamp(0.0, 1.0)
}

/// The log-odds ratio of entries with a word in the useful against the noise, and how many
/// standard deviations it is from 0.
fn contrast(
    (useful, noise): (usize, usize),
    (all_useful, all_noise): (usize, usize),
    share: f64,
) -> (f64, f64) {
    let with = (PRIOR_ENTRIES * share).max(MIN_PRIOR);
    let without = (PRIOR_ENTRIES * (1.0 - share)).max(MIN_PRIOR);
    let side = |with_word: usize, all: usize| {
        let present = with_word as f64 + with;
        let absent = all.saturating_sub(with_word) as f64 + without;
        ((present / absent).ln(), 1.0 / present + 1.0 / absent)
    };
    let (ours, our_variance) = side(useful, all_useful);
    let (theirs, their_variance) = side(noise, all_noise);
    let log_odds = ours - theirs;
    (log_odds, log_odds / (our_variance + their_variance).sqrt())
}
