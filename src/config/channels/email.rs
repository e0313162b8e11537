//! `type = "email"`: which server takes the mail, how it is spoken to, and who gets it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use lettre::message::Mailbox;
use url::Host;

use crate::config::Secret;
use crate::config::key;
use crate::config::problem::Report;
use crate::config::secret::Secrets;
use crate::config::section::Section;
use crate::config::source::Literal;
use crate::config::value::BadValue;

/// The keys that not every channel has.
pub(super) const KEYS: [&str; 13] = [
    "server",
    "port",
    "tls",
    "username",
    "password",
    "password_file",
    "password_env",
    "from",
    "to",
    "cc",
    "reply_to",
    "hello",
    "timeout",
];

const PASSWORD: [&str; 3] = ["password", "password_file", "password_env"];

/// Most recipients of one channel: more are a mailing list's business.
const MAX_RECIPIENTS: usize = 50;

/// Longest address (RFC 5321, section 4.5.3.1.3, less its brackets), in bytes.
const MAX_ADDRESS_BYTES: usize = 254;

/// Longest name before an address, in characters.
const MAX_NAME_CHARS: usize = 100;

/// Longest user name, in bytes.
const MAX_USERNAME_BYTES: usize = 200;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// A mail server and those who are written to.
#[derive(Debug, Clone, PartialEq)]
pub struct EmailChannel {
    /// A host name or an address, without brackets.
    pub server: String,
    pub port: u16,
    pub tls: MailTls,
    pub login: Option<MailLogin>,
    pub from: Mailbox,
    /// At least one.
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub reply_to: Option<Mailbox>,
    /// What the client calls itself; the name of the machine where nothing is said.
    pub hello: Option<String>,
    /// Longest wait for a connection with all that comes before the first message, and for each
    /// message.
    pub timeout: Duration,
}

/// How a connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// Begun in the clear and encrypted before anything is said; given up where that fails.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Not at all: only to servers that the egress guard was told of.
    None,
}

/// A name and a password for the server.
#[derive(Debug, Clone, PartialEq)]
pub struct MailLogin {
    pub username: String,
    pub password: Secret,
}

impl MailTls {
    pub const ALL: [MailTls; 3] = [MailTls::StartTls, MailTls::Implicit, MailTls::None];

    pub fn as_str(self) -> &'static str {
        match self {
            MailTls::StartTls => "starttls",
            MailTls::Implicit => "implicit",
            MailTls::None => "none",
        }
    }

    /// The port that is registered for it: submission, submissions and smtp.
    pub fn default_port(self) -> u16 {
        match self {
            MailTls::StartTls => 587,
            MailTls::Implicit => 465,
            MailTls::None => 25,
        }
    }
}

/// Reads one.
pub(super) fn read(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<EmailChannel> {
    section.require("server", "\"mail.example.org\"", report);
    section.require("from", "\"wirewatch@example.org\"", report);
    section.require("to", "\"desk@example.org\"", report);
    let server = section.text("server", report);
    let server = server.and_then(|text| section.parsed(host(&text), &text.place(), report));
    let tls = tls(section, report);
    let port = section.integer("port", 1..=u32::from(u16::MAX), report);
    let port = port.and_then(|port| u16::try_from(port).ok());
    let login = login(section, secrets, report);
    let from = one(section, "from", report);
    let mut seen = BTreeSet::new();
    let to = several(section, "to", &mut seen, report);
    let cc = several(section, "cc", &mut seen, report);
    let reply_to = one(section, "reply_to", report);
    let hello = section.text("hello", report);
    let hello = hello.and_then(|text| section.parsed(domain(&text), &text.place(), report));
    let timeout = Duration::from_secs(1)..=Duration::from_secs(300);
    let timeout = section.duration("timeout", timeout, report);
    if seen.len() > MAX_RECIPIENTS {
        let message = format!("there are more than {MAX_RECIPIENTS} recipients");
        let problem = report.add(section.place(), "too_many", message);
        problem.hint("write to a mailing list, or make another channel");
    }
    Some(EmailChannel {
        server: server?,
        port: port.unwrap_or(tls.default_port()),
        tls,
        login,
        from: from?,
        to: Some(to).filter(|to| !to.is_empty())?,
        cc,
        reply_to,
        hello,
        timeout: timeout.unwrap_or(DEFAULT_TIMEOUT),
    })
}

fn tls(section: &Section<'_>, report: &mut Report) -> MailTls {
    let Some(text) = section.text("tls", report) else {
        return MailTls::StartTls;
    };
    MailTls::ALL.into_iter().find(|tls| tls.as_str() == text.value).unwrap_or_else(|| {
        let words = MailTls::ALL.map(MailTls::as_str);
        key::not_among(&text, "kind of TLS", &words, "bad_tls", report);
        MailTls::StartTls
    })
}

/// `None` also where the secrets were not looked up.
fn login(section: &Section<'_>, secrets: &Secrets<'_>, report: &mut Report) -> Option<MailLogin> {
    let password = secrets.named(section, PASSWORD, report);
    let has_password = PASSWORD.iter().any(|key| section.get(key).is_some());
    let Some(username) = section.text("username", report) else {
        if has_password && section.get("username").is_none() {
            let message = "a password is given without `username`";
            report.add(section.place(), "missing_key", message);
        }
        return None;
    };
    let name = &username.value;
    if name.is_empty() || name.len() > MAX_USERNAME_BYTES || name.chars().any(char::is_control) {
        report.add(username.place(), "bad_username", "this cannot be a user name");
        return None;
    }
    if !has_password {
        let message = "`username` needs `password_file` or `password_env`";
        report.add(username.place(), "missing_key", message);
    }
    Some(MailLogin { username: username.value, password: password? })
}

fn one(section: &Section<'_>, key: &'static str, report: &mut Report) -> Option<Mailbox> {
    let text = section.text(key, report)?;
    section.parsed(mailbox(&text), &text.place(), report)
}

/// The addresses under `key` that are not among `seen`, each once.
fn several(
    section: &Section<'_>,
    key: &'static str,
    seen: &mut BTreeSet<String>,
    report: &mut Report,
) -> Vec<Mailbox> {
    let mut mailboxes = Vec::new();
    for text in section.texts(key, report) {
        let mailbox = section.parsed(mailbox(&text), &text.place(), report);
        mailboxes.extend(mailbox.filter(|one| seen.insert(one.email.to_string().to_lowercase())));
    }
    mailboxes
}

/// `desk@example.org` or `News desk <desk@example.org>`.
fn mailbox(text: &Literal) -> Result<Mailbox, BadValue> {
    let bad = |why: &str| BadValue {
        code: "bad_address",
        message: format!("`{}` is not a mail address{why}", text.value.escape_debug()),
        hint: "write \"desk@example.org\" or \"News desk <desk@example.org>\"".to_owned(),
    };
    let mailbox: Mailbox = text.value.trim().parse().map_err(|_| bad(""))?;
    let address = mailbox.email.to_string();
    if !address.is_ascii() {
        return Err(bad(
            ": write its domain as `xn--…`; letters beyond ASCII before the @ are not sent",
        ));
    }
    if address.len() > MAX_ADDRESS_BYTES || mailbox.email.domain().starts_with('[') {
        return Err(bad(""));
    }
    let name = mailbox.name.as_deref().unwrap_or_default();
    if name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Err(bad(" with a name of one short line"));
    }
    Ok(mailbox)
}

/// A host name or an address, for a connection.
fn host(text: &Literal) -> Result<String, BadValue> {
    let name = text.value.trim();
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    domain(text)
}

/// A host name in ASCII.
fn domain(text: &Literal) -> Result<String, BadValue> {
    let bad = || BadValue {
        code: "bad_host",
        message: format!("`{}` is not the name of a server", text.value.escape_debug()),
        hint: "write a name such as \"mail.example.org\"; the port goes into `port`".to_owned(),
    };
    match Host::parse(text.value.trim()).map_err(|_| bad())? {
        Host::Domain(name) if name.bytes().all(is_of_names) => Ok(name),
        Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_) => Err(bad()),
    }
}

fn is_of_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

#[cfg(test)]
mod tests;
