//! The guard for servers that are not asked by HTTP, such as a mail server: which of their addresses
//! may be connected to. The caller connects to one of these and to no other, so that what was checked
//! is what is reached.

use std::net::{IpAddr, SocketAddr};

use rustls::pki_types::CertificateDer;
use url::Host;

use super::{Egress, EgressError, resolver};

impl Egress {
    /// Whether a server may be connected to, as far as can be told without asking a name server.
    /// `host` is a name or an address without brackets.
    pub fn check_server(&self, host: &str, port: u16) -> Result<(), EgressError> {
        match host.parse() {
            Ok(address) => self.check_address(address, port),
            Err(_) => {
                let host = Host::parse(host).map_err(|_| EgressError::NoHost)?;
                self.check_host(&host, port)
            }
        }
    }

    /// The addresses of a server that may be connected to; at least one. May ask a name server, for
    /// as long as that takes.
    pub async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, EgressError> {
        self.check_server(host, port)?;
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let failed = |source| EgressError::Lookup { host: host.to_owned(), source };
        let found = tokio::net::lookup_host((host, port)).await.map_err(failed)?;
        let found = resolver::permitted(host, found.collect(), &self.allow)?;
        match found.is_empty() {
            true => Err(failed(std::io::ErrorKind::NotFound.into())),
            false => Ok(found),
        }
    }

    /// Whether the user named this server or its address in `allow_net`: one that is trusted, as far
    /// as anything on a network is.
    pub fn is_named(&self, host: &str, address: SocketAddr) -> bool {
        self.allow.name(host) || self.allow.literal(address.ip(), address.port())
    }

    /// The CA certificates that the user added to those built in.
    pub fn authorities(&self) -> &[CertificateDer<'static>] {
        &self.authorities
    }
}
