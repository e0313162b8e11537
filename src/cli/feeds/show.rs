//! `wirewatch feeds show`: one feed on one screen. What is configured, how it does and why, what
//! it is like, its last fetches and what else happened to it.

use super::{lateness, status};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Records, count};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::domain::feed::FetchRecord;
use crate::domain::feed::health::span;
use crate::domain::feed::push::Subscription;
use crate::domain::schedule;
use crate::record::feed::Shown;
use crate::store::Access;

/// Fetches and events shown.
const LAST: u32 = 10;

pub fn run(name: &str, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config_to_look()?;
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
    let shown = Shown::read(feed, view, LAST, &store, now)?;
    let mut page = Page::new(&session.printer);
    self::page(&shown, &mut page);
    let object = shown.object();
    session.printer.report(&object, &page.text(), &Records::of_fields(&object))?;
    Ok(Exit::Ok)
}

fn page(shown: &Shown<'_>, page: &mut Page) {
    let title = shown.feed.title.as_ref().or(shown.state.title.as_ref());
    let title = title.filter(|title| *title != shown.feed.key.as_str());
    let title = title.map(|title| format!(": {title}")).unwrap_or_default();
    page.line(&format!("{}{title}", shown.feed.key));
    configured(shown, page);
    standing(shown, page);
    manner(shown, page);
    if !shown.fetches.is_empty() {
        page.section("last fetches");
        shown.fetches.iter().for_each(|fetch| page.row(&fetch_row(fetch)));
    }
    if !shown.events.is_empty() {
        page.section("what happened");
    }
    for event in &shown.events {
        let text = format!("{}: {}", event.code, event.detail);
        page.item(&moment::text(event.at), &text);
    }
}

fn configured(shown: &Shown<'_>, page: &mut Page) {
    let feed = shown.feed;
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
fn standing(shown: &Shown<'_>, page: &mut Page) {
    let (health, state) = (&shown.health, &shown.state);
    status::standing(page, state, health);
    moves(shown, page);
    if let Some(told) = shown.told_at {
        page.more(&format!("told on {}", moment::text(told)));
    }
    if shown.is_fetched() {
        status::next_fetch(page, state, shown.now);
    }
    // Of one that cannot be read nobody knows when its entries are seen.
    if shown.is_fetched() && state.failures == 0 && state.last_success.is_some() {
        let late = span(schedule::expected_latency(state, shown.feed));
        page.more(&format!("new entries are seen {late} after publication on average"));
    }
    if let Some(subscription) = &shown.subscription {
        hub(page, subscription);
    }
    if let Some(at) = state.last_success {
        page.field("last read", &moment::text(at));
    }
}

/// Where it has moved to, step by step, and the way back.
fn moves(shown: &Shown<'_>, page: &mut Page) {
    let Some(now) = shown.state.followed() else { return };
    let first = shown.state.memory.relocation.as_ref().filter(|first| first.to != now.to);
    for (step, name) in first.into_iter().chain([now]).zip(["moved", ""]) {
        let text = format!("to {}, followed since {}", step.to, moment::text(step.since));
        if name.is_empty() { page.more(&text) } else { page.field(name, &text) }
    }
    let (key, url) = (&shown.feed.key, &shown.feed.url);
    page.more(&format!("`wirewatch feeds undo-move {key}` goes back to {url}"));
}

/// What it is like: its entries, gaps, dates, language and what had to be mended.
fn manner(shown: &Shown<'_>, page: &mut Page) {
    let (state, habits) = (&shown.state, &shown.state.habits);
    let last = state.last_new_entry.map(|at| format!(", last new {}", moment::text(at)));
    let last = last.unwrap_or_default();
    let rate = rate(state.entries_per_day);
    page.field("entries", &format!("{} stored{rate}{last}", shown.facts.entries));
    if let Some(median) = habits.gaps.median() {
        let usual = span(habits.gaps.longest_usual());
        let text = format!("mostly up to {}; silent for over {usual} is unusual", span(median));
        page.field("gaps", &text);
    }
    lateness::fields(&shown.late, page);
    if let Some(at) = state.baseline_at {
        let raised =
            count(usize::try_from(shown.facts.would_have_raised).unwrap_or(usize::MAX), "match");
        let text = format!("{}; nothing raised for {raised} in it", moment::text(at));
        page.field("baseline", &text);
        if shown.facts.would_have_raised > 0 {
            let key = &shown.feed.key;
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
