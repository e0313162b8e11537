//! Services that take so much in a time and no more: everything arrives, at the pace they allow.

use super::*;

/// Waits until everything is delivered and nothing was given up; how many seconds that took.
async fn until_all_is_told(desk: &Desk, begun: Timestamp) -> i64 {
    desk.turn("delivered", |desk| {
        let all = desk.deliveries(None);
        assert!(all.iter().all(|one| one.state != DeliveryState::Parked), "{all:#?}");
        desk.all_delivered()
    })
    .await;
    desk.clock.now().duration_since(begun).as_secs()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_takes_little_in_a_second_gets_all_of_a_storm_within_its_pace() {
    for in_a_second in [1, 5] {
        let receiver = Receiver::start().await;
        let mut desk = Desk::new().webhook("hook", &receiver);
        receiver.take_in_a_second(in_a_second, &desk.clock);
        let begun = desk.clock.now();
        let mut frozen = BTreeMap::new();
        for n in 1..=40 {
            frozen.extend(desk.alert(n, 1).await);
        }
        desk.start().await;
        let took = until_all_is_told(&desk, begun).await;
        let least = 40 / i64::from(in_a_second);
        assert!(took <= 3 * least, "{in_a_second} in a second: {took} s");
        let taken = receiver.received().into_iter().filter(|one| one.answer == Answer::Status(204));
        let ids = ids_of(&taken.collect::<Vec<_>>(), &frozen);
        assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (40, 40), "each once");
        if in_a_second == 1 {
            // Four are under way at first. From then on nobody overtakes who came before.
            assert!(ids[1..].is_sorted_by_key(|id| (id.len(), id)), "{ids:?}");
        }
        desk.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_only_ever_asks_for_less_is_asked_ever_more_seldom_and_loses_nothing() {
    let receiver = Receiver::start().await;
    let mut desk = Desk::new().webhook("hook", &receiver);
    receiver.take_in_a_second(0, &desk.clock);
    let begun = desk.clock.now();
    desk.alert(1, 1).await;
    desk.start().await;
    desk.turn("a day", |desk| desk.clock.now() >= begun + 24 * 60 * MINUTE).await;
    let asked = receiver.received().len();
    assert!((90..120).contains(&asked), "{asked} times");
    assert_ne!(desk.delivery("D1").state, DeliveryState::Parked);
    receiver.take_in_a_second(1, &desk.clock);
    desk.turn("delivered", Desk::all_delivered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_channel_that_comes_and_goes_refuses_is_told_within_hours() {
    // One is taken, and so many find it busy, time and again.
    for refused in [1, 2, 3] {
        let receiver = Receiver::start().await;
        let mut desk = Desk::new().webhook("hook", &receiver);
        let mut answers = vec![Answer::Status(204)];
        answers.resize(1 + refused, Answer::Status(503));
        receiver.script((0..60).flat_map(|_| answers.clone()));
        let begun = desk.clock.now();
        for n in 1..=40 {
            desk.alert(n, 1).await;
        }
        desk.start().await;
        let took = until_all_is_told(&desk, begun).await;
        assert!(took < 3 * 3_600, "{refused} of {}: {took} s", refused + 1);
        desk.stop().await;
    }
}
