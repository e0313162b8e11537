//! `feeds import` and `export`: lists of other readers, whole, broken and hostile.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::scene::{HOSTILE, Scene, run, run_with_input};

fn opml(scene: &Scene, name: &str, text: &str) -> PathBuf {
    let file = scene.world.dir().join(name);
    fs::write(&file, text).unwrap();
    file
}

fn main_file(scene: &Scene) -> String {
    fs::read_to_string(&scene.config).unwrap()
}

fn feeds(scene: &Scene) -> Vec<Value> {
    scene.run("feeds list -o json").ended(0).list()
}

const LIST: &str = r#"<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body>
    <outline text="World"><outline text="Europe">
      <outline text="Quay &amp; Co" type="rss" xmlUrl="https://quay.example/rss?a=1&b=2"/></outline>
      <outline title="No text" xmlurl='https://www.ledger.example/atom' category="en"/>
    </outline>
    <outline text="Local" xmlUrl="http://192.168.1.1/feed"/>
    <outline text="Cloud" xmlUrl="http://169.254.169.254/latest"/>
    <outline text="File" xmlUrl="file:///etc/passwd"/>
    <outline text="Evil" xmlUrl="https://evil.example/" exec="rm" channel="x" interval="1s"
      publisher="BBC" paused="true"/>
    <outline text="World"><outline text="x" xmlUrl="https://evil.example/?"/></outline></body></opml>"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_another_reader_comes_in_as_a_file_of_its_own() {
    let scene = Scene::new(&["wire"]).await;
    let file = opml(&scene, "My feeds.opml", LIST);
    let mut command = scene.command();
    command.args(["feeds", "import"]).arg(&file).args(["--tag", "old", "-o", "json"]);
    let tried = run(command.arg("--dry-run")).ended(3).list();
    assert!(!scene.world.dir().join("feeds").exists());
    let mut command = scene.command();
    let ran =
        run(command.args(["feeds", "import"]).arg(&file).args(["--tag", "old", "-o", "json"]));
    let ran = ran.ended(3);
    assert_eq!(ran.list(), tried);
    let rows: Vec<Value> = ran
        .list()
        .iter()
        .map(|row| json!([row["result"], row["feed"], row["tags"], row["code"]]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["imported", "quay-co", ["World", "Europe", "old"], "imported"]),
            json!(["imported", "no-text", ["World", "en", "old"], "imported"]),
            json!(["left out", null, ["old"], "private_address"]),
            json!(["left out", null, ["old"], "private_address"]),
            json!(["imported", "evil", ["World", "old"], "imported"]),
            json!(["left out", null, [], "bad_url"]),
        ]
    );
    assert!(ran.err.contains("3 imported into") && ran.err.contains("3 left out"), "{}", ran.err);
    assert!(ran.err.contains("baseline"), "{}", ran.err);
    let text = fs::read_to_string(scene.world.dir().join("feeds/my-feeds.toml")).unwrap();
    assert!(
        !["exec", "channel", "interval", "publisher", "paused"]
            .iter()
            .any(|key| text.contains(key)),
        "{text}"
    );
    assert!(main_file(&scene).contains("feed_files = [\"feeds/*.toml\"]\n"));
    scene.run("check").ended(0);
    assert_eq!(feeds(&scene).len(), 4);
    // A second time there is nothing to do.
    let mut command = scene.command();
    let again = run(command.args(["feeds", "import"]).arg(&file)).ended(3);
    assert!(again.err.contains("0 imported, 3 known already"), "{}", again.err);
    assert_eq!(fs::read_dir(scene.world.dir().join("feeds")).unwrap().count(), 1);
    // What was imported can be changed by its id, where it stands.
    scene.run("feeds pause evil").ended(0);
    scene.run("feeds remove no-text").ended(0);
    let text = fs::read_to_string(scene.world.dir().join("feeds/my-feeds.toml")).unwrap();
    assert!(text.contains("paused = true") && !text.contains("no-text"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_is_imported_as_the_same_set() {
    let scene = Scene::new(&["wire"]).await;
    let lines: String = (0..1_000)
        .map(|n| {
            let tags: Vec<String> = (0..n % 4).map(|tag| format!("\"t{} & /,x\"", (n + tag) % 9)).collect();
            let title = if n % 3 == 0 { String::new() } else { format!("title = 'Feed <{n}> é\"'\n") };
            format!("[[feed]]\nid = 'f{n}'\nurl = 'https://f{n}.example/?a=1&b={n}'\n{title}tags = [{}]\n", tags.join(", "))
        })
        .collect();
    fs::write(&scene.config, main_file(&scene) + &lines).unwrap();
    let exported = scene.run("feeds export").ended(0).out;
    let other = Scene::new(&[]).await;
    let main = format!(
        "state_dir = 'state'\n[egress]\nallow_net = ['{}']\n",
        scene.world.server.address()
    );
    fs::write(&other.config, main).unwrap();
    let mut command = other.command();
    let ran =
        run_with_input(command.args(["feeds", "import", "-", "-o", "json"]), &exported).ended(0);
    assert_eq!(ran.list().len(), 1_001);
    let set = |scene: &Scene| {
        let rows = feeds(scene);
        let mut all: Vec<String> = rows
            .iter()
            .map(|feed| {
                let mut tags: Vec<String> =
                    feed["tags"].as_array().unwrap().iter().map(ToString::to_string).collect();
                tags.sort();
                // One without a title is exported under its id.
                let title = if feed["title"].is_null() { &feed["feed"] } else { &feed["title"] };
                format!("{} {title} {tags:?}", feed["url"])
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(set(&other), set(&scene));
    assert!(other.world.dir().join("feeds/imported.toml").exists());
    let tagged = scene.run("feeds export --tag none").ended(1);
    assert!(tagged.err.contains("there is no tag `none`"), "{}", tagged.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_and_hostile_lists_are_told_from_lists() {
    let scene = Scene::new(&["wire"]).await;
    let before = main_file(&scene);
    for (text, code, told) in [
        ("", 1, "this is no OPML"),
        ("<html><p>Not found</html>", 1, "this is no OPML"),
        ("<opml><body></body></opml>", 1, "0 imported"),
        ("<opml><outline text='a' xmlUrl='javascript:alert(1)'/>", 3, "0 imported"),
    ] {
        let file = opml(&scene, "list.opml", text);
        let ran = run(scene.command().args(["feeds", "import"]).arg(&file)).ended(code);
        assert!(ran.err.contains(told), "{text}: {}", ran.err);
        assert_eq!(main_file(&scene), before);
    }
    let missing = scene.run("feeds import nowhere.opml").ended(1);
    assert!(missing.err.contains("cannot read nowhere.opml"), "{}", missing.err);
    let hostile = format!(
        "<opml><outline text=\"{HOSTILE}\" xmlUrl=\"https://h.example/\"><outline text=\"\u{9b}2J\" xmlUrl=\"x:y\"/>"
    );
    let file = opml(&scene, "hostile.opml", &hostile);
    for format in ["table", "json", "csv"] {
        let ran =
            run(scene.command().args(["feeds", "import", "--dry-run", "-o", format]).arg(&file))
                .ended(3);
        let acts = |c: char| !matches!(c, '\n' | '\r') && (c.is_control() || c == '\u{202e}');
        assert!(!ran.out.contains(acts) && !ran.err.contains(acts), "{ran:?}");
    }
    run(scene.command().args(["feeds", "import"]).arg(&file)).ended(3);
    let exported = scene.run("feeds export").ended(0).out;
    assert!(!exported.contains('\u{202e}') && exported.contains("&#x202e;"), "{exported}");
}
