//! `wirewatch eval stories`: labelled entries, told to the clustering of the daemon, and how far
//! what came of it agrees with the labels. [`entry`] reads the lines, [`page`] shows the figures.

mod entry;
mod page;

use serde_json::{Value, json};

use super::figure;
use super::lines::{self, Problems};
use crate::cli::args::{EvalStories, Format, Told};
use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::domain::eval::stories::{self, Fields, LabelReport, Labelled, Mixed, Report};

const COLUMNS: &[Column] = &[
    Column::shown("label"),
    Column::shown("entries"),
    Column::shown("stories"),
    Column::shown("largest"),
    Column::shown("precision"),
    Column::shown("recall"),
    Column::shown("f1"),
    Column::text("title"),
];

/// What was measured, with what it was measured on.
struct Outcome {
    entries: Vec<Labelled>,
    report: Report,
    fields: Told,
    bad_lines: usize,
}

pub fn run(asked: &EvalStories, session: &mut Session) -> Result<Exit, Failure> {
    let (lines, mut problems) = lines::read(&asked.files)?;
    let entries = entry::labelled(lines, &mut problems);
    let fields = match asked.fields {
        Told::Full => Fields::Full,
        Told::Lead => Fields::Lead,
        Told::Title => Fields::Title,
    };
    let placed = stories::place(&entries, fields);
    let Some(report) = stories::report(&entries, &placed) else {
        return Err(nothing(&problems, asked, session));
    };
    if asked.copies && report.copies.is_none() {
        let sentence = "no entry says whose copy it is";
        return Err(Failure::said(Exit::Failed, sentence)
            .hint("`\"copy_of\": \"ID\"` names the entry that had the text first"));
    }
    let f1 = report.b_cubed.f1;
    let outcome = Outcome { entries, report, fields: asked.fields, bad_lines: problems.count() };
    show(&outcome, asked, session)?;
    super::end(f1, asked.gate, &problems, session)
}

/// There is nothing to measure by; the problems may say why.
fn nothing(problems: &Problems, asked: &EvalStories, session: &Session) -> Failure {
    // Told before the failure, whatever the floor is.
    let _ = super::end(Some(1.0), asked.gate, problems, session);
    let sentence = "no entry has a label: there is nothing to measure by";
    Failure::said(Exit::Failed, sentence)
        .hint("`\"label\": \"…\"` on each line names the story of that entry")
}

fn show(outcome: &Outcome, asked: &EvalStories, session: &mut Session) -> Result<(), Failure> {
    match session.printer.format() {
        Format::Table => {
            let width = session.printer.width();
            session.printer.text(&page::page(outcome, asked, width))?;
        }
        Format::Json => session.printer.object(&object(outcome, asked), "")?,
        Format::Jsonl | Format::Csv => session.printer.records(&records(outcome))?,
    }
    Ok(())
}

/// One row per label.
fn records(outcome: &Outcome) -> Records {
    let mut records = Records::new(COLUMNS, "no labels");
    for label in &outcome.report.labels {
        let largest = label.pieces.first();
        records.row([
            json!(label.label),
            json!(label.entries),
            json!(label.pieces.len()),
            json!(largest.map(|piece| piece.entries)),
            figure::number(label.score.precision),
            figure::number(label.score.recall),
            figure::number(label.score.f1),
            json!(largest.map(|piece| outcome.title(piece.example))),
        ]);
    }
    records
}

fn object(outcome: &Outcome, asked: &EvalStories) -> Value {
    let report = &outcome.report;
    let most = usize::from(asked.gate.show_errors);
    let of_language = |of: &stories::LanguageReport| json!({ "language": of.language, "entries": of.entries, "bcubed": figure::object(of.b_cubed) });
    json!({
        "fields": told(outcome.fields),
        "entries": outcome.entries.len(),
        "labelled": report.labelled,
        "unlabelled": report.unlabelled,
        "bad_lines": outcome.bad_lines,
        "first": moment::json_opt(report.period.map(|(first, _)| first)),
        "last": moment::json_opt(report.period.map(|(_, last)| last)),
        "labels": report.labels.len(),
        "stories": report.found,
        "bcubed": figure::object(report.b_cubed),
        "pairwise": figure::tally_object(report.pairs),
        "unlabelled_joined": report.joined,
        "copies": report.copies.as_ref().map(|copies| json!({
            "wanted": copies.wanted,
            "joined": copies.joined,
            "marks": figure::tally_object(copies.marks),
            "missed": copies.missed.iter().take(most).map(|&at| outcome.example(at)).collect::<Vec<_>>(),
            "wrong": copies.wrong.iter().take(most).map(|&at| outcome.example(at)).collect::<Vec<_>>(),
            "apart": copies.apart.iter().take(most).map(|&at| outcome.example(at)).collect::<Vec<_>>(),
        })),
        "languages": report.languages.iter().map(of_language).collect::<Vec<_>>(),
        "split": outcome.split().take(most).map(|of| outcome.split_object(of)).collect::<Vec<_>>(),
        "mixed": report.mixed.iter().take(most).map(|of| outcome.mixed_object(of)).collect::<Vec<_>>(),
    })
}

impl Outcome {
    /// Labels whose entries are in several stories, the worst first.
    fn split(&self) -> impl Iterator<Item = &LabelReport> {
        self.report.labels.iter().filter(|label| label.pieces.len() > 1)
    }

    fn title(&self, at: usize) -> &str {
        self.entries.get(at).map(entry::title).unwrap_or_default()
    }

    fn example(&self, at: usize) -> Value {
        let id = self.entries.get(at).and_then(|entry| entry.id.as_deref());
        json!({ "id": id, "title": self.title(at) })
    }

    fn split_object(&self, label: &LabelReport) -> Value {
        let pieces = label.pieces.iter().map(|piece| {
            let example = self.example(piece.example);
            json!({ "story": piece.story.to_string(), "entries": piece.entries, "example": example })
        });
        json!({
            "label": label.label,
            "entries": label.entries,
            "bcubed": figure::object(label.score),
            "pieces": pieces.collect::<Vec<_>>(),
        })
    }

    fn mixed_object(&self, story: &Mixed) -> Value {
        let parts = story.parts.iter().map(|(label, entries, at)| {
            json!({ "label": label, "entries": entries, "example": self.example(*at) })
        });
        json!({
            "story": story.story.to_string(),
            "strangers": story.strangers,
            "parts": parts.collect::<Vec<_>>(),
        })
    }
}

fn told(fields: Told) -> &'static str {
    match fields {
        Told::Full => "full",
        Told::Lead => "lead",
        Told::Title => "title",
    }
}
