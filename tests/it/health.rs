//! How feeds do, over months of a day each: what is told of those in trouble, once and together,
//! and what a change of a feed leaves behind.

use std::time::Duration;

use wirewatch::config::{self, Environment};
use wirewatch::domain::feed::health::{Condition, health};
use wirewatch::domain::notice::NoticeKind;
use wirewatch::store::outbox::DeliveryFilter;

use crate::support::port::Closed;
use crate::support::server::Reply;
use crate::support::world::{World, item, rss};

const HOUR: Duration = Duration::from_secs(3_600);

/// Longer than any wait between two fetches.
const DAY: Duration = Duration::from_secs(27 * 3_600);

/// Lets time pass, and waits until every one of `feeds` feeds was fetched once more.
async fn pass(world: &mut World, time: Duration, feeds: usize) {
    world.clock.advance(time);
    for _ in 0..feeds {
        world.next_visit().await;
    }
}

/// Lets days pass until this many notices were told.
async fn until_told(world: &mut World, notices: usize, feeds: usize) {
    for _ in 0..6 {
        if world.store().notices(100).unwrap().len() >= notices {
            break;
        }
        pass(world, DAY, feeds).await;
    }
    assert_eq!(told(world).len(), notices);
    world.delivered().await;
}

/// What was told, oldest first.
fn told(world: &World) -> Vec<(NoticeKind, String)> {
    let notices = world.store().notices(100).unwrap().into_iter().rev();
    notices.map(|notice| (notice.kind, notice.headline)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_broken_for_a_month_is_still_tried_and_its_user_was_told_once() {
    let mut world = World::past_baseline(&["wire", "ledger"]).await;
    world.server.set("/wire", Reply::status(500));
    until_told(&mut world, 1, 2).await;
    for _ in 0..15 {
        pass(&mut world, DAY, 2).await;
    }
    // A restart repeats nothing.
    world.stop().await;
    world.start().await;
    for _ in 0..15 {
        pass(&mut world, DAY, 2).await;
    }
    let trouble = (NoticeKind::FeedsTrouble, "feed wire needs attention".to_owned());
    assert_eq!(told(&world), std::slice::from_ref(&trouble));
    assert!(world.server.requests("/wire").len() > 30, "it is tried every day");
    let log = world.alert_log();
    assert_eq!(log.len(), 1, "{log:#?}");
    assert_eq!(log[0]["schema"], "wirewatch.notice.v1");
    assert_eq!(log[0]["event"], "feeds_trouble");
    assert_eq!(log[0]["feeds"][0]["feed"], "wire");
    assert_eq!(log[0]["feeds"][0]["code"], "http_500");
    assert_eq!(log[0]["delivery"]["channel"], "log");
    assert!(world.printed().starts_with("notice  feed wire needs attention\n"));
    // It is back: that is told once as well.
    world.publish("wire", item("Harbour reopens"));
    until_told(&mut world, 2, 2).await;
    pass(&mut world, HOUR * 2, 2).await;
    let well = (NoticeKind::FeedsWell, "feed wire is well again".to_owned());
    assert_eq!(told(&world), [trouble, well]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_gone_is_one_notice_for_all_feeds() {
    let nobody = Closed::new();
    let closed = nobody.address();
    let mut world = World::new(&[]).await;
    let mut text = format!(
        "state_dir = \"state\"\n[egress]\nallow_net = [\"{closed}\"]\n[fetch]\nhost_gap = \"0s\"\n"
    );
    for feed in ["a", "b", "c", "d"] {
        text += &format!("[[feed]]\nid = \"{feed}\"\nurl = \"http://{closed}/{feed}\"\n");
    }
    world.write_config();
    world.app_from(&text).await;
    pass(&mut world, Duration::ZERO, 4).await;
    for _ in 0..20 {
        pass(&mut world, HOUR * 2, 4).await;
    }
    let down = (NoticeKind::NetworkDown, "no feed can be reached: network".to_owned());
    assert_eq!(told(&world), [down], "and not four feeds that need attention");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_feed_changes_is_kept_and_a_feed_that_lost_its_entries_is_empty() {
    let mut world = World::new(&["wire"]).await;
    let dated = |n: u64, now| item(&format!("Report {n}")).published(now - HOUR * (n as u32));
    for n in 1..=5 {
        let item = dated(n, world.now());
        world.publish("wire", item);
    }
    world.start().await;
    world.first_round().await;
    assert_eq!(world.store().feed_events(None, 10).unwrap(), []);
    let undated: Vec<_> = (1..=6).map(|n| item(&format!("Report {n}"))).collect();
    world.server.set("/wire", Reply::ok(rss("wire", &undated)));
    let visit = world.visit("wire").await;
    assert_eq!(visit.changes.len(), 1, "{visit:?}");
    world.server.set("/wire", Reply::ok(rss("wire", &[])));
    world.visit("wire").await;
    world.visit("wire").await;
    let codes: Vec<String> = world
        .store()
        .feed_events(Some(&"wire".parse().unwrap()), 10)
        .unwrap()
        .into_iter()
        .map(|(_, event)| event.code.into_owned())
        .collect();
    assert_eq!(codes, ["emptied", "dates_changed"], "newest first, each once");
    let state = world.store().feeds().unwrap().remove(0).state;
    assert_eq!(health(&state, world.now()).condition, Condition::Empty);
    assert!(state.habits.gaps.count() > 3.5, "learnt from the dates of the baseline");
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_go_to_the_channels_that_are_named_for_them() {
    let mut world = World::new(&["wire", "ledger"]).await;
    let channels = "[[channel]]\nid = \"log\"\ntype = \"log\"\n[[channel]]\nid = \"pager\"\n\
                    type = \"log\"\npath = \"pager.jsonl\"\nmin_severity = \"high\"\n";
    world.extra = channels.to_owned();
    world.start().await;
    world.first_round().await;
    world.server.set("/wire", Reply::status(403));
    until_told(&mut world, 1, 2).await;
    let to = |world: &World| -> Vec<String> {
        let deliveries = world.store().deliveries(&DeliveryFilter::default()).unwrap();
        deliveries.into_iter().map(|delivery| delivery.channel.to_string()).collect()
    };
    assert_eq!(to(&world), ["log"], "the pager is for what is severe");
    world.extra = format!("[operations]\nchannels = [\"pager\"]\n{channels}");
    world.app().reload(world.load()).await.unwrap();
    world.publish("wire", item("Harbour reopens"));
    until_told(&mut world, 2, 2).await;
    assert_eq!(to(&world), ["pager", "log"], "newest first");
    world.extra = format!("[operations]\nchannels = [\"pagr\"]\n{channels}");
    let env = Environment::fixed([]);
    let refused = config::load(&world.write_config(), &env).unwrap_err().to_string();
    assert!(refused.contains("`pagr` is not a channel"), "{refused}");
    assert!(refused.contains("did you mean \"pager\"?"), "{refused}");
}
