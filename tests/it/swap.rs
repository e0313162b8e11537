//! A reload swaps the compiled topics under feeds that go on being read: no entry is lost, and
//! each is matched by one of the two sets and never by parts of both; what comes after the reload by the
//! new one, though visits began before.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use wirewatch::config::{self, Environment};
use wirewatch::domain::ids::EntryId;
use wirewatch::store::entries::EntryFilter;

use crate::support::world::{NATO, World, item};

const FEEDS: [&str; 6] = ["wire", "ledger", "herald", "times", "post", "echo"];

/// The topic with another rule, a second one that finds the same, and a thousand that do not.
fn a_thousand_topics() -> String {
    let mut topics = NATO.replace("'NATO EXCEPT", "'(NATO OR OTAN) EXCEPT");
    topics += "\n[[topic]]\nid = \"twin\"\nmatch = 'NATO'\n";
    for n in 0..998 {
        topics += &format!(
            "[[topic]]\nid = \"t{n}\"\nmatch = '(harbour{n} OR \"pier {n}\") AND bridge{n}'\n"
        );
    }
    topics
}

/// One new entry in each feed, about a thing of its own.
fn publish_round(world: &mut World, rounds: &mut usize) {
    const THINGS: [&str; 6] = ["bridge", "museum", "ferry", "reactor", "airport", "stadium"];
    let round = *rounds;
    for (feed, thing) in FEEDS.into_iter().zip(THINGS) {
        let title = format!("NATO {thing}{round} of {feed}{round} seen by day {round}{thing}");
        world.publish(feed, item(&title));
        world.app().visit_now(&feed.parse().unwrap());
    }
    *rounds += 1;
}

/// Waits until so many entries of each feed are stored.
async fn read(world: &mut World, entries: usize) {
    for feed in FEEDS {
        while world.store().entries_of(&feed.parse().unwrap(), 1_000).unwrap().len() < entries {
            world.next_visit().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_to_a_thousand_topics_loses_no_entry_and_mixes_no_sets() {
    let mut world = World::past_baseline(&FEEDS).await;
    let old = world.load().topics.topics().next().unwrap().1;
    world.topics = a_thousand_topics();
    let file = world.write_config();
    let env = Environment::fixed([]);
    let loading = tokio::task::spawn_blocking(move || config::load(&file, &env).unwrap());
    let mut rounds = 0;
    // The topics of before read something, however fast those after them compile ...
    publish_round(&mut world, &mut rounds);
    read(&mut world, 1).await;
    // ... read on while they do ...
    while !loading.is_finished() {
        publish_round(&mut world, &mut rounds);
        for _ in FEEDS {
            world.next_visit().await;
        }
    }
    // ... and while they are swapped.
    let config = loading.await.unwrap();
    let compiled = config.topics.topics();
    let new = compiled.map(|(topic, revision)| (topic.id.clone(), revision));
    let new = new.collect::<HashMap<_, _>>()[&"nato".parse().unwrap()];
    publish_round(&mut world, &mut rounds);
    world.app().reload(config).await.unwrap();
    publish_round(&mut world, &mut rounds);
    // What was asked for by hand is forgotten by a reload; what is due is not.
    world.clock.advance(Duration::from_secs(7_200));
    read(&mut world, rounds).await;
    world.delivered().await;

    let all = EntryFilter { limit: u32::MAX, ..EntryFilter::default() };
    let entries: Vec<EntryId> =
        world.store().entries(&all).unwrap().into_iter().map(|entry| entry.id).collect();
    assert_eq!(entries.len(), rounds * FEEDS.len());
    let mut seen = HashSet::new();
    let after = format!("seen by day {}", rounds - 1);
    for id in entries {
        let detail = world.store().entry(id).unwrap().unwrap();
        let of = |topic: &str| -> Vec<_> {
            let matches = detail.matches.iter().filter(|m| m.found.topic.as_str() == topic);
            matches.map(|stored| stored.found.revision).collect()
        };
        let (nato, twin) = (of("nato"), of("twin"));
        assert_eq!(nato.len(), 1, "matched once: {nato:?}");
        assert_eq!(nato[0] == new, twin.len() == 1, "one set or the other");
        assert!([old, new].contains(&nato[0]));
        assert!(
            nato[0] == new || !detail.entry.document.title.contains(&after),
            "{:?}",
            detail.entry
        );
        let alerts: Vec<_> =
            detail.decisions.iter().filter_map(|decision| decision.alert).collect();
        assert_eq!(alerts.len(), 1 + twin.len(), "{:?}", detail.decisions);
        seen.insert(nato[0]);
    }
    assert_eq!(seen.len(), 2, "both sets were at work");
}
