//! Resolves host names and drops the answers that may not be reached. This is where a public
//! name that points into a private network (by mistake or by DNS rebinding) is stopped: the
//! addresses checked are the very ones that are connected to.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::EgressError;
use super::address;
use super::allow::AllowList;

pub struct FilteringResolver {
    allow: Arc<AllowList>,
}

impl FilteringResolver {
    pub fn new(allow: Arc<AllowList>) -> Self {
        Self { allow }
    }
}

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = Arc::clone(&self.allow);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let permitted = permitted(name.as_str(), found.collect(), &allow)?;
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
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
