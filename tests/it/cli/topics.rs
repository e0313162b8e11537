//! `topics`: list, show, test, explain; and the topic that the README shows.

use std::fs;

use super::scene::{Scene, run_with_input};

const TESTED: &str = r#"
[[topic]]
id = "nato"
name = "NATO"
severity = "medium"
match = 'NATO EXCEPT "NATO alphabet"'
exclude = ['strap']
[[topic.test]]
title = "NATO ministers meet"
expect = "match"
[[topic.test]]
title = "Learn the NATO alphabet"
expect = "match"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_listed_and_shown_with_their_rule() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = TESTED.to_owned();
    scene.world.write_config();
    let listed = scene.run("topics list -o json").ended(0).list();
    assert_eq!((&listed[0]["topic"], &listed[0]["tests"]), (&"nato".into(), &2.into()));
    let shown = scene.run("topics show nato").ended(0).out;
    assert!(shown.contains("NATO EXCEPT \"NATO alphabet\""), "{shown}");
    let unknown = scene.run("topics show natoo").ended(1);
    assert!(unknown.err.contains("hint: did you mean `nato`?"), "{}", unknown.err);
    scene.run("topics show na/to").ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_topic_test_fails_the_command_and_says_why() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = TESTED.to_owned();
    scene.world.write_config();
    let ran = scene.run("topics test -o json").ended(1);
    let tests = ran.list();
    assert_eq!(tests.iter().map(|test| test["passed"].clone()).collect::<Vec<_>>(), [true, false]);
    assert!(tests[1]["failure"].as_str().is_some_and(|why| why.contains("expected a match")));
    assert!(ran.err.contains("1 passed, 1 failed"), "{}", ran.err);
    let checked = scene.run("check").ended(1);
    assert!(checked.err.contains("Learn the NATO alphabet"), "{}", checked.err);
    let refused = scene.once().ended(1);
    assert!(refused.err.starts_with("error: 1 test of the topics failed\n  "), "{}", refused.err);
    assert!(refused.err.contains("test.toml:11: nato: Learn the NATO alphabet: expected a match"));
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_why_and_why_not_of_an_entry_a_file_and_standard_input() {
    let mut scene = Scene::with_alert().await;
    let entry = scene.run("entries list -o json").ended(0).list()[0]["id"].clone();
    let why = scene.run(&format!("topics explain nato {} -o json", entry.as_str().unwrap()));
    assert_eq!(why.ended(0).json()["matched"], true);

    fs::write(scene.world.dir().join("text.txt"), "Learn the NATO alphabet\n\nIn a day.\n")
        .unwrap();
    let not = scene.run("topics explain nato text.txt").ended(0).out;
    assert!(not.starts_with("nato does not match: Learn the NATO alphabet\n"), "{not}");

    scene.world.topics = TESTED.to_owned();
    scene.world.write_config();
    let mut command = scene.command();
    let input = "NATO strap watches under $200\u{1b}[2J\n";
    let piped = run_with_input(command.args(["topics", "explain", "nato", "-"]), input).ended(0);
    assert!(piped.out.contains("strap") && !piped.out.contains('\u{1b}'), "{:?}", piped.out);

    fs::write(scene.world.dir().join("picture.png"), b"\x89PNG\r\n\x1a\n\0\0NATO").unwrap();
    let picture = scene.run("topics explain nato picture.png").ended(1);
    assert!(picture.err.starts_with("error: picture.png is not text\n"), "{}", picture.err);

    scene.run("topics explain nato E0").ended(1);
    let missing = scene.run("topics explain nato no-such-file").ended(1);
    assert!(missing.err.contains("because: ") && missing.err.contains("hint: "), "{}", missing.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_topic_of_the_readme_passes_its_own_test() {
    let readme = include_str!("../../../README.md");
    let topic = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(topic.lines().count() <= 13, "the README promises a few lines");
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = topic.to_owned();
    scene.world.write_config();
    scene.run("check --deny-warnings").ended(0);
    let seed = include_str!("../../fixtures/seed/story.txt");
    let mut command = scene.command();
    let line = ["topics", "explain", "defence-alliances", "-", "-o", "json"];
    let why = run_with_input(command.args(line), seed).ended(0).json();
    assert_eq!(why["matched"], true, "{why:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_of_nothing_is_zero_and_has_no_sign() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics =
        "[[topic]]\nid = \"nato\"\nthreshold = 2\n[topic.weights]\n'NATO' = 2\n".to_owned();
    scene.world.write_config();
    let mut command = scene.command();
    let input = "Danish dairy prices rise\n";
    let ran = run_with_input(command.args(["topics", "explain", "nato", "-"]), input).ended(0);
    assert!(ran.out.contains("sum = 0.00, threshold 2: short by 2.00"), "{}", ran.out);
    assert!(!ran.out.contains("-0"), "{}", ran.out);
}
