//! Feeds as objects: how each does, and all that is known of one.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::lateness::{self, Late};
use super::moment;
use crate::domain::feed::health::{Condition, Health, health_of};
use crate::domain::feed::push::Subscription;
use crate::domain::feed::{Feed, FeedEvent, FeedState, FetchRecord, Relocation};
use crate::domain::schedule;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::feed_facts::FeedFacts;
use crate::store::feeds::FeedView;

/// How a feed does, in a list.
pub fn row(feed: &Feed, view: &FeedView, health: &Health, late: &Late) -> Value {
    let state = &view.state;
    // Nobody fetches a feed that is paused.
    let next = (health.condition != Condition::Paused).then_some(state);
    // What the last fetch had to say is of interest also where nothing is wrong.
    let detail = health.detail.as_ref().or(state.last_detail.as_ref());
    let mut row = json!({
        "feed": feed.key.as_str(),
        "state": health.condition.as_str(),
        "since": moment::json_opt(health.since),
        "failures": state.failures,
        "failing_since": moment::json_opt(state.failing_since),
        "last_outcome": state.last_outcome.as_deref(),
        "last_success": moment::json_opt(state.last_success),
        "last_new_entry": moment::json_opt(state.last_new_entry),
        "entries": view.entries,
        "next_due": moment::json_opt(next.map(|state| state.next_due)),
        "latency": late.seen(),
        "trails": late.trail(),
        "why": next.map(schedule::why),
        "detail": detail,
        "advice": health.advice,
        "next_reason": next.map(|state| state.next_reason.as_ref()),
        "expected_latency_s": next.map(|state| schedule::expected_latency(state, feed).as_secs()),
        "last_fetch": moment::json_opt(state.last_fetch),
        "entries_per_day": (state.entries_per_day * 10.0).round() / 10.0,
        "told_at": moment::json_opt(view.told_at),
        "title": feed.title.as_ref().or(state.title.as_ref()),
        "url": feed.url,
    });
    for (name, value) in late.values() {
        row[name] = value;
    }
    row
}

/// A feed that was never fetched, in a list: the fields of a [`row`] that are known.
pub fn unread(feed: &Feed) -> Value {
    json!({
        "feed": feed.key.as_str(),
        "state": if feed.paused { "paused" } else { "new" },
        "title": feed.title,
        "url": feed.url,
    })
}

/// All that is known of one feed.
pub struct Shown<'a> {
    pub feed: &'a Feed,
    pub state: FeedState,
    pub health: Health,
    pub told_at: Option<Timestamp>,
    pub facts: FeedFacts,
    pub late: Late,
    pub fetches: Vec<FetchRecord>,
    pub events: Vec<FeedEvent>,
    pub subscription: Option<Subscription>,
    pub now: Timestamp,
}

impl<'a> Shown<'a> {
    /// Reads what is stored of a feed, with its last `last` fetches and events.
    pub fn read(
        feed: &'a Feed,
        view: FeedView,
        last: u32,
        store: &Store,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let events = store.feed_events(Some(&feed.key), last)?;
        Ok(Self {
            feed,
            health: health_of(feed, &view.state, now),
            told_at: view.told_at,
            facts: store.feed_facts(view.state.id)?,
            late: lateness::read(store, now)?.remove(&feed.key).unwrap_or_default(),
            fetches: store.fetches(&feed.key, last)?,
            events: events.into_iter().map(|(_, event)| event).collect(),
            subscription: store.subscription(&feed.key)?,
            state: view.state,
            now,
        })
    }

    /// Whether it is fetched at all.
    pub fn is_fetched(&self) -> bool {
        self.health.condition != Condition::Paused
    }

    /// All that is known of it, as an object.
    pub fn object(&self) -> Value {
        let (feed, state, health) = (self.feed, &self.state, &self.health);
        let habits = &state.habits;
        let next = self.is_fetched().then_some(state);
        let repair = |(code, count): &(String, u32)| json!({ "code": code, "count": count });
        let repairs: Vec<Value> = habits.repairs.iter().map(repair).collect();
        let fetches: Vec<Value> = self.fetches.iter().map(fetch_object).collect();
        let events: Vec<Value> = self.events.iter().map(event_object).collect();
        let seconds = |span: Option<Duration>| span.map(|span| span.as_secs());
        let mut object = json!({
            "feed": feed.key.as_str(),
            "title": feed.title.as_ref().or(state.title.as_ref()),
            "url": feed.url,
            "publisher": feed.publisher,
            "tags": feed.tags,
            "interval_floor_s": feed.interval.floor.as_secs(),
            "interval_ceiling_s": feed.interval.ceiling.as_secs(),
            "state": health.condition.as_str(),
            "since": moment::json_opt(health.since),
            "code": health.code.as_ref(),
            "detail": health.detail,
            "advice": health.advice,
            "told_at": moment::json_opt(self.told_at),
            "failures": state.failures,
            "failing_since": moment::json_opt(state.failing_since),
            "last_fetch": moment::json_opt(state.last_fetch),
            "last_success": moment::json_opt(state.last_success),
            "last_new_entry": moment::json_opt(state.last_new_entry),
            "next_due": moment::json_opt(next.map(|state| state.next_due)),
            "next_reason": next.map(|state| state.next_reason.as_ref()),
            "why": next.map(schedule::why),
            "expected_latency_s":
                next.map(|state| schedule::expected_latency(state, feed).as_secs()),
            "entries": self.facts.entries,
            "entries_per_day": (state.entries_per_day * 10.0).round() / 10.0,
            "baseline_at": moment::json_opt(state.baseline_at),
            "would_have_raised": self.facts.would_have_raised,
            "gap_median_s": seconds(habits.gaps.median()),
            "silence_unusual_after_s": habits.gaps.longest_usual().as_secs(),
            "dates": habits.dates.map(|dates| dates.as_str()),
            "language": habits.language,
            "leads_to": habits.landed,
            "repairs": repairs,
            "fetches": fetches,
            "events": events,
        });
        for (name, value) in self.late.values() {
            object[name] = value;
        }
        let memory = &state.memory;
        let moves = memory.relocation.iter().chain(&memory.onward).map(move_object);
        object["moves"] = moves.collect();
        object["paused"] = json!(feed.paused);
        object["full_text"] = json!(feed.full_text);
        object["hub"] = json!(self.subscription.as_ref().map(hub_object));
        object
    }
}

fn event_object(event: &FeedEvent) -> Value {
    let at = moment::json(event.at);
    json!({ "at": at, "code": event.code.as_ref(), "detail": event.detail })
}

fn move_object(step: &Relocation) -> Value {
    json!({
        "to": step.to,
        "told_by": step.sign.as_str(),
        "standing": step.standing.as_str(),
        "since": moment::json(step.since),
        "seen": step.seen.count,
    })
}

fn fetch_object(fetch: &FetchRecord) -> Value {
    json!({
        "at": moment::json(fetch.at),
        "outcome": fetch.outcome.as_str(),
        "code": fetch.code.as_ref(),
        "status": fetch.status,
        "bytes": fetch.bytes,
        "duration_ms": u64::try_from(fetch.duration.as_millis()).unwrap_or(u64::MAX),
        "entries": fetch.entries,
        "new_entries": fetch.new_entries,
        "detail": fetch.detail,
    })
}

fn hub_object(subscription: &Subscription) -> Value {
    json!({
        "hub": subscription.hub,
        "topic": subscription.topic,
        "state": subscription.state.as_str(),
        "lease_until": moment::json_opt(subscription.lease_until),
        "code": subscription.code.as_ref(),
        "detail": subscription.detail,
        "next_at": moment::json(subscription.next_at),
        "pushes": subscription.pushes,
        "last_push": moment::json_opt(subscription.last_push),
    })
}
