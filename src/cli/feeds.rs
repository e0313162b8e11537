//! `wirewatch feeds`: what is configured, how each feed does, and a fetch on request.

mod add;
mod change;
mod discover;
pub mod offer;
mod opml;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::args::Feeds;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::cli::{feed_fetch, feed_move, moment};
use crate::config::Config;
use crate::domain::feed::{Feed, FeedState};
use crate::store::feeds::FeedView;
use crate::store::{Access, DATABASE_FILE};

use change::Deed;

const COLUMNS: &[Column] = &[
    Column::shown("feed"),
    Column::text("title").spare(1),
    Column::link("url"),
    Column::text("publisher").spare(2),
    Column::text("tags").spare(3),
    Column::hidden("interval_floor_s"),
    Column::hidden("interval_ceiling_s"),
    Column::hidden("backfill_s"),
];

const STATUS_COLUMNS: &[Column] = &[
    Column::shown("feed"),
    Column::shown("state"),
    Column::shown("failures").spare(3),
    Column::shown("failing_since").spare(7),
    Column::shown("last_outcome"),
    Column::shown("last_success").spare(8),
    Column::shown("last_new_entry").spare(5),
    Column::shown("entries").spare(4),
    Column::shown("next_due").spare(6),
    Column::text("next_reason").spare(1),
    Column::text("detail").spare(2),
    Column::hidden("last_fetch"),
    Column::hidden("entries_per_day"),
    Column::hidden("title"),
    Column::hidden("url"),
    Column::hidden("would_have_raised"),
    Column::hidden("would_have_raised_at"),
];

pub fn run(command: &Feeds, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Feeds::List => list(session),
        Feeds::Status { failing } => status(*failing, session),
        Feeds::Fetch { what, dry_run } => feed_fetch::run(what, *dry_run, session),
        Feeds::UndoMove { feed } => feed_move::undo(feed, session),
        Feeds::Discover(asked) => discover::run(asked, session),
        Feeds::Add(asked) => add::run(asked, session),
        Feeds::Remove(asked) => change::run(asked, Deed::Remove, session),
        Feeds::Pause(asked) => change::run(asked, Deed::Pause, session),
        Feeds::Resume(asked) => change::run(asked, Deed::Resume, session),
        Feeds::Import(asked) => opml::import(asked, session),
        Feeds::Export(asked) => opml::export(asked, session),
    }
}

fn list(session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let own_titles = own_titles(&config, session)?;
    let mut records = Records::new(COLUMNS, "no feeds: add a [[feed]] to the config");
    for feed in &config.feeds {
        let own_title = own_titles.get(feed.key.as_str());
        records.row([
            json!(feed.key.as_str()),
            json!(feed.title.as_ref().or(own_title)),
            json!(feed.url),
            json!(feed.publisher),
            json!(feed.tags),
            seconds(feed.interval.floor),
            seconds(feed.interval.ceiling),
            seconds(feed.backfill),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// What the feeds call themselves, by key. Before the first run there is no database, and no feed
/// has said a word.
fn own_titles(config: &Config, session: &Session) -> Result<HashMap<String, String>, Failure> {
    if !config.state_dir.join(DATABASE_FILE).exists() {
        return Ok(HashMap::new());
    }
    let views = session.store_of(config, Access::ReadOnly)?.feeds()?.into_iter();
    let titled = views.filter_map(|view| Some((view.state.key.to_string(), view.state.title?)));
    Ok(titled.collect())
}

fn seconds(duration: Duration) -> Value {
    json!(duration.as_secs())
}

/// How each feed does: the configured ones in their order, as the database remembers them.
fn status(failing: bool, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let store = session.store_of(&config, Access::ReadOnly)?;
    let views: HashMap<String, FeedView> =
        store.feeds()?.into_iter().map(|view| (view.state.key.to_string(), view)).collect();
    let empty = if failing { "no feed is failing" } else { "no feeds" };
    let mut records = Records::new(STATUS_COLUMNS, empty);
    for feed in &config.feeds {
        let view = views.get(feed.key.as_str());
        if failing && view.is_none_or(|view| view.state.failures == 0) {
            continue;
        }
        match view {
            Some(view) => add(&mut records, feed, view),
            None => add_unknown(&mut records, feed),
        }
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

fn add(records: &mut Records, feed: &Feed, view: &FeedView) {
    let state = &view.state;
    let (at, held) = view.held.unzip();
    records.row([
        json!(feed.key.as_str()),
        json!(condition(feed, state)),
        json!(state.failures),
        moment::json_opt(state.failing_since),
        json!(state.last_outcome.as_deref()),
        moment::json_opt(state.last_success),
        moment::json_opt(state.last_new_entry),
        json!(view.entries),
        moment::json(state.next_due),
        json!(state.next_reason.as_ref()),
        json!(state.last_detail),
        moment::json_opt(state.last_fetch),
        json!((state.entries_per_day * 10.0).round() / 10.0),
        json!(feed.title.as_ref().or(state.title.as_ref())),
        json!(feed.url),
        json!(held.unwrap_or_default()),
        moment::json_opt(at),
    ]);
}

fn add_unknown(records: &mut Records, feed: &Arc<Feed>) {
    let mut row: [Value; 17] = std::array::from_fn(|_| Value::Null);
    row[0] = json!(feed.key.as_str());
    row[1] = json!(if feed.paused { "paused" } else { "new" });
    row[13] = json!(feed.title);
    row[14] = json!(feed.url);
    records.row(row);
}

/// `paused`, `new`, `ok` or `failing`.
fn condition(feed: &Feed, state: &FeedState) -> &'static str {
    match (state.failures, state.last_fetch) {
        _ if feed.paused => "paused",
        (0, None) => "new",
        (0, Some(_)) => "ok",
        _ => "failing",
    }
}

/// The configured feed of this key.
pub fn configured<'a>(config: &'a Config, key: &str) -> Option<&'a Arc<Feed>> {
    config.feeds.iter().find(|feed| feed.key.as_str() == key)
}
