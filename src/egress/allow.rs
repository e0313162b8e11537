//! The exceptions a user configured: addresses, networks and host names that may be reached
//! although they are private.

use std::net::{IpAddr, SocketAddr};

use url::Host;

use super::EgressError;
use super::address;

/// The parsed `allow_net` entries.
#[derive(Debug, Default)]
pub struct AllowList {
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    target: Target,
    /// Any port if `None`.
    port: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
enum Target {
    Net { net: IpAddr, prefix: u32 },
    Name(String),
}

impl AllowList {
    pub fn parse(entries: &[String]) -> Result<Self, EgressError> {
        let entries = entries
            .iter()
            .map(|entry| {
                parse_entry(entry.trim())
                    .ok_or_else(|| EgressError::AllowEntry { entry: entry.clone() })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { entries })
    }

    /// Whether an address written in a URL may be reached at `port`.
    pub fn literal(&self, ip: IpAddr, port: u16) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.holds(ip) && entry.port.is_none_or(|only| only == port))
    }

    /// Whether a name may lead to this private address. A resolver does not know the port that
    /// will be used, so that only entries for every port count.
    pub fn resolved(&self, ip: IpAddr) -> bool {
        self.entries.iter().any(|entry| entry.port.is_none() && entry.holds(ip))
    }

    /// Whether a name may lead to any private address.
    pub fn name(&self, name: &str) -> bool {
        self.ports_of(name).next().is_some()
    }

    /// Whether a name may be requested at `port`. A name listed with ports is reachable at those
    /// only: its private addresses would otherwise be open at all of them.
    pub fn name_at_port(&self, name: &str, port: u16) -> bool {
        let mut ports = self.ports_of(name).peekable();
        ports.peek().is_none() || ports.any(|only| only.is_none_or(|only| only == port))
    }

    fn ports_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Option<u16>> + 'a {
        let name = name.trim_end_matches('.');
        self.entries
            .iter()
            .filter(move |entry| {
                matches!(&entry.target, Target::Name(own) if own.eq_ignore_ascii_case(name))
            })
            .map(|entry| entry.port)
    }
}

impl Entry {
    fn holds(&self, ip: IpAddr) -> bool {
        matches!(self.target, Target::Net { net, prefix } if address::within(ip, net, prefix))
    }
}

fn parse_entry(text: &str) -> Option<Entry> {
    if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse() {
        return Some(net(ip, full_prefix(ip), None));
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        let ip = socket.ip();
        return Some(net(ip, full_prefix(ip), Some(socket.port())));
    }
    if let Some((ip, prefix)) = text.split_once('/') {
        let ip: IpAddr = ip.parse().ok()?;
        let prefix = prefix.parse().ok()?;
        return (prefix <= full_prefix(ip)).then(|| net(ip, prefix, None));
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse().ok()?)),
        None => (text, None),
    };
    match Host::parse(name).ok()? {
        Host::Domain(name) => {
            Some(Entry { target: Target::Name(name.trim_end_matches('.').to_owned()), port })
        }
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

fn net(net: IpAddr, prefix: u32, port: Option<u16>) -> Entry {
    Entry { target: Target::Net { net, prefix }, port }
}

fn full_prefix(ip: IpAddr) -> u32 {
    if ip.is_ipv4() { 32 } else { 128 }
}
