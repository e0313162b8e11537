//! A feed server on loopback that does what a test tells it to: answer, hang, drip, break off.
//! It speaks HTTP/1.1 by hand, since most of what servers do wrong no library lets one do.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::port::Closed;

/// Longest request head that is read.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How long [`FeedServer::wait_for`] waits before the test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server; it stops when dropped.
pub struct FeedServer {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
    /// While it is gone: nobody else gets its port.
    held: Option<Closed>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub method: String,
    /// With query.
    pub path: String,
    headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// What a path answers.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    manner: Manner,
    conditional: bool,
}

#[derive(Debug, Clone)]
enum Manner {
    Plain,
    /// Accepts the request and never answers.
    Hang,
    /// Answers once this says so.
    Held(watch::Receiver<bool>),
    /// Sends the head and never the body.
    HangBody,
    /// Sends the body byte by byte.
    Drip(Duration),
    /// Announces the whole body and closes after this many bytes.
    CutAfter(usize),
    /// Sends these bytes for head and body.
    Raw,
    /// Sends the body in chunks, without a length.
    Chunked,
}

#[derive(Default)]
struct State {
    replies: Mutex<HashMap<String, Vec<Reply>>>,
    requests: Mutex<Vec<Recorded>>,
    /// Counts requests, to wait for them.
    count: watch::Sender<usize>,
}

impl FeedServer {
    /// Listens on a free port of 127.0.0.1; every path answers 404 until set.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Self { address, state, accepting, held: None }
    }

    /// The absolute URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The entry of `allow_net` that lets requests through to this server.
    pub fn allow_net(&self) -> String {
        self.address.to_string()
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port: to the outside it is gone.
    pub async fn vanish(&mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
        self.held = Some(Closed::at(self.address));
    }

    /// Listens again, on the same port.
    pub async fn reappear(&mut self) {
        let listener = self.held.take().expect("gone before").open();
        self.accepting = tokio::spawn(accept(listener, Arc::clone(&self.state)));
    }

    /// Answers `path` (with query, if any) with `reply` from now on.
    pub fn set(&self, path: &str, reply: Reply) {
        self.sequence(path, [reply]);
    }

    /// Answers `path` with each reply once, and with the last one from then on.
    pub fn sequence(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut all = lock(&self.state.replies);
        all.insert(path.to_owned(), replies.into_iter().collect());
    }

    /// Every request for `path` so far, in order.
    pub fn requests(&self, path: &str) -> Vec<Recorded> {
        let all = lock(&self.state.requests);
        all.iter().filter(|one| one.path == path).cloned().collect()
    }

    /// Waits until `path` has been requested `count` times.
    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Recorded> {
        let mut changes = self.state.count.subscribe();
        let wait = async {
            while self.requests(path).len() < count {
                changes.changed().await.unwrap();
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            panic!("{path}: {} requests, not {count}", self.requests(path).len());
        }
        self.requests(path)
    }
}

impl Drop for FeedServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Recorded {
    /// The bytes of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_slice())
    }

    /// A header as text ("" where there is none).
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(self.header(name).unwrap_or_default()).into_owned()
    }
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            manner: Manner::Plain,
            conditional: false,
        }
    }

    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200).body(body)
    }

    pub fn redirect(status: u16, location: impl AsRef<str>) -> Self {
        Self::status(status).header("Location", location.as_ref())
    }

    /// Closes the connection without an answer.
    pub fn refuse() -> Self {
        Self::raw("")
    }

    /// Sends these bytes, head and all, and closes.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        let reply = Self::status(0).body(bytes);
        reply.manner(Manner::Raw)
    }

    /// Accepts the request and never answers.
    pub fn hang() -> Self {
        Self::status(200).manner(Manner::Hang)
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Answers 304 to a request that echoes this reply's ETag or Last-Modified.
    pub fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// Answers once this says so.
    pub fn held(self, until: watch::Receiver<bool>) -> Self {
        self.manner(Manner::Held(until))
    }

    pub fn hang_body(self) -> Self {
        self.manner(Manner::HangBody)
    }

    pub fn drip(self, every: Duration) -> Self {
        self.manner(Manner::Drip(every))
    }

    pub fn cut_after(self, bytes: usize) -> Self {
        self.manner(Manner::CutAfter(bytes))
    }

    pub fn chunked(self) -> Self {
        self.manner(Manner::Chunked)
    }

    fn manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }

    fn head(&self, length: Option<usize>) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Status\r\nConnection: close\r\n", self.status);
        match length {
            Some(length) => head.push_str(&format!("Content-Length: {length}\r\n")),
            None => head.push_str("Transfer-Encoding: chunked\r\n"),
        }
        let mut head = head.into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    fn is_known_to(&self, request: &Recorded) -> bool {
        let echoed = |own: &str, theirs: &str| {
            let own = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(own));
            own.is_some_and(|(_, value)| request.header(theirs) == Some(value))
        };
        self.conditional
            && (echoed("etag", "if-none-match") || echoed("last-modified", "if-modified-since"))
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let state = Arc::clone(&state);
            connections.spawn(async move {
                // A client that goes away is what some tests are about.
                let _ = serve(stream, &state).await;
            });
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(mut stream: TcpStream, state: &State) -> std::io::Result<()> {
    let Some(request) = read_request(&mut stream).await? else {
        return Ok(());
    };
    let reply = next_reply(state, &request.path);
    let known = reply.is_known_to(&request);
    lock(&state.requests).push(request);
    state.count.send_modify(|count| *count += 1);

    if known {
        let head = Reply { status: 304, ..reply };
        stream.write_all(&head.head(Some(0))).await?;
        return stream.shutdown().await;
    }
    let length = reply.body.len();
    if let Manner::Held(mut until) = reply.manner.clone() {
        let _gone = until.wait_for(|open| *open).await;
    }
    match reply.manner {
        Manner::Plain | Manner::Held(_) => {
            stream.write_all(&reply.head(Some(length))).await?;
            stream.write_all(&reply.body).await?;
        }
        Manner::Hang => std::future::pending().await,
        Manner::HangBody => {
            stream.write_all(&reply.head(Some(length.max(1)))).await?;
            std::future::pending().await
        }
        Manner::Drip(every) => {
            stream.write_all(&reply.head(Some(length))).await?;
            for byte in &reply.body {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(every).await;
            }
        }
        Manner::CutAfter(bytes) => {
            stream.write_all(&reply.head(Some(length))).await?;
            stream.write_all(&reply.body[..bytes.min(length)]).await?;
        }
        Manner::Raw => stream.write_all(&reply.body).await?,
        Manner::Chunked => {
            stream.write_all(&reply.head(None)).await?;
            for chunk in reply.body.chunks(1000) {
                let size = format!("{:x}\r\n", chunk.len());
                stream.write_all(size.as_bytes()).await?;
                stream.write_all(chunk).await?;
                stream.write_all(b"\r\n").await?;
            }
            stream.write_all(b"0\r\n\r\n").await?;
        }
    }
    stream.shutdown().await
}

fn next_reply(state: &State, path: &str) -> Reply {
    let mut replies = lock(&state.replies);
    match replies.get_mut(path) {
        Some(queue) if queue.len() > 1 => queue.remove(0),
        Some(queue) => queue.first().cloned().unwrap_or_else(|| Reply::status(404)),
        None => Reply::status(404),
    }
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<Recorded>> {
    let mut bytes: Vec<u8> = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if bytes.first().is_some_and(|byte| !byte.is_ascii_uppercase()) {
            // Not HTTP, such as the greeting of TLS.
            stream.write_all(b"HTTP/1.1 400 Bad\r\n\r\n").await?;
            return Ok(None);
        }
        if bytes.len() > MAX_HEAD_BYTES || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut body = bytes.split_off(head_end + 4);
    let mut lines = bytes[..head_end].split(|byte| *byte == b'\n');
    let first = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let mut words = first.split_whitespace();
    let mut request = Recorded {
        method: words.next().unwrap_or_default().to_owned(),
        path: words.next().unwrap_or_default().to_owned(),
        headers: lines.filter_map(header).collect(),
        body: Vec::new(),
    };
    let length = request.text("content-length").parse().unwrap_or(0);
    while body.len() < length && stream.read_buf(&mut body).await? > 0 {}
    request.body = body;
    Ok(Some(request))
}

fn header(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
    Some((name, line[colon + 1..].trim_ascii().to_vec()))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
