//! Feeds that move, for good or not.

use super::{DAY, HOUR, events, state};
use crate::support::server::{FeedServer, Reply};
use crate::support::world::{World, item, rss};

fn feed() -> Reply {
    let body = rss("wire", &[item("Cycle lanes approved")]);
    Reply::ok(body).header("ETag", "\"x\"").conditional()
}

/// A world whose feed redirects to `/new` for good, after so many days.
async fn moved_for(days: u32) -> World {
    let mut world = World::new(&["wire"]).await;
    world.server.set("/wire", Reply::redirect(301, "/new"));
    world.server.set("/new", feed());
    world.start().await;
    world.first_round().await;
    for _ in 0..days {
        world.clock.advance(DAY);
        world.next_visit().await;
    }
    world
}

#[tokio::test]
async fn a_feed_that_has_moved_for_good_is_asked_for_where_it_is_also_after_a_restart() {
    let mut world = moved_for(2).await;
    assert_eq!(events(&world, "wire"), ["moved"]);
    let old = world.server.requests("/wire").len();
    world.stop().await;
    world.start().await;
    world.clock.advance(2 * HOUR);
    assert_eq!(world.next_visit().await.code, "not_modified", "its validators are the same");
    assert_eq!(world.server.requests("/wire").len(), old);
    assert!(state(&world, "wire").url.ends_with("/wire"), "what is configured stays");
}

#[tokio::test]
async fn a_move_that_is_followed_and_its_end_are_told_as_they_happen() {
    let mut world = moved_for(1).await;
    world.clock.advance(DAY);
    let told = |visit: wirewatch::daemon::events::Visit| -> Vec<String> {
        visit.changes.iter().map(|change| change.code.to_string()).collect()
    };
    // The answer is "unchanged": there is no document to tell it with.
    let visit = world.next_visit().await;
    assert_eq!(visit.code, "not_modified");
    assert_eq!(told(visit), ["moved"]);
    world.server.set("/new", Reply::status(404));
    let mut ends = Vec::new();
    for _ in 0..3 {
        world.clock.advance(4 * HOUR);
        ends.extend(told(world.next_visit().await));
    }
    assert_eq!(ends, ["move_undone"]);
}

#[tokio::test]
async fn before_that_every_fetch_begins_at_the_configured_url() {
    let world = moved_for(1).await;
    assert_eq!(world.server.requests("/wire").len(), 2);
    assert!(events(&world, "wire").is_empty());
}

#[tokio::test]
async fn a_move_can_be_taken_back_while_the_daemon_runs() {
    let mut world = moved_for(2).await;
    let (old, key) = (world.server.requests("/wire").len(), "wire".parse().unwrap());
    // As another process does it.
    let store = world.store();
    let to = store.undo_move(&key, world.now()).await.unwrap();
    assert_eq!(to, Some(world.server.url("/new")));
    assert_eq!(store.undo_move(&key, world.now()).await.unwrap(), None, "it is done");
    for visit in 1..=4 {
        world.clock.advance(DAY);
        world.next_visit().await;
        assert_eq!(world.server.requests("/wire").len(), old + visit, "followed again");
    }
    assert_eq!(events(&world, "wire"), ["moved", "move_undone"]);
}

#[tokio::test]
async fn a_new_address_that_fails_is_given_up_for_the_configured_one() {
    let mut world = moved_for(2).await;
    world.server.set("/wire", feed());
    world.server.set("/new", Reply::status(404));
    for _ in 0..3 {
        world.clock.advance(4 * HOUR);
        assert_eq!(world.next_visit().await.code, "http_404");
    }
    world.clock.advance(HOUR);
    assert_eq!(world.next_visit().await.code, "same_body");
    assert_eq!(events(&world, "wire"), ["moved", "move_undone"]);
}

#[tokio::test]
async fn a_feed_that_moves_on_is_asked_for_there_until_all_of_it_is_taken_back() {
    let mut world = moved_for(2).await;
    world.server.set("/new", Reply::redirect(308, "/newer"));
    world.server.set("/newer", feed());
    for _ in 0..3 {
        world.clock.advance(DAY);
        world.next_visit().await;
    }
    assert_eq!(events(&world, "wire"), ["moved", "moved"]);
    world.stop().await;
    world.start().await;
    let asked = |world: &World| ["/wire", "/new"].map(|path| world.server.requests(path).len());
    let before = asked(&world);
    world.clock.advance(2 * HOUR);
    assert_eq!(world.next_visit().await.code, "not_modified", "its validators are the same");
    assert_eq!(asked(&world), before, "neither of the old places is asked any more");
    let key = "wire".parse().unwrap();
    let to = world.store().undo_move(&key, world.now()).await.unwrap();
    assert_eq!(to, Some(world.server.url("/newer")));
    world.clock.advance(DAY);
    world.next_visit().await;
    assert_eq!(asked(&world), before.map(|count| count + 1), "from the configured URL on");
    assert_eq!(events(&world, "wire"), ["moved", "moved", "move_undone"]);
}

#[tokio::test]
async fn a_redirect_to_a_login_page_moves_nothing_however_permanent() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.server.set("/wire", Reply::redirect(301, "/login"));
    let form = "<!doctype html><form><input type=\"password\"></form>";
    world.server.set("/login", Reply::ok(form));
    for _ in 0..5 {
        world.clock.advance(DAY + 3 * HOUR);
        assert_eq!(world.next_visit().await.code, "login");
    }
    assert_eq!(state(&world, "wire").memory.relocation, None);
}

#[tokio::test]
async fn another_configured_url_ends_all_that_was_known_of_moves() {
    let mut world = moved_for(2).await;
    world.stop().await;
    world.remove_feed("wire");
    let other = FeedServer::start().await;
    other.set("/own", feed());
    world.allow(&other.allow_net());
    world.extra = format!("[[feed]]\nid = \"wire\"\nurl = \"{}\"\n", other.url("/own"));
    world.start().await;
    world.next_visit().await;
    assert_eq!(other.requests("/own").len(), 1);
    assert_eq!(other.requests("/own")[0].header("if-none-match"), None);
    assert_eq!(state(&world, "wire").memory.relocation, None);
}
