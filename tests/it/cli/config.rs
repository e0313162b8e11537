//! From no config at all to one that is checked: `init`, `check`, and what is said without one.

use std::fs;

use super::scene::{Scene, run_in};

#[test]
fn without_a_config_the_way_to_one_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    for line in ["run", "check", "alerts list", "feeds status", "topics list", "search nato"] {
        let ran = run_in(dir.path(), line).ended(10);
        assert!(ran.out.is_empty(), "{line}: {}", ran.out);
        assert!(ran.err.starts_with("error: there is no config at any"), "{line}: {}", ran.err);
        for place in [".config/wirewatch/wirewatch.toml", "\n  config/wirewatch.toml", "`-c PATH`"]
        {
            assert!(ran.err.contains(place), "{line}: {place}: {}", ran.err);
        }
        assert!(ran.err.contains("hint: `wirewatch init`"), "{line}: {}", ran.err);
    }
    let named = run_in(dir.path(), "-c elsewhere.toml check").ended(10);
    assert!(
        named.err.starts_with("error: there is no config at elsewhere.toml\n"),
        "{}",
        named.err
    );
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
async fn a_key_of_a_topics_table_is_sent_there_from_the_topic() {
    let mut scene = Scene::new(&["wire"]).await;
    for (line, table) in
        [("max_age = \"2d\"", "alert"), ("budget = 3", "alert"), ("feeds = []", "filter")]
    {
        scene.world.topics = format!("[[topic]]\nid = \"nato\"\nmatch = 'NATO'\n{line}\n");
        scene.world.write_config();
        let told = scene.run("check").ended(1).err;
        assert!(told.contains(&format!("hint: it belongs under `[topic.{table}]`")), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_count_only_when_they_are_asked_to() {
    let scene = Scene::new(&["wire"]).await;
    let told = scene.run("check").ended(0);
    assert!(
        told.err.contains("warning[no_tests]: topic `nato` has no [[topic.test]]"),
        "{}",
        told.err
    );
    assert!(told.out.starts_with("ok: 1 feed, 1 topic, "), "{}", told.out);
    scene.run("check --deny-warnings").ended(3);
    let listed = scene.run("check --deny-warnings -o jsonl").ended(3);
    assert!(listed.out.contains("\"level\":\"warning\""), "{}", listed.out);
}

/// A webhook with this beside its id and type, and the networks that may be reached.
async fn with_webhook(rest: &str, network: Option<&str>) -> Scene {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics += "[[topic.test]]\ntitle = \"NATO meets\"\nexpect = \"match\"\n";
    scene.world.extra = format!("[[channel]]\nid = \"hook\"\ntype = \"webhook\"\n{rest}\n");
    network.into_iter().for_each(|network| scene.world.allow(network));
    scene.world.write_config();
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_and_unwise_is_warned_of() {
    let scene = with_webhook("url = \"http://hooks.example.org/x\"", Some("0.0.0.0/0")).await;
    let listed = scene.run("check -o json --deny-warnings").ended(3).list();
    let codes: Vec<&str> = listed.iter().filter_map(|found| found["code"].as_str()).collect();
    assert_eq!(codes, ["open_network", "no_secret", "plain_http"], "{listed:#?}");
    let told = scene.run("check").ended(0).err;
    assert_eq!(told.matches("warning: ").count(), 3, "{told}");
    let quiet = scene.run("check -q").ended(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""), "only errors");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_short_is_warned_of_and_one_that_cannot_sign_is_an_error() {
    let url = "url = \"https://hooks.example.org/x\"\nsecret_file = \"hook.secret\"";
    let scene = with_webhook(url, None).await;
    let secret = scene.world.dir().join("hook.secret");
    fs::write(&secret, format!("whsec_{}\n", "A".repeat(44))).unwrap();
    scene.run("check --deny-warnings").ended(0);
    fs::write(&secret, "hunter2\n").unwrap();
    let told = scene.run("check").ended(0).err;
    assert!(told.contains("warning: the secret of channel `hook` is shorter"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    fs::write(&secret, "whsec_not*base64\n").unwrap();
    for line in ["check -q", "check"] {
        let told = scene.run(line).ended(1).err;
        assert!(told.starts_with("error: channel `hook` cannot be opened: "), "{line}: {told}");
        assert!(!told.contains("not*base64"), "{told}");
    }
}

#[test]
fn every_value_is_shown_with_the_line_that_set_it() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init").ended(0);
    let file = dir.path().join("config/wirewatch.toml");
    let text = fs::read_to_string(&file).unwrap();
    let line = |part: &str| text.lines().position(|line| line == part).expect("a line") + 1;
    let shown = run_in(dir.path(), "config show --origin -o json").ended(0).list();
    let origin = |kind: &str, id: &str, field: &str| {
        let found = shown.iter().find(|row| {
            (&row["kind"], &row["id"], &row["field"]) == (&kind.into(), &id.into(), &field.into())
        });
        let found = found.unwrap_or_else(|| panic!("{kind} {id} {field}"));
        (found["origin"].as_str().unwrap().to_owned(), found["line"].as_u64().map(|n| n as usize))
    };
    let own = line("interval = \"30m..2h\"");
    let main = "config/wirewatch.toml";
    let expected = (format!("{main}:{own}"), Some(own));
    assert_eq!(origin("feed", "nato-news", "interval.floor"), expected);
    let shared = line("interval = \"15m..60m\"");
    assert_eq!(origin("feed", "bbc-world", "interval.ceiling").1, Some(shared));
    assert_eq!(origin("settings", "fetch", "host_gap"), ("default".to_owned(), None));
    assert_eq!(origin("settings", "state_dir", "path"), ("environment".to_owned(), None));
    assert!(origin("topic", "nato", "rule").0.starts_with("config/topics/nato.toml:"));
    assert_eq!(origin("channel", "log", "keep"), ("default".to_owned(), None));
    run_in(dir.path(), "config show nobody").ended(1);
}

#[test]
fn a_template_that_fails_is_shown_with_its_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init").ended(0);
    let file = dir.path().join("config/wirewatch.toml");
    let mut text = fs::read_to_string(&file).unwrap();
    text += "[[channel]]\nid = \"desk\"\ntype = \"webhook\"\nurl = \"https://desk.example\"\n\
             body = { template = \"desk.j2\" }\n";
    fs::write(&file, text).unwrap();
    fs::write(dir.path().join("config/desk.j2"), "{\n  \"text\": {{ titel }}\n}\n").unwrap();
    let told = run_in(dir.path(), "check").ended(1);
    for part in ["`desk`", "config/desk.j2:2:", "2 |   \"text\": {{ titel }}", "hint: "] {
        assert!(told.err.contains(part), "{part} is not told in:\n{}", told.err);
    }
    let listed = run_in(dir.path(), "check -o json").ended(1).list();
    let found = listed.iter().find(|row| row["code"] == "bad_template").unwrap();
    assert_eq!((&found["file"], &found["line"]), (&"config/desk.j2".into(), &2.into()));
    fs::write(dir.path().join("config/desk.j2"), "{\"text\": {{ text }}}").unwrap();
    run_in(dir.path(), "check").ended(0);
}

#[test]
fn a_program_that_is_not_there_is_found_out_before_it_is_needed() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init").ended(0);
    let file = dir.path().join("config/wirewatch.toml");
    let text = fs::read_to_string(&file).unwrap();
    let with = |command: &str| {
        let channel = "[[channel]]\nid = \"pager\"\ntype = \"exec\"\n";
        fs::write(&file, format!("{text}{channel}command = {command}\n")).unwrap();
    };
    with("[\"no-such-pager\", \"-x\"]");
    let told = run_in(dir.path(), "check").ended(1);
    assert!(told.err.contains("there is no program `no-such-pager`"), "{}", told.err);
    with("[\"./pager.sh\"]");
    assert!(run_in(dir.path(), "check").ended(1).err.contains("neither absolute"));
    with("\"sh -c true\"");
    assert!(run_in(dir.path(), "check").ended(1).err.contains("no shell reads this"));
    with("[\"sh\", \"-c\", \"true\"]");
    run_in(dir.path(), "check").ended(0);
}

#[test]
fn the_schema_of_the_alert_object_is_printed() {
    let dir = tempfile::tempdir().unwrap();
    let schema = run_in(dir.path(), "config schema --alert").ended(0).json();
    assert_eq!(schema["$id"], "urn:wirewatch:schema:alert:v1");
    let main = run_in(dir.path(), "config schema").ended(0).json();
    assert_eq!(main["additionalProperties"], false);
    run_in(dir.path(), "config schema --alert --topics").ended(2);
}
