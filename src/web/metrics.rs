//! How much of what, as Prometheus reads it (text format 0.0.4). Labels are what somebody configured
//! or fixed words: never an entry, a story or an address.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::ask::Ask;
use super::problem::Problem;
use super::route::{Access, Context, Handle, Reply, Route, Verb};
use super::schema::Answer;
use super::traffic::CLASSES;
use crate::daemon::dispatcher::fingerprint;
use crate::domain::alert::circuit::CircuitState;
use crate::domain::feed::health::{Condition, health_of};
use crate::store::checkup::free_bytes;
use crate::store::error::StoreError;
use crate::store::trouble::Trouble;
use crate::store::{Store, ballast};

mod process;

/// The media type of the format.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What was counted is told again for this long: counting reads much of the database.
const FRESH: Duration = Duration::from_secs(5);

pub(super) const ROUTES: &[Route] = &[Route {
    method: Verb::Get,
    path: "/metrics",
    access: Access::Read,
    summary: "Counts and gauges for Prometheus",
    query: &[],
    body: &[],
    answer: Answer::Metrics,
    handle: Handle::Answer(metrics),
}];

/// What was counted last, and when.
#[derive(Debug, Clone, Default)]
pub(super) struct Metrics(Arc<Mutex<Option<(Instant, String)>>>);

fn metrics(context: &Context, _: &Ask) -> Result<Reply, Problem> {
    // Held while counting: who comes in the meantime gets the same.
    let mut last = context.metrics.0.lock().unwrap_or_else(PoisonError::into_inner);
    let text = match &*last {
        Some((at, text)) if at.elapsed() < FRESH => text.clone(),
        _ => {
            let text = count(context)?;
            *last = Some((Instant::now(), text.clone()));
            text
        }
    };
    Ok(Reply::Raw(([(CONTENT_TYPE, FORMAT)], text).into_response()))
}

fn count(context: &Context) -> Result<String, StoreError> {
    let (store, config) = (context.desk.store(), context.desk.config());
    let now = context.desk.clock().now();
    let mut page = Page::default();
    page.family("wirewatch_build_info", "gauge", "The version that runs.");
    page.sample("wirewatch_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);

    let counts = store.counts()?;
    let states = store.feed_states()?;
    let conditions: Vec<Condition> = config
        .feeds
        .iter()
        .filter_map(|feed| {
            let view = states.iter().find(|view| view.state.key == feed.key)?;
            Some(health_of(feed, &view.state, now).condition)
        })
        .collect();
    page.family("wirewatch_feeds", "gauge", "Configured feeds that were read, by state.");
    for condition in Condition::ALL {
        let count = conditions.iter().filter(|other| **other == condition).count();
        page.sample("wirewatch_feeds", &[("state", condition.as_str())], count as u64);
    }
    page.one("wirewatch_entries", "gauge", "Entries that are stored.", counts.entries);
    page.one("wirewatch_stories", "gauge", "Stories that are stored.", counts.stories);
    page.one("wirewatch_database_bytes", "gauge", "Size of the database file.", counts.bytes);

    storage(context, &store, &mut page)?;

    let gauges = store.gauges()?;
    page.one(
        "wirewatch_fetches_total",
        "counter",
        "Fetches since the database was made.",
        gauges.fetches,
    );
    page.family(
        "wirewatch_visits_total",
        "counter",
        "Visits to feeds since the start, by outcome.",
    );
    for (outcome, count) in context.traffic.visits() {
        page.sample("wirewatch_visits_total", &[("outcome", outcome)], count);
    }
    let new = context.traffic.new_entries();
    page.one(
        "wirewatch_new_entries_total",
        "counter",
        "Entries that were new, since the start.",
        new,
    );
    let last = gauges.last_success.map_or(0, |at| u64::try_from(at.as_second()).unwrap_or(0));
    let about = "When any feed was last read.";
    page.one("wirewatch_last_success_timestamp_seconds", "gauge", about, last);

    let about = "Entries that matched, by topic.";
    page.labelled("wirewatch_matched_entries", "gauge", about, ["topic"], &gauges.matches);
    let about = "Alerts that somebody was told of, by topic and state.";
    page.labelled("wirewatch_alerts", "gauge", about, ["topic", "state"], &gauges.alerts);
    // Not counters: what has had its time is taken out.
    let about = "Revisions of alerts that are stored, by topic and event.";
    page.labelled(
        "wirewatch_alert_revisions",
        "gauge",
        about,
        ["topic", "event"],
        &gauges.revisions,
    );
    let about = "When an entry last matched, by topic.";
    page.family("wirewatch_topic_last_match_timestamp_seconds", "gauge", about);
    for topic in store.topics()?.iter().filter(|topic| topic.retired_at.is_none()) {
        let at = topic.last_match.map_or(0, |at| u64::try_from(at.as_second()).unwrap_or(0));
        page.sample(
            "wirewatch_topic_last_match_timestamp_seconds",
            &[("topic", topic.id.as_str())],
            at,
        );
    }

    let about = "Deliveries, by channel and state.";
    page.labelled("wirewatch_deliveries", "gauge", about, ["channel", "state"], &gauges.deliveries);
    let about = "Attempts to deliver that are stored, by channel and outcome.";
    page.labelled(
        "wirewatch_delivery_attempts",
        "gauge",
        about,
        ["channel", "outcome"],
        &gauges.attempts,
    );
    let about = "For how long the oldest delivery of a channel waits.";
    page.family("wirewatch_oldest_delivery_age_seconds", "gauge", about);
    let now_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    for ([channel], since_ms) in &gauges.oldest_waiting {
        let age = now_ms.saturating_sub(*since_ms) / 1_000;
        page.sample("wirewatch_oldest_delivery_age_seconds", &[("channel", channel)], age);
    }

    add_channels(&mut page, context)?;
    let silence = context.desk.silence().as_secs();
    let about = "Time since the scheduler's last sign of life.";
    page.one("wirewatch_scheduler_silence_seconds", "gauge", about, silence);
    let is_current = u64::from(!context.desk.is_outdated());
    let about = "Whether the configuration in the files is the one that runs.";
    page.one("wirewatch_config_last_reload_successful", "gauge", about, is_current);
    page.family("wirewatch_http_responses_total", "counter", "Answers given over HTTP, by class.");
    for (class, count) in CLASSES.into_iter().zip(context.traffic.answers()) {
        page.sample("wirewatch_http_responses_total", &[("class", class)], count);
    }
    process::add(&mut page);
    Ok(page.0)
}

/// One sample per configured channel and state, 1 for the one it is in: who asks for `open` or
/// `gone` hears of a dead channel before anybody misses an alert.
fn add_channels(page: &mut Page, context: &Context) -> Result<(), StoreError> {
    let store = context.desk.store();
    page.family("wirewatch_channel_state", "gauge", "Whether a channel takes what it is sent.");
    for channel in &context.desk.config().channels {
        let circuit = store.circuit(&channel.id, fingerprint(channel))?;
        let state = circuit.map_or(CircuitState::Closed, |circuit| circuit.state);
        for other in CircuitState::ALL {
            let labels = [("channel", channel.id.as_str()), ("state", other.as_str())];
            page.sample("wirewatch_channel_state", &labels, u64::from(other == state));
        }
    }
    Ok(())
}

/// Whether what comes can be stored, and what could not be evaluated.
fn storage(context: &Context, store: &Store, page: &mut Page) -> Result<(), StoreError> {
    let pause = context.desk.storage().map(|pause| pause.trouble);
    let about = "Whether nothing can be stored, and no feed is read, by why.";
    page.family("wirewatch_storage_paused", "gauge", about);
    for trouble in Trouble::ALL {
        let is = u64::from(pause == Some(trouble));
        page.sample("wirewatch_storage_paused", &[("reason", trouble.as_str())], is);
    }
    let state_dir = &context.desk.config().state_dir;
    if let Some(free) = free_bytes(state_dir) {
        let about = "Free space on the disk of the database.";
        page.one("wirewatch_disk_free_bytes", "gauge", about, free);
    }
    let about = "Space that is given up when the disk is full.";
    page.one("wirewatch_ballast_bytes", "gauge", about, ballast::held(state_dir));
    let about = "Free space within the database file.";
    page.one("wirewatch_database_free_bytes", "gauge", about, store.space()?.free_bytes());
    let about = "Entries that cannot be evaluated and are set aside.";
    page.one("wirewatch_quarantined_entries", "gauge", about, store.count_aside()?);
    let pruned = store.pruned_at()?.map_or(0, |at| u64::try_from(at.as_second()).unwrap_or(0));
    let about = "When what had had its time was last taken out.";
    page.one("wirewatch_pruned_timestamp_seconds", "gauge", about, pruned);
    if context.desk.config().backup.is_some() {
        let copies = store.copies()?;
        let made = copies.made.map_or(0, |(at, _)| u64::try_from(at.as_second()).unwrap_or(0));
        let about = "When the database was last copied into the directory of [backup].";
        page.one("wirewatch_backup_timestamp_seconds", "gauge", about, made);
        let about = "Whether the last try to copy the database failed.";
        page.one("wirewatch_backup_failing", "gauge", about, u64::from(copies.trouble.is_some()));
    }
    Ok(())
}

/// A page in the text format.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    pub fn family(&mut self, name: &str, kind: &str, about: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {about}\n# TYPE {name} {kind}");
    }

    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    /// A family of one sample without labels.
    pub fn one(&mut self, name: &str, kind: &str, about: &str, value: u64) {
        self.family(name, kind, about);
        self.sample(name, &[], value);
    }

    fn labelled<const N: usize>(
        &mut self,
        name: &str,
        kind: &str,
        about: &str,
        labels: [&str; N],
        samples: &[([String; N], u64)],
    ) {
        self.family(name, kind, about);
        for (values, count) in samples {
            let pairs: Vec<(&str, &str)> =
                labels.into_iter().zip(values.iter().map(String::as_str)).collect();
            self.sample(name, &pairs, *count);
        }
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
