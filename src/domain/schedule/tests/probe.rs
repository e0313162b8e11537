//! The weekly doubt.

use super::*;
use crate::domain::feed::Validators;

const DAY: Duration = Duration::from_secs(86_400);

/// A feed with an ETag, last sent whole now.
fn read() -> FeedState {
    let record = FetchRecord { status: Some(200), ..record(Outcome::Fresh) };
    let state = after_success(&state(), &record, INTERVAL, Hints::default());
    let etag = Some(b"\"x\"".to_vec());
    FeedState { validators: Validators { etag, last_modified: None }, ..state }
}

fn unchanged(state: &FeedState, status: u16, at: Timestamp) -> FeedState {
    let record = FetchRecord { at, status: Some(status), ..record(Outcome::Unchanged) };
    after_success(state, &record, INTERVAL, Hints::default())
}

#[test]
fn a_server_that_only_says_unchanged_is_asked_in_full_once_a_week() {
    let mut state = read();
    let (mut at, mut in_full) = (now(), Vec::new());
    while at < now() + 30 * DAY {
        let whole = asks_in_full(&state, at);
        if whole {
            in_full.push(at);
        }
        state = unchanged(&state, if whole { 200 } else { 304 }, at);
        at = state.next_due;
    }
    assert!((3..=5).contains(&in_full.len()), "{in_full:?}");
    let first = in_full[0].duration_since(now()).unsigned_abs();
    assert!(first >= 6 * DAY && first <= 8 * DAY, "{first:?}");
}

#[test]
fn a_delta_is_no_full_answer() {
    let state = unchanged(&read(), 226, now() + 10 * DAY);
    assert!(asks_in_full(&state, now() + 10 * DAY));
    assert!(why(&state).contains("in full"), "{}", why(&state));
}

#[test]
fn feeds_read_together_are_not_all_doubted_together() {
    let due = |key: &str| {
        let state = FeedState { key: key.parse().unwrap(), ..read() };
        (0..300).find(|hour| asks_in_full(&state, now() + *hour * 60 * MINUTE)).unwrap()
    };
    let mut hours: Vec<u32> = (0..50).map(|n| due(&format!("feed{n}"))).collect();
    hours.sort_unstable();
    hours.dedup();
    assert!(hours.len() > 10, "{hours:?}");
}

#[test]
fn without_validators_every_request_is_in_full_anyway() {
    assert!(!asks_in_full(&state(), now() + 100 * DAY));
}
