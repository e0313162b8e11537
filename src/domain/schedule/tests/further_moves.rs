//! Further moves of a feed that has moved, as a sequence of answers.

use super::moves::{HOUR, NEW, NOWHERE, REDIRECT, codes, fail, moved, read};
use super::*;
use crate::domain::feed::{MoveStanding, Validators};

const NEWER: &str = "https://newer.example/feed";
const FURTHER: LedTo<'_> = LedTo { redirect: Some(NEWER), announced: None };

/// A feed that has moved twice: at the hours 48 and 108.
fn moved_twice() -> FeedState {
    [60, 84, 108].into_iter().fold(moved(REDIRECT), |state, hours| read(&state, hours, FURTHER))
}

#[test]
fn a_further_move_takes_as_many_answers_as_the_first_and_is_told() {
    let second = [60, 84].into_iter().fold(moved(REDIRECT), |s, hours| read(&s, hours, FURTHER));
    assert_eq!(second.fetch_url(), NEW);
    let third = read(&second, 108, FURTHER);
    assert_eq!(third.fetch_url(), NEWER);
    assert_eq!(third.url, state().url, "what is configured is not touched");
    assert_eq!(codes(&second, &third), ["moved"]);
    assert!(events(&second, &third)[0].detail.contains("moved on to https://newer.example/feed"));
    assert!(codes(&third, &read(&third, 109, NOWHERE)).is_empty(), "said once");
}

#[test]
fn an_answer_without_the_further_redirect_begins_anew() {
    let mut state = moved(REDIRECT);
    for (hours, led) in [(60, FURTHER), (84, NOWHERE), (90, FURTHER), (110, FURTHER)] {
        state = read(&state, hours, led);
    }
    assert_eq!(read(&state, 112, FURTHER).fetch_url(), NEW);
    assert_eq!(read(&state, 140, FURTHER).fetch_url(), NEWER);
}

#[test]
fn a_third_and_a_fourth_move_are_followed_as_well() {
    let mut state = moved_twice();
    for (number, begin) in [(3, 120), (4, 200)] {
        let to = format!("https://{number}.example/feed");
        let led = LedTo { redirect: Some(&to), announced: None };
        let before = state.fetch_url().to_owned();
        state = read(&read(&state, begin, led), begin + 24, led);
        assert_eq!(state.fetch_url(), before);
        state = read(&state, begin + 48, led);
        assert_eq!(state.fetch_url(), to);
    }
}

#[test]
fn a_further_move_that_leads_nowhere_is_taken_back_alone_and_the_first_after_it() {
    let mut state = moved_twice();
    state.validators = Validators { etag: Some(b"newer".to_vec()), last_modified: None };
    for hours in [109, 111, 113] {
        state = fail(&state, hours, false);
        assert_eq!(state.fetch_url(), NEWER);
    }
    let back = fail(&state, 115, false);
    assert_eq!(back.fetch_url(), NEW, "one step");
    assert_eq!(codes(&state, &back), ["move_undone"]);
    assert_eq!(back.validators, Validators::default(), "they were the other server's");
    // It works there, and never leads to the failed one again.
    let works = [130, 160, 190, 220].into_iter().fold(back.clone(), |s, h| read(&s, h, FURTHER));
    assert_eq!(works.fetch_url(), NEW);
    // Or it does not: it has the same time as the other had.
    let mut state = back;
    for hours in [116, 118, 120] {
        state = fail(&state, hours, false);
        assert_eq!(state.fetch_url(), NEW, "{hours}");
    }
    state = fail(&state, 121, false);
    assert_eq!(state.fetch_url(), state.url);
}

#[test]
fn all_moves_are_undone_at_once_and_none_of_them_comes_again() {
    let mut state = undone(moved_twice(), now() + 110 * HOUR);
    assert_eq!(state.fetch_url(), state.url);
    for hours in [120, 150, 180, 210, 240] {
        state = read(&state, hours, FURTHER);
    }
    for hours in [241, 270, 300, 330] {
        state = read(&state, hours, REDIRECT);
    }
    assert_eq!(state.fetch_url(), state.url);
    assert_eq!(state.memory.relocation.unwrap().standing, MoveStanding::Refused);
}

#[test]
fn a_move_back_to_the_configured_url_ends_there_and_does_not_go_round() {
    let home = state().url;
    let led = LedTo { redirect: Some(&home), announced: None };
    let second =
        [60, 84].into_iter().fold(moved(REDIRECT), |state, hours| read(&state, hours, led));
    let back = read(&second, 108, led);
    assert_eq!(back.fetch_url(), home);
    assert_eq!(codes(&second, &back), ["move_undone"]);
    assert!(events(&second, &back)[0].detail.contains("leads back to the configured URL"));
    let again = [120, 150, 180].into_iter().fold(back, |state, h| read(&state, h, REDIRECT));
    assert_eq!(again.fetch_url(), home);
}

#[test]
fn a_further_move_never_leads_back_to_http_and_an_announced_one_not_to_another_host() {
    let led = |redirect, announced| LedTo { redirect, announced };
    for led in
        [led(Some("http://newer.example/feed"), None), led(None, Some(NEWER)), led(Some(NEW), None)]
    {
        let state =
            [60, 84, 108].into_iter().fold(moved(REDIRECT), |s, hours| read(&s, hours, led));
        assert_eq!((state.fetch_url(), &state.memory.onward), (NEW, &None), "{led:?}");
    }
    let own = led(None, Some("https://new.example/other"));
    let state = [60, 84, 108].into_iter().fold(moved(REDIRECT), |s, hours| read(&s, hours, own));
    assert_eq!(state.fetch_url(), "https://new.example/other");
}
