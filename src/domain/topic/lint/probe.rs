//! Asks the matcher itself what a rule makes of a text: each probe is a topic of its own. What
//! the lints say of terms is thereby true by construction, whatever the rules of case, folding
//! and stemming are.

use std::sync::Arc;

use super::super::compile::{Library, TopicSet};
use super::super::filter::{Filters, Origin};
use super::super::syntax::ast::{Expr, Node, Term, Word};
use super::super::{Rule, Topic};
use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use crate::domain::text::snowball::Snowball;

/// A word that no text holds but those made here.
pub const MARK: &str = "qzxprobe";

/// Rules that can be asked one by one or all at once.
pub struct Probes {
    set: TopicSet,
}

impl Probes {
    /// A probe for each term, as a match with this stemming looks for it. `None`: the rules
    /// cannot be compiled, which the compiler itself reports.
    pub fn of_terms(bare: &Topic, terms: &[Term], stem: Option<Snowball>) -> Option<Self> {
        let rules = terms.iter().map(|term| Rule {
            matching: Some(term_expr(term.clone())),
            stem,
            ..Rule::default()
        });
        Self::new(bare, rules, &Library::default())
    }

    /// A probe for each rule, as an exclusion looks for it: it *holds* where the exclusion does.
    /// Ask these by [`Self::vetoes`], with documents that have [`MARK`] in their title.
    pub fn of_exclusions<'e>(
        bare: &Topic,
        rules: impl Iterator<Item = (&'e Expr, Option<Snowball>)>,
        library: &Library,
    ) -> Option<Self> {
        let mark = Word { text: MARK.to_owned(), exact: false, open_start: false, open_end: false };
        let rules = rules.map(|(expr, stem)| Rule {
            matching: Some(term_expr(Term::Word(mark.clone()))),
            exclude: vec![expr.clone()],
            stem,
            ..Rule::default()
        });
        Self::new(bare, rules, library)
    }

    fn new(bare: &Topic, rules: impl Iterator<Item = Rule>, library: &Library) -> Option<Self> {
        let topics = rules.enumerate().map(|(index, rule)| {
            let id: TopicId = format!("p{index}").parse().ok()?;
            Some(Arc::new(Topic { id, rule, ..bare.clone() }))
        });
        let topics: Option<Vec<Arc<Topic>>> = topics.collect();
        let set = TopicSet::compile(topics?, library).ok()?;
        Some(Self { set })
    }

    /// Numbers of the probes that hold in `document`, ascending.
    pub fn holding(&self, document: &Document) -> Vec<usize> {
        let found = self.set.matching_topics(document, &Origin::UNKNOWN);
        found.iter().filter_map(|topic| topic.id.as_str()[1..].parse().ok()).collect()
    }

    /// Whether one of [`Self::of_terms`] holds.
    pub fn holds(&self, index: usize, document: &Document) -> bool {
        let id = format!("p{index}").parse();
        id.is_ok_and(|id| self.set.evaluate_topic(&id, document, &Origin::UNKNOWN).is_some())
    }

    /// Whether one of [`Self::of_exclusions`] holds.
    pub fn vetoes(&self, index: usize, document: &Document) -> bool {
        !self.holds(index, document)
    }
}

/// A topic that probes are made of: nothing of it matters but that it is one.
pub fn bare(topic: &Topic) -> Topic {
    let (rule, tests) = (Rule::default(), Vec::new());
    debug_assert_eq!(rule.filters, Filters::default());
    Topic { rule, tests, tags: Vec::new(), channels: Vec::new(), ..topic.clone() }
}

/// A rule of one term.
pub fn term_expr(term: Term) -> Expr {
    Expr { node: Node::Term(term), span: 0..0 }
}

/// A document of nothing but a title.
pub fn titled(title: &str) -> Document {
    Document { title: title.to_owned(), ..Document::default() }
}
