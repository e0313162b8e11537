//! Ports of loopback that stay as a test needs them, though a thousand other tests ask for free ones
//! meanwhile: a port where nobody listens, and ports for programs that open them later.

use std::net::{SocketAddr, TcpListener};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::net::TcpSocket;

/// Below what systems give out by themselves: 32768 and above on Linux, 49152 elsewhere.
const OWN: std::ops::Range<u16> = 20_000..32_000;

/// An address where connections are refused, for as long as it is kept.
pub struct Closed(TcpSocket, SocketAddr);

impl Closed {
    /// A port that nobody had.
    pub fn new() -> Self {
        Self::bound(TcpSocket::new_v4().expect("a socket"), "127.0.0.1:0".parse().unwrap())
    }

    /// A port that somebody listened on just now.
    pub fn at(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        // Connections that ended a moment ago still hold it.
        socket.set_reuseaddr(true).expect("reusable");
        Self::bound(socket, address)
    }

    fn bound(socket: TcpSocket, address: SocketAddr) -> Self {
        socket.bind(address).expect("the port");
        let address = socket.local_addr().expect("an address");
        Self(socket, address)
    }

    pub fn address(&self) -> SocketAddr {
        self.1
    }

    /// From now on connections are accepted.
    pub fn open(self) -> tokio::net::TcpListener {
        self.0.listen(64).expect("listening")
    }
}

/// A port that nobody listens on, for a program that will; each is given out once.
pub fn free() -> u16 {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let count = OWN.end - OWN.start;
    // Two runs at once begin at different ones.
    let first = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(count)).unwrap();
    let next = NEXT.get_or_init(|| AtomicU16::new(first));
    for _ in 0..count {
        let port = OWN.start + next.fetch_add(1, Ordering::Relaxed) % count;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port of {OWN:?} is free");
}
