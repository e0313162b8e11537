//! Takes connections, and bounds what they may cost: how many there are, how long each has for
//! its request's head, and for all of it. What is answered is in [`super::push`].

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Bytes of a request's head, and of what is read ahead of its body.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// Wait after a connection could not be taken: the system has no more of something.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);

/// What connections may cost. Anybody may open one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections at the same time; further ones wait to be taken.
    pub connections: usize,
    /// Time for the head of a request.
    pub head: Duration,
    /// Time for all of a connection: it serves one request.
    pub whole: Duration,
}

impl Limits {
    pub const STANDARD: Self =
        Self { connections: 64, head: Duration::from_secs(10), whole: Duration::from_secs(60) };
}

/// Serves until told to stop. Requests under way are then dropped with their connections.
pub(super) async fn serve(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    http.keep_alive(false).max_buf_size(MAX_BUFFER_BYTES);
    let mut connections = JoinSet::new();
    loop {
        let has_room = connections.len() < limits.connections;
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_ended) = connections.join_next() => {}
            accepted = listener.accept(), if has_room => match accepted {
                Ok((stream, _)) => {
                    let service = TowerToHyperService::new(routes.clone());
                    let served = http.serve_connection(TokioIo::new(stream), service);
                    connections.spawn(tokio::time::timeout(limits.whole, served));
                }
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be taken");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    }
    connections.shutdown().await;
}

#[cfg(test)]
mod tests;
