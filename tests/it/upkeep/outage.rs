//! That an outage is over is told whatever stands in the way of it first.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::support::world::{World, item};

/// Only a failing test waits for so long.
const LIMIT: Duration = Duration::from_secs(120);

/// Moves the clock on until something is so.
async fn passes(world: &World, what: &str, is_so: impl Fn(&World) -> bool) {
    let begun = Instant::now();
    while !is_so(world) {
        assert!(begun.elapsed() < LIMIT, "{what}: never");
        world.clock.advance(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The headlines of notices of this event in the alert log.
fn told(world: &World, event: &str) -> Vec<String> {
    let of_event = world.alert_log().into_iter().filter(|object| object["event"] == event);
    of_event.map(|object| object["headline"].as_str().unwrap().to_owned()).collect()
}

/// A world whose database another process keeps locked until something could not be stored.
async fn locked_out(world: &mut World, other: &Connection) {
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    world.publish("wire", item("NATO waits for a lock"));
    world.app().visit_now(&"wire".parse().unwrap());
    let begun = Instant::now();
    while world.app().desk().storage().is_none() {
        assert!(begun.elapsed() < LIMIT, "the lock is not noticed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_a_minute_is_told_of_and_so_is_its_end() {
    let mut world = World::past_baseline(&["wire"]).await;
    let other = Connection::open(world.store().path()).unwrap();
    other.busy_timeout(LIMIT).unwrap();
    locked_out(&mut world, &other).await;
    world.clock.advance(Duration::from_secs(10));
    other.execute_batch("ROLLBACK").unwrap();
    passes(&world, "the end", |world| world.app().desk().storage().is_none()).await;
    assert!(told(&world, "storage_back").is_empty(), "less than a minute is worth no word");

    locked_out(&mut world, &other).await;
    world.clock.advance(Duration::from_secs(70));
    other.execute_batch("ROLLBACK").unwrap();
    passes(&world, "the end", |world| !told(world, "storage_back").is_empty()).await;
    assert_eq!(told(&world, "storage_down").len(), 1);
    assert_eq!(told(&world, "storage_back").len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_could_not_be_told_is_told_once_it_can() {
    let mut world = World::past_baseline(&["wire"]).await;
    let other = Connection::open(world.store().path()).unwrap();
    other.busy_timeout(LIMIT).unwrap();
    let break_it = "CREATE TRIGGER broken BEFORE INSERT ON notices WHEN NEW.kind LIKE 'storage%' \
                    BEGIN SELECT RAISE(ABORT, 'on purpose'); END";
    other.execute_batch(break_it).unwrap();
    locked_out(&mut world, &other).await;
    world.clock.advance(Duration::from_secs(70));
    other.execute_batch("ROLLBACK").unwrap();
    passes(&world, "the end", |world| world.app().desk().storage().is_none()).await;
    let at_the_end = world.now();
    passes(&world, "a while", |world| world.now().duration_since(at_the_end).as_secs() > 90).await;
    assert!(told(&world, "storage_back").is_empty());

    other.execute_batch("DROP TRIGGER broken").unwrap();
    passes(&world, "the word", |world| !told(world, "storage_back").is_empty()).await;
    let told = told(&world, "storage_back");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("nothing could be stored from 2026-06-03 12:"), "{told:?}");
    assert!(told[0].contains("another process keeps the database locked"), "{told:?}");
    world.stop().await;
}
