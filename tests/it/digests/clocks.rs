//! Digests and heartbeats over restarts, missed days and clocks that jump: never twice, never lost.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn many_missed_digests_are_one_that_says_so() {
    let mut desk = Desk::new(DAILY).await;
    desk.publish_and_read(1).await;
    desk.pass(17 * HOUR).await;
    desk.publish_and_read(2).await;
    desk.pass(4 * 24 * HOUR + 2 * HOUR).await;
    let digests = desk.digests();
    assert_eq!(digests.len(), 2);
    assert_eq!(headlines(&digests[1]).len(), 2);
    assert_eq!(digests[1]["late"]["due"], "2026-06-08T05:00:00Z");
    assert_eq!(digests[1]["late"]["missed"], 3);
    desk.pass(HOUR).await;
    assert_eq!(desk.digests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_back_and_forth_has_nothing_told_twice_or_lost() {
    let mut desk = Desk::new(DAILY).await;
    desk.publish_and_read(1).await;
    desk.at("2026-06-04T05:00:00Z").await;
    // Back by hours, over the time at which it was due, and forth again.
    desk.at("2026-06-04T03:00:00Z").await;
    desk.at("2026-06-04T06:00:00Z").await;
    assert_eq!(desk.digests().len(), 1);
    // Forth by years: what there is is told, as late.
    desk.publish_and_read(1).await;
    desk.at("2029-01-01T12:00:00Z").await;
    assert_eq!(desk.digests().len(), 2);
    assert!(desk.digests()[1]["late"]["missed"].as_u64().unwrap() > 900);
    // And back: the next one comes the next day, with what is new only.
    desk.at("2026-06-04T08:00:00Z").await;
    desk.publish_and_read(1).await;
    desk.at("2026-06-05T05:00:00Z").await;
    desk.at("2026-06-06T05:00:00Z").await;
    let digests = desk.digests();
    let told: Vec<Vec<&str>> = digests.iter().map(headlines).collect();
    assert_eq!(told, [&TITLES[..1], &TITLES[1..2], &TITLES[2..3]]);
    // A clock that is put back before all that happened is believed from then on.
    desk.at("2020-01-01T12:00:00Z").await;
    desk.publish_and_read(1).await;
    desk.at("2020-01-02T12:00:00Z").await;
    assert_eq!(headlines(&desk.digests()[3]), TITLES[3..4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_cannot_be_delivered_waits_as_it_was_made() {
    let mut desk = Desk::new(DAILY).await;
    desk.publish_and_read(1).await;
    desk.sink.vanish().await;
    desk.pass(17 * HOUR).await;
    assert_eq!(desk.kept()[0].state, Some(DeliveryState::Pending));
    desk.sink.reappear().await;
    desk.pass(HOUR).await;
    assert_eq!(desk.digests().len(), 1);
    assert_eq!(desk.digests()[0]["time"], "2026-06-04T05:00:00Z");
    assert_eq!(desk.kept()[0].state, Some(DeliveryState::Delivered));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_comes_at_the_start_and_then_once_a_day() {
    let keys = "heartbeat = { at = \"06:00\", zone = \"Europe/Copenhagen\" }\n\
                quiet_hours = { from = \"22:00\", to = \"07:00\", zone = \"Europe/Copenhagen\" }\n";
    let mut desk = Desk::new(keys).await;
    let heartbeats = |desk: &Desk| -> Vec<(String, String)> {
        let notices = desk.got("wirewatch.notice.v1").into_iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        notices.map(|notice| (text(&notice["event"]), text(&notice["headline"]))).collect()
    };
    let line = |feeds, entries, alerts| {
        let line = format!(
            "wirewatch is alive: {feeds}, {entries}, {alerts} in 24 hours, 0 deliveries pending"
        );
        ("heartbeat".to_owned(), line)
    };
    assert_eq!(heartbeats(&desk), [line("1 feed read", "0 entries", "0 alerts")]);
    desk.publish_and_read(2).await;
    desk.pass(HOUR).await;
    assert_eq!(heartbeats(&desk).len(), 1, "one a day");
    desk.at("2026-06-04T04:00:00Z").await;
    let second = line("1 feed read", "2 entries", "2 alerts");
    assert_eq!(heartbeats(&desk)[1..], [second], "through quiet hours");
    desk.at("2026-06-04T02:00:00Z").await;
    desk.at("2026-06-04T05:00:00Z").await;
    desk.pass(3 * 24 * HOUR).await;
    assert_eq!(heartbeats(&desk).len(), 3, "days that were missed are not made up for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_clock_that_was_ahead_dated_uses_up_no_budget_when_it_is_right_again() {
    for (channel, topic) in [("budget = 2\n", NATO.to_owned()), ("", thrifty(2))] {
        let mut desk = Desk::with(channel, |world| world.topics = topic).await;
        desk.at("2027-01-01T12:00:00Z").await;
        desk.publish_and_read(3).await;
        assert_eq!(desk.alerts(), 2, "used up");
        desk.at("2026-06-03T13:00:00Z").await;
        desk.publish_and_read(3).await;
        assert_eq!(desk.alerts(), 4);
    }
}

fn thrifty(budget: u32) -> String {
    NATO.replace("[topic.alert]", &format!("[topic.alert]\nbudget = {budget}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_gets_digests_again_begins_anew() {
    let mut desk = Desk::new(DAILY).await;
    desk.publish_and_read(1).await;
    desk.at("2026-06-04T05:00:00Z").await;
    assert_eq!(desk.digests().len(), 1);
    let with = desk.world.extra.clone();
    desk.world.extra = with.replace(DAILY, "");
    desk.publish_and_read(2).await;
    desk.at("2026-08-04T12:00:00Z").await;
    desk.world.extra = with;
    desk.pass(HOUR).await;
    assert_eq!(desk.digests().len(), 1, "not at once");
    desk.publish_and_read(1).await;
    desk.at("2026-08-05T05:00:00Z").await;
    let digests = desk.digests();
    assert_eq!(digests.len(), 2);
    assert_eq!(headlines(&digests[1]), TITLES[3..4]);
    assert_eq!(digests[1]["late"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_whose_time_is_changed_comes_at_the_new_one_on_the_same_day() {
    let mut desk = Desk::new(DAILY).await;
    desk.publish_and_read(1).await;
    desk.at("2026-06-04T05:00:00Z").await;
    desk.world.extra = desk.world.extra.replace("07:00", "18:00");
    desk.publish_and_read(1).await;
    desk.at("2026-06-04T16:00:00Z").await;
    desk.at("2026-06-04T17:00:00Z").await;
    let digests = desk.digests();
    assert_eq!(digests.len(), 2);
    assert_eq!(headlines(&digests[1]), TITLES[1..2]);
    // Back to a time that has passed: the next morning.
    desk.world.extra = desk.world.extra.replace("18:00", "07:00");
    desk.publish_and_read(1).await;
    desk.at("2026-06-04T20:00:00Z").await;
    assert_eq!(desk.digests().len(), 2);
    desk.at("2026-06-05T05:00:00Z").await;
    assert_eq!(headlines(&desk.digests()[2]), TITLES[2..3]);
}
