//! Two hundred mutilated configurations, one after the other, under a running daemon that goes on
//! reading and telling: each is refused with the places of its mistakes, and the next good one is taken.

use std::path::{Path, PathBuf};

use serde_json::Value;
use wirewatch::config::{self, Environment};

use crate::cli::scene::{Running, command};
use crate::support::channel::Receiver;
use crate::support::world::{World, item};

/// Configurations in the gate; `WIREWATCH_CONFIGS=5000` tries more.
const CONFIGS: usize = 200;

/// Every so many of them a story is published.
const STORY_EVERY: usize = 20;

/// What is written in the place of something else, or into it.
const SCRAPS: [&str; 16] = [
    "\"",
    "'",
    "[",
    "]",
    "=",
    "{",
    "\\",
    "\u{0}",
    "é",
    "#",
    "= =",
    "[[feed]]",
    "[[topic]]\n",
    "id = 7\n",
    "interval = \"never\"\n",
    "AND OR (",
];

/// Draws without a source of chance.
struct Lots(u64);

impl Lots {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

/// The text with one wound.
fn mutilated(text: &str, lots: &mut Lots) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = lots.below(chars.len());
    let end = (at + 1 + lots.below(12)).min(chars.len());
    let (before, after) = (chars[..at].iter(), chars[end..].iter());
    let scrap = SCRAPS[lots.below(SCRAPS.len())];
    let lines: Vec<&str> = text.lines().collect();
    let line = lots.below(lines.len());
    match lots.below(6) {
        0 => before.collect(),
        1 => before.chain(after).collect(),
        2 => before.copied().chain(scrap.chars()).chain(after.copied()).collect(),
        3 => before.copied().chain(scrap.chars()).chain(chars[at..].iter().copied()).collect(),
        4 => [&lines[..=line], &lines[line..]].concat().join("\n"),
        _ => [&lines[..line], &lines[line + 1..]].concat().join("\n"),
    }
}

/// Puts a text into the place of a file at once, as editors do.
fn replace(file: &Path, text: &str) {
    let beside = file.with_extension("new");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(&beside, file).unwrap();
}

/// Whether there is a place in it, such as `--> /etc/wirewatch/topics/test.toml:3:7`. What a file lacks as
/// a whole has no line.
fn names_a_place(text: &str) -> bool {
    let number = |text: Option<&str>| text.is_some_and(|text| text.parse::<u32>().is_ok());
    let places = text.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
    places.filter_map(|place| place.split_once(".toml")).any(|(_, rest)| {
        let mut parts = rest.strip_prefix(':').unwrap_or_default().split(':');
        rest.is_empty() || number(parts.next()) && number(parts.next())
    })
}

/// The next reload and what came of it.
fn reloaded(daemon: &Running) -> String {
    let line: Value = serde_json::from_str(&daemon.logged("\"message\":\"reload")).unwrap();
    line["message"].as_str().unwrap().to_owned()
}

/// The alerts that came, once there are so many. What is wrong is told there too.
async fn alerts(sink: &Receiver, count: usize) -> Vec<Value> {
    loop {
        let received: Vec<Value> = sink.received().iter().map(|request| request.json()).collect();
        let all = received.len();
        let is_alert = |body: &Value| body["schema"] == "wirewatch.alert.v1";
        let alerts: Vec<Value> = received.into_iter().filter(is_alert).collect();
        if alerts.len() >= count {
            return alerts;
        }
        sink.wait_for(all + 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_wrong_configurations_stop_nothing_and_each_is_told_with_its_place() {
    let wanted = std::env::var("WIREWATCH_CONFIGS").ok().and_then(|n| n.parse().ok());
    let wanted = wanted.unwrap_or(CONFIGS);
    let sink = Receiver::start().await;
    let mut world = World::new(&["wire", "ledger"]).await;
    let url = sink.url();
    world.extra = format!("[[channel]]\nid = \"hook\"\ntype = \"webhook\"\nurl = \"{url}\"\n");
    world.allow(&sink.host());
    let main = world.write_config();
    let topics = world.dir().join("topics/test.toml");
    let text = std::fs::read_to_string(&main).unwrap();
    // Read every second, all the while; and reloaded when it is told to, so that each is told once.
    let text = text.replace("[[feed]]\n", "[[feed]]\ninterval = \"1s\"\n");
    let text = format!("auto_reload = false\n{text}");
    std::fs::write(&main, &text).unwrap();
    let files: [(PathBuf, String); 2] =
        [(main.clone(), text), (topics.clone(), std::fs::read_to_string(&topics).unwrap())];

    let mut line = command(world.dir());
    let daemon = Running::start(line.arg("-c").arg(&main).arg("run"));
    daemon.logged("watching");
    world.server.wait_for("/wire", 1).await;
    world.server.wait_for("/ledger", 1).await;
    let (mut lots, mut refused, mut stories) = (Lots(11), 0, 0);
    while refused < wanted {
        let (file, good) = &files[lots.below(4) / 3];
        let bad = mutilated(good, &mut lots);
        replace(file, &bad);
        let home = world.dir().to_str().unwrap();
        if config::load(&main, &Environment::fixed([("HOME", home)])).is_ok() {
            // A wound that does not hurt, or takes away what need not be there.
            replace(file, good);
            continue;
        }
        daemon.signal(libc::SIGHUP);
        let told = reloaded(&daemon);
        assert!(told.starts_with("reload refused, the running configuration stays"), "{told}");
        assert!(names_a_place(&told), "no place in:\n{told}\nof:\n{bad}");
        replace(file, good);
        refused += 1;
        if refused % STORY_EVERY == 0 {
            stories += 1;
            world.publish("wire", item(&format!("NATO w{stories}a w{stories}b w{stories}c opens")));
            let told = alerts(&sink, stories).await;
            assert_eq!(told.len(), stories, "told once, by the configuration that runs");
        }
    }

    world.topics += "\n[[topic]]\nid = \"harbour\"\nmatch = 'harbour'\n";
    replace(&topics, &world.topics);
    daemon.signal(libc::SIGHUP);
    assert_eq!(reloaded(&daemon), "reloaded", "and nothing was told twice before");
    world.publish("wire", item("New harbour crane arrives"));
    let told = alerts(&sink, stories + 1).await;
    assert_eq!(told.last().unwrap()["topic"]["id"], "harbour");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}
