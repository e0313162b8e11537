//! What is served over HTTP, asked by real requests on real connections: health, metrics, feeds, the
//! API and its stream; who is let in; and what becomes of requests that mean no good.

mod api;
mod door;
mod feeds;
mod hostile;
mod machines;
mod stream;

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wirewatch::config::HttpConfig;
use wirewatch::web::Web;

use crate::support::world::{World, item};

const LIMIT: Duration = Duration::from_secs(120);

/// A running daemon with its server, one alert in it.
pub struct House {
    pub world: World,
    pub web: Web,
    /// Whether requests bring the token of `desk.token`, unless they bring one of their own.
    is_known: bool,
}

/// What stands in `desk.token`, beside the main file.
pub const TOKEN: &str = "token-of-the-desk-0123";

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks the status, and gives the body.
    #[track_caller]
    pub fn ended(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// Checks the status and the code of a refusal.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.ended(status)["code"], code, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
    }
}

impl House {
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// Reached from outside at `https://watch.example/in`: all but hubs need a token.
    pub async fn published() -> Self {
        let http = "[http]\npublic_url = \"https://watch.example/in\"\n[[http.token]]\n\
                    name = \"desk\"\nscope = \"write\"\nsecret_file = \"desk.token\"\n";
        Self { is_known: true, ..Self::with(http).await }
    }

    /// With this appended to the main file: `[http]` and what belongs to it.
    pub async fn with(http: &str) -> Self {
        let mut world = World::new(&["wire", "ledger"]).await;
        world.extra = http.to_owned();
        std::fs::write(world.dir().join("desk.token"), TOKEN).unwrap();
        world.start().await;
        world.first_round().await;
        world.publish("wire", item("NATO ministers sign harbour defence pact in Copenhagen"));
        world.visit("wire").await;
        let listen = HttpConfig::at("127.0.0.1:0".parse().unwrap());
        let web = Web::start(&listen, world.app().desk().clone()).await.unwrap();
        Self { world, web, is_known: false }
    }

    pub fn alert(&self) -> String {
        self.world.alerts()[0].id.to_string()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, &[("Content-Type", "application/json")], body).await
    }

    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let address = self.web.address();
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: {address}\r\n");
        }
        if self.is_known && !headers.iter().any(|(name, _)| *name == "Authorization") {
            head += &format!("Authorization: Bearer {TOKEN}\r\n");
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if method == "POST" {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        answer(&exchange(address, &[head.as_bytes(), b"\r\n", body.as_bytes()].concat()).await)
    }
}

/// Sends these bytes, and gives all that comes until the connection is closed.
pub async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that refuses early need not read all.
    let _refused = stream.write_all(bytes).await;
    let mut heard = Vec::new();
    let reading = stream.read_to_end(&mut heard);
    let _reset = tokio::time::timeout(LIMIT, reading).await.expect("an answer in time");
    String::from_utf8_lossy(&heard).into_owned()
}

pub fn answer(text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if is_chunked { dechunked(body) } else { body.to_owned() };
    Answer { status, head: head.to_owned(), body }
}

fn dechunked(text: &str) -> String {
    let (mut rest, mut body) = (text, String::new());
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        let Some(chunk) = after.get(..size).filter(|chunk| !chunk.is_empty()) else { break };
        body += chunk;
        rest = after[size..].trim_start_matches("\r\n");
    }
    body
}
