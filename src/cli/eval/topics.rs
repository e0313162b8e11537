//! `wirewatch eval topics`: labelled documents, judged by the rules of the config, and how far
//! what they find agrees with the labels. [`page`] shows it.

mod page;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::figure;
use super::lines::{self, Name, Place, Problems};
use crate::cli::args::{EvalTopics, Format};
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::domain::backtest::Precision;
use crate::domain::document::Document;
use crate::domain::entry::ParsedEntry;
use crate::domain::eval::topics::{Example, Report, TopicReport, Trial};
use crate::domain::ids::TopicId;
use crate::domain::publisher::Place as Site;
use crate::domain::topic::compile::TopicSet;
use crate::domain::topic::filter::Origin;

const COLUMNS: &[Column] = &[
    Column::shown("topic"),
    Column::shown("wanted"),
    Column::shown("found"),
    Column::shown("right"),
    Column::shown("precision"),
    Column::shown("recall"),
    Column::shown("f1"),
];

/// A line as it is written. What else is in it is not read.
#[derive(Debug, Deserialize)]
struct Line {
    id: Option<Name>,
    title: Option<String>,
    /// Text or HTML, as all that feeds give.
    #[serde(alias = "text", alias = "content")]
    body: Option<String>,
    #[serde(alias = "description")]
    summary: Option<String>,
    #[serde(alias = "link")]
    url: Option<String>,
    feed: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(alias = "source")]
    publisher: Option<String>,
    #[serde(alias = "lang")]
    language: Option<String>,
    /// The ids of all topics that should match; not there: the line is not labelled.
    #[serde(alias = "labels")]
    topics: Option<Vec<String>>,
}

/// A line that can be judged.
struct Judged {
    place: Place,
    /// By which it is shown.
    name: Option<String>,
    document: Document,
    feed: Option<String>,
    tags: Vec<String>,
    publisher: Option<String>,
    wanted: BTreeSet<TopicId>,
}

/// What was measured.
struct Outcome<'a> {
    report: Report,
    documents: &'a [Judged],
    problems: &'a Problems,
    unlabelled: usize,
}

pub fn run(asked: &EvalTopics, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let (lines, mut problems) = lines::read::<Line>(&asked.files)?;
    let read = lines.len();
    let documents = judged(lines, &config.topics, &mut problems);
    let named = documents.iter().flat_map(|document| document.wanted.iter().cloned());
    let topics: BTreeSet<TopicId> = match asked.topic.is_empty() {
        true => named.collect(),
        false => {
            let topics = asked.topic.iter().map(|topic| naming::topic(topic, &config.topics));
            topics.collect::<Result<_, Failure>>()?
        }
    };
    if documents.is_empty() || topics.is_empty() {
        let _ = super::end(Some(1.0), asked.gate, &problems, session);
        let sentence = "no line names a topic of this config: there is nothing to measure by";
        return Err(Failure::said(Exit::Failed, sentence).hint(
            "`\"topics\": [\"ID\"]` on each line names all topics that should match, `[]` none",
        ));
    }
    let mut trial = Trial::new(&config.topics, topics, usize::from(asked.gate.show_errors));
    for judged in &documents {
        trial.tell(&judged.document, &judged.origin(), &judged.wanted);
    }
    let outcome = Outcome {
        report: trial.finish(),
        documents: &documents,
        problems: &problems,
        unlabelled: read.saturating_sub(documents.len()),
    };
    show(&outcome, session)?;
    super::end(outcome.report.micro.score().f1, asked.gate, &problems, session)
}

/// The lines that are labelled. What cannot be used is left out and added to the problems.
fn judged(lines: Vec<(Place, Line)>, topics: &TopicSet, problems: &mut Problems) -> Vec<Judged> {
    let mut read = Vec::with_capacity(lines.len());
    for (place, line) in lines {
        match one(place.clone(), line, topics) {
            Ok(judged) => read.extend(judged),
            Err(what) => problems.add(&place, what),
        }
    }
    read
}

/// `None`: the line is not labelled.
fn one(place: Place, line: Line, topics: &TopicSet) -> Result<Option<Judged>, String> {
    let Some(named) = line.topics else { return Ok(None) };
    let mut wanted = BTreeSet::new();
    for name in named {
        let id: Option<TopicId> = name.trim().parse().ok();
        match id.filter(|id| topics.get(id).is_some()) {
            Some(id) => wanted.insert(id),
            None => {
                return Err(format!("names the topic `{name}`, which the config does not have"));
            }
        };
    }
    let entry = ParsedEntry {
        title: line.title,
        summary: line.summary,
        content: line.body,
        link: line.url,
        language: line.language,
        ..ParsedEntry::default()
    };
    let document = Document::from_parsed(&entry);
    if document.title.is_empty() && document.body.is_empty() {
        return Err("has neither a title nor a text".to_owned());
    }
    // As live, as far as the line tells: who is named, else whose page it is.
    let publishers = topics.publishers();
    let site = || match publishers.place(document.url.as_deref()?) {
        Site::Newsroom(name) => Some(name),
        _ => None,
    };
    let named = line.publisher.map(|name| publishers.canonical(&name).to_owned());
    let publisher = named.or_else(site);
    let name = line.id.and_then(Name::text);
    let (feed, tags) = (line.feed, line.tags);
    Ok(Some(Judged { place, name, document, feed, tags, publisher, wanted }))
}

impl Judged {
    fn origin(&self) -> Origin<'_> {
        Origin {
            feed: self.feed.as_deref(),
            tags: &self.tags,
            publisher: self.publisher.as_deref(),
        }
    }
}

fn show(outcome: &Outcome<'_>, session: &mut Session) -> Result<(), Failure> {
    match session.printer.format() {
        Format::Table => {
            let width = session.printer.width();
            session.printer.text(&page::page(outcome, width))?;
        }
        Format::Json => session.printer.object(&object(outcome), "")?,
        Format::Jsonl | Format::Csv => session.printer.records(&records(&outcome.report))?,
    }
    Ok(())
}

/// One row per topic.
fn records(report: &Report) -> Records {
    let mut records = Records::new(COLUMNS, "no topics");
    for (topic, TopicReport { tally, .. }) in &report.topics {
        let score = tally.score();
        records.row([
            json!(topic.as_str()),
            json!(tally.wanted),
            json!(tally.found),
            json!(tally.right),
            figure::number(score.precision),
            figure::number(score.recall),
            figure::number(score.f1),
        ]);
    }
    records
}

fn object(outcome: &Outcome<'_>) -> Value {
    let report = &outcome.report;
    let topics: Map<String, Value> = report
        .topics
        .iter()
        .map(|(topic, of)| (topic.to_string(), topic_object(of, outcome)))
        .collect();
    json!({
        "documents": report.documents,
        "unlabelled": outcome.unlabelled.saturating_sub(outcome.problems.count()),
        "bad_lines": outcome.problems.count(),
        "micro": figure::tally_object(report.micro),
        "macro": figure::object(report.macro_mean),
        "topics": topics,
    })
}

fn topic_object(of: &TopicReport, outcome: &Outcome<'_>) -> Value {
    let examples = |examples: &[Example]| {
        examples.iter().map(|example| outcome.example_object(example)).collect::<Vec<_>>()
    };
    let bounds = |of: Option<Precision>| {
        of.map(|of| json!([figure::number(Some(of.low)), figure::number(Some(of.high))]))
    };
    let mut object = figure::tally_object(of.tally);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("precision_bounds".to_owned(), json!(bounds(of.tally.precision())));
        fields.insert("recall_bounds".to_owned(), json!(bounds(of.tally.recall())));
        fields.insert("missed".to_owned(), json!(examples(&of.missed)));
        fields.insert("wrong".to_owned(), json!(examples(&of.wrong)));
    }
    object
}

impl Outcome<'_> {
    /// The line of an example: its id, else file and line.
    fn name(&self, example: &Example) -> String {
        let document = usize::try_from(example.document).ok();
        let Some(judged) = document.and_then(|at| self.documents.get(at)) else {
            return String::new();
        };
        judged.name.clone().unwrap_or_else(|| self.problems.name(&judged.place))
    }

    fn example_object(&self, example: &Example) -> Value {
        json!({ "entry": self.name(example), "title": example.title, "why": example.why })
    }
}
