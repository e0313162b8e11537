//! The recall radar: entries that tell an alerted story in words the rule does not know. What
//! they share with the entries that matched is where the rule could grow.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::known::KnownWords;
use super::terms::is_telling;
use super::text::{Writings, as_term, fields};
use super::{Missed, StoryTold};
use crate::domain::document::Document;
use crate::domain::topic::lint::history::Vocabulary;

/// Most words shown of one entry.
const MAX_SHARED: usize = 6;

/// Most entries shown.
const MAX_MISSED: usize = 50;

/// The entries that were missed, in the order of the stories.
pub fn missed(stories: &[StoryTold], known: &KnownWords, background: &Vocabulary) -> Vec<Missed> {
    let mut all = Vec::new();
    for story in stories {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for document in &story.matched {
            for form in words(document, known).into_keys() {
                *counts.entry(form).or_default() += 1;
            }
        }
        for (entry, document) in &story.missed {
            let own = words(document, known);
            all.push(Missed {
                entry: *entry,
                title: document.title.clone(),
                story: story.story,
                shared: shared(&own, &counts, background),
                matched: story.matched.len(),
            });
        }
    }
    all.truncate(MAX_MISSED);
    all
}

/// The words of a document that tell something and are not in the rule, as they are written.
fn words(document: &Document, known: &KnownWords) -> BTreeMap<String, Writings> {
    let mut all: BTreeMap<String, Writings> = BTreeMap::new();
    for word in fields(document).into_iter().flatten() {
        if is_telling(&word.form) && !known.has(&word.form) {
            all.entry(word.form).or_default().add(word.written);
        }
    }
    all
}

/// Words in both, the rarest and most shared first.
fn shared(
    own: &BTreeMap<String, Writings>,
    counts: &HashMap<String, usize>,
    background: &Vocabulary,
) -> Vec<(String, usize)> {
    let rarity = |form: &str| {
        let seen = background.count(form).saturating_add(1) as f64;
        (background.entries.saturating_add(1) as f64 / seen).max(1.0).ln()
    };
    let mut all: Vec<(f64, String, usize)> = own
        .iter()
        .filter_map(|(form, writings)| {
            let count = *counts.get(form)?;
            Some((rarity(form) * count as f64, as_term(&writings.usual()), count))
        })
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut seen = HashSet::new();
    all.retain(|(_, term, _)| seen.insert(term.clone()));
    all.into_iter().take(MAX_SHARED).map(|(_, term, count)| (term, count)).collect()
}
