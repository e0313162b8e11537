//! Output feeds, served and in files.

use std::time::Duration;

use serde_json::Value;

use super::House;
use crate::support::world::{NATO, World, item};

const TITLE: &str = "NATO ministers sign harbour defence pact in Copenhagen";

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_has_its_alerts_with_ids_that_last_and_is_sent_once() {
    let mut house = House::published().await;
    let early = house.get("/topics/nato.json").await;
    assert_eq!(early.header("last-modified"), None, "more may come within this second");
    house.world.clock.advance(Duration::from_secs(3));
    let first = house.get("/topics/nato.json").await;
    assert_eq!(first.header("content-type"), Some("application/feed+json; charset=utf-8"));
    let feed = first.json();
    assert_eq!(feed["feed_url"], "https://watch.example/in/topics/nato.json");
    let id = feed["items"][0]["id"].clone();
    assert_eq!(
        (&feed["items"][0]["title"], feed["items"].as_array().unwrap().len()),
        (&TITLE.into(), 1)
    );

    let tag = first.header("etag").unwrap();
    for (name, value) in [
        ("If-None-Match", tag),
        ("If-None-Match", "\"other\", W/\"x\", *"),
        ("If-Modified-Since", first.header("last-modified").unwrap()),
    ] {
        let again = house.ask("GET", "/topics/nato.json", &[(name, value)], "").await;
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", Some(tag)));
    }
    let other = house.ask("GET", "/topics/nato.json", &[("If-None-Match", "\"other\"")], "").await;
    assert_eq!(other.status, 200);
    let head = house.ask("HEAD", "/topics/nato.atom", &[], "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));

    // Another publisher: the same entry, changed.
    house.world.clock.advance(Duration::from_secs(60));
    house.world.publish("ledger", item(TITLE).at("ledger.example"));
    house.world.visit("ledger").await;
    let revised = house.get("/topics/nato.json").await;
    assert_ne!(revised.header("etag"), Some(tag));
    let item = &revised.json()["items"][0];
    assert_eq!((&item["id"], &item["_wirewatch"]["seq"]), (&id, &2.into()));
    assert_ne!(item["date_modified"], item["date_published"]);
    let atom = house.get("/alerts.atom").await;
    assert!(atom.body.contains(id.as_str().unwrap()), "{}", atom.body);
    assert_eq!(atom.header("content-type"), Some("application/atom+xml; charset=utf-8"));
}

fn read(world: &World, name: &str) -> Option<String> {
    std::fs::read_to_string(world.dir().join("state/feeds").join(name)).ok()
}

fn titles(world: &World, name: &str) -> Vec<String> {
    let Some(text) = read(world, name) else { return Vec::new() };
    let feed: Value = serde_json::from_str(&text).unwrap();
    let items = feed["items"].as_array().unwrap();
    items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

/// Waits until a file has this many alerts.
async fn until(world: &World, name: &str, alerts: usize) {
    let look = async {
        while read(world, name).is_none() || titles(world, name).len() != alerts {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(super::LIMIT, look).await.expect("written in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_follow_the_alerts_and_only_our_own_are_removed() {
    let mut world = World::new(&["wire"]).await;
    world.extra = "[feeds_out]\ndir = \"feeds\"\n".to_owned();
    world.topics = format!(
        "{NATO}{}",
        NATO.replace("id = \"nato\"", "id = \"pact\"")
            .replace("NATO EXCEPT \"NATO alphabet\"", "pact")
    );
    world.start().await;
    world.first_round().await;
    until(&world, "topics/nato.json", 0).await;
    world.publish("wire", item(TITLE));
    world.visit("wire").await;
    until(&world, "topics/nato.json", 1).await;
    until(&world, "topics/pact.json", 1).await;
    until(&world, "alerts.json", 2).await;
    let before = read(&world, "topics/nato.atom").unwrap();
    // Somebody empties the directory: with the next alert all of it is there again.
    // What is still being written there makes a removal fail.
    let dir = world.dir().join("state/feeds");
    let empty = async {
        while std::fs::remove_dir_all(&dir).is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(super::LIMIT, empty).await.expect("emptied in time");
    world.publish("wire", item("Ferries halt for an exercise of NATO"));
    world.visit("wire").await;
    until(&world, "topics/nato.json", 2).await;
    until(&world, "topics/pact.json", 1).await;
    assert_ne!(read(&world, "topics/nato.atom").unwrap(), before);
    let before = read(&world, "topics/nato.atom").unwrap();

    world.stop().await;
    let dir = world.dir().join("state/feeds/topics");
    std::fs::write(dir.join("mine.json"), "mine").unwrap();
    std::fs::write(dir.join("late.json"), "mine too").unwrap();
    world.topics = format!("{NATO}{}", NATO.replace("id = \"nato\"", "id = \"late\""));
    world.start().await;
    let written = async {
        while read(&world, "topics/late.atom").is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(super::LIMIT, written).await.expect("written in time");
    assert_eq!(read(&world, "topics/nato.atom").unwrap(), before, "a restart changes nothing");
    let gone = async {
        while read(&world, "topics/pact.json").is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(super::LIMIT, gone).await.expect("removed in time");
    assert_eq!(read(&world, "topics/mine.json").as_deref(), Some("mine"));
    assert_eq!(read(&world, "topics/late.json").as_deref(), Some("mine too"), "it is not ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_round_writes_them_too() {
    let mut world = World::new(&["wire"]).await;
    world.extra = "[feeds_out]\ndir = \"feeds\"\n".to_owned();
    world.round().await;
    world.publish("wire", item(TITLE));
    world.clock.advance(Duration::from_secs(7_200));
    world.round().await;
    assert_eq!(titles(&world, "topics/nato.json"), [TITLE]);
    assert_eq!(titles(&world, "alerts.json"), [TITLE]);
}
