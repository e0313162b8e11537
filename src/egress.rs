//! The one way out to the network, for feeds and webhooks alike. It knows where requests may go
//! and refuses everything else: only http and https, and no private address unless the user
//! named it in `allow_net`. For mail, which is not HTTP, [`server`] gives the addresses that may be
//! connected to.
//!
//! Two gates, since either alone leaks: [`Egress::check`] judges a URL before it is requested
//! (scheme and literal addresses, which a resolver is never asked for), and the clients it makes
//! resolve names through `resolver`, which drops private answers. `client` sends requests
//! over what `line` connects, which hangs up on servers that never come to their answer. [`crate::fetch`] checks each
//! hop of a redirect; [`crate::deliver`] follows none.

mod address;
mod allow;
mod client;
mod line;
mod resolver;
mod server;
mod tls;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::redirect;
use rustls::pki_types::CertificateDer;
use thiserror::Error;
use url::{Host, Url};

use crate::config::EgressConfig;

use self::allow::AllowList;
use self::line::Connector;
use self::resolver::FilteringResolver;

pub use self::client::{Client, SendError};
pub use self::line::LineError;

/// Any error of a library below.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Makes HTTP clients that cannot leave the permitted network. Clones share everything.
#[derive(Debug, Clone)]
pub struct Egress {
    allow: Arc<AllowList>,
    user_agent: Arc<str>,
    tls: rustls::ClientConfig,
    /// The CA certificates that were added to those built in.
    authorities: Arc<[CertificateDer<'static>]>,
}

/// How long a client waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientLimits {
    /// Longest wait for a connection: name lookup, TCP and TLS.
    pub connect: Duration,
    /// Longest silence of a server, before its answer and within.
    pub read: Duration,
}

/// Why a request may not be made, or no client can be.
#[derive(Debug, Error)]
pub enum EgressError {
    #[error("`{scheme}` is not fetched, only http and https are")]
    Scheme { scheme: String },
    #[error("the URL names no host")]
    NoHost,
    #[error("no address is found for {host}")]
    Lookup {
        host: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{host} is {kind} ({address})")]
    PrivateAddress {
        host: String,
        address: IpAddr,
        /// What makes it private: "a loopback address", …
        kind: &'static str,
    },
    #[error("{host} may be reached only at the ports named in allow_net, not at {port}")]
    Port { host: String, port: u16 },
    #[error("allow_net entry `{entry}` is neither an address, a network nor a host name")]
    AllowEntry { entry: String },
    #[error("the contact holds characters that cannot stand in a User-Agent header")]
    Contact,
    #[error("the certificates in {file} cannot be read")]
    CaFile {
        file: String,
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}

impl EgressError {
    /// A stable word for logs, metrics and filters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Scheme { .. } | Self::NoHost => "bad_url",
            Self::Lookup { .. } => "dns",
            Self::PrivateAddress { .. } | Self::Port { .. } => "private_address",
            Self::AllowEntry { .. } => "bad_allow_net",
            Self::Contact => "bad_contact",
            Self::CaFile { .. } | Self::Tls(_) => "tls_setup",
            Self::Client(_) => "client_setup",
        }
    }

    /// What the user can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Scheme { .. } | Self::NoHost => {
                "write the URL with http:// or https:// and a host"
            }
            Self::Lookup { .. } => "check the name of the server, and this machine's name servers",
            Self::PrivateAddress { .. } | Self::Port { .. } => {
                "if this is a server of your own, name it in `allow_net`, \
                 e.g. \"intranet.example:8080\" or \"10.1.0.0/16\""
            }
            Self::AllowEntry { .. } => {
                "write 127.0.0.1:8080, [::1]:8080, 10.1.0.0/16 or intranet.example:8080"
            }
            Self::Contact => "use a plain URL or mail address as contact",
            Self::CaFile { .. } => "SSL_CERT_FILE must name a PEM file of CA certificates",
            Self::Tls(_) | Self::Client(_) => "this is a defect of wirewatch; report it",
        }
    }
}

impl Egress {
    /// Reads the configured exceptions. `SSL_CERT_FILE`, where set, adds its CA certificates to
    /// the built-in ones; neither a CA file nor a network is needed otherwise.
    pub fn new(config: &EgressConfig) -> Result<Self, EgressError> {
        let allow = Arc::new(AllowList::parse(&config.allow_net)?);
        let authorities = tls::authorities()?;
        Ok(Self {
            allow,
            user_agent: user_agent(config.contact.as_deref())?.into(),
            tls: tls::config(&authorities)?,
            authorities: authorities.into(),
        })
    }

    /// The same without the exceptions of `allow_net`: nothing but the public internet.
    pub fn public_only(&self) -> Self {
        Self { allow: Arc::new(AllowList::default()), ..self.clone() }
    }

    /// Whether `url` may be requested, as far as can be told without asking a name server.
    pub fn check(&self, url: &Url) -> Result<(), EgressError> {
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = url.scheme().to_owned();
            return Err(EgressError::Scheme { scheme });
        }
        let port = url.port_or_known_default().unwrap_or_default();
        self.check_host(&url.host().ok_or(EgressError::NoHost)?, port)
    }

    fn check_host<S: AsRef<str>>(&self, host: &Host<S>, port: u16) -> Result<(), EgressError> {
        let name = match host {
            Host::Ipv4(ip) => return self.check_address((*ip).into(), port),
            Host::Ipv6(ip) => return self.check_address((*ip).into(), port),
            Host::Domain(name) => name.as_ref(),
        };
        let host = name.to_owned();
        if is_home(name) && !self.leads_home(name) {
            let address = Ipv4Addr::LOCALHOST.into();
            return Err(EgressError::PrivateAddress { host, address, kind: "a loopback address" });
        }
        match self.allow.name_at_port(name, port) {
            true => Ok(()),
            false => Err(EgressError::Port { host, port }),
        }
    }

    /// Whether a name of this very machine may be requested.
    fn leads_home(&self, name: &str) -> bool {
        let addresses = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        self.allow.name(name) || addresses.into_iter().any(|ip| self.allow.resolved(ip))
    }

    /// Whether a name leads to an address that may be reached. Asks a name server, and nobody
    /// else.
    pub async fn resolves(&self, host: &str) -> bool {
        let Ok(found) = tokio::net::lookup_host((host, 0)).await else {
            return false;
        };
        let permitted = resolver::permitted(host, found.collect(), &self.allow);
        permitted.is_ok_and(|addresses| !addresses.is_empty())
    }

    /// A client for GET and POST that follows no redirect, keeps no cookie, uses no proxy of the
    /// environment, sends no Referer, and neither asks for nor decodes content codings.
    pub fn client(&self, limits: ClientLimits) -> Result<Client, EgressError> {
        let resolver = FilteringResolver::new(Arc::clone(&self.allow));
        // Only writes requests; one that went out by it would meet the same guard.
        let writer = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(resolver.clone())
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(limits.connect)
            .read_timeout(limits.read)
            .build()
            .map_err(EgressError::Client)?;
        let connector = Connector::new(resolver, self.tls.clone(), limits.connect);
        let user_agent =
            HeaderValue::from_str(&self.user_agent).map_err(|_| EgressError::Contact)?;
        Ok(Client::new(writer, connector, user_agent, limits))
    }

    fn check_address(&self, ip: IpAddr, port: u16) -> Result<(), EgressError> {
        match address::private_kind(ip) {
            Some(kind) if !self.allow.literal(ip, port) => {
                Err(EgressError::PrivateAddress { host: ip.to_string(), address: ip, kind })
            }
            _ => Ok(()),
        }
    }
}

/// `wirewatch/VERSION (+contact)`: a server's owner sees who asks and whom to write to.
fn user_agent(contact: Option<&str>) -> Result<String, EgressError> {
    let version = env!("CARGO_PKG_VERSION");
    match contact {
        None => Ok(format!("wirewatch/{version}")),
        Some(contact) if contact.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            Ok(format!("wirewatch/{version} (+{contact})"))
        }
        Some(_) => Err(EgressError::Contact),
    }
}

/// Whether a name stands for this machine everywhere: no name server need be asked.
fn is_home(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}
