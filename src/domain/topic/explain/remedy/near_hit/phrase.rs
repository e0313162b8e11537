//! Phrases whose words are there, but not side by side, or in other capitals.

use super::super::super::super::compile::term_label;
use super::super::super::super::matcher::decide::in_scope;
use super::super::super::super::syntax::ast::{Expr, Node, ProximityOp, Scope, Term, Word};
use super::super::super::super::syntax::{MAX_DISTANCE, MAX_SLOP};
use super::{NearHit, NearHits, form_of};
use crate::domain::document::Field;
use crate::domain::text::scan::Token;
use crate::domain::text::spelling::{Stem, normal};

/// Furthest that the two words of a phrase may stand apart, in words, to be told of.
const MAX_APART: u32 = 20;

impl NearHits<'_> {
    pub(super) fn phrase(
        &self,
        exact: bool,
        words: &[Word],
        slop: u32,
        scope: Scope,
    ) -> Option<NearHit> {
        let asked = term_label(&Term::Phrase { exact, words: words.to_vec(), slop });
        let places: Vec<Vec<(Field, Token)>> =
            words.iter().map(|word| self.places(word, scope)).collect::<Option<_>>()?;
        let small =
            |word: &Word| Word { text: word.text.to_lowercase(), exact: false, ..word.clone() };
        let phrase = |words: Vec<Word>, slop| Term::Phrase { exact: false, words, slop };
        let lower = phrase(words.iter().map(small).collect(), slop);
        if self.catches(&lower, scope) {
            let spans = self.first_spans(&places);
            return Some(NearHit {
                code: "other_case",
                found: format!("the text has the words of {asked} in other capitals"),
                change: format!("{lower} would take them"),
                asked,
                term: lower,
                is_added: false,
                spans,
                expr: None,
            });
        }
        if let Some((skipped, spans)) = self.in_order(&places).filter(|(n, _)| *n > slop) {
            let wider = phrase(words.to_vec(), skipped);
            if skipped <= MAX_SLOP && self.catches(&wider, scope) {
                let noun = if skipped == 1 { "word" } else { "words" };
                return Some(NearHit {
                    code: "phrase",
                    found: format!(
                        "the words of {asked} stand there with {skipped} {noun} between"
                    ),
                    change: format!("{wider} would take them"),
                    asked,
                    term: wider,
                    is_added: false,
                    spans,
                    expr: None,
                });
            }
        }
        self.any_order(&asked, words, &places, scope)
    }

    /// Two words in either order: a `NEAR` beside the phrase.
    fn any_order(
        &self,
        asked: &str,
        words: &[Word],
        places: &[Vec<(Field, Token)>],
        scope: Scope,
    ) -> Option<NearHit> {
        let ([first, second], [a, b]) = (words, places) else {
            return None;
        };
        let apart = a.iter().take(200).flat_map(|(field, x)| {
            let same = b.iter().take(200).filter(move |(other, _)| other == field);
            same.map(move |(_, y)| x.place.position.abs_diff(y.place.position))
        });
        let apart = apart.filter(|&apart| apart > 0).min()?;
        if apart > MAX_APART.min(MAX_DISTANCE) {
            return None;
        }
        let side =
            |word: &Word| Box::new(Expr { node: Node::Term(Term::Word(word.clone())), span: 0..0 });
        let node = Node::Proximity {
            op: ProximityOp::Near(apart),
            left: side(first),
            right: side(second),
        };
        let expr = Expr { node, span: 0..0 };
        self.holds(expr.clone(), scope).then(|| NearHit {
            code: "phrase",
            found: format!("the words of {asked} stand there {apart} apart, not side by side"),
            change: format!("{asked} OR ({expr}) would take them"),
            asked: asked.to_owned(),
            term: Term::Word(first.clone()),
            is_added: true,
            spans: self.first_spans(places),
            expr: Some(expr),
        })
    }

    /// Where a word of the phrase stands in `scope`; `None` where it does not.
    fn places(&self, word: &Word, scope: Scope) -> Option<Vec<(Field, Token)>> {
        let form = form_of(&word.text)?;
        let wanted = normal(&form, Stem::Plural);
        let same = self.normals.iter().filter(|(_, normal)| *normal == wanted);
        let mut all: Vec<(Field, Token)> = same
            .filter_map(|(form, _)| self.forms.get(form))
            .flatten()
            .filter(|(field, token)| in_scope(scope, *field, token.place.position))
            .cloned()
            .collect();
        all.sort_by_key(|(field, token)| (*field, token.place.position));
        (!all.is_empty()).then_some(all)
    }

    /// The fewest words between those of the phrase in their order, and where that is.
    fn in_order(&self, places: &[Vec<(Field, Token)>]) -> Option<(u32, Vec<super::Span>)> {
        let (first, rest) = places.split_first()?;
        let mut best: Option<(u32, Vec<super::Span>)> = None;
        for (field, start) in first.iter().take(200) {
            let mut at = start.place.position;
            let mut way = vec![start];
            for words in rest {
                let next =
                    words.iter().find(|(other, token)| other == field && token.place.position > at);
                let Some((_, next)) = next else {
                    break;
                };
                at = next.place.position;
                way.push(next);
            }
            let skipped = (at - start.place.position).saturating_sub(rest.len() as u32);
            let better = best.as_ref().is_none_or(|(least, _)| skipped < *least);
            if way.len() == places.len() && better {
                best = Some((skipped, way.iter().map(|token| self.span(*field, token)).collect()));
            }
        }
        best
    }

    fn first_spans(&self, places: &[Vec<(Field, Token)>]) -> Vec<super::Span> {
        places
            .iter()
            .filter_map(|all| all.first())
            .map(|(field, token)| self.span(*field, token))
            .collect()
    }
}
