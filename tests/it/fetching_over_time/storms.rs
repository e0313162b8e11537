//! Starts, outages and wrong clocks: none of them makes a storm of requests, and none a silence.

use std::time::Duration;

use wirewatch::domain::schedule::{self, SiteHold};

use super::{DAY, HOUR, state};
use crate::support::server::Reply;
use crate::support::world::World;

const FEEDS: [&str; 3] = ["a", "b", "c"];

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);

fn asked(world: &World) -> usize {
    FEEDS.iter().map(|feed| world.server.requests(&format!("/{feed}")).len()).sum()
}

/// Advances to when the next feed is due, and waits for its visit.
async fn next_due(world: &mut World) {
    let due = FEEDS.iter().map(|feed| state(world, feed).next_due).min().unwrap();
    let wait = Duration::try_from(due.duration_since(world.now())).unwrap_or_default();
    world.clock.advance(wait + Duration::from_millis(1));
    world.next_visit().await;
}

#[tokio::test]
async fn a_day_without_network_is_bounded_and_ends_without_a_storm() {
    let mut world = World::past_baseline(&FEEDS).await;
    world.server.vanish().await;
    let (down, mut tries) = (world.now(), 0);
    while world.now() < down + DAY {
        next_due(&mut world).await;
        tries += 1;
    }
    assert!(tries <= 3 * 32, "{tries} tries");
    for feed in FEEDS {
        let state = state(&world, feed);
        assert_eq!(
            (state.next_reason.as_ref(), state.last_outcome.as_deref()),
            ("network", Some("connect"))
        );
    }

    world.server.reappear().await;
    let (up, before) = (world.now(), asked(&world));
    while FEEDS.iter().any(|feed| state(&world, feed).failures > 0) {
        next_due(&mut world).await;
    }
    assert!(world.now() < up + HOUR + HOUR / 5, "{} is late", world.now());
    assert_eq!(asked(&world) - before, FEEDS.len(), "each is asked once");
}

#[tokio::test]
async fn a_restart_asks_nothing_that_is_not_due() {
    let mut world = World::past_baseline(&FEEDS).await;
    for _ in 0..5 {
        world.stop().await;
        world.clock.advance(Duration::from_secs(60));
        world.start().await;
    }
    world.visit("a").await;
    assert_eq!(asked(&world), FEEDS.len() + 1);
}

#[tokio::test]
async fn a_wall_clock_that_jumps_ten_years_asks_nothing_early_and_nothing_late() {
    let mut world = World::past_baseline(&FEEDS).await;
    let now = world.now();
    for wall in [now + TEN_YEARS, now - TEN_YEARS, now] {
        let before = asked(&world);
        world.clock.set_wall(wall);
        world.clock.advance(Duration::from_secs(300));
        // Only what is asked for by hand.
        world.visit("a").await;
        assert_eq!(asked(&world), before + 1);
        world.clock.advance(HOUR + HOUR / 5);
        for _ in FEEDS {
            world.next_visit().await;
        }
        world.visit("a").await;
        assert_eq!(asked(&world), before + 1 + FEEDS.len() + 1);
    }
}

#[tokio::test]
async fn a_start_under_a_clock_that_was_ahead_before_waits_no_longer_than_ever() {
    let mut world = World::past_baseline(&FEEDS).await;
    for ahead in [5 * HOUR, 3 * DAY, TEN_YEARS] {
        let now = world.now();
        world.clock.set_wall(now + ahead);
        for feed in FEEDS {
            world.visit(feed).await;
        }
        world.stop().await;
        world.clock.set_wall(now);
        world.start().await;
        all_within_their_interval(&mut world, &FEEDS).await;
    }
}

#[tokio::test]
async fn a_reload_under_a_clock_that_was_ahead_before_keeps_no_feed_waiting() {
    let mut world = World::past_baseline(&FEEDS).await;
    for ahead in [5 * HOUR, 3 * DAY] {
        let now = world.now();
        world.clock.set_wall(now + ahead);
        for feed in FEEDS {
            world.visit(feed).await;
        }
        world.clock.set_wall(now);
        world.app().reload(world.load()).await.unwrap();
        // After the feeds of the reload are under schedule.
        world.visit("a").await;
        all_within_their_interval(&mut world, &FEEDS).await;
    }
}

#[tokio::test]
async fn a_site_that_was_left_alone_by_a_clock_that_was_ahead_is_asked_again() {
    let mut world = World::past_baseline(&FEEDS).await;
    let site = schedule::site(state(&world, "a").fetch_url()).unwrap();
    world.stop().await;
    let (now, wait) = (world.now(), 3 * DAY);
    let hold = SiteHold { site, wait, until: now + wait };
    world.store().hold_site(hold, Vec::new(), now).await.unwrap();
    world.start().await;
    all_within_their_interval(&mut world, &FEEDS).await;
}

/// Lets an interval pass, in which each feed is visited by itself.
async fn all_within_their_interval(world: &mut World, feeds: &[&str]) {
    world.clock.advance(HOUR + HOUR / 5);
    for _ in feeds {
        world.next_visit().await;
    }
}

#[tokio::test]
async fn a_wall_clock_that_jumps_during_a_fetch_makes_no_second_one() {
    let mut world = World::past_baseline(&FEEDS).await;
    let now = world.now();
    for wall in [now + TEN_YEARS, now - TEN_YEARS] {
        world.clock.set_wall(now);
        let slow = Reply::ok(super::one_entry()).drip(Duration::from_millis(1));
        world.server.set("/a", slow);
        let before = world.server.requests("/a").len();
        world.app().visit_now(&"a".parse().unwrap());
        world.server.wait_for("/a", before + 1).await;
        world.clock.set_wall(wall);
        assert_eq!(world.next_visit().await.feed.as_str(), "a");
        // Only what is asked for by hand.
        world.visit("b").await;
        assert_eq!(world.server.requests("/a").len(), before + 1);
    }
}
