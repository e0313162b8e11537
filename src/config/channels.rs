//! `[[channel]]`: the ways out. Where none is configured there is the alert log. The kinds that ask for
//! more have files of their own: [`email`], the services of [`chat`], and for machines [`webhook_body`], [`alertmanager`],
//! [`exec`], [`apprise`].

mod alertmanager;
mod apprise;
pub(super) mod chat;
mod credentials;
pub(super) mod email;
mod exec;
mod hidden;
mod webhook_body;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use toml::de::{DeTable, DeValue};
use url::Url;

use super::key;
use super::problem::Report;
use super::secret::{self, Secrets};
use super::section::{Section, Shape};
use super::source::{Literal, Place};
use super::timetable;
use super::typed;
use super::value;
use super::{ChannelConfig, ChannelKind, LogChannel, Secret, Timetable, WebhookChannel};
use crate::domain::ids::ChannelId;
use crate::domain::topic::Severity;

pub use self::alertmanager::AlertmanagerChannel;
pub(super) use self::alertmanager::LEFT_TO_IT;
pub use self::apprise::{AppriseChannel, AppriseWay};
pub use self::credentials::Credentials;
pub use self::exec::{Command, ExecChannel};
pub(super) use self::webhook_body::TEMPLATE;
pub use self::webhook_body::{WebhookBody, WebhookTemplate};

/// Most channels of one configuration.
const MAX_CHANNELS: usize = 100;

/// Name of the alert log in the state directory.
const LOG_FILE: &str = "alerts.jsonl";

const DEFAULT_ROTATE_BYTES: u64 = 64 << 20;
const DEFAULT_KEEP: u32 = 5;
const DEFAULT_WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// The kinds, each with the keys that not every channel has.
pub(super) const KINDS: [(&str, &[&str]); 12] = [
    ("log", &LOG_KEYS),
    ("webhook", &WEBHOOK_KEYS),
    ("email", &email::KEYS),
    ("alertmanager", &alertmanager::KEYS),
    ("exec", &exec::KEYS),
    ("apprise", &apprise::KEYS),
    ("ntfy", &chat::NTFY),
    ("slack", &chat::SLACK),
    ("mattermost", &chat::MATTERMOST),
    ("discord", &chat::DISCORD),
    ("telegram", &chat::TELEGRAM),
    ("matrix", &chat::MATRIX),
];

/// Keys of all kinds; those of another kind are complained of by name.
pub(super) const CHANNEL: Shape = Shape {
    what: "a channel",
    keys: &[
        "id",
        "type",
        "min_severity",
        "path",
        "rotate",
        "keep",
        "terminal",
        "url",
        "secret_file",
        "secret_env",
        "timeout",
        "headers",
        "server",
        "port",
        "tls",
        "username",
        "password_file",
        "password_env",
        "from",
        "to",
        "cc",
        "reply_to",
        "hello",
        "body",
        "resolve_after",
        "renew_every",
        "token_file",
        "token_env",
        "command",
        "key",
        "tag",
        "urls_file",
        "urls_env",
        "config",
        "digest",
        "quiet_hours",
        "heartbeat",
        "budget",
        "url_file",
        "url_env",
        "topic",
        "channel",
        "chat",
        "room",
        "thread",
        "api",
        "updates",
        "group",
        "repeat",
        "repeat_most",
        // Known, so that it can be refused with the right words.
        "secret",
        "password",
        "token",
        "urls",
    ],
};
/// Secrets stand in files or variables, and not in the configuration.
const REFUSED: [&str; 4] = ["secret", "password", "token", "urls"];
const LOG_KEYS: [&str; 4] = ["path", "rotate", "keep", "terminal"];
const WEBHOOK_KEYS: [&str; 7] =
    ["url", "secret", "secret_file", "secret_env", "timeout", "headers", "body"];

/// Reads all channels of the main file. `state_dir` is where relative log files go.
pub(super) fn read(
    root: &Section<'_>,
    state_dir: &Path,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Vec<ChannelConfig> {
    let zone = timetable::default_zone(root, report);
    let sections = root.sections_by("channel", &CHANNEL, fitting, report);
    if sections.is_empty() {
        return default_log(state_dir).into_iter().collect();
    }
    if let Some(extra) = sections.get(MAX_CHANNELS) {
        let message = format!("there are more than {MAX_CHANNELS} channels");
        report.add(extra.place(), "too_many", message);
    }
    let mut seen = BTreeMap::new();
    let sections = sections.iter().take(MAX_CHANNELS);
    let read = |section| {
        let read = channel(section, state_dir, secrets, &mut seen, report);
        let timetable = timetable::read(section, &zone, report);
        read.map(|channel| ChannelConfig { timetable, ..channel })
    };
    sections.filter_map(read).collect()
}

/// The keys that a channel can have, by its type: those of every channel and its own. Of one without
/// a type that is known, the first.
fn fitting(table: &DeTable<'_>) -> Vec<&'static str> {
    let kind = table.get("type").and_then(|value| value.get_ref().as_str());
    let own = KINDS.iter().find(|(name, _)| Some(*name) == kind).map(|(_, own)| *own);
    let of_some = |key: &&str| KINDS.iter().any(|(_, own)| own.contains(key));
    let fits = |key: &&str| match own {
        Some(own) => own.contains(key) || !of_some(key),
        None => !of_some(key),
    };
    let keys = CHANNEL.keys.iter().copied();
    let left_out = |key: &&str| {
        REFUSED.contains(key) || kind == Some("alertmanager") && LEFT_TO_IT.contains(key)
    };
    keys.filter(|key| fits(key) && !left_out(key)).collect()
}

fn default_log(state_dir: &Path) -> Option<ChannelConfig> {
    let kind = ChannelKind::Log(LogChannel {
        path: state_dir.join(LOG_FILE),
        rotate_bytes: DEFAULT_ROTATE_BYTES,
        keep: DEFAULT_KEEP,
        terminal: true,
    });
    let timetable = Timetable::default();
    let min_severity = Severity::Info;
    Some(ChannelConfig { id: "log".parse().ok()?, min_severity, timetable, kind })
}

fn channel(
    section: &Section<'_>,
    state_dir: &Path,
    secrets: &Secrets<'_>,
    seen: &mut BTreeMap<ChannelId, Place>,
    report: &mut Report,
) -> Option<ChannelConfig> {
    section.require("id", "\"log\"", report);
    section.require("type", "\"log\"", report);
    let id = section.text("id", report).and_then(|id| {
        let key: ChannelId = key::read(&id, report)?;
        key::unique(seen, key, id.place(), "duplicate_channel", "channel", report)
    });
    let min_severity = section.text("min_severity", report);
    let min_severity = min_severity.and_then(|text| key::severity(&text, report));
    let kind = section.text("type", report)?;
    refuse(section, &kind.value, report);
    let kind = match kind.value.as_str() {
        "log" => Some(ChannelKind::Log(log(section, state_dir, report))),
        "webhook" => webhook(section, secrets, report).map(ChannelKind::Webhook),
        "email" => email::read(section, secrets, report).map(ChannelKind::Email),
        "alertmanager" => {
            alertmanager::read(section, secrets, report).map(ChannelKind::Alertmanager)
        }
        "exec" => exec::read(section, state_dir, secrets.env, report).map(ChannelKind::Exec),
        "apprise" => apprise::read(section, state_dir, secrets, report).map(ChannelKind::Apprise),
        "ntfy" | "slack" | "mattermost" | "discord" | "telegram" | "matrix" => {
            chat::read(&kind.value, section, secrets, report).map(ChannelKind::Chat)
        }
        _ => {
            let kinds = KINDS.map(|(name, _)| name);
            key::not_among(&kind, "channel type", &kinds, "unknown_channel_type", report);
            None
        }
    };
    Some(ChannelConfig {
        id: id?,
        min_severity: min_severity.unwrap_or(Severity::Info),
        timetable: Timetable::default(),
        kind: kind?,
    })
}

/// Notes keys that belong to other kinds of channels only.
fn refuse(section: &Section<'_>, kind: &str, report: &mut Report) {
    let Some((_, own)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        return;
    };
    let mut others: Vec<&'static str> =
        KINDS.iter().flat_map(|(_, keys)| keys.iter().copied()).collect();
    others.retain(|key| !own.contains(key));
    others.sort_unstable();
    others.dedup();
    for value in others.into_iter().filter_map(|key| section.get(key)) {
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let message = format!("`{}` is not a key of {article} {kind} channel", value.key);
        report.add(value.place, "unknown_key", message);
    }
}

fn log(section: &Section<'_>, state_dir: &Path, report: &mut Report) -> LogChannel {
    let path = section.text("path", report);
    let path = path.filter(|path| super::not_empty(path, "path", report));
    LogChannel {
        path: state_dir.join(path.map_or(LOG_FILE.to_owned(), |path| path.value)),
        rotate_bytes: section
            .size("rotate", 1 << 16..=1 << 40, report)
            .unwrap_or(DEFAULT_ROTATE_BYTES),
        keep: section.integer("keep", 0..=1_000, report).unwrap_or(DEFAULT_KEEP),
        terminal: section.boolean("terminal", report).unwrap_or(true),
    }
}

fn webhook(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<WebhookChannel> {
    let url = endpoint(section, "\"https://hooks.example.org/wirewatch\"", report);
    let secret = secrets.signing(section, report);
    let timeout = Duration::from_secs(1)..=Duration::from_secs(60);
    let timeout = section.duration("timeout", timeout, report);
    let headers = headers(section, secrets, report);
    Some(WebhookChannel {
        url: url?.into(),
        secret,
        timeout: timeout.unwrap_or(DEFAULT_WEBHOOK_TIMEOUT),
        headers,
        body: webhook_body::read(section, secrets.beside, report),
    })
}

/// `url`, which a channel that speaks HTTP cannot do without. It may be a secret: a wrong one is not
/// shown.
fn endpoint(section: &Section<'_>, example: &str, report: &mut Report) -> Option<Url> {
    section.require("url", example, report);
    let text = section.text("url", report)?;
    let result = value::http_url(&text.value);
    if result.is_err()
        && let Some(source) = report.sources.get_mut(text.file)
    {
        source.mask(text.span.clone());
    }
    section.parsed(result, &text.place(), report)
}

/// `headers = { X-Team = "news", Authorization = { env = "HOOK_AUTH" } }`.
fn headers(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> BTreeMap<String, Secret> {
    let mut headers = BTreeMap::new();
    let Some(value) = section.get("headers") else {
        return headers;
    };
    let DeValue::Table(table) = value.value else {
        typed::wrong_type::<()>(&value, "a table of header names", report);
        return headers;
    };
    for (name, header) in table {
        let literal = Literal {
            value: name.get_ref().to_string(),
            file: value.place.file,
            span: name.span(),
        };
        let lower = literal.value.to_ascii_lowercase();
        let content = secrets.header(&literal, header, report);
        if !secret::is_header_name(&lower) {
            let message = format!("`{}` cannot be a header here", literal.value);
            report
                .add(literal.place(), "bad_header", message)
                .hint("names are letters, digits and `-`; wirewatch sets Host, Content-* and webhook-* itself");
        } else if let Some(content) = content {
            headers.insert(lower, content);
        }
    }
    headers
}
