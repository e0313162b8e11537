//! What becomes of a subscription when its hub answers, refuses or is silent.

use super::*;

const DAY: i64 = 86_400;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-01T12:00:00Z")
}

fn found() -> Subscription {
    Subscription {
        feed: FeedId(1),
        key: "wire".parse().unwrap(),
        hub: "https://hub.example/".to_owned(),
        topic: "https://wire.example/feed".to_owned(),
        token: None,
        secret: None,
        state: PushState::Found,
        lease_until: None,
        next_at: now(),
        attempts: 0,
        code: None,
        detail: None,
        pushes: 0,
        last_push: None,
    }
}

fn wait(subscription: &Subscription) -> i64 {
    subscription.next_at.duration_since(now()).as_secs()
}

#[test]
fn a_verified_subscription_is_renewed_before_its_lease_ends() {
    let active = found().asked(now()).verified(Some(Duration::from_secs(8 * 86_400)), now());
    assert_eq!(active.state, PushState::Active);
    assert_eq!(wait(&active), 6 * DAY);
    assert!(
        active.is_active(at("2026-03-09T11:59:59Z"))
            && !active.is_active(at("2026-03-09T12:00:01Z"))
    );
    // While it is renewed, the hub goes on pushing.
    assert_eq!(active.clone().asked(at("2026-03-07T12:00:00Z")).state, PushState::Active);
    assert_eq!(
        active.failed("http_500".into(), None, at("2026-03-07T12:00:00Z")).state,
        PushState::Active
    );
}

#[test]
fn a_lease_that_no_hub_means_is_brought_within_bounds() {
    let lease = |seconds| {
        let active = found().asked(now()).verified(Some(Duration::from_secs(seconds)), now());
        active.lease_until.unwrap().duration_since(now()).as_secs()
    };
    assert_eq!(lease(0), 600);
    assert_eq!(lease(u64::MAX), 30 * DAY);
}

#[test]
fn a_hub_that_fails_is_asked_ever_less_often_but_never_given_up() {
    let mut failing = found();
    let mut waits = Vec::new();
    for _ in 0..12 {
        failing = failing.failed("connect".into(), None, now());
        waits.push(wait(&failing));
    }
    assert_eq!(waits[..3], [300, 600, 1_200]);
    assert_eq!(waits[11], DAY);
}

#[test]
fn what_a_hub_took_is_unverified_until_it_verifies_or_fails() {
    let asked = found().asked(now());
    assert!(asked.is_unverified());
    assert!(!asked.clone().verified(None, now()).is_unverified());
    assert!(!asked.failed("unverified".into(), None, now()).is_unverified());
    let renewed = found().asked(now()).verified(None, now()).asked(now());
    assert!(renewed.is_unverified(), "a renewal is a request too");
}

#[test]
fn only_what_was_asked_for_is_confirmed() {
    let asked = found().asked(now());
    assert!(asked.wants("https://wire.example/feed"));
    assert!(!asked.wants("https://wire.example/other"));
    assert!(!found().wants("https://wire.example/feed"), "nothing was asked yet");
}
