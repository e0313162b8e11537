//! Lists: entries that find nothing their neighbours do not find, and lists nobody names.

use std::collections::HashMap;

use super::super::compile::term_label;
use super::super::syntax::ast::{Definition, Term};
use super::book::{Book, Role, Uses, item_spot};
use super::covers::Covers;
use super::{Level, Lint, Spot, quoted};

pub fn lint(book: &Book<'_>, found: &mut Vec<Lint>) {
    for (name, definition) in &book.rules.library.definitions {
        if !book.uses.contains_key(name.as_str()) {
            let message = format!("no topic names `@{name}`");
            let spot = Spot::Definition(name.clone());
            let lint = Lint::new("unused_list", Level::Note, spot, message).about(name);
            found.push(lint.hint("name it in a rule, or take it out"));
        }
        if let Definition::List(items) = definition {
            let items: Vec<&Term> = items.iter().collect();
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
            false => Level::Note,
        };
        Lint::new("contained_item", level, spot, message)
            .about(&own)
            .hint(format!("take {own_quoted} out"))
    }
}

/// The alternatives among `terms` that another makes needless in every use, the first of several
/// equal ones kept.
pub fn redundant(book: &Book<'_>, uses: &Uses, terms: &[&Term]) -> Vec<Redundant> {
    let siblings = Siblings::new(book, uses, terms);
    let all = 0..terms.len();
    all.filter_map(|at| {
        let other =
            siblings.wider(at).into_iter().find(|&other| siblings.makes_needless(other, at))?;
        Some(Redundant { at, other, equal: siblings.covers(at, other) })
    })
    .collect()
}

/// Terms beside one another, and what covers what in each use.
struct Siblings<'b> {
    uses: Vec<SiblingUse<'b>>,
    /// For each term, the first that is written like it.
    first: Vec<usize>,
    role: Role,
}

/// What is known under one analysis.
struct SiblingUse<'b> {
    covers: &'b Covers,
    /// The number of each term.
    numbers: Vec<Option<usize>>,
    /// Where the term with a number stands first.
    places: HashMap<usize, usize>,
}

impl<'b> Siblings<'b> {
    fn new(book: &'b Book<'_>, uses: &Uses, terms: &[&Term]) -> Self {
        let mut written: HashMap<&Term, usize> = HashMap::new();
        let each = terms.iter().enumerate();
        let first = each.map(|(at, term)| *written.entry(term).or_insert(at)).collect();
        let has = |role: Role| uses.iter().any(|one| one.1 == role);
        let role = [Role::Counts, Role::Takes].into_iter().find(|role| has(*role));
        let known = uses.iter().map(|(analysis, _)| {
            let covers = book.covers(*analysis)?;
            let numbers: Vec<Option<usize>> =
                terms.iter().map(|term| covers.number(term)).collect();
            let mut places = HashMap::new();
            for (at, number) in numbers.iter().enumerate() {
                number.map(|number| places.entry(number).or_insert(at));
            }
            Some(SiblingUse { covers, numbers, places })
        });
        // Where nothing is known of one use, nothing is said.
        let uses = known.collect::<Option<Vec<_>>>().unwrap_or_default();
        Self { uses, first, role: role.unwrap_or(Role::Holds) }
    }

    /// Those that may cover a term, in the order they stand: one that is written like it, and
    /// those that cover it in the first use.
    fn wider(&self, at: usize) -> Vec<usize> {
        let mut all = vec![self.first[at]];
        if let Some(first) = self.uses.first()
            && let Some(number) = first.numbers[at]
        {
            all.extend(first.covers.wider(number).iter().filter_map(|one| first.places.get(one)));
        }
        all.sort_unstable();
        all
    }

    fn makes_needless(&self, other: usize, at: usize) -> bool {
        let is_alike = self.first[other] == self.first[at];
        other != at
            && match self.role {
                // Each entry counts that is there, also one that another covers.
                Role::Counts => is_alike && other < at,
                // What EXCEPT takes away depends on how far a find reaches: only equals are needless.
                Role::Takes => other < at && self.covers(other, at) && self.covers(at, other),
                _ => self.covers(other, at) && (other < at || !self.covers(at, other)),
            }
    }

    /// Whether a term covers another in every use.
    fn covers(&self, wide: usize, narrow: usize) -> bool {
        self.first[wide] == self.first[narrow]
            || !self.uses.is_empty()
                && self.uses.iter().all(|known| {
                    matches!(
                        (known.numbers[wide], known.numbers[narrow]),
                        (Some(wide), Some(narrow)) if known.covers.is_wider(wide, narrow)
                    )
                })
    }
}
