//! Moves, as a sequence of answers.

use super::*;
use crate::domain::feed::{MoveStanding, Validators};

pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const NEW: &str = "https://new.example/feed";
pub(super) const REDIRECT: LedTo<'_> = LedTo { redirect: Some(NEW), announced: None };
pub(super) const NOWHERE: LedTo<'_> = LedTo { redirect: None, announced: None };

pub(super) fn read(state: &FeedState, hours: u32, led: LedTo<'_>) -> FeedState {
    let at = now() + hours * HOUR;
    let record = FetchRecord { at, status: Some(200), entries: 3, ..record(Outcome::Fresh) };
    sighted(after_success(state, &record, INTERVAL, Hints::default()), &record, led)
}

fn unchanged(state: &FeedState, hours: u32, led: LedTo<'_>) -> FeedState {
    let at = now() + hours * HOUR;
    let record = FetchRecord { at, status: Some(304), ..record(Outcome::Unchanged) };
    sighted(after_success(state, &record, INTERVAL, Hints::default()), &record, led)
}

pub(super) fn fail(state: &FeedState, hours: u32, network: bool) -> FeedState {
    let at = now() + hours * HOUR;
    after_failure(state, &FetchRecord { at, ..record(Outcome::Failed) }, None, network)
}

/// A feed whose move was seen for two days.
pub(super) fn moved(led: LedTo<'_>) -> FeedState {
    [0, 24, 48].into_iter().fold(state(), |state, hours| read(&state, hours, led))
}

pub(super) fn codes(before: &FeedState, after: &FeedState) -> Vec<String> {
    events(before, after).into_iter().map(|event| event.code.into_owned()).collect()
}

#[test]
fn a_permanent_redirect_seen_three_times_over_two_days_is_followed_and_told() {
    let second = [0, 24].into_iter().fold(state(), |state, hours| read(&state, hours, REDIRECT));
    assert_eq!(second.fetch_url(), second.url);
    let third = unchanged(&second, 48, REDIRECT);
    assert_eq!(third.fetch_url(), NEW);
    assert_eq!(third.url, state().url, "what is configured is not touched");
    assert_eq!(codes(&second, &third), ["moved"]);
    assert!(events(&second, &third)[0].detail.contains("configure that URL"));
    assert!(why(&third).contains(NEW));
    let fourth = read(&third, 49, NOWHERE);
    assert_eq!(fourth.fetch_url(), NEW, "the new URL redirects nowhere, of course");
    assert!(codes(&third, &fourth).is_empty(), "said once");
}

#[test]
fn a_hundred_redirects_within_a_day_move_nothing() {
    let state = (0..24).fold(state(), |state, hours| read(&state, hours, REDIRECT));
    assert_eq!(state.fetch_url(), state.url);
}

#[test]
fn an_answer_without_the_redirect_or_with_another_begins_anew() {
    let other = LedTo { redirect: Some("https://other.example/feed"), ..NOWHERE };
    for between in [NOWHERE, other] {
        let mut state = read(&state(), 0, REDIRECT);
        state = read(&state, 24, between);
        state = read(&state, 40, REDIRECT);
        state = read(&state, 50, REDIRECT);
        state = read(&state, 60, REDIRECT);
        assert_eq!(state.fetch_url(), state.url, "{between:?}");
        assert_eq!(read(&state, 90, REDIRECT).fetch_url(), NEW);
    }
}

#[test]
fn a_move_never_leads_from_https_to_http_nor_anywhere_for_a_url_with_a_login() {
    let back = LedTo { redirect: Some("http://wire.example/feed"), ..NOWHERE };
    assert_eq!(moved(back).memory.relocation, None);
    let mut own = state();
    own.url = "https://me:secret@wire.example/".into();
    assert_eq!(read(&own, 0, REDIRECT).memory.relocation, None);
    let same = LedTo { redirect: Some("https://wire.example/"), ..NOWHERE };
    assert_eq!(moved(same).memory.relocation, None);
}

#[test]
fn an_empty_feed_at_the_end_of_the_way_proves_nothing() {
    let empty = |state: &FeedState, hours: u32| {
        let at = now() + hours * HOUR;
        let record = FetchRecord { at, status: Some(200), ..record(Outcome::Fresh) };
        sighted(after_success(state, &record, INTERVAL, Hints::default()), &record, REDIRECT)
    };
    let state = [0, 24, 48, 72].into_iter().fold(state(), |state, hours| empty(&state, hours));
    assert_eq!(state.fetch_url(), state.url);
}

#[test]
fn what_a_feed_says_of_itself_counts_within_its_host_and_outlives_a_304() {
    let announced = |to| LedTo { redirect: None, announced: Some(to) };
    let (here, there) = ("https://wire.example/new", "https://evil.example/new");
    assert_eq!(moved(announced(there)).fetch_url(), state().url);
    let state = unchanged(&read(&state(), 0, announced(here)), 10, NOWHERE);
    let state = FeedState {
        validators: Validators { etag: Some(b"old".to_vec()), last_modified: None },
        ..read(&state, 30, announced(here))
    };
    let state = read(&state, 60, announced(here));
    assert_eq!(state.fetch_url(), here);
    assert_eq!(state.validators, Validators::default(), "the new URL never gave one");
    let failed = fail(&state, 61, false);
    assert_eq!(failed.fetch_url(), failed.url, "nobody ever saw a feed there");
}

#[test]
fn a_move_that_leads_nowhere_is_taken_back_for_good() {
    let mut state = moved(REDIRECT);
    for hours in [49, 50, 52, 54] {
        state = fail(&state, hours, false);
        assert_eq!(state.fetch_url(), NEW);
    }
    let back = fail(&state, 55, false);
    assert_eq!(back.fetch_url(), back.url);
    assert_eq!(codes(&state, &back), ["move_undone"]);
    let again = [60, 90, 120, 150].into_iter().fold(back, |state, h| read(&state, h, REDIRECT));
    assert_eq!(again.fetch_url(), again.url, "no to and fro");
}

#[test]
fn a_short_outage_of_the_new_place_takes_no_move_back_however_often_it_is_tried() {
    let mut state = moved(REDIRECT);
    for minutes in [0, 2, 6, 14, 30, 60, 120, 240, 350] {
        let at = now() + 49 * HOUR + minutes * Duration::from_secs(60);
        state = after_failure(&state, &FetchRecord { at, ..record(Outcome::Failed) }, None, false);
        assert_eq!(state.fetch_url(), NEW, "after {minutes} minutes");
    }
    assert_eq!(read(&state, 55, NOWHERE).fetch_url(), NEW);
}

#[test]
fn our_own_network_takes_a_move_back_only_after_a_day() {
    let mut state = moved(REDIRECT);
    for hours in 49..73 {
        state = fail(&state, hours, true);
        assert_eq!(state.fetch_url(), NEW, "{hours}");
    }
    state = fail(&state, 73, true);
    assert_eq!(state.memory.relocation.unwrap().standing, MoveStanding::Refused);
}

#[test]
fn a_refused_move_is_not_forgotten_when_another_target_is_seen_once() {
    let other = LedTo { redirect: Some("https://other.example/feed"), ..NOWHERE };
    let mut state = undone(moved(REDIRECT), now() + 49 * HOUR);
    for hours in [50, 74, 98, 122, 146] {
        state = read(&state, hours, REDIRECT);
        state = read(&state, hours + 1, other);
    }
    assert_eq!(state.fetch_url(), state.url, "refused for good");
    for hours in [200, 224, 248] {
        state = read(&state, hours, other);
    }
    assert_eq!(state.fetch_url(), "https://other.example/feed", "where it leads now");
}
