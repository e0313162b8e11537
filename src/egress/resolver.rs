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

/// Most addresses of a name that are tried, of each family. They share the time that a connection may
/// take: of more none would have enough for a network on the other side of the earth.
const MOST_TRIED: usize = 4;

/// The addresses of `host` that may be reached, no more than are worth a try; an error names the
/// first that may not, if none may.
pub fn permitted(
    host: &str,
    found: Vec<SocketAddr>,
    allow: &AllowList,
) -> Result<Vec<SocketAddr>, EgressError> {
    if allow.name(host) {
        return Ok(first_few(found));
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
        _ => Ok(first_few(kept)),
    }
}

/// The first of each family, in their order, in which name servers balance who is asked.
fn first_few(mut found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (mut v4, mut v6) = (0, 0);
    found.retain(|socket| {
        let count = if socket.is_ipv4() { &mut v4 } else { &mut v6 };
        *count += 1;
        *count <= MOST_TRIED
    });
    found
}
