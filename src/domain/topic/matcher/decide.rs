//! Decides rules over one reading: whether a plan holds, and where it was found. The meaning of
//! each operator is written down in [`super::occurrence`]; a naive evaluator in the tests follows
//! the same words by brute force.

mod count;
mod leaf;
mod proximity;

use super::super::compile::{CompiledTopic, Plan, TopicSet};
use super::super::evidence::ClauseScore;
use super::super::filter::Origin;
use super::super::syntax::ast::Scope;
use super::occurrence::{Found, Occurrence, count_apart};
use super::reading::{Reading, Remembered};
use super::{MAX_DOCUMENT_STEPS, MAX_OCCURRENCES, MAX_TOPIC_STEPS, score};
use crate::domain::document::{Document, Field};
use crate::domain::text::language::{self, Language};

/// Scopes that a definition's occurrences are remembered for.
const SCOPES: usize = Scope::ALL.len();

pub struct Decider<'a> {
    pub set: &'a TopicSet,
    pub document: &'a Document,
    pub origin: &'a Origin<'a>,
    /// The document's language, once a filter has asked.
    language: Option<Language>,
    pub reading: &'a mut Reading,
    topic_steps: u32,
    document_steps: u32,
}

/// Occurrences that are copied or sorted at the cost of comparing two.
const OCCURRENCES_PER_STEP: usize = 32;

/// Scores of the weights that held, by their index.
pub type Scores = Vec<(usize, ClauseScore)>;

impl<'a> Decider<'a> {
    pub fn new(
        set: &'a TopicSet,
        document: &'a Document,
        origin: &'a Origin<'a>,
        reading: &'a mut Reading,
    ) -> Self {
        let wanted = set.definitions.len() * SCOPES;
        if reading.remembered.len() < wanted {
            reading.remembered.resize(wanted, Remembered::default());
        }
        Self {
            set,
            document,
            origin,
            language: None,
            reading,
            topic_steps: MAX_TOPIC_STEPS,
            document_steps: MAX_DOCUMENT_STEPS,
        }
    }

    /// Gives the next topic its share of work.
    pub fn begin_topic(&mut self) {
        self.topic_steps = MAX_TOPIC_STEPS;
    }

    /// Gives the next topic its share, and the document a new one: what explains a decision does
    /// not share the work that the decision took.
    pub fn begin_anew(&mut self) {
        self.document_steps = MAX_DOCUMENT_STEPS;
        self.begin_topic();
    }

    /// How many steps the topic has taken.
    #[cfg(test)]
    pub fn steps_taken(&self) -> u32 {
        MAX_TOPIC_STEPS - self.topic_steps
    }

    pub fn is_over_budget(&self) -> bool {
        self.topic_steps == 0 || self.document_steps == 0
    }

    /// Takes one step; `false` where the share is used up.
    #[inline]
    fn step(&mut self) -> bool {
        if self.topic_steps == 0 || self.document_steps == 0 {
            return false;
        }
        self.topic_steps -= 1;
        self.document_steps -= 1;
        true
    }

    /// Takes the steps that so many occurrences cost which are only copied or sorted.
    fn charge(&mut self, occurrences: usize) {
        let steps = (occurrences / OCCURRENCES_PER_STEP) as u32;
        self.topic_steps = self.topic_steps.saturating_sub(steps);
        self.document_steps = self.document_steps.saturating_sub(steps);
    }

    /// Whether a topic matches, and what its weights came to.
    pub fn matches(&mut self, compiled: &CompiledTopic) -> Option<Scores> {
        // The cheapest first: telling a language from the text costs more than most rules.
        let asks_last = compiled.is_filtered
            && self.language.is_none()
            && !compiled.topic.rule.filters.languages.is_any()
            && !language::is_told(self.document);
        if !self.admits_origin(compiled) || !(asks_last || self.admits_language(compiled)) {
            return None;
        }
        if let Some(matching) = &compiled.matching
            && !self.holds(matching, Scope::Text)
        {
            return None;
        }
        let scores = self.scores(compiled);
        if let Some(threshold) = compiled.threshold
            && !score::reaches(total(&scores), threshold)
        {
            return None;
        }
        let excluded = compiled.exclude.iter().any(|plan| self.holds(plan, Scope::Text));
        (!excluded && (!asks_last || self.admits_language(compiled))).then_some(scores)
    }

    fn admits_origin(&self, compiled: &CompiledTopic) -> bool {
        !compiled.is_filtered
            || compiled.topic.rule.filters.admit_origin(self.origin, &self.set.publishers)
    }

    fn admits_language(&mut self, compiled: &CompiledTopic) -> bool {
        if !compiled.is_filtered {
            return true;
        }
        let filters = &compiled.topic.rule.filters;
        filters.languages.is_any() || filters.admit_language(&self.language().code)
    }

    /// The document's language, worked out once.
    pub fn language(&mut self) -> &Language {
        self.language.get_or_insert_with(|| language::of(self.document))
    }

    /// The contributions of the weights that hold.
    pub fn scores(&mut self, compiled: &CompiledTopic) -> Scores {
        let mut scores = Scores::new();
        for (index, plan) in compiled.weights.iter().enumerate() {
            if self.holds(plan, Scope::Text) {
                let weight = compiled.topic.rule.weights.get(index).map_or(0.0, |w| w.weight);
                let found = self.find(plan, Scope::Text);
                scores.push((index, score::contribution(weight, self.list(&found))));
            }
        }
        scores
    }

    /// The occurrences a range stands for.
    pub fn list(&self, found: &Found) -> &[Occurrence] {
        &self.reading.occurrences[found.start as usize..found.end as usize]
    }

    /// Whether `plan` holds in `scope`. The innermost scope wins.
    pub fn holds(&mut self, plan: &Plan, scope: Scope) -> bool {
        match plan {
            Plan::Or(operands) => operands.iter().any(|operand| self.holds(operand, scope)),
            Plan::And(operands) => operands.iter().all(|operand| self.holds(operand, scope)),
            Plan::Not(inner) => !self.holds(inner, scope),
            Plan::Scoped { scope, inner } => self.holds(inner, *scope),
            Plan::Leaf(leaf) => self.leaf_holds(*leaf, scope),
            Plan::Reference(index) => {
                let set = self.set;
                set.definitions
                    .get(*index as usize)
                    .is_some_and(|definition| self.holds(&definition.plan, scope))
            }
            Plan::AtLeast { n, operands } => self.count_held(operands, scope, *n) >= *n,
            Plan::Mentions { n, inner } => {
                let found = self.find(inner, scope);
                count_apart(self.list(&found)) >= *n
            }
            Plan::Proximity { .. } => !self.find(plan, scope).is_empty(),
        }
    }

    /// Where `plan` is found in `scope`.
    pub fn find(&mut self, plan: &Plan, scope: Scope) -> Found {
        match plan {
            Plan::Leaf(leaf) => self.find_leaf(*leaf, scope),
            Plan::Or(operands) => self.find_all(operands, scope),
            Plan::And(operands) => {
                if operands.iter().all(|operand| self.holds(operand, scope)) {
                    self.find_all(operands, scope)
                } else {
                    self.nothing()
                }
            }
            Plan::Not(_) => self.nothing(),
            Plan::Scoped { scope, inner } => self.find(inner, *scope),
            Plan::Reference(index) => self.find_definition(*index, scope),
            Plan::AtLeast { n, operands } => {
                if self.count_held(operands, scope, *n) >= *n {
                    self.find_all(operands, scope)
                } else {
                    self.nothing()
                }
            }
            Plan::Mentions { n, inner } => {
                let found = self.find(inner, scope);
                if count_apart(self.list(&found)) >= *n { found } else { self.nothing() }
            }
            Plan::Proximity { op, sides } => {
                let [left, right] = &**sides;
                let left = self.find(left, scope);
                if left.is_empty() {
                    return left;
                }
                let right = self.find(right, scope);
                self.find_proximity(*op, left, right)
            }
        }
    }

    /// An empty list from the pool; give it back with [`Self::return_list`].
    pub fn take_list(&mut self) -> Vec<Occurrence> {
        self.reading.lists.pop().unwrap_or_default()
    }

    pub fn return_list(&mut self, mut list: Vec<Occurrence>) {
        list.clear();
        self.reading.lists.push(list);
    }

    pub(super) fn nothing(&self) -> Found {
        let end = self.reading.occurrences.len() as u32;
        end..end
    }

    /// A definition's occurrences, found once per document and scope.
    fn find_definition(&mut self, index: u32, scope: Scope) -> Found {
        let set = self.set;
        let Some(definition) = set.definitions.get(index as usize) else {
            return self.nothing();
        };
        let slot = index as usize * SCOPES + scope as usize;
        let known = self.reading.remembered[slot];
        if known.epoch == self.reading.epoch {
            return known.start..known.end;
        }
        let found = self.find(&definition.plan, scope);
        if !self.is_over_budget() {
            self.reading.remembered[slot] =
                Remembered { epoch: self.reading.epoch, start: found.start, end: found.end };
        }
        found
    }

    /// The occurrences of all operands together.
    fn find_all(&mut self, operands: &[Plan], scope: Scope) -> Found {
        if let [only] = operands {
            return self.find(only, scope);
        }
        // The finds of operands may lie anywhere in the arena: their copies go to its end.
        let mut copies = self.take_list();
        for operand in operands {
            let found = self.find(operand, scope);
            copies.extend_from_slice(self.list(&found));
            if copies.len() > MAX_OCCURRENCES && !self.step() {
                break;
            }
        }
        self.charge(copies.len());
        let found = self.keep(&mut copies);
        self.return_list(copies);
        found
    }

    /// Puts a list into the arena: sorted, each once, not more than the limit.
    pub(super) fn keep(&mut self, list: &mut [Occurrence]) -> Found {
        let pieces = &self.reading.pieces;
        let is_sorted = list.is_sorted_by_key(Occurrence::order);
        if !is_sorted {
            list.sort_by(|a, b| {
                a.order().cmp(&b.order()).then_with(|| {
                    let spans = |o: &Occurrence| -> Vec<_> {
                        o.pieces(pieces).iter().map(Occurrence::order).collect()
                    };
                    if a.pieces == b.pieces {
                        std::cmp::Ordering::Equal
                    } else {
                        spans(a).cmp(&spans(b))
                    }
                })
            });
        }
        let start = self.reading.occurrences.len();
        for occurrence in list.iter().take(MAX_OCCURRENCES) {
            let last = self.reading.occurrences[start..].last();
            let is_known = last.is_some_and(|last| {
                last.order() == occurrence.order()
                    && last
                        .pieces(pieces)
                        .iter()
                        .map(Occurrence::order)
                        .eq(occurrence.pieces(pieces).iter().map(Occurrence::order))
            });
            if !is_known {
                self.reading.occurrences.push(*occurrence);
            }
        }
        start as u32..self.reading.occurrences.len() as u32
    }
}

/// A sum closer to zero than this is zero: weights are never so small.
const SPECK: f64 = 1e-9;

/// The sum of contributions.
pub fn total(scores: &[(usize, ClauseScore)]) -> f64 {
    let sum: f64 = scores.iter().map(|(_, score)| score.contribution).sum();
    // The sum of nothing is -0.0, and contributions that cancel out leave a speck.
    if sum.abs() < SPECK { 0.0 } else { sum }
}

/// Whether a token of `field` at `position` lies in `scope`.
pub fn in_scope(scope: Scope, field: Field, position: u32) -> bool {
    match scope {
        Scope::Title => field == Field::Title,
        Scope::Body => field == Field::Body,
        Scope::Lead => score::is_in_lead(field, position),
        Scope::Text => matches!(field, Field::Title | Field::Body),
        Scope::Author => field == Field::Author,
        Scope::Category => field == Field::Category,
        Scope::Url => field == Field::Url,
    }
}
