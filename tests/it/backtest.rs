//! Backtests over what a real daemon stored, by the real binary: what it says of the past is what
//! happened.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use wirewatch::domain::alert::silence::{Silence, SilenceScope};
use wirewatch::domain::ids::TopicId;
use wirewatch::store::entries::EntryFilter;

use crate::support::world::{NATO, World, item};

const HOUR: Duration = Duration::from_secs(3600);
const PACT: &str = "NATO ministers sign harbour defence pact in Copenhagen";

/// Runs the binary on the config of a world.
fn run(world: &World, line: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirewatch"));
    command.current_dir(world.dir()).env_clear().env("HOME", world.dir()).env("USER", "tester");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let output = command.args(["-c", "wirewatch.toml"]).args(line.split_whitespace()).output();
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn backtest(world: &World, options: &str) -> Value {
    let (code, out, err) = run(world, &format!("topics backtest nato -o json {options}"));
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}"))
}

/// Visits a feed until what was published is seen. As the clock was moved on, others are visited
/// too.
async fn visit(world: &mut World, feed: &str) {
    world.app().visit_now(&feed.parse().unwrap());
    loop {
        let visit = world.next_visit().await;
        match (visit.feed.as_str() == feed, visit.new_entries) {
            (true, 0) => world.app().visit_now(&visit.feed),
            (true, _) => return world.delivered().await,
            (false, _) => {}
        }
    }
}

/// Three feeds with a past: a baseline, a story that three of them tell, one told again after a
/// silence, an old entry, a near miss.
async fn past() -> World {
    let mut world = World::new(&["wire", "ledger", "post"]).await;
    world.publish("wire", item("NATO fleet sails out at dawn"));
    world.start().await;
    world.first_round().await;
    world.clock.advance(Duration::from_secs(60));
    world.publish("wire", item(PACT).published(world.now()));
    world.publish("wire", item("Learn the NATO alphabet").published(world.now()));
    visit(&mut world, "wire").await;
    // Before the clock moves: by then a feed may be due, and visited with one of the two.
    let then = world.now() + HOUR;
    world.publish("ledger", item(PACT).at("ledger.example").published(then));
    world.publish("ledger", item("Cycle lanes approved by the council"));
    world.clock.advance(HOUR);
    visit(&mut world, "ledger").await;
    world.publish("post", item(PACT).at("post.example"));
    world.publish("post", item("NATO of old").published(world.now() + HOUR - 30 * 24 * HOUR));
    world.clock.advance(HOUR);
    visit(&mut world, "post").await;
    world.clock.advance(Duration::from_secs(60));
    let story = world.alerts()[0].story;
    let silence = Silence {
        id: 0,
        scope: SilenceScope::Story(story.0),
        also: None,
        author: "ann".to_owned(),
        reason: "known".to_owned(),
        starts: world.now(),
        ends: world.now() + 3 * HOUR,
    };
    world.store().add_silence(silence, world.now()).await.unwrap();
    world.clock.advance(HOUR);
    world.publish("wire", item(&format!("{PACT} again")).published(world.now()));
    world.publish("wire", item("NATO opens an office in Oslo").published(world.now()));
    visit(&mut world, "wire").await;
    // The third publisher is told when `repeat_every` is over.
    world.clock.advance(5 * HOUR);
    let told = async {
        while !world.alerts().iter().any(|alert| alert.seq == 3) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), told).await.expect("told in time");
    world.delivered().await;
    world.clock.advance(30 * HOUR);
    world.publish("post", item(&format!("{PACT} at last")).at("post.example"));
    visit(&mut world, "post").await;
    world
}

/// What the daemon did: matches, stories with a match, alerts, their revisions.
fn happened(world: &World) -> [u64; 4] {
    let store = world.store();
    let nato: TopicId = "nato".parse().unwrap();
    let filter = EntryFilter { topic: Some(nato), limit: u32::MAX, ..EntryFilter::default() };
    let matched = store.entries(&filter).unwrap();
    let stories: BTreeSet<_> = matched.iter().filter_map(|entry| entry.story).collect();
    let alerts = world.alerts();
    let revisions = alerts.iter().map(|alert| u64::from(alert.seq)).sum();
    [matched.len() as u64, stories.len() as u64, alerts.len() as u64, revisions]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backtest_reports_what_the_daemon_did() {
    let world = past().await;
    let expected = happened(&world);
    let report = backtest(&world, "");
    let ours = &report["ours"];
    let told = ["matches", "stories", "alerts", "revisions"].map(|name| number(&ours[name]));
    assert_eq!(told, expected);
    assert!(expected[2] >= 2 && expected[3] > expected[2], "there is something to tell");
    assert_eq!(number(&ours["deliveries"]), world.alert_log().len() as u64);
    // Decision by decision.
    let mut live = BTreeSet::new();
    let store = world.store();
    for entry in store.entries(&EntryFilter { limit: u32::MAX, ..EntryFilter::default() }).unwrap()
    {
        for decision in store.entry(entry.id).unwrap().unwrap().decisions {
            live.insert((decision.verdict, decision.reason.code));
        }
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let decisions = report["decisions"].as_array().unwrap();
    let told: BTreeSet<_> =
        decisions.iter().map(|one| (text(&one["verdict"]), text(&one["reason"]))).collect();
    assert_eq!(told, live);
    for reason in ["baseline", "first", "publishers>=2", "stale", "silenced", "repeat_every"] {
        assert!(told.iter().any(|(_, code)| code == reason), "{reason}: {told:?}");
    }
    // The rule that runs is the same: nothing is gained or lost.
    assert_eq!(report["against"]["revision"], report["revision"]);
    assert_eq!((&report["gained"]["count"], &report["lost"]["count"]), (&0.into(), &0.into()));
    assert_eq!(report["base"]["alerts"], ours["alerts"]);
    assert_eq!(number(&report["baseline"]["matches"]), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_rule_is_held_against_the_one_that_runs() {
    let mut world = past().await;
    world.stop().await;
    world.topics =
        NATO.replace("match = 'NATO EXCEPT \"NATO alphabet\"'", "match = 'cycle OR fleet'");
    world.write_config();
    let report = backtest(&world, "");
    assert_eq!((&report["gained"]["count"], &report["gained"]["alerts"]), (&1.into(), &1.into()));
    let gained = &report["gained"]["stories"][0];
    assert_eq!(gained["headline"], "Cycle lanes approved by the council");
    assert!(number(&report["lost"]["count"]) >= 3, "{}", report["lost"]);
    assert_eq!(number(&report["ours"]["matches"]), 2);
    let alone = backtest(&world, "--against none");
    assert_eq!((&alone["base"], &alone["gained"]), (&Value::Null, &Value::Null));
    let (code, page, err) = run(&world, "topics backtest nato");
    assert_eq!(code, 0, "{err}");
    assert!(page.contains("1 story gained, 1 of them with an alert (!)"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
    assert_eq!(err, "", "no progress is shown where nobody watches");
}

#[tokio::test(flavor = "multi_thread")]
async fn first_fetches_raise_nothing_unless_told_as_if_live() {
    let mut world = World::new(&["wire", "ledger"]).await;
    let ago = world.now() - 100 * HOUR;
    world.publish("wire", item(PACT).published(ago));
    world.publish("ledger", item(PACT).at("ledger.example").published(ago + HOUR));
    world.publish("ledger", item("NATO notes without a date"));
    world.start().await;
    world.first_round().await;
    let report = backtest(&world, "");
    assert_eq!((number(&report["ours"]["matches"]), number(&report["ours"]["alerts"])), (3, 0));
    assert_eq!(number(&report["baseline"]["matches"]), 3);
    let (_, page, _) = run(&world, "topics backtest nato --as-if-live");
    assert!(page.contains("1 match among 1 entry of first fetches without a usable"), "{page}");
    assert!(!page.contains("--as-if-live tells"), "{page}");
    let live = backtest(&world, "--as-if-live");
    assert_eq!((number(&live["ours"]["alerts"]), number(&live["ours"]["follow_ups"])), (1, 1));
    assert_eq!(number(&live["baseline"]["matches"]), 1);
    assert_eq!(live["days"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_and_a_feed_choose_the_entries() {
    let world = past().await;
    let all = number(&backtest(&world, "")["entries"]);
    let wire = backtest(&world, "--feed wire");
    assert!(number(&wire["entries"]) < all);
    let early = backtest(&world, "--until 2026-06-03T12:30:00Z");
    let late = backtest(&world, "--since 2026-06-03T12:30:00Z");
    assert_eq!(number(&early["entries"]) + number(&late["entries"]), all);
    assert_eq!(late["told_before"], early["entries"]);
    let alerts = |report: &Value| number(&report["ours"]["alerts"]);
    assert_eq!(alerts(&early) + alerts(&late), alerts(&backtest(&world, "")));
    let (code, _, err) = run(&world, "topics backtest nato --since yesterday");
    assert_eq!((code, err.contains("30d")), (2, true), "{err}");
    let (code, rows, _) = run(&world, "topics backtest nato -o csv");
    assert_eq!((code, rows.lines().count()), (0, 3), "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_was_raised_before_the_period_is_not_raised_in_it() {
    let mut world = past().await;
    world.clock.advance(10 * 24 * HOUR);
    // A feed that was due by itself while its entries were published was visited twice.
    world.catch_up();
    let mut late = item("NATO pact: what it says, line by line").published(world.now());
    late.link = item(PACT).link;
    world.publish("ledger", late);
    visit(&mut world, "ledger").await;
    let report = backtest(&world, "--since 2026-06-10T00:00:00Z --until 2026-06-20T00:00:00Z");
    assert_eq!((number(&report["entries"]), number(&report["ours"]["matches"])), (1, 1));
    assert_eq!(number(&report["ours"]["alerts"]), 0, "{report:#}");
    // Rates are of the days that were asked, not of those with entries.
    assert_eq!(report["period"]["days"], 10.0);
    assert_eq!(report["ours"]["matches_per_day"], 0.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_held_against_its_files_at_a_revision_of_git() {
    let world = past().await;
    let git = |args: &[&str]| git(world.dir(), args);
    let (code, _, err) = run(&world, "topics backtest nato --against git:HEAD");
    assert_eq!((code, err.contains("not a git repository")), (1, true), "{err}");
    git(&["init", "-q"]);
    git(&["add", "wirewatch.toml", "topics"]);
    git(&["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one"]);
    let topics = world.dir().join("topics/test.toml");
    std::fs::write(&topics, NATO.replace("match = 'NATO", "match = 'cycle OR NATO")).unwrap();
    let report = backtest(&world, "--against git:HEAD");
    assert_eq!(number(&report["gained"]["count"]), 1);
    assert_eq!(number(&report["lost"]["count"]), 0);
    let (code, _, err) = run(&world, "topics backtest nato --against git:no-such-thing");
    assert_eq!((code, err.contains("hint: ")), (1, true), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clauses_are_told_apart_by_their_place_in_the_file() {
    let world = past().await;
    let topics = world.dir().join("topics/test.toml");
    let rule = "match = '(cycle AND (office OR opens)) OR (NATO AND (opens OR office))'\n#";
    std::fs::write(&topics, NATO.replace("match = ", &format!("{rule} "))).unwrap();
    let report = backtest(&world, "");
    let clauses = report["clauses"]["clauses"].as_array().unwrap();
    let at = |clause: &str| -> Vec<u64> {
        let of = clauses.iter().filter(|one| one["clause"] == clause);
        of.map(|one| number(&one["column"])).collect()
    };
    assert_eq!((at("office"), at("opens")), (vec![22, 63], vec![32, 54]), "{clauses:?}");
    let (code, page, _) = run(&world, "topics backtest nato --show clauses");
    assert!(code == 0 && page.contains("match 6:43: NATO AND"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_give_a_precision_and_become_tests() {
    let world = past().await;
    let (code, page, _) = run(&world, "topics backtest nato --show precision");
    assert_eq!((code, page.contains("no match is marked yet")), (0, true), "{page}");
    let (code, _, err) = run(&world, "topics backtest nato --mark");
    assert_eq!((code, err.contains("`wirewatch topics mark nato")), (2, true), "{err}");
    let (code, _, err) = run(&world, "topics backtest nato --save-tests");
    assert_eq!((code, err.contains("no sample is marked yet")), (2, true), "{err}");
    let listed =
        world.store().entries(&EntryFilter { limit: 50, ..EntryFilter::default() }).unwrap();
    let oslo = listed.iter().find(|entry| entry.title.contains("Oslo")).unwrap().id;
    let alerts = run(&world, "alerts list --topic nato -o json").1;
    let alerts: Value = serde_json::from_str(&alerts).unwrap();
    let of_oslo = alerts.as_array().unwrap().iter();
    let of_oslo = of_oslo.clone().find(|a| a["headline"].to_string().contains("Oslo")).unwrap();
    let id = of_oslo["id"].as_str().unwrap();
    assert_eq!(run(&world, &format!("alerts verdict {id} dup")).0, 0);
    let (code, _, err) = run(&world, "topics backtest nato --save-tests");
    assert_eq!(
        (code, err.contains("are duplicates, which say nothing")),
        (2, true),
        "{oslo} {err}"
    );
    let report = backtest(&world, "");
    let entry = |samples: &Value, title: &str| {
        let samples = samples["samples"].as_array().unwrap();
        let found = samples.iter().find(|sample| sample["title"] == title);
        found.unwrap()["entry"].as_str().unwrap().to_owned()
    };
    let wanted = entry(&report["hits"], "NATO opens an office in Oslo");
    let unwanted = entry(&report["hits"], "NATO of old");
    let near = entry(&report["near_misses"], "Learn the NATO alphabet");
    for line in [
        format!("topics mark nato {wanted} wanted"),
        format!("topics mark nato {unwanted} {near} unwanted"),
    ] {
        let (code, _, err) = run(&world, &line);
        assert_eq!(code, 0, "{err}");
    }
    let report = backtest(&world, "--save-tests");
    let precision = &report["precision"];
    assert_eq!(precision["precision"], 0.5);
    assert_eq!((&precision["wanted"], &precision["unwanted_rejected"]), (&1.into(), &1.into()));
    let file = std::fs::read_to_string(world.dir().join("topics/test.toml")).unwrap();
    assert_eq!(file.matches("[[topic.test]]").count(), 3, "{file}");
    assert!(file.contains("NATO opens an office in Oslo"), "{file}");
    let (code, _, _) = run(&world, "topics test nato");
    assert_eq!(code, 1, "one of the tests asks for another rule");
    backtest(&world, "--save-tests");
    let again = std::fs::read_to_string(world.dir().join("topics/test.toml")).unwrap();
    assert_eq!(again, file, "none is saved twice");
}

fn git(dir: &Path, args: &[&str]) {
    let ran = Command::new("git").arg("-C").arg(dir).args(args).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
