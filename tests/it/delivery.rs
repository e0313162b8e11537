//! Delivery: what was committed reaches every channel, with the id and the bytes fixed at the
//! commit, whatever the other side does meanwhile.

mod alert_log;
mod clocks;
mod crashes;
mod desk;
mod machines;
mod mail;
mod odd_channels;
mod paces;
mod poison;
mod told;
mod told_together;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

use wirewatch::clock::Clock;
use wirewatch::domain::alert::circuit::CircuitState;
use wirewatch::domain::alert::delivery::DeliveryState;
use wirewatch::store::outbox::{DeliveryFilter, DeliveryView};

use crate::support::channel::{Answer, Received, Receiver};
use desk::{Desk, SECRET};

const MINUTE: Duration = Duration::from_secs(60);

/// Checks that every request had the bytes that were fixed under its id; gives the ids.
fn ids_of(received: &[Received], frozen: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let id_of = |request: &Received| {
        let fixed = frozen.get(request.id()).expect("an id that was committed");
        assert_eq!(&request.body, fixed, "bytes of {}", request.id());
        request.id().to_owned()
    };
    received.iter().map(id_of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_reaches_every_channel_with_the_bytes_that_were_fixed() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver).log("log", 1 << 20);
    desk.start().await;
    let frozen = desk.alert(1, 1).await;
    let received = receiver.wait_for(1).await;
    desk.until("both delivered", Desk::all_delivered).await;

    assert_eq!(ids_of(&received, &frozen), ["D1"]);
    let request = &received[0];
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("wirewatch-attempt"), Some("1"));
    assert_eq!(request.header("x-token"), Some("t0k3n"));
    assert!(request.header("user-agent").is_some_and(|agent| agent.starts_with("wirewatch/")));
    let object = request.json();
    assert_eq!(object["delivery"]["id"], "D1");
    assert_eq!(object["headline"], "Headline 1, zażółć");

    let logged = desk.logged();
    assert_eq!(logged.len(), 1);
    assert_eq!(logged[0].to_bytes(), frozen["D2"]);
    assert_eq!(logged[0].delivery.as_ref().map(|d| d.channel.as_str()), Some("log"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_can_verify_the_signature() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    desk.start().await;
    desk.alert(1, 1).await;
    let request = receiver.wait_for(1).await.remove(0);

    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    let timestamp = request.header("webhook-timestamp").expect("a timestamp");
    assert_eq!(timestamp.parse(), Ok(desk.clock.now().as_second()));
    mac.update(format!("{}.{timestamp}.", request.id()).as_bytes());
    mac.update(&request.body);
    let given = request.header("webhook-signature").and_then(|value| value.strip_prefix("v1,"));
    let given = STANDARD.decode(given.expect("version 1")).expect("base64");
    mac.verify_slice(&given).expect("a true signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_attempts_are_repeated_with_the_same_id_and_bytes_until_one_succeeds() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().timeout(Duration::from_secs(3)).webhook("hook", &receiver);
    receiver.script([
        Answer::DropAck,
        Answer::Status(500),
        Answer::TooMany("7200".to_owned()),
        Answer::Hang,
        Answer::Status(200),
    ]);
    desk.start().await;
    let frozen = desk.alert(1, 1).await;
    desk.turn("delivered", Desk::all_delivered).await;

    let received = receiver.received();
    assert_eq!(ids_of(&received, &frozen), ["D1"; 5]);
    let numbers: Vec<_> = received.iter().filter_map(|r| r.header("wirewatch-attempt")).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5"]);

    let attempts = desk.delivery("D1").attempts;
    let codes: Vec<&str> = attempts.iter().map(|attempt| attempt.code.as_ref()).collect();
    assert_eq!(codes, ["network", "http_500", "http_429", "timeout", "delivered"]);
    assert_eq!(attempts[1].detail.as_deref(), Some("said the receiver"));
    // The third wait would have been half an hour.
    let wait = attempts[3].at.duration_since(attempts[2].at);
    assert!(wait.as_secs() >= 7_200, "{wait:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_channel_delays_no_other() {
    let (dead, alive) = (Receiver::start().await, Receiver::start().await);
    dead.script(std::iter::repeat_n(Answer::Hang, 1_000));
    let mut desk = Desk::new().webhook("dead", &dead).webhook("alive", &alive).log("log", 1 << 20);
    desk.start().await;
    for n in 1..=20 {
        desk.alert(n, 1).await;
    }
    // The clock stands still: nothing here waited for a retry.
    alive.wait_for(20).await;
    desk.until("all but the dead channel's", |desk| {
        desk.deliveries(Some(DeliveryState::Delivered)).len() == 40
    })
    .await;
    assert_eq!(desk.logged().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_vanished_gets_everything_once_it_is_back() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    let mut frozen = desk.alert(1, 1).await;
    receiver.vanish().await;
    desk.start().await;
    for n in 2..=10 {
        frozen.extend(desk.alert(n, 1).await);
    }
    let tried = |desk: &Desk| {
        let deliveries = desk.deliveries(None);
        assert!(deliveries.iter().all(|one| one.state != DeliveryState::Parked));
        let codes = deliveries.iter().flat_map(|one| &one.attempts).map(|attempt| &attempt.code);
        codes.inspect(|code| assert_eq!(*code, "connect")).count()
    };
    desk.turn("its circuit is open", |desk| {
        tried(desk) >= 3
            && desk.store.circuits().expect("circuits").iter().any(|(_, it)| !it.is_closed())
    })
    .await;
    // Two days: one delivery at a time tries whether it is back.
    let end = desk.clock.now() + 48 * 60 * MINUTE;
    desk.turn("two days", |desk| desk.clock.now() >= end).await;
    assert!(tried(&desk) < 48 * 4 + 20, "{} attempts", tried(&desk));
    assert!(receiver.received().is_empty());
    receiver.reappear().await;
    desk.turn("delivered", Desk::all_delivered).await;
    let ids: BTreeSet<String> = ids_of(&receiver.received(), &frozen).into_iter().collect();
    assert!(ids.iter().eq(frozen.keys()));
    assert_eq!(receiver.received().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_parked_with_what_was_answered_and_sent_again_on_request() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Status(422), Answer::Status(400)]);
    desk.start().await;
    let frozen = desk.alert(1, 1).await;
    desk.until("parked", |desk| desk.delivery("D1").state == DeliveryState::Parked).await;
    let attempts = desk.delivery("D1").attempts;
    assert_eq!(attempts[0].code, "http_422");
    assert_eq!(attempts[0].detail.as_deref(), Some("said the receiver"));

    for code in ["http_400", "delivered"] {
        let retried = desk.store.retry_deliveries(DeliveryFilter::default(), desk.clock.now());
        assert_eq!(retried.await.expect("retried"), 1);
        desk.turn("settled", |desk| {
            desk.delivery("D1").attempts.last().is_some_and(|attempt| attempt.code == code)
        })
        .await;
    }
    assert_eq!(ids_of(&receiver.received(), &frozen), ["D1"; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_being_redeployed_loses_nothing() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    let elsewhere = Answer::Redirect("http://127.0.0.1:9/".to_owned());
    receiver.script([Answer::Status(404), elsewhere, Answer::Status(401), Answer::Status(403)]);
    desk.start().await;
    let frozen = desk.alert(1, 1).await;
    desk.turn("delivered", Desk::all_delivered).await;
    let attempts = desk.delivery("D1").attempts;
    let codes: Vec<&str> = attempts.iter().map(|attempt| attempt.code.as_ref()).collect();
    assert_eq!(codes, ["http_404", "http_307", "http_401", "http_403", "delivered"]);
    assert_eq!(ids_of(&receiver.received(), &frozen), ["D1"; 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_is_left_alone_and_nothing_pending_is_lost() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Status(410)]);
    desk.start().await;
    desk.alert(1, 1).await;
    desk.until("gone", |desk| !desk.delivery("D1").attempts.is_empty()).await;
    desk.alert(2, 1).await;
    desk.clock.advance(10 * MINUTE);
    desk.stop().await;
    assert_eq!(receiver.received().len(), 1);
    // It says nothing of the delivery that the channel is gone.
    assert_eq!(desk.delivery("D1").state, DeliveryState::Pending);
    assert_eq!(desk.delivery("D2").state, DeliveryState::Pending);

    // A restart changes nothing: somebody has to say that it is worth a try.
    desk.start().await;
    desk.clock.advance(24 * 60 * MINUTE);
    desk.alert(3, 1).await;
    let circuits = desk.store.circuits().expect("circuits");
    assert_eq!(circuits[0].1.state, CircuitState::Gone);
    assert_eq!(receiver.received().len(), 1);
    let filter =
        DeliveryFilter { channel: Some("hook".parse().expect("a key")), ..Default::default() };
    desk.store.retry_deliveries(filter, desk.clock.now()).await.expect("retried");
    desk.turn("delivered", Desk::all_delivered).await;
    assert!(desk.store.circuits().expect("circuits").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_a_week_for_a_dead_channel_is_given_up_visibly_and_sent_on_request() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.vanish().await;
    let mut frozen = desk.alert(1, 1).await;
    frozen.extend(desk.alert(2, 1).await);
    desk.start().await;
    let parked = |one: &DeliveryView| one.state == DeliveryState::Parked;
    let tries =
        |desk: &Desk| desk.deliveries(None).iter().map(|one| one.attempts.len()).sum::<usize>();
    desk.turn("spared", |desk| {
        desk.store.circuits().expect("circuits").iter().any(|(_, it)| !it.is_closed())
    })
    .await;
    let before = tries(&desk);
    desk.clock.advance(6 * 24 * 60 * MINUTE);
    desk.turn("tried again", |desk| tries(desk) > before).await;
    assert!(!desk.deliveries(None).iter().any(parked), "not before a week is over");
    desk.clock.advance(2 * 24 * 60 * MINUTE);
    desk.turn("given up", |desk| desk.deliveries(None).iter().all(parked)).await;
    let last = desk.delivery("D1").attempts.pop().expect("an attempt");
    assert_eq!(last.code, "channel_down");
    receiver.reappear().await;
    desk.store
        .retry_deliveries(DeliveryFilter::default(), desk.clock.now())
        .await
        .expect("retried");
    desk.turn("delivered", Desk::all_delivered).await;
    let ids: BTreeSet<String> = ids_of(&receiver.received(), &frozen).into_iter().collect();
    assert!(ids.iter().eq(frozen.keys()));
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_of_an_alert_arrive_in_turn_and_others_do_not_wait_for_them() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Status(503)]);
    let mut frozen = desk.alert(1, 1).await;
    desk.start().await;
    receiver.wait_for(1).await;
    for (n, seq) in [(1, 2), (1, 3), (2, 1)] {
        frozen.extend(desk.alert(n, seq).await);
    }
    desk.until("the other alert", |desk| desk.delivery("D4").state == DeliveryState::Delivered)
        .await;
    assert_eq!(desk.delivery("D2").attempts.len(), 0);
    desk.turn("delivered", Desk::all_delivered).await;
    let mut order = ids_of(&receiver.received(), &frozen);
    order.retain(|id| id != "D4");
    assert_eq!(order, ["D1", "D1", "D2", "D3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_out_of_retries_is_parked_and_its_followers_go_on() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script(std::iter::repeat_n(Answer::Status(500), 10));
    desk.alert(1, 1).await;
    desk.alert(1, 2).await;
    desk.start().await;
    desk.turn("parked and followed", |desk| {
        desk.delivery("D1").state == DeliveryState::Parked
            && desk.delivery("D2").state == DeliveryState::Delivered
    })
    .await;
    assert_eq!(desk.delivery("D1").attempts.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_leaves_an_unanswered_attempt_to_the_next_start() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Hang]);
    desk.start().await;
    let frozen = desk.alert(1, 1).await;
    receiver.wait_for(1).await;
    desk.kill().await;
    assert_eq!(desk.delivery("D1").state, DeliveryState::Sending);
    desk.start().await;
    desk.until("delivered", Desk::all_delivered).await;
    assert_eq!(ids_of(&receiver.received(), &frozen), ["D1", "D1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_settles_what_is_answered_in_time() {
    let receiver = Receiver::start().await;
    // Unanswered until its timeout, which is sooner than the grace of a stop.
    let mut desk = Desk::new().timeout(Duration::from_secs(1)).webhook("hook", &receiver);
    receiver.script([Answer::Hang]);
    desk.start().await;
    desk.alert(1, 1).await;
    receiver.wait_for(1).await;
    desk.stop().await;
    let delivery = desk.delivery("D1");
    assert_eq!(delivery.state, DeliveryState::Pending);
    assert_eq!(delivery.attempts[0].code, "timeout");
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_sends_what_is_due_and_returns() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Status(500)]);
    for n in 1..=10 {
        desk.alert(n, 1).await;
    }
    let tally = desk.dispatcher("hook").drain(&CancellationToken::new()).await;
    assert_eq!((tally.delivered, tally.failed), (9, 1));
    assert_eq!(desk.deliveries(Some(DeliveryState::Pending)).len(), 1);
    assert_eq!(receiver.received().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumped_back_years_holds_nothing_up() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Status(500)]);
    desk.alert(1, 1).await;
    desk.dispatcher("hook").drain(&CancellationToken::new()).await;
    let before: Timestamp = "2016-01-01T00:00:00Z".parse().expect("a time");
    desk.clock = Clock::manual(before);
    desk.start().await;
    desk.until("delivered", Desk::all_delivered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumped_ahead_does_not_repeat_what_is_under_way() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script([Answer::Hang]);
    desk.start().await;
    let mut frozen = desk.alert(1, 1).await;
    receiver.wait_for(1).await;
    // Past the end of the lease, but the answer is still awaited.
    desk.clock.advance(60 * MINUTE);
    frozen.extend(desk.alert(2, 1).await);
    desk.until("the other one", |desk| desk.delivery("D2").state == DeliveryState::Delivered).await;
    assert_eq!(ids_of(&receiver.received(), &frozen), ["D1", "D2"]);
}
