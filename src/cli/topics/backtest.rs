//! `wirewatch topics backtest`: what a topic would have found and raised among the entries that
//! are stored. [`replay`] runs them through the domain, [`page`] and [`object`] show the outcome.

mod against;
mod marking;
mod object;
mod page;
pub mod period;
pub mod replay;

use crate::cli::args::{Backtest, Format};
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::session::Session;
use crate::config::RuleMap;
use crate::daemon::pipeline::routes;
use crate::domain::alert::silence::Silence;
use crate::domain::backtest::{Clause, Depth, Judge, Report, Terms};
use crate::domain::ids::{FeedKey, TopicId};
use crate::store::{Access, Store};
use against::Against;
use period::Period;
use replay::Replay;

/// A backtest that was run, with what it was asked.
struct Outcome {
    report: Report,
    against: Against,
    period: Period,
    feed: Option<FeedKey>,
    as_if_live: bool,
    seed: u64,
    took: std::time::Duration,
    /// File, line and column of each clause of the report.
    places: Vec<Option<(String, u32, u32)>>,
}

pub fn run(asked: &Backtest, session: &mut Session) -> Result<Exit, Failure> {
    let (config, rules) = session.loader()?.without_secrets().read_with_rules()?;
    let config = &config;
    let id = naming::topic(&asked.topic, &config.topics)?;
    marking::need_terminal(asked)?;
    let now = session.clock.now();
    let period = Period::read(asked.since.as_deref(), asked.until.as_deref(), now)?;
    let access = if asked.mark { Access::Existing } else { Access::ReadOnly };
    let store = session.store_of(config, access)?;
    let feed = asked.feed.as_deref().map(|feed| naming::stored_feed(feed, &store, session));
    let feed = feed.transpose()?;
    let (against, base) = against::find(&asked.against, &id, config, &store, session)?;
    let mut judge = Judge::new(&config.topics, &id, Depth::Clauses)
        .ok_or_else(|| naming::unknown("topic", &asked.topic, &[]))?;
    if let Some(base) = &base {
        judge = judge.against(base);
    }
    let marks = store.verdicts(&id)?;
    let begun = session.clock.elapsed();
    let replay = Replay {
        store: &store,
        config,
        since: period.since,
        until: period.until,
        feed: feed.clone(),
        as_if_live: asked.as_if_live,
        progress: !session.messages.quiet(),
    };
    let terms = Terms {
        routes: routes(config),
        silences: silences(&store, &period)?,
        marks: marks.iter().map(|mark| (mark.entry, mark.verdict)).collect(),
        since: period.since,
        until: period.until.map(|until| until.min(now)).or(period.since.map(|_| now)),
        samples: asked.samples as usize,
        seed: asked.seed,
    };
    let report = replay.run(&judge, terms)?;
    let took = session.clock.elapsed().saturating_sub(begun);
    let (as_if_live, seed) = (asked.as_if_live, asked.seed);
    let places = report.clauses.iter().map(|counted| place(&counted.clause, &id, &rules));
    let places = places.collect();
    let outcome = Outcome { report, against, period, feed, as_if_live, seed, took, places };
    show(&outcome, asked, session)?;
    marking::after(&outcome.report, asked, &store, session)?;
    Ok(Exit::Ok)
}

/// Where a clause stands.
fn place(clause: &Clause, topic: &TopicId, rules: &RuleMap) -> Option<(String, u32, u32)> {
    let span = clause.span.clone();
    match &clause.part {
        Some(part) => rules.position(topic, Some((part, span))),
        None => rules.position_in_list(clause.place.strip_prefix('@')?, clause.item, span),
    }
}

/// The silences that were in force at some time of the period.
fn silences(store: &Store, period: &Period) -> Result<Vec<Silence>, Failure> {
    Ok(store.silences(period.since.unwrap_or(jiff::Timestamp::MIN))?)
}

fn show(outcome: &Outcome, asked: &Backtest, session: &mut Session) -> Result<(), Failure> {
    match session.printer.format() {
        Format::Table => {
            let width = session.printer.width();
            session.printer.text(&page::page(outcome, &asked.show, width))?;
        }
        Format::Json => session.printer.object(&object::object(outcome), "")?,
        Format::Jsonl | Format::Csv => session.printer.records(&object::days(&outcome.report))?,
    }
    Ok(())
}
