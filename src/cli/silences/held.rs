//! What a silence held back, and what one would have held back in the days before.

use std::time::Duration;

use serde_json::{Value, json};

use super::scope;
use crate::cli::args::silences::Scope;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::cli::topics::backtest::period::Period;
use crate::cli::{moment, naming};
use crate::domain::alert::silence::Silence;
use crate::domain::ids::SilenceId;
use crate::record;
use crate::store::silences::held::HeldMatch;
use crate::store::{Access, Store};

/// How far back a new silence is held against what was told.
const LOOK_BACK: Duration = Duration::from_secs(7 * 24 * 3_600);

const COLUMNS: &[Column] = &[
    Column::shown("at"),
    Column::shown("verdict"),
    Column::shown("topic"),
    Column::text("publisher").spare(2),
    Column::text("title"),
    Column::shown("alert").spare(1),
    Column::shown("entry").spare(3),
    Column::hidden("story"),
    Column::hidden("feed"),
];

/// `alerts silence show`.
pub fn show(id: &str, limit: u32, session: &mut Session) -> Result<Exit, Failure> {
    let id: SilenceId = naming::read(id)?;
    let now = session.clock.now();
    let store = session.store(Access::ReadOnly)?;
    let Some(view) = store.silence(id)? else {
        return Err(super::no_such_silence(id));
    };
    let held = store.silenced(id, limit)?;
    let mut object = record::silence::object(&view, now);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("matches".to_owned(), held.iter().map(one).collect());
    }
    let silence = &view.silence;
    let mut page = Page::new(&session.printer);
    page.field("silence", &format!("{id}, {}", record::silence::state(silence, now)));
    page.field("of", &record::silence::scope_text(silence));
    let (starts, ends) = (moment::text(silence.starts), moment::text(silence.ends));
    page.field("from", &format!("{starts} to {ends}"));
    if let Some((planned, by)) = &view.ended_early {
        page.field("ended", &format!("by {by}; it was to end {}", moment::text(*planned)));
    }
    if let Some(place) = &view.place {
        page.field("stands in", place);
    }
    page.field("by", &format!("{}: {}", silence.author, silence.reason));
    page.field("held back", &count(view.held as usize, "match"));
    for held in &held {
        let first = moment::text(held.at);
        let (topic, publisher, title) = (&held.topic, &held.publisher, &held.title);
        page.item(&first, &format!("{topic}: {publisher}, \"{title}\" ({})", held.entry));
    }
    session.printer.object(&object, &page.text())?;
    Ok(Exit::Ok)
}

/// `alerts silence preview`.
pub fn preview(
    scope: &Scope,
    since: &str,
    limit: u32,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let now = session.clock.now();
    let since = Period::since("--since", since, now)?.since.unwrap_or(now);
    let store = session.store(Access::ReadOnly)?;
    let (scope, also) = scope::read(scope, &store, session)?;
    let silence = Silence {
        id: 0,
        scope,
        also,
        author: String::new(),
        reason: String::new(),
        starts: now,
        ends: now,
    };
    let preview =
        store.preview_silence(&silence, since, limit as usize, &naming::newsrooms(session))?;
    let mut records = Records::new(COLUMNS, "it would have held nothing back");
    preview.latest.iter().for_each(|held| records.row(cells(held)));
    session.printer.records(&records)?;
    session.messages.note(&format!(
        "{} of {} since {} would have been held back",
        preview.held,
        alerts_and_revisions(preview.told),
        moment::text(since)
    ));
    Ok(Exit::Ok)
}

/// Says of a new silence what it would have held back lately: a slip shows there.
pub fn say_what_it_means(
    silence: &Silence,
    store: &Store,
    session: &Session,
) -> Result<(), Failure> {
    let since = silence.starts.saturating_sub(LOOK_BACK).unwrap_or(silence.starts);
    let preview = store.preview_silence(silence, since, 0, &naming::newsrooms(session))?;
    session.messages.note(&format!(
        "in the last 7 days it would have held back {} of {}",
        preview.held,
        alerts_and_revisions(preview.told)
    ));
    Ok(())
}

fn alerts_and_revisions(number: u64) -> String {
    match number {
        1 => "1 alert or revision".to_owned(),
        number => format!("{number} alerts and revisions"),
    }
}

fn cells(held: &HeldMatch) -> [Value; 9] {
    [
        moment::json(held.at),
        json!(held.verdict),
        json!(held.topic.as_str()),
        json!(held.publisher),
        json!(held.title),
        json!(held.alert.map(|alert| alert.to_string())),
        json!(held.entry.to_string()),
        json!(held.story.to_string()),
        json!(held.feed.as_str()),
    ]
}

fn one(held: &HeldMatch) -> Value {
    let fields = COLUMNS.iter().map(|column| column.name.to_owned()).zip(cells(held));
    Value::Object(fields.filter(|(name, _)| name != "verdict").collect())
}
