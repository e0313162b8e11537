//! `wirewatch feeds status`: how each feed does, when it is fetched next, and why then.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::domain::feed::Feed;
use crate::domain::feed::health::{Health, health_of};
use crate::domain::schedule;
use crate::store::Access;
use crate::store::feeds::FeedView;

const COLUMNS: &[Column] = &[
    Column::shown("feed"),
    Column::shown("state"),
    Column::shown("since").spare(9),
    Column::shown("failures").spare(3),
    Column::shown("failing_since").spare(2),
    Column::shown("last_outcome").spare(8),
    Column::shown("last_success").spare(6),
    Column::shown("last_new_entry").spare(5),
    Column::shown("entries").spare(4),
    Column::shown("next_due").spare(10),
    Column::text("why").spare(7),
    Column::text("detail").spare(1),
    Column::text("advice"),
    Column::hidden("next_reason"),
    Column::hidden("expected_latency_s"),
    Column::hidden("last_fetch"),
    Column::hidden("entries_per_day"),
    Column::hidden("told_at"),
    Column::hidden("title"),
    Column::hidden("url"),
];

/// The configured feeds in their order, as the database remembers them.
pub fn run(failing: bool, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let store = session.store_of(&config, Access::ReadOnly)?;
    let now = session.clock.now();
    let views: HashMap<String, FeedView> =
        store.feeds()?.into_iter().map(|view| (view.state.key.to_string(), view)).collect();
    let empty = if failing { "no feed needs attention" } else { "no feeds" };
    let mut records = Records::new(COLUMNS, empty);
    for feed in &config.feeds {
        match views.get(feed.key.as_str()) {
            Some(view) => {
                let health = health_of(feed, &view.state, now);
                if !failing || health.is_trouble() {
                    add(&mut records, feed, view, &health);
                }
            }
            None if failing => {}
            None => add_unknown(&mut records, feed),
        }
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

fn add(records: &mut Records, feed: &Feed, view: &FeedView, health: &Health) {
    let state = &view.state;
    // What the last fetch had to say is of interest also where nothing is wrong.
    let detail = health.detail.as_ref().or(state.last_detail.as_ref());
    records.row([
        json!(feed.key.as_str()),
        json!(health.condition.as_str()),
        moment::json_opt(health.since),
        json!(state.failures),
        moment::json_opt(state.failing_since),
        json!(state.last_outcome.as_deref()),
        moment::json_opt(state.last_success),
        moment::json_opt(state.last_new_entry),
        json!(view.entries),
        moment::json(state.next_due),
        json!(schedule::why(state)),
        json!(detail),
        json!(health.advice),
        json!(state.next_reason.as_ref()),
        json!(schedule::expected_latency(state, feed).as_secs()),
        moment::json_opt(state.last_fetch),
        json!((state.entries_per_day * 10.0).round() / 10.0),
        moment::json_opt(view.told_at),
        json!(feed.title.as_ref().or(state.title.as_ref())),
        json!(feed.url),
    ]);
}

fn add_unknown(records: &mut Records, feed: &Feed) {
    let mut row: [Value; 20] = std::array::from_fn(|_| Value::Null);
    row[0] = json!(feed.key.as_str());
    row[1] = json!(if feed.paused { "paused" } else { "new" });
    row[18] = json!(feed.title);
    row[19] = json!(feed.url);
    records.row(row);
}
