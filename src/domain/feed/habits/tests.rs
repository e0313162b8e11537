//! Changes as a feed's reader would notice them, each told once.

use super::*;
use crate::domain::ids::FeedId;

const DAY: i64 = 86_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

/// A feed that was read first at second 0.
fn feed() -> FeedState {
    let mut state =
        FeedState::new(FeedId(1), "wire".parse().unwrap(), "https://wire.example/".into(), at(0));
    state.baseline_at = Some(at(0));
    state.last_new_entry = Some(at(0));
    state
}

/// Reads a document with `dates` and these new entries, and returns what was told.
fn read(state: &mut FeedState, seen: &Observed<'_>) -> Vec<String> {
    let (habits, events) = observe(state, seen);
    state.habits = habits;
    if !seen.published.is_empty() {
        state.last_new_entry = Some(seen.at);
    }
    state.baseline_at = state.baseline_at.or(Some(seen.at));
    events.into_iter().map(|event| format!("{}: {}", event.code, event.detail)).collect()
}

fn document(seconds: i64, manner: &Manner, dates: [DateQuality; 4]) -> Observed<'_> {
    Observed { at: at(seconds), manner, dates: dates.into(), published: Vec::new(), rate: 1.0 }
}

#[test]
fn a_change_of_dates_is_told_once_and_so_is_its_end() {
    use DateQuality::{Assumed, Exact, Missing};
    let (mut state, plain) = (feed(), Manner::default());
    let mut tell = |n, dates| read(&mut state, &document(n, &plain, dates));
    assert_eq!(tell(1, [Exact, Exact, Exact, Missing]), [""; 0]);
    assert_eq!(tell(2, [Exact, Exact, Missing, Missing]), [""; 0], "half is not most");
    assert_eq!(
        tell(3, [Missing; 4]),
        [
            "dates_changed: most entries have no date any longer that can be read; they were exact before"
        ]
    );
    assert_eq!(tell(4, [Missing; 4]), [""; 0]);
    assert_eq!(
        tell(5, [Assumed; 4]),
        [
            "dates_changed: most dates have no zone any longer: UTC is assumed; they were missing before"
        ]
    );
}

#[test]
fn another_language_is_told_and_another_spelling_of_the_same_is_not() {
    let mut state = feed();
    let mut speak = |tag: Option<&str>| {
        let manner = Manner { language: tag.map(str::to_owned), ..Manner::default() };
        read(&mut state, &document(1, &manner, [DateQuality::Exact; 4]))
    };
    assert_eq!(speak(Some("en")), [""; 0]);
    assert_eq!(speak(Some("en-GB")), [""; 0]);
    assert_eq!(speak(None), [""; 0]);
    assert_eq!(speak(Some("\u{1b}[2J")), [""; 0]);
    assert_eq!(speak(Some("DE_at")), ["language_changed: from en to de"]);
    assert_eq!(speak(Some("de")), [""; 0]);
}

#[test]
fn another_place_behind_the_url_is_told_and_another_query_is_not() {
    let mut state = feed();
    let mut lead = |to: Option<&str>| {
        let manner = Manner { landed: to.map(str::to_owned), ..Manner::default() };
        read(&mut state, &document(1, &manner, [DateQuality::Exact; 4]))
    };
    assert_eq!(lead(Some("https://cdn.example/a?token=1")), [""; 0]);
    assert_eq!(lead(Some("https://cdn.example/a?token=2")), [""; 0]);
    assert_eq!(
        lead(Some("https://parked.example/")),
        ["redirect_changed: leads to https://parked.example/, before to https://cdn.example/a"]
    );
    assert_eq!(lead(None), [""; 0]);
}

#[test]
fn a_feed_that_lost_its_entries_is_told_once_until_they_are_back() {
    let (mut state, plain) = (feed(), Manner::default());
    let full = document(1, &plain, [DateQuality::Exact; 4]);
    let empty = Observed { dates: Vec::new(), ..full.clone() };
    assert_eq!(read(&mut state, &full), [""; 0]);
    assert_eq!(
        read(&mut state, &empty),
        ["emptied: it has no entries any longer, and had some before"]
    );
    assert_eq!(read(&mut state, &empty), [""; 0]);
    assert_eq!(state.habits.empty_since, Some(at(1)));
    assert_eq!(read(&mut state, &full), [""; 0]);
    assert_eq!(state.habits.empty_since, None);
    let mut young = feed();
    young.last_new_entry = None;
    assert_eq!(read(&mut young, &empty), [""; 0], "one that never had any lost none");
}

#[test]
fn a_rate_that_collapses_is_told_once_it_is_known_what_is_usual() {
    let (mut state, plain) = (feed(), Manner::default());
    let mut told = Vec::new();
    // Twelve entries a day for thirty days; then one in four days.
    for n in 1..=60i64 {
        let time = if n <= 30 { n * DAY } else { (30 + (n - 30) * 4) * DAY };
        let (new, rate) = if n <= 30 { (12, 12.0) } else { (1, 0.25) };
        let mut seen = document(time, &plain, [DateQuality::Exact; 4]);
        seen.published = vec![None; new];
        seen.rate = rate;
        told.extend(read(&mut state, &seen));
    }
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("rate_collapsed: 11.8 new entries a day before, 0.2"), "{told:?}");
}

#[test]
fn the_gaps_of_a_baseline_are_those_between_its_dates() {
    let plain = Manner::default();
    let mut state = feed();
    (state.baseline_at, state.last_new_entry) = (None, None);
    let dates = [-1_000 * DAY, -999 * DAY, -998 * DAY, -997 * DAY, -996 * DAY, -995 * DAY];
    let mut seen = document(0, &plain, [DateQuality::Exact; 4]);
    seen.published = dates.iter().map(|day| Some(at(*day))).collect();
    seen.published.push(None);
    read(&mut state, &seen);
    assert_eq!(state.habits.alive_at, Some(at(-995 * DAY)), "it has been silent for years");
    assert!(state.habits.gaps.count() > 4.9);
    // What is new later counts as of when it was seen, where its date is none or an old one.
    let mut late = document(DAY, &plain, [DateQuality::Exact; 4]);
    late.published = vec![None, Some(at(-2_000 * DAY))];
    read(&mut state, &late);
    assert_eq!(state.habits.alive_at, Some(at(DAY)));
}
