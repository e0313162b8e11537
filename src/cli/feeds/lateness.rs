//! How late a feed's entries are seen and alerted, and which feed it trails, as `feeds show` tells
//! people. What is told is read in [`crate::record::lateness`].

use std::time::Duration;

use crate::cli::output::count;
use crate::cli::page::Page;
use crate::record::lateness::{Late, behind, shares, took};

/// Most feeds that one is told to trail on its page.
const MAX_NAMED: usize = 3;

/// Adds to a feed's page how late it is.
pub fn fields(late: &Late, page: &mut Page) {
    let times = |what: &str, times: &[Duration], noun: &str| {
        let (half, most) = shares(times)?;
        let (half, most, of) = (took(half), took(most), count(times.len(), noun));
        Some(format!("{what}: half within {half}, 95 % within {most} (of {of})"))
    };
    if let Some(text) = times("published to seen", &late.times.seen, "entry") {
        page.field("latency", &text);
    }
    if let Some(text) = times("seen to alert", &late.times.alerted, "alert") {
        let label = if late.times.seen.is_empty() { "latency" } else { "" };
        page.field(label, &text);
    }
    for (n, trail) in late.trails.iter().take(MAX_NAMED).enumerate() {
        page.field(if n == 0 { "trails" } else { "" }, &format!("{} stories", behind(trail)));
    }
}
