//! The entries that a backtest shows: hits and near misses drawn by lot, and what exclusions held
//! back.

use super::super::Outcome;
use super::Lines;
use crate::cli::explanation::page::{middle_cut, short};
use crate::domain::backtest::{Drawn, Obstacle, Relaxed, Report};
use crate::domain::untrusted;

/// Columns before what is said of a sample.
const INDENT: usize = 6;

pub fn exclusions(report: &Report, lines: &mut Lines) {
    let is_exclusion = |obstacle: Obstacle| obstacle == Obstacle::Exclusion;
    let all = report.obstacles.iter().filter(|counted| is_exclusion(counted.relaxed.obstacle));
    let mut all: Vec<_> = all.collect();
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|counted| std::cmp::Reverse(counted.held_back));
    lines.head("exclusions, with the entries that each alone held back");
    for counted in all {
        lines.push(format!("  {:>6}  {}", counted.held_back, short(&counted.relaxed.label)));
        for drawn in &counted.samples {
            lines.push(format!("          {}  {}", drawn.entry, drawn.title));
        }
    }
}

pub fn hits(outcome: &Outcome, lines: &mut Lines) {
    let report = &outcome.report;
    if report.hits.is_empty() {
        return;
    }
    let (drawn, all, seed) = (report.hits.len(), report.ours.matches, outcome.seed);
    lines.head(format!("{drawn} of {all} hits, drawn with seed {seed}"));
    for drawn in &report.hits {
        sample(drawn, &why_hit(drawn, lines.width - INDENT), lines);
    }
}

pub fn misses(outcome: &Outcome, lines: &mut Lines) {
    let report = &outcome.report;
    if report.misses.is_empty() {
        return;
    }
    let (drawn, all, seed) = (report.misses.len(), report.near_misses, outcome.seed);
    lines.head(format!("{drawn} of {all} near misses, drawn with seed {seed}"));
    for drawn in &report.misses {
        let obstacle = drawn.obstacle.and_then(|obstacle| report.obstacles.get(obstacle));
        let room = lines.width - INDENT;
        let why = match obstacle {
            Some(counted) => why_miss(&counted.relaxed, &drawn.text, room),
            None => middle_cut(&drawn.text, room),
        };
        sample(drawn, &why, lines);
    }
}

fn sample(drawn: &Drawn, text: &str, lines: &mut Lines) {
    let mark = drawn.mark.map(|mark| format!("  [{}]", mark.as_str())).unwrap_or_default();
    lines.push(format!("  {}  {}: {}{mark}", drawn.entry, drawn.publisher, drawn.title));
    lines.push(format!("{:INDENT$}{text}", ""));
}

/// `"… what was found …" by CLAUSE` in `room` columns, of which the clause gets half at most.
pub fn why_hit(drawn: &Drawn, room: usize) -> String {
    let Some(found) = &drawn.found else { return middle_cut(&drawn.text, room) };
    let Some((passage, mark)) = &found.passage else { return middle_cut(&found.clauses, room) };
    let marks = "\"\" by ".len();
    let clauses = found.clauses.chars().count();
    let quote = room.saturating_sub(marks + clauses.min(room / 2 - marks));
    let quote = window(passage, *mark, quote);
    let rest = room.saturating_sub(marks + quote.chars().count());
    format!("\"{quote}\" by {}", middle_cut(&found.clauses, rest))
}

/// `OBSTACLE: clause; why` in `room` columns, likewise.
fn why_miss(relaxed: &Relaxed, why: &str, room: usize) -> String {
    let kind = match relaxed.obstacle {
        // The clause says it itself: `EXCEPT …`, `filter on …`, `threshold = …`.
        Obstacle::Exclusion | Obstacle::Filter | Obstacle::Threshold => String::new(),
        other => format!("{}: ", other.as_str()),
    };
    let head = format!("{kind}{}", relaxed.label);
    let (wanted, half) = (why.chars().count(), room / 2);
    let head = middle_cut(&head, half.max(room.saturating_sub(wanted + 2)));
    let why = middle_cut(why, room.saturating_sub(head.chars().count() + 2));
    format!("{head}; {why}")
}

/// Up to `room` characters of a text around what stands at the byte `at`.
fn window(text: &str, at: usize, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let before = text.get(..at).unwrap_or_default();
    let lead = before.char_indices().rev().nth(room / 4).map_or(0, |(from, _)| from);
    let from = match before[lead..].find(' ') {
        _ if lead == 0 => 0,
        Some(space) => lead + space + 1,
        None => lead,
    };
    let sign = if from > 0 { "… " } else { "" };
    let rest = untrusted::excerpt(&text[from..], room.saturating_sub(sign.chars().count()));
    format!("{sign}{rest}")
}

#[cfg(test)]
mod tests;
