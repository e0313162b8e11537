//! Capitals that bind where they are not meant to, and acronyms that are words. Told by the
//! stored texts where there are enough of them, else by a list of English words.

mod nouns;

use super::super::compile::term_label;
use super::super::syntax::ast::{Term, Word};
use super::book::{Book, Placed};
use super::history::{History, Tally};
use super::sample::capitalised;
use super::{Level, Lint, Spot, quoted};
use crate::domain::text::case::TermCase;
use crate::domain::text::fold::fold;

/// Fewest mentions within sentences that tell how a word is written.
const MIN_MENTIONS: u32 = 10;

pub fn lint(book: &Book<'_>, mut history: Option<&mut History<'_>>, found: &mut Vec<Lint>) {
    for Placed { term, spot, .. } in book.terms() {
        let Term::Word(word) = term else {
            continue;
        };
        if word.exact || !word.text.chars().all(char::is_alphabetic) {
            continue;
        }
        let tally = |history: &mut Option<&mut History<'_>>| {
            let history = history.as_mut()?;
            let tally = history.tally(&fold(&word.text));
            (tally.total() >= MIN_MENTIONS).then_some(tally)
        };
        let lint = match TermCase::of(&word.text) {
            TermCase::Name if !word.open_start && !word.open_end => {
                common_noun(word, tally(&mut history), spot)
            }
            TermCase::Acronym => long_acronym(word, tally(&mut history), spot),
            TermCase::ShortWord => Some(short_acronym(word, spot)),
            _ => None,
        };
        found.extend(lint.map(|lint| lint.about(&term_label(term))));
    }
}

/// `Alliance`: found with a capital only.
fn common_noun(word: &Word, tally: Option<Tally>, spot: Spot) -> Option<Lint> {
    let lower = word.text.to_lowercase();
    let why = match tally {
        Some(tally) if tally.small >= 3 * tally.capital => format!(
            "in {} of {} stored mentions it is written {}",
            tally.small,
            tally.total(),
            quoted(&lower)
        ),
        Some(_) => return None,
        None if nouns::is_noun(&lower) => "it is a common noun".to_owned(),
        None => return None,
    };
    let label = quoted(&word.text);
    let message = format!("{label} is found with a capital only, and {why}");
    let lint = Lint::new("titlecase_common_noun", Level::Warning, spot, message);
    Some(lint.hint(format!(
        "write {} to find it in any writing, or a phrase if a name is meant",
        quoted(&lower)
    )))
}

/// `START`: also found as "Start", which begins sentences.
fn long_acronym(word: &Word, tally: Option<Tally>, spot: Spot) -> Option<Lint> {
    let lower = word.text.to_lowercase();
    let why = match tally {
        Some(tally) if tally.small > tally.capital => {
            format!("a word in {} of {} stored mentions", tally.small, tally.total())
        }
        Some(_) => return None,
        None if nouns::is_word(&lower) => "a word too".to_owned(),
        None => return None,
    };
    let (label, title) = (quoted(&word.text), quoted(&capitalised(&lower)));
    let message = format!(
        "{label} is {why}: acronyms of four letters and more are found as {title} as well, which \
         begins sentences and headlines"
    );
    let lint = Lint::new("acronym_is_word", Level::Warning, spot, message);
    Some(lint.hint(format!("write `={}` to ask for the capitals", word.text)))
}

/// `WHO`: capitals only, and not in a headline of capitals.
fn short_acronym(word: &Word, spot: Spot) -> Lint {
    let label = quoted(&word.text);
    let message = format!(
        "{label} is a word too: only its capitals count, and not in a sentence that is all \
         capitals (there it may be the word)"
    );
    Lint::new("acronym_is_word", Level::Note, spot, message)
        .hint("nothing to do, unless you follow feeds that shout; then add the full name")
}
