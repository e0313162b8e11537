//! Health, metrics, and the programs that others use with what is served: each is asked where it is
//! installed.

use std::time::Duration;

use wirewatch::store::checkup::free_bytes;

use super::House;
use crate::cli::scene::{Running, Scene, run, run_with_input};
use crate::support::{counterpart, port};

#[tokio::test(flavor = "multi_thread")]
async fn health_says_what_is_wrong() {
    let mut house = House::new().await;
    assert_eq!(house.get("/healthz").await.ended(200)["alive"], true);
    assert_eq!(house.get("/readyz").await.ended(200)["ready"], true);
    house.world.app().desk().note_refusal(true);
    let ready = house.get("/readyz").await.ended(200);
    assert_eq!((&ready["ready"], code(&ready, "config")), (&true.into(), &"reload_refused".into()));
    // A scheduler that is gone gives no sign of life.
    house.world.stop().await;
    house.world.clock.advance(Duration::from_secs(600));
    let silent = house.get("/readyz").await.ended(503);
    let told = (&silent["ready"], code(&silent, "scheduler"));
    assert_eq!(told, (&false.into(), &"silent".into()));
    assert_eq!(house.get("/healthz").await.status, 200, "it lives all the same");
}

/// What a check of this name found.
fn code<'a>(ready: &'a serde_json::Value, check: &str) -> &'a serde_json::Value {
    let checks = ready["checks"].as_array().unwrap();
    &checks.iter().find(|one| one["name"] == check).unwrap_or_else(|| panic!("{ready}"))["code"]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_command_asks_the_daemon_and_tells_by_its_exit_code() {
    let mut scene = Scene::new(&["wire"]).await;
    let port = port::free();
    assert_eq!(scene.run("health").code, 1, "nobody runs");
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("feeds read");
    assert_eq!(scene.run("health --ready").ended(0).out, "healthy\n");
    assert_eq!(daemon.end(libc::SIGTERM), 0);

    scene.world.extra = format!("[http]\nlisten = \"127.0.0.1:{port}\"\n");
    scene.world.write_config();
    assert_eq!(scene.run("health").code, 1, "nobody listens");
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("serving HTTP");
    scene.run("health").ended(0);
    assert_eq!(scene.run("health --ready -o json").ended(0).json()["healthy"], true);

    // A mistake in the files is no matter of its health, wherever it stands.
    std::fs::write(scene.world.dir().join("topics/typo.toml"), "[[topic]\nid = \"x\"").unwrap();
    scene.run("health").ended(0);
    for listing in ["feeds list", "feeds status", "deliver channels", "topics list", "routes list"]
    {
        let ran = scene.run(listing).ended(0);
        assert!(ran.err.contains("topics/typo.toml:1:"), "{listing}: {}", ran.err);
        assert!(ran.err.contains("`wirewatch check` shows it"), "{listing}: {}", ran.err);
    }
    assert!(scene.run("topics list").out.contains("nato"));
    let main = scene.world.dir().join("wirewatch.toml");
    let whole = std::fs::read_to_string(&main).unwrap();
    std::fs::write(&main, format!("{whole}\n[[feed]\nid = ")).unwrap();
    scene.run("health").ended(0);
    // Taken up by a restart only: until then it is asked where it listens.
    std::fs::write(&main, whole.replace(&port.to_string(), "9")).unwrap();
    scene.run("health").ended(0);
    std::fs::write(&main, whole.replace(&port.to_string(), "everywhere")).unwrap();
    scene.run("health --ready").ended(0);
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

/// Whether a daemon without HTTP server says that it does its work, and else why not.
fn not_ready(scene: &Scene) -> Option<String> {
    let ran = scene.run("health --ready -o json");
    let trouble = ran.json()["trouble"].as_str().map(str::to_owned);
    assert_eq!(ran.code, i32::from(trouble.is_some()), "{ran:?}");
    trouble
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_without_http_that_reads_no_feed_is_alive_but_not_ready() {
    let mut scene = Scene::new(&["wire"]).await;
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("feeds read");
    assert_eq!(not_ready(&scene), None);
    // It hangs, and its last sign of work is of an hour ago.
    daemon.signal(libc::SIGSTOP);
    let sign = scene.world.dir().join("state/wirewatch.ready");
    let then = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    std::fs::File::options().write(true).open(&sign).unwrap().set_modified(then).unwrap();
    let trouble = not_ready(&scene).expect("no sign of work");
    assert!(trouble.contains("no sign"), "{trouble}");
    scene.run("health").ended(0);
    daemon.signal(libc::SIGCONT);
    assert_eq!(daemon.end(libc::SIGTERM), 0);
    assert!(!sign.exists(), "taken back at the end");

    // The highest floor there is.
    if free_bytes(scene.world.dir()).unwrap() > 1 << 40 {
        eprintln!("SKIPPED: more is free on this disk than wirewatch can be told to ask for");
        return;
    }
    scene.world.extra = "[storage]\nballast = \"0B\"\nfloor = \"1024GiB\"\n".to_owned();
    scene.world.write_config();
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("no feed is read until that is over");
    let trouble = not_ready(&scene).expect("less is free than is asked for");
    assert!(trouble.contains("no feed is read") && trouble.contains("is free"), "{trouble}");
    scene.run("health").ended(0);
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_by_topic_and_channel_and_promtool_has_nothing_to_say() {
    let house = House::new().await;
    let metrics = house.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    for line in [
        "wirewatch_alerts{topic=\"nato\",state=\"open\"} 1",
        "wirewatch_alert_revisions{topic=\"nato\",event=\"opened\"} 1",
        "wirewatch_deliveries{channel=\"log\",state=\"delivered\"} 1",
        "wirewatch_delivery_attempts{channel=\"log\",outcome=\"delivered\"} 1",
        "wirewatch_channel_state{channel=\"log\",state=\"closed\"} 1",
        "wirewatch_channel_state{channel=\"log\",state=\"open\"} 0",
        "wirewatch_feeds{state=\"failing\"} 0",
        "wirewatch_scheduler_silence_seconds 0",
        "wirewatch_config_last_reload_successful 1",
    ] {
        assert!(metrics.body.lines().any(|told| told == line), "{line} in\n{}", metrics.body);
    }
    let Some(promtool) = counterpart::find("promtool", "PROMTOOL") else { return };
    let ran = run_with_input(
        std::process::Command::new(promtool).args(["check", "metrics"]),
        &metrics.body,
    );
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{}", metrics.body);
}

/// Checks requests made from the document against a running binary.
#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_answer_that_the_document_does_not_allow() {
    let Some(schemathesis) = counterpart::find("schemathesis", "SCHEMATHESIS") else { return };
    let house = House::new().await;
    let url = format!("http://{}", house.web.address());
    let dir = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(schemathesis);
    command.current_dir(dir.path()).args(["run", &format!("{url}/api/v1/openapi.json")]);
    command.args(["--url", &url, "--exclude-path", "/api/v1/alerts/stream"]);
    command.args(["--checks", "all", "--max-examples", "15", "--seed", "7", "--no-color"]);
    command.args(["--exclude-checks", "unsupported_method"]);
    // How long drawing and answering take says nothing on a machine that has other work.
    command.args(["--request-timeout", "60", "--suppress-health-check", "too_slow"]);
    let ran = tokio::task::spawn_blocking(move || run(&mut command)).await.unwrap();
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
}

/// What each program reads of a feed.
#[tokio::test(flavor = "multi_thread")]
async fn other_programs_read_the_feeds_alike() {
    let house = House::published().await;
    let title = "NATO ministers sign harbour defence pact in Copenhagen";
    let (atom, json) = (house.get("/topics/nato.atom").await, house.get("/topics/nato.json").await);
    let id = json.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (atom_file, json_file) = (file("feed.atom", &atom.body), file("feed.json", &json.body));

    if let Some(python) = counterpart::python_with("feedparser") {
        let script = "import feedparser, sys; d = feedparser.parse(sys.argv[1]); e = d.entries[0]\n\
             assert not d.bozo, d.bozo_exception\n\
             print(e.title, e.id, e.link, e.author, len(e.tags), e.updated, sep='\\n')\n\
             assert 'Why: ' in e.content[0].value";
        let ran = run(std::process::Command::new(python).args(["-c", script]).arg(&atom_file));
        assert_eq!(ran.code, 0, "{}", ran.err);
        let lines: Vec<&str> = ran.out.lines().collect();
        assert_eq!((lines[0], lines[1]), (title, id.as_str()));
        assert!(lines[2].starts_with("https://news.example/"), "{lines:?}");
        assert_eq!((lines[3], lines[4], lines[5]), ("WIRE", "2", "2026-06-03T12:00:00Z"));
    }
    if let Some(sfeed) = counterpart::find("sfeed", "SFEED") {
        for (program, text) in
            [(sfeed.clone(), &atom.body), (sfeed.with_file_name("sfeed_json"), &json.body)]
        {
            if !program.exists() {
                continue;
            }
            let ran = run_with_input(&mut std::process::Command::new(program), text);
            let fields: Vec<&str> =
                ran.out.lines().next().unwrap_or_default().split('\t').collect();
            // Sfeed's own fields: time, title, link, content, type, id, author, …
            if fields.len() > 6 {
                assert_eq!((fields[1], fields[5], fields[6]), (title, id.as_str(), "WIRE"));
            }
        }
    }
    if let Some(newsboat) = counterpart::find("newsboat", "NEWSBOAT") {
        let urls = file("urls", &format!("file://{}\n", atom_file.display()));
        let mut command = std::process::Command::new(newsboat);
        command.env_clear().env("HOME", dir.path()).env("TERM", "dumb");
        let cache = dir.path().join("cache.db");
        command.arg("-u").arg(&urls).arg("-c").arg(&cache).args(["-x", "reload"]);
        let ran = run(&mut command);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        let bytes = std::fs::read(&cache).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(has(title) && has(&id), "newsboat has kept neither title nor id");
    }
    if let Some(node) = counterpart::node_with("feedsmith") {
        let script = "const { parseAtomFeed, parseJsonFeed } = require('feedsmith'); const fs = require('fs');\n\
             const [a, j] = process.argv.slice(-2).map((f) => fs.readFileSync(f, 'utf8'));\n\
             const x = parseAtomFeed(a).entries[0], y = parseJsonFeed(j).items[0];\n\
             console.log([x.title.value ?? x.title, x.id, y.title, y.id, y.authors[0].name].join('\\n'));";
        let mut command = std::process::Command::new(node);
        let ran = run(command.args(["-e", script]).arg(&atom_file).arg(&json_file));
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(ran.out.lines().collect::<Vec<_>>(), [title, &id, title, &id, "WIRE"]);
    }
}
