//! The outbox: who claims a delivery, for how long, in which order, and how it is settled.

use std::time::Duration;

use jiff::Timestamp;
use wirewatch::domain::alert::delivery::{Attempt, Claimed, DeliveryState, Settlement};
use wirewatch::domain::ids::{ChannelId, DeliveryId};
use wirewatch::store::outbox::DeliveryFilter;

use super::desk::{Desk, now};

const LEASE: Duration = Duration::from_secs(60);

fn log() -> ChannelId {
    "log".parse().unwrap()
}

fn later(seconds: u64) -> Timestamp {
    now() + Duration::from_secs(seconds)
}

/// A desk with `count` deliveries due.
async fn desk(count: usize) -> Desk {
    let desk = Desk::open(&["wire"]).await;
    desk.ingest(0, desk.stories(0, count)).await.unwrap();
    assert_eq!(desk.store.counts().unwrap().deliveries_due, count as u64);
    desk
}

impl Desk {
    async fn claim(&self, at: Timestamp, limit: u32) -> Vec<Claimed> {
        self.store.claim(&log(), at, LEASE, limit).await.unwrap()
    }

    async fn settle(&self, id: DeliveryId, code: &'static str, settlement: Settlement) {
        let attempt = Attempt {
            at: now(),
            duration: Duration::from_millis(12),
            code: code.into(),
            detail: Some(format!("said {code}")),
            handle: None,
        };
        self.store.settle(vec![(id, attempt, settlement)]).await.unwrap();
    }

    fn state(&self, id: DeliveryId) -> DeliveryState {
        let filter = DeliveryFilter { id: Some(id), ..DeliveryFilter::default() };
        self.store.deliveries(&filter).unwrap()[0].state
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_delivery_is_claimed_by_one_worker_only() {
    let desk = desk(50).await;
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = desk.store.clone();
        workers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = store.claim(&log(), now(), LEASE, 3).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                assert!(claimed.is_sorted_by_key(|delivery| delivery.id));
                mine.extend(claimed.into_iter().map(|delivery| delivery.id));
            }
        });
    }
    let mut all: Vec<DeliveryId> = workers.join_all().await.concat();
    all.sort_unstable();
    assert_eq!(all.len(), 50);
    all.dedup();
    assert_eq!(all.len(), 50, "none was claimed twice");
}

#[tokio::test]
async fn deliveries_come_in_the_order_in_which_they_were_made() {
    let desk = desk(7).await;
    let bodies = |claimed: Vec<Claimed>| -> Vec<String> {
        let text = |delivery: Claimed| String::from_utf8(delivery.body).unwrap();
        claimed.into_iter().map(text).collect()
    };
    let mut got = bodies(desk.claim(now(), 3).await);
    got.extend(bodies(desk.claim(now(), 10).await));
    assert_eq!(got.len(), 7);
    let mut views = desk.store.deliveries(&DeliveryFilter::default()).unwrap();
    views.reverse();
    for (body, view) in got.iter().zip(&views) {
        assert!(body.starts_with(&view.id.to_string()), "{body} is {}", view.id);
    }
    assert_eq!(desk.store.claim(&"hook".parse().unwrap(), now(), LEASE, 9).await.unwrap(), []);
}

#[tokio::test]
async fn a_lease_that_is_over_frees_the_delivery_with_the_same_bytes() {
    let desk = desk(1).await;
    let first = desk.claim(now(), 9).await;
    assert_eq!(desk.claim(later(59), 9).await, []);
    assert_eq!(desk.store.next_delivery_at(&log(), false).await.unwrap(), Some(later(60)));
    let second = desk.claim(later(60), 9).await;
    assert_eq!((first[0].attempt, second[0].attempt), (1, 2));
    assert_eq!((first[0].id, &first[0].body), (second[0].id, &second[0].body));
    // The second one got through; what the first one reports late changes nothing.
    desk.settle(second[0].id, "delivered", Settlement::Delivered).await;
    desk.settle(first[0].id, "timeout", Settlement::Retry { at: now() }).await;
    assert_eq!(desk.state(first[0].id), DeliveryState::Delivered);
    assert_eq!(desk.claim(later(9_999), 9).await, []);
    assert_eq!(desk.store.next_delivery_at(&log(), false).await.unwrap(), None);
}

#[tokio::test]
async fn a_retry_waits_for_its_time_and_lets_others_pass() {
    let desk = desk(2).await;
    let claimed = desk.claim(now(), 1).await;
    desk.settle(claimed[0].id, "http_503", Settlement::Retry { at: later(300) }).await;
    let others = desk.claim(later(299), 9).await;
    assert_eq!(others.len(), 1);
    desk.settle(others[0].id, "delivered", Settlement::Delivered).await;
    assert_eq!(desk.store.next_delivery_at(&log(), false).await.unwrap(), Some(later(300)));
    let again = desk.claim(later(300), 9).await;
    assert_eq!((again[0].id, again[0].attempt), (claimed[0].id, 2));
    let filter = DeliveryFilter { id: Some(again[0].id), ..DeliveryFilter::default() };
    let attempts = &desk.store.deliveries(&filter).unwrap()[0].attempts;
    assert_eq!(attempts[0].detail.as_deref(), Some("said http_503"));
    assert_eq!(attempts[0].duration, Duration::from_millis(12));
}

#[tokio::test]
async fn what_was_being_sent_is_pending_again_after_a_restart() {
    let desk = desk(3).await;
    let claimed = desk.claim(now(), 2).await;
    desk.settle(claimed[0].id, "delivered", Settlement::Delivered).await;
    assert_eq!(desk.store.recover_deliveries(now()).await.unwrap(), 1);
    let due: Vec<DeliveryId> = desk.claim(now(), 9).await.iter().map(|due| due.id).collect();
    assert_eq!((due.len(), due[0]), (2, claimed[1].id));
}

#[tokio::test]
async fn a_parked_delivery_is_sent_when_asked_for() {
    let desk = desk(2).await;
    for delivery in desk.claim(now(), 9).await {
        desk.settle(delivery.id, "http_410", Settlement::Park).await;
    }
    assert_eq!(desk.claim(later(99_999), 9).await, []);
    let parked = DeliveryFilter { state: Some(DeliveryState::Parked), ..Default::default() };
    let listed = desk.store.deliveries(&parked).unwrap();
    assert_eq!((listed.len(), desk.store.counts().unwrap().deliveries_parked), (2, 2));

    let one = DeliveryFilter { id: Some(listed[0].id), ..Default::default() };
    assert_eq!(desk.store.retry_deliveries(one, now()).await.unwrap(), 1);
    let elsewhere = DeliveryFilter { channel: Some("hook".parse().unwrap()), ..parked.clone() };
    assert_eq!(desk.store.retry_deliveries(elsewhere, now()).await.unwrap(), 0);
    let claimed = desk.claim(now(), 9).await;
    assert_eq!((claimed[0].id, claimed[0].attempt), (listed[0].id, 1), "from the beginning");
    assert_eq!(desk.store.retry_deliveries(parked, now()).await.unwrap(), 1);
}

#[tokio::test]
async fn settling_what_does_not_exist_is_an_error_and_settles_nothing_else() {
    let desk = desk(1).await;
    let claimed = desk.claim(now(), 1).await;
    let attempt = Attempt {
        at: now(),
        duration: Duration::ZERO,
        code: "delivered".into(),
        detail: None,
        handle: None,
    };
    let settled = [claimed[0].id, DeliveryId(1)];
    let settled = settled.map(|id| (id, attempt.clone(), Settlement::Delivered)).to_vec();
    assert_eq!(desk.store.settle(settled).await.unwrap_err().code(), "unknown_id");
    assert_eq!(desk.state(claimed[0].id), DeliveryState::Sending);
}
