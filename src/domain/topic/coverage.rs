//! How much of a rule its tests hold in place: a clause is covered if some passing test would end
//! otherwise were the clause not found in it, and another would were it found. What no test
//! decides by can be changed without a test noticing.

mod clause;

use std::ops::Range;

use super::compile::TopicSet;
use super::explain::Explanation;
use super::matcher::score;
use super::syntax::ast::Expr;
use super::{RulePart, StepExpectation, StoryStep, Subject, TestKind, Topic, TopicTest};
use clause::{Clause, Force};

/// What the tests of one topic cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// In the order of the rule: `match`, weights, threshold, exclusions.
    pub clauses: Vec<Covered>,
}

/// One clause, and whether tests decide by it.
#[derive(Debug, Clone, PartialEq)]
pub struct Covered {
    pub kind: ClauseKind,
    /// Where it stands; `None` for the threshold, which is no rule.
    pub place: Option<(RulePart, Range<usize>)>,
    /// As written.
    pub label: String,
    /// Some test that it holds in would end otherwise without it.
    pub by_presence: bool,
    /// Some test that it does not hold in would end otherwise with it.
    pub by_absence: bool,
}

/// What a clause is to its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClauseKind {
    /// An operand of `match`, down to terms and proximities.
    Match,
    /// What `EXCEPT` or `NOT NEAR` takes away.
    Exception,
    Weight,
    Threshold,
    Exclusion,
}

impl ClauseKind {
    pub fn as_str(self) -> &'static str {
        match self {
            ClauseKind::Match => "match",
            ClauseKind::Exception => "exception",
            ClauseKind::Weight => "weight",
            ClauseKind::Threshold => "threshold",
            ClauseKind::Exclusion => "exclude",
        }
    }
}

impl Covered {
    pub fn both_ways(&self) -> bool {
        self.by_presence && self.by_absence
    }
}

impl Coverage {
    /// Clauses that are covered both ways.
    pub fn covered(&self) -> usize {
        self.clauses.iter().filter(|clause| clause.both_ways()).count()
    }

    /// Their share, from 0 to 100. A rule without clauses has nothing left to cover.
    pub fn percent(&self) -> f64 {
        match self.clauses.len() {
            0 => 100.0,
            all => 100.0 * self.covered() as f64 / all as f64,
        }
    }
}

/// What `tests`, all of which pass, cover of a topic of the set.
pub fn measure<'t>(
    set: &TopicSet,
    topic: &Topic,
    tests: impl Iterator<Item = &'t TopicTest>,
) -> Coverage {
    let mut measured = Measured::new(topic);
    for (subject, holds) in tests.flat_map(subjects) {
        let explained = set.explain(&topic.id, &subject.document, &subject.origin());
        if let Some(explained) = explained.filter(|explained| holds.fixes(explained.matched)) {
            measured.learn(&explained);
        }
    }
    Coverage { clauses: measured.covered }
}

/// What a test would notice of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// That it matches, or that it does not.
    Verdict,
    /// That it does not match, if it does not: one that matches may well repeat what is told.
    Silence,
    Nothing,
}

impl Holds {
    fn fixes(self, matched: bool) -> bool {
        match self {
            Holds::Verdict => true,
            Holds::Silence => !matched,
            Holds::Nothing => false,
        }
    }
}

/// The entries of a test, with what it would notice of each.
fn subjects(test: &TopicTest) -> Vec<(&Subject, Holds)> {
    match &test.kind {
        TestKind::Entry(entry) => vec![(&entry.subject, Holds::Verdict)],
        TestKind::Story(story) => {
            story.steps.iter().map(|step| (&step.subject, held_by(step))).collect()
        }
    }
}

/// What a step asserts: an alert, a revision or a reason cannot come of an entry that no longer
/// matches.
fn held_by(step: &StoryStep) -> Holds {
    match step.expect {
        Some(StepExpectation::Alert | StepExpectation::Update) => Holds::Verdict,
        _ if step.reason.is_some() => Holds::Verdict,
        Some(StepExpectation::None) => Holds::Silence,
        None => Holds::Nothing,
    }
}

/// The clauses of a rule, numbered in the order of `covered`.
struct Measured {
    covered: Vec<Covered>,
    matching: Option<Clause>,
    /// Number of the first weight, of the threshold, and of the first exclusion.
    weights: Option<usize>,
    threshold: Option<(usize, f64)>,
    exclusions: usize,
}

impl Measured {
    fn new(topic: &Topic) -> Self {
        let rule = &topic.rule;
        let mut covered = Vec::new();
        let matching = rule.matching.as_ref().map(|expr| Clause::of(expr, &mut covered));
        let mut add = |kind, label: String, place| {
            covered.push(Covered { kind, place, label, by_presence: false, by_absence: false });
            covered.len() - 1
        };
        let at = |part, expr: &Expr| Some((part, expr.span.clone()));
        // Without a threshold weights tell how much, and decide nothing.
        let threshold = rule.threshold.map(|threshold| {
            for (index, weight) in rule.weights.iter().enumerate() {
                let place = at(RulePart::Weight(index), &weight.expr);
                add(ClauseKind::Weight, weight.expr.to_string(), place);
            }
            (add(ClauseKind::Threshold, format!("threshold {threshold}"), None), threshold)
        });
        let weights = threshold.map(|(number, _)| number - rule.weights.len());
        for (index, expr) in rule.exclude.iter().enumerate() {
            let place = at(RulePart::Exclude(index), expr);
            add(ClauseKind::Exclusion, expr.to_string(), place);
        }
        let exclusions = covered.len() - rule.exclude.len();
        Self { covered, matching, weights, threshold, exclusions }
    }

    /// Notes what decided one entry.
    fn learn(&mut self, explained: &Explanation) {
        let verdict = self.verdict(explained, None);
        let is_admitted = explained.filters.iter().all(|filter| filter.held);
        if !is_admitted || verdict != explained.matched {
            // A filter decided and no clause, or the rule ran out of its share of work.
            return;
        }
        for number in 0..self.covered.len() {
            let force = |value| Some(Force { number, value });
            let without = self.verdict(explained, force(false)) != verdict;
            let with = self.verdict(explained, force(true)) != verdict;
            self.covered[number].by_presence |= without;
            self.covered[number].by_absence |= with;
        }
    }

    /// Whether the rule matches, were one clause as `force` says.
    fn verdict(&self, explained: &Explanation, force: Option<Force>) -> bool {
        let forced = |number| force.filter(|force| force.number == number).map(|force| force.value);
        let matching = match (&self.matching, &explained.tree) {
            (Some(clause), Some(tree)) => clause.holds(tree, force),
            _ => true,
        };
        let reached = self.threshold.is_none_or(|(number, threshold)| {
            forced(number).unwrap_or_else(|| {
                let first = self.weights.unwrap_or_default();
                let each = explained.scores.iter().enumerate().map(|(index, line)| {
                    let found = line.score.map(|score| score.contribution);
                    match forced(first + index) {
                        None => found.unwrap_or(0.0),
                        Some(true) => found.unwrap_or(line.weight),
                        Some(false) => 0.0,
                    }
                });
                score::reaches(each.sum(), threshold)
            })
        });
        let excluded =
            explained.exclusions.iter().enumerate().any(|(index, exclusion)| {
                forced(self.exclusions + index).unwrap_or(exclusion.held)
            });
        matching && reached && !excluded
    }
}

#[cfg(test)]
mod tests;
