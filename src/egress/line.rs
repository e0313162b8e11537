//! The connections that [`super::client`] makes requests over: TCP to a permitted address, TLS where
//! that is asked for, and a gauge on what comes in. An HTTP client skips provisional answers (1xx)
//! for as long as a server sends them, and keeps others from their turn meanwhile; the gauge ends
//! a connection on which no answer ever comes.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::BoxError;
use super::resolver::FilteringResolver;

/// Most provisional answers to one request over HTTP/1. Servers send one or two. Over HTTP/2 they are
/// skipped where nobody can count them, and it is their bytes that end it, or the time.
const MAX_PROVISIONAL_ANSWERS: usize = 20;

/// Most bytes that come in before the head of an answer does: more than HTTP/2 lets a server send of
/// a body that nobody has asked for yet (2 MiB).
const MAX_BYTES_BEFORE_ANSWER: usize = 4 * 1024 * 1024;

/// How long a silent connection is kept before it is asked whether the other end still lives.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// Why there is no connection, where neither the name nor TCP is to blame.
#[derive(Debug, Error)]
pub enum LineError {
    #[error("no connection in time")]
    Slow,
    #[error("TLS was not agreed on")]
    Handshake(#[source] io::Error),
}

/// The server sent more than it may before its answer.
#[derive(Debug, Error)]
#[error("the answer never comes, for all that is sent before it")]
struct Endless;

/// Connects to servers.
#[derive(Clone)]
pub struct Connector {
    tcp: HttpConnector<FilteringResolver>,
    tls: TlsConnector,
    /// For name lookup, TCP and TLS together.
    timeout: Duration,
}

impl Connector {
    pub fn new(resolver: FilteringResolver, tls: rustls::ClientConfig, timeout: Duration) -> Self {
        Self { tcp: tcp(resolver, timeout), tls: Arc::new(tls).into(), timeout }
    }

    async fn connect(mut self, uri: Uri) -> Result<TokioIo<Line>, BoxError> {
        let is_secure = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let tcp = self.tcp.call(uri).await?.into_inner();
        if !is_secure {
            return Ok(TokioIo::new(Line::new(Box::new(tcp), false)));
        }
        let failed = LineError::Handshake;
        let name = ServerName::try_from(host).map_err(|error| failed(io::Error::other(error)))?;
        let tls = self.tls.connect(name, tcp).await.map_err(failed)?;
        let is_http2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(TokioIo::new(Line::new(Box::new(tls), is_http2)))
    }
}

fn tcp<R>(resolver: R, timeout: Duration) -> HttpConnector<R> {
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    // Divided among the addresses of a name, so that one that is dead leaves time for the next.
    tcp.set_connect_timeout(Some(timeout));
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE));
    tcp
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Line>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.timeout, self.clone().connect(uri));
        Box::pin(async move { connecting.await.map_err(|_| LineError::Slow)? })
    }
}

/// What came in over a connection while an answer is waited for, as it is from the beginning.
#[derive(Debug)]
pub struct Gauge {
    waits: AtomicBool,
    bytes: AtomicUsize,
    provisional: AtomicUsize,
    endless: AtomicBool,
}

impl Default for Gauge {
    fn default() -> Self {
        let (bytes, provisional, endless) = Default::default();
        Self { waits: AtomicBool::new(true), bytes, provisional, endless }
    }
}

impl Gauge {
    /// That of a connection made here.
    pub fn of(connection: &Connected) -> Option<Arc<Self>> {
        let mut holder = hyper::Response::new(());
        connection.get_extras(holder.extensions_mut());
        holder.extensions_mut().remove()
    }

    /// A request goes out on a connection that may have been used before.
    pub fn begin(&self) {
        self.bytes.store(0, Ordering::Relaxed);
        self.provisional.store(0, Ordering::Relaxed);
        self.waits.store(true, Ordering::Relaxed);
    }

    /// A provisional answer came.
    pub fn note_provisional(&self) {
        if self.provisional.fetch_add(1, Ordering::Relaxed) >= MAX_PROVISIONAL_ANSWERS {
            self.endless.store(true, Ordering::Relaxed);
        }
    }

    /// The answer came; how large its body may be is not for here.
    pub fn end(&self) {
        self.waits.store(false, Ordering::Relaxed);
    }

    /// Whether the server sent more than it may. Nothing more is read of it.
    pub fn is_endless(&self) -> bool {
        self.endless.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: usize) {
        if self.waits.load(Ordering::Relaxed)
            && self.bytes.fetch_add(bytes, Ordering::Relaxed) > MAX_BYTES_BEFORE_ANSWER
        {
            self.endless.store(true, Ordering::Relaxed);
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A connection with its gauge.
pub struct Line {
    stream: Box<dyn Stream>,
    is_http2: bool,
    gauge: Arc<Gauge>,
}

impl Line {
    fn new(stream: Box<dyn Stream>, is_http2: bool) -> Self {
        Self { stream, is_http2, gauge: Arc::default() }
    }
}

impl Connection for Line {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(Arc::clone(&self.gauge));
        if self.is_http2 { connected.negotiated_h2() } else { connected }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.gauge.is_endless() {
            return Poll::Ready(Err(io::Error::other(Endless)));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.gauge.add(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::ready;
    use std::net::SocketAddr;

    use hyper_util::client::legacy::connect::dns::Name;
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    /// A name with these addresses, in this order.
    #[derive(Clone)]
    struct Named(Vec<SocketAddr>);

    impl Service<Name> for Named {
        type Response = std::vec::IntoIter<SocketAddr>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Name) -> Self::Future {
            ready(Ok(self.0.clone().into_iter()))
        }
    }

    #[tokio::test]
    async fn an_address_that_says_nothing_leaves_time_for_the_next_one_of_the_name() {
        // A queue that is full takes no further connection, and does not refuse it either.
        let silent = TcpSocket::new_v4().unwrap();
        silent.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let silent = silent.listen(0).unwrap();
        let first = silent.local_addr().unwrap();
        let _in_queue = tokio::net::TcpStream::connect(first).await.unwrap();
        let alive = TcpListener::bind(("127.0.0.2", first.port())).await.unwrap();
        let named = Named(vec![first, alive.local_addr().unwrap()]);

        let patience = Duration::from_secs(2);
        let mut connector = tcp(named, patience);
        let uri = format!("http://feeds.example:{}/", first.port()).parse().unwrap();
        let connected = tokio::time::timeout(30 * patience, connector.call(uri)).await;
        let line = connected.expect("in time").expect("a connection").into_inner();
        assert_eq!(line.peer_addr().unwrap(), alive.local_addr().unwrap());
    }
}
