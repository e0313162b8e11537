//! The plan for a document that a hub pushed: its entries are what they would be had they been
//! fetched, but what the feed's server said last, and when it is asked next, stays as it is.

use jiff::Timestamp;

use super::{Render, plan};
use crate::domain::feed::FeedState;
use crate::domain::feed::habits::{self, Habits};
use crate::domain::ingest::{Batch, Plan, View};
use crate::domain::schedule;

/// Decides what becomes of a pushed document. A hub may push only what is new: nothing is taken
/// to be gone, no validator belongs to it, and of what the feed is like it only shows that it is
/// alive, and how much it brings.
pub fn plan_pushed(view: &View, batch: &Batch, now: Timestamp, render: Render) -> Plan {
    let mut plan = plan(view, batch, now, render);
    let before = &view.seen.feed;
    let newest = if plan.entries.is_empty() { before.last_new_entry } else { Some(now) };
    let seen = plan.feed.habits;
    let habits = Habits {
        gaps: seen.gaps,
        alive_at: seen.alive_at,
        usual_rate: seen.usual_rate,
        rate_at: seen.rate_at,
        ..before.habits.clone()
    };
    let entries_per_day = schedule::rate_after_push(before, plan.entries.len());
    plan.feed = FeedState { last_new_entry: newest, entries_per_day, habits, ..before.clone() };
    plan.events.retain(|event| !habits::code::ALL.contains(&event.code.as_ref()));
    plan
}
