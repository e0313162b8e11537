//! A server that does one thing wrong: each behaviour has a port of its own, so that to wirewatch each
//! is a host of its own. A behaviour says in bytes, or does with the connection, what it pleases; it
//! knows its address, that of the canary (which nobody may ask), and how often it was asked before.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::authority::Authority;

/// Longest request head that is read.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How long a connection that was answered stays open for what else is asked.
const LINGER: Duration = Duration::from_secs(20);

/// One thing that servers do wrong.
pub struct Behaviour {
    /// The feed's id.
    pub name: &'static str,
    /// The outcomes one of which is to be recorded, by their codes.
    pub codes: &'static [&'static str],
    pub act: Act,
    /// Entries that are to be read of it, at least.
    pub holds: u64,
    /// Whether it is asked every second, and not only once.
    pub often: bool,
}

/// What is done.
pub enum Act {
    /// These bytes, head and all, and then the end.
    Says(fn(&Turn) -> Vec<u8>),
    /// Anything, once a request was read.
    Does(fn(Turn, Line) -> Doing),
    /// Anything, from the first byte on.
    Grabs(fn(Turn, TcpStream) -> Doing),
    /// A request answered so behind TLS that is set up so.
    Secure(fn(&Authority) -> TlsAcceptor, fn(Turn, Line) -> Doing),
    /// Nothing: the feed's URL leads where nobody may be asked.
    Leads(fn(&Turn) -> String),
}

/// Either end of a connection, encrypted or not.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

pub type Line = Box<dyn Wire>;
pub type Doing = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// One request.
#[derive(Debug, Clone)]
pub struct Turn {
    pub name: &'static str,
    /// Of the one who is asked.
    pub address: SocketAddr,
    /// Where nobody may be led to.
    pub canary: SocketAddr,
    /// Requests before this one.
    pub n: usize,
    /// The request's head ("" before it is read).
    pub head: String,
}

impl Turn {
    pub fn path(&self) -> &str {
        self.head.split_whitespace().nth(1).unwrap_or("/")
    }

    /// Whether it is asked by somebody who says what they have.
    pub fn knows(&self) -> bool {
        self.head.to_ascii_lowercase().contains("if-none-match")
    }

    /// An absolute URL of this behaviour.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Says these bytes and ends.
pub fn says(
    name: &'static str,
    codes: &'static [&'static str],
    says: fn(&Turn) -> Vec<u8>,
) -> Behaviour {
    Behaviour { name, codes, act: Act::Says(says), holds: 0, often: false }
}

pub fn does(
    name: &'static str,
    codes: &'static [&'static str],
    does: fn(Turn, Line) -> Doing,
) -> Behaviour {
    Behaviour { name, codes, act: Act::Does(does), holds: 0, often: false }
}

/// As [`does`], behind TLS, and before anything is read.
pub fn does_secure(
    name: &'static str,
    codes: &'static [&'static str],
    does: fn(Turn, Line) -> Doing,
) -> Behaviour {
    let act = Act::Secure(|authority| authority.server(|_| {}), does);
    Behaviour { name, codes, act, holds: 0, often: false }
}

pub fn leads(
    name: &'static str,
    codes: &'static [&'static str],
    leads: fn(&Turn) -> String,
) -> Behaviour {
    Behaviour { name, codes, act: Act::Leads(leads), holds: 0, often: false }
}

impl Behaviour {
    /// So many entries are to be read of it, at least.
    pub fn holding(self, entries: u64) -> Self {
        Self { holds: entries, ..self }
    }

    /// It is asked every second.
    pub fn often(self) -> Self {
        Self { often: true, ..self }
    }
}

/// All behaviours at work, on threads of their own. They end when it is dropped.
pub struct Hostile {
    pub feeds: Vec<Feed>,
    threads: Option<Runtime>,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        // Others may be waiting on the thread that drops it.
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

/// A behaviour as a feed.
pub struct Feed {
    /// Its name, with a number where there are several of it.
    pub id: String,
    pub url: String,
    /// What `allow_net` needs, where somebody listens.
    pub address: Option<SocketAddr>,
    pub behaviour: Arc<Behaviour>,
}

impl Hostile {
    /// Starts every behaviour `copies` times.
    pub async fn start(
        behaviours: Vec<Behaviour>,
        copies: usize,
        canary: SocketAddr,
        authority: &Arc<Authority>,
    ) -> Self {
        let (mut feeds, threads) = (Vec::new(), Runtime::new().unwrap());
        for behaviour in behaviours.into_iter().map(Arc::new) {
            for copy in 0..copies {
                let id = match copy {
                    0 => behaviour.name.to_owned(),
                    copy => format!("{}-{copy}", behaviour.name),
                };
                let (name, n, head) = (behaviour.name, 0, String::new());
                let turn = Turn { name, address: canary, canary, n, head };
                if let Act::Leads(leads) = behaviour.act {
                    // Each URL stands once in a configuration.
                    let url = format!("{}/{id}", leads(&turn));
                    feeds.push(Feed { id, url, address: None, behaviour: behaviour.clone() });
                    continue;
                }
                let bound = async { TcpListener::bind(("127.0.0.1", 0)).await.unwrap() };
                let listener = threads.spawn(bound).await.unwrap();
                let address = listener.local_addr().unwrap();
                let secure = matches!(behaviour.act, Act::Secure(..));
                let scheme = if secure || name.starts_with("tls-") { "https" } else { "http" };
                let url = format!("{scheme}://{address}/feed");
                let turn = Turn { address, ..turn };
                threads.spawn(serve(listener, behaviour.clone(), turn, authority.clone()));
                let behaviour = behaviour.clone();
                feeds.push(Feed { id, url, address: Some(address), behaviour });
            }
        }
        Self { feeds, threads: Some(threads) }
    }
}

async fn serve(
    listener: TcpListener,
    behaviour: Arc<Behaviour>,
    turn: Turn,
    authority: Arc<Authority>,
) {
    let count = Arc::new(AtomicUsize::new(0));
    let acceptor = match behaviour.act {
        Act::Secure(set_up, _) => Some(set_up(&authority)),
        _ => None,
    };
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (behaviour, turn) = (behaviour.clone(), turn.clone());
        let (count, acceptor) = (count.clone(), acceptor.clone());
        connections.spawn(async move {
            // A client that goes away is what is wanted of it.
            let _ = talk(stream, &behaviour.act, turn, &count, acceptor).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn talk(
    stream: TcpStream,
    act: &Act,
    turn: Turn,
    count: &AtomicUsize,
    acceptor: Option<TlsAcceptor>,
) -> io::Result<()> {
    let next =
        |turn: Turn, head: String| Turn { n: count.fetch_add(1, Ordering::Relaxed), head, ..turn };
    match act {
        Act::Leads(_) => Ok(()),
        Act::Grabs(does) => does(next(turn, String::new()), stream).await,
        Act::Secure(_, does) => {
            let Some(acceptor) = acceptor else { return Ok(()) };
            let line = acceptor.accept(stream).await?;
            does(next(turn, String::new()), Box::new(line)).await
        }
        Act::Does(does) => {
            let mut line: Line = Box::new(stream);
            let head = read_head(&mut line).await?;
            does(next(turn, head), line).await
        }
        Act::Says(says) => {
            let mut line: Line = Box::new(stream);
            // One connection may ask several times, where the answers let it.
            loop {
                let head = read_head(&mut line).await?;
                let turn = next(turn.clone(), head);
                // Some take a while to be made, and others are not to wait for them.
                let says = *says;
                let bytes = tokio::task::spawn_blocking(move || says(&turn)).await?;
                line.write_all(&bytes).await?;
                if !keeps_alive(&bytes) {
                    return line.shutdown().await;
                }
            }
        }
    }
}

fn keeps_alive(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(500)];
    String::from_utf8_lossy(head).to_ascii_lowercase().contains("connection: keep-alive")
}

/// Reads the head of a request.
pub async fn read_head(line: &mut Line) -> io::Result<String> {
    let mut bytes = Vec::new();
    let read = async {
        while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
            if bytes.len() > MAX_HEAD_BYTES || line.read_buf(&mut bytes).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
        }
        Ok(())
    };
    tokio::time::timeout(LINGER, read).await.map_err(|_| io::ErrorKind::TimedOut)??;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
