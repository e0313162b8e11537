//! What pushed documents teach about a feed.

use super::*;
use crate::domain::feed::habits::code::RATE_COLLAPSED;

#[test]
fn what_is_pushed_counts_into_the_rates_of_a_feed() {
    let mut memory = Memory::past_baseline(&["wire"]);
    let mut told = Vec::new();
    let mut last = Vec::new();
    for day in 1..=75 {
        memory.now += 24 * HOUR;
        let fresh = |n: u32| {
            let name = format!("{day}-{n}");
            entry(&name, &name, &format!("Report {name} of the day"), memory.now)
        };
        let new: Vec<Prepared> = (0..12).map(fresh).collect();
        // Thirty days of fetches, twenty of pushes that the next fetch knows, then silence.
        match day {
            1..=30 => last = new,
            31..=50 => {
                last = new;
                told.extend(memory.push("wire", last.clone()).events);
            }
            _ => {}
        }
        told.extend(memory.fetch("wire", last.clone()).events);
        told.retain(|event| event.code == RATE_COLLAPSED);
        if day == 50 {
            let state = &memory.feeds["wire"];
            assert!((9.0..15.0).contains(&state.entries_per_day), "{}", state.entries_per_day);
            let usual = state.habits.usual_rate;
            assert!((7.0..15.0).contains(&usual), "{usual}");
            assert!(told.is_empty(), "{told:?}");
        }
    }
    assert_eq!(told.len(), 1, "a feed that falls silent is told of: {told:?}");
}
