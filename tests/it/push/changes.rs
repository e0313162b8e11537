//! What becomes of a subscription when its feed changes.

use std::sync::Arc;

use super::*;

async fn pause(hub: &Hub, paused: bool) {
    let mut config = hub.world.load();
    let mut feed = (*config.feeds[0]).clone();
    feed.paused = paused;
    config.feeds[0] = Arc::new(feed);
    hub.world.app().reload(config).await.unwrap();
}

#[tokio::test]
async fn a_paused_feed_takes_no_pushes_and_is_subscribed_anew_when_it_goes_on() {
    let hub = Hub::start().await;
    let (token, secret) = hub.subscribed().await;
    pause(&hub, true).await;
    let body = rss("wire", &[item("NATO leads ferry exercise")]);
    let good = sign(&secret, body.as_bytes());
    assert_eq!(hub.push(&token, &good, body.as_bytes()).await, 404, "the hub forgets it");
    assert_eq!(hub.verify(&hub.world.server.url("/wire"), &token).await.0, 404);
    assert!(hub.world.alerts().is_empty());
    assert_eq!(hub.subscription().lease_until, None);
    hub.world.clock.advance(Duration::from_secs(20 * 86_400));
    pause(&hub, false).await;
    hub.asked(2).await;
    assert_eq!(hub.world.server.requests("/hub").len(), 2, "never asked while it was paused");
    assert_eq!(hub.verify(&hub.world.server.url("/wire"), &token).await.0, 200);
}

#[tokio::test]
async fn what_a_pushed_document_says_of_its_hub_leaves_the_subscription_alone() {
    let mut hub = Hub::start().await;
    let (token, secret) = hub.subscribed().await;
    let body = rss("wire", &[item("NATO leads ferry exercise")]).replace(
        "<description>test",
        "<link xmlns=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"https://hub.example/\"/>\
         <link xmlns=\"http://www.w3.org/2005/Atom\" rel=\"self\" href=\"https://wire.example/\"/>\
         <description>test",
    );
    assert!(body.contains("rel=\"hub\""));
    assert_eq!(hub.push(&token, &sign(&secret, body.as_bytes()), body.as_bytes()).await, 202);
    assert_eq!(hub.world.next_visit().await.new_entries, 1);
    let after = hub.subscription();
    assert_eq!((after.state, after.token), (PushState::Active, Some(token)));
}

#[tokio::test]
async fn what_a_push_stored_outlives_a_fetch_that_brings_nothing() {
    let mut hub = Hub::start().await;
    let (token, secret) = hub.subscribed().await;
    let body = rss("wire", &[item("NATO leads ferry exercise")]);
    let state = |hub: &Hub| hub.world.store().feeds().unwrap().remove(0).state;
    assert_eq!(hub.push(&token, &sign(&secret, body.as_bytes()), body.as_bytes()).await, 202);
    hub.world.next_visit().await;
    let pushed = state(&hub);
    assert!(pushed.last_new_entry.is_some() && pushed.entries_per_day > 0.1);
    assert_eq!(hub.world.visit("wire").await.code, "same_body");
    let after = state(&hub);
    assert_eq!(after.last_new_entry, pushed.last_new_entry);
    assert_eq!(after.habits, pushed.habits);
    assert!(after.entries_per_day > 0.1, "{}", after.entries_per_day);
}

#[tokio::test]
async fn a_feed_that_no_longer_names_its_hub_is_polled_as_others_are() {
    let mut hub = Hub::start().await;
    hub.subscribed().await;
    let plain = rss("wire", &[item("Old harbour walls restored")]);
    hub.world.server.set("/wire", Reply::ok(plain));
    hub.world.visit("wire").await;
    let gone = hub.subscription();
    assert_eq!((gone.state, gone.lease_until), (PushState::Gone, None));
    assert_eq!(hub.world.visit("wire").await.code, "same_body");
    let feeds = hub.world.store().feeds().unwrap();
    assert_eq!(feeds[0].state.next_reason, "interval");
}

#[tokio::test]
async fn a_feed_with_another_url_takes_nothing_from_the_old_ones_hub() {
    let mut hub = Hub::start().await;
    let (token, secret) = hub.subscribed().await;
    hub.world.server.set("/other", Reply::ok(rss("wire", &[])));
    hub.world.move_feed("wire", "/other");
    hub.world.app().reload(hub.world.load()).await.unwrap();
    let body = rss("wire", &[item("NATO leads ferry exercise")]);
    assert_eq!(hub.push(&token, &sign(&secret, body.as_bytes()), body.as_bytes()).await, 404);
    hub.world.next_visit().await;
    assert_eq!(hub.world.store().subscription(&"wire".parse().unwrap()).unwrap(), None);
    assert!(hub.world.alerts().is_empty());
}

#[tokio::test]
async fn another_address_to_listen_at_needs_a_restart_and_says_so() {
    let hub = Hub::start().await;
    let mut config = hub.world.load();
    config.http = Some(listening());
    let refused = hub.world.app().reload(config).await.unwrap_err().to_string();
    assert!(refused.contains("`listen`") && refused.contains("needs a restart"), "{refused}");
}
