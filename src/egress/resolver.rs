//! Resolves host names and drops the answers that may not be reached. This is where a public
//! name that points into a private network (by mistake or by DNS rebinding) is stopped: the
//! addresses checked are the very ones that are connected to.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use hyper_util::client::legacy::connect::dns;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_service::Service;

use super::EgressError;
use super::address;
use super::allow::AllowList;

#[derive(Clone)]
pub struct FilteringResolver {
    allow: Arc<AllowList>,
}

impl FilteringResolver {
    pub fn new(allow: Arc<AllowList>) -> Self {
        Self { allow }
    }

    async fn look_up(self, name: String) -> Result<vec::IntoIter<SocketAddr>, EgressError> {
        let failed = |source| EgressError::Lookup { host: name.clone(), source };
        let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(failed)?;
        Ok(permitted(&name, found.collect(), &self.allow)?.into_iter())
    }
}

impl Service<dns::Name> for FilteringResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = EgressError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, EgressError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), EgressError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: dns::Name) -> Self::Future {
        Box::pin(self.clone().look_up(name.as_str().to_owned()))
    }
}

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.clone().look_up(name.as_str().to_owned());
        Box::pin(async move { Ok(Box::new(found.await?) as Addrs) })
    }
}

/// The addresses of `host` that may be reached; an error names the first that may not, if none
/// may.
pub fn permitted(
    host: &str,
    found: Vec<SocketAddr>,
    allow: &AllowList,
) -> Result<Vec<SocketAddr>, EgressError> {
    if allow.name(host) {
        return Ok(found);
    }
    let mut refused = None;
    let mut kept = Vec::with_capacity(found.len());
    for socket in found {
        match address::private_kind(socket.ip()) {
            Some(kind) if !allow.resolved(socket.ip()) => {
                refused.get_or_insert((socket.ip(), kind));
            }
            _ => kept.push(socket),
        }
    }
    match refused {
        Some((address, kind)) if kept.is_empty() => {
            Err(EgressError::PrivateAddress { host: host.to_owned(), address, kind })
        }
        _ => Ok(kept),
    }
}
