//! A server at every address there is, in a network of its own: whatever is connected to, is
//! connected to here and remembered.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// Ports that it listens at: those of the web, and of what else is worth an attack.
const PORTS: [u16; 9] = [22, 25, 80, 443, 2_375, 6_379, 8_080, 9_200, 11_211];

const MAX_HEAD_BYTES: usize = 64 * 1024;

/// A connection, as far as it came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Visit {
    /// Where it led.
    pub to: IpAddr,
    pub port: u16,
    /// "GET /feed", or nothing where nothing was asked.
    pub asked: String,
    pub host: String,
}

/// What is answered to a host and a path.
pub type Site = fn(host: &str, path: &str, n: usize) -> Vec<u8>;

/// The server. It ends when it is dropped.
pub struct Everywhere {
    visits: Arc<Mutex<Vec<Visit>>>,
    _serving: JoinSet<()>,
}

impl Everywhere {
    pub fn start(site: Site) -> Self {
        let visits = Arc::new(Mutex::new(Vec::new()));
        let mut serving = JoinSet::new();
        for port in PORTS {
            // For both kinds of addresses.
            let socket = TcpSocket::new_v6().unwrap();
            socket.bind((std::net::Ipv6Addr::UNSPECIFIED, port).into()).unwrap();
            let listener = socket.listen(128).unwrap();
            serving.spawn(listen(listener, visits.clone(), site));
        }
        Self { visits, _serving: serving }
    }

    pub fn visits(&self) -> Vec<Visit> {
        self.visits.lock().unwrap().clone()
    }
}

async fn listen(listener: TcpListener, visits: Arc<Mutex<Vec<Visit>>>, site: Site) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let visits = visits.clone();
        connections.spawn(async move {
            let _ = serve(stream, &visits, site).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(
    mut stream: TcpStream,
    visits: &Mutex<Vec<Visit>>,
    site: Site,
) -> std::io::Result<()> {
    let address = stream.local_addr()?;
    let (to, port) = (address.ip().to_canonical(), address.port());
    let (asked, host) = (String::new(), String::new());
    let at = {
        // Whoever connects was here, whatever comes of it.
        let mut visits = visits.lock().unwrap();
        visits.push(Visit { to, port, asked, host });
        visits.len() - 1
    };
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        if head.len() > MAX_HEAD_BYTES || stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let host = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim().to_owned())
    });
    let host = host.unwrap_or_default();
    let n = {
        let mut visits = visits.lock().unwrap();
        let asked = format!("{method} {path}");
        let n = visits.iter().filter(|one| one.host == host && one.asked == asked).count();
        (visits[at].asked, visits[at].host) = (asked, host.clone());
        n
    };
    stream.write_all(&site(&host, path, n)).await?;
    stream.shutdown().await
}
