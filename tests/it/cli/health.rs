//! `feeds status`, `feeds show`, `status` and `doctor`: what people read when something is wrong,
//! at 80 columns, and what programs get.

use regex::Regex;
use wirewatch::store::InstanceLock;

use super::scene::{Scene, run, run_in};
use crate::support::server::Reply;
use crate::support::world::item;

/// A page without what is another each time: times, ports, sizes, the machine.
fn steady(scene: &Scene, page: &str) -> String {
    let page = page.replace(&scene.world.server.address().to_string(), "server");
    let page = page.replace(&scene.world.dir().display().to_string(), "DIR");
    let masks = [
        (r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME"),
        (r"in \d+ (min|h)", "in WAIT"),
        (r"seen \d+ (min|h)", "seen WAIT"),
        (r"\d+\.\d [KMGT]iB", "SIZE"),
        (r" +\d+ K?B +[0-9.]+ s\b", "  SIZE  TIME"),
        (r"[0-9.]+ a day", "RATE a day"),
        (r"wirewatch [0-9.]+ on .*(\n[^c].*)*", "wirewatch VERSION on MACHINE"),
        (r"schema\s+\d+", "schema N"),
    ];
    let page = masks.iter().fold(page, |page, (mask, word)| {
        Regex::new(mask).unwrap().replace_all(&page, *word).into_owned()
    });
    let lines = page.lines().map(str::trim_end).collect::<Vec<_>>();
    lines.join("\n")
}

/// Three feeds: one well, one not found, one that turned into a web page.
async fn troubled() -> Scene {
    let mut scene = Scene::new(&["wire", "ledger", "courier"]).await;
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.world.publish("courier", item("Harbour reopens"));
    scene.once().ended(0);
    scene.world.server.set("/ledger", Reply::status(404));
    let page = "<!DOCTYPE html><html><body><h1>We have moved</h1></body></html>";
    scene.world.server.set("/courier", Reply::ok(page));
    scene.once().ended(3);
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_feeds_is_shown_with_what_to_do() {
    let scene = troubled().await;
    let failing = scene.run("feeds status --failing -o json").ended(0).list();
    let states: Vec<_> = failing.iter().map(|row| (&row["feed"], &row["state"])).collect();
    assert_eq!(
        states,
        [(&"ledger".into(), &"failing".into()), (&"courier".into(), &"not_a_feed".into())]
    );
    assert!(failing[0]["advice"].as_str().unwrap().contains("may have moved"), "{failing:#?}");
    assert_eq!(failing[0]["next_reason"], "backoff");
    let all = scene.run("feeds status -o json").ended(0).list();
    assert_eq!((all.len(), &all[0]["state"], &all[0]["advice"]), (3, &"ok".into(), &().into()));
    let table = scene.run("feeds status --failing").ended(0).out;
    assert!(table.contains("not_a_feed") && !table.contains("wire "), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_feed_is_shown_on_one_screen() {
    let scene = troubled().await;
    insta::assert_snapshot!(steady(&scene, &scene.run("feeds show courier").ended(0).out), @r"
    courier
    url         http://server/courier
    publisher   COURIER
    interval    15 min to 1 h
    state       not a feed since TIME, not_a_feed_html
                the answer is a web page, not a feed
                hint: open the URL in a browser: if it is a normal page, look on it
                for the address of its feed; if it asks for a login or a check, ask
                the site's owner
    next fetch  TIME, in WAIT: it failed once; it is tried every day at
                least
    last read   TIME
    entries     1 stored, last new TIME
    baseline    TIME; nothing raised for 0 matches in it

    last fetches
      TIME  not_a_feed_html  SIZE  TIME
      TIME  ok  SIZE  TIME  1 entry, 1 new
    ");
    insta::assert_snapshot!(steady(&scene, &scene.run("feeds show wire").ended(0).out), @r"
    wire
    url         http://server/wire
    publisher   WIRE
    interval    15 min to 1 h
    state       ok
    next fetch  TIME, in WAIT: it hardly brings new entries
                new entries are seen WAIT after publication on average
    last read   TIME
    entries     1 stored, last new TIME
    baseline    TIME; nothing raised for 1 match in it
                `wirewatch feeds fetch wire --raise` raises what is fresh

    last fetches
      TIME  same_body  SIZE  TIME
      TIME  ok  SIZE  TIME  1 entry, 1 new
    ");
    let object = scene.run("feeds show ledger -o json").ended(0).json();
    assert_eq!((&object["state"], &object["code"]), (&"failing".into(), &"http_404".into()));
    assert_eq!(object["fetches"].as_array().unwrap().len(), 2);
    let wire = scene.run("feeds show wire -o json").ended(0).json();
    assert_eq!(wire["would_have_raised"], 1);
    let typo = scene.run("feeds show wyre").ended(1);
    assert!(typo.err.contains("did you mean `wire`?"), "{}", typo.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_seen_at_a_glance() {
    let scene = troubled().await;
    insta::assert_snapshot!(steady(&scene, &scene.run("status").ended(0).out), @r"
    daemon      not running: `wirewatch run` starts it
    config      DIR/wirewatch.toml: 1 topic, 1 channel
    feeds       1 ok, 1 not a feed, 1 failing
                more: wirewatch feeds status --failing
    fetches     last TIME, next fetch TIME
    last 24 h   2 entries, 2 stories, 0 alerts
    alerts      0 open, 0 acknowledged, 0 in all
    outbox      0 waiting, 0 given up
    database    2 entries in SIZE; SIZE free on its disk
    ");
    let lock = InstanceLock::acquire(&scene.world.dir().join("state")).unwrap();
    let running = scene.run("status -o json").ended(0).json();
    assert_eq!((&running["running"], &running["pid"]), (&true.into(), &std::process::id().into()));
    assert_eq!(running["feeds"], serde_json::json!({"ok": 1, "not_a_feed": 1, "failing": 1}));
    assert_eq!(running["feeds_in_trouble"], 2);
    drop(lock);
    assert_eq!(scene.run("status -o json").ended(0).json()["running"], false);
    scene.once().ended(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_reports_what_can_be_pasted() {
    let scene = troubled().await;
    insta::assert_snapshot!(steady(&scene, &scene.run("doctor").ended(0).out), @r"
    wirewatch VERSION on MACHINE
    checked TIME UTC

    ok       config     ~/wirewatch.toml: 3 feeds, 1 topic, 1 channel
    ok       channels   log
    ok       names      no feed has a host name to look up
    ok       state      ~/state
    ok       disk       SIZE free
    ok       daemon     not running
    ok       database   sound, SIZE and a log of 0 bytes, schema N
    ok       clock      not behind the last fetch
    warning  feeds      1 ok, 1 not a feed, 1 failing
    warning  feed       ledger: failing since TIME, http_404: the server
                        answered 404
                        hint: the feed may have moved; look for its new address on
                        the site
    warning  feed       courier: not a feed since TIME, not_a_feed_html:
                        the answer is a web page, not a feed
                        hint: open the URL in a browser: if it is a normal page,
                        look on it for the address of its feed; if it asks for a
                        login or a check, ask the site's owner
    ok       outbox     0 waiting, 0 given up

    0 problems, 3 warnings
    ");
    let object = scene.run("doctor -o json").ended(0).json();
    assert_eq!((&object["problems"], &object["warnings"]), (&0.into(), &3.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_works_where_little_else_does_and_shows_no_secret() {
    let scene = troubled().await;
    let problems = |line: &str| -> Vec<(String, String)> {
        let checks = scene.run(line).ended(1).json()["checks"].as_array().unwrap().clone();
        let ill = checks.iter().filter(|check| check["level"] == "problem");
        let text = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap().to_owned();
        ill.map(|check| (text(check, "check"), text(check, "text"))).collect()
    };
    // A damaged database.
    let file = scene.world.dir().join("state/wirewatch.db");
    let sound = std::fs::read(&file).unwrap();
    let mut damaged = sound.clone();
    damaged[4_096..40_960].fill(0x5a);
    std::fs::write(&file, &damaged).unwrap();
    let found = problems("doctor -o json");
    assert_eq!(found[0].0, "database", "{found:?}");
    std::fs::write(&file, &sound).unwrap();
    // A lock file that no start would take.
    let lock = scene.world.dir().join("state/wirewatch.lock");
    let elsewhere = scene.world.dir().join("elsewhere");
    std::fs::rename(&lock, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &lock).unwrap();
    let found = problems("doctor -o json");
    assert_eq!((found.len(), found[0].0.as_str()), (1, "lock"), "{found:?}");
    std::fs::remove_file(&lock).unwrap();
    // A clock that is behind what is stored.
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute("UPDATE feeds SET last_fetch = last_fetch + 86400000", []).unwrap();
    drop(conn);
    let found = problems("doctor -o json");
    assert_eq!((found.len(), found[0].0.as_str()), (1, "clock"), "{found:?}");
    // A day, less what passed since.
    let behind = found[0].1.strip_prefix("the clock is 14").unwrap_or_default();
    assert!(behind.ends_with(" min behind the last fetch"), "{found:?}");
    // A config with mistakes, and a key in it that must not show.
    let config = std::fs::read_to_string(&scene.config).unwrap();
    let hook = "[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"https://hooks.example/s3cret\"\n\
                headers = { Authorization = { env = \"HOOK_AUTH\" } }\n";
    std::fs::write(&scene.config, format!("{config}{hook}")).unwrap();
    let mut command = scene.command();
    let ran = run(command.args(["doctor"]).env("HOOK_AUTH", "t0psecret")).ended(1);
    assert!(!ran.out.contains("s3cret") && !ran.out.contains("t0psecret"), "{}", ran.out);
    std::fs::write(&scene.config, format!("{config}nonsense = 1\n")).unwrap();
    let found = problems("doctor -o json");
    assert_eq!(found[0].0, "config", "{found:?}");
    // No config at all.
    let empty = tempfile::tempdir().unwrap();
    let ran = run_in(empty.path(), "doctor").ended(1);
    assert!(ran.out.contains("problem  config"), "{}", ran.out);
}
