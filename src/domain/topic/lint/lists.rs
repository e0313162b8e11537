//! Lists: entries that find nothing their neighbours do not find, and lists nobody names.

use super::super::compile::term_label;
use super::super::syntax::ast::{Definition, Term};
use super::book::{Book, Role, Uses, item_spot};
use super::{Level, Lint, Spot, quoted};

/// Most entries of a list that are compared with one another.
const MAX_COMPARED: usize = 2_000;

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for (name, definition) in &book.rules.library.definitions {
        if !book.uses.contains_key(name.as_str()) {
            let message = format!("no topic names `@{name}`");
            let spot = Spot::Definition(name.clone());
            let lint = Lint::new("unused_list", Level::Info, spot, message).about(name);
            found.push(lint.hint("name it in a rule, or take it out"));
        }
        if let Definition::List(items) = definition {
            let items: Vec<&Term> = items.iter().take(MAX_COMPARED).collect();
            for redundant in redundant(book, &book.uses_of(name), &items) {
                found.push(redundant.lint(item_spot(name, redundant.at), &items));
            }
        }
    }
}

/// An alternative that adds nothing to another.
pub struct Redundant {
    pub at: usize,
    other: usize,
    /// Both find the same.
    equal: bool,
}

impl Redundant {
    pub fn lint(&self, spot: Spot, terms: &[&Term]) -> Lint {
        let (own, other) = (term_label(terms[self.at]), term_label(terms[self.other]));
        let (own_quoted, other_quoted) = (quoted(&own), quoted(&other));
        let message = if own == other {
            format!("{own_quoted} stands here twice")
        } else if self.equal {
            format!("{own_quoted} finds the same as {other_quoted}")
        } else {
            format!("{own_quoted} adds nothing: {other_quoted} beside it finds all that it finds")
        };
        // A translation that folds to its neighbour: it says whose language the list knows.
        let level = match own.is_ascii() == other.is_ascii() {
            true => Level::Warning,
            false => Level::Info,
        };
        Lint::new("contained_item", level, spot, message)
            .about(&own)
            .hint(format!("take {own_quoted} out"))
    }
}

/// The alternatives among `terms` that another makes needless in every use, the first of several
/// equal ones kept.
pub fn redundant(book: &Book<'_>, uses: &Uses, terms: &[&Term]) -> Vec<Redundant> {
    // What EXCEPT takes away depends on how far a find reaches: there only equals are needless.
    let only_equal = uses.iter().any(|(_, role)| *role == Role::Takes);
    let covers = |wide: usize, narrow: usize| {
        terms[wide] == terms[narrow]
            || uses.iter().all(|(analysis, _)| {
                book.covers(*analysis)
                    .is_some_and(|covers| covers.covers(terms[wide], terms[narrow]))
            })
    };
    let mut all = Vec::new();
    for at in 0..terms.len() {
        let other = (0..terms.len()).find(|&other| {
            other != at
                && covers(other, at)
                && (other < at || !covers(at, other))
                && (!only_equal || covers(at, other))
        });
        if let Some(other) = other {
            all.push(Redundant { at, other, equal: covers(at, other) });
        }
    }
    all
}
