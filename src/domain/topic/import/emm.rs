//! Alerts of the Europe Media Monitor: patterns with weights and a threshold, and combinations
//! (one of each group, none of another, within so many words). In a pattern `+` stands between
//! words, `%` for any letters, `_` for one; capitals must be capitals, small letters may be
//! either. Three forms are read: the definition files of the EMM OSINT Suite, XML, and plain
//! lists of patterns and weights. Source: the suite's help page "Defining categories or alerts".

mod definition;
mod plain;
mod xml;

use std::ops::Range;

use super::draft::{Drafts, Sketch};
use super::ledger::Ledger;
use super::piece::Piece;
use super::term::{self, Glyph, Style};
use crate::domain::topic::syntax::MAX_DISTANCE;
use crate::domain::topic::syntax::ast::ProximityOp;

/// An alert as all forms have it.
#[derive(Debug, Default)]
struct Alert {
    name: Option<String>,
    /// Its id where it has a name besides.
    key: Option<String>,
    threshold: Option<f64>,
    patterns: Vec<Pattern>,
    combinations: Vec<Combination>,
    span: Range<usize>,
}

#[derive(Debug)]
struct Pattern {
    piece: Piece,
    weight: f64,
    span: Range<usize>,
}

#[derive(Debug, Default)]
struct Combination {
    /// One of each must be there.
    groups: Vec<Vec<Piece>>,
    not: Vec<Piece>,
    proximity: Option<u32>,
    span: Range<usize>,
}

pub fn translate(ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    let start = ledger.source().trim_start();
    let alerts = if start.starts_with('<') {
        xml::read(ledger)
    } else if definition::is_one(start) {
        definition::read(ledger)
    } else {
        plain::read(ledger)
    };
    for alert in alerts {
        draw(alert, ledger, drafts);
    }
}

/// A pattern as a piece; reports what cannot be looked for.
fn pattern(text: &str, span: Range<usize>, ledger: &mut Ledger<'_>) -> Option<Piece> {
    let words: Vec<Vec<Glyph>> = text
        .split(|c: char| c == '+' || c.is_whitespace())
        .map(|word| {
            term::glyphs(word, |c| match c {
                '%' => Some(Glyph::Any),
                '_' => Some(Glyph::One),
                _ => None,
            })
        })
        .collect();
    let piece = term::phrase(&words, Style::Capitals, 0);
    match piece {
        Some(_) => ledger.cover(span),
        None => {
            let message = "this pattern cannot be looked for and is left out";
            ledger.untranslated(span, "bad_term", message);
        }
    }
    piece
}

/// Makes the topics of an alert: one, or two where its patterns must be summed up and it has
/// combinations besides.
fn draw(mut alert: Alert, ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    let threshold = threshold(&alert, ledger);
    let each_suffices = alert.patterns.iter().all(|pattern| pattern.weight >= threshold);
    let combinations = std::mem::take(&mut alert.combinations);
    let mut rules: Vec<Piece> = combinations.into_iter().map(|one| combined(one, ledger)).collect();
    let Alert { name, key, patterns, span, .. } = alert;
    if each_suffices {
        let patterns: Vec<Piece> = patterns.into_iter().map(|pattern| pattern.piece).collect();
        rules.insert(0, Piece::or(patterns, ledger));
        let rule = Piece::or(rules, ledger);
        drafts.add(Sketch { name, key, rule, span, ..Sketch::default() });
        return;
    }
    let message = "weights are summed up otherwise here: double in the title, one and a half times \
                   in the lead, and more for up to three mentions";
    ledger.approximated(span.start..span.start, "scores", message);
    let weights = summed(patterns, ledger);
    let scored = Sketch {
        name: name.clone(),
        key: key.clone(),
        weights,
        threshold: Some(threshold),
        span: span.clone(),
        ..Sketch::default()
    };
    drafts.add(scored);
    let rule = Piece::or(rules, ledger);
    if !rule.is_nothing() {
        let message = "its combinations became a topic of their own: a text that meets both \
                       raises two alerts";
        ledger.approximated(span.start..span.start, "two_topics", message);
        let name = Some(format!("{} combinations", name.unwrap_or_default()).trim().to_owned());
        let key = key.map(|key| format!("{key} combinations"));
        drafts.add(Sketch { name, key, rule, span, ..Sketch::default() });
    }
}

fn threshold(alert: &Alert, ledger: &mut Ledger<'_>) -> f64 {
    let highest = alert.patterns.iter().map(|pattern| pattern.weight).fold(f64::MIN, f64::max);
    match alert.threshold {
        Some(threshold) => threshold,
        None if alert.patterns.is_empty() => 0.0,
        None => {
            let start = alert.span.start;
            let message = format!("no threshold is given: the highest weight, {highest}, is taken");
            ledger.approximated(start..start, "no_threshold", message);
            highest
        }
    }
}

/// Weights by pattern, those of the same pattern together.
fn summed(patterns: Vec<Pattern>, ledger: &mut Ledger<'_>) -> Vec<(Piece, f64)> {
    let mut known: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut weights: Vec<(Piece, f64)> = Vec::new();
    for Pattern { piece, weight, span } in patterns {
        if weight == 0.0 {
            ledger.note(span, "no_weight", "a weight of 0 says nothing");
            continue;
        }
        let key = piece.expr.as_ref().map(ToString::to_string).unwrap_or_default();
        match known.get(&key).and_then(|&at| weights.get_mut(at)) {
            Some((_, sum)) => {
                *sum += weight;
                let message = "this pattern stands here twice; its weights are added";
                ledger.approximated(span, "twice", message);
            }
            None => {
                known.insert(key, weights.len());
                weights.push((piece, weight));
            }
        }
    }
    weights
}

fn combined(combination: Combination, ledger: &mut Ledger<'_>) -> Piece {
    let Combination { groups, not, proximity, span } = combination;
    let several = groups.len() > 2;
    let mut groups =
        groups.into_iter().map(|any| Piece::or(any, ledger)).collect::<Vec<_>>().into_iter();
    let first = groups.next().unwrap_or_default();
    let asked = match proximity {
        Some(n) if n > 0 => {
            if n > MAX_DISTANCE {
                let message = format!("the distance is cut to {MAX_DISTANCE} words");
                ledger.approximated(span.start..span.start, "distance", message);
            }
            if several {
                let message = "each group must be near to those before it";
                ledger.approximated(span.start..span.start, "proximity_chain", message);
            }
            let op = ProximityOp::Near(n.min(MAX_DISTANCE));
            groups.fold(first, |left, right| left.proximity(op, right, span.clone(), ledger))
        }
        _ => Piece::and(std::iter::once(first).chain(groups)),
    };
    let unwanted = Piece::or(not, ledger).not(ledger);
    Piece::and([asked, unwanted])
}
