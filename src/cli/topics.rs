//! `wirewatch topics`: what is watched for, whether it does what it is meant to, and why (not).
//! Listing and showing stand here; every other command has its own file.

pub mod backtest;
mod bursts;
pub mod explain;
mod heard;
mod import;
pub mod lint;
mod packs;
pub mod replay;
mod suggest;
mod test;
mod why_not;

use crate::cli::args::Topics;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::cli::{naming, verdicts};
use crate::config::Config;
use crate::config::outline::tiers;
use crate::domain::alert::policy;
use crate::domain::topic::{Mode, Rule, Topic};
use crate::domain::untrusted;
use crate::record;
use crate::record::topic::{Heard, choices, stem};

pub const COLUMNS: &[Column] = &[
    Column::shown("topic"),
    Column::text("name"),
    Column::shown("severity").spare(7),
    Column::shown("mode").spare(8),
    Column::text("tags").spare(2),
    Column::text("channels").spare(3),
    Column::shown("tests").spare(4),
    Column::shown("last_match").spare(6),
    Column::shown("silent_since").spare(5),
    Column::text("file").spare(1),
    Column::hidden("revision"),
    Column::hidden("kept"),
];

pub fn run(command: &Topics, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        // What is imported, tested or copied may stand for itself: no config need be there.
        Topics::Import(asked) => import::run(asked, session),
        Topics::Test(args) => test::run(args, session),
        Topics::Packs { write, force } => packs::run(write, *force, session),
        Topics::Lint { topics, no_history, deny_warnings } => {
            lint::run(topics, !no_history, *deny_warnings, session)
        }
        Topics::Mark { topic, entries, wanted, word } => {
            verdicts::of_entries(topic, entries, *wanted, word, session)
        }
        Topics::List => list(&session.config_to_look()?, session),
        Topics::Show { topic } => show(topic, &session.config()?, session),
        Topics::Backtest(asked) => backtest::run(asked, session),
        Topics::Explain { topic, what } => explain::run(topic, what, session),
        Topics::WhyNot { what, topic } => why_not::run(what, topic, &session.config()?, session),
        Topics::Bursts { topic } => bursts::run(topic.as_deref(), &session.config()?, session),
        Topics::Suggest { topic, since } => suggest::run(topic, since, &session.config()?, session),
    }
}

fn list(config: &Config, session: &mut Session) -> Result<Exit, Failure> {
    let mut records = Records::new(COLUMNS, "no topics: add a file with a [[topic]]");
    let heard = heard::read(config, session)?;
    for (topic, revision) in config.topics.topics() {
        let heard = heard.get(&topic.id);
        records.object(&record::topic::row(topic, revision, heard));
        if let Some(why) = heard.and_then(|heard| heard.kept.as_deref()) {
            let sentence = "runs as it last did, and not as its file says now, since a test failed";
            session.messages.warn(&format!("{} {sentence}: {why}", topic.id));
        }
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

fn show(name: &str, config: &Config, session: &mut Session) -> Result<Exit, Failure> {
    let id = naming::topic(name, &config.topics)?;
    let found = config.topics.topics().find(|(topic, _)| topic.id == id);
    let Some((topic, revision)) = found else {
        return Err(naming::unknown("topic", name, &[]));
    };
    let heard = heard::read(config, session)?.remove(&id).unwrap_or_default();
    let object = record::topic::page(topic, revision, &heard);
    let text = page(topic, &heard, &revision.to_string());
    session.printer.object(&object, &untrusted::terminal_block(&text))?;
    Ok(Exit::Ok)
}

fn page(topic: &Topic, heard: &Heard, revision: &str) -> String {
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
    if topic.mode == Mode::Shadow {
        lines.push("  mode       shadow: alerts are recorded and sent nowhere".to_owned());
    }
    if let Some(expect) = topic.expect {
        let per = policy::in_words(expect.per);
        lines.push(format!("  expected   {} in {per}", count(expect.count as usize, "entry")));
    }
    if !topic.alert.escalate.is_empty() {
        lines.push(format!("  severity   {severity}; {}", tiers(&topic.alert.escalate)));
    }
    if let Some(budget) = topic.alert.budget {
        let pushed = count(budget as usize, "alert revision");
        lines.push(format!("  budget     {pushed} pushed in 24 hours; the rest is logged"));
    }
    rule_lines(&topic.rule, &mut lines);
    heard::lines(heard, &mut lines);
    lines.push(format!("  tests      {}", topic.tests.len()));
    lines.push(format!("  file       {}", topic.file));
    lines.push(format!("  revision   {revision}"));
    lines.join("\n")
}

fn rule_lines(rule: &Rule, lines: &mut Vec<String>) {
    for (name, choice) in choices(&rule.filters) {
        for (verb, values) in [("only", &choice.only), ("not", &choice.not)] {
            if !values.is_empty() {
                lines.push(format!("  filter     {verb} {name} {}", values.join(", ")));
            }
        }
    }
    if let Some(language) = rule.stem {
        lines.push(format!("  stem       {}", stem(language)));
    }
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
