//! Feeds whose entries are read in full: the page behind an entry is fetched once, and what it
//! says is matched with what the feed said.

use std::time::Duration;

use wirewatch::domain::entry::article::ArticleAttempt;
use wirewatch::store::articles::ArticleView;
use wirewatch::store::entries::{EntryDetail, EntryFilter};

use crate::support::server::Reply;
use crate::support::world::{NATO, World, item, rss};

mod polite;

/// Longest wait for a page to be read.
const LIMIT: Duration = Duration::from_secs(120);

const FULL_TEXT: &str = "[defaults]\nfull_text = true\n";

fn page(text: &str) -> String {
    let filler = "<p>The harbour office said on Tuesday that the ferries will sail again once the \
                  winter repairs are paid for, and that nobody has yet agreed who is to pay.</p>";
    format!(
        "<!doctype html><html><body><nav><a href=/>NATO shop</a></nav><article><h1>Ferries</h1>\
         {filler}<p>{text}</p>{filler}{filler}</article></body></html>"
    )
}

async fn world() -> World {
    let mut world = World::new(&["wire"]).await;
    world.extra = FULL_TEXT.to_owned();
    world.start().await;
    world.first_round().await;
    world
}

/// Publishes an entry whose page is at `/story` of the feed's own server.
fn publish(world: &mut World, title: &str) {
    let mut story = item(title).text("Ministers met in the harbour hall.");
    story.link = world.server.url("/story");
    world.publish("wire", story);
}

fn newest(world: &World) -> EntryDetail {
    let store = world.store();
    let list = store.entries(&EntryFilter::default()).unwrap();
    store.entry(list[0].id).unwrap().unwrap()
}

/// Waits until the newest entry's page is in this state after so many tries.
async fn article(world: &World, state: &str, attempts: u32) -> ArticleView {
    let look = async {
        loop {
            let view = world.store().article(newest(world).entry.id).unwrap().unwrap();
            if view.state == state && view.attempts == attempts {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, look).await.unwrap_or_else(|_| {
        panic!("not {state}: {:?}", world.store().article(newest(world).entry.id))
    })
}

#[tokio::test]
async fn a_page_that_is_read_during_a_reload_is_asked_about_by_the_topics_of_after_it() {
    let mut world = world().await;
    let (open, held) = tokio::sync::watch::channel(false);
    world.server.set("/story", Reply::ok(page("The exercise is led by NATO.")).held(held));
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    world.server.wait_for("/story", 1).await;
    // One rule is edited, and one is new: neither is found in what the feed said.
    world.clock.advance(Duration::from_secs(60));
    world.topics = NATO.replace("'NATO EXCEPT", "'(NATO OR OTAN) EXCEPT");
    world.topics += "\n[[topic]]\nid = \"exercises\"\nmatch = 'exercise'\n";
    world.topics += "\n[[topic]]\nid = \"halls\"\nmatch = '\"harbour hall\"'\n";
    world.app().reload(world.load()).await.unwrap();
    open.send(true).unwrap();
    article(&world, "read", 1).await;
    let mut topics: Vec<_> = world.alerts().into_iter().map(|alert| alert.topic).collect();
    topics.sort();
    assert_eq!(
        topics.iter().map(|topic| topic.as_str()).collect::<Vec<_>>(),
        ["exercises", "nato"]
    );
}

#[tokio::test]
async fn a_topic_that_only_the_page_speaks_of_raises_its_alert() {
    let mut world = world().await;
    world.server.set("/story", Reply::ok(page("The exercise is led by NATO.")));
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    article(&world, "read", 1).await;
    world.delivered().await;

    assert_eq!(world.server.requests("/story").len(), 1);
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1);
    let entry = newest(&world);
    let body = &entry.entry.document.body;
    assert!(body.starts_with("Ministers met in the harbour hall.\n\nFerries\n\nThe har"), "{body}");
    assert!(entry.entry.document.body.contains("led by NATO"));
    assert!(!entry.entry.document.body.contains("shop"), "the page's menu is no text of it");
    assert_eq!(entry.revisions.len(), 1, "what the feed said is kept");
    assert_eq!(entry.revisions[0].body, "Ministers met in the harbour hall.");

    // The same document again: neither the page nor the alert comes twice.
    world.visit("wire").await;
    assert_eq!(world.server.requests("/story").len(), 1);
    assert_eq!(newest(&world).entry.revision, entry.entry.revision);
    assert_eq!(world.alert_log().len(), 1);
}

#[tokio::test]
async fn what_the_feed_says_already_is_not_told_again_by_its_page() {
    let mut world = world().await;
    world.server.set("/story", Reply::ok(page("The exercise is led by NATO.")));
    publish(&mut world, "NATO leads ferry exercise");
    world.visit("wire").await;
    article(&world, "read", 1).await;
    world.delivered().await;
    assert_eq!(world.alert_log().len(), 1);
}

#[tokio::test]
async fn a_page_that_robots_may_not_read_is_left_alone() {
    let mut world = world().await;
    world.server.set("/robots.txt", Reply::ok("User-agent: *\nDisallow: /story\n"));
    world.server.set("/story", Reply::ok(page("NATO")));
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    let view = article(&world, "given_up", 1).await;
    assert_eq!(view.code.as_deref(), Some("robots"));
    assert_eq!(world.server.requests("/story").len(), 0);
    assert_eq!(world.server.requests("/robots.txt").len(), 1);
}

#[tokio::test]
async fn a_server_with_a_fault_is_asked_again_and_the_page_read_then() {
    let mut world = world().await;
    let fault = Reply::status(503).header("Retry-After", "600");
    world.server.sequence("/story", [fault, Reply::ok(page("The exercise is led by NATO."))]);
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    let view = article(&world, "wanted", 1).await;
    assert_eq!(view.code.as_deref(), Some("http_503"));
    let due = view.due.duration_since(world.now()).as_secs();
    assert_eq!(due, 600 + 1_800, "half an hour after the feeds of the site");
    assert!(world.alerts().is_empty());
    let holds = world.store().site_holds(world.now()).unwrap();
    assert_eq!(holds[0].site, world.server.allow_net(), "its feeds are left alone, too");
    assert_eq!(holds[0].wait.as_secs(), 600);

    world.clock.advance(Duration::from_secs(2_401));
    article(&world, "read", 2).await;
    assert_eq!(world.alerts().len(), 1);
}

#[tokio::test]
async fn while_nothing_can_be_stored_no_page_is_asked_for() {
    let mut world = world().await;
    let fault = Reply::status(503).header("Retry-After", "600");
    world.server.sequence("/story", [fault, Reply::ok(page("The exercise is led by NATO."))]);
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    article(&world, "wanted", 1).await;

    let mut config = world.load();
    config.storage.floor_bytes = u64::MAX;
    world.app().reload(config).await.unwrap();
    world.clock.advance(Duration::from_secs(20));
    while world.app().desk().storage().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.clock.advance(Duration::from_secs(3_000));
    let asked = world.server.wait_for("/story", 2);
    let asked = tokio::time::timeout(Duration::from_millis(700), asked).await;
    assert!(asked.is_err(), "the page was asked for");

    let mut config = world.load();
    config.storage.floor_bytes = 0;
    world.app().reload(config).await.unwrap();
    while world.app().desk().storage().is_some() {
        world.clock.advance(Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    article(&world, "read", 2).await;
}

#[tokio::test]
async fn a_page_that_was_wanted_while_the_clock_was_ahead_waits_no_longer_once_it_is_right() {
    let mut world = world().await;
    let right = world.now();
    world.clock.set_wall(right + Duration::from_secs(5 * 3_600));
    world.server.set("/story", Reply::status(503));
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    article(&world, "wanted", 1).await;
    world.server.set("/story", Reply::ok(page("The exercise is led by NATO.")));
    world.clock.set_wall(right);
    world.clock.advance(Duration::from_secs(601));
    article(&world, "read", 2).await;
}

#[tokio::test]
async fn a_page_wanted_before_a_restart_is_read_after_it() {
    let mut world = world().await;
    world.server.set("/story", Reply::hang());
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    world.server.wait_for("/story", 1).await;
    world.stop().await;
    world.server.set("/story", Reply::ok(page("The exercise is led by NATO.")));
    world.start().await;
    article(&world, "read", 1).await;
    assert_eq!(world.alerts().len(), 1);
}

#[tokio::test]
async fn a_feed_cannot_send_us_to_another_private_server() {
    let mut world = world().await;
    let other = crate::support::server::FeedServer::start().await;
    other.set("/secret", Reply::ok(page("NATO")));
    let mut story = item("Ferries to sail again").text("Ministers met.");
    story.link = other.url("/secret");
    world.publish("wire", story);
    world.visit("wire").await;
    let view = article(&world, "given_up", 1).await;
    assert_eq!(view.code.as_deref(), Some("private_address"));
    assert!(other.requests("/secret").is_empty() && other.requests("/robots.txt").is_empty());
}

#[tokio::test]
async fn pages_of_a_baseline_are_not_read() {
    let mut world = World::new(&["wire"]).await;
    world.extra = FULL_TEXT.to_owned();
    publish(&mut world, "Old story");
    world.start().await;
    world.first_round().await;
    assert_eq!(world.store().article(newest(&world).entry.id).unwrap(), None);
}

#[tokio::test]
async fn a_page_without_an_article_leaves_the_feeds_own_text() {
    let mut world = world().await;
    world.server.set("/story", Reply::ok("<html><body><p>Please log in.</p></body></html>"));
    publish(&mut world, "Ferries to sail again");
    world.visit("wire").await;
    let view = article(&world, "given_up", 1).await;
    assert_eq!(view.code.as_deref(), Some("no_article"));
    assert_eq!(newest(&world).entry.document.body, "Ministers met in the harbour hall.");
}

/// Has the feed say this of its one story, whose page is at `/story`.
fn say(world: &World, text: &str) {
    let mut story = item("Ferries to sail again").text(text);
    story.link = world.server.url("/story");
    world.server.set("/wire", Reply::ok(rss("wire", &[story])));
}

/// Waits until the text of the newest entry begins so and has what its page said in it.
async fn in_full(world: &World, beginning: &str) {
    let look = async {
        loop {
            let body = newest(world).entry.document.body;
            if body.starts_with(beginning) && body.contains("led by NATO") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let seen = tokio::time::timeout(LIMIT, look).await;
    seen.unwrap_or_else(|_| panic!("{}", newest(world).entry.document.body));
}

#[tokio::test]
async fn a_feed_that_revises_its_entries_all_the_time_has_a_page_read_four_times_at_most() {
    let mut world = world().await;
    world.server.set("/story", Reply::ok(page("The exercise is led by NATO.")));
    for minute in 0..5 {
        let text = format!("Read by {minute} people.");
        say(&world, &text);
        world.visit("wire").await;
        in_full(&world, &text).await;
        world.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(world.server.requests("/story").len(), 1, "once within six hours");
    for day in 0..6 {
        world.clock.advance(Duration::from_secs(86_400));
        let text = format!("Read on day {day}.");
        say(&world, &text);
        world.visit("wire").await;
        world.visit("wire").await;
        in_full(&world, &text).await;
    }
    assert_eq!(world.server.requests("/story").len(), 4);
    assert_eq!(world.alert_log().len(), 1);
}

#[tokio::test]
async fn a_page_that_fails_when_read_anew_leaves_what_it_said_before() {
    let mut world = world().await;
    let good = Reply::ok(page("The exercise is led by NATO."));
    world.server.sequence("/story", [good, Reply::status(500)]);
    say(&world, "Ministers met.");
    world.visit("wire").await;
    in_full(&world, "Ministers met.").await;
    world.clock.advance(Duration::from_secs(7 * 3_600));
    say(&world, "Ministers met twice.");
    world.visit("wire").await;
    world.visit("wire").await;
    in_full(&world, "Ministers met twice.").await;
    assert_eq!(world.server.requests("/story").len(), 2);
    article(&world, "read", 2).await;
}

#[tokio::test]
async fn a_page_whose_entry_loses_its_link_is_given_up() {
    let mut world = world().await;
    world.server.set("/story", Reply::status(500));
    say(&world, "Ministers met.");
    world.visit("wire").await;
    article(&world, "wanted", 1).await;
    let mut story = item("Ferries to sail again").text("Ministers met twice.");
    story.link = String::new();
    world.server.set("/wire", Reply::ok(rss("wire", &[story])));
    world.visit("wire").await;
    let view = article(&world, "given_up", 1).await;
    assert_eq!(newest(&world).entry.document.url, None);
    assert_eq!(view.code.as_deref(), Some("no_link"));
}

#[tokio::test]
async fn what_came_of_a_page_counts_only_while_it_is_wanted_as_it_was() {
    let mut world = world().await;
    world.server.set("/story", Reply::status(500));
    say(&world, "Ministers met.");
    world.visit("wire").await;
    article(&world, "wanted", 1).await;
    world.stop().await;
    let (store, now) = (world.store(), world.now() + Duration::from_secs(200));
    let taken = store.due_articles(&["wire".parse().unwrap()], now, &[], 10).unwrap().remove(0);
    let attempt = |next| ArticleAttempt {
        article: taken.clone(),
        at: now,
        code: "http_500".into(),
        detail: None,
        next,
    };
    store.record_article(attempt(Some(now + Duration::from_secs(60)))).await.unwrap();
    store.record_article(attempt(None)).await.unwrap();
    let view = store.article(taken.entry).unwrap().unwrap();
    assert_eq!((view.state.as_str(), view.attempts), ("wanted", 2));
}
