//! `wirewatch feeds show`: one feed on one screen. What is configured, how it does and why, what
//! it is like, its last fetches and what else happened to it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::lateness::{self, Late};
use super::status;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::domain::feed::health::{Condition, Health, health_of, span};
use crate::domain::feed::push::Subscription;
use crate::domain::feed::{Feed, FeedEvent, FeedState, FetchRecord, Relocation};
use crate::domain::schedule;
use crate::store::Access;
use crate::store::feed_facts::FeedFacts;

/// Fetches and events shown.
const LAST: u32 = 10;

/// All that the page is about.
struct Shown<'a> {
    feed: &'a Feed,
    state: FeedState,
    health: Health,
    told_at: Option<Timestamp>,
    facts: FeedFacts,
    late: Late,
    fetches: Vec<FetchRecord>,
    events: Vec<FeedEvent>,
    subscription: Option<Subscription>,
    now: Timestamp,
}

pub fn run(name: &str, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let known: Vec<String> = config.feeds.iter().map(|feed| feed.key.to_string()).collect();
    let feed =
        super::configured(&config, name).ok_or_else(|| naming::unknown("feed", name, &known))?;
    let store = session.store_of(&config, Access::ReadOnly)?;
    let now = session.clock.now();
    let view = store.feed_states()?.into_iter().find(|view| view.state.key == feed.key);
    let Some(view) = view else {
        let sentence = format!("the feed `{name}` was never fetched");
        return Err(Failure::said(Exit::Failed, sentence)
            .hint(format!("`wirewatch run` fetches it, and `wirewatch feeds fetch {name}`")));
    };
    let shown = Shown {
        feed,
        health: health_of(feed, &view.state, now),
        told_at: view.told_at,
        facts: store.feed_facts(view.state.id)?,
        late: lateness::read(&store, now)?.remove(&feed.key).unwrap_or_default(),
        fetches: store.fetches(&feed.key, LAST)?,
        events: store
            .feed_events(Some(&feed.key), LAST)?
            .into_iter()
            .map(|(_, event)| event)
            .collect(),
        subscription: store.subscription(&feed.key)?,
        state: view.state,
        now,
    };
    let mut page = Page::new(&session.printer);
    shown.page(&mut page);
    let object = shown.object();
    session.printer.report(&object, &page.text(), &Records::of_fields(&object))?;
    Ok(Exit::Ok)
}

impl Shown<'_> {
    fn page(&self, page: &mut Page) {
        let title = self.feed.title.as_ref().or(self.state.title.as_ref());
        let title = title.filter(|title| *title != self.feed.key.as_str());
        let title = title.map(|title| format!(": {title}")).unwrap_or_default();
        page.line(&format!("{}{title}", self.feed.key));
        self.configured(page);
        self.standing(page);
        self.manner(page);
        if !self.fetches.is_empty() {
            page.section("last fetches");
            self.fetches.iter().for_each(|fetch| page.row(&fetch_row(fetch)));
        }
        if !self.events.is_empty() {
            page.section("what happened");
        }
        for event in &self.events {
            let text = format!("{}: {}", event.code, event.detail);
            page.item(&moment::text(event.at), &text);
        }
    }

    fn configured(&self, page: &mut Page) {
        let feed = self.feed;
        page.field("url", &feed.url);
        if let Some(publisher) = &feed.publisher {
            page.field("publisher", publisher);
        }
        if !feed.tags.is_empty() {
            page.field("tags", &feed.tags.join(", "));
        }
        let (floor, ceiling) = (span(feed.interval.floor), span(feed.interval.ceiling));
        let every = if floor == ceiling { floor } else { format!("{floor} to {ceiling}") };
        page.field("interval", &every);
    }

    /// The state, why, what to do, and what comes next.
    fn standing(&self, page: &mut Page) {
        let (health, state) = (&self.health, &self.state);
        status::standing(page, state, health);
        self.moves(page);
        if let Some(told) = self.told_at {
            page.more(&format!("told on {}", moment::text(told)));
        }
        if self.is_fetched() {
            status::next_fetch(page, state, self.now);
        }
        // Of one that cannot be read nobody knows when its entries are seen.
        if self.is_fetched() && state.failures == 0 && state.last_success.is_some() {
            let late = span(schedule::expected_latency(state, self.feed));
            page.more(&format!("new entries are seen {late} after publication on average"));
        }
        if let Some(subscription) = &self.subscription {
            hub(page, subscription);
        }
        if let Some(at) = state.last_success {
            page.field("last read", &moment::text(at));
        }
    }

    /// Where it has moved to, step by step, and the way back.
    fn moves(&self, page: &mut Page) {
        let Some(now) = self.state.followed() else { return };
        let first = self.state.memory.relocation.as_ref().filter(|first| first.to != now.to);
        for (step, name) in first.into_iter().chain([now]).zip(["moved", ""]) {
            let text = format!("to {}, followed since {}", step.to, moment::text(step.since));
            if name.is_empty() { page.more(&text) } else { page.field(name, &text) }
        }
        let (key, url) = (&self.feed.key, &self.feed.url);
        page.more(&format!("`wirewatch feeds undo-move {key}` goes back to {url}"));
    }

    fn is_fetched(&self) -> bool {
        self.health.condition != Condition::Paused
    }

    /// What it is like: its entries, gaps, dates, language and what had to be mended.
    fn manner(&self, page: &mut Page) {
        let (state, habits) = (&self.state, &self.state.habits);
        let last = state.last_new_entry.map(|at| format!(", last new {}", moment::text(at)));
        let last = last.unwrap_or_default();
        let rate = rate(state.entries_per_day);
        page.field("entries", &format!("{} stored{rate}{last}", self.facts.entries));
        if let Some(median) = habits.gaps.median() {
            let usual = span(habits.gaps.longest_usual());
            let text = format!("mostly up to {}; silent for over {usual} is unusual", span(median));
            page.field("gaps", &text);
        }
        self.late.fields(page);
        if let Some(at) = state.baseline_at {
            let raised =
                count(usize::try_from(self.facts.would_have_raised).unwrap_or(usize::MAX), "match");
            let text = format!("{}; nothing raised for {raised} in it", moment::text(at));
            page.field("baseline", &text);
            if self.facts.would_have_raised > 0 {
                let key = &self.feed.key;
                page.more(&format!("`wirewatch feeds fetch {key} --raise` raises what is fresh"));
            }
        }
        let dates = habits.dates.map(|dates| format!("dates {}", dates.as_str()));
        let language = habits.language.as_ref().map(|tag| format!("language {tag}"));
        let landed = habits.landed.as_ref().map(|url| format!("leads to {url}"));
        let like: Vec<String> = dates.into_iter().chain(language).chain(landed).collect();
        if !like.is_empty() {
            page.field("manner", &like.join(", "));
        }
        if !habits.repairs.is_empty() {
            page.field("repaired", &repairs(&habits.repairs));
        }
    }

    fn object(&self) -> Value {
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

/// The hub that pushes the feed, until when, and how the last exchange with it ended.
fn hub(page: &mut Page, subscription: &Subscription) {
    page.field("hub", &format!("{}, {}", subscription.hub, subscription.state.as_str()));
    if let Some(until) = subscription.lease_until {
        page.more(&format!("it pushes until {}", moment::text(until)));
    }
    if let Some(code) = &subscription.code {
        let detail = subscription.detail.as_ref().map(|detail| format!(": {detail}"));
        page.more(&format!("last exchange: {code}{}", detail.unwrap_or_default()));
    }
    if let Some(at) = subscription.last_push {
        let pushes = usize::try_from(subscription.pushes).unwrap_or(usize::MAX);
        page.more(&format!("{}, the last {}", count(pushes, "push"), moment::text(at)));
    }
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

/// `, 4.2 a day`; nothing of a feed that brings next to nothing.
fn rate(per_day: f64) -> String {
    let rounded = (per_day * 10.0).round() / 10.0;
    if rounded > 0.0 { format!(", {rounded} a day") } else { String::new() }
}

/// `222 B`, `12 KB`.
fn size(bytes: u64) -> String {
    if bytes < 1_000 { format!("{bytes} B") } else { format!("{} KB", bytes.div_ceil(1_000)) }
}

/// `2026-06-03 11:46  ok                     12 KB    0.3 s  20 entries, 2 new`.
fn fetch_row(fetch: &FetchRecord) -> String {
    let brought = match fetch.entries {
        0 => String::new(),
        entries => format!("{}, {} new", count(entries as usize, "entry"), fetch.new_entries),
    };
    let (at, code) = (moment::text(fetch.at), &fetch.code);
    let (size, time) = (size(fetch.bytes), fetch.duration.as_secs_f64());
    format!("{at}  {code:<18} {size:>9} {time:>6.1} s  {brought}")
}

/// `bare ampersand ×3, cut item`.
fn repairs(repairs: &[(String, u32)]) -> String {
    let words = repairs.iter().map(|(code, times)| match times {
        1 => code.replace('_', " "),
        times => format!("{} ×{times}", code.replace('_', " ")),
    });
    words.collect::<Vec<_>>().join(", ")
}
