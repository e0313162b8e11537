//! `wirewatch topics`: what is watched for, whether it does what it is meant to, and why (not).
//! Listing and showing stand here; every other command has its own file.

mod explain;
mod packs;
mod test;

use serde_json::{Value, json};

use crate::cli::args::Topics;
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::config::Config;
use crate::domain::topic::{Rule, Topic};
use crate::domain::untrusted;

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

pub fn run(command: &Topics, session: &mut Session) -> Result<Exit, Failure> {
    // Packs can be written while the config is broken for want of one.
    if let Topics::Packs { write, force } = command {
        return packs::run(write, *force, session);
    }
    let config = session.config()?;
    match command {
        Topics::List => list(&config, session),
        Topics::Show { topic } => show(topic, &config, session),
        Topics::Packs { write, force } => packs::run(write, *force, session),
        Topics::Test { topics } => test::run(topics, &config, session),
        Topics::Explain { topic, what } => explain::run(topic, what, &config, session),
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
