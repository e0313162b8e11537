//! The days of a backtest: figures and a bar for each, or for each week or month where there are
//! many.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::Lines;
use crate::domain::backtest::{Day, Report};

/// Most rows: beyond them days are gathered to weeks, and weeks to months.
const MAX_ROWS: usize = 62;

/// Columns of the longest bar beside 80 columns of page.
const BAR: usize = 34;

/// How long one row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Day,
    Week,
    Month,
}

pub fn days(report: &Report, lines: &mut Lines) {
    let Some((first, last)) = report.days.keys().next().zip(report.days.keys().next_back()) else {
        return;
    };
    let step = step(*first, *last);
    let rows = rows(report, step);
    let name = match step {
        Step::Day => "day",
        Step::Week => "week of",
        Step::Month => "month of",
    };
    let most = rows.values().map(|day| day.ours.matches).max().unwrap_or_default().max(1);
    let room = BAR + lines.width.saturating_sub(80);
    let scale = if most > room as u64 {
        format!(", one sign for {}", scale(most, room))
    } else {
        String::new()
    };
    lines.head(format!(
        "{name:<12}{:>10}{:>9}{:>8}  █ alerts ░ other matches{scale}",
        "entries", "matches", "alerts"
    ));
    for (day, counts) in &rows {
        let (ours, entries) = (counts.ours, counts.entries);
        let alerts = length(ours.alerts, most, room);
        let others = length(ours.matches, most, room).saturating_sub(alerts);
        let bar = "█".repeat(alerts) + &"░".repeat(others);
        lines.push(format!("{day:<12}{entries:>10}{:>9}{:>8}  {bar}", ours.matches, ours.alerts));
    }
}

/// Matches that one sign of a bar stands for.
fn scale(most: u64, room: usize) -> u64 {
    most.div_ceil(room as u64)
}

/// How long a bar is: what is there at all is seen.
fn length(count: u64, most: u64, room: usize) -> usize {
    let signs = if most > room as u64 { count.div_ceil(scale(most, room)) } else { count };
    usize::try_from(signs).unwrap_or(room).min(room)
}

fn step(first: Date, last: Date) -> Step {
    let days = (last - first).get_days().unsigned_abs() as usize + 1;
    match days {
        days if days <= MAX_ROWS => Step::Day,
        days if days <= 7 * MAX_ROWS => Step::Week,
        _ => Step::Month,
    }
}

/// The days gathered; those without entries between others are there too.
fn rows(report: &Report, step: Step) -> BTreeMap<Date, Day> {
    let mut rows: BTreeMap<Date, Day> = BTreeMap::new();
    for (day, counts) in &report.days {
        let row = rows.entry(start(*day, step)).or_default();
        row.entries += counts.entries;
        row.ours.matches += counts.ours.matches;
        row.ours.alerts += counts.ours.alerts;
    }
    let span: Span = match step {
        Step::Day => 1.day(),
        Step::Week => 1.week(),
        Step::Month => 1.month(),
    };
    if let Some((&first, &last)) = rows.keys().next().zip(rows.keys().next_back()) {
        let mut at = first;
        while at < last {
            rows.entry(at).or_default();
            match at.checked_add(span) {
                Ok(next) => at = next,
                Err(_) => break,
            }
        }
    }
    rows
}

fn start(day: Date, step: Step) -> Date {
    match step {
        Step::Day => day,
        Step::Week => {
            let since_monday = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(since_monday.days()).unwrap_or(day)
        }
        Step::Month => day.first_of_month(),
    }
}
