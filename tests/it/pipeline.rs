//! The whole pipeline, from real HTTP on loopback to the alert log, as its user sees it.

use std::time::Duration;

use wirewatch::domain::alert::AlertState;
use wirewatch::domain::alert::change::Wish;
use wirewatch::domain::feed::Outcome;

use crate::support::server::Reply;
use crate::support::world::{World, item};

const HOUR: Duration = Duration::from_secs(3600);

const FORGES: &str = "Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play";
const BUILDS: &str = "Starmer builds defence alliance with Denmark";

#[tokio::test]
async fn the_first_fetch_is_stored_and_raises_nothing() {
    let mut world = World::new(&["wire"]).await;
    world.publish("wire", item("NATO ministers meet in Brussels"));
    world.publish("wire", item("Cycle lanes approved"));
    world.start().await;
    let baseline = world.first_round().await.remove(0);
    assert!(baseline.baseline);
    assert_eq!((baseline.new_entries, baseline.would_have_raised()), (2, 1));
    assert!(world.alerts().is_empty());
    assert_eq!(world.store().counts().unwrap().entries, 2);
}

#[tokio::test]
async fn a_story_under_two_headlines_is_one_alert_with_one_revision() {
    let mut world = World::past_baseline(&["wire", "ledger"]).await;
    let text = "Talks in Copenhagen were about NATO cooperation.";
    world.publish("wire", item(FORGES).text(text).published(world.now()));
    world.visit("wire").await;
    let first = world.alerts();
    assert_eq!((first.len(), first[0].seq), (1, 1));
    let shown = world.printed();
    assert!(shown.contains(FORGES) && shown.contains("NATO") && shown.contains("WIRE"), "{shown}");

    world.publish("ledger", item(BUILDS).at("ledger.example").text(text));
    world.visit("ledger").await;
    let second = world.alerts();
    assert_eq!((second.len(), second[0].id, second[0].seq), (1, first[0].id, 2));

    let log = world.alert_log();
    assert_eq!(log.len(), 2);
    assert!(log.iter().all(|line| line["schema"] == "wirewatch.alert.v1"));
    assert_eq!(log[0]["id"], log[1]["id"]);
    assert_eq!(log[0]["event"], "opened");
    assert_eq!(log[1]["event"], "updated");
    assert_eq!(log[1]["reason"]["code"], "publishers>=2");
    assert_eq!(log[1]["story"]["publishers"], 2);
    assert_eq!(log[1]["story"]["new_publishers"], serde_json::json!(["LEDGER"]));
    assert_ne!(log[0]["delivery"]["id"], log[1]["delivery"]["id"]);
}

/// An aggregator's document: links that tell nothing, and sources that do.
fn aggregated(items: &[(&str, &str)]) -> Reply {
    let items: String = items
        .iter()
        .enumerate()
        .map(|(n, (title, site))| {
            format!(
                "<item><title>{title} - Some Name</title><guid isPermaLink=\"false\">{n}</guid>\
                 <link>https://news.google.com/rss/articles/CBMiAU{n}?oc=5</link>\
                 <description>NATO</description>\
                 <source url=\"https://www.{site}\">Some Name</source></item>"
            )
        })
        .collect();
    Reply::ok(format!(
        "<rss version=\"2.0\"><channel><title>News</title>\
         <link>https://news.google.com/</link>{items}</channel></rss>"
    ))
}

#[tokio::test]
async fn a_paper_and_an_aggregator_that_lists_it_are_one_publisher() {
    let mut world = World::new(&["ledger", "google-news"]).await;
    world.extra = "[[publishers]]\nname = \"LEDGER\"\ndomains = [\"ledger.example\"]\n".to_owned();
    world.start().await;
    world.first_round().await;
    world.publish("ledger", item(FORGES).at("ledger.example").text("NATO cooperation."));
    world.visit("ledger").await;
    world.server.set("/google-news", aggregated(&[(FORGES, "ledger.example")]));
    world.visit("google-news").await;
    let alert = world.alerts().remove(0);
    assert_eq!((alert.seq, alert.publishers, alert.texts), (1, 1, Some(1)));
    let told = [(FORGES, "ledger.example"), (BUILDS, "bbc.co.uk")];
    world.server.set("/google-news", aggregated(&told));
    world.visit("google-news").await;
    let alert = world.alerts().remove(0);
    assert_eq!((alert.seq, alert.publishers, alert.texts), (2, 2, Some(2)));
    let log = world.alert_log();
    assert_eq!(log[1]["story"]["entries"], 3);
    assert_eq!(log[1]["story"]["new_publishers"], serde_json::json!(["BBC"]));
}

#[tokio::test]
async fn evidence_points_into_the_stored_text() {
    let mut world = World::past_baseline(&["wire"]).await;
    let text = "Żółć: the allies spoke of enhancing NATO cooperation.";
    world.publish("wire", item("Talks in Copenhagen").text(text));
    world.visit("wire").await;
    let line = world.alert_log().remove(0);
    let evidence = &line["evidence"][0];
    let span = &evidence["spans"][0];
    let (start, end) = (span[0].as_u64().unwrap() as usize, span[1].as_u64().unwrap() as usize);
    let id = line["entry"]["id"].as_str().unwrap().parse().unwrap();
    let stored = world.store().entry(id).unwrap().unwrap().entry.document.body;
    let quoted: String = stored.chars().skip(start).take(end - start).collect();
    assert_eq!((evidence["field"].as_str(), quoted.as_str()), (Some("body"), "NATO"));
}

#[tokio::test]
async fn a_near_miss_stays_quiet_and_is_stored_all_the_same() {
    let mut world = World::past_baseline(&["wire"]).await;
    let mural = "Pupils learned the NATO alphabet while painting the mural with the senator.";
    world.publish("wire", item("Senator unveils alphabet mural").text(mural));
    let visit = world.visit("wire").await;
    assert_eq!((visit.new_entries, visit.matched.len()), (1, 0));
    assert!(world.alerts().is_empty());
    assert_eq!(world.store().search("mural", 10).unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_document_again_adds_nothing() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.publish("wire", item(FORGES));
    world.visit("wire").await;
    let again = world.visit("wire").await;
    assert_eq!((again.outcome, again.code.as_ref()), (Outcome::Unchanged, "same_body"));
    // A comment changes the body and nothing else.
    world.publish("wire", item("Ferry timetable changes"));
    let more = world.visit("wire").await;
    assert_eq!((more.outcome, more.new_entries), (Outcome::Fresh, 1));
    assert_eq!(world.alerts().len(), 1);
    assert_eq!(world.alert_log().len(), 1);
}

#[tokio::test]
async fn validators_are_echoed_byte_for_byte_and_survive_a_restart() {
    let mut world = World::new(&["wire"]).await;
    let body = crate::support::world::rss("wire", &[item("Cycle lanes approved")]);
    let reply = Reply::ok(body).header("ETag", "W/\"a b\"").header("Last-Modified", "yesterday");
    world.server.set("/wire", reply);
    world.start().await;
    world.first_round().await;
    world.stop().await;
    world.start().await;
    world.server.set("/wire", Reply::status(304));
    let visit = world.visit("wire").await;
    assert_eq!(visit.code, "not_modified");
    let request = world.server.requests("/wire").pop().unwrap();
    assert_eq!(request.text("if-none-match"), "W/\"a b\"");
    assert_eq!(request.text("if-modified-since"), "yesterday");
}

#[tokio::test]
async fn a_feed_that_is_anything_but_a_feed_is_recorded_and_disturbs_no_other() {
    let bad: [(&str, Reply, &str); 8] = [
        (
            "html",
            Reply::ok("<!doctype html><html><body>Back soon</body></html>"),
            "not_a_feed_html",
        ),
        ("empty", Reply::ok(""), "empty_body"),
        ("gone", Reply::status(410), "http_410"),
        ("broken", Reply::status(500), "http_500"),
        ("round", Reply::redirect(302, "/round"), "too_many_redirects"),
        (
            "inside",
            Reply::redirect(302, "http://169.254.169.254/latest/meta-data"),
            "redirect_private",
        ),
        ("huge", Reply::ok("x".repeat(17 << 20)), "too_large"),
        ("text", Reply::ok("just some words"), "not_a_feed"),
    ];
    let mut names: Vec<&str> = bad.iter().map(|(name, ..)| *name).collect();
    names.push("wire");
    let mut world = World::new(&names).await;
    for (name, reply, _) in &bad {
        world.server.set(&format!("/{name}"), reply.clone());
    }
    world.start().await;
    let visits = world.first_round().await;
    for (name, _, code) in &bad {
        let visit = visits.iter().find(|visit| visit.feed.as_str() == *name).unwrap();
        assert_eq!((visit.outcome, visit.code.as_ref()), (Outcome::Failed, *code), "{visit:?}");
        assert!(visit.advice.is_some(), "{name} leaves the user without advice");
    }
    world.publish("wire", item(FORGES));
    world.visit("wire").await;
    assert_eq!(world.alerts().len(), 1, "the good feed goes on");
    let recorded = world.store().feeds().unwrap();
    for (name, _, code) in &bad {
        let feed = recorded.iter().find(|feed| feed.state.key.as_str() == *name).unwrap();
        assert_eq!(feed.state.last_outcome.as_deref(), Some(*code));
        assert_eq!(feed.state.failures, 1);
    }
}

#[tokio::test]
async fn a_failing_feed_is_tried_again_when_its_back_off_is_over_and_recovers() {
    let mut world = World::new(&["wire"]).await;
    world.server.set("/wire", Reply::status(503));
    world.start().await;
    assert_eq!(world.first_round().await[0].failures, 1);
    for failures in 2..5 {
        world.clock.advance(HOUR);
        assert_eq!(world.next_visit().await.failures, failures);
    }
    world.publish("wire", item(FORGES));
    world.clock.advance(HOUR);
    let healed = world.next_visit().await;
    assert_eq!((healed.outcome, healed.failures), (Outcome::Fresh, 0));
    assert!(healed.baseline, "its first success is its baseline, however late");
}

#[tokio::test]
async fn next_times_survive_a_restart() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.stop().await;
    let due = world.store().feeds().unwrap()[0].state.next_due;
    world.start().await;
    let before = world.server.requests("/wire").len();
    world.clock.advance(Duration::from_secs(60));
    world.visit("wire").await;
    assert_eq!(world.server.requests("/wire").len(), before + 1, "only the visit asked for");
    assert!(due > world.now(), "not due within the minute");
}

#[tokio::test]
async fn a_feed_that_could_not_be_reached_is_tried_again_at_once_by_a_new_start() {
    let mut world = World::new(&["wire"]).await;
    let text = std::fs::read_to_string(world.write_config()).unwrap();
    // Nobody listens on port 9 of loopback.
    let port = format!(":{}", world.server.address().port());
    world.app_from(&text.replace(&port, ":9")).await;
    let first = world.next_visit().await;
    assert_eq!((first.code.as_ref(), first.network), ("connect", true));
    world.stop().await;
    world.app_from(&text.replace(&port, ":9")).await;
    assert_eq!(world.next_visit().await.failures, 2);
}

#[tokio::test]
async fn what_was_known_before_a_restart_is_known_after_it() {
    let mut world = World::past_baseline(&["wire", "ledger"]).await;
    world.publish("wire", item(FORGES));
    world.visit("wire").await;
    world.stop().await;
    world.start().await;
    world.publish("wire", item("Ferry timetable changes"));
    assert_eq!(world.visit("wire").await.new_entries, 1);
    world.publish("ledger", item(BUILDS).text("NATO").at("ledger.example"));
    world.visit("ledger").await;
    assert_eq!(world.alerts().len(), 1);
    assert_eq!(world.alerts()[0].seq, 2);
}

#[tokio::test]
async fn an_entry_that_resurfaces_after_weeks_does_not_alert() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.publish("wire", item(FORGES).published(world.now() - HOUR * 24 * 30));
    let visit = world.visit("wire").await;
    assert_eq!(visit.matched[0].verdict, "suppress");
    assert!(visit.matched[0].reason.contains("max_age"), "{}", visit.matched[0].reason);
    assert!(world.alerts().is_empty());
}

#[tokio::test]
async fn an_alert_is_acknowledged_beside_the_running_daemon() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.publish("wire", item(FORGES));
    world.visit("wire").await;
    let id = world.alerts()[0].id;
    let now = world.now();
    let store = world.store();
    store.change_alert(id, Wish::Acknowledge, "ann", Some("seen"), now).await.unwrap().unwrap();
    assert_eq!(world.alerts()[0].state, AlertState::Acknowledged);
    world.publish("wire", item("NATO talks end"));
    world.visit("wire").await;
    assert_eq!(world.alerts().len(), 2, "the daemon writes on");
}

#[tokio::test]
async fn a_feed_moved_to_another_url_keeps_its_entries_and_raises_none_again() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.publish("wire", item(FORGES));
    world.visit("wire").await;
    world.stop().await;
    let file = world.write_config();
    let moved = std::fs::read_to_string(&file).unwrap().replace("/wire\"", "/moved\"");
    let body = crate::support::world::rss("wire", &[item(FORGES), item("NATO talks end")]);
    world.server.set("/moved", Reply::ok(body));
    world.app_from(&moved).await;
    let visit = world.next_visit().await;
    assert_eq!((visit.new_entries, visit.raised.len()), (1, 1));
    assert_eq!(world.alerts().len(), 2);
}
