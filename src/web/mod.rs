//! What wirewatch serves over HTTP: the callback at which hubs push feeds ([`push`]), over
//! connections that `serve` takes. It stands on the daemon, and the daemon knows nothing of it.

mod push;
mod serve;

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::serve::{Limits, serve};
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
    /// Listens, and serves from now on.
    pub async fn start(config: &HttpConfig, push: Push) -> Result<Self, ListenError> {
        let fail = |source| ListenError { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(fail)?;
        let address = listener.local_addr().map_err(fail)?;
        let stop = CancellationToken::new();
        let serving = serve(listener, push::routes(push), Limits::STANDARD, stop.clone());
        Ok(Self { address, stop, serving: tokio::spawn(serving) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening. Requests under way are dropped with their connections: hubs come again.
    pub async fn stop(self) {
        self.stop.cancel();
        let _ended = self.serving.await;
    }
}
