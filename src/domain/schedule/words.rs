//! The schedule in words: why a feed is fetched when it is, and how late an alert from it may be.

use std::time::Duration;

use super::{asks_in_full, wait};
use crate::domain::feed::{Feed, FeedState};

/// How long it takes on average from when an entry is published until it is read, if the next
/// fetch succeeds: half of the wait between the last fetch and the next; of a feed that was never
/// fetched, half of its longest.
pub fn expected_latency(state: &FeedState, feed: &Feed) -> Duration {
    wait(state).unwrap_or(feed.interval.ceiling) / 2
}

/// Why the next fetch is due when it is: a sentence without its end.
pub fn why(state: &FeedState) -> String {
    let mut text = reason(state);
    if let Some(relocation) = state.followed() {
        text += &format!("; at {}, to where it has moved", relocation.to);
    }
    if asks_in_full(state, state.next_due) {
        text += "; in full, since nothing but \"unchanged\" was heard for a week";
    }
    text
}

fn reason(state: &FeedState) -> String {
    let failed = match state.failures {
        1 => "it failed once".to_owned(),
        failures => format!("it failed {failures} times in a row"),
    };
    match state.next_reason.as_ref() {
        "new" => "it was never fetched yet".to_owned(),
        "resumed" => "it was paused until now".to_owned(),
        "url_changed" => "it has another URL now".to_owned(),
        "interval" if state.entries_per_day < 0.05 => "it hardly brings new entries".to_owned(),
        "interval" => {
            let (rate, decimals) =
                (state.entries_per_day, usize::from(state.entries_per_day < 10.0));
            format!("it brings about {rate:.decimals$} new entries a day")
        }
        "ttl" => "the feed asks for so long a wait (ttl)".to_owned(),
        "period" => "the feed says how often it changes (sy:updatePeriod)".to_owned(),
        "pushed" => "a hub pushes it; it is fetched to make sure of that".to_owned(),
        "skip" => "the feed says that it is quiet until then (skipHours, skipDays)".to_owned(),
        "max_age" => "the server calls its last answer fresh until then".to_owned(),
        "retry_after" => match &state.memory.held_by {
            Some(site) => format!("{site} asked to be left alone (Retry-After)"),
            None => "the server asked to be left alone (Retry-After)".to_owned(),
        },
        "network" => format!("{failed} without being reached; it is tried every hour at least"),
        "backoff" => format!("{failed}; it is tried every day at least"),
        "gone" => "the server says that it is gone (410); it is tried every week".to_owned(),
        other => other.to_owned(),
    }
}
