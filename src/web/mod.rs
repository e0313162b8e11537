//! What wirewatch serves over HTTP: the callback at which hubs push feeds ([`push`]), whether it
//! lives ([`health`]) and how much of what ([`metrics`]), alerts as feeds ([`feeds`]), and the API
//! ([`api`], with its document in [`schema`]). It stands on the daemon, and the daemon knows nothing
//! of it.
//!
//! [`serve()`] takes connections; [`guard`] looks at every request before anything else does, and at
//! every answer last; [`route`] is the table of which routes and document are made, and calls them
//! with what was asked ([`ask`]); [`tokens`] says who asks. Answers that refuse are [`problem`]s.

pub mod api;
mod ask;
mod feeds;
mod guard;
mod health;
mod metrics;
mod problem;
mod push;
mod route;
pub mod schema;
mod serve;
mod stream;
mod tokens;
mod traffic;

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::route::Context;
use self::serve::{Limits, serve};
use crate::config::HttpConfig;
use crate::daemon::desk::Desk;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[error("{address} cannot be listened at")]
pub struct ListenError {
    pub address: SocketAddr,
    #[source]
    pub source: std::io::Error,
}

/// A running server.
pub struct Web {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    counting: JoinHandle<()>,
}

impl Web {
    /// Listens, and serves from now on. Who may ask for what is read from the configuration that
    /// runs at each request; only the address is fixed.
    pub async fn start(config: &HttpConfig, desk: Desk) -> Result<Self, ListenError> {
        let fail = |source| ListenError { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(fail)?;
        let address = listener.local_addr().map_err(fail)?;
        let stop = CancellationToken::new();
        let context = Context::new(desk, address);
        let counting = context.traffic.clone().count(context.desk.subscribe(), stop.clone());
        let counting = tokio::spawn(counting);
        let routes = guard::around(route::router(&context), &context);
        let serving = serve(listener, routes, Limits::STANDARD, stop.clone());
        Ok(Self { address, stop, serving: tokio::spawn(serving), counting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening. Requests under way are dropped with their connections: hubs and readers
    /// come again.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ended = self.serving.await;
        let _ended = self.counting.await;
    }
}
