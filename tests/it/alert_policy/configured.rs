//! Newsrooms and silences of the configuration, and what was stored before.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_newsroom_of_the_users_own_counts_once_whatever_it_was_stored_as() {
    let mut world = World::new(&["wire", "ledger", "post"]).await;
    let policy = "[topic.alert]\nfollow_up = { publishers = [2] }";
    world.topics = format!("[[topic]]\nid = \"nato\"\nmatch = 'NATO'\n{policy}\n");
    world.round().await;
    for feed in ["wire", "ledger"] {
        if feed == "ledger" {
            // By now the user knows that both are one house.
            world.extra =
                "[[publishers]]\nname = \"The House\"\naliases = [\"WIRE\", \"LEDGER\"]\n\
                           domains = [\"house.example\"]\n"
                    .to_owned();
        }
        world.publish(feed, item(TITLE));
        world.round().await;
    }
    assert_eq!(revisions(&world), ["opened first"]);
    world.publish("post", item(TITLE));
    world.round().await;
    assert_eq!(revisions(&world), ["opened first", "updated publishers>=2"]);
    let log = world.alert_log();
    let story = &log.last().unwrap()["story"];
    assert_eq!((&story["publishers"], &story["new_publishers"][0]), (&2.into(), &"POST".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_that_stands_in_the_file_holds_back_until_it_is_taken_out() {
    let mut world = World::new(&["wire"]).await;
    world.round().await;
    let silence = "[[silence]]\ntopic = \"nato\"\nauthor = \"ann\"\n\
                   reason = \"planned exercise\"\nuntil = \"2026-12-01\"\n";
    world.extra = silence.to_owned();
    world.publish("wire", item(TITLE));
    world.round().await;
    assert!(world.alerts().is_empty());
    let views = world.store().silence_views(Some(world.now()), 10).unwrap();
    assert_eq!((views.len(), views[0].held), (1, 1));
    assert!(views[0].place.as_ref().unwrap().contains("wirewatch.toml:"), "{views:?}");

    // Edited it is the same one, taken out it is over.
    world.extra = silence.replace("planned exercise", "a longer exercise");
    world.round().await;
    let edited = world.store().silence_views(Some(world.now()), 10).unwrap();
    assert_eq!(edited[0].silence.id, views[0].silence.id);
    assert_eq!(edited[0].silence.reason, "a longer exercise");
    world.extra.clear();
    world.publish("wire", item("Fire destroys historic NATO warehouse in Rotterdam overnight"));
    world.round().await;
    assert_eq!(world.alerts().len(), 1);
    let over = world.store().silence_views(None, 10).unwrap();
    assert_eq!(over[0].ended_early.as_ref().unwrap().1, "the configuration");
    assert!(world.store().silences(world.now()).unwrap().is_empty());
}
