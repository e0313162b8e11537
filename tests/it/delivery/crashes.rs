//! Crashes at any moment, and every kind of failure that may pass: nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use wirewatch::deliver::object::AlertV1;

use super::desk::Desk;
use super::ids_of;
use crate::support::channel::{Answer, Receiver};

/// Answers drawn like lots: half of them failures of every kind that may pass.
fn lot(n: u64) -> Answer {
    let drawn = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    match drawn >> 60 {
        0..=1 => Answer::DropAck,
        2..=3 => Answer::Status(503),
        4..=5 => Answer::TooMany("3".to_owned()),
        6 => Answer::Hang,
        _ => Answer::Status(204),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_over_crashes_and_every_kind_of_failure() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().timeout(Duration::from_secs(1));
    desk = desk.webhook("hook", &receiver).log("log", 20_000);
    receiver.script((0..400).map(lot));
    let mut frozen = BTreeMap::new();
    let kills: usize = 8;
    for round in 0..kills as i64 {
        desk.start().await;
        for n in 1..=6 {
            frozen.extend(desk.alert(round * 6 + n, 1).await);
        }
        let enough = receiver.received().len() + 3;
        desk.turn("some requests", |desk| {
            receiver.received().len() >= enough || desk.all_delivered()
        })
        .await;
        desk.kill().await;
    }
    desk.start().await;
    desk.turn("delivered", Desk::all_delivered).await;

    let received = receiver.received();
    frozen.retain(|_, body| channel_of(body) == "hook");
    let ids = ids_of(&received, &frozen);
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert!(distinct.into_iter().eq(frozen.keys()), "lost or made up");
    let taken = received.iter().filter(|request| request.answer == Answer::Status(204)).count();
    // Up to four attempts are under way when a kill comes.
    assert!(taken <= frozen.len() + 4 * kills, "{taken} taken of {}", frozen.len());

    let logged = desk.logged();
    let ids = logged.iter().filter_map(|alert| alert.delivery.as_ref()).map(|d| &d.id);
    assert_eq!(ids.collect::<BTreeSet<_>>().len(), 48);
    // Lines that a thread still writes when its dispatcher is gone may be written by the next one too.
    assert!(logged.len() <= 48 + 6 * kills, "{} lines", logged.len());
}

/// The channel that an object is addressed to.
fn channel_of(body: &[u8]) -> String {
    let object: AlertV1 = serde_json::from_slice(body).expect("an alert");
    object.delivery.expect("a delivery").channel
}
