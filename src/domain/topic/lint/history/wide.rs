//! Wildcards that stand for very many words of the stored texts.

use super::super::super::compile::term_label;
use super::super::book::{Book, Placed};
use super::super::{Level, Lint, quoted};
use super::{History, term_words};
use crate::domain::text::fold::fold;

/// Most words a wildcard stands for without a word of warning.
const MANY_FORMS: usize = 50;

/// Forms shown.
const SHOWN_FORMS: usize = 10;

pub fn lint(book: &Book<'_>, history: &History<'_>, found: &mut Vec<Lint>) {
    for Placed { term, spot, .. } in book.terms() {
        for word in term_words(term).iter().filter(|word| word.open_start || word.open_end) {
            let letters = fold(&word.text);
            let matching = history.vocabulary.matching(&letters, word.open_start, word.open_end);
            let mut forms: Vec<(&str, u64)> = matching.collect();
            if forms.len() <= MANY_FORMS {
                continue;
            }
            forms.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
            let shown: Vec<String> = forms
                .iter()
                .take(SHOWN_FORMS)
                .map(|(form, entries)| format!("{form} {entries}"))
                .collect();
            let label = term_label(term);
            let message = format!(
                "{} stands for {} different words in the stored entries: {}, …",
                quoted(&label),
                forms.len(),
                shown.join(", ")
            );
            let lint = Lint::new("wildcard_wide", Level::Warning, spot.clone(), message);
            let hint = "add letters, name the words that are meant, or EXCEPT those that are not";
            found.push(lint.about(&label).hint(hint));
        }
    }
}
