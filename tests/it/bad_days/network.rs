//! A day without network, with two dozen feeds: a bounded number of tries, one notice and one more
//! when it is over, no feed given up, and no rush of requests afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use wirewatch::domain::ids::FeedKey;
use wirewatch::domain::notice::NoticeKind;

use crate::support::world::{World, item};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Most tries of one feed in a day: after a few soon ones, one an hour.
const TRIES: usize = 32;

/// In this span of the time in which all feeds come back, at most every other may.
const SPAN: Duration = Duration::from_secs(360);

/// Only a failing test waits for so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// Advances to when the next feed is due, and waits for its visit.
async fn next_due(world: &mut World) -> FeedKey {
    let states = world.app().store().feeds().unwrap().into_iter().map(|view| view.state);
    let due = states.map(|state| state.next_due).min().unwrap();
    let wait = Duration::try_from(due.duration_since(world.now())).unwrap_or_default();
    world.clock.advance(wait + Duration::from_millis(1));
    world.next_visit().await.feed
}

/// What was told, oldest first.
fn notices(world: &World) -> Vec<(NoticeKind, String)> {
    let notices = world.store().notices(100).unwrap().into_iter().rev();
    notices.map(|notice| (notice.kind, notice.headline)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_network_is_one_notice_no_lost_feed_and_no_storm() {
    let names: Vec<String> = (0..24).map(|n| format!("feed{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(&names).await;
    for name in &names {
        world.publish(name, item(&format!("{name}e {name}f {name}g {name}h begins")));
    }
    world.start().await;
    world.first_round().await;
    world.server.vanish().await;
    let (begun, mut tries) = (world.now(), 0);
    while world.now() < begun + DAY {
        next_due(&mut world).await;
        tries += 1;
    }
    assert!(tries <= names.len() * TRIES, "{tries} tries");
    let down = (NoticeKind::NetworkDown, "no feed can be reached: network".to_owned());
    assert_eq!(notices(&world), std::slice::from_ref(&down), "one, and none of any feed");

    // What happened meanwhile is read when it is over.
    for name in &names {
        let title = format!("{name}a {name}b {name}c {name}d ends");
        world.publish(name, item(&title));
    }
    world.server.reappear().await;
    let (up, mut back) = (world.now(), BTreeMap::new());
    while back.len() < names.len() {
        let feed = next_due(&mut world).await;
        let now = world.now();
        back.entry(feed).or_insert(now);
        assert!(world.now() < up + HOUR + HOUR / 5, "{} of {} are back", back.len(), names.len());
    }
    for view in world.store().feeds().unwrap() {
        assert_eq!(view.state.failures, 0, "{}", view.state.key);
    }
    let rush = back.values().map(|at| {
        let span = *at..*at + SPAN;
        back.values().filter(|other| span.contains(other)).count()
    });
    let rush = rush.max().unwrap();
    assert!(rush <= names.len() / 2, "{rush} of {} within {SPAN:?}", names.len());
    assert_eq!(world.store().counts().unwrap().entries, 2 * names.len() as u64);

    while world.now() < up + 4 * HOUR {
        next_due(&mut world).await;
    }
    let begun = std::time::Instant::now();
    while notices(&world).len() < 2 && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let back = (NoticeKind::NetworkBack, "feeds can be reached again".to_owned());
    assert_eq!(notices(&world), [down, back]);
    world.stop().await;
}
