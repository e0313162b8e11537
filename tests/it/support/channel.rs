//! A recording webhook receiver on loopback. It keeps every request it read, bytes and headers,
//! and answers as the script says: with a status, not at all, or by hanging up.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wirewatch::clock::Clock;

use super::port::Closed;

/// A test that waits longer than this for a request has failed.
const WAIT: Duration = Duration::from_secs(120);

/// What the receiver does with a request once it has read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Status(u16),
    /// 429 with this `Retry-After`.
    TooMany(String),
    /// Another status with a `Location`.
    Redirect(String),
    /// Takes the request and hangs up: the acknowledgement is lost.
    DropAck,
    /// Takes the request and says nothing, until the receiver goes away.
    Hang,
}

/// A request as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What it was answered with.
    pub answer: Answer,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The idempotency key.
    pub fn id(&self) -> &str {
        self.header("webhook-id").expect("webhook-id")
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// The receiver. Dropping it closes the port.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
    /// While it is gone: nobody else gets its port.
    held: Mutex<Option<Closed>>,
}

struct Shared {
    /// What is in a body that is answered with this status, whatever the script says.
    indigestible: Mutex<Vec<(String, u16)>>,
    script: Mutex<VecDeque<Answer>>,
    /// By which clock it takes how much, and since when it has taken how many.
    pace: Mutex<Option<(Clock, u32, Timestamp, u32)>>,
    received: watch::Sender<Vec<Received>>,
}

impl Receiver {
    /// Listens on a free port of 127.0.0.1; answers 204 where the script says nothing else.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let receiver = Self {
            address: listener.local_addr().expect("an address"),
            shared: Arc::new(Shared {
                indigestible: Mutex::default(),
                script: Mutex::default(),
                pace: Mutex::default(),
                received: watch::Sender::new(Vec::new()),
            }),
            task: Mutex::new(None),
            held: Mutex::new(None),
        };
        receiver.serve(listener);
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// `127.0.0.1:PORT`, for the egress guard.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Answers to the next requests, in the order in which they come.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.script.lock().expect("script").extend(answers);
    }

    /// From now on takes so many requests within a second of a clock, and answers 429 to all others.
    pub fn take_in_a_second(&self, requests: u32, clock: &Clock) {
        let pace = (clock.clone(), requests, clock.now(), 0);
        *self.shared.pace.lock().expect("pace") = Some(pace);
    }

    /// Forgets what is left of the script.
    pub fn answer_again(&self) {
        self.shared.script.lock().expect("script").clear();
    }

    /// From now on bodies with this text are answered 500.
    pub fn choke_on(&self, text: &str) {
        self.refuse(text, 500);
    }

    /// From now on bodies with this text are answered so.
    pub fn refuse(&self, text: &str, status: u16) {
        self.shared.indigestible.lock().expect("texts").push((text.to_owned(), status));
    }

    /// Closes the port and every connection: to the outside it is gone.
    pub async fn vanish(&self) {
        let task = self.task.lock().expect("task").take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
            *self.held.lock().expect("port") = Some(Closed::at(self.address));
        }
    }

    /// Listens again, on the same port.
    pub async fn reappear(&self) {
        let held = self.held.lock().expect("port").take();
        self.serve(held.expect("gone before").open());
    }

    /// All requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.borrow().clone()
    }

    /// Waits until so many requests were read, and gives all there are then.
    pub async fn wait_for(&self, requests: usize) -> Vec<Received> {
        let mut received = self.shared.received.subscribe();
        let enough = received.wait_for(|received| received.len() >= requests);
        match tokio::time::timeout(WAIT, enough).await {
            Ok(received) => received.expect("a receiver").clone(),
            Err(_) => panic!("{requests} requests expected, got {:#?}", self.received()),
        }
    }

    fn serve(&self, listener: TcpListener) {
        let shared = Arc::clone(&self.shared);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(talk(stream, Arc::clone(&shared)));
            }
        });
        *self.task.lock().expect("task") = Some(task);
    }
}

impl Shared {
    /// Counts a request, and whether it is one too many.
    fn is_too_much(&self) -> bool {
        let mut pace = self.pace.lock().expect("pace");
        let Some((clock, most, since, taken)) = pace.as_mut() else { return false };
        let now = clock.now();
        if now.duration_since(*since).as_secs() >= 1 {
            (*since, *taken) = (now, 0);
        }
        *taken += 1;
        *taken > *most
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(task) = self.task.lock().expect("task").take() {
            task.abort();
        }
    }
}

/// Serves one connection until either side hangs up.
async fn talk(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut buffer = Vec::new();
    while let Some((headers, body)) = read_request(&mut stream, &mut buffer).await {
        let text = String::from_utf8_lossy(&body);
        let refused = {
            let indigestible = shared.indigestible.lock().expect("texts");
            indigestible.iter().find(|(part, _)| text.contains(part)).map(|(_, status)| *status)
        };
        let scripted = match refused {
            Some(status) => Some(Answer::Status(status)),
            None if shared.is_too_much() => Some(Answer::TooMany("1".to_owned())),
            None => shared.script.lock().expect("script").pop_front(),
        };
        let answer = scripted.unwrap_or(Answer::Status(204));
        let request = Received { headers, body, answer: answer.clone() };
        shared.received.send_modify(|all| all.push(request));
        let head = match answer {
            Answer::Status(status) => format!("HTTP/1.1 {status} Scripted\r\n"),
            Answer::TooMany(wait) => format!("HTTP/1.1 429 Scripted\r\nretry-after: {wait}\r\n"),
            Answer::Redirect(to) => format!("HTTP/1.1 307 Scripted\r\nlocation: {to}\r\n"),
            Answer::DropAck => return,
            Answer::Hang => std::future::pending().await,
        };
        let text = if head.contains(" 204 ") { "" } else { "said the receiver" };
        let response = format!("{head}content-length: {}\r\n\r\n{text}", text.len());
        if stream.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

type Request = (Vec<(String, String)>, Vec<u8>);

/// The next request of a connection; `buffer` keeps what was read beyond it.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        read_more(stream, buffer).await?;
    };
    let head = String::from_utf8(buffer[..end].to_vec()).expect("an ASCII head");
    let headers: Vec<(String, String)> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    while buffer.len() < end + length {
        read_more(stream, buffer).await?;
    }
    let body = buffer[end..end + length].to_vec();
    buffer.drain(..end + length);
    Some((headers, body))
}

async fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(buffer).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(()),
    }
}
