//! What is allowed in a rule and yet most likely not meant: a clause that decides nothing, an
//! exclusion that silences what the rule looks for, a term that no text will ever hold. A lint
//! never stops a topic; a topic or file that knows better allows it by its code.
//!
//! [`book`] reads all rules once; [`covers`] learns from the matcher itself which term finds all
//! that another finds, and [`implies`] carries that over to clauses. Each kind of lint has its
//! own file; [`history`] holds what can only be told from the stored texts.

mod book;
mod capitals;
mod covers;
mod decisive;
mod except;
pub mod history;
mod implies;
mod lists;
mod negatives;
mod places;
mod probe;
mod reach;
mod sample;
mod script;
mod self_excluding;
mod signs;
mod tests_asked;
mod words;

use std::ops::Range;
use std::sync::Arc;

use super::compile::Library;
use super::{RulePlace, Topic};
use book::Book;
use history::History;

/// How much a lint matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Most likely a mistake.
    Warning,
    /// Worth knowing.
    Note,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

/// Every code, with what it means: what `allow` may name, and what the manual lists.
pub const CODES: &[(&str, &str)] = &[
    ("acronym_is_word", "an acronym that is a word too"),
    ("contained_item", "a term that finds nothing its neighbour does not find"),
    ("except_apart", "an EXCEPT whose sides never overlap"),
    ("ignored_sign", "a sign in a phrase that no text is searched for"),
    ("mixed_script", "a word that mixes letters of two alphabets"),
    ("near_any", "an AND beside an operator on places, which asks for one of its sides only"),
    ("near_too_wide", "a distance so wide that it asks for nothing"),
    ("never_decisive", "a clause that can never decide"),
    ("never_holds", "a clause that can never hold"),
    ("never_seen", "a term that no stored entry holds"),
    ("no_reject_test", "a topic whose tests never ask it to stay silent"),
    ("no_tests", "a topic without tests"),
    ("only_negatives", "a clause that holds where nothing is found"),
    ("self_excluding", "an exclusion that silences what the match finds"),
    ("threshold_unreachable", "a threshold that all weights together do not reach"),
    ("titlecase_common_noun", "a common noun that asks for its capital"),
    ("unused_list", "a list or macro that no topic names"),
    ("wildcard_wide", "a wildcard that stands for very many words"),
];

/// Most lints reported: after these, mending some is the better use of time.
const MAX_LINTS: usize = 2_000;

/// All rules of a configuration.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub topics: &'a [Arc<Topic>],
    pub library: &'a Library,
}

/// A rule, a macro or an entry of a list as it was written: the trees of [`Rules`] do not keep
/// every sign.
#[derive(Debug, Clone)]
pub struct Written<'a> {
    pub place: RulePlace,
    pub text: &'a str,
}

/// Where a lint points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// A byte range of a rule's or list item's source text; it may reach beyond its end.
    Text { place: RulePlace, span: Range<usize> },
    /// The topic with this index.
    Topic(usize),
    /// The list or macro of this name.
    Definition(String),
}

/// The whole of a text, however long it is.
pub(super) const WHOLE: Range<usize> = 0..usize::MAX;

/// One thing that is most likely not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// Indices of the topics concerned: its own, or those that use the list.
    pub topics: Arc<[usize]>,
    pub spot: Spot,
    /// One of [`CODES`].
    pub code: &'static str,
    pub level: Level,
    /// The term it is about, as written: `allow = ["code:term"]` silences it for this one.
    pub subject: Option<String>,
    pub message: String,
    pub hint: Option<String>,
}

impl Lint {
    fn new(code: &'static str, level: Level, spot: Spot, message: String) -> Self {
        Self { topics: Arc::default(), spot, code, level, subject: None, message, hint: None }
    }

    fn about(mut self, subject: &str) -> Self {
        self.subject = Some(subject.to_owned());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether an entry of `allow` (`code` or `code:term`) silences this.
    pub fn is_allowed_by(&self, allowed: &str) -> bool {
        match allowed.split_once(':') {
            None => allowed == self.code,
            Some((code, term)) => {
                let bare = |text: &str| text.trim().trim_matches('"').to_owned();
                code == self.code && self.subject.as_deref().map(bare) == Some(bare(term))
            }
        }
    }
}

/// Everything that is found in `rules` and in the texts they were read from; with `history`, what
/// the stored texts say of them too.
pub fn lint(
    rules: Rules<'_>,
    written: &[Written<'_>],
    mut history: Option<&mut History<'_>>,
) -> Vec<Lint> {
    let Some(book) = Book::read(rules) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    lists::lint(&book, &mut found);
    decisive::lint(&book, &mut found);
    except::lint(&book, &mut found);
    self_excluding::lint(&book, &mut found);
    negatives::lint(&book, &mut found);
    reach::lint(&book, &mut found);
    places::lint(&book, &mut found);
    script::lint(&book, &mut found);
    signs::lint(rules.library, written, &mut found);
    tests_asked::lint(&book, &mut found);
    capitals::lint(&book, history.as_deref_mut(), &mut found);
    if let Some(history) = history {
        history::lint(&book, history, &mut found);
    }
    found.truncate(MAX_LINTS);
    for lint in &mut found {
        lint.topics = book.concerned(&lint.spot);
    }
    found
}

/// A clause as a message quotes it: cut where it is long.
fn quoted(label: &str) -> String {
    const MAX_CHARS: usize = 60;
    match label.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("`{}…`", &label[..end]),
        None => format!("`{label}`"),
    }
}

/// Names in a row, the first few of them.
fn several(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| quoted(name)).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
