//! The figures for people, then the worst stories with examples.

use super::{Outcome, told};
use crate::cli::args::EvalStories;
use crate::cli::eval::figure::{HEAD, columns, part, share};
use crate::cli::moment;
use crate::cli::output::count;
use crate::domain::eval::stories::{Copies, LabelReport, Mixed};
use crate::domain::untrusted;

/// Most stories shown of those that one label is in, and most labels of one story.
const MAX_PARTS: usize = 6;

/// The page, clean for a terminal, in lines of up to `width` columns.
pub fn page(outcome: &Outcome, asked: &EvalStories, width: usize) -> String {
    let mut lines = Lines { lines: Vec::new(), width: width.max(60) };
    summary(outcome, &mut lines);
    let most = usize::from(asked.gate.show_errors);
    if most > 0 {
        split(outcome, most, &mut lines);
        mixed(outcome, most, &mut lines);
    }
    if let Some(found) = outcome.report.copies.as_ref().filter(|_| asked.copies && most > 0) {
        copies(found, outcome, most, &mut lines);
    }
    lines.lines.join("\n")
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

    /// A heading, after an empty line.
    fn head(&mut self, line: impl AsRef<str>) {
        self.lines.push(String::new());
        self.push(line);
    }
}

fn summary(outcome: &Outcome, lines: &mut Lines) {
    let report = &outcome.report;
    let (entries, stories) = (size(report.labelled), report.labels.len());
    lines.push(format!(
        "{} of {}, {} unlabelled",
        count(entries, "entry"),
        count(stories, "labelled story"),
        report.unlabelled
    ));
    if let Some((first, last)) = report.period {
        let (first, last) = (moment::text(first), moment::text(last));
        lines.push(format!("told from {first} to {last}, fields: {}", told(outcome.fields)));
    }
    lines.head(format!("{:<12}{HEAD}", ""));
    lines.push(format!("{:<12}{}", "B-cubed", columns(report.b_cubed)));
    lines.push(format!("{:<12}{}", "pairwise", columns(report.pairs.score())));
    if let Some(copies) = &report.copies {
        lines.push(format!("{:<12}{}", "copies", columns(copies.marks.score())));
    }
    lines.head(format!("{} found where {stories} are labelled", count(report.found, "story")));
    if report.unlabelled > 0 {
        let joined = part(report.joined, report.unlabelled);
        lines.push(format!("{joined} of the unlabelled entries are in a labelled story"));
    }
    if let Some(copies) = &report.copies {
        let joined = part(copies.joined, copies.wanted);
        lines.push(format!("{joined} of the copies are in one story with what they copy"));
    }
    if report.languages.len() > 1 {
        lines.head(format!("{:<12}{HEAD}  entries", "by language"));
        for of in &report.languages {
            let name = of.language.as_deref().unwrap_or("not said");
            lines.push(format!("  {name:<10}{}  {:>7}", columns(of.b_cubed), of.entries));
        }
    }
}

fn split(outcome: &Outcome, most: usize, lines: &mut Lines) {
    let all = outcome.split().count();
    if all == 0 {
        return;
    }
    lines.head(format!("most split, {} of {all}", all.min(most)));
    for label in outcome.split().take(most) {
        one_split(outcome, label, lines);
    }
}

fn one_split(outcome: &Outcome, label: &LabelReport, lines: &mut Lines) {
    lines.push(format!(
        "  {}: {} in {} stories, F1 {}",
        label.label,
        count(size(label.entries), "entry"),
        label.pieces.len(),
        share(label.score.f1)
    ));
    for piece in label.pieces.iter().take(MAX_PARTS) {
        let title = outcome.title(piece.example);
        lines.push(format!("  {:>5}  {}  {title}", piece.entries, piece.story));
    }
    more(label.pieces.len(), lines);
}

fn mixed(outcome: &Outcome, most: usize, lines: &mut Lines) {
    let all = &outcome.report.mixed;
    if all.is_empty() {
        return;
    }
    lines.head(format!("most mixed, {} of {}", all.len().min(most), all.len()));
    for story in all.iter().take(most) {
        one_mixed(outcome, story, lines);
    }
}

fn one_mixed(outcome: &Outcome, story: &Mixed, lines: &mut Lines) {
    let strangers = match story.strangers {
        1 => "1 entry does not belong".to_owned(),
        more => format!("{more} entries do not belong"),
    };
    lines.push(format!("  {}: {strangers}", story.story));
    for (label, entries, example) in story.parts.iter().take(MAX_PARTS) {
        let label = label.as_deref().unwrap_or("(unlabelled)");
        lines.push(format!("  {entries:>5}  {label}  {}", outcome.title(*example)));
    }
    more(story.parts.len(), lines);
}

fn copies(copies: &Copies, outcome: &Outcome, most: usize, lines: &mut Lines) {
    let lists = [
        ("copies not found", &copies.missed),
        ("wrongly found to be copies", &copies.wrong),
        ("copies apart from what they copy", &copies.apart),
    ];
    for (head, all) in lists.into_iter().filter(|(_, all)| !all.is_empty()) {
        lines.head(format!("{head}, {} of {}", all.len().min(most), all.len()));
        for &at in all.iter().take(most) {
            let entry = outcome.entries.get(at);
            let id = entry.and_then(|entry| entry.id.as_deref()).unwrap_or("-");
            let of = entry.and_then(|entry| entry.copy_of.as_deref());
            let of = of.map_or(String::new(), |of| format!(" of {of}"));
            lines.push(format!("  {id}{of}  {}", outcome.title(at)));
        }
    }
}

/// Says how many are not shown.
fn more(all: usize, lines: &mut Lines) {
    if let Some(more) = all.checked_sub(MAX_PARTS).filter(|more| *more > 0) {
        lines.push(format!("         and {more} more"));
    }
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
