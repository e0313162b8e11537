//! Chat channels from a feed's entry to what people see in the service: through the whole daemon,
//! against services on loopback that refuse what the real ones would.

mod counterparts;

use std::time::Duration;

use serde_json::json;

use wirewatch::store::outbox::{DeliveryFilter, DeliveryView};

use crate::support::chat::{ChatServer, Kind, Room, TOKEN};
use crate::support::world::{Item, World, item};

const KINDS: [Kind; 7] = [
    Kind::Ntfy,
    Kind::SlackHook,
    Kind::SlackBot,
    Kind::Mattermost,
    Kind::Discord,
    Kind::Telegram,
    Kind::Matrix,
];

const STORY: &str = "The ministers met for two days in Gdansk to agree on the NATO budget and a new \
                     depot for the harbour, said the spokeswoman on Tuesday.";

/// A world past its baseline with these channels.
async fn world(channels: &[(&str, &ChatServer, &str)]) -> World {
    let mut world = World::new(&["wire", "courier", "ledger"]).await;
    world.extra =
        channels.iter().map(|(id, server, more)| server.config(id, world.dir(), more)).collect();
    for (_, server, _) in channels {
        world.allow(&server.host());
    }
    world.start().await;
    world.first_round().await;
    world
}

/// The story, as a feed tells it.
fn telling(feed: &str) -> Item {
    let title = "Ministers agree on NATO budget & depot @everyone *now*";
    item(title).text(STORY).at(&format!("{feed}.example"))
}

/// One more publisher tells the story.
async fn tell(world: &mut World, feed: &str) {
    world.publish(feed, telling(feed));
    world.visit(feed).await;
}

fn deliveries(world: &World) -> Vec<DeliveryView> {
    let filter = DeliveryFilter { limit: 100, ..DeliveryFilter::default() };
    world.store().deliveries(&filter).unwrap()
}

/// Raises an alert, and waits until it was tried once and not taken.
async fn first_try(world: &mut World, server: &ChatServer) {
    world.publish("wire", item("NATO budget agreed").text(STORY));
    world.app().visit_now(&"wire".parse().unwrap());
    server.wait_for("the first try", |room| room.requests == 1).await;
    while !deliveries(world).iter().any(|delivery| !delivery.attempts.is_empty()) {
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

fn said(room: &Room) -> String {
    room.messages.iter().map(|message| message.body.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_service_takes_an_alert_and_a_service_that_can_shows_its_updates_in_place() {
    for kind in KINDS {
        let server = ChatServer::start(kind).await;
        let can_edit = !matches!(kind, Kind::SlackHook | Kind::Mattermost);
        let updates = if can_edit { "updates = 'edit'" } else { "" };
        let mut world = world(&[("chat", &server, updates)]).await;
        tell(&mut world, "wire").await;
        let room = server.room();
        assert_eq!(room.refused, Vec::<String>::new(), "{kind:?}");
        assert_eq!(room.messages.len(), 1, "{kind:?}: {room:#?}");
        assert!(said(&room).contains("medium: NATO"), "{kind:?}: {}", said(&room));
        let first = room.messages[0].id.clone();

        tell(&mut world, "courier").await;
        let room = server.room();
        assert_eq!(room.refused, Vec::<String>::new(), "{kind:?}");
        assert!(said(&room).contains("update 2"), "{kind:?}: {}", said(&room));
        if can_edit {
            assert_eq!(room.messages.len(), 1, "{kind:?}: {room:#?}");
            assert_eq!((room.messages[0].id.clone(), room.messages[0].edits), (first, 1));
        } else {
            assert_eq!(room.messages.len(), 2, "{kind:?}");
        }
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gets_worse_and_what_is_told_again_is_heard_and_not_written_over_silently() {
    let server = ChatServer::start(Kind::Ntfy).await;
    let mut world = World::new(&["wire", "courier"]).await;
    world.topics = "[[topic]]\nid = \"nato\"\nmatch = 'NATO'\n[topic.alert]\n\
                    follow_up = { publishers = [2] }\n\
                    [topic.alert.escalate]\nhigh = { publishers = 2 }\n"
        .to_owned();
    world.extra = server.config("chat", world.dir(), "updates = 'edit'\nrepeat = '4h'");
    world.allow(&server.host());
    world.start().await;
    world.first_round().await;
    tell(&mut world, "wire").await;
    tell(&mut world, "courier").await;
    let room = server.room();
    assert_eq!(room.refused, Vec::<String>::new());
    assert_eq!(room.messages.len(), 2, "more severe: {room:#?}");
    world.clock.advance(Duration::from_secs(5 * 3_600));
    let room = server.wait_for("told again", |room| room.messages.len() == 3).await;
    assert!(room.messages.iter().all(|message| message.edits == 0), "{room:#?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_late_by_hand_does_not_take_the_place_of_what_is_newer() {
    let server = ChatServer::start(Kind::Ntfy).await;
    let mut world = world(&[("chat", &server, "updates = 'edit'")]).await;
    tell(&mut world, "wire").await;
    server.script([Some((400, Vec::new(), json!({ "code": 40_000, "error": "no" })))]);
    tell(&mut world, "courier").await;
    // All feeds are due by then.
    world.publish("ledger", telling("ledger"));
    world.clock.advance(Duration::from_secs(7 * 3_600));
    server.wait_for("update 3", |room| said(room).contains("update 3")).await;
    world.delivered().await;
    let all = DeliveryFilter::default();
    let retried = world.store().retry_deliveries(all, world.now()).await.unwrap();
    assert_eq!(retried, 1, "{:#?}", deliveries(&world));
    world.clock.advance(Duration::from_secs(20));
    let room = server.wait_for("sent", |room| said(room).contains("update 2")).await;
    assert_eq!(room.messages.len(), 2, "{room:#?}");
    assert!(room.messages[0].body.to_string().contains("update 3"), "{room:#?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_answer_the_first_message_where_the_service_has_threads() {
    for kind in [Kind::SlackBot, Kind::Discord, Kind::Telegram, Kind::Matrix] {
        let server = ChatServer::start(kind).await;
        let mut world = world(&[("chat", &server, "updates = 'thread'")]).await;
        tell(&mut world, "wire").await;
        tell(&mut world, "courier").await;
        let room = server.room();
        assert_eq!(room.refused, Vec::<String>::new(), "{kind:?}");
        let parents: Vec<Option<&str>> =
            room.messages.iter().map(|message| message.parent.as_deref()).collect();
        // In a forum the parent is the post, and not its first message.
        let first = match kind {
            Kind::Discord => parents.get(1).copied().flatten(),
            _ => Some(room.messages[0].id.as_str()),
        };
        assert!(first.is_some());
        assert_eq!(parents, [None, first], "{kind:?}");
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_deleted_is_posted_anew() {
    for kind in [Kind::SlackBot, Kind::Discord, Kind::Telegram] {
        let server = ChatServer::start(kind).await;
        let mut world = world(&[("chat", &server, "updates = 'edit'")]).await;
        tell(&mut world, "wire").await;
        server.delete(&server.room().messages[0].id);
        tell(&mut world, "courier").await;
        let room = server.room();
        assert_eq!(room.messages.len(), 1, "{kind:?}: {room:#?}");
        assert!(said(&room).contains("update 2"), "{kind:?}");
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_slows_down_gets_the_alert_later_and_once() {
    let limits = [
        (Kind::SlackBot, json!({ "ok": false, "error": "ratelimited" })),
        (Kind::Discord, json!({ "message": "slow", "retry_after": 600.5, "global": false })),
        (
            Kind::Telegram,
            json!({ "ok": false, "error_code": 429, "description": "Too Many Requests",
                    "parameters": { "retry_after": 600 } }),
        ),
        (Kind::Matrix, json!({ "errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 600_000 })),
    ];
    for (kind, body) in limits {
        let server = ChatServer::start(kind).await;
        let headers = vec![("retry-after".to_owned(), "600".to_owned())];
        let mut world = world(&[("chat", &server, "")]).await;
        server.script([Some((429, headers, body))]);
        first_try(&mut world, &server).await;
        let next = deliveries(&world)[0].next_attempt;
        let wait = next.expect("a next attempt").duration_since(world.now());
        assert!(wait.as_secs() >= 590, "{kind:?}: {wait:?}");
        world.clock.advance(Duration::from_secs(2_000));
        let room = server.wait_for("taken", |room| !room.messages.is_empty()).await;
        world.delivered().await;
        assert_eq!((room.messages.len(), room.requests), (1, 2), "{kind:?}");
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_makes_no_second_message_where_the_service_tells_repeats() {
    for kind in [Kind::Ntfy, Kind::Matrix] {
        let server = ChatServer::start(kind).await;
        let mut world = world(&[("chat", &server, "updates = 'message'")]).await;
        server.script([Some((0, Vec::new(), json!(null)))]);
        first_try(&mut world, &server).await;
        world.clock.advance(Duration::from_secs(60));
        server.wait_for("the second try", |room| room.requests == 2).await;
        world.delivered().await;
        assert_eq!(server.room().messages.len(), 1, "{kind:?}: {:#?}", server.room());
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_gone_delays_no_other() {
    let (dead, alive) =
        (ChatServer::start(Kind::Matrix).await, ChatServer::start(Kind::Telegram).await);
    dead.script(std::iter::repeat_n(Some((503, Vec::new(), json!({}))), 100));
    let mut world = world(&[("dead", &dead, ""), ("alive", &alive, "")]).await;
    world.publish("wire", item("NATO budget agreed").text(STORY));
    world.app().visit_now(&"wire".parse().unwrap());
    alive.wait_for("the alert", |room| room.messages.len() == 1).await;
    assert!(dead.room().messages.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_database_the_log_or_what_is_shown_of_the_configuration() {
    for kind in KINDS {
        let server = ChatServer::start(kind).await;
        let refusal = (401, Vec::new(), json!({ "ok": false, "error": "invalid_auth" }));
        let mut world = world(&[("chat", &server, "")]).await;
        server.script([Some(refusal)]);
        first_try(&mut world, &server).await;
        let outline = format!("{:?}", world.load().outline());
        for shown in [format!("{:?}", deliveries(&world)), outline, world.printed()] {
            assert!(!shown.contains(TOKEN), "{kind:?}: {shown}");
        }
        world.stop().await;
    }
}
