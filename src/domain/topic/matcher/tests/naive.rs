//! The law: the matcher says what a naive evaluator says, on random rules over random texts. The
//! naive one follows the words of `occurrence.rs` by brute force over tokens: no gates, no
//! vocabulary, no arena, no limits. Texts are made of few words, so that everything meets.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::super::compile::Library;
use super::super::super::filter::Origin;
use super::super::super::syntax::ast::{Definition, Expr, Node, ProximityOp, Scope, Term, Word};
use super::super::super::{Rule, Weight};
use super::compile;
use super::random::{expr, named, stem, text};
use crate::domain::document::{Document, Field};
use crate::domain::text::scan::{Token, TokenKind, tokens};
use crate::domain::text::sentence::sentences;
use crate::domain::text::spelling::{Stem, normal};

/// Pieces of one occurrence: (field, first token, after the last), sorted.
type Occurrence = Vec<(Field, u32, u32)>;

pub struct Naive<'a> {
    library: &'a Library,
    document: &'a Document,
    stem: Stem,
    title: Vec<Token>,
    body: Vec<Token>,
}

impl<'a> Naive<'a> {
    pub fn new(library: &'a Library, document: &'a Document, stem: Stem) -> Self {
        let (title, body) = (tokens(&document.title), tokens(&document.body));
        Self { library, document, stem, title, body }
    }

    fn definition(&self, name: &str) -> &'a Definition {
        &self.library.definitions[name]
    }

    pub fn holds(&self, expr: &Expr, scope: Scope) -> bool {
        match &expr.node {
            Node::Or(all) => all.iter().any(|each| self.holds(each, scope)),
            Node::And(all) => all.iter().all(|each| self.holds(each, scope)),
            Node::Not(inner) => !self.holds(inner, scope),
            Node::Scoped { scope, inner } => self.holds(inner, *scope),
            Node::AtLeast { n, operands } => {
                let mut held = BTreeSet::new();
                for operand in operands {
                    self.held_members(operand, scope, &mut held);
                }
                held.len() >= *n as usize
            }
            Node::Mentions { n, inner } => apart(&self.find(inner, scope)) >= *n,
            Node::Reference(name) => match self.definition(name) {
                Definition::Macro(inner) => self.holds(inner, scope),
                Definition::List(items) => {
                    items.iter().any(|item| !self.term(item, scope).is_empty())
                }
            },
            Node::Term(_) | Node::Proximity { .. } => !self.find(expr, scope).is_empty(),
        }
    }

    /// Adds what counts of an operand of `ATLEAST`: the operand, or the members of a list.
    fn held_members(&self, operand: &Expr, scope: Scope, held: &mut BTreeSet<String>) {
        let (mut inner, mut within) = (operand, scope);
        while let Node::Scoped { scope, inner: below } = &inner.node {
            (inner, within) = (&**below, *scope);
        }
        if let (Node::Reference(_), Some(terms)) = (&inner.node, self.members(inner)) {
            let there = terms.into_iter().filter(|term| !self.term(term, within).is_empty());
            held.extend(there.map(|term| format!("{within:?} {term}")));
        } else if self.holds(operand, scope) {
            held.insert(match &inner.node {
                Node::Term(term) => format!("{within:?} {term}"),
                _ => operand.to_string(),
            });
        }
    }

    /// The terms of a list, or of a macro that joins lists.
    fn members(&self, expr: &Expr) -> Option<Vec<Term>> {
        match &expr.node {
            Node::Reference(name) => match self.definition(name) {
                Definition::List(items) => Some(items.clone()),
                Definition::Macro(rule) => match &rule.node {
                    Node::Term(_) => None,
                    Node::Or(all) if !all.iter().any(|one| self.is_list(one)) => None,
                    _ => self.members(rule),
                },
            },
            Node::Or(all) => {
                let each: Option<Vec<Vec<Term>>> =
                    all.iter().map(|one| self.members(one)).collect();
                Some(each?.concat())
            }
            Node::Term(term) => Some(vec![term.clone()]),
            _ => None,
        }
    }

    fn is_list(&self, expr: &Expr) -> bool {
        matches!(expr.node, Node::Reference(_)) && self.members(expr).is_some()
    }

    /// What a weight is worth where `expr` is found.
    pub fn contribution(&self, expr: &Expr, weight: f64) -> f64 {
        let found = self.find(expr, Scope::Text);
        if weight < 0.0 {
            return weight;
        }
        let factor = |pieces: &Occurrence| match pieces[0].0 {
            Field::Title => 2.0,
            _ if pieces.iter().all(|piece| piece.1 >= 60) => 1.0,
            _ => 1.5,
        };
        let field = found.iter().map(factor).fold(1.0, f64::max);
        weight * field * (1.0 + 0.5 * f64::from(apart(&found).clamp(1, 3)).ln())
    }

    pub fn find(&self, expr: &Expr, scope: Scope) -> BTreeSet<Occurrence> {
        let union = |all: &[Expr]| all.iter().flat_map(|each| self.find(each, scope)).collect();
        match &expr.node {
            Node::Or(all) => union(all),
            Node::And(all) | Node::AtLeast { operands: all, .. } if self.holds(expr, scope) => {
                union(all)
            }
            Node::Mentions { inner, .. } if self.holds(expr, scope) => self.find(inner, scope),
            Node::And(_) | Node::AtLeast { .. } | Node::Mentions { .. } | Node::Not(_) => {
                BTreeSet::new()
            }
            Node::Scoped { scope, inner } => self.find(inner, *scope),
            Node::Term(term) => self.term(term, scope),
            Node::Reference(name) => match self.definition(name) {
                Definition::Macro(inner) => self.find(inner, scope),
                Definition::List(items) => {
                    items.iter().flat_map(|item| self.term(item, scope)).collect()
                }
            },
            Node::Proximity { op, left, right } => {
                self.proximity(*op, &self.find(left, scope), &self.find(right, scope))
            }
        }
    }

    fn proximity(
        &self,
        op: ProximityOp,
        left: &BTreeSet<Occurrence>,
        right: &BTreeSet<Occurrence>,
    ) -> BTreeSet<Occurrence> {
        let kept = |reach: u32| {
            left.iter()
                .filter(|a| !right.iter().any(|b| distance(a, b).is_some_and(|d| d <= reach)))
                .cloned()
                .collect()
        };
        match op {
            ProximityOp::Except => return kept(0),
            ProximityOp::NotNear(n) => return kept(n),
            _ => {}
        }
        let mut all = BTreeSet::new();
        for a in left {
            for b in right {
                let Some(apart) = distance(a, b).filter(|&apart| apart > 0) else {
                    continue;
                };
                let good = match op {
                    ProximityOp::Near(n) => apart <= n,
                    ProximityOp::Before(n) => {
                        apart <= n && a.iter().all(|x| b.iter().all(|y| x.2 <= y.1))
                    }
                    ProximityOp::Sentence => self.share(a, b, false),
                    _ => self.share(a, b, true),
                };
                if good {
                    let mut pieces: Occurrence = a.iter().chain(b).copied().collect();
                    pieces.sort_unstable();
                    all.insert(pieces);
                }
            }
        }
        all
    }

    /// Whether all pieces lie in one sentence, or one paragraph.
    fn share(&self, a: &Occurrence, b: &Occurrence, paragraph: bool) -> bool {
        let (tokens, text) = self.field(a[0].0);
        let cut = sentences(text);
        let units: BTreeSet<usize> = a
            .iter()
            .chain(b)
            .flat_map(|&(_, start, end)| start..end)
            .map(|position| {
                let token =
                    tokens.iter().find(|t| t.place.position == position && t.place.width == 1);
                let at = token.map_or(0, |token| token.place.start);
                let index = cut.iter().rposition(|s| s.start <= at).unwrap_or(0);
                if paragraph { cut[index].paragraph as usize } else { index }
            })
            .collect();
        units.len() == 1
    }

    fn field(&self, field: Field) -> (&[Token], &str) {
        match field {
            Field::Title => (&self.title, &self.document.title),
            _ => (&self.body, &self.document.body),
        }
    }

    fn term(&self, term: &Term, scope: Scope) -> BTreeSet<Occurrence> {
        let (words, slop) = match term {
            Term::Word(word) => (std::slice::from_ref(word), 0),
            Term::Phrase { words, slop, .. } => (&words[..], *slop),
            Term::Regex { .. } => unreachable!("not generated"),
        };
        let mut all = BTreeSet::new();
        for field in [Field::Title, Field::Body] {
            let (tokens, _) = self.field(field);
            let mut chains: Vec<(u32, u32, u32)> = Vec::new();
            for (index, word) in words.iter().enumerate() {
                let places = word_places(word, tokens, self.stem);
                if index == 0 {
                    chains = places.iter().map(|&(start, end)| (start, end, slop)).collect();
                    continue;
                }
                chains = chains
                    .iter()
                    .flat_map(|&(first, last, left)| {
                        places.iter().filter_map(move |&(start, end)| {
                            let skipped = start.checked_sub(last)?;
                            Some((first, end, left.checked_sub(skipped)?))
                        })
                    })
                    .collect();
            }
            for (start, end, _) in chains {
                let inside = match scope {
                    Scope::Title => field == Field::Title,
                    Scope::Body => field == Field::Body,
                    Scope::Lead => field == Field::Body && start < 60,
                    _ => true,
                };
                if inside {
                    all.insert(vec![(field, start, end)]);
                }
            }
        }
        all
    }
}

/// Where a word of the test vocabulary stands: it is in lower case, so that it is found in any
/// number and case, or by its stem; a compound by parts or joined.
fn word_places(word: &Word, tokens: &[Token], stem: Stem) -> Vec<(u32, u32)> {
    let plain = word.text.to_lowercase();
    let is_same = |form: &str, text: &str| {
        if word.open_end {
            form.starts_with(text)
        } else if word.open_start {
            form.ends_with(text)
        } else if word.exact {
            form == text
        } else if let Stem::Snowball(language) = stem
            && language.reads(text)
        {
            share(language.keys(form), language.keys(text))
        } else {
            normal(form, stem) == normal(text, stem)
        }
    };
    let mut places: Vec<(u32, u32)> = tokens
        .iter()
        .filter(|token| is_same(&token.form, &plain.replace('-', "")))
        // Exactly "alpha" is not "al-pha".
        .filter(|token| !word.exact || token.kind != TokenKind::Joined)
        .map(|token| (token.place.position, token.place.position + token.place.width))
        .collect();
    if let Some((first, second)) = plain.split_once('-') {
        for a in tokens.iter().filter(|t| is_same(&t.form, first) && t.place.width == 1) {
            for b in tokens.iter().filter(|t| is_same(&t.form, second) && t.place.width == 1) {
                if b.place.position == a.place.position + 1 {
                    places.push((a.place.position, b.place.position + 1));
                }
            }
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}

fn share(a: (String, Option<String>), b: (String, Option<String>)) -> bool {
    a.0 == b.0
        || a.1.as_ref() == Some(&b.0)
        || b.1.as_ref() == Some(&a.0)
        || (a.1.is_some() && a.1 == b.1)
}

fn distance(a: &Occurrence, b: &Occurrence) -> Option<u32> {
    let mut nearest: Option<u32> = None;
    for x in a {
        for y in b {
            if x.0 != y.0 {
                return None;
            }
            let apart = if x.2 <= y.1 {
                y.1 - x.2 + 1
            } else if y.2 <= x.1 {
                x.1 - y.2 + 1
            } else {
                0
            };
            nearest = Some(nearest.map_or(apart, |known| known.min(apart)));
        }
    }
    nearest
}

/// Most occurrences no two of which overlap, by the earliest end.
pub fn apart(found: &BTreeSet<Occurrence>) -> u32 {
    let mut all: Vec<(Field, u32, u32)> = found
        .iter()
        .map(|pieces| {
            let start = pieces.iter().map(|piece| piece.1).min().unwrap();
            (pieces[0].0, pieces.iter().map(|piece| piece.2).max().unwrap(), start)
        })
        .collect();
    all.sort_unstable();
    let mut count = 0;
    let mut last: Option<(Field, u32)> = None;
    for (field, end, start) in all {
        if last.is_none_or(|(known, until)| known != field || start >= until) {
            count += 1;
            last = Some((field, end));
        }
    }
    count
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_matcher_says_what_a_naive_evaluator_says(
        rules in prop::collection::vec(expr(true), 1..4),
        stem in stem(),
        macro_rule in expr(false),
        title in text(6),
        body in text(30),
    ) {
        let lib = named(macro_rule);
        let document = Document { title, body, ..Document::default() };
        // Each rule is asked as a match, and as weight and threshold. A term that is always there
        // makes rules of negatives possible.
        for expr in rules {
            let naive = Naive::new(&lib, &document, stem.map_or(Stem::Plural, Stem::Snowball));
            let expect = naive.holds(&expr, Scope::Text);
            let weight = Rule {
                weights: vec![Weight { expr: expr.clone(), weight: 1.0 }],
                threshold: Some(1.0),
                stem,
                ..Rule::default()
            };
            let matching = Rule { matching: Some(expr.clone()), stem, ..Rule::default() };
            // A rule that requires nothing does not compile; everything else must agree.
            if let Ok(set) = compile(vec![matching, weight], &lib) {
                let found = set.evaluate_reporting(&document, &Origin::UNKNOWN);
                prop_assert!(found.over_budget.is_empty());
                let expected = if expect { 2 } else { 0 };
                prop_assert_eq!(found.matches.len(), expected, "{} in {:?}", expr, document);
                if let Some((_, found)) = found.matches.get(1) {
                    let count = apart(&naive.find(&expr, Scope::Text));
                    let score = found.evidence.clauses.first().map(|clause| clause.count);
                    prop_assert_eq!(score, Some(count), "{} in {:?}", expr, document);
                }
            }
        }
    }
}
