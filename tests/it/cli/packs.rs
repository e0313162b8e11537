//! `topics packs`, and a pack from `init` to a config that is checked with it.

use std::fs;
use std::path::Path;

use super::scene::run_in;

/// Switches packs on in the config that `init` wrote.
fn switch_on(dir: &Path, packs: &str) {
    let file = dir.join("config/wirewatch.toml");
    let main = fs::read_to_string(&file).unwrap();
    let line = format!("topics = \"topics\"\npacks = [{packs}]\n");
    fs::write(&file, main.replace("topics = \"topics\"\n", &line)).unwrap();
}

#[test]
fn packs_are_written_listed_and_switched_on() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init").ended(0);
    let listed = run_in(dir.path(), "topics packs -o json").ended(0).list();
    let names: Vec<_> = listed.iter().map(|pack| pack["pack"].as_str().unwrap()).collect();
    assert_eq!(names, ["cyber", "defence", "elections", "energy", "health", "sanctions"]);
    for pack in &listed {
        assert_eq!(pack["state"], "off", "{pack}");
        assert!(pack["tests"].as_u64().unwrap() >= 20 && pack["topics"].as_u64().unwrap() >= 2);
        assert!(pack["languages"].as_array().unwrap().len() >= 6, "{pack}");
        assert!(!pack["description"].as_str().unwrap().is_empty(), "{pack}");
    }
    switch_on(dir.path(), "\"defence\", \"sanctions\"");
    let checked = run_in(dir.path(), "check").ended(0);
    assert!(checked.out.starts_with("ok: 6 feeds, 10 topics, "), "{}{}", checked.out, checked.err);
    let topics = run_in(dir.path(), "topics list").ended(0).out;
    assert!(topics.contains("defence-pacts") && topics.contains("sanctions-assets"), "{topics}");
    assert!(!topics.contains("energy-"), "{topics}");
    let shown = run_in(dir.path(), "topics packs").ended(0).out;
    assert!(shown.contains("on") && shown.contains("off"), "{shown}");
}

#[test]
fn a_pack_that_is_missing_is_put_back_by_the_command_that_the_error_names() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init").ended(0);
    switch_on(dir.path(), "\"cyber\"");
    let file = dir.path().join("config/packs/cyber.toml");
    fs::remove_file(&file).unwrap();
    let told = run_in(dir.path(), "check").ended(1);
    assert!(told.err.contains("the pack `cyber` is not in config/packs"), "{}", told.err);
    assert!(told.err.contains("`wirewatch topics packs --write cyber`"), "{}", told.err);
    let listed = run_in(dir.path(), "topics packs -o json").ended(0).list();
    assert_eq!(listed[0]["state"], "on, not there");
    let wrote = run_in(dir.path(), "topics packs --write cyber").ended(0);
    assert!(wrote.out.contains("wrote config/packs/cyber.toml"), "{}", wrote.out);
    assert!(wrote.err.contains("packs = [\"cyber\"]"), "{}", wrote.err);
    run_in(dir.path(), "check").ended(0);

    fs::write(&file, "# mine\n").unwrap();
    let refused = run_in(dir.path(), "topics packs --write cyber").ended(1);
    assert!(refused.err.contains("already there") && refused.err.contains("--force"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
    run_in(dir.path(), "topics packs --write cyber --force").ended(0);
    assert!(fs::metadata(&file).unwrap().len() > 1_000);

    fs::write(&file, "# mine\n").unwrap();
    let missing = dir.path().join("config/packs/health.toml");
    fs::remove_file(&missing).unwrap();
    let told = run_in(dir.path(), "topics packs --write cyber health").ended(3);
    assert_eq!(told.out, "wrote config/packs/health.toml\n");
    assert!(told.err.contains("config/packs/cyber.toml is already there"), "{}", told.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
    assert!(fs::metadata(&missing).unwrap().len() > 1_000);
}

#[test]
fn a_pack_nobody_knows_is_told_with_those_there_are() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init").ended(0);
    fs::write(dir.path().join("config/packs/football.toml"), "# Football.\n").unwrap();
    switch_on(dir.path(), "\"defense\", \"chess\", \"../topics/nato\", \"cyber\", \"cyber\"");
    let told = run_in(dir.path(), "check").ended(1);
    for part in [
        "there is no pack `defense`",
        "did you mean \"defence\"? there are: cyber, defence, elections, energy, football, health",
        "there is no pack `chess`",
        "there is no pack `../topics/nato`",
        "the pack `cyber` is switched on twice",
    ] {
        assert!(told.err.contains(part), "{part} is not told in:\n{}", told.err);
    }
    let unknown = run_in(dir.path(), "topics packs --write defense").ended(1);
    assert!(unknown.err.contains("did you mean `defence`?"), "{}", unknown.err);
    run_in(dir.path(), "topics packs --force").ended(2);
}

#[test]
fn who_watches_by_packs_alone_needs_no_topics_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init").ended(0);
    fs::remove_dir_all(dir.path().join("config/topics")).unwrap();
    let file = dir.path().join("config/wirewatch.toml");
    let main = fs::read_to_string(&file).unwrap();
    fs::write(&file, main.replace("topics = \"topics\"\n", "packs = \"health\"\n")).unwrap();
    let checked = run_in(dir.path(), "check").ended(0);
    assert!(checked.out.starts_with("ok: 6 feeds, 3 topics, "), "{}{}", checked.out, checked.err);
}
