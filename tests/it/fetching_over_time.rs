//! Fetching over days, on a clock that is advanced: how often a server is asked, for what, and
//! when it is left alone.

mod moves;
mod sites;
mod storms;

use std::time::Duration;

use wirewatch::domain::feed::{FeedState, Outcome};
use wirewatch::domain::schedule;

use crate::support::server::{Recorded, Reply};
use crate::support::world::{World, item, rss};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// What is remembered of a feed.
fn state(world: &World, feed: &str) -> FeedState {
    let feeds = world.app().store().feeds().unwrap();
    feeds.into_iter().map(|view| view.state).find(|state| state.key.as_str() == feed).unwrap()
}

/// The codes of what happened to a feed, the oldest first.
fn events(world: &World, feed: &str) -> Vec<String> {
    let events = world.app().store().feed_events(Some(&feed.parse().unwrap()), 50).unwrap();
    events.into_iter().rev().map(|(_, event)| event.code.into_owned()).collect()
}

fn is_conditional(request: &Recorded) -> bool {
    request.header("if-none-match").is_some() || request.header("if-modified-since").is_some()
}

fn one_entry() -> String {
    rss("wire", &[item("Cycle lanes approved")])
}

#[tokio::test]
async fn a_server_that_only_says_unchanged_is_asked_in_full_after_a_week() {
    let mut world = World::new(&["wire"]).await;
    let reply = Reply::ok(one_entry()).header("ETag", "\"x\"").conditional();
    world.server.set("/wire", reply);
    world.start().await;
    world.first_round().await;
    for _ in 0..6 {
        world.clock.advance(DAY);
        assert_eq!(world.next_visit().await.code, "not_modified");
    }
    world.clock.advance(2 * DAY);
    assert_eq!(world.next_visit().await.code, "same_body");
    world.clock.advance(DAY);
    assert_eq!(world.next_visit().await.code, "not_modified");
    let requests = world.server.requests("/wire");
    let in_full = requests.iter().map(|request| !is_conditional(request));
    let in_full: Vec<usize> = in_full.enumerate().filter(|one| one.1).map(|one| one.0).collect();
    assert_eq!(in_full, [0, 7]);
}

#[tokio::test]
async fn a_server_that_says_unchanged_even_then_is_a_failing_one() {
    let mut world = World::new(&["wire"]).await;
    world.server.set("/wire", Reply::ok(one_entry()).header("ETag", "\"x\""));
    world.start().await;
    world.first_round().await;
    world.server.set("/wire", Reply::status(304));
    assert_eq!(world.visit("wire").await.code, "not_modified");
    world.clock.advance(8 * DAY);
    let visit = world.next_visit().await;
    assert_eq!((visit.outcome, visit.code.as_ref()), (Outcome::Failed, "protocol"));
}

#[tokio::test]
async fn a_delta_brings_what_is_new_and_takes_nothing_away() {
    let mut world = World::new(&["wire"]).await;
    let (old, new) = (item("Cycle lanes approved"), item("Ferry timetable changes"));
    world
        .server
        .set("/wire", Reply::ok(rss("wire", std::slice::from_ref(&old))).header("ETag", "\"1\""));
    world.start().await;
    world.first_round().await;
    assert_eq!(world.server.requests("/wire")[0].header("a-im"), None, "no ETag is known yet");

    let delta = Reply::status(226).header("IM", "feed").header("ETag", "\"2\"");
    world.server.set("/wire", delta.body(rss("wire", std::slice::from_ref(&new))));
    let visit = world.visit("wire").await;
    assert_eq!((visit.code.as_ref(), visit.entries, visit.new_entries), ("ok_delta", 1, 1));
    assert_eq!(world.store().counts().unwrap().entries, 2);
    let request = world.server.requests("/wire").pop().unwrap();
    assert_eq!(
        (request.text("a-im"), request.text("if-none-match")),
        ("feed".into(), "\"1\"".into())
    );

    let whole = Reply::ok(rss("wire", &[old, new])).header("ETag", "\"2\"");
    world.server.set("/wire", whole);
    let visit = world.visit("wire").await;
    assert_eq!((visit.entries, visit.new_entries), (2, 0));
    let request = world.server.requests("/wire").pop().unwrap();
    assert_eq!(request.text("if-none-match"), "\"2\"");
}

#[tokio::test]
async fn what_a_feed_says_of_its_rhythm_is_heard_and_outlives_304_and_restart() {
    let mut world = World::new(&["wire"]).await;
    // Noon, and quiet from noon until four.
    let rhythm = "<ttl>45</ttl><skipHours><hour>12</hour><hour>13</hour><hour>14</hour>\
                  <hour>15</hour></skipHours>";
    let body = one_entry().replace("<description>test", &format!("{rhythm}<description>test"));
    assert!(body.contains("<ttl>"));
    world.server.set("/wire", Reply::ok(body).header("ETag", "\"x\"").conditional());
    world.start().await;
    world.first_round().await;
    for visit in ["ok", "not_modified"] {
        let state = state(&world, "wire");
        assert_eq!(state.last_outcome.as_deref(), Some(visit));
        assert_eq!(
            (state.memory.rhythm.ttl, state.next_reason.as_ref()),
            (Some(45 * HOUR / 60), "skip")
        );
        let wait = schedule::wait(&state).unwrap();
        assert!(wait > 3 * HOUR && wait <= 4 * HOUR, "{visit}: {wait:?}");
        world.stop().await;
        world.start().await;
        world.visit("wire").await;
    }
}

#[tokio::test]
async fn pages_that_stand_where_a_feed_was_are_outcomes_of_their_own() {
    let html = |inner: &str| format!("<!doctype html><html><body>{inner}</body></html>");
    let challenge = html("<script src=\"/cdn-cgi/challenge-platform/x.js\"></script>");
    let bad: [(&str, Reply, &str); 7] = [
        ("header", Reply::status(503).header("cf-mitigated", "challenge"), "challenge"),
        ("refused", Reply::status(403).body(challenge.clone()), "challenge"),
        ("served", Reply::ok(challenge), "challenge"),
        ("form", Reply::ok(html("<form><input type=\"password\"></form>")), "login"),
        ("sent-to-login", Reply::redirect(302, "/account/login?next=/feed"), "login"),
        ("parked", Reply::ok(html("news.example: this domain is for sale!")), "parked"),
        ("page", Reply::ok(html("Back soon")), "not_a_feed_html"),
    ];
    let names: Vec<&str> = bad.iter().map(|(name, ..)| *name).collect();
    let mut world = World::new(&names).await;
    world.server.set("/account/login?next=/feed", Reply::ok(html("Welcome back")));
    for (name, reply, _) in &bad {
        world.server.set(&format!("/{name}"), reply.clone());
    }
    world.start().await;
    let visits = world.first_round().await;
    for (name, _, code) in &bad {
        let visit = visits.iter().find(|visit| visit.feed.as_str() == *name).unwrap();
        assert_eq!((visit.outcome, visit.code.as_ref()), (Outcome::Failed, *code), "{visit:?}");
        assert!(visit.advice.as_ref().is_some_and(|advice| !advice.is_empty()), "{name}");
    }
}

#[tokio::test]
async fn a_feed_about_parked_domains_and_logins_is_a_feed() {
    let mut world = World::new(&["wire"]).await;
    let text = "This domain is for sale: <input type=\"password\"> /cdn-cgi/challenge-platform/";
    world.publish("wire", item("Just a moment...").text(text));
    world.start().await;
    assert_eq!(world.first_round().await[0].code, "ok");
}

#[tokio::test]
async fn a_feed_that_is_gone_is_paused_after_days_with_a_notice_and_asked_weekly() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.server.set("/wire", Reply::status(410));
    world.visit("wire").await;
    for day in 1..=3 {
        assert!(events(&world, "wire").is_empty(), "day {day}");
        world.clock.advance(DAY + HOUR);
        assert_eq!(world.next_visit().await.code, "http_410");
    }
    assert_eq!(events(&world, "wire"), ["gone"]);
    let paused = state(&world, "wire");
    assert_eq!(paused.next_reason, "gone");

    world.stop().await;
    world.start().await;
    world.publish("wire", item("We are back"));
    world.clock.advance(8 * DAY);
    assert_eq!(world.next_visit().await.new_entries, 1);
    assert_eq!(events(&world, "wire"), ["gone", "gone_no_longer"]);
}

#[tokio::test]
async fn a_feed_that_is_missing_is_tried_every_day_for_months() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.server.set("/wire", Reply::status(404));
    for _ in 0..60 {
        world.clock.advance(DAY + 3 * HOUR);
        assert_eq!(world.next_visit().await.code, "http_404");
    }
    world.publish("wire", item("Found again"));
    world.clock.advance(DAY + 3 * HOUR);
    assert_eq!(world.next_visit().await.new_entries, 1);
}

#[tokio::test]
async fn a_cookie_is_not_kept_and_a_redirect_takes_no_referer_along() {
    let mut world = World::new(&["wire"]).await;
    let cookie = "id=1; Path=/; Max-Age=9999999";
    world.server.set("/wire", Reply::redirect(302, "/feed").header("Set-Cookie", cookie));
    world.server.set("/feed", Reply::ok(one_entry()).header("Set-Cookie", cookie));
    world.start().await;
    world.first_round().await;
    world.visit("wire").await;
    let requests = [world.server.requests("/wire"), world.server.requests("/feed")].concat();
    assert_eq!(requests.len(), 4);
    for request in requests {
        assert_eq!((request.header("cookie"), request.header("referer")), (None, None));
    }
}
