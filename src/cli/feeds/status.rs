//! `wirewatch feeds status`: how each feed does, when it is fetched next, and why then.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::args::Format;
use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::domain::feed::health::{Condition, Health, health_of, span};
use crate::domain::feed::{Feed, FeedState};
use crate::domain::schedule;
use crate::record;
use crate::record::lateness::{self, Late};
use crate::store::Access;
use crate::store::feeds::FeedView;

/// Columns of a terminal from which the table has room for what is wrong with a feed.
const ROOMY: usize = 120;

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
    Column::shown("latency").rare().spare(6),
    Column::text("trails").rare().spare(6),
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
    Column::hidden("latency_p50_s"),
    Column::hidden("latency_p95_s"),
    Column::hidden("latency_entries"),
    Column::hidden("alert_p50_s"),
    Column::hidden("alert_p95_s"),
    Column::hidden("latency_alerts"),
    Column::hidden("behind"),
];

/// The configured feeds in their order, as the database remembers them.
pub fn run(failing: bool, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config_to_look()?;
    let store = session.store_of(&config, Access::ReadOnly)?;
    let now = session.clock.now();
    let views: HashMap<String, FeedView> =
        store.feeds()?.into_iter().map(|view| (view.state.key.to_string(), view)).collect();
    let (late, unknown) = (lateness::read(&store, now)?, Late::default());
    let empty = if failing { "no feed needs attention" } else { "no feeds" };
    let mut records = Records::new(COLUMNS, empty);
    let mut troubled = Vec::new();
    for feed in &config.feeds {
        match views.get(feed.key.as_str()) {
            Some(view) => {
                let health = health_of(feed, &view.state, now);
                if !failing || health.is_trouble() {
                    let late = late.get(&feed.key).unwrap_or(&unknown);
                    records.object(&record::feed::row(feed, view, &health, late));
                    troubled.push((&**feed, view, health));
                }
            }
            None if failing => {}
            None => records.object(&record::feed::unread(feed)),
        }
    }
    let narrow = session.printer.terminal().is_some_and(|width| width < ROOMY);
    if failing && narrow && session.printer.format() == Format::Table && !records.is_empty() {
        let mut page = Page::new(&session.printer);
        blocks(&mut page, &troubled, now);
        session.printer.text(&page.text())?;
        return Ok(Exit::Ok);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// One feed below the other: in a narrow table there is no room for what is wrong.
fn blocks(page: &mut Page, feeds: &[(&Feed, &FeedView, Health)], now: Timestamp) {
    for (n, (feed, view, health)) in feeds.iter().enumerate() {
        match n {
            0 => page.line(feed.key.as_str()),
            _ => page.section(feed.key.as_str()),
        }
        standing(page, &view.state, health);
        if health.condition != Condition::Paused {
            next_fetch(page, &view.state, now);
        }
    }
}

/// The state, since when, why, and what to do.
pub fn standing(page: &mut Page, state: &FeedState, health: &Health) {
    let since = health.since.map(|since| format!(" since {}", moment::text(since)));
    let code = Some(health.code.as_ref()).filter(|code| *code != health.condition.as_str());
    let code = code.map(|code| format!(", {code}")).unwrap_or_default();
    let word = health.condition.words();
    page.field("state", &format!("{word}{}{code}", since.unwrap_or_default()));
    if let Some(detail) = health.detail.as_ref().or(state.last_detail.as_ref()) {
        page.more(detail);
    }
    if let Some(advice) = health.advice {
        page.more(&format!("hint: {advice}"));
    }
}

/// When it is fetched next, and why then.
pub fn next_fetch(page: &mut Page, state: &FeedState, now: Timestamp) {
    let wait = Duration::try_from(state.next_due.duration_since(now));
    let wait = wait.map_or("now".to_owned(), |wait| format!("in {}", span(wait)));
    let why = schedule::why(state);
    page.field("next fetch", &format!("{}, {wait}: {why}", moment::text(state.next_due)));
}
