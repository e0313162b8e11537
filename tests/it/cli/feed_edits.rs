//! `feeds discover`, `add`, `remove` and `pause`: the real binary, real pages on
//! loopback, and what becomes of the files.

use std::fs;

use serde_json::{Value, json};

use super::scene::{Running, Scene, command, run};
use crate::support::server::Reply;
use crate::support::world::{item, rss};

fn page(head: &str) -> Reply {
    Reply::ok(format!("<html><head>{head}</head><body>Hello</body></html>"))
        .header("Content-Type", "text/html")
}

/// A scene whose server also has a page that declares a feed.
async fn with_page() -> Scene {
    let scene = Scene::new(&["wire"]).await;
    let link = "<link rel=alternate type=application/rss+xml title='Quay' href=/quay.rss>";
    scene.world.server.set("/site", page(link));
    scene.world.server.set("/quay.rss", Reply::ok(rss("Quay Journal", &[item("NATO meets")])));
    scene
}

fn main_file(scene: &Scene) -> String {
    fs::read_to_string(&scene.config).unwrap()
}

fn feeds(scene: &Scene) -> Vec<Value> {
    scene.run("feeds list -o json").ended(0).list()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feeds_of_a_page_are_shown_with_what_speaks_for_them() {
    let scene = with_page().await;
    let url = scene.world.server.url("/site");
    let found = scene.run(&format!("feeds discover {url} -o json")).ended(0).list();
    assert_eq!(found.len(), 1, "{found:#?}");
    let expected = json!([90, "rss", "Quay Journal", 1, "link"]);
    let of = |key: &str| found[0][key].clone();
    assert_eq!(
        json!([of("score"), of("kind"), of("title"), of("entries"), of("reason")]),
        expected
    );
    let table = scene.run(&format!("feeds discover {url}")).ended(0);
    assert!(table.out.contains("the page declares it"), "{}", table.out);
    let next: Vec<&str> = table.err.lines().filter(|line| line.contains("next: ")).collect();
    assert_eq!(next, [format!("next: wirewatch feeds add {}", found[0]["url"].as_str().unwrap())]);
    scene.world.server.set("/empty", page(""));
    let none = scene.run(&format!("feeds discover {}", scene.world.server.url("/empty"))).ended(1);
    assert!(none.err.contains("no feed was found at"), "{}", none.err);
    assert!(none.err.contains("web page"), "{}", none.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_needs_no_config_and_keeps_to_the_guard() {
    let dir = tempfile::tempdir().unwrap();
    let line = ["feeds", "discover", "http://127.0.0.1:9/"];
    let refused = run(command(dir.path()).args(line)).ended(1);
    assert!(
        refused.err.contains("loopback") && refused.err.contains("allow_net"),
        "{}",
        refused.err
    );
    let file = run(command(dir.path()).args(["feeds", "discover", "file:///etc/passwd"])).ended(1);
    assert!(file.err.contains("`file` is not fetched"), "{}", file.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_of_a_page_is_added_and_the_config_keeps_its_comments() {
    let scene = with_page().await;
    let before = main_file(&scene) + "# The end.\n";
    fs::write(&scene.config, &before).unwrap();
    let url = scene.world.server.url("/site");
    let tried = scene.run(&format!("feeds add {url} --dry-run -o json")).ended(0).json();
    assert_eq!((&tried["feed"], &tried["written"]), (&json!("quay-journal"), &json!(false)));
    assert_eq!(main_file(&scene), before);
    let added = scene.run(&format!("feeds add {url} --tag harbour --tag en")).ended(0);
    let line = before.lines().count() + 2;
    assert!(
        added
            .out
            .starts_with(&format!("added feed quay-journal at {}:{line}", scene.config.display())),
        "{}",
        added.out
    );
    assert!(
        added.err.contains("takes it up by itself") && added.err.contains("baseline"),
        "{}",
        added.err
    );
    let after = main_file(&scene);
    let table = after.replace(&before, "");
    let feed_url = scene.world.server.url("/quay.rss");
    assert_eq!(
        table,
        format!(
            "\n[[feed]]\nid = \"quay-journal\"\nurl = \"{feed_url}\"\ntitle = \"Quay Journal\"\n\
             tags = [\"harbour\", \"en\"]\n"
        )
    );
    assert_eq!(feeds(&scene).len(), 2);
    scene.run("check").ended(0);
    scene.once().ended(0);
    // The same feed under any spelling is refused, and names what it is.
    for again in [feed_url.clone(), format!("{feed_url}/?utm_source=x"), url] {
        let refused = scene.run(&format!("feeds add {again}")).ended(1);
        assert!(
            refused.err.contains("feed `quay-journal` has this URL already"),
            "{}",
            refused.err
        );
    }
    assert_eq!(main_file(&scene), after);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_added_leaves_the_config_as_it_is() {
    let scene = with_page().await;
    let before = main_file(&scene);
    let feed = scene.world.server.url("/quay.rss");
    for (line, told) in [
        (format!("feeds add {feed} --id wire"), "there is a feed `wire` already"),
        (format!("feeds add {feed} --id WIRE"), "there is a feed `WIRE` already"),
        (format!("feeds add {}", scene.world.server.url("/nothing")), "no feed was found"),
        ("feeds add http://me:pw@news.example/feed --no-fetch".to_owned(), "user name or password"),
        ("feeds add file:///etc/passwd --no-fetch".to_owned(), "`file:` URLs are not fetched"),
    ] {
        let refused = scene.run(&line).ended(1);
        assert!(refused.err.contains(told), "{line}: {}", refused.err);
        assert_eq!(main_file(&scene), before, "{line}");
    }
    let usage = scene.run(&format!("feeds add {feed} --id no/id")).ended(2);
    assert!(usage.err.contains("is not a key"), "{}", usage.err);
    // A config that is wrong elsewhere is not made longer.
    fs::write(scene.world.dir().join("topics/test.toml"), "[[topic]]\nid = 'x'\nmatch = '('\n")
        .unwrap();
    let refused = scene.run(&format!("feeds add {feed}")).ended(1);
    assert!(refused.err.contains("nothing was written"), "{}", refused.err);
    assert_eq!(main_file(&scene), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unseen_feed_is_written_down_as_it_is_typed() {
    let scene = Scene::new(&["wire"]).await;
    let mut command = scene.command();
    command.args([
        "feeds",
        "add",
        "feed://news.example/rss",
        "--no-fetch",
        "--title",
        "The \"News\"",
    ]);
    let added =
        run(command.args(["--publisher", "News", "--id", "news", "--full-text", "-o", "json"]))
            .ended(0)
            .json();
    assert_eq!(added["url"], "http://news.example/rss");
    let listed = feeds(&scene);
    assert_eq!(
        (&listed[1]["feed"], &listed[1]["title"], &listed[1]["publisher"]),
        (&json!("news"), &json!("The \"News\""), &json!("News"))
    );
    assert!(main_file(&scene).ends_with("publisher = \"News\"\nfull_text = true\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_cannot_smuggle_anything_into_the_config_or_a_terminal() {
    let scene = with_page().await;
    let title = "x\"\n[[channel]]\nid = \"evil\"\n\u{9b}2J\u{202e}";
    let body =
        rss("T", &[item("a")]).replace("<title>T</title>", &format!("<title>{title}</title>"));
    scene.world.server.set("/quay.rss", Reply::ok(body));
    let added = scene.run(&format!("feeds add {}", scene.world.server.url("/site"))).ended(0);
    let acts = |c: char| c != '\n' && c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!added.out.contains(acts) && !added.err.contains(acts), "{added:?}");
    let listed = feeds(&scene);
    assert_eq!(listed.len(), 2);
    let title = listed[1]["title"].as_str().unwrap();
    assert!(title.contains("[[channel]]") && !title.contains('\n'), "{title:?}");
    assert!(!scene.run("config diff").out.contains("evil\n"));
    scene.run("check").ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_feed_is_not_fetched_and_goes_on_where_it_was() {
    let mut scene = Scene::new(&["wire", "ledger"]).await;
    scene.world.publish("ledger", item("Harbour dues rise"));
    scene.once().ended(0);
    let before = main_file(&scene);
    let done = scene.run("feeds pause wire -o json").ended(0).list();
    assert_eq!((&done[0]["feed"], &done[0]["done"]), (&json!("wire"), &json!("paused")));
    let again = scene.run("feeds pause wire").ended(0);
    assert!(again.err.contains("feed wire is paused already"), "{}", again.err);
    let other = scene.run("feeds resume ledger").ended(0);
    assert!(other.err.contains("feed ledger is not paused"), "{}", other.err);
    scene.once().ended(0);
    assert_eq!(scene.world.server.requests("/wire").len(), 1);
    assert_eq!(scene.world.server.requests("/ledger").len(), 2);
    let states = |scene: &Scene| -> Vec<Value> {
        let all = scene.run("feeds status -o json").ended(0).list();
        all.iter().map(|feed| feed["state"].clone()).collect()
    };
    assert_eq!(states(&scene), ["paused", "ok"]);
    // Who asks for it by name gets it.
    scene.run("feeds fetch wire --dry-run").ended(0);
    // A round of no feed is a short one.
    scene.run("feeds pause ledger").ended(0);
    scene.once().ended(0);
    scene.run("feeds resume wire ledger").ended(0);
    assert_eq!(main_file(&scene), before);
    scene.once().ended(0);
    assert_eq!(scene.world.server.requests("/wire").len(), 3);
    let unknown = scene.run("feeds pause wyre").ended(1);
    assert!(unknown.err.contains("did you mean `wire`?"), "{}", unknown.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_daemon_takes_up_what_was_added_and_drops_what_was_removed() {
    let mut scene = with_page().await;
    scene.world.extra = "auto_reload = false\n".to_owned();
    scene.world.write_config();
    let running = Running::start(scene.command().arg("run"));
    scene.world.server.wait_for("/wire", 1).await;
    scene.run(&format!("feeds add {} --id quay", scene.world.server.url("/site"))).ended(0);
    let asked = scene.world.server.requests("/quay.rss").len();
    running.signal(libc::SIGHUP);
    scene.world.server.wait_for("/quay.rss", asked + 1).await;
    scene.run("feeds remove wire").ended(0);
    let last = scene.run("feeds remove quay").ended(1);
    assert!(last.err.contains("no feed is configured"), "{}", last.err);
    assert_eq!(feeds(&scene).len(), 1);
    assert_eq!(running.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_the_place_of_a_feed_is_met_with_the_feeds_it_offers() {
    let mut scene = with_page().await;
    let (url, feed) = (scene.world.server.url("/site"), scene.world.server.url("/quay.rss"));
    let ran = scene.run(&format!("feeds fetch {url} --dry-run")).ended(1);
    assert!(ran.err.contains(&format!("this page offers: {feed} (Quay)")), "{}", ran.err);
    assert!(ran.err.contains("wirewatch feeds add"), "{}", ran.err);
    let page = format!("[[feed]]\nid = 'site'\nurl = '{url}'\n");
    scene.world.extra = page;
    scene.world.write_config();
    scene.once().ended(3);
    let status = scene.run("feeds status --failing -o json").ended(0).list();
    assert_eq!(status[0]["last_outcome"], "not_a_feed_html");
    let detail = status[0]["detail"].as_str().unwrap();
    assert!(detail.ends_with(&format!("it names this feed: {feed}")), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_may_stand_in_files_of_their_own() {
    let scene = Scene::new(&["wire"]).await;
    let dir = scene.world.dir().join("more");
    fs::create_dir(&dir).unwrap();
    let one = "[defaults]\ninterval = '2h'\n[[feed]]\nid = 'one'\nurl = 'https://one.example/'\n";
    fs::write(dir.join("a.toml"), one).unwrap();
    fs::write(dir.join("b.toml"), "[[feed]]\nid = 'two'\nurl = 'https://two.example/'\n").unwrap();
    fs::write(dir.join(".hidden.toml"), "not toml").unwrap();
    fs::write(dir.join("notes.txt"), "not toml").unwrap();
    let before = main_file(&scene);
    let with =
        |files: &str| fs::write(&scene.config, format!("feed_files = {files}\n{before}")).unwrap();
    with("['more/*.toml']");
    let listed = feeds(&scene);
    let shown: Vec<_> =
        listed.iter().map(|feed| json!([feed["feed"], feed["interval_ceiling_s"]])).collect();
    assert_eq!(shown, [json!(["wire", 3600]), json!(["one", 7200]), json!(["two", 3600])]);
    fs::write(dir.join("b.toml"), "[[feed]]\nid = 'one'\nurl = 'https://two.example/'\n[topic]\n")
        .unwrap();
    let wrong = scene.run("check").ended(1);
    for told in [
        "more/b.toml:2:6",
        "there is a feed `one` already",
        "`topic` is not a key of a file of feeds",
    ] {
        assert!(wrong.err.contains(told), "{told}: {}", wrong.err);
    }
    for (files, told) in [
        ("['none/*.toml']", "no_feeds_dir"),
        ("['more/none.toml']", "there is no file"),
        ("['*/a.toml']", "bad_pattern"),
        ("['']", "empty_value"),
    ] {
        with(files);
        let wrong = scene.run("check").ended(1);
        assert!(wrong.err.contains(told), "{files}: {}", wrong.err);
    }
}
