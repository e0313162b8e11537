//! `type = "alertmanager"`: alerts as Prometheus Alertmanager takes them.

use std::time::Duration;

use crate::config::problem::Report;
use crate::config::secret::Secrets;
use crate::config::section::Section;

use super::credentials::{self, Credentials};
use super::endpoint;

pub(in crate::config) const KEYS: [&str; 11] = [
    "url",
    "timeout",
    "resolve_after",
    "renew_every",
    "username",
    "password",
    "password_file",
    "password_env",
    "token",
    "token_file",
    "token_env",
];

/// What Alertmanager does itself, and better with all alerts before it.
pub(in crate::config) const LEFT_TO_IT: [&str; 6] =
    ["digest", "quiet_hours", "heartbeat", "group", "repeat", "repeat_most"];

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_RESOLVE_AFTER: Duration = Duration::from_secs(24 * 3_600);
const DEFAULT_RENEW_EVERY: Duration = Duration::from_secs(5 * 60);

#[derive(Debug, Clone, PartialEq)]
pub struct AlertmanagerChannel {
    /// Where it is reached; the path of its API is added.
    pub url: String,
    pub credentials: Credentials,
    pub timeout: Duration,
    /// This long after the last that was told of it an alert ends by itself.
    pub resolve_after: Duration,
    /// How often it is told again of all that stands: it forgets when it is restarted.
    pub renew_every: Duration,
}

/// Reads it.
pub(super) fn read(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<AlertmanagerChannel> {
    for value in LEFT_TO_IT.iter().filter_map(|key| section.get(key)) {
        let message = format!("`{}` is not a key of an alertmanager channel", value.key);
        report
            .add(value.place, "unknown_key", message)
            .hint("Alertmanager groups, mutes and repeats by rules of its own");
    }
    let url = endpoint(section, "\"http://127.0.0.1:9093\"", report);
    let seconds = |from, to| Duration::from_secs(from)..=Duration::from_secs(to);
    let timeout = section.duration("timeout", seconds(1, 60), report);
    let resolve_after = section.duration("resolve_after", seconds(60, 30 * 86_400), report);
    let renew_every = section.duration("renew_every", seconds(10, 86_400), report);
    Some(AlertmanagerChannel {
        credentials: credentials::read(section, secrets, report),
        url: url?.into(),
        timeout: timeout.unwrap_or(DEFAULT_TIMEOUT),
        resolve_after: resolve_after.unwrap_or(DEFAULT_RESOLVE_AFTER),
        renew_every: renew_every.unwrap_or(DEFAULT_RENEW_EVERY),
    })
}
