//! A clock that was hours ahead and is put right: what failed meanwhile waits no longer for that.

use super::*;

const AHEAD: Duration = Duration::from_secs(5 * 3_600);

fn is_open(desk: &Desk) -> bool {
    desk.store.circuits().expect("circuits").iter().any(|(_, circuit)| !circuit.is_closed())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_while_the_clock_was_ahead_is_tried_again_once_it_is_right() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    let right = desk.clock.now();
    desk.clock.set_wall(right + AHEAD);
    receiver.script([Answer::Status(500), Answer::Status(500)]);
    desk.start().await;
    desk.alert(1, 1).await;
    desk.turn("tried twice", |desk| {
        let delivery = desk.delivery("D1");
        delivery.attempts.len() == 2 && delivery.state == DeliveryState::Pending
    })
    .await;
    desk.clock.set_wall(right + MINUTE);
    // Another one has the dispatcher look; the clock stands still.
    desk.alert(2, 1).await;
    desk.until("delivered", Desk::all_delivered).await;
    assert_eq!(desk.delivery("D1").attempts.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_that_fails_by_the_right_clock_waits_by_the_right_clock() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    let right = desk.clock.now();
    desk.clock.set_wall(right + AHEAD);
    desk.alert(1, 1).await;
    desk.clock.set_wall(right);
    receiver.script([Answer::Status(500)]);
    let stop = CancellationToken::new();
    for _ in 0..3 {
        desk.dispatcher("hook").drain(&stop).await;
    }
    assert_eq!(receiver.received().len(), 1, "tried at once, and then after its wait");
    desk.clock.advance(MINUTE);
    desk.dispatcher("hook").drain(&stop).await;
    assert!(desk.all_delivered());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_failed_while_the_clock_was_ahead_is_probed_once_it_is_right() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    let right = desk.clock.now();
    // It began to fail by the right clock.
    receiver.vanish().await;
    desk.start().await;
    desk.alert(1, 1).await;
    desk.turn("tried", |desk| !desk.delivery("D1").attempts.is_empty()).await;
    desk.clock.set_wall(right + AHEAD);
    desk.alert(2, 1).await;
    desk.turn("fails", is_open).await;
    desk.turn("probed", |desk| {
        let circuits = desk.store.circuits().expect("circuits");
        circuits.iter().any(|(_, circuit)| circuit.probes > 0)
    })
    .await;
    desk.stop().await;
    desk.clock.set_wall(right + MINUTE);
    receiver.reappear().await;
    desk.start().await;
    desk.until("delivered", Desk::all_delivered).await;
}
