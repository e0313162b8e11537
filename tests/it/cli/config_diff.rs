//! `config diff`: what a reload would change, before it does.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::scene::{Ran, Running, Scene, command};
use crate::support::world::item;

const TESTED: &str = r#"
[lists]
ally = ["alliance", "pact"]
[[topic]]
id = "nato"
severity = "medium"
match = '''
NATO
AND @ally
'''
[[topic.test]]
title = "NATO pact"
expect = "match"
"#;

async fn ran_once() -> Scene {
    let mut scene = Scene::new(&["wire", "ledger"]).await;
    scene.world.topics = TESTED.to_owned();
    scene.world.write_config();
    scene.once().ended(0);
    scene
}

fn changes(ran: &Ran) -> Vec<(String, String, String)> {
    let object = ran.json();
    let changes = object["changes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    changes.map(|one| (text(&one["change"]), text(&one["kind"]), text(&one["id"]))).collect()
}

fn one(change: &str, kind: &str, id: &str) -> (String, String, String) {
    (change.to_owned(), kind.to_owned(), id.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_differs_from_what_runs_until_a_file_is_changed() {
    let mut scene = ran_once().await;
    let same = scene.run("config diff").ended(0).out;
    assert!(same.contains("\nno difference\ntests: 1 passed, 0 failed\n"), "{same}");
    scene.world.topics = format!("# a remark\n{TESTED}# another\n");
    scene.world.write_config();
    let same = scene.run("config diff").ended(0).out;
    assert!(same.contains("no difference"), "a remark changes nothing: {same}");
    scene.world.topics = TESTED.replace("NATO pact", "NATO and its pact");
    scene.world.write_config();
    let tests = scene.run("config diff").ended(0).out;
    assert!(tests.contains("~ topic nato\n    tests: they ask otherwise"), "{tests}");
    assert!(!tests.contains("alerts a day"), "tests raise nothing: {tests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_feeds_and_channels_are_compared_field_by_field() {
    let mut scene = ran_once().await;
    scene.world.topics = TESTED.replace("AND @ally", "NEAR/9 @ally").replace("medium", "high")
        + "[[topic]]\nid = \"oil\"\nmatch = 'oil'\n";
    scene.world.remove_feed("ledger");
    scene.world.add_feed("herald");
    scene.world.extra = "[[channel]]\nid = \"log\"\ntype = \"log\"\nkeep = 9\n".to_owned();
    scene.world.write_config();
    let ran = scene.run("config diff -o json").ended(0);
    assert_eq!(
        changes(&ran),
        [
            one("changed", "topic", "nato"),
            one("added", "topic", "oil"),
            one("added", "feed", "herald"),
            one("removed", "feed", "ledger"),
            one("changed", "channel", "log"),
        ]
    );
    let page = scene.run("config diff").ended(0).out;
    for part in [
        "against what runs since 20",
        "~ topic nato\n    severity: medium → high\n",
        "      - AND @ally\n      + NEAR/9 @ally\n",
        "+ topic oil  (medium, 0 tests)",
        "+ feed herald  (http://127.0.0.1:",
        "- feed ledger",
        "~ channel log\n    keep: 5 → 9\n",
        "1 topic added, 1 topic changed, 1 feed added, 1 feed removed, 1 channel changed",
    ] {
        assert!(page.contains(part), "{part} is missing:\n{page}");
    }
    scene.once().ended(0);
    assert_eq!(changes(&scene.run("config diff -o json").ended(0)), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_a_day_are_estimated_over_the_stored_past() {
    let mut scene = ran_once().await;
    for title in ["NATO signs a harbour pact", "Oil prices rise again", "NATO opens new office"] {
        scene.world.publish("wire", item(title));
    }
    scene.once().ended(0);
    scene.world.topics =
        TESTED.replace("\nAND @ally", "") + "[[topic]]\nid = \"oil\"\nmatch = 'oil'\n";
    scene.world.write_config();
    let ran = scene.run("config diff -o json").ended(0);
    let estimates = &ran.json()["estimates"]["topics"];
    let alerts = |at: usize, side: &str| estimates[at][side]["alerts"].clone();
    assert_eq!((alerts(0, "before"), alerts(0, "after")), (1.into(), 2.into()), "{estimates:#}");
    assert_eq!((alerts(1, "before"), alerts(1, "after")), (Value::Null, 1.into()));
    let page = scene.run("config diff --backtest 2d").ended(0).out;
    assert!(
        page.contains("alerts a day of nato: 1 → 2 (over 3 entries of the last 1.0 days)"),
        "{page}"
    );
    assert!(page.contains("\n  matches a day: 1 → 2\n"), "{page}");
    assert!(page.contains("alerts a day of oil: none → 1 "), "{page}");
    assert!(!page.contains("first fetches"), "{page}");
    let none = scene.run("config diff --backtest none").ended(0).out;
    assert!(!none.contains("alerts a day"), "{none}");
    // A severity alone raises neither more nor fewer.
    scene.world.topics = TESTED.replace("medium", "low");
    scene.world.write_config();
    assert!(!scene.run("config diff").ended(0).out.contains("alerts a day"));
    let wrong = scene.run("config diff --backtest yesterday").ended(2).err;
    assert!(wrong.contains("--backtest: `yesterday`"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn that_first_fetches_raise_nothing_is_said_where_all_matches_lie_in_them() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.publish("wire", item("NATO signs a harbour pact"));
    scene.world.publish("wire", item("NATO opens new office"));
    scene.world.topics = TESTED.to_owned();
    scene.world.write_config();
    scene.once().ended(0);
    scene.world.topics = TESTED.replace("\nAND @ally", "");
    scene.world.write_config();
    let page = scene.run("config diff").ended(0).out;
    assert!(page.contains("alerts a day of nato: 0 → 0 "), "{page}");
    assert!(
        page.contains("matches a day: 1 → 2\n  all matches (2) lie in first fetches"),
        "{page}"
    );
    let ran = scene.run("config diff -o json").ended(0).json();
    let after = &ran["estimates"]["topics"][0]["after"];
    assert_eq!((&after["matches"], &after["baseline_matches"]), (&2.into(), &2.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_most_likely_not_meant_in_a_changed_topic_is_told() {
    let mut scene = ran_once().await;
    let quiet = scene.run("config diff").ended(0).out;
    assert!(quiet.contains("lint of what changed: 0 warnings, 0 notes"), "{quiet}");
    scene.world.topics = TESTED.replace("severity", "exclude = ['pact']\nseverity");
    scene.world.write_config();
    let ran = scene.run("config diff -o json").ended(1);
    let lints = ran.json()["lint"].as_array().unwrap().clone();
    assert!(
        lints.iter().any(|lint| lint["level"] == "warning" && lint["line"].is_u64()),
        "{lints:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_list_shows_in_the_topics_that_name_it() {
    let mut scene = ran_once().await;
    scene.world.topics = TESTED.replace("\"pact\"]", "\"pact\", \"treaty\"]");
    scene.world.write_config();
    let page = scene.run("config diff").ended(0).out;
    assert!(page.contains("~ topic nato"), "{page}");
    assert!(
        page.lines().any(|line| line.trim().starts_with("+ ") && line.contains("treaty")),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_that_would_be_refused_ends_with_code_1() {
    let mut scene = ran_once().await;
    scene.world.topics = TESTED.replace("title = \"NATO pact\"", "title = \"Oil\"");
    scene.world.write_config();
    let failing = scene.run("config diff").ended(1).out;
    assert!(
        failing.contains("tests: 0 passed, 1 failed") && failing.contains("would be refused"),
        "{failing}"
    );
    let refused = scene.run("config diff -o json").ended(1);
    assert_eq!(changes(&refused), [one("changed", "topic", "nato")]);
    assert_eq!(refused.json()["refused"], true);
    assert_eq!(refused.json()["refusals"][0]["code"], "failed_test");
    scene.world.topics = TESTED.replace("AND @ally", "AND");
    scene.world.write_config();
    let broken = scene.run("config diff").ended(1);
    assert!(broken.out.is_empty() && broken.err.contains("test.toml"), "{}", broken.err);
    scene.run("config diff --against yesterday").ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_neither_kept_nor_shown_and_need_not_be_readable() {
    let mut scene = Scene::new(&["wire"]).await;
    let hook = |path: &str| {
        format!(
            "[[channel]]\nid = \"hook\"\ntype = \"webhook\"\n\
             url = \"https://hooks.example.org/{path}\"\nsecret_file = \"hook.secret\"\n\
             headers = {{ Authorization = {{ file = \"hook.secret\" }} }}\n"
        )
    };
    let secret = scene.world.dir().join("hook.secret");
    fs::write(&secret, "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0\n").unwrap();
    scene.world.extra = hook("T0KEN");
    scene.world.write_config();
    scene.run("run --once --no-deliver").ended(0);
    let database = fs::read(scene.world.dir().join("state/wirewatch.db")).unwrap();
    let wal = fs::read(scene.world.dir().join("state/wirewatch.db-wal")).unwrap_or_default();
    for kept in [database, wal] {
        for word in ["T0KEN", "c2VjcmV0"] {
            assert!(!kept.windows(word.len()).any(|bytes| bytes == word.as_bytes()), "{word}");
        }
    }
    scene.world.extra = hook("0THER");
    scene.world.write_config();
    let ran = scene.run("config diff").ended(0);
    assert!(
        ran.out.contains("~ channel hook\n    url: https://hooks.example.org/…"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("T0KEN") && !ran.out.contains("0THER"), "{}", ran.out);
    fs::remove_file(secret).unwrap();
    let blind = scene.run("config diff").ended(0);
    assert!(blind.err.contains("the secrets of channels cannot be read here"), "{}", blind.err);
    assert!(!blind.out.contains("signed") && !blind.out.contains("headers"), "{}", blind.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_beside_a_daemon_and_sees_what_a_reload_brought() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.extra = "auto_reload = false\n".to_owned();
    scene.world.write_config();
    let before = scene.run("config diff").ended(0).out;
    assert!(
        before.contains("no daemon has run yet") && before.contains("+ topic nato"),
        "{before}"
    );
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("feeds read");
    scene.world.topics = scene.world.topics.replace("medium", "high");
    scene.world.write_config();
    assert_eq!(
        changes(&scene.run("config diff -o json").ended(0)),
        [one("changed", "topic", "nato")]
    );
    daemon.signal(libc::SIGHUP);
    daemon.logged("reloaded");
    assert_eq!(changes(&scene.run("config diff -o json").ended(0)), []);
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

fn git(scene: &Scene, line: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(scene.world.dir()).args(["-c", "user.name=t", "-c", "user.email=t@t.example"]);
    let ran = git.args(line).output().unwrap();
    assert!(ran.status.success(), "{line:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_compared_with_a_git_revision() {
    let mut scene = Scene::new(&["wire"]).await;
    git(&scene, &["init", "-q"]);
    git(&scene, &["add", "wirewatch.toml", "topics"]);
    git(&scene, &["commit", "-qm", "first"]);
    assert_eq!(changes(&scene.run("config diff --against git:HEAD -o json").ended(0)), []);
    scene.world.topics = scene.world.topics.replace("medium", "high");
    scene.world.add_feed("ledger");
    scene.world.write_config();
    let ran = scene.run("config diff --against git:HEAD -o json").ended(0);
    assert_eq!(changes(&ran), [one("changed", "topic", "nato"), one("added", "feed", "ledger")]);
    for bad in ["git:no-such", "git:--output=x", "git:"] {
        let refused = command(scene.world.dir())
            .args(["config", "diff", "--against", bad])
            .arg("-c")
            .arg(&scene.config)
            .output()
            .unwrap();
        assert!(matches!(refused.status.code(), Some(1 | 2)), "{bad}: {refused:?}");
    }
    assert!(!scene.world.dir().join("x").exists());
}
