//! From no config at all to one that is checked: `init`, `check`, and what is said without one.

use std::fs;

use super::scene::{Scene, run_in};

#[test]
fn without_a_config_the_way_to_one_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    for line in ["run", "check", "alerts list", "feeds status", "topics list", "search nato"] {
        let ran = run_in(dir.path(), line).ended(10);
        assert!(ran.out.is_empty(), "{line}: {}", ran.out);
        assert!(ran.err.starts_with("error: there is no config at "), "{line}: {}", ran.err);
        assert!(ran.err.contains("hint: `wirewatch init`"), "{line}: {}", ran.err);
    }
    run_in(dir.path(), "-c elsewhere.toml check").ended(10);
}

#[test]
fn init_writes_a_config_that_passes_its_own_check() {
    let dir = tempfile::tempdir().unwrap();
    let first = run_in(dir.path(), "init").ended(0);
    assert!(first.out.contains("wrote config/wirewatch.toml"), "{}", first.out);
    let checked = run_in(dir.path(), "check --deny-warnings").ended(0);
    assert!(checked.out.starts_with("ok: 6 feeds, 2 topics, "), "{}{}", checked.out, checked.err);
    assert_eq!(run_in(dir.path(), "check -o json").ended(0).list().len(), 0);
}

#[test]
fn init_overwrites_only_when_told_to() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init there").ended(0);
    let file = dir.path().join("there/wirewatch.toml");
    fs::write(&file, "# mine\n").unwrap();
    let again = run_in(dir.path(), "init there").ended(1);
    assert!(again.err.contains("already there") && again.err.contains("--force"), "{}", again.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
    let forced = run_in(dir.path(), "init there --force -o json").ended(0).json();
    assert!(forced["written"].as_array().unwrap().len() >= 3, "{forced}");
    assert_ne!(fs::read_to_string(&file).unwrap(), "# mine\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_config_shows_every_mistake_at_once() {
    let scene = Scene::new(&["wire"]).await;
    let good = fs::read_to_string(&scene.config).unwrap();
    let bad = good.replace("[fetch]", "[fetsch]").replace("http://", "gopher://");
    fs::write(&scene.config, bad).unwrap();
    let topic = scene.world.dir().join("topics/test.toml");
    fs::write(&topic, "[[topic]]\nid = \"nato\"\nmatch = 'NATO AND pact OR treaty'\n").unwrap();

    let told = scene.run("check").ended(1);
    assert!(told.out.is_empty(), "{}", told.out);
    for part in ["fetsch", "gopher", "test.toml:3", "3 problems"] {
        assert!(told.err.contains(part), "{part} is not told in:\n{}", told.err);
    }
    let listed = scene.run("check -o json").ended(1).list();
    assert_eq!(listed.len(), 3, "{listed:#?}");
    assert!(listed.iter().all(|problem| problem["line"].is_u64() && problem["level"] == "error"));
    // No command runs on half a config.
    scene.run("run --once").ended(1);
    scene.run("topics test").ended(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_count_only_when_they_are_asked_to() {
    let scene = Scene::new(&["wire"]).await;
    let told = scene.run("check").ended(0);
    assert!(told.err.contains("warning: topic `nato` has no [[topic.test]]"), "{}", told.err);
    assert!(told.out.starts_with("ok: 1 feed, 1 topic, "), "{}", told.out);
    scene.run("check --deny-warnings").ended(3);
    let listed = scene.run("check --deny-warnings -o jsonl").ended(3);
    assert!(listed.out.contains("\"level\":\"warning\""), "{}", listed.out);
}
