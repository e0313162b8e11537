//! Takes connections, and bounds what they may cost: how many there are, how long each has for
//! a request's head, and for all of it. What is answered is none of its business.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::tokens::site;

/// Bytes of a request's head, and of what is read ahead of its body.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// Wait after a connection could not be taken: the system has no more of something.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);

/// Who is at the other end of the connection that a request came by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

/// Lets the connection of a request last longer than connections do, until a time.
#[derive(Debug, Clone, Default)]
pub(super) struct Lease(Arc<Mutex<Option<Instant>>>);

impl Lease {
    pub fn until(&self, end: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }

    fn lasts(&self) -> bool {
        let end = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        end.is_some_and(|end| Instant::now() < end)
    }
}

/// What connections may cost. Anybody may open one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections at the same time; further ones wait to be taken.
    pub connections: usize,
    /// Time for the head of a request, the wait for it included.
    pub head: Duration,
    /// Time for requests on a connection; thereafter the one under way may take as long again.
    pub whole: Duration,
}

impl Limits {
    pub const STANDARD: Self =
        Self { connections: 128, head: Duration::from_secs(10), whole: Duration::from_secs(60) };
}

/// Connections that are open, by where they come from.
type Places = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// A connection's part of them.
struct Place {
    site: IpAddr,
    places: Places,
}

impl Place {
    /// Nobody elsewhere gets more than a quarter of all: one who opens them only would shut all others
    /// out. What comes from this machine may be anybody's, by a proxy.
    fn take(places: &Places, from: IpAddr, all: usize) -> Option<Self> {
        let site = site(from);
        let mut open = places.lock().unwrap_or_else(PoisonError::into_inner);
        let here = open.entry(site).or_insert(0);
        if !from.to_canonical().is_loopback() && *here >= (all / 4).max(1) {
            return None;
        }
        *here += 1;
        Some(Self { site, places: places.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = open.get_mut(&self.site) {
            *here -= 1;
            if *here == 0 {
                open.remove(&self.site);
            }
        }
    }
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
    http.max_buf_size(MAX_BUFFER_BYTES);
    let (mut connections, places) = (JoinSet::new(), Places::default());
    loop {
        let has_room = connections.len() < limits.connections;
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_ended) = connections.join_next() => {}
            accepted = listener.accept(), if has_room => match accepted {
                Ok((stream, from)) => {
                    let Some(place) = Place::take(&places, from.ip(), limits.connections) else {
                        continue;
                    };
                    let (router, lease) = (TowerToHyperService::new(routes.clone()), Lease::default());
                    let (peer, given) = (Peer(from.ip()), lease.clone());
                    let service = service_fn(move |mut request: hyper::Request<_>| {
                        request.extensions_mut().insert(peer);
                        request.extensions_mut().insert(given.clone());
                        router.call(request)
                    });
                    let served = http.serve_connection(TokioIo::new(stream), service);
                    connections.spawn(async move {
                        let _place = place;
                        tokio::pin!(served);
                        let mut ended = tokio::time::timeout(limits.whole, served.as_mut()).await;
                        if ended.is_err() {
                            // What is asked by now is still answered; nothing more is heard.
                            served.as_mut().graceful_shutdown();
                            ended = tokio::time::timeout(limits.whole, served.as_mut()).await;
                        }
                        while ended.is_err() && lease.lasts() {
                            ended = tokio::time::timeout(limits.whole, served.as_mut()).await;
                        }
                    });
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
