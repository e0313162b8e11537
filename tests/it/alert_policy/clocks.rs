//! Stories that wait for publishers, over clocks that jump: no alert is lost, and none comes twice.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_ahead_while_publishers_told_a_story_loses_no_alert_and_raises_one() {
    let policy = "[topic.alert]\npublishers = { min = 2, within = \"6h\" }";
    let mut world = world(&["wire", "ledger"], policy).await;
    tell(&mut world, "wire", "").await;
    let now = world.now();
    world.clock.set_wall(now + 48 * HOUR);
    tell(&mut world, "ledger", "").await;
    assert!(world.alerts().is_empty(), "by that clock it took two days");
    world.clock.set_wall(now);
    after(&mut world, Duration::from_secs(61), |world| !world.alerts().is_empty()).await;
    assert_eq!(revisions(&world), ["opened first"]);
    let now = world.now();
    assert!(world.store().pending(None, now, 10).unwrap().is_empty());
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(61));
        world.delivered().await;
    }
    assert_eq!(revisions(&world).len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_began_to_wait_while_the_clock_was_ahead_does_not_wait_for_years() {
    let policy = "[topic.alert]\npublishers = { min = 2, within = \"6h\" }";
    let mut world = world(&["wire", "ledger"], policy).await;
    let now = world.now();
    world.clock.set_wall(now + 1_000 * 24 * HOUR);
    tell(&mut world, "wire", "").await;
    world.clock.set_wall(now);
    let is_back = |world: &World| {
        world.clock.advance(Duration::from_secs(61));
        let pending = world.store().pending(None, now, 10).unwrap();
        pending[0].pending.until <= world.now() + 6 * HOUR
    };
    until(&mut world, is_back).await;
    let pending = world.store().pending(None, now, 10).unwrap();
    assert!(pending[0].pending.since <= world.now());
    world.stop().await;
}
