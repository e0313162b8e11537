//! `[http]`: what wirewatch serves, and under which address the world reaches it.

use std::net::{Ipv4Addr, SocketAddr};

use url::Url;

use super::problem::Report;
use super::section::{Section, Shape};
use super::value::BadValue;
use super::{HttpConfig, value};

pub(super) const HTTP: Shape = Shape { what: "`[http]`", keys: &["listen", "public_url"] };

/// Where it listens unless told otherwise: reached from this machine only.
const STANDARD: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8_787);

/// Reads the section; without it nothing is served.
pub(super) fn read(root: &Section<'_>, report: &mut Report) -> Option<HttpConfig> {
    let section = root.section("http", &HTTP, report)?;
    let listen = section.text("listen", report).and_then(|text| match text.value.trim().parse() {
        Ok(address) => Some(address),
        Err(_) => {
            report
                .add(text.place(), "bad_address", "`listen` is not an address with a port")
                .hint("write \"127.0.0.1:8787\" or \"[::1]:8787\"");
            None
        }
    });
    let public_url = section.text("public_url", report).and_then(|text| {
        let url = section.parsed(public_url(&text.value), &text.place(), report)?;
        if url.query().is_some() || url.fragment().is_some() {
            report
                .add(text.place(), "bad_url", "`public_url` ends in a path, if in anything")
                .hint("write it as \"https://watch.example.org\"");
        }
        Some(String::from(url))
    });
    Some(HttpConfig { listen: listen.unwrap_or(STANDARD), public_url })
}

fn public_url(text: &str) -> Result<Url, BadValue> {
    let hint = "write it as \"https://watch.example.org\"";
    value::http_url(text).map_err(|bad| match bad.code {
        "bad_url" => BadValue { hint: hint.to_owned(), ..bad },
        _ => bad,
    })
}
