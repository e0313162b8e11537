//! The words that a clause's finds are made of, to tell whether two clauses can overlap at all.
//! In doubt they can: capitals are not asked, stems are cut as any topic might cut them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Term, Word};
use super::Rules;
use crate::domain::text::scan::tokens;
use crate::domain::text::script::is_hangul;
use crate::domain::text::snowball::Snowball;
use crate::domain::text::spelling::{Stem, normal};

/// Words of a clause's finds.
#[derive(Debug, Clone, Default)]
pub struct Words {
    forms: HashSet<String>,
    /// Letters beside a wildcard: (letters, open in front, open behind).
    open: Vec<(String, bool, bool)>,
    /// It may find any word: a regular expression, or a phrase with gaps.
    any: bool,
}

impl Words {
    /// Whether a find of one could share a word with a find of the other.
    pub fn may_meet(&self, other: &Self) -> bool {
        if self.any || other.any {
            return true;
        }
        let (few, many) = match self.forms.len() <= other.forms.len() {
            true => (&self.forms, &other.forms),
            false => (&other.forms, &self.forms),
        };
        few.iter().any(|form| many.contains(form))
            || self.open.iter().any(|open| other.answers(open))
            || other.open.iter().any(|open| self.answers(open))
    }

    fn answers(&self, (letters, start, end): &(String, bool, bool)) -> bool {
        let fits = |form: &String| match (start, end) {
            (true, true) => form.contains(letters),
            (true, false) => form.ends_with(letters),
            // The normal form of a word may be shorter than what is written.
            _ => form.starts_with(letters) || letters.starts_with(form),
        };
        self.forms.iter().any(fits)
            || self.open.iter().any(|(other, ..)| {
                other.contains(letters) || letters.contains(other) || (*start != *end)
            })
    }

    fn add(&mut self, other: &Self) {
        self.forms.extend(other.forms.iter().cloned());
        self.open.extend(other.open.iter().cloned());
        self.any |= other.any;
    }

    fn add_term(&mut self, term: &Term, stems: &[Snowball]) {
        match term {
            Term::Word(word) => self.add_word(word, stems),
            Term::Phrase { words, slop, .. } => {
                self.any |= *slop > 0;
                words.iter().for_each(|word| self.add_word(word, stems));
            }
            Term::Regex { .. } => self.any = true,
        }
    }

    fn add_word(&mut self, word: &Word, stems: &[Snowball]) {
        for token in tokens(&word.text) {
            let is_prefix = word.open_end || token.form.chars().all(is_hangul);
            if word.open_start || is_prefix {
                self.open.push((token.form.clone(), word.open_start, is_prefix));
            }
            self.forms.extend(stems.iter().map(|stem| stem.stem(&token.form)));
            self.forms.insert(normal(&token.form, Stem::Plural));
        }
    }
}

/// Words of clauses, those of lists and macros gathered once.
pub struct WordBook<'a> {
    rules: Rules<'a>,
    /// The stemmers of all topics.
    stems: Vec<Snowball>,
    known: RefCell<HashMap<&'a str, Rc<Words>>>,
}

impl<'a> WordBook<'a> {
    pub fn new(rules: Rules<'a>) -> Self {
        let mut stems: Vec<Snowball> = Vec::new();
        for stem in rules.topics.iter().filter_map(|topic| topic.rule.stem) {
            if !stems.contains(&stem) {
                stems.push(stem);
            }
        }
        Self { rules, stems, known: RefCell::default() }
    }

    /// Words of the finds of `expr`.
    pub fn of(&self, expr: &Expr) -> Words {
        let mut words = Words::default();
        self.gather(expr, &mut words);
        words
    }

    /// Words of the finds of one term.
    pub fn of_term(&self, term: &Term) -> Words {
        let mut words = Words::default();
        words.add_term(term, &self.stems);
        words
    }

    fn gather(&self, expr: &Expr, words: &mut Words) {
        match &expr.node {
            Node::Term(term) => words.add_term(term, &self.stems),
            Node::Or(all) | Node::And(all) | Node::AtLeast { operands: all, .. } => {
                all.iter().for_each(|operand| self.gather(operand, words));
            }
            // What is not there has no place.
            Node::Not(_) => {}
            Node::Scoped { inner, .. } | Node::Mentions { inner, .. } => self.gather(inner, words),
            Node::Proximity { op, left, right } => {
                self.gather(left, words);
                if !matches!(op, ProximityOp::Except | ProximityOp::NotNear(_)) {
                    self.gather(right, words);
                }
            }
            Node::Reference(name) => {
                if let Some(known) = self.definition(name) {
                    words.add(&known);
                }
            }
        }
    }

    fn definition(&self, name: &str) -> Option<Rc<Words>> {
        if let Some(known) = self.known.borrow().get(name) {
            return Some(Rc::clone(known));
        }
        let (name, definition) = self.rules.library.definitions.get_key_value(name)?;
        let mut words = Words::default();
        match definition {
            Definition::List(items) => {
                items.iter().for_each(|item| words.add_term(item, &self.stems));
            }
            Definition::Macro(inner) => self.gather(inner, &mut words),
        }
        let words = Rc::new(words);
        self.known.borrow_mut().insert(name, Rc::clone(&words));
        Some(words)
    }
}
