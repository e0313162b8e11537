//! `wirewatch feeds`: what is configured, how each feed does ([`status`], [`show`], [`lateness`]),
//! and a fetch on request.

mod lateness;
mod show;
mod status;

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
use crate::cli::{feed_fetch, feed_move};
use crate::config::Config;
use crate::domain::feed::Feed;
use crate::store::feeds::FeedView;
use crate::store::{Access, DATABASE_FILE, Store};

use change::Deed;

const COLUMNS: &[Column] = &[
    Column::shown("feed"),
    Column::text("title").spare(1),
    Column::link("url"),
    Column::text("publisher").spare(2),
    Column::text("tags").spare(3),
    Column::shown("paused").rare(),
    Column::shown("full_text").spare(4).rare(),
    Column::hidden("interval_floor_s"),
    Column::hidden("interval_ceiling_s"),
    Column::hidden("backfill_s"),
];

pub fn run(command: &Feeds, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Feeds::List => list(session),
        Feeds::Status { failing } => status::run(*failing, session),
        Feeds::Show { feed } => show::run(feed, session),
        Feeds::Fetch { what, dry_run, raise } => feed_fetch::run(what, *dry_run, *raise, session),
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
    let config = session.config_to_look()?;
    let own_titles = own_titles(&config, session);
    let mut records = Records::new(COLUMNS, "no feeds: add a [[feed]] to the config");
    for feed in &config.feeds {
        let own_title = own_titles.get(feed.key.as_str());
        records.row([
            json!(feed.key.as_str()),
            json!(feed.title.as_ref().or(own_title)),
            json!(feed.url),
            json!(feed.publisher),
            json!(feed.tags),
            json!(feed.paused),
            json!(feed.full_text),
            seconds(feed.interval.floor),
            seconds(feed.interval.ceiling),
            seconds(feed.backfill),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// What the feeds call themselves, by key. Before the first run there is no database, and no feed
/// has said a word. A list of what is configured needs no database that can be used.
fn own_titles(config: &Config, session: &Session) -> HashMap<String, String> {
    if !config.state_dir.join(DATABASE_FILE).exists() {
        return HashMap::new();
    }
    let read =
        || Store::open(&config.state_dir.join(DATABASE_FILE), Access::ReadOnly)?.feed_states();
    match read() {
        Ok(views) => {
            let titled = |view: FeedView| Some((view.state.key.to_string(), view.state.title?));
            views.into_iter().filter_map(titled).collect()
        }
        Err(error) => {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            session.messages.note(&format!("without the feeds' own titles: {error}{hint}"));
            HashMap::new()
        }
    }
}

fn seconds(duration: Duration) -> Value {
    json!(duration.as_secs())
}

/// The configured feed of this key.
pub fn configured<'a>(config: &'a Config, key: &str) -> Option<&'a Arc<Feed>> {
    config.feeds.iter().find(|feed| feed.key.as_str() == key)
}
