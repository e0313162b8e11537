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

#[test]
fn a_page_is_read_anew_after_six_hours_and_three_times_in_all() {
    let now = at("2026-03-01T12:00:00Z");
    let page = |read: &str, rereads| Standing {
        state: State::Settled,
        at: Some(at(read)),
        too_many: false,
        rereads,
        has_text: true,
    };
    let after = |page: &Standing| revised(page, true, true, now);
    assert_eq!(after(&page("2026-03-01T06:00:01Z", 0)), Revised::Again);
    assert_eq!(after(&page("2026-03-01T06:00:00Z", 2)), Revised::Reread);
    assert_eq!(after(&page("2026-02-01T06:00:00Z", 3)), Revised::Again);
    let refused = Standing { has_text: false, ..page("2026-03-01T11:00:00Z", 0) };
    assert_eq!(after(&refused), Revised::AsItWas);
    let many = Standing { at: None, too_many: true, ..refused.clone() };
    assert_eq!(after(&many), Revised::AsItWas);
    let wanted = Standing { state: State::Wanted, ..refused };
    assert_eq!(after(&wanted), Revised::AsItWas, "its tries go on");
    assert_eq!(revised(&wanted, false, false, now), Revised::NoLink);
}

#[test]
fn pages_come_well_after_the_feeds_of_a_site_that_was_left_alone() {
    let now = at("2026-03-01T12:00:00Z");
    let wait = |secs| {
        let wait = Duration::from_secs(secs);
        after_hold(&SiteHold { site: "a.example".into(), wait, until: now }, now)
    };
    assert_eq!(wait(60), at("2026-03-01T12:31:00Z"));
    assert_eq!(wait(7_200), at("2026-03-01T16:00:00Z"));
}
