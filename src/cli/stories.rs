//! `wirewatch stories`: what entries tell together. Lists them here; [`show`] and [`timeline`] are
//! about one, [`change`] corrects them. [`named`] finds the one that is meant, and
//! [`told`] says what of it stands on pages of entries and alerts.

mod change;
pub mod named;
mod show;
mod timeline;
pub mod told;

use crate::cli::args::{Stories, StoryChoice};
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::cli::topics::backtest::period::Period;
use crate::domain::story::Story;
use crate::record;
use crate::store::Access;
use crate::store::stories::read::{StoryFilter, StoryView};

const COLUMNS: &[Column] = &[
    Column::shown("id"),
    Column::text("headline"),
    Column::shown("entries").spare(3),
    Column::shown("publishers"),
    Column::shown("texts").spare(4),
    Column::shown("first_seen").spare(2),
    Column::shown("last_seen").spare(5),
    Column::text("topics").rare().spare(1),
    Column::hidden("feeds"),
    Column::hidden("parent"),
];

pub fn run(command: &Stories, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Stories::List(choice) => list(choice, session),
        Stories::Show { id, limit } => show::run(id, *limit, session),
        Stories::Timeline { id } => timeline::run(id, session),
        Stories::Merge { ids, why } => change::merge(ids, why, session),
        Stories::Split { id, entries, undo: false, why } => {
            change::split(id, entries, why, session)
        }
        Stories::Split { id, why, .. } => change::undo(id, why, session),
        Stories::Move { entry, to, why } => change::put(entry, to, why, session),
    }
}

fn list(choice: &StoryChoice, session: &mut Session) -> Result<Exit, Failure> {
    let now = session.clock.now();
    let since = choice.since.as_deref().map(|since| Period::since("--since", since, now));
    let since = since.transpose()?.and_then(|period| period.since);
    let store = session.store(Access::ReadOnly)?;
    let topic = choice.topic.as_deref();
    let topic = topic.map(|topic| naming::stored_topic(topic, &store, session)).transpose()?;
    let filter = StoryFilter {
        since,
        topic,
        publishers_min: choice.min_publishers,
        text: choice.search.clone(),
        limit: choice.limit,
        ..StoryFilter::default()
    };
    let mut records = Records::new(COLUMNS, "no stories");
    for view in store.stories(&filter)? {
        add(&mut records, &view);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

fn add(records: &mut Records, view: &StoryView) {
    records.object(&record::story::row(view));
}

/// `3 publishers, 2 independent texts`; the texts only where some are copies.
pub fn tellers(story: &Story) -> String {
    let publishers = count(story.publishers.len(), "publisher");
    match story.texts() as usize {
        texts if texts < story.publishers.len() => {
            format!("{publishers}, {}", count(texts, "independent text"))
        }
        _ => publishers,
    }
}
