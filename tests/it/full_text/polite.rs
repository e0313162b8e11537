//! Pages are asked for no more, no sooner and no more at once than their sites like.

use std::time::Duration;

use super::{FULL_TEXT, LIMIT, article, newest, page, publish, say, world};
use crate::support::server::{FeedServer, Reply};
use crate::support::world::{World, item, rss};

/// Adds a feed on a server of its own.
fn add_elsewhere(world: &mut World, other: &FeedServer, keys: &str) {
    world.allow(&other.allow_net());
    let url = other.url("/feed");
    world.extra = format!("{FULL_TEXT}[[feed]]\nid = \"elsewhere\"\nurl = \"{url}\"\n{keys}\n");
}

/// A feed of that many stories, each with a page of its own on its own server.
fn stories(server: &FeedServer, count: usize) -> Reply {
    let story = |n: usize| {
        let mut story = item(&format!("Harbour number {n} reopens")).text("Ministers met.");
        story.link = server.url(&format!("/page-{n}"));
        story
    };
    Reply::ok(rss("elsewhere", &(0..count).map(story).collect::<Vec<_>>()))
}

#[tokio::test]
async fn a_site_whose_pages_never_come_keeps_no_other_waiting() {
    let (mut world, other) = (World::new(&["wire"]).await, FeedServer::start().await);
    add_elsewhere(&mut world, &other, "");
    other.set("/feed", stories(&other, 0));
    world.start().await;
    world.next_visit().await;
    world.next_visit().await;
    for n in 0..20 {
        other.set(&format!("/page-{n}"), Reply::hang());
    }
    other.set("/feed", stories(&other, 20));
    world.visit("elsewhere").await;
    let hanging = || (0..20).map(|n| other.requests(&format!("/page-{n}")).len()).sum::<usize>();
    other.wait_for("/robots.txt", 1).await;

    world.server.set("/story", Reply::ok(page("The exercise is led by NATO.")));
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    article(&world, "read", 1).await;
    assert!(hanging() <= 1, "one page of a site at a time: {}", hanging());
}

#[tokio::test]
async fn a_single_round_ends_though_pages_never_come() {
    let (mut world, other) = (World::new(&["wire"]).await, FeedServer::start().await);
    add_elsewhere(&mut world, &other, "");
    other.set("/feed", stories(&other, 0));
    world.round().await;
    other.set("/feed", stories(&other, 3));
    for n in 0..3 {
        other.set(&format!("/page-{n}"), Reply::hang());
    }
    other.set("/robots.txt", Reply::hang());
    let clock = world.clock.clone();
    let later = async {
        other.wait_for("/robots.txt", 1).await;
        clock.advance(Duration::from_secs(61));
    };
    let round = tokio::time::timeout(LIMIT, world.round());
    let (round, ()) = tokio::join!(round, later);
    round.expect("the round ends");
    let view = world.store().article(newest(&world).entry.id).unwrap().unwrap();
    assert_eq!((view.state.as_str(), view.attempts), ("wanted", 0));
}

#[tokio::test]
async fn pages_of_a_site_that_told_a_feed_to_wait_are_put_off_untried() {
    let mut world = world().await;
    world
        .server
        .sequence("/story", [Reply::status(500), Reply::ok(page("The exercise is led by NATO."))]);
    say(&world, "Ministers met.");
    world.visit("wire").await;
    let before = article(&world, "wanted", 1).await.due;
    world.server.set("/wire", Reply::status(429).header("Retry-After", "600"));
    assert_eq!(world.visit("wire").await.code, "http_429");
    world.clock.advance(Duration::from_secs(121));
    let put_off = async {
        loop {
            let view = article(&world, "wanted", 1).await;
            if view.due > before {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, put_off).await.expect("put off");
    assert_eq!(world.server.requests("/story").len(), 1);
    // Else the feed's next visit might have them put off once more.
    say(&world, "Ministers met.");
    world.clock.advance(Duration::from_secs(3_600));
    article(&world, "read", 2).await;
}

#[tokio::test]
async fn pages_of_a_paused_feed_wait() {
    let (mut world, other) = (World::new(&["wire"]).await, FeedServer::start().await);
    add_elsewhere(&mut world, &other, "");
    other.set("/feed", stories(&other, 0));
    world.round().await;
    other.set("/feed", stories(&other, 1));
    other.sequence("/page-0", [Reply::status(500), Reply::ok(page("Led by NATO."))]);
    world.round().await;
    article(&world, "wanted", 1).await;

    world.clock.advance(Duration::from_secs(121));
    add_elsewhere(&mut world, &other, "paused = true");
    world.round().await;
    assert_eq!(other.requests("/page-0").len(), 1);
    add_elsewhere(&mut world, &other, "");
    world.round().await;
    assert_eq!(other.requests("/page-0").len(), 2);
}

#[tokio::test]
async fn a_server_too_busy_for_its_rules_is_left_alone() {
    let mut world = world().await;
    world.server.set("/robots.txt", Reply::status(429).header("Retry-After", "600"));
    world.server.set("/story", Reply::ok(page("NATO")));
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    let view = article(&world, "wanted", 1).await;
    assert_eq!(view.code.as_deref(), Some("http_429"));
    assert!(world.server.requests("/story").is_empty());
    let holds = world.store().site_holds(world.now()).unwrap();
    assert_eq!(holds[0].site, world.server.allow_net());
}
