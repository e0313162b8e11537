//! What the `feeds` commands say of feeds that are paused, private or without a database that can be
//! read, and what they refuse before anybody is asked.

use std::fs;

use serde_json::{Value, json};

use super::scene::{Scene, run_with_input};

fn add_to_config(scene: &Scene, text: &str) {
    let config = fs::read_to_string(&scene.config).unwrap() + text;
    fs::write(&scene.config, config).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_feed_has_no_next_fetch_and_a_resumed_one_is_due_at_once() {
    let scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    let table = scene.run("feeds list").ended(0);
    assert!(!table.out.contains("paused") && !table.out.contains("full_text"), "{}", table.out);
    scene.run("feeds pause wire").ended(0);
    scene.once().ended(0);
    let listed = scene.run("feeds list -o json").ended(0).list();
    assert_eq!((&listed[0]["paused"], &listed[0]["full_text"]), (&json!(true), &json!(false)));
    let table = scene.run("feeds list").ended(0);
    assert!(table.out.contains("paused") && !table.out.contains("full_text"), "{}", table.out);
    let shown = scene.run("feeds show wire").ended(0);
    assert!(!shown.out.contains("next fetch"), "{}", shown.out);
    assert_eq!(scene.run("feeds show wire -o json").ended(0).json()["next_due"], Value::Null);
    assert_eq!(scene.run("feeds status -o json").ended(0).list()[0]["next_due"], Value::Null);
    assert_eq!(scene.run("status -o json").ended(0).json()["next_fetch"], Value::Null);
    assert!(!scene.run("status").ended(0).out.contains("next fetch"));
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_are_listed_and_exported_beside_a_database_of_another_version() {
    let scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    let database = scene.world.dir().join("state").join("wirewatch.db");
    let database = if database.exists() { database } else { found_database(&scene) };
    let conn = rusqlite::Connection::open(&database).unwrap();
    conn.pragma_update(None, "user_version", 1).unwrap();
    drop(conn);
    for line in ["feeds list", "feeds export"] {
        let done = scene.run(line).ended(0);
        assert!(done.out.contains("/wire"), "{}", done.out);
        assert!(done.err.contains("without the feeds' own titles"), "{}", done.err);
    }
}

fn found_database(scene: &Scene) -> std::path::PathBuf {
    let state = scene.run("status -o json");
    panic!("no database in {}: {state:?}", scene.world.dir().display());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_names_every_feed_and_an_unknown_tag_exports_nothing() {
    let scene = Scene::new(&["wire"]).await;
    let list = scene.run("feeds export").ended(0);
    assert!(list.out.contains("text=\"wire\""), "{}", list.out);
    let none = scene.run("feeds export --tag nosuch").ended(1);
    assert_eq!(none.out, "");
    assert!(none.err.contains("there is no tag `nosuch`"), "{}", none.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_this_machine_are_left_out_of_imports_and_warned_of() {
    let scene = Scene::new(&["wire"]).await;
    let list = "<opml><body><outline text='Home' xmlUrl='http://localhost/x'/>\
                <outline text='Lost'/></body></opml>";
    let words = ["feeds", "import", "-", "-o", "json"];
    let rows = run_with_input(scene.command().args(words), list).ended(3).list();
    let said: Vec<_> = rows.iter().map(|row| row["code"].as_str().unwrap()).collect();
    assert_eq!(said, ["private_address", "empty"]);
    let list = "<opml><body><outline text='Later'/><outline text='Wire' \
                xmlUrl='https://wire.example/x'/></body></opml>";
    let words = ["feeds", "import", "-", "--dry-run", "-o", "json"];
    let rows = run_with_input(scene.command().args(words), list).ended(0).list();
    assert_eq!((rows.len(), &rows[1]["result"]), (2, &json!("empty")), "an empty folder: {rows:?}");
    let added = scene.run("feeds add http://10.0.0.7/x --no-fetch").ended(0);
    assert!(added.err.contains("warning:") && added.err.contains("allow_net"), "{}", added.err);
    assert!(fs::read_to_string(&scene.config).unwrap().contains("http://10.0.0.7/x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_command_is_said_before_anybody_is_asked() {
    let scene = Scene::new(&["wire"]).await;
    let url = scene.world.server.url("/site");
    let id = scene.run(&format!("feeds add {url} --id Not/An/Id"));
    assert_ne!(id.code, 0);
    add_to_config(&scene, "\n[nonsense]\nx = 1\n");
    let config = scene.run(&format!("feeds add {url}")).ended(1);
    assert!(config.err.contains("nonsense"), "{}", config.err);
    assert!(scene.world.server.requests("/site").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_goes_into_a_file_that_is_not_there_yet() {
    let scene = Scene::new(&["wire"]).await;
    let home = scene.config.parent().unwrap().to_owned();
    let url = scene.world.server.url("/other");
    for (n, file) in ["feeds/a.toml", "more/b.toml"].into_iter().enumerate() {
        let into = home.join(file);
        let line = format!("feeds add {url}/{n} --no-fetch --into {}", into.display());
        scene.run(&line).ended(0);
        assert!(into.exists());
    }
    assert_eq!(scene.run("feeds list -o json").ended(0).list().len(), 3);
    scene.run("check").ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fast_interval_for_all_is_refused_with_the_way_to_have_it() {
    let scene = Scene::new(&["wire"]).await;
    let config = fs::read_to_string(&scene.config).unwrap();
    let defaults = "[defaults]\ninterval = \"1s..5s\"\n";
    if config.contains("[defaults]") {
        return;
    }
    fs::write(&scene.config, format!("{config}\n{defaults}")).unwrap();
    let refused = scene.run("check").ended(1);
    assert!(refused.err.contains("in its own `[[feed]]`"), "{}", refused.err);
}
