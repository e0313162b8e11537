//! The words a rule asks for already, through its lists and macros.

use std::collections::HashSet;

use super::super::Topic;
use super::super::compile::{Library, children};
use super::super::syntax::ast::{Definition, Expr, Node, Term, Word};
use crate::domain::text::scan::tokens;
use crate::domain::text::spelling::{Stem, normal};

#[derive(Debug, Default)]
pub struct KnownWords {
    forms: HashSet<String>,
    /// Letters beside wildcards: (letters, open in front, open behind).
    open: Vec<(String, bool, bool)>,
}

impl KnownWords {
    pub fn of(topic: &Topic, library: &Library) -> Self {
        let rule = &topic.rule;
        let mut gatherer = Gatherer { library, seen: HashSet::new(), known: Self::default() };
        let exprs = rule.matching.iter().chain(&rule.exclude);
        exprs.chain(rule.weights.iter().map(|one| &one.expr)).for_each(|e| gatherer.gather(e));
        gatherer.known
    }

    /// Whether a word (in its normal form) is in the rule.
    pub fn has(&self, form: &str) -> bool {
        self.forms.contains(form)
            || self.open.iter().any(|(letters, start, end)| match (start, end) {
                (true, true) => form.contains(letters.as_str()),
                (true, false) => form.ends_with(letters.as_str()),
                _ => form.starts_with(letters.as_str()),
            })
    }
}

struct Gatherer<'a> {
    library: &'a Library,
    seen: HashSet<&'a str>,
    known: KnownWords,
}

impl<'a> Gatherer<'a> {
    fn gather(&mut self, expr: &Expr) {
        match &expr.node {
            Node::Term(term) => self.term(term),
            Node::Reference(name) => {
                let Some((name, definition)) = self.library.definitions.get_key_value(name) else {
                    return;
                };
                if self.seen.insert(name) {
                    match definition {
                        Definition::List(items) => items.iter().for_each(|item| self.term(item)),
                        Definition::Macro(inner) => self.gather(inner),
                    }
                }
            }
            _ => children(expr).into_iter().for_each(|child| self.gather(child)),
        }
    }

    fn term(&mut self, term: &Term) {
        match term {
            Term::Word(word) => self.word(word),
            // A word of a phrase alone says something else.
            Term::Phrase { .. } | Term::Regex { .. } => {}
        }
    }

    fn word(&mut self, word: &Word) {
        for token in tokens(&word.text) {
            if word.open_start || word.open_end {
                self.known.open.push((token.form.clone(), word.open_start, word.open_end));
            }
            self.known.forms.insert(normal(&token.form, Stem::Plural));
        }
    }
}
