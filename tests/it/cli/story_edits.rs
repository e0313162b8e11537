//! `stories merge`, `split` and `move`: what people correct stays corrected, alerts follow, and a
//! dry run changes nothing. With a daemon and without one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::scene::{Scene, run};
use super::story_scene::{named, press, tidy, until};
use crate::support::world::item;

/// The press, and a second alert of the same topic: a story of its own that is the same pact.
async fn twice_told() -> (Scene, String, String) {
    let mut scene = press().await;
    let first = named(&scene, "nato");
    let text = "Fishermen in Skagen fear for their grounds after a NATO paper on divers leaked. \
                The mayor calls for talks with the capital about quotas and closed waters.";
    scene.world.publish("ledger", item("Skagen fishermen fear NATO divers").text(text));
    // Later than what people do meanwhile by the clock on the wall.
    until(&scene, Timestamp::now() + SignedDuration::from_mins(5));
    scene.world.round().await;
    let rows = scene.run("stories list --topic nato -o json").ended(0).list();
    assert_eq!(rows.len(), 2, "{rows:#?}");
    let second = rows.iter().find(|row| row["id"] != first.as_str()).unwrap();
    let second = second["id"].as_str().unwrap().to_owned();
    (scene, first, second)
}

fn change(scene: &Scene, words: &str) -> super::scene::Ran {
    let words = words.split_whitespace().chain(["--reason", "the same pact"]);
    run(scene.command().args(words))
}

fn states(scene: &Scene) -> Vec<Value> {
    let alerts = scene.run("alerts list -o json").ended(0).list();
    alerts.iter().map(|alert| alert["state"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_shown_before_it_is_made_and_can_be_undone() {
    let (scene, first, second) = twice_told().await;
    let merge = format!("stories merge {second} {first}");
    let tried = change(&scene, &format!("{merge} --dry-run")).ended(0).out;
    insta::assert_snapshot!(tidy(&tried), @r"
    Nothing has changed. This is what would come of it:
    S1 is part of S2: 1 entry more

    stories
      S2            4 entries, 3 publishers: NATO ministers sign harbour defence
                    pact in Copenhagen
      S1            leads to S2

    alerts
      A1            medium, NATO: stays open, of S2
      A2            medium, NATO: closed, since A1 tells of the same story
                    and is older
                    closed: the same story as S2, told by alert
                    A1 from now on: tester said so: the same pact; goes to
                    log
    ");
    assert_eq!(states(&scene), ["open", "open"], "a dry run changes nothing");
    assert_eq!(scene.run("stories list --topic nato -o json").ended(0).list().len(), 2);

    let done = change(&scene, &merge).ended(0).out;
    insta::assert_snapshot!(tidy(&done), @r"
    S1 is part of S2: 1 entry more

    stories
      S2            4 entries, 3 publishers: NATO ministers sign harbour defence
                    pact in Copenhagen
      S1            leads to S2

    alerts
      A1            medium, NATO: stays open, of S2
      A2            medium, NATO: closed, since A1 tells of the same story
                    and is older
                    closed: the same story as S2, told by alert
                    A1 from now on: tester said so: the same pact; goes to
                    log

    to undo     wirewatch stories split S1 --undo --reason … (until
                TIME)
    ");
    assert_eq!(states(&scene), ["closed", "open"]);
    let page = scene.run(&format!("stories show {second}")).ended(0).out;
    assert!(page.contains(&format!("{second} was merged into {first}")), "{page}");
    assert!(page.contains("tester merged") && page.contains(": the same pact"), "{page}");
    let again = change(&scene, &merge).ended(1);
    assert!(again.err.contains("are the same story"), "{}", again.err);

    let undone = change(&scene, &format!("stories split {first} --undo")).ended(0).out;
    assert!(undone.contains(&format!("{second} is a story of its own again")), "{undone}");
    assert_eq!(states(&scene), ["open", "open"]);
    let none = change(&scene, &format!("stories split {first} --undo")).ended(1);
    assert!(none.err.contains("no story was merged into"), "{}", none.err);
    let edits =
        scene.run(&format!("stories show {first} -o json")).ended(0).json()["edits"].clone();
    let kinds: Vec<_> = edits.as_array().unwrap().iter().map(|edit| &edit["kind"]).collect();
    assert_eq!(kinds, ["merge", "undo"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_split_off_and_moved() {
    let (scene, first, second) = twice_told().await;
    let story = scene.run(&format!("stories show {first} -o json")).ended(0).json();
    let entries: Vec<&str> = story["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["entry"].as_str().unwrap())
        .collect();
    let tried = change(&scene, &format!("stories split {first} {} --dry-run", entries[2])).ended(0);
    assert!(
        tried.out.contains("1 entry of") && tried.out.contains(" is a new story"),
        "{}",
        tried.out
    );
    let split = format!("stories split {first} {} -o json --author desk", entries[2]);
    let split = change(&scene, &split).ended(0).json();
    assert_eq!((&split["dry_run"], &split["edits"][0]["author"]), (&json!(false), &json!("desk")));
    let parted = split["edits"][0]["into"].as_str().unwrap().to_owned();
    let place = |entry: &str| {
        let shown = scene.run(&format!("entries show {entry} -o json")).ended(0).json();
        shown["story"].as_str().unwrap().to_owned()
    };
    assert_eq!((place(entries[2]), place(entries[0])), (parted.clone(), first.clone()));

    let moved = change(&scene, &format!("stories move {} {second}", entries[1])).ended(0).out;
    assert!(moved.contains(&format!("{} went from {first} to {second}", entries[1])), "{moved}");
    let page = scene.run(&format!("entries show {}", entries[1])).ended(0).out;
    assert!(page.contains("tester put it here: the same pact"), "{page}");
    let opened = change(&scene, &format!("stories move {} new", entries[1])).ended(0);
    assert!(
        opened.out.contains(&format!("{} went from {second} to S", entries[1])),
        "{}",
        opened.out
    );

    for (line, said) in [
        (format!("stories move {} {first}", entries[0]), "already"),
        (format!("stories split {first} {}", entries[2]), "is not an entry of"),
        (format!("stories split {first} {}", entries[0]), "nothing would be left"),
        (format!("stories move {} new", entries[0]), "nothing would be left"),
        (format!("stories merge {first} S1"), "there is no story"),
    ] {
        let ran = change(&scene, &line).ended(1);
        assert!(ran.err.contains(said), "{line}: {}", ran.err);
    }
    run(scene.command().args(["stories", "merge", &first, &second])).ended(2);
    let empty = ["stories", "merge", &first, &second, "--reason", " "];
    run(scene.command().args(empty)).ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_daemon_goes_by_what_people_said() {
    let (mut scene, first, second) = twice_told().await;
    scene.world.start().await;
    let merged = change(&scene, &format!("stories merge {first} {second} -o json")).ended(0).json();
    assert_eq!(merged["alerts"][1]["after"]["state"], "closed", "{merged:#}");
    // What another process wrote is sent when the dispatcher looks again.
    scene.world.clock.advance(Duration::from_secs(90));
    // The daemon had both stories in mind; what comes next joins the one, and raises nothing anew.
    let text = "Fishermen in Skagen want talks about closed waters and quotas, since NATO divers \
                are to come. The mayor of Skagen will travel to the capital on Friday.";
    scene.world.publish("courier", item("Skagen fishermen want talks on NATO divers").text(text));
    scene.world.visit("courier").await;
    let rows = scene.run("stories list --topic nato -o json").ended(0).list();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!((&rows[0]["id"], &rows[0]["entries"]), (&json!(first), &json!(5)));
    assert_eq!(states(&scene), ["closed", "open"]);
    scene.world.delivered().await;
    let logged = scene.world.alert_log();
    let told = logged.iter().filter(|line| line["event"] == "closed").count();
    assert_eq!(told, 1, "the merge was told on the log: {logged:#?}");
    scene.world.stop().await;
}
