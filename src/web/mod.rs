//! What wirewatch serves over HTTP: the callback at which hubs push feeds ([`push`]). It stands on
//! the daemon, and the daemon knows nothing of it.

mod push;

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::HttpConfig;
use crate::daemon::push::Push;

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
}

impl Web {
    /// Listens, and serves from now on. `max_body_bytes` bounds what a hub may push.
    pub async fn start(
        config: &HttpConfig,
        push: Push,
        max_body_bytes: u64,
    ) -> Result<Self, ListenError> {
        let fail = |source| ListenError { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(fail)?;
        let address = listener.local_addr().map_err(fail)?;
        let limit = usize::try_from(max_body_bytes).unwrap_or(usize::MAX);
        let routes = Router::new().merge(push::routes(push, limit));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = async move {
            let served = axum::serve(listener, routes).with_graceful_shutdown(stopped).await;
            if let Err(error) = served {
                tracing::error!(%error, "the HTTP server ended");
            }
        };
        Ok(Self { address, stop, serving: tokio::spawn(serving) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening. Requests under way are dropped with their connections: hubs come again.
    pub async fn stop(self) {
        self.stop.cancel();
        self.serving.abort();
        let _ended = self.serving.await;
    }
}
