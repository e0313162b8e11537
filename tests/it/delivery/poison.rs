//! Deliveries that a service cannot digest: they hold up no other, and are given up at last.

use super::*;

const HOUR: Duration = Duration::from_secs(3_600);

fn fails(desk: &Desk) -> bool {
    desk.store.circuits().expect("circuits").iter().any(|(_, circuit)| !circuit.is_closed())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_are_not_digested_hold_up_no_other_and_are_given_up_after_their_tries() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    for text in ["Headline 1,", "Headline 2,"] {
        receiver.choke_on(text);
    }
    desk.start().await;
    desk.alert(1, 1).await;
    desk.alert(2, 1).await;
    desk.turn("the channel counts as failing", fails).await;
    for n in 3..=5 {
        desk.alert(n, 1).await;
        // The clock stands still.
        let id = format!("D{n}");
        desk.until("sent at once", |desk| desk.delivery(&id).state == DeliveryState::Delivered)
            .await;
        assert_ne!(desk.delivery("D1").state, DeliveryState::Parked);
        desk.turn("failing again", fails).await;
    }
    let parked = |desk: &Desk, id: &str| desk.delivery(id).state == DeliveryState::Parked;
    let begun = desk.clock.now();
    desk.turn("given up", |desk| parked(desk, "D1") && parked(desk, "D2")).await;
    let took = desk.clock.now().duration_since(begun);
    assert!(took.as_hours() < 100, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_digests_nothing_is_tried_rarely_and_gets_all_once_it_does() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.script(std::iter::repeat_n(Answer::Status(500), 10_000));
    desk.start().await;
    for n in 1..=60 {
        desk.alert(n, 1).await;
    }
    let end = desk.clock.now() + 24 * HOUR;
    desk.turn("a day", |desk| desk.clock.now() >= end).await;
    let tried = receiver.received().len();
    // Each once, then one each quarter of an hour.
    assert!(tried < 60 + 24 * 4 + 40, "{tried} requests in a day");
    assert!(desk.deliveries(None).iter().all(|one| one.state != DeliveryState::Parked));
    receiver.answer_again();
    desk.turn("delivered", Desk::all_delivered).await;
    assert!(desk.clock.now() < end + HOUR, "within an hour");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_refused_for_a_word_in_it_holds_up_no_other() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    // As a filter before a service does.
    receiver.refuse("Headline 1,", 403);
    desk.start().await;
    desk.alert(1, 1).await;
    for n in 2..=4 {
        desk.turn("the channel counts as failing", fails).await;
        desk.alert(n, 1).await;
        // The clock stands still.
        let id = format!("D{n}");
        desk.until("sent at once", |desk| desk.delivery(&id).state == DeliveryState::Delivered)
            .await;
        assert!(!fails(&desk), "it takes what it is sent");
    }
}
