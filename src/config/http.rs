//! `[http]`: what wirewatch serves, under which address the world reaches it, and who may ask;
//! `[feeds_out]`: where the output feeds are written to.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use toml::de::DeTable;
use url::Url;

use super::problem::Report;
use super::secret::Secrets;
use super::section::{Section, Shape};
use super::settings::MAIN;
use super::source::{FileId, Literal};
use super::value::BadValue;
use super::{HttpConfig, TokenConfig, TokenScope, key, value};

pub(super) const HTTP: Shape = Shape { what: "`[http]`", keys: &["listen", "public_url", "token"] };

pub(super) const TOKEN: Shape =
    Shape { what: "a token", keys: &["name", "scope", "secret", "secret_file", "secret_env"] };

pub(super) const FEEDS_OUT: Shape = Shape { what: "`[feeds_out]`", keys: &["dir"] };

/// Most tokens.
const MAX_TOKENS: usize = 50;

/// Longest name of a token: it stands beside that of a person who says something with it.
const MAX_NAME_CHARS: usize = 60;

/// Shortest token: fewer characters can be guessed.
const MIN_TOKEN_CHARS: usize = 16;

/// Where it listens unless told otherwise: reached from this machine only.
const STANDARD: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8_787);

/// Reads the section; without it nothing is served.
pub(super) fn read(
    root: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<HttpConfig> {
    let section = root.section("http", &HTTP, report)?;
    let named = section.text("listen", report);
    let place = named.as_ref().map_or(section.place(), Literal::place);
    let listen = listen(named, report);
    let public_url = section.text("public_url", report).and_then(|text| {
        let url = section.parsed(public_url(&text.value), &text.place(), report)?;
        if url.query().is_some() || url.fragment().is_some() {
            report
                .add(text.place(), "bad_url", "`public_url` ends in a path, if in anything")
                .hint("write it as \"https://watch.example.org\"");
        }
        Some(String::from(url))
    });
    let sections = section.sections("token", &TOKEN, report);
    if sections.is_empty() && !listen.ip().is_loopback() {
        let message =
            format!("everybody who reaches {listen} could read and change what is watched");
        report.add(place, "open_to_all", message).hint(
            "add a `[[http.token]]` with `name`, `scope` and `secret_file`; or listen on 127.0.0.1",
        );
    }
    let tokens = tokens(&sections, secrets, report);
    Some(HttpConfig { listen, public_url, tokens })
}

/// Reads of the main file where it listens, and nothing else; without the section, nowhere.
pub(super) fn listen_only(
    table: &DeTable<'_>,
    file: FileId,
    report: &mut Report,
) -> Option<SocketAddr> {
    let ignored = &mut Report::default();
    let root = Section::new(table, file, 0..0, &MAIN, ignored);
    let section = root.section("http", &HTTP, ignored)?;
    let named = section.text("listen", report);
    Some(listen(named, report))
}

fn listen(named: Option<Literal>, report: &mut Report) -> SocketAddr {
    let Some(text) = named else {
        return STANDARD;
    };
    text.value.trim().parse().unwrap_or_else(|_| {
        report
            .add(text.place(), "bad_address", "`listen` is not an address with a port")
            .hint("write \"127.0.0.1:8787\" or \"[::1]:8787\"");
        STANDARD
    })
}

/// `[[http.token]]`: each with a name of its own.
fn tokens(
    sections: &[Section<'_>],
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Vec<TokenConfig> {
    if let Some(extra) = sections.get(MAX_TOKENS) {
        report.add(extra.place(), "too_many", format!("there are more than {MAX_TOKENS} tokens"));
    }
    let (mut seen, mut tokens) = (BTreeMap::new(), Vec::<TokenConfig>::new());
    for section in sections.iter().take(MAX_TOKENS) {
        section.require("name", "\"desk\"", report);
        let name = section.text("name", report).and_then(|text| {
            let place = text.place();
            let name = super::line(Some(text), report)?;
            if name.chars().count() > MAX_NAME_CHARS {
                let message = format!("the name has more than {MAX_NAME_CHARS} characters");
                report.add(place, "too_long", message).hint("a short one is read in every note");
                return None;
            }
            key::unique(&mut seen, name, place, "duplicate_token", "token", report)
        });
        let scope = section.text("scope", report).and_then(|text| match text.value.as_str() {
            "read" => Some(TokenScope::Read),
            "write" => Some(TokenScope::Write),
            _ => {
                key::not_among(&text, "scope", &["read", "write"], "unknown_scope", report);
                None
            }
        });
        if ["secret", "secret_file", "secret_env"].iter().all(|key| section.get(key).is_none()) {
            report
                .add(section.place(), "missing_key", "a token needs `secret_file` or `secret_env`")
                .hint("such as `secret_file = \"desk.token\"`; `openssl rand -hex 32` makes one");
        }
        let secret = secrets.signing(section, report);
        let long = |text: &str| text.chars().count() >= MIN_TOKEN_CHARS;
        if secret.as_ref().is_some_and(|secret| !long(secret.reveal())) {
            let message = format!("this token has fewer than {MIN_TOKEN_CHARS} characters");
            report
                .add(section.place(), "weak_token", message)
                .hint("`openssl rand -hex 32` makes one that nobody guesses");
        }
        let same = |known: &&TokenConfig| {
            secret.as_ref().is_some_and(|secret| secret.reveal() == known.secret.reveal())
        };
        if let Some(known) = tokens.iter().find(same) {
            let message = format!("the token {} has the same secret", known.name);
            report
                .add(section.place(), "same_secret", message)
                .hint("each has a secret of its own: by that it is known who asks, and what for");
        }
        if let (Some(name), Some(secret)) = (name, secret) {
            tokens.push(TokenConfig { name, scope: scope.unwrap_or(TokenScope::Read), secret });
        }
    }
    tokens
}

/// `[feeds_out]`: a directory, seen from the state directory.
pub(super) fn feeds_out(
    root: &Section<'_>,
    state_dir: &Path,
    report: &mut Report,
) -> Option<PathBuf> {
    let section = root.section("feeds_out", &FEEDS_OUT, report)?;
    section.require("dir", "\"feeds\"", report);
    let dir = section.text("dir", report);
    let dir = dir.filter(|dir| super::not_empty(dir, "dir", report))?;
    Some(state_dir.join(dir.value))
}

fn public_url(text: &str) -> Result<Url, BadValue> {
    let hint = "write it as \"https://watch.example.org\"";
    value::http_url(text).map_err(|bad| match bad.code {
        "bad_url" => BadValue { hint: hint.to_owned(), ..bad },
        _ => bad,
    })
}
