//! How often a page is tried.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_page_is_tried_four_times_and_then_given_up() {
    let now = at("2026-03-01T12:00:00Z");
    let waits: Vec<Option<i64>> = (1..=4)
        .map(|attempts| {
            next_try(attempts, None, now).map(|next| next.duration_since(now).as_secs())
        })
        .collect();
    assert_eq!(waits, [Some(120), Some(1_800), Some(21_600), None]);
}

#[test]
fn a_server_that_asks_for_time_gets_it_within_bounds() {
    let now = at("2026-03-01T12:00:00Z");
    let wait = |asked| next_try(1, Some(Duration::from_secs(asked)), now).unwrap();
    assert_eq!(wait(600), at("2026-03-01T12:10:00Z"));
    assert_eq!(wait(1), at("2026-03-01T12:02:00Z"));
    assert_eq!(wait(u64::MAX), at("2026-03-02T12:00:00Z"));
}
