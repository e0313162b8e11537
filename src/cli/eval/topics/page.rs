//! The figures for people: a line for each topic, then what was missed and what was found wrongly.

use super::Outcome;
use crate::cli::eval::figure::{HEAD, columns, share};
use crate::cli::output::count;
use crate::domain::eval::topics::Example;
use crate::domain::untrusted;

/// The page, clean for a terminal, in lines of up to `width` columns.
pub fn page(outcome: &Outcome<'_>, width: usize) -> String {
    let mut lines = Lines { lines: Vec::new(), width: width.max(60) };
    let report = &outcome.report;
    let documents = usize::try_from(report.documents).unwrap_or(usize::MAX);
    let topics = report.topics.len();
    lines.push(format!("{}, {}", count(documents, "labelled document"), count(topics, "topic")));
    let names = report.topics.keys().map(|topic| topic.as_str().chars().count());
    let room = names.max().unwrap_or(0).clamp(5, 40);
    lines.push("");
    lines.push(format!("{:<room$}  {HEAD}  wanted  found  right", "topic"));
    for (topic, of) in &report.topics {
        let (tally, figures) = (of.tally, columns(of.tally.score()));
        lines.push(format!(
            "{:<room$}  {figures}  {:>6}  {:>5}  {:>5}",
            topic.as_str(),
            tally.wanted,
            tally.found,
            tally.right
        ));
    }
    if topics > 1 {
        let micro = report.micro;
        lines.push(format!(
            "{:<room$}  {}  {:>6}  {:>5}  {:>5}",
            "micro",
            columns(micro.score()),
            micro.wanted,
            micro.found,
            micro.right
        ));
        lines.push(format!("{:<room$}  {}", "macro", columns(report.macro_mean)));
    }
    for (topic, of) in &report.topics {
        let (missed, wrong) = (of.tally.wanted - of.tally.right, of.tally.found - of.tally.right);
        let bounds = |of: Option<crate::domain::backtest::Precision>| {
            of.map_or(String::new(), |of| {
                format!("{} to {}", share(Some(of.low)), share(Some(of.high)))
            })
        };
        if !of.missed.is_empty() {
            let bounds = bounds(of.tally.recall());
            let head = format!("{topic} missed {missed}; its recall is {bounds} (95 %)");
            examples(&head, &of.missed, outcome, &mut lines);
        }
        if !of.wrong.is_empty() {
            let bounds = bounds(of.tally.precision());
            let head = format!("{topic} found {wrong} wrongly; its precision is {bounds} (95 %)");
            examples(&head, &of.wrong, outcome, &mut lines);
        }
    }
    lines.lines.join("\n")
}

fn examples(head: &str, examples: &[Example], outcome: &Outcome<'_>, lines: &mut Lines) {
    lines.push("");
    lines.push(head);
    for example in examples {
        lines.push(format!("  {}  {}", outcome.name(example), example.title));
        lines.push(format!("      {}", example.why));
    }
}

struct Lines {
    lines: Vec<String>,
    width: usize,
}

impl Lines {
    /// What is from outside is cleaned, what is too long is cut.
    fn push(&mut self, line: impl AsRef<str>) {
        let clean = untrusted::terminal(line.as_ref());
        self.lines.push(untrusted::excerpt(&clean, self.width).into_owned());
    }
}
