//! `[[channel]]`: the ways out. Where none is configured there is the alert log.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use toml::de::DeValue;

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

/// Most channels of one configuration.
const MAX_CHANNELS: usize = 100;

/// Name of the alert log in the state directory.
const LOG_FILE: &str = "alerts.jsonl";

const DEFAULT_ROTATE_BYTES: u64 = 64 << 20;
const DEFAULT_KEEP: u32 = 5;
const DEFAULT_WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);

const KINDS: [&str; 2] = ["log", "webhook"];

/// Keys of all kinds; those of another kind are complained of by name.
const CHANNEL: Shape = Shape {
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
        "digest",
        "quiet_hours",
        "heartbeat",
        "budget",
        "group",
        "repeat",
        "repeat_most",
        // Known, so that it can be refused with the right words.
        "secret",
    ],
};
const LOG_KEYS: [&str; 4] = ["path", "rotate", "keep", "terminal"];
const WEBHOOK_KEYS: [&str; 6] =
    ["url", "secret", "secret_file", "secret_env", "timeout", "headers"];

/// Reads all channels of the main file. `state_dir` is where relative log files go.
pub(super) fn read(
    root: &Section<'_>,
    state_dir: &Path,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Vec<ChannelConfig> {
    let zone = timetable::default_zone(root, report);
    let sections = root.sections("channel", &CHANNEL, report);
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
    let kind = match kind.value.as_str() {
        "log" => {
            refuse(section, &WEBHOOK_KEYS, "log", report);
            Some(ChannelKind::Log(log(section, state_dir, report)))
        }
        "webhook" => {
            refuse(section, &LOG_KEYS, "webhook", report);
            webhook(section, secrets, report).map(ChannelKind::Webhook)
        }
        _ => {
            key::not_among(&kind, "channel type", &KINDS, "unknown_channel_type", report);
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

/// Notes keys that belong to another kind of channel.
fn refuse(section: &Section<'_>, keys: &[&'static str], kind: &str, report: &mut Report) {
    for value in keys.iter().filter_map(|key| section.get(key)) {
        let message = format!("`{}` is not a key of a {kind} channel", value.key);
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
    section.require("url", "\"https://hooks.example.org/wirewatch\"", report);
    let url = section.text("url", report).and_then(|text| {
        let result = value::http_url(&text.value);
        if result.is_err()
            && let Some(source) = report.sources.get_mut(text.file)
        {
            source.mask(text.span.clone());
        }
        section.parsed(result, &text.place(), report)
    });
    let secret = secrets.signing(section, report);
    let timeout = Duration::from_secs(1)..=Duration::from_secs(60);
    let timeout = section.duration("timeout", timeout, report);
    let headers = headers(section, secrets, report);
    Some(WebhookChannel {
        url: url?.into(),
        secret,
        timeout: timeout.unwrap_or(DEFAULT_WEBHOOK_TIMEOUT),
        headers,
    })
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
