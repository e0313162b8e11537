//! Quiet hours: what waits for their end, what goes through them, and how it comes then.

use wirewatch::deliver::notice;
use wirewatch::domain::notice::{Notice, TopicNote};
use wirewatch::domain::topic::Severity;
use wirewatch::store::notices::Freeze;

use super::*;
use crate::support::channel::Answer;

const FREEZE: Freeze = Freeze { object: notice::object, body: notice::freeze };

const QUIET: &str =
    "quiet_hours = { from = \"22:00\", to = \"07:00\", zone = \"Europe/Copenhagen\" }\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_few_alerts_of_the_night_come_one_by_one_in_the_morning() {
    let mut desk = Desk::new(QUIET).await;
    desk.at("2026-06-03T20:00:00Z").await;
    desk.publish_and_read(2).await;
    desk.at("2026-06-04T04:59:59Z").await;
    assert_eq!(desk.sink.received().len(), 0);
    desk.at("2026-06-04T05:00:00Z").await;
    assert_eq!((desk.alerts(), desk.digests().len()), (2, 0));
    desk.publish_and_read(1).await;
    assert_eq!(desk.alerts(), 3, "by day they come at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_alerts_of_the_night_come_as_one_digest_and_nothing_is_lost() {
    let mut desk = Desk::new(QUIET).await;
    desk.publish_and_read(1).await;
    desk.at("2026-06-03T20:00:00Z").await;
    for _ in 0..7 {
        desk.publish_and_read(1).await;
    }
    desk.at("2026-06-04T05:00:00Z").await;
    desk.at("2026-06-04T06:00:00Z").await;
    assert_eq!(desk.alerts(), 1, "the one of the day");
    let digests = desk.digests();
    assert_eq!(digests.len(), 1);
    assert_eq!(digests[0]["kind"], "quiet_hours");
    assert_eq!(digests[0]["since"], "2026-06-03T20:00:00Z");
    assert_eq!(headlines(&digests[0]), TITLES[1..]);
    assert_eq!(digests[0]["headline"], "7 alerts raised; 7 held by quiet hours");
    let deliveries = desk.world.store().deliveries(&Default::default()).unwrap();
    let gathered = deliveries.iter().filter(|one| one.state == DeliveryState::Gathered);
    let digest = desk.kept()[0].id;
    assert!(gathered.clone().all(|one| one.gathered_in == Some(digest)));
    assert_eq!(gathered.count(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn times_of_a_digest_are_in_the_zone_of_the_file_where_nothing_else_is_said() {
    let group = "group = { by = \"all\", wait = \"10s\" }\n";
    let mut desk = Desk::with(group, |world| {
        world.extra = format!("zone = \"Asia/Tokyo\"\n{}", world.extra);
    })
    .await;
    desk.publish_and_read(2).await;
    let digests = desk.digests();
    assert_eq!((&digests[0]["kind"], &digests[0]["zone"]), (&"group".into(), &"Asia/Tokyo".into()));
    assert_eq!(digests[0]["alerts"][0]["terms"], serde_json::json!(["NATO"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn critical_alerts_go_through_and_follow_what_waits_before_them() {
    let loud = NATO.replace("severity = \"medium\"", "severity = \"critical\"");
    let mut desk = Desk::with(QUIET, |world| world.topics = loud.clone()).await;
    desk.at("2026-06-03T21:00:00Z").await;
    desk.publish_and_read(1).await;
    assert_eq!(desk.alerts(), 1);

    let keys = QUIET.replace(" }", ", except = \"none\" }");
    let mut desk = Desk::with(&keys, |world| world.topics = loud).await;
    desk.at("2026-06-03T21:00:00Z").await;
    desk.publish_and_read(1).await;
    assert_eq!(desk.alerts(), 0);
    desk.at("2026-06-04T05:00:00Z").await;
    assert_eq!(desk.alerts(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_in_which_clocks_change_is_quiet_by_the_clock_on_the_wall() {
    for (evening, before, end) in [
        ("2026-10-24T20:30:00Z", "2026-10-25T05:59:00Z", "2026-10-25T06:00:00Z"),
        ("2027-03-27T21:30:00Z", "2027-03-28T04:59:00Z", "2027-03-28T05:00:00Z"),
    ] {
        let mut desk = Desk::new(QUIET).await;
        desk.at(evening).await;
        desk.publish_and_read(1).await;
        desk.at(before).await;
        assert_eq!(desk.alerts(), 0, "{before}");
        desk.at(end).await;
        assert_eq!(desk.alerts(), 1, "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_running_daemon_sends_what_waits_when_quiet_hours_end() {
    let mut desk = Desk::new(QUIET).await;
    desk.at("2026-06-03T20:30:00Z").await;
    desk.publish(1);
    desk.world.start().await;
    desk.world.app().visit_now(&"wire".parse().unwrap());
    desk.world.next_visit().await;
    assert_eq!(desk.world.store().held_by_quiet(&"hook".parse().unwrap()).unwrap(), 1);
    assert_eq!(desk.alerts(), 0);
    desk.world.clock.advance(9 * HOUR);
    desk.sink.wait_for(1).await;
    assert_eq!(desk.alerts(), 1);
    desk.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digest_of_the_day_tells_what_quiet_hours_held() {
    let mut desk = Desk::new(&format!("{QUIET}{}", DAILY.replace("07:00", "12:00"))).await;
    desk.at("2026-06-03T20:30:00Z").await;
    desk.publish_and_read(1).await;
    desk.at("2026-06-04T05:00:00Z").await;
    desk.at("2026-06-04T10:00:00Z").await;
    let digest = &desk.digests()[0];
    assert_eq!(digest["alerts"][0]["held"], "quiet_hours");
    assert_eq!(digest["counts"]["quiet_hours"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_that_turned_out_to_go_on_in_one_of_the_day_before_do_not_come_again_by_themselves()
{
    let mut desk = Desk::new(&format!("{QUIET}{DAILY}")).await;
    desk.publish_and_read(1).await;
    desk.at("2026-06-04T05:00:00Z").await;
    assert_eq!((desk.alerts(), desk.digests().len()), (1, 1));
    desk.at("2026-06-04T20:00:00Z").await;
    desk.publish_and_read(7).await;
    // Two of the night tell the story of the first, which the digest of the day before has told.
    let database = desk.world.dir().join("state/wirewatch.db");
    let closed = "UPDATE alerts SET merged_into = (SELECT min(id) FROM alerts) \
                  WHERE id IN (SELECT id FROM alerts ORDER BY id LIMIT 2 OFFSET 3)";
    let raw = rusqlite::Connection::open(database).unwrap();
    assert_eq!(raw.execute(closed, []).unwrap(), 2);
    drop(raw);
    desk.at("2026-06-05T05:00:00Z").await;
    desk.at("2026-06-05T05:10:00Z").await;
    let digests = desk.digests();
    assert_eq!(headlines(&digests[1]).len(), 6, "one for both");
    assert_eq!((desk.alerts(), digests.len()), (1, 2), "and nothing beside it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_is_due_when_quiet_hours_end_tells_what_they_held_and_nobody_else_does() {
    for is_running in [false, true] {
        let mut desk = Desk::new(&format!("{QUIET}{DAILY}")).await;
        desk.at("2026-06-03T20:00:00Z").await;
        desk.publish_and_read(7).await;
        if is_running {
            desk.at("2026-06-04T04:59:00Z").await;
            desk.world.start().await;
            desk.world.clock.advance(Duration::from_secs(60));
            desk.sink.wait_for(1).await;
            desk.world.clock.advance(Duration::from_secs(300));
            desk.world.delivered().await;
            desk.world.stop().await;
        }
        desk.at("2026-06-04T05:10:00Z").await;
        let digests = desk.digests();
        assert_eq!((desk.alerts(), digests.len()), (0, 1), "running: {is_running}");
        assert_eq!((&digests[0]["kind"], headlines(&digests[0]).len()), (&"regular".into(), 7));
        let deliveries = desk.world.store().deliveries(&Default::default()).unwrap();
        let gathered = deliveries.iter().filter(|one| one.state == DeliveryState::Gathered);
        assert_eq!(gathered.count(), 7);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_gathered_uses_up_no_budget() {
    let thrifty = NATO.replace("[topic.alert]", "[topic.alert]\nbudget = 7");
    for (keys, topics) in [("budget = 7\n", NATO.to_owned()), ("", thrifty)] {
        let mut desk = Desk::with(&format!("{keys}{QUIET}"), |world| world.topics = topics).await;
        desk.at("2026-06-03T20:00:00Z").await;
        desk.publish_and_read(7).await;
        desk.at("2026-06-04T05:00:00Z").await;
        assert_eq!((desk.alerts(), desk.digests().len()), (0, 1));
        desk.publish_and_read(1).await;
        assert_eq!(desk.alerts(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_of_the_night_are_gathered_with_its_alerts() {
    let mut desk = Desk::new(QUIET).await;
    desk.at("2026-06-03T20:00:00Z").await;
    desk.publish_and_read(4).await;
    let note = TopicNote { topic: "nato".parse().unwrap(), text: "10 entries in one hour".into() };
    let now = desk.world.now();
    let burst = Notice::of_burst(now, "NATO", Severity::Medium, note);
    let hook = vec!["hook".parse().unwrap()];
    let notices = vec![(burst.clone(), hook.clone()), (burst, hook)];
    desk.world.store().post(notices, Vec::new(), now, FREEZE).await.unwrap();
    desk.at("2026-06-04T05:00:00Z").await;
    desk.at("2026-06-04T06:00:00Z").await;
    assert_eq!((desk.alerts(), desk.got("wirewatch.notice.v1").len()), (0, 0));
    let digests = desk.digests();
    assert_eq!(digests.len(), 1);
    assert_eq!(headlines(&digests[0]).len(), 4);
    assert_eq!(digests[0]["headline"], "4 alerts raised; 4 held by quiet hours; 2 notices");
    let told = &digests[0]["notices"][0];
    assert_eq!(
        (&told["event"], &told["text"]),
        (&"burst".into(), &"10 entries in one hour".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_names_an_alert_by_the_headline_of_its_story() {
    let mut desk = Desk::with(DAILY, |world| world.add_feed("ledger")).await;
    desk.publish_and_read(1).await;
    desk.world.publish("ledger", item(&format!("LIVE: {}", TITLES[0])));
    desk.world.round().await;
    let sent = desk.got("wirewatch.alert.v1");
    assert_eq!((sent.len(), &sent[1]["headline"]), (2, &format!("LIVE: {}", TITLES[0]).into()));
    desk.pass(17 * HOUR).await;
    assert_eq!(headlines(&desk.digests()[0]), TITLES[..1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_of_the_night_that_are_sent_again_on_request_come_one_by_one() {
    let mut desk = Desk::new(QUIET).await;
    for (night, morning, stories) in [
        ("2026-06-03T20:00:00Z", "2026-06-04T05:00:00Z", 4),
        ("2026-06-04T20:00:00Z", "2026-06-05T05:00:00Z", 3),
    ] {
        desk.at(night).await;
        desk.publish_and_read(stories).await;
        desk.sink.script((0..stories).map(|_| Answer::Status(400)));
        desk.at(morning).await;
    }
    let all = wirewatch::store::outbox::DeliveryFilter::default();
    let retried = desk.world.store().retry_deliveries(all, desk.world.now()).await.unwrap();
    assert_eq!(retried, 7);
    let before = desk.alerts();
    desk.at("2026-06-05T06:00:00Z").await;
    assert_eq!((desk.alerts() - before, desk.digests().len()), (7, 0));
}
