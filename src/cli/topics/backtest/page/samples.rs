//! The entries that a backtest shows: hits and near misses drawn by lot, and what exclusions held
//! back.

use super::super::Outcome;
use super::Lines;
use crate::domain::backtest::{Drawn, Obstacle, Report};

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
        lines.push(format!("  {:>6}  {}", counted.held_back, counted.relaxed.label));
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
        sample(drawn, &drawn.text, lines);
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
        let why = match obstacle {
            Some(counted) => {
                let relaxed = &counted.relaxed;
                format!("{}: {}; {}", relaxed.obstacle.as_str(), relaxed.label, drawn.text)
            }
            None => drawn.text.clone(),
        };
        sample(drawn, &why, lines);
    }
}

fn sample(drawn: &Drawn, text: &str, lines: &mut Lines) {
    let mark = drawn.mark.map(|mark| format!("  [{}]", mark.as_str())).unwrap_or_default();
    lines.push(format!("  {}  {}: {}{mark}", drawn.entry, drawn.publisher, drawn.title));
    lines.push(format!("      {text}"));
}
