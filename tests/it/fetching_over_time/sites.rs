//! A server that asks to be left alone is left alone, by all of its feeds.

use std::time::Duration;

use wirewatch::domain::schedule;

use super::{HOUR, state};
use crate::support::server::{FeedServer, Reply};
use crate::support::world::World;

/// A world with these feeds on one server, and one feed `elsewhere` on another.
async fn world(feeds: &[&str]) -> (World, FeedServer) {
    let (mut world, other) = (World::new(feeds).await, FeedServer::start().await);
    other.set("/feed", Reply::ok(super::one_entry()));
    world.allow(&other.allow_net());
    let url = other.url("/feed");
    world.extra = format!("[[feed]]\nid = \"elsewhere\"\nurl = \"{url}\"\ninterval = \"60m\"\n");
    (world, other)
}

fn busy(seconds: u32) -> Reply {
    Reply::status(429).header("Retry-After", seconds.to_string())
}

fn asked(world: &World, feeds: &[&str]) -> usize {
    feeds.iter().map(|feed| world.server.requests(&format!("/{feed}")).len()).sum()
}

#[tokio::test]
async fn all_feeds_of_a_site_wait_when_one_is_told_to_and_those_of_others_do_not() {
    let (mut world, other) = world(&["a", "b"]).await;
    world.start().await;
    for _ in 0..3 {
        world.next_visit().await;
    }
    world.server.set("/a", busy(3 * 3600));
    assert_eq!(world.visit("a").await.code, "http_429");
    // What waits is kept beside the visit; it is there once a later visit is stored.
    world.clock.advance(2 * HOUR);
    assert_eq!(world.next_visit().await.feed.as_str(), "elsewhere");
    assert_eq!(asked(&world, &["b"]), 1, "it would have been due after an hour");
    let waiting = state(&world, "b");
    assert_eq!(waiting.next_reason, "retry_after");
    let site = world.server.allow_net();
    assert_eq!(waiting.memory.held_by.as_ref(), Some(&site));
    assert!(schedule::why(&waiting).contains(&site));

    world.server.set("/a", Reply::ok(super::one_entry()));
    world.clock.advance(HOUR + Duration::from_secs(1));
    let mut next = Vec::new();
    while !next.contains(&"b".to_owned()) {
        next.push(world.next_visit().await.feed.to_string());
    }
    world.clock.advance(Duration::from_secs(60));
    while !next.contains(&"a".to_owned()) {
        next.push(world.next_visit().await.feed.to_string());
    }
    assert!(other.requests("/feed").len() >= 2);
    assert_eq!(state(&world, "b").memory.held_by, None);
}

#[tokio::test]
async fn feeds_that_stand_in_line_when_the_first_is_refused_do_not_ask() {
    let feeds = ["a", "b", "c", "d", "e", "f"];
    let (mut world, _other) = world(&feeds).await;
    for feed in feeds {
        world.server.set(&format!("/{feed}"), busy(600));
    }
    world.start().await;
    for _ in 0..2 {
        world.next_visit().await;
    }
    world.visit("elsewhere").await;
    assert_eq!(asked(&world, &feeds), 1, "one refusal is enough");

    // After the time they go on, and the one that was refused is not the first again.
    let refused = feeds.into_iter().find(|feed| asked(&world, &[feed]) == 1).unwrap();
    world.stop().await;
    world.start().await;
    world.clock.advance(Duration::from_secs(601));
    let next = world.next_visit().await;
    assert_ne!(next.feed.as_str(), refused);
    assert_eq!(asked(&world, &feeds), 2);
}

#[tokio::test]
async fn a_restart_hammers_no_site_that_asked_to_be_left_alone() {
    let (mut world, _other) = world(&["a"]).await;
    world.server.set("/a", busy(2 * 3600));
    world.start().await;
    for _ in 0..2 {
        world.next_visit().await;
    }
    world.stop().await;
    world.add_feed("new");
    world.start().await;
    world.visit("elsewhere").await;
    assert_eq!(asked(&world, &["a", "new"]), 1, "not even for a feed that was never fetched");
    world.clock.advance(2 * HOUR + Duration::from_secs(1));
    world.server.set("/a", Reply::ok(super::one_entry()));
    world.server.wait_for("/new", 1).await;
}

#[tokio::test]
async fn a_fault_of_one_feed_keeps_no_other_from_being_asked() {
    let (mut world, _other) = world(&["a", "b"]).await;
    world.start().await;
    for _ in 0..3 {
        world.next_visit().await;
    }
    for reply in [Reply::status(503), Reply::status(500).header("Retry-After", "9999")] {
        world.server.set("/a", reply);
        world.visit("a").await;
        assert_eq!(world.visit("b").await.failures, 0);
    }
}
