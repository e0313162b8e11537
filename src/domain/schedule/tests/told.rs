//! What the schedule says of itself.

use std::sync::Arc;

use super::*;
use crate::domain::feed::Feed;

fn feed() -> Arc<Feed> {
    Arc::new(Feed {
        key: "wire".parse().unwrap(),
        url: "https://wire.example/".into(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        interval: INTERVAL,
        backfill: Duration::ZERO,
        full_text: false,
        paused: false,
    })
}

#[test]
fn the_expected_latency_is_half_of_the_wait() {
    assert_eq!(expected_latency(&state(), &feed()), 30 * MINUTE);
    let read = after(Hints::default());
    assert_eq!(expected_latency(&read, &feed()), wait(&read) / 2);
}

#[test]
fn every_reason_is_a_sentence() {
    let told = |reason: &'static str| why(&FeedState { next_reason: reason.into(), ..state() });
    for reason in [
        "new",
        "url_changed",
        "interval",
        "pushed",
        "ttl",
        "period",
        "skip",
        "max_age",
        "retry_after",
        "network",
        "backoff",
        "gone",
    ] {
        assert!(told(reason).contains(' '), "{reason}: {}", told(reason));
    }
    let busy = FeedState { entries_per_day: 3.21, ..after(Hints::default()) };
    assert_eq!(why(&busy), "it brings about 3.2 new entries a day");
    let failed = after_failure(&state(), &record(Outcome::Failed), None, true);
    assert_eq!(
        why(&failed),
        "it failed once without being reached; it is tried every hour at least"
    );
}
