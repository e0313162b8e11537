//! `alerts silence`: holding alerts back for a while, and what it held back.

use super::scene::{Scene, run};
use crate::support::world::item;

/// Runs `alerts silence` with arguments that have spaces in them.
fn silence(scene: &Scene, args: &[&str]) -> super::scene::Ran {
    let mut command = scene.command();
    run(command.args(["alerts", "silence"]).args(args))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_silenced_listed_shown_and_ended() {
    let scene = Scene::with_alert().await;
    let id = scene.alert_id();
    let added =
        silence(&scene, &[&id, "--for", "3h", "--reason", "planned exercise", "-o", "json"]);
    let added = added.ended(0);
    assert!(added.err.contains("in the last 7 days it would have held back"), "{}", added.err);
    let row = &added.list()[0];
    assert_eq!((&row["state"], &row["author"]), (&"active".into(), &"tester".into()));
    assert!(row["scope"].as_str().unwrap().starts_with("topic nato, story S"), "{row}");
    let silence_id = row["id"].as_str().unwrap().to_owned();

    let shown = scene.run(&format!("alerts silence show {silence_id}")).ended(0).out;
    assert!(shown.contains("tester: planned exercise"), "{shown}");
    assert!(shown.contains("held back   0 matches"), "{shown}");
    let ended = scene.run(&format!("alerts silence end {silence_id} --author bob -o json"));
    let row = &ended.ended(0).list()[0];
    assert_eq!((&row["state"], &row["ended_by"]), (&"over".into(), &"bob".into()));
    let over = scene.run("alerts silence list").ended(0).out;
    assert!(over.starts_with("no silences; --all"), "{over}");
    assert_eq!(scene.run("alerts silence list --all -o json").ended(0).list().len(), 1);
    scene.run("alerts silence end M0").ended(1);
    scene.run("alerts silence show M0").ended(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_needs_what_why_and_until_when() {
    let scene = Scene::with_alert().await;
    for (args, says) in [
        (&["--for", "3h", "--reason", "x"][..], "it is not said what to silence"),
        (&["--topic", "nato", "--for", "3h"][..], "needs its reason"),
        (&["--topic", "nato", "--reason", "x"][..], "needs its end"),
        (&["--topic", "nato", "--until", "2020-01-01", "--reason", "x"][..], "before it begins"),
        (&["A0", "--for", "3h", "--reason", "x", "--feed", "wire"][..], "there is no alert A0"),
    ] {
        let refused = silence(&scene, args);
        assert!(refused.code != 0 && refused.err.contains(says), "{args:?}: {refused:?}");
    }
    let slip = silence(&scene, &["--topic", "nata", "--for", "3h", "--reason", "x"]).ended(1);
    assert!(slip.err.contains("did you mean `nato`?"), "{}", slip.err);
    let three =
        ["--topic", "nato", "--feed", "wire", "--text", "x", "--for", "3h", "--reason", "y"];
    assert!(silence(&scene, &three).ended(2).err.contains("one thing, or about two"));
    assert_eq!(scene.run("alerts silence list --all -o json").ended(0).list().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_is_tried_before_it_is_set() {
    let scene = Scene::with_alert().await;
    let preview = silence(&scene, &["preview", "--publisher", "wire", "--since", "10 years"]);
    let preview = preview.ended(0);
    assert!(preview.out.contains("WIRE"), "{}", preview.out);
    assert!(preview.err.contains("would have been held back"), "{}", preview.err);
    let none = silence(&scene, &["preview", "--text", "no such words", "--since", "10 years"]);
    assert_eq!(none.ended(0).out, "it would have held nothing back\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_silence_holds_back_is_listed_and_explained() {
    let mut scene = Scene::with_alert().await;
    scene.world.publish("wire", item("NATO ships leave Copenhagen harbour at dawn"));
    let args = ["--text", "copenhagen", "--for", "3h", "--reason", "planned exercise"];
    silence(&scene, &args).ended(0);
    scene.once().ended(0);
    let id = scene.run("alerts silence list -o json").ended(0).list()[0].clone();
    assert_eq!(id["held"], 1);
    let id = id["id"].as_str().unwrap();
    let held = scene.run(&format!("alerts silence show {id} -o json")).ended(0).json();
    assert_eq!(held["matches"][0]["publisher"], "WIRE");
    let entry = held["matches"][0]["entry"].as_str().unwrap();
    let why = scene.run(&format!("topics why-not {entry} --topic nato -o json")).ended(0).json();
    assert_eq!((&why["status"], &why["silence"]["id"]), (&"silenced".into(), &id.into()));
    let page = scene.run(&format!("topics why-not {entry} --topic nato")).ended(0).out;
    assert!(page.contains("silenced  M") && page.contains("planned exercise"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_that_wait_are_listed_and_explained() {
    let mut scene = Scene::with_alert().await;
    scene.world.topics.push_str("publishers = { min = 3, within = \"6h\" }\n");
    scene.world.write_config();
    scene.world.publish("wire", item("NATO ships leave Copenhagen harbour at dawn"));
    scene.once().ended(0);
    let pending = scene.run("alerts list --pending -o json").ended(0).list();
    assert_eq!((&pending[0]["have"], &pending[0]["need"]), (&1.into(), &3.into()));
    let entry = pending[0]["entry"].as_str().unwrap();
    let why = scene.run(&format!("topics why-not {entry} --topic nato -o json")).ended(0).json();
    assert_eq!((&why["status"], &why["pending"]["need"]), (&"pending".into(), &3.into()));
    let page = scene.run(&format!("topics why-not {entry} --topic nato")).ended(0).out;
    assert!(page.contains("1 of 3 publishers"), "{page}");
    let none = scene.run("alerts list --pending --topic nato --limit 0").ended(0).out;
    assert_eq!(none, "no story waits for publishers\n");
}
