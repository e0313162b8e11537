//! How late a feed's entries are seen and alerted, and which feed it trails.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::domain::feed::health::span;
use crate::domain::feed::lateness::{DAYS, Lateness, within};
use crate::domain::ids::FeedKey;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::lateness::TrailView;

/// What is known of one feed.
#[derive(Debug, Clone, Default)]
pub struct Late {
    pub times: Lateness,
    /// The feed that leads most often first.
    pub trails: Vec<TrailView>,
}

/// Of all feeds, over the last 30 days.
pub fn read(store: &Store, now: Timestamp) -> Result<HashMap<FeedKey, Late>, StoreError> {
    let since = now.saturating_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(Timestamp::MIN);
    let mut found: HashMap<FeedKey, Late> = HashMap::new();
    for (feed, times) in store.lateness(since)? {
        found.entry(feed).or_default().times = times;
    }
    for (feed, trails) in store.trails(since)? {
        found.entry(feed).or_default().trails = trails;
    }
    Ok(found)
}

impl Late {
    /// `3 min/12 min`: within which half of the entries were seen, and within which nearly all.
    pub fn seen(&self) -> Option<String> {
        let (half, most) = shares(&self.times.seen)?;
        Some(format!("{}/{}", took(half), took(most)))
    }

    /// The feed that it trails most often.
    pub fn trail(&self) -> Option<String> {
        self.trails.first().map(behind)
    }

    /// Fields of the feed's object, in their order.
    pub fn values(&self) -> [(&'static str, Value); 7] {
        let seconds =
            |times: &[Duration], share| json!(within(times, share).map(|it| it.as_secs()));
        let (seen, alerted) = (&self.times.seen, &self.times.alerted);
        [
            ("latency_p50_s", seconds(seen, 0.5)),
            ("latency_p95_s", seconds(seen, 0.95)),
            ("latency_entries", json!(seen.len())),
            ("alert_p50_s", seconds(alerted, 0.5)),
            ("alert_p95_s", seconds(alerted, 0.95)),
            ("latency_alerts", json!(alerted.len())),
            ("behind", self.trails.iter().map(object).collect()),
        ]
    }
}

/// Within which time half of them came, and within which nearly all.
pub fn shares(sorted: &[Duration]) -> Option<(Duration, Duration)> {
    Some((within(sorted, 0.5)?, within(sorted, 0.95)?))
}

/// `wire by 12 min in 34 of 40 common`.
pub fn behind(view: &TrailView) -> String {
    let (leader, trail) = (&view.leader, &view.trail);
    format!("{leader} by {} in {} of {} common", took(trail.median), trail.later, trail.common)
}

fn object(view: &TrailView) -> Value {
    json!({
        "feed": view.leader.as_str(),
        "common_stories": view.trail.common,
        "later_in": view.trail.later,
        "median_s": view.trail.median.as_secs(),
    })
}

/// Seconds below a minute, else as a span.
pub fn took(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..60 => format!("{seconds} s"),
        _ => span(time),
    }
}
