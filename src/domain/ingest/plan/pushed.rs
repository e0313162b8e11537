//! The plan for a document that a hub pushed: its entries are what they would be had they been
//! fetched, but what the feed's server said last, and when it is asked next, stays as it is.

use jiff::Timestamp;

use super::{Render, plan};
use crate::domain::feed::FeedState;
use crate::domain::ingest::{Batch, Plan, View};

/// Decides what becomes of a pushed document. A hub may push only what is new: nothing is taken
/// to be gone, and no validator belongs to it.
pub fn plan_pushed(view: &View, batch: &Batch, now: Timestamp, render: Render) -> Plan {
    let mut plan = plan(view, batch, now, render);
    let newest = if plan.entries.is_empty() { view.feed.last_new_entry } else { Some(now) };
    plan.feed = FeedState { last_new_entry: newest, ..view.feed.clone() };
    plan
}
