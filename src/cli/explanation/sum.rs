//! The arithmetic of a score, so that it can be followed: weight × field × repeat = contribution,
//! and the contributions as printed add up to the sum as printed.

use super::page::{Page, short};
use crate::domain::topic::explain::{Explanation, ScoreLine};

/// A rounded number is taken for exact if it is no further off than this.
const TOLERANCE: f64 = 1e-9;

/// Writes one line per weight, the sum, and the threshold.
pub fn lines(page: &mut Page, why: &Explanation) {
    let exact: Vec<f64> = why.scores.iter().map(contribution).collect();
    let sum = why.score.unwrap_or_default();
    let places = places(&exact);
    let shown = rounded(&exact, sum, places);
    let products: Vec<String> = why.scores.iter().map(|line| product(line, places)).collect();
    let width = products.iter().map(|text| text.chars().count()).max().unwrap_or_default();
    for ((line, shown), product) in why.scores.iter().zip(&shown).zip(&products) {
        let mark = page.mark(line.score.is_some());
        let label = short(&line.clause.label);
        // Nothing has no sign.
        let value = match line.score {
            Some(_) => format!("{shown:+.places$}"),
            None => format!("{:.places$}", 0.0),
        };
        page.marked(1, &mark, &format!("{product:<width$} = {value:>8}  {label}"));
        if line.score.is_some() {
            page.spans(4, &line.clause.spans);
        }
    }
    let verdict = match why.threshold {
        Some(threshold) if sum + TOLERANCE >= threshold => {
            format!(", threshold {threshold}: reached")
        }
        Some(threshold) => {
            format!(", threshold {threshold}: short by {:.places$}", threshold - sum)
        }
        None => String::new(),
    };
    // A speck below zero is zero.
    let sum = if sum == 0.0 { 0.0 } else { sum };
    page.line(1, &format!("sum = {sum:.places$}{verdict}"));
}

/// `2 × 1.5 (lead) × 1.347 (×2)`.
fn product(line: &ScoreLine, places: usize) -> String {
    match line.score {
        Some(score) if score.weight < 0.0 => format!("{} (unscaled)", score.weight),
        Some(score) => format!(
            "{} × {} ({}) × {:.places$} (×{})",
            score.weight,
            score.field_factor,
            field(score.field_factor),
            score.repeat_factor,
            line.clause.count.max(1),
        ),
        None if line.weight < 0.0 => format!("not found, worth {}", line.weight),
        None => format!("not found, worth {:+} or more", line.weight),
    }
}

fn contribution(line: &ScoreLine) -> f64 {
    line.score.map_or(0.0, |score| score.contribution)
}

/// What a field factor is for.
fn field(factor: f64) -> &'static str {
    if factor >= 2.0 {
        "title"
    } else if factor > 1.0 {
        "lead"
    } else {
        "text"
    }
}

/// Two decimal places where they say it all, else three.
fn places(exact: &[f64]) -> usize {
    let cents = |value: &f64| (value * 100.0 - (value * 100.0).round()).abs() < TOLERANCE * 100.0;
    if exact.iter().all(cents) { 2 } else { 3 }
}

/// The contributions rounded so that they add up to the rounded sum: what is left over goes to
/// those that rounding changed most.
fn rounded(exact: &[f64], sum: f64, places: usize) -> Vec<f64> {
    let scale = 10f64.powi(i32::try_from(places).unwrap_or(2));
    let mut units: Vec<f64> = exact.iter().map(|value| (value * scale).round()).collect();
    let mut over = units.iter().sum::<f64>() - (sum * scale).round();
    let mut order: Vec<usize> = (0..exact.len()).filter(|&at| exact[at] != 0.0).collect();
    order.sort_by(|&a, &b| {
        let error = |at: usize| units[at] - exact[at] * scale;
        error(b).total_cmp(&error(a))
    });
    let steps = order.len();
    for step in 0..steps {
        if over >= 1.0 {
            units[order[step]] -= 1.0;
            over -= 1.0;
        } else if over <= -1.0 {
            units[order[steps - 1 - step]] += 1.0;
            over += 1.0;
        }
    }
    units.into_iter().map(|unit| unit / scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_adds_up() {
        let third = 1.0 + 0.5 * 2f64.ln();
        for count in 1..40usize {
            let exact: Vec<f64> =
                (0..count).map(|n| third * (1.0 + n as f64 / 7.0) - (n % 3) as f64).collect();
            let sum: f64 = exact.iter().sum();
            let shown = rounded(&exact, sum, 3);
            let added: f64 = shown.iter().sum();
            assert!((added - (sum * 1000.0).round() / 1000.0).abs() < 1e-6, "{count}");
            let off = shown.iter().zip(&exact).map(|(a, b)| (a - b).abs());
            assert!(off.fold(0.0, f64::max) < 0.0011, "{count}");
        }
        assert_eq!(places(&[1.5, 0.25]), 2);
        assert_eq!(places(&[third]), 3);
    }
}
