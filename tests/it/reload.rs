//! Reload: a good configuration takes over, a bad one changes nothing.

use crate::support::channel::Receiver;
use crate::support::server::Reply;
use crate::support::world::{Item, NATO, World, item, rss};

const HARBOUR: &str = "\n[[topic]]\nid = \"harbour\"\nmatch = 'harbour'\n";

#[tokio::test]
async fn a_new_topic_watches_what_comes_and_does_not_alert_on_what_was() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.publish("wire", item("Old harbour walls restored"));
    world.visit("wire").await;
    world.topics += HARBOUR;
    world.app().reload(world.load()).await.unwrap();
    world.publish("wire", item("New harbour crane arrives"));
    world.visit("wire").await;
    let alerts = world.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].headline, "New harbour crane arrives");
}

#[tokio::test]
async fn what_is_read_after_a_reload_is_asked_about_by_the_new_topics_whenever_the_visit_began() {
    let mut world = World::past_baseline(&["wire", "ledger"]).await;
    let (open, held) = tokio::sync::watch::channel(false);
    let slow = Reply::ok(rss("wire", &[item("New harbour crane arrives")])).held(held);
    world.server.set("/wire", slow);
    world.publish("ledger", item("Museum of the old harbour opens"));
    // One feed is read while the configuration changes, and the other one waits for its turn at the host.
    world.app().visit_now(&"wire".parse().unwrap());
    world.server.wait_for("/wire", 2).await;
    world.app().visit_now(&"ledger".parse().unwrap());
    world.topics += HARBOUR;
    world.app().reload(world.load()).await.unwrap();
    open.send(true).unwrap();
    for _ in 0..2 {
        assert_eq!(world.next_visit().await.new_entries, 1);
    }
    let mut told: Vec<_> = world.alerts().into_iter().map(|alert| alert.headline).collect();
    told.sort();
    assert_eq!(told, ["Museum of the old harbour opens", "New harbour crane arrives"]);
}

/// An item as a feed corrects its title: its guid and link stay.
fn corrected(old: &str, title: &str) -> Item {
    Item { title: title.to_owned(), ..item(old) }
}

#[tokio::test]
async fn a_rule_that_was_edited_sees_what_older_entries_begin_to_say_and_not_what_they_said_before()
{
    let mut world = World::past_baseline(&["wire"]).await;
    let (talks, walls) = ("Talks begin in Rome", "Old harbour walls restored");
    world.publish("wire", item(talks));
    world.publish("wire", item(walls));
    world.visit("wire").await;
    world.topics = NATO.replace("'NATO EXCEPT", "'(NATO OR OTAN) EXCEPT") + HARBOUR;
    world.clock.advance(std::time::Duration::from_secs(60));
    world.app().reload(world.load()).await.unwrap();
    let edited = [
        corrected(talks, "NATO talks begin in Rome"),
        corrected(walls, "Old harbour walls restored at last"),
    ];
    world.server.set("/wire", Reply::ok(rss("wire", &edited)));
    world.visit("wire").await;
    let told: Vec<_> = world.alerts().into_iter().map(|alert| alert.headline).collect();
    assert_eq!(told, ["NATO talks begin in Rome"]);
    let store = world.store();
    let old = store.search("walls", 1).unwrap();
    let decisions = store.entry(old[0].id).unwrap().unwrap().decisions;
    assert_eq!(decisions[0].reason.code, "older_than_rule");
}

#[tokio::test]
async fn a_feed_can_come_and_go() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.add_feed("ledger");
    world.app().reload(world.load()).await.unwrap();
    let visit = world.next_visit().await;
    assert_eq!((visit.feed.as_str(), visit.baseline), ("ledger", true));
    world.remove_feed("wire");
    world.app().reload(world.load()).await.unwrap();
    world.clock.advance(std::time::Duration::from_secs(7_200));
    assert_eq!(world.next_visit().await.feed.as_str(), "ledger");
    assert_eq!(world.server.requests("/wire").len(), 1);
}

#[tokio::test]
async fn a_shorter_interval_brings_the_next_fetch_forward() {
    let mut world = World::past_baseline(&["wire", "ledger"]).await;
    world.clock.advance(std::time::Duration::from_secs(600));
    world.extra = "[defaults]\ninterval = \"5m\"\n".to_owned();
    world.app().reload(world.load()).await.unwrap();
    // Both are due by now, though nobody moved the clock.
    let mut visited = [world.next_visit().await.feed, world.next_visit().await.feed];
    visited.sort();
    assert_eq!(visited.each_ref().map(|feed| feed.as_str()), ["ledger", "wire"]);
    let now = world.now();
    for view in world.store().feed_states().unwrap() {
        let wait = view.state.next_due.duration_since(now).as_secs();
        assert!((240..=360).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn an_interval_that_was_shortened_while_nothing_ran_counts_from_the_start_on() {
    let mut world = World::past_baseline(&["wire"]).await;
    world.stop().await;
    world.clock.advance(std::time::Duration::from_secs(600));
    world.extra = "[defaults]\ninterval = \"5m\"\n".to_owned();
    world.start().await;
    assert_eq!(world.next_visit().await.feed.as_str(), "wire");
}

#[tokio::test]
async fn a_state_directory_that_changes_needs_a_restart_and_says_so() {
    let world = World::past_baseline(&["wire"]).await;
    let mut config = world.load();
    config.state_dir = world.dir().join("elsewhere");
    let refused = world.app().reload(config).await.unwrap_err();
    assert!(refused.to_string().contains("needs a restart"), "{refused}");
}

#[tokio::test]
async fn a_reload_that_fails_in_the_middle_of_being_stored_changes_nothing() {
    let mut world = World::past_baseline(&["wire"]).await;
    let other = rusqlite::Connection::open(world.store().path()).unwrap();
    let break_it = "CREATE TRIGGER broken BEFORE INSERT ON meta WHEN NEW.name GLOB 'repeat_*' \
                    BEGIN SELECT RAISE(ABORT, 'on purpose'); END";
    other.execute_batch(break_it).unwrap();
    world.topics += HARBOUR;
    world.extra = format!(
        "[[channel]]\nid = \"phone\"\ntype = \"webhook\"\nurl = \"http://{}/\"\nrepeat = \"4h\"\n",
        world.server.address()
    );
    world.app().reload(world.load()).await.unwrap_err();
    let topics = world.store().topics().unwrap();
    assert_eq!(topics.iter().map(|topic| topic.id.as_str()).collect::<Vec<_>>(), ["nato"]);
    other.execute_batch("DROP TRIGGER broken").unwrap();
    world.app().reload(world.load()).await.unwrap();
    assert_eq!(world.store().topics().unwrap().len(), 2);
}

#[tokio::test]
async fn a_second_instance_on_one_state_directory_is_refused() {
    let mut world = World::past_baseline(&["wire"]).await;
    let first = world.take_app();
    let refused = world.try_start().await.unwrap_err();
    let cause = std::error::Error::source(&refused).map(ToString::to_string);
    let told = format!("{refused} {}", cause.unwrap_or_default());
    assert!(told.contains("another"), "{told}");
    first.stop().await;
    world.start().await;
}

#[tokio::test]
async fn a_visit_asked_for_twice_during_another_is_made_once_more() {
    let mut world = World::past_baseline(&["wire", "ledger"]).await;
    let slow = Reply::ok(rss("wire", &[])).drip(std::time::Duration::from_millis(1));
    world.server.set("/wire", slow);
    let key = "wire".parse().unwrap();
    world.app().visit_now(&key);
    world.server.wait_for("/wire", 2).await;
    for _ in 0..3 {
        world.app().visit_now(&key);
    }
    for _ in 0..2 {
        assert_eq!(world.next_visit().await.feed, key);
    }
    world.visit("ledger").await;
    assert_eq!(world.server.requests("/wire").len(), 3, "it was asked for once, and once more");
}

/// A program takes its time over a delivery.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_runs_is_left_to_end_and_holds_up_no_other_channel() {
    let mut world = World::new(&["wire"]).await;
    let receiver = Receiver::start().await;
    world.allow(&receiver.host());
    let script = world.dir().join("tell.sh");
    // Longer than what is left to attempts when all stops, and until it may end.
    let slow = "echo begun >> told.txt; sleep 7; until [ -e go ]; do sleep 0.1; done; \
                echo ended >> told.txt";
    std::fs::write(&script, slow).unwrap();
    world.extra = format!(
        "[[channel]]\nid = \"slow\"\ntype = \"exec\"\ncommand = [\"/bin/sh\", \"{}\"]\n\
         [[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{}\"\n",
        script.display(),
        receiver.url(),
    );
    world.start().await;
    world.first_round().await;
    let told = |world: &World| {
        std::fs::read_to_string(world.dir().join("state/told.txt")).unwrap_or_default()
    };
    world.publish("wire", item("NATO budget agreed"));
    world.app().visit_now(&"wire".parse().unwrap());
    receiver.wait_for(1).await;
    while told(&world) != "begun\n" {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    world.app().reload(world.load()).await.unwrap();
    world.publish("wire", item("Second NATO ship sinks off Rhodes"));
    world.app().visit_now(&"wire".parse().unwrap());
    receiver.wait_for(2).await;
    assert_eq!(told(&world), "begun\n", "still at it");
    std::fs::write(world.dir().join("state/go"), "").unwrap();
    world.delivered().await;
    assert_eq!(told(&world), "begun\nended\nbegun\nended\n", "each once, one after the other");
    world.stop().await;
}
