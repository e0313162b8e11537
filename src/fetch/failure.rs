//! Every way a fetch can fail, with a stable code, a sentence, and what to do about it.
//! [`crate::domain::schedule`] decides by the code and `retry_after` when to try again. [`why`] puts
//! into words what the libraries below tell.

mod why;

use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use thiserror::Error;
use url::Url;

use crate::config::FetchConfig;
use crate::domain::feed::ReasonCode;
use crate::domain::feed::health::advice;
use crate::egress::{BoxError, EgressError, LineError, SendError};

use super::stand_in::StandIn;

/// Where the metadata service of a cloud is asked over IPv6 (`fd00:ec2::254`).
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Why no feed document was had.
#[derive(Debug, Error)]
pub enum FetchFailure {
    #[error("the URL cannot be read: {reason}")]
    BadUrl { reason: String },
    #[error("the request was refused before it was sent: {0}")]
    Refused(EgressError),
    #[error("{host} leads to {kind} ({address})")]
    PrivateAnswer { host: String, address: IpAddr, kind: &'static str },
    /// A redirect led to an address that is private. Not followed, also where `allow_net` opens
    /// it, unless the feed's own URL needs such an exception: a public site must not choose which
    /// private server is asked.
    #[error("a redirect leads to {host}, which is {kind} ({address})")]
    RedirectPrivate { host: String, address: IpAddr, kind: &'static str },
    #[error("the name {host} could not be resolved")]
    Dns {
        host: String,
        #[source]
        source: BoxError,
    },
    #[error("{host} could not be connected to")]
    Connect {
        host: String,
        #[source]
        source: BoxError,
    },
    #[error("no TLS connection to {host}: {why}")]
    Tls {
        host: String,
        why: &'static str,
        #[source]
        source: BoxError,
    },
    #[error("no connection within {} s", after.as_secs_f64())]
    TimeoutConnect { after: Duration },
    #[error("the server was silent for {} s", after.as_secs_f64())]
    TimeoutRead { after: Duration },
    #[error("the fetch was not over after {} s", after.as_secs_f64())]
    TimeoutTotal { after: Duration },
    #[error("the server answered {status}")]
    Status {
        status: u16,
        /// Between one minute and a day, where a 429 or 503 gave it.
        retry_after: Option<Duration>,
        /// The site that answered so, perhaps at the end of a redirect.
        site: Option<String>,
    },
    #[error("HTTP {status}: {}", page.text())]
    StandIn { status: u16, page: StandIn },
    #[error("the site's robots.txt does not allow its page to be read")]
    Robots,
    #[error("the site's robots.txt could not be read")]
    RobotsUnreachable,
    #[error("the server answered 304 to a request without a condition")]
    UnaskedNotModified,
    #[error("more than {limit} redirects")]
    TooManyRedirects { limit: u32 },
    #[error("a redirect leads to where it cannot be followed: {reason}")]
    RedirectBadTarget { reason: String },
    #[error("the body is larger than {}", mebibytes(*.limit_bytes))]
    TooLarge { limit_bytes: u64 },
    #[error("no room for a body this large came free within {} s", after.as_secs())]
    NoMemory { after: Duration },
    #[error("the body came with less than {} KiB a second, and other feeds waited for the memory \
             it takes", least_bytes_per_s / 1024)]
    TooSlow { least_bytes_per_s: u64 },
    #[error("the headers are larger than {limit_bytes} bytes")]
    HeadersTooLarge { limit_bytes: usize },
    #[error("the server sends one provisional answer after another, and none that counts")]
    Endless,
    #[error("the body is not what Content-Encoding `{coding}` says")]
    Decode { coding: String },
    #[error("{why}")]
    Protocol {
        why: &'static str,
        #[source]
        source: BoxError,
    },
}

impl FetchFailure {
    /// A stable word for logs, metrics, columns and filters: `dns`, `timeout_read`, `http_404`.
    pub fn code(&self) -> ReasonCode {
        let code = match self {
            Self::Status { status, .. } => return format!("http_{status}").into(),
            Self::Refused(error) => error.code(),
            Self::BadUrl { .. } => "bad_url",
            Self::PrivateAnswer { .. } => "private_address",
            Self::RedirectPrivate { .. } => "redirect_private",
            Self::Dns { .. } => "dns",
            Self::Connect { .. } => "connect",
            Self::Tls { .. } => "tls",
            Self::TimeoutConnect { .. } => "timeout_connect",
            Self::TimeoutRead { .. } => "timeout_read",
            Self::TimeoutTotal { .. } => "timeout_total",
            Self::StandIn { page, .. } => page.code(),
            Self::Robots => "robots",
            Self::RobotsUnreachable => "robots_unreachable",
            Self::TooManyRedirects { .. } => "too_many_redirects",
            Self::RedirectBadTarget { .. } => "redirect_bad_target",
            Self::TooLarge { .. } => "too_large",
            Self::NoMemory { .. } => "no_memory",
            Self::TooSlow { .. } => "too_slow",
            Self::HeadersTooLarge { .. } | Self::Endless => "headers_too_large",
            Self::Decode { .. } => "decode",
            Self::UnaskedNotModified | Self::Protocol { .. } => "protocol",
        };
        code.into()
    }

    /// The HTTP status, where there was an answer that is to blame.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } | Self::StandIn { status, .. } => Some(*status),
            Self::UnaskedNotModified => Some(304),
            _ => None,
        }
    }

    /// Whether this says nothing of the feed, only of the way there: it may be our own network.
    pub fn is_network(&self) -> bool {
        matches!(self, Self::Dns { .. } | Self::Connect { .. } | Self::TimeoutConnect { .. })
    }

    /// How long the server asked to be left alone: between one minute and a day.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The site that answered with a status that is to blame.
    pub fn site(&self) -> Option<&str> {
        match self {
            Self::Status { site, .. } => site.as_deref(),
            _ => None,
        }
    }

    /// What the user can do about it: one sentence, without a label.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::PrivateAnswer { address, .. }
            | Self::Refused(EgressError::PrivateAddress { address, .. })
                if is_link_local(*address) =>
            {
                "no feed is served from such an address; correct the feed's `url`"
            }
            Self::RedirectPrivate { address, .. } if is_link_local(*address) => {
                "no feed is served from such an address; the site is broken or hostile"
            }
            Self::Refused(error) => error.advice(),
            // What the table says where the failure is read from the database.
            other => advice(&other.code()).unwrap_or_default(),
        }
    }

    /// Says of a refusal that a redirect led to it.
    pub(super) fn after_redirect(self) -> Self {
        match self {
            Self::PrivateAnswer { host, address, kind }
            | Self::Refused(EgressError::PrivateAddress { host, address, kind }) => {
                Self::RedirectPrivate { host, address, kind }
            }
            Self::Refused(error) => Self::RedirectBadTarget { reason: error.to_string() },
            other => other,
        }
    }

    /// Names what a request failed of before there was an answer.
    pub(super) fn from_request(error: SendError, url: &Url, config: &FetchConfig) -> Self {
        match error {
            SendError::ConnectTimeout => {
                return Self::TimeoutConnect { after: config.connect_timeout };
            }
            SendError::Timeout => return Self::TimeoutRead { after: config.read_timeout },
            SendError::Endless => return Self::Endless,
            _ => {}
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let is_connect = matches!(error, SendError::Connect(_));
        let refused = chain(&error).find_map(|cause| cause.downcast_ref());
        if let Some(EgressError::PrivateAddress { host, address, kind }) = refused {
            return Self::PrivateAnswer { host: host.clone(), address: *address, kind };
        }
        if let Some(EgressError::Lookup { .. }) = refused {
            return Self::Dns { host, source: error.into() };
        }
        let tls = chain(&error).find_map(|cause| cause.downcast_ref()).map(why::of_tls);
        let handshake = chain(&error).find_map(|cause| match cause.downcast_ref()? {
            LineError::Handshake(error) => Some(why::of_handshake(error)),
            LineError::Slow => None,
        });
        if let Some(why) = tls.or(handshake) {
            return Self::Tls { host, why, source: error.into() };
        }
        if is_connect {
            return Self::Connect { host, source: error.into() };
        }
        Self::protocol(error)
    }

    /// Names what an answer failed of.
    pub(super) fn protocol(error: impl Into<BoxError>) -> Self {
        let source = error.into();
        Self::Protocol { why: why::of_protocol(&*source), source }
    }
}

/// Whether an address is one that machines give themselves or that a cloud answers at with the
/// secrets of a machine, in any spelling.
fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address == METADATA_V6,
    }
}

/// A limit as it is configured, in MiB.
fn mebibytes(bytes: u64) -> String {
    let mebibytes = format!("{:.2}", bytes as f64 / f64::from(1 << 20));
    format!("{} MiB", mebibytes.trim_end_matches('0').trim_end_matches('.'))
}

/// An error and its causes, outermost first. `io::Error` hides the error it wraps from
/// `source()`, so that it is opened here.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |cause| -> Option<&'a (dyn StdError + 'static)> {
        let cause: &'a (dyn StdError + 'static) = *cause;
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        }
    })
}

#[cfg(test)]
mod tests;
