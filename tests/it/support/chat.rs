//! Chat services on loopback, as strict as the real ones are documented to be: what breaks a limit,
//! names an unknown field or comes without what opens the door is refused with the service's own words.
//! ([`services`] has each.) They keep the messages that people would see, and can be told to answer something else.

mod services;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::http1;
use services::respond;

pub const TOKEN: &str = "t0ps3cret-token";

/// A test that waits longer than this has failed.
const WAIT: Duration = Duration::from_secs(120);

/// Which service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ntfy,
    SlackHook,
    SlackBot,
    Mattermost,
    Discord,
    Telegram,
    Matrix,
}

/// A message as people see it now.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// By which name the service knows it.
    pub id: String,
    /// The message it answers.
    pub parent: Option<String>,
    pub body: Value,
    /// How often it was rewritten.
    pub edits: u32,
}

/// What happened so far.
#[derive(Debug, Clone, Default)]
pub struct Room {
    pub messages: Vec<Shown>,
    /// Why requests were refused.
    pub refused: Vec<String>,
    pub requests: usize,
}

/// A status, headers and a body to answer with in place of the service's own. With the status 0 the
/// request is taken and the answer lost.
pub type Scripted = (u16, Vec<(String, String)>, Value);

pub struct ChatServer {
    pub kind: Kind,
    address: SocketAddr,
    room: watch::Sender<Room>,
    script: Arc<Mutex<VecDeque<Option<Scripted>>>>,
    task: tokio::task::JoinHandle<()>,
}

impl ChatServer {
    pub async fn start(kind: Kind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let room = watch::Sender::new(Room::default());
        let script: Arc<Mutex<VecDeque<Option<Scripted>>>> = Arc::default();
        let (told, scripted) = (room.clone(), Arc::clone(&script));
        let task = tokio::spawn(http1::serve(listener, move |request| {
            let next = scripted.lock().expect("script").pop_front().flatten();
            let mut answer = (0, Vec::new(), Value::Null);
            told.send_modify(|room| {
                room.requests += 1;
                answer = match next {
                    // It is taken, and nobody hears of it.
                    Some(lost) if lost.0 == 0 => {
                        respond(kind, &request, room);
                        lost
                    }
                    Some(scripted) => scripted,
                    None => respond(kind, &request, room),
                };
            });
            answer
        }));
        Self { kind, address, room, script, task }
    }

    /// `127.0.0.1:PORT`, for the egress guard.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The channel's lines of configuration, its secret beside it in `dir`.
    pub fn config(&self, id: &str, dir: &std::path::Path, more: &str) -> String {
        let base = format!("http://{}", self.address);
        let (secret, lines) = match self.kind {
            Kind::Ntfy => (
                TOKEN.to_owned(),
                format!(
                    "type = 'ntfy'\nurl = '{base}'\ntopic = 'alerts'\ntoken_file = '{id}.key'\n"
                ),
            ),
            Kind::SlackHook => (
                format!("{base}/services/{TOKEN}"),
                format!("type = 'slack'\nurl_file = '{id}.key'\n"),
            ),
            Kind::SlackBot => (
                TOKEN.to_owned(),
                format!(
                    "type = 'slack'\napi = '{base}/api'\nchannel = 'news'\ntoken_file = '{id}.key'\n"
                ),
            ),
            Kind::Mattermost => (
                format!("{base}/hooks/{TOKEN}"),
                format!("type = 'mattermost'\nurl_file = '{id}.key'\n"),
            ),
            Kind::Discord => (
                format!("{base}/api/webhooks/77/{TOKEN}"),
                format!("type = 'discord'\nurl_file = '{id}.key'\n"),
            ),
            Kind::Telegram => (
                TOKEN.to_owned(),
                format!(
                    "type = 'telegram'\napi = '{base}'\nchat = '-1001'\ntoken_file = '{id}.key'\n"
                ),
            ),
            Kind::Matrix => (
                TOKEN.to_owned(),
                format!(
                    "type = 'matrix'\nurl = '{base}'\nroom = '!room:mx.example'\ntoken_file = '{id}.key'\n"
                ),
            ),
        };
        std::fs::write(dir.join(format!("{id}.key")), secret).expect("a secret");
        format!("[[channel]]\nid = '{id}'\n{lines}timeout = '30s'\n{more}\n")
    }

    /// Answers to the next requests; `None` for the service's own.
    pub fn script(&self, answers: impl IntoIterator<Item = Option<Scripted>>) {
        self.script.lock().expect("script").extend(answers);
    }

    pub fn room(&self) -> Room {
        self.room.borrow().clone()
    }

    /// Takes a message away, as a person may.
    pub fn delete(&self, id: &str) {
        self.room.send_modify(|room| room.messages.retain(|message| message.id != id));
    }

    pub async fn wait_for(&self, what: &str, holds: impl Fn(&Room) -> bool) -> Room {
        let mut room = self.room.subscribe();
        match tokio::time::timeout(WAIT, room.wait_for(|room| holds(room))).await {
            Ok(room) => room.expect("a server").clone(),
            Err(_) => panic!("{what}: {:#?}", self.room()),
        }
    }
}

impl Drop for ChatServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
