//! `wirewatch topics`: what is watched for, whether it does what it is meant to, and why (not).

use std::fs;
use std::io::{Read, stdin};
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::cli::args::Topics;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::cli::{entries, explanation, naming};
use crate::config::Config;
use crate::domain::document::{Document, MAX_BODY_BYTES};
use crate::domain::ids::EntryId;
use crate::domain::topic::selftest;
use crate::domain::topic::{Rule, Topic};
use crate::domain::untrusted;
use crate::store::Access;

const COLUMNS: &[Column] = &[
    Column::shown("topic"),
    Column::shown("name"),
    Column::shown("severity"),
    Column::shown("tags"),
    Column::shown("channels"),
    Column::shown("tests"),
    Column::shown("file"),
    Column::hidden("revision"),
];

const TEST_COLUMNS: &[Column] = &[
    Column::shown("topic"),
    Column::shown("passed"),
    Column::shown("title"),
    Column::shown("failure"),
    Column::hidden("file"),
    Column::hidden("line"),
];

/// Most bytes read of a file or standard input that is to be explained: more than is matched.
const MAX_TEXT_BYTES: u64 = 4 * MAX_BODY_BYTES as u64;

pub fn run(command: &Topics, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    match command {
        Topics::List => list(&config, session),
        Topics::Show { topic } => show(topic, &config, session),
        Topics::Test { topics } => test(topics, &config, session),
        Topics::Explain { topic, what } => explain(topic, what, &config, session),
    }
}

fn list(config: &Config, session: &mut Session) -> Result<Exit, Failure> {
    let mut records = Records::new(COLUMNS, "no topics: add a file with a [[topic]]");
    for (topic, revision) in config.topics.topics() {
        records.row([
            json!(topic.id.as_str()),
            json!(topic.name),
            json!(topic.severity.as_str()),
            json!(topic.tags),
            channels(topic),
            json!(topic.tests.len()),
            json!(topic.file),
            json!(revision.to_string()),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

fn channels(topic: &Topic) -> Value {
    topic.channels.iter().map(|channel| json!(channel.as_str())).collect()
}

fn show(name: &str, config: &Config, session: &mut Session) -> Result<Exit, Failure> {
    let id = naming::topic(name, &config.topics)?;
    let found = config.topics.topics().find(|(topic, _)| topic.id == id);
    let Some((topic, revision)) = found else {
        return Err(naming::unknown("topic", name, &[]));
    };
    let policy = &topic.alert;
    let object = json!({
        "topic": topic.id.as_str(),
        "name": topic.name,
        "severity": topic.severity.as_str(),
        "tags": topic.tags,
        "channels": channels(topic),
        "match": topic.rule.matching.as_ref().map(ToString::to_string),
        "exclude": topic.rule.exclude.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "weights": topic.rule.weights.iter().map(|line| json!({
            "clause": line.expr.to_string(),
            "weight": line.weight,
        })).collect::<Vec<_>>(),
        "threshold": topic.rule.threshold,
        "alert": {
            "publishers_min": policy.publishers_min,
            "publishers_within_s": policy.publishers_within.map(|within| within.as_secs()),
            "follow_up_publishers": policy.follow_up.publishers,
            "quiet_s": policy.follow_up.quiet.as_secs(),
            "repeat_every_s": policy.follow_up.repeat_every.as_secs(),
            "max_age_s": policy.max_age.as_secs(),
        },
        "tests": topic.tests.len(),
        "file": topic.file,
        "revision": revision.to_string(),
    });
    let text = page(topic, &revision.to_string());
    session.printer.object(&object, &untrusted::terminal_block(&text))?;
    Ok(Exit::Ok)
}

fn page(topic: &Topic, revision: &str) -> String {
    let severity = topic.severity.as_str();
    let mut lines = vec![format!("{} ({}), {severity}", topic.id, topic.name)];
    let names = |names: Vec<String>| names.join(", ");
    let sent = match topic.channels.as_slice() {
        [] => "every channel".to_owned(),
        some => names(some.iter().map(ToString::to_string).collect()),
    };
    lines.push(format!("  sent to    {sent}"));
    if !topic.tags.is_empty() {
        lines.push(format!("  tags       {}", names(topic.tags.clone())));
    }
    rule_lines(&topic.rule, &mut lines);
    lines.push(format!("  tests      {}", topic.tests.len()));
    lines.push(format!("  file       {}", topic.file));
    lines.push(format!("  revision   {revision}"));
    lines.join("\n")
}

fn rule_lines(rule: &Rule, lines: &mut Vec<String>) {
    if let Some(expr) = &rule.matching {
        lines.push(format!("  match      {expr}"));
    }
    for expr in &rule.exclude {
        lines.push(format!("  exclude    {expr}"));
    }
    for line in &rule.weights {
        lines.push(format!("  weight     {:>5}  {}", line.weight, line.expr));
    }
    if let Some(threshold) = rule.threshold {
        lines.push(format!("  threshold  {threshold}"));
    }
}

/// Runs the tests inside the topics. One that fails ends this with code 1.
fn test(names: &[String], config: &Config, session: &mut Session) -> Result<Exit, Failure> {
    let chosen = names
        .iter()
        .map(|name| naming::topic(name, &config.topics))
        .collect::<Result<Vec<_>, _>>()?;
    let results = selftest::run(&config.topics);
    let mut records = Records::new(TEST_COLUMNS, "no tests: add a [[topic.test]] to a topic");
    let (mut passed, mut failed) = (0, 0);
    for result in results {
        if !chosen.is_empty() && !chosen.contains(&result.topic) {
            continue;
        }
        if result.passed {
            passed += 1;
        } else {
            failed += 1;
        }
        records.row([
            json!(result.topic.as_str()),
            json!(result.passed),
            json!(result.title),
            json!(result.failure),
            json!(result.file),
            json!(result.line),
        ]);
    }
    session.printer.records(&records)?;
    session.messages.note(&format!("{passed} passed, {failed} failed"));
    Ok(if failed == 0 { Exit::Ok } else { Exit::Failed })
}

fn explain(
    name: &str,
    what: &str,
    config: &Config,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let id = naming::topic(name, &config.topics)?;
    let document = document(what, config, session)?;
    let Some(why) = config.topics.explain(&id, &document) else {
        return Err(naming::unknown("topic", name, &[]));
    };
    let object = explanation::object(&id, &document, &why);
    let text = explanation::page(&id, &document, &why);
    session.printer.object(&object, &text)?;
    Ok(Exit::Ok)
}

/// A stored entry's document, or one made of a text.
fn document(what: &str, config: &Config, session: &Session) -> Result<Document, Failure> {
    let failed = |error: anyhow::Error| Failure::new(Exit::Failed, error);
    if what == "-" {
        let bytes = read(stdin().lock()).context("cannot read standard input").map_err(failed)?;
        return Ok(document_of(text("standard input", &bytes)?));
    }
    if let (Ok(id), false) = (what.parse::<EntryId>(), Path::new(what).exists()) {
        let store = session.store_of(config, Access::ReadOnly)?;
        let detail = store.entry(id)?.ok_or_else(|| entries::no_such_entry(id))?;
        return Ok(detail.entry.document);
    }
    let bytes = fs::File::open(what)
        .and_then(read)
        .with_context(|| format!("cannot read {what}"))
        .map_err(|error| {
            failed(error).hint("give an entry's id (E…), a text file, or - for standard input")
        })?;
    Ok(document_of(text(what, &bytes)?))
}

fn read(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_TEXT_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes as text, if that is what they are: an explanation of a picture explains nothing.
fn text<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, Failure> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Cut off within a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => "\0",
    };
    if text.contains('\0') {
        let sentence = format!("{name} is not text");
        return Err(Failure::said(Exit::Failed, sentence)
            .hint("give plain text in UTF-8: the title on the first line, then the body"));
    }
    Ok(text)
}

/// The first line is the title; what follows is the body, with blank lines between paragraphs.
fn document_of(text: &str) -> Document {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in rest.lines().map(str::trim) {
        match paragraphs.last_mut() {
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(&line.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            Some(last) if !last.is_empty() => paragraphs.push(String::new()),
            _ => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    let mut body = paragraphs.join("\n\n");
    body.truncate(body.floor_char_boundary(MAX_BODY_BYTES));
    Document { title: title.trim().to_owned(), body, ..Document::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_title_and_paragraphs() {
        let document = document_of("\n A  title \r\nOne\r\n two\n\n\nThree \n");
        assert_eq!(document.title, "A  title");
        assert_eq!(document.body, "One two\n\nThree");
        assert_eq!(document_of("only a title").body, "");
        assert_eq!(document_of("").title, "");
    }
}
