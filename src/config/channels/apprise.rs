//! `type = "apprise"`: the services that Apprise speaks to, through its API server or its command.

use std::path::Path;
use std::time::Duration;

use crate::config::Secret;
use crate::config::problem::Report;
use crate::config::secret::Secrets;
use crate::config::section::Section;
use crate::config::source::Literal;

use super::credentials::{self, Credentials};
use super::{Command, endpoint, exec};

pub(in crate::config) const KEYS: [&str; 16] = [
    "url",
    "key",
    "tag",
    "urls",
    "urls_file",
    "urls_env",
    "command",
    "timeout",
    "username",
    "password",
    "password_file",
    "password_env",
    "token",
    "token_file",
    "token_env",
    "config",
];

/// Services may be slow, and Apprise waits for all of them.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest key and tag, in characters: what the API takes.
const MAX_KEY_CHARS: usize = 128;

#[derive(Debug, Clone, PartialEq)]
pub struct AppriseChannel {
    pub way: AppriseWay,
    /// The services as Apprise URLs; none where its server or configuration file keeps them.
    pub urls: Option<Secret>,
    /// Only services with this tag, where Apprise keeps them.
    pub tag: Option<String>,
    pub timeout: Duration,
}

/// How Apprise is reached.
#[derive(Debug, Clone, PartialEq)]
pub enum AppriseWay {
    Api {
        /// Where it is reached; the path of its API is added.
        url: String,
        /// Under which key it keeps the services; none where they are sent along.
        key: Option<String>,
        credentials: Credentials,
    },
    /// Its command line.
    Command(Command),
}

/// Reads it.
pub(super) fn read(
    section: &Section<'_>,
    state_dir: &Path,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<AppriseChannel> {
    let before = report.count();
    let timeout = Duration::from_secs(1)..=Duration::from_secs(300);
    let timeout = section.duration("timeout", timeout, report).unwrap_or(DEFAULT_TIMEOUT);
    let urls = secrets.named(section, ["urls", "urls_file", "urls_env"], report);
    let has_urls = ["urls_file", "urls_env"].iter().any(|key| section.get(key).is_some());
    let tag = word(section, "tag", report);
    let way = match section.get("command") {
        Some(_) => by_command(section, state_dir, secrets, report),
        None => by_api(section, secrets, has_urls, report),
    };
    if let Some(tag) = tag.as_ref().filter(|_| has_urls) {
        report
            .add(tag.place(), "conflicting_keys", "`tag` chooses among services that Apprise keeps")
            .hint("leave it out, or have Apprise keep the services");
    }
    let is_kept = section.get("key").is_some() || section.get("config").is_some();
    if !has_urls && !is_kept && section.get("urls").is_none() && report.count() == before {
        let keeper = if section.get("command").is_some() { "config" } else { "key" };
        report
            .add(section.place(), "missing_key", "it is not said which services are told")
            .hint(format!("name them with `urls_file` or `urls_env`, or where Apprise keeps them with `{keeper}`"));
    }
    Some(AppriseChannel { way: way?, urls, tag: tag.map(|tag| tag.value), timeout })
}

fn by_api(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    has_urls: bool,
    report: &mut Report,
) -> Option<AppriseWay> {
    if let Some(value) = section.get("config") {
        let message = "`config` is for Apprise's command: its server keeps services by `key`";
        report.add(value.place, "conflicting_keys", message);
    }
    let url = endpoint(section, "\"http://127.0.0.1:8000\"", report);
    let key = word(section, "key", report);
    if let Some(key) = key.as_ref().filter(|_| has_urls) {
        let message = "services are either sent along or kept under a `key`";
        report.add(key.place(), "conflicting_keys", message).hint("leave one out");
    }
    let credentials = credentials::read(section, secrets, report);
    Some(AppriseWay::Api { url: url?.into(), key: key.map(|key| key.value), credentials })
}

/// The command, with the configuration file it keeps services in.
fn by_command(
    section: &Section<'_>,
    state_dir: &Path,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<AppriseWay> {
    let of_api = ["url", "key"].into_iter().chain(credentials::KEYS);
    for value in of_api.filter_map(|key| section.get(key)) {
        let message = format!("`{}` is for Apprise's server, and this runs its command", value.key);
        report.add(value.place, "conflicting_keys", message);
    }
    let words = section.texts("command", report);
    let config = section.text("config", report);
    let mut command = exec::command(&words, state_dir, secrets.env, report)?;
    if let Some(config) = config {
        let path = secrets.beside.join(config.value);
        command.arguments.push(format!("--config={}", path.display()));
    }
    Some(AppriseWay::Command(command))
}

/// A key or tag: letters, digits, `-` and `_`, so that it needs no escaping anywhere.
fn word(section: &Section<'_>, key: &'static str, report: &mut Report) -> Option<Literal> {
    let text = section.text(key, report)?;
    let good = !text.value.is_empty()
        && text.value.chars().count() <= MAX_KEY_CHARS
        && text.value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if !good {
        let message = format!("`{key}` is 1 to {MAX_KEY_CHARS} letters, digits, `-` or `_`");
        report.add(text.place(), "bad_key", message);
        return None;
    }
    Some(text)
}
