//! What we send, judged by what users have: the libraries of Slack and Discord, a Telegram server and
//! a Matrix homeserver. Where one is not installed its test says so and ends.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use wirewatch::deliver::terminal::Style;
use wirewatch::deliver::{self, Printer};
use wirewatch::domain::alert::delivery::Claimed;
use wirewatch::egress::Egress;

use super::{tell, world};
use crate::support::chat::{ChatServer, Kind};
use crate::support::world::{World, item};
use crate::support::{counterpart, port};

/// A homeserver takes a while to start on a busy machine.
const WAIT: Duration = Duration::from_secs(300);

/// All that people see of two revisions of one alert and of another one.
async fn messages(kind: Kind) -> Vec<Value> {
    let server = ChatServer::start(kind).await;
    let mut world = world(&[("chat", &server, "updates = 'message'")]).await;
    tell(&mut world, "wire").await;
    tell(&mut world, "courier").await;
    let long = format!("NATO {}", "<b>*_~`|[x](https://evil.example)& ".repeat(60));
    let text = "An admiral retires in Lisbon after forty years; NATO thanked him for his work.";
    world.publish("ledger", item(&long).text(&format!("{text} {long}")).at("ledger.example"));
    world.visit("ledger").await;
    let room = server.room();
    assert_eq!(room.refused, Vec::<String>::new());
    assert!(room.messages.len() >= 3, "{room:#?}");
    world.stop().await;
    room.messages.into_iter().map(|message| message.body).collect()
}

/// Has a script judge messages, given as JSON on its standard input.
fn judged(program: &Path, flag: &str, script: &str, messages: &[Value]) {
    let mut command = Command::new(program);
    command.arg(flag).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("started");
    let input = serde_json::to_vec(messages).expect("JSON");
    child.stdin.take().expect("a pipe").write_all(&input).expect("read");
    let ended = child.wait_with_output().expect("ended");
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{errors}\n{messages:#?}");
    assert_eq!(String::from_utf8_lossy(&ended.stdout).trim(), "good", "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_of_slack_takes_our_blocks() {
    let Some(python) = counterpart::python_with("slack_sdk") else { return };
    judged(&python, "-c", include_str!("programs/slack.py"), &messages(Kind::SlackHook).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_builders_of_discord_take_our_embeds() {
    let Some(node) = counterpart::node_with("@discordjs/builders") else { return };
    judged(&node, "-e", include_str!("programs/discord.js"), &messages(Kind::Discord).await);
}

/// A server that runs while it is kept, and says what was sent to it.
struct Program {
    _child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(program: &Path, args: &[&str]) -> Self {
        let mut command = tokio::process::Command::new(program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("started");
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let lines = BufReader::new(output.expect("a pipe")).lines();
        Self { _child: child, input: input.expect("a pipe"), lines }
    }

    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(WAIT, self.lines.next_line()).await.expect("in time");
        line.expect("read").expect("a line")
    }

    async fn ask(&mut self) -> Vec<Value> {
        self.input.write_all(b"\n").await.expect("asked");
        serde_json::from_str(&self.line().await).expect("JSON")
    }
}

/// A world past its baseline with one channel, whose secret is in `chat.key`.
async fn with_channel(lines: &str, secret: &str, port: u16) -> World {
    let mut world = World::new(&["wire", "courier", "ledger"]).await;
    std::fs::write(world.dir().join("chat.key"), secret).expect("a secret");
    world.extra =
        format!("[[channel]]\nid = 'chat'\ntoken_file = 'chat.key'\ntimeout = '60s'\n{lines}\n");
    world.allow(&format!("127.0.0.1:{port}"));
    world.start().await;
    world.first_round().await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telegram_server_takes_our_messages() {
    let Some(node) = counterpart::node_with("telegram-test-api") else { return };
    let port = port::free();
    let script = include_str!("programs/telegram.js");
    let mut server = Program::start(&node, &["-e", script, &port.to_string()]);
    assert_eq!(server.line().await, "ready");
    let lines = format!(
        "type = 'telegram'\napi = 'http://127.0.0.1:{port}'\nchat = '1'\nupdates = 'thread'"
    );
    let mut world = with_channel(&lines, "123:sampletoken", port).await;
    tell(&mut world, "wire").await;
    tell(&mut world, "courier").await;
    let sent = server.ask().await;
    assert_eq!(sent.len(), 2, "{sent:#?}");
    let text = sent[1]["message"]["text"].as_str().expect("a text");
    assert!(text.contains("update 2") && text.contains("&amp; depot"), "{text}");
    assert!(sent[1]["message"]["reply_parameters"]["message_id"].is_i64(), "{sent:#?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_homeserver_makes_one_event_of_a_delivery_that_is_repeated() {
    let Some(python) = counterpart::python_with("synapse") else { return };
    let (port, home) = (port::free(), tempfile::tempdir().expect("a directory"));
    let place = home.path().to_str().expect("UTF-8").to_owned();
    let script = include_str!("programs/synapse.py");
    let mut server = Program::start(&python, &["-c", script, &place, &port.to_string()]);
    let access: Value = serde_json::from_str(&server.line().await).expect("JSON");
    let text = |key: &str| access[key].as_str().expect("a text").to_owned();
    let lines = format!(
        "type = 'matrix'\nurl = '{}'\nroom = '{}'\nupdates = 'edit'",
        text("url"),
        text("room")
    );
    let mut world = with_channel(&lines, &text("token"), port).await;
    tell(&mut world, "wire").await;
    let events = server.ask().await;
    assert_eq!(events.len(), 1, "{events:#?}");

    // The answer was lost: the delivery is made once more.
    let first = events[0]["event_id"].clone();
    let handle = sent_again(&world).await.expect("a handle");
    assert!(handle.ends_with(first.as_str().expect("an id")), "{handle}");
    let events = server.ask().await;
    assert_eq!(events.len(), 1, "{events:#?}");
    assert_eq!(events[0]["content"]["msgtype"], "m.text");

    tell(&mut world, "courier").await;
    let events = server.ask().await;
    assert_eq!(events.len(), 2, "{events:#?}");
    let relation = &events[1]["content"]["m.relates_to"];
    assert_eq!((&relation["rel_type"], &relation["event_id"]), (&"m.replace".into(), &first));
    world.stop().await;
}

/// Has the channel send a delivery that it took before, as after a crash between sending and recording.
async fn sent_again(world: &World) -> Option<String> {
    let config = world.load();
    let view = super::deliveries(world).remove(0);
    let file = world.dir().join("state").join(wirewatch::store::DATABASE_FILE);
    let database = rusqlite::Connection::open(file).expect("a database");
    let body = database.query_row("SELECT body FROM deliveries", [], |row| row.get(0));
    let delivery = Claimed {
        id: view.id,
        carried: view.carried,
        channel: view.channel,
        body: body.expect("a delivery"),
        attempt: 2,
        created: world.now(),
        thread: Default::default(),
    };
    let egress = Egress::new(&config.egress).expect("egress");
    let printer = Printer::new(Style { colour: false, width: 100 }, |_| ());
    let channel = deliver::open(&config.channels[0], &egress, &world.clock, &printer);
    let taken = channel.expect("open").send(&[delivery]).await.remove(0);
    taken.expect("taken").handle
}
