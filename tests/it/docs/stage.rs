//! What a page may take for granted before its first step: by itself an empty folder; with a `scene`
//! what its text says is there. Ports that pages name stand for free ones.

use std::path::Path;

use serde_json::Value;

use crate::cli::scene::{Running, command, run_in};
use crate::support::port;
use crate::support::server::{FeedServer, Reply};
use crate::support::world::{Item, NATO, item, rss};

use super::compare::Known;

/// The port of the practice newsroom in the pages.
const FEEDS: u16 = 8000;

/// The port that wirewatch serves HTTP on in the pages.
const HTTP: u16 = 8787;

/// The story of the scenes, as two newsrooms tell it.
const STORY: &str = "NATO ministers sign harbour defence pact in Copenhagen";

/// A channel that refuses, and who is told what.
const ROUTED: &str = r#"[[channel]]
id = "desk"
type = "webhook"
url = "DESK"
[[route]]
name = "nights"
severity = "critical"
hours = "22:00-06:00"
channels = ["phone"]
[[route]]
channels = ["desk", "phone"]
"#;

/// The tests of the topic.
const TESTS: &str = r#"
[[topic.test]]
title = "NATO ministers sign harbour defence pact"
expect = "match"
[[topic.test]]
title = "From Alfa to Zulu: the NATO alphabet"
expect = "reject"
"#;

/// A folder with what a page needs. Servers and daemons end with it.
pub struct Stage {
    dir: tempfile::TempDir,
    variables: Vec<(String, String)>,
    known: Known,
    http: u16,
    _newsroom: Option<FeedServer>,
    _daemon: Option<Running>,
}

impl Stage {
    /// The stage of a page: empty; `newsroom`, where two feeds told a story that raised an alert
    /// (A1), with a log and a phone; `routed`, the same with routes and a channel that refused it
    /// (D1); `served`, a newsroom with a daemon and its HTTP server.
    pub async fn open(scene: Option<&str>) -> Self {
        let mut stage = Self::empty();
        match scene {
            None => {}
            Some("newsroom") => stage.newsroom("").await,
            Some("routed") => {
                stage.newsroom(ROUTED).await;
                stage.learn("D1", "deliver log --failed -o json");
            }
            Some("served") => {
                stage.newsroom("").await;
                stage.serve().await;
            }
            Some(other) => panic!("there is no scene {other}"),
        }
        stage
    }

    fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let binary = Path::new(env!("CARGO_BIN_EXE_wirewatch")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let home = dir.path().display().to_string();
        let variables = [
            ("HOME", home.as_str()),
            ("USER", "ann"),
            ("LANG", "C.UTF-8"),
            ("PATH", &format!("{}:{path}", binary.display())),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let (mut known, [feeds, http]) = (Known::default(), [port::free(), port::free()]);
        known.port(FEEDS, feeds);
        known.port(HTTP, http);
        Self { dir, variables, known, http, _newsroom: None, _daemon: None }
    }

    /// Where commands are typed.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The environment of the shell.
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    /// What the names of the page stand for.
    pub fn known(&mut self) -> &mut Known {
        &mut self.known
    }

    async fn newsroom(&mut self, more: &str) {
        let server = FeedServer::start().await;
        let refused = if more.is_empty() { 0 } else { 3 };
        server.set("/desk", Reply::status(422).body("no such desk"));
        server.set("/", Reply::ok("{}"));
        publish(&server, &[item("Harbour reopens after the storm")], &[]);
        self.write_config(&server, more);
        self.round(0);
        publish(&server, &[item("Harbour reopens after the storm"), story("news.example")], &[]);
        self.round(refused);
        let (wire, ledger) = (story("news.example"), story("ledger.example"));
        publish(&server, &[wire], &[ledger]);
        self.round(refused);
        self.learn("A1", "alerts list -o json");
        self.learn("S1", "stories list --min-publishers 2 -o json");
        self.learn("E1", "entries list -o json");
        self._newsroom = Some(server);
    }

    /// A round of all feeds, with what is due to be sent.
    fn round(&self, code: i32) {
        run_in(self.dir(), "run --once").ended(code);
    }

    fn write_config(&self, server: &FeedServer, more: &str) {
        let (wire, ledger) = (server.url("/wire"), server.url("/ledger"));
        let (phone, http) = (server.url("/"), self.http);
        let more = more.replace("DESK", &server.url("/desk"));
        let main = format!(
            r#"state_dir = "../state"
[egress]
allow_net = ["127.0.0.0/8"]
[fetch]
host_gap = "0s"
[http]
listen = "127.0.0.1:{http}"
[[feed]]
id = "wire"
url = "{wire}"
publisher = "Harbour Wire"
tags = ["world"]
[[feed]]
id = "ledger"
url = "{ledger}"
publisher = "Nordic Ledger"
[[channel]]
id = "log"
type = "log"
[[channel]]
id = "phone"
type = "ntfy"
url = "{phone}"
topic = "wirewatch-k7f2"
{more}"#
        );
        std::fs::create_dir_all(self.dir().join("config/topics")).unwrap();
        std::fs::write(self.dir().join("config/wirewatch.toml"), main).unwrap();
        let topic = format!("{}{TESTS}", NATO.trim_start());
        std::fs::write(self.dir().join("config/topics/nato.toml"), topic).unwrap();
    }

    /// Has a name of the page stand for the first thing of a list.
    fn learn(&mut self, name: &str, list: &str) {
        let rows = run_in(self.dir(), list).ended(0).list();
        let id = rows.first().and_then(|row| row["id"].as_str()).map(str::to_owned);
        let id = id.unwrap_or_else(|| panic!("`{list}` gave none: {}", Value::from(rows)));
        self.known.id(name, &id);
    }

    async fn serve(&mut self) {
        let daemon = Running::start(command(self.dir()).arg("run"));
        let ready = ["health", "--ready"];
        let begun = std::time::Instant::now();
        while crate::cli::scene::run(command(self.dir()).args(ready)).code != 0 {
            assert!(begun.elapsed() < super::LIMIT, "the daemon is not ready in time");
            tokio::time::sleep(super::AGAIN).await;
        }
        self._daemon = Some(daemon);
    }
}

fn story(site: &str) -> Item {
    item(STORY).at(site).text("The pact binds nine harbour states, the ministers said on Monday.")
}

fn publish(server: &FeedServer, wire: &[Item], ledger: &[Item]) {
    server.set("/wire", Reply::ok(rss("wire", wire)));
    server.set("/ledger", Reply::ok(rss("ledger", ledger)));
}
