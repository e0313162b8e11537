//! Channels to chat services and phones: ntfy, Slack, Mattermost, Discord, Telegram and Matrix. What
//! lets somebody write there (a token, a password, the URL of an incoming webhook) comes from a file
//! or a variable, as all secrets do. What is read is in [`service`].

mod service;

use std::time::Duration;

use toml::de::DeValue;
use url::Url;

use super::super::problem::Report;
use super::super::secret::Secrets;
use super::super::section::Section;
use super::super::source::Literal;
use super::super::{Secret, key, value};
use super::credentials;
pub use service::{ChatChannel, ChatService, Updates};

/// The keys of each service.
pub(super) const NTFY: [&str; 11] = [
    "url",
    "topic",
    "token",
    "token_file",
    "token_env",
    "username",
    "password",
    "password_file",
    "password_env",
    "timeout",
    "updates",
];
pub(super) const SLACK: [&str; 10] = [
    "url",
    "url_file",
    "url_env",
    "token",
    "token_file",
    "token_env",
    "channel",
    "api",
    "timeout",
    "updates",
];
pub(super) const MATTERMOST: [&str; 5] = ["url", "url_file", "url_env", "timeout", "updates"];
pub(super) const DISCORD: [&str; 6] =
    ["url", "url_file", "url_env", "thread", "timeout", "updates"];
pub(super) const TELEGRAM: [&str; 8] =
    ["token", "token_file", "token_env", "chat", "thread", "api", "timeout", "updates"];
pub(super) const MATRIX: [&str; 7] =
    ["url", "room", "token", "token_file", "token_env", "timeout", "updates"];

/// Keys of a secret: where it would stand in the configuration itself, which is refused, in a file,
/// and in a variable.
type SecretKeys = [&'static str; 3];
const TOKEN: SecretKeys = ["token", "token_file", "token_env"];
/// The URL of an incoming webhook: who knows it may write.
const HOOK: SecretKeys = ["url", "url_file", "url_env"];

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const NTFY_SERVER: &str = "https://ntfy.sh";
const SLACK_API: &str = "https://slack.com/api";
const TELEGRAM_API: &str = "https://api.telegram.org";

/// Longest name of a topic of ntfy, in characters, as its server has it.
const MAX_TOPIC_CHARS: usize = 64;

/// Longest name of a room, chat or channel, in bytes: the longest of Matrix.
const MAX_PLACE_BYTES: usize = 255;

/// Reads a channel to the service of this name.
pub(super) fn read(
    kind: &str,
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<ChatChannel> {
    let timeout = Duration::from_secs(1)..=Duration::from_secs(60);
    let timeout = section.duration("timeout", timeout, report).unwrap_or(DEFAULT_TIMEOUT);
    let service = match kind {
        "ntfy" => ntfy(section, secrets, report),
        "slack" => slack(section, secrets, report),
        "mattermost" => Some(ChatService::Mattermost { url: secret_url(section, secrets, report) }),
        "discord" => discord(section, secrets, report),
        "telegram" => telegram(section, secrets, report),
        _ => matrix(section, secrets, report),
    };
    let updates = section.text("updates", report);
    let service = service?;
    let updates = match updates {
        None => service.ways().first().copied().unwrap_or(Updates::Message),
        Some(text) => manner(&service, &text, report)?,
    };
    Some(ChatChannel { service, updates, timeout })
}

fn ntfy(section: &Section<'_>, secrets: &Secrets<'_>, report: &mut Report) -> Option<ChatService> {
    section.require("topic", "\"wirewatch-k7f2\"", report);
    let url = base(section, "url", NTFY_SERVER, report);
    let topic = section.text("topic", report);
    let topic = topic.filter(|topic| is_topic(topic, report));
    let login = credentials::read(section, secrets, report);
    Some(ChatService::Ntfy { url: url?, topic: topic?.value, login })
}

fn slack(section: &Section<'_>, secrets: &Secrets<'_>, report: &mut Report) -> Option<ChatService> {
    if !stand_in(section, TOKEN) {
        for key in ["channel", "api"] {
            if let Some(value) = section.get(key) {
                let message = format!("`{key}` is for a bot, and there is no token");
                let hint =
                    "an incoming webhook writes where it was made for; a bot needs `token_file`";
                report.add(value.place, "conflicting_keys", message).hint(hint);
            }
        }
        return Some(ChatService::SlackHook { url: secret_url(section, secrets, report) });
    }
    if stand_in(section, HOOK) {
        let message = "a token and the URL of a webhook are both given";
        report.add(section.place(), "conflicting_keys", message).hint("leave one out");
    }
    section.require("channel", "\"C0123456789\"", report);
    let token = secrets.named(section, TOKEN, report);
    let api = base(section, "api", SLACK_API, report);
    let channel = place(section, "channel", report);
    Some(ChatService::SlackBot { api: api?, channel: channel?, token })
}

fn discord(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<ChatService> {
    let url = secret_url(section, secrets, report);
    let thread = thread(section, report)?;
    Some(ChatService::Discord { url, thread })
}

fn telegram(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<ChatService> {
    section.require("chat", "\"-1001234567890\"", report);
    let token = secrets.named(section, TOKEN, report);
    needs(section, TOKEN, report);
    let api = base(section, "api", TELEGRAM_API, report);
    let thread = thread(section, report)?;
    let chat = text_or_number(section, "chat", report)?;
    let name = chat.value.strip_prefix('@').is_some_and(|name| !name.is_empty());
    if !name && !is_number(chat.value.strip_prefix('-').unwrap_or(&chat.value)) {
        let message = "`chat` is neither the number of a chat nor the @name of a channel";
        report
            .add(chat.place(), "bad_id", message)
            .hint("such as \"-1001234567890\" or \"@our_alerts\"");
        return None;
    }
    Some(ChatService::Telegram {
        api: api?,
        token,
        chat: chat.value,
        thread: thread.and_then(|thread| thread.parse().ok()),
    })
}

fn matrix(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Option<ChatService> {
    section.require("url", "\"https://matrix.example.org\"", report);
    section.require("room", "\"!abcdefg:example.org\"", report);
    let token = secrets.named(section, TOKEN, report);
    needs(section, TOKEN, report);
    let url = base(section, "url", "", report);
    let room = section.text("room", report)?;
    if !room.value.starts_with('!') || room.value.len() > MAX_PLACE_BYTES {
        let message = "`room` is not the id of a room";
        report.add(room.place(), "bad_id", message).hint(
            "an id begins with `!`; it stands in the room's settings, under Advanced. A name with `#` may move",
        );
        return None;
    }
    Some(ChatService::Matrix { url: url?, room: room.value, token })
}

/// How revisions come out, if the service can do it.
fn manner(service: &ChatService, text: &Literal, report: &mut Report) -> Option<Updates> {
    let Some(updates) = Updates::ALL.into_iter().find(|way| way.as_str() == text.value) else {
        let words = Updates::ALL.map(Updates::as_str);
        key::not_among(text, "way of telling updates", &words, "bad_updates", report);
        return None;
    };
    if service.ways().contains(&updates) {
        return Some(updates);
    }
    let words: Vec<&str> = service.ways().iter().map(|way| way.as_str()).collect();
    let message =
        format!("a {} channel cannot have `updates = \"{}\"`", service.kind(), text.value);
    let hint = match service {
        ChatService::SlackHook { .. } => {
            "an incoming webhook only posts; a bot's token (`token_file`) can edit and thread"
                .to_owned()
        }
        _ => format!("write one of {}", words.join(", ")),
    };
    report.add(text.place(), "bad_updates", message).hint(hint);
    None
}

/// The base of a service's URLs.
fn base(
    section: &Section<'_>,
    key: &'static str,
    default: &str,
    report: &mut Report,
) -> Option<String> {
    let Some(text) = section.text(key, report) else {
        return (!default.is_empty() && section.get(key).is_none()).then(|| default.to_owned());
    };
    let url = section.parsed(value::http_url(&text.value), &text.place(), report)?;
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// The URL of an incoming webhook, which is a secret.
fn secret_url(section: &Section<'_>, secrets: &Secrets<'_>, report: &mut Report) -> Option<Secret> {
    let url = secrets.named(section, HOOK, report);
    needs(section, HOOK, report);
    let url = url?;
    let is_good = Url::parse(url.reveal())
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    if !is_good {
        let message = "what is kept as the URL of the webhook is not an http or https URL";
        let hint = "the file or variable holds the whole URL and nothing else";
        report.add(section.place(), "bad_secret", message).hint(hint);
    }
    is_good.then_some(url)
}

/// Whether a table says where a secret is, rightly or not.
fn stand_in(section: &Section<'_>, keys: SecretKeys) -> bool {
    keys.into_iter().any(|key| section.get(key).is_some())
}

/// Notes that nothing says where a secret is that the channel cannot do without.
fn needs(section: &Section<'_>, keys: SecretKeys, report: &mut Report) {
    if !stand_in(section, keys) {
        let [_, file, variable] = keys;
        let message = format!("the channel needs `{file}` or `{variable}`");
        let hint = format!("such as `{file} = \"chat.secret\"`, a file beside this one");
        report.add(section.place(), "missing_key", message).hint(hint);
    }
}

fn place(section: &Section<'_>, key: &'static str, report: &mut Report) -> Option<String> {
    let text = section.text(key, report)?;
    let good = !text.value.is_empty()
        && text.value.len() <= MAX_PLACE_BYTES
        && !text.value.contains(|c: char| c.is_whitespace() || c.is_control());
    if !good {
        let message = format!("`{key}` is one word of 1 to {MAX_PLACE_BYTES} bytes");
        report.add(text.place(), "bad_id", message);
    }
    good.then_some(text.value)
}

/// The number of a thread, if one is given; `None` after noting that it is none.
fn thread(section: &Section<'_>, report: &mut Report) -> Option<Option<String>> {
    if section.get("thread").is_none() {
        return Some(None);
    }
    let thread = text_or_number(section, "thread", report)?;
    if !is_number(&thread.value) {
        let message = "`thread` is not the number of a thread";
        report.add(thread.place(), "bad_id", message).hint("such as \"1234567890123456789\"");
        return None;
    }
    Some(Some(thread.value))
}

/// A name that is often a number, with or without quotes.
fn text_or_number(
    section: &Section<'_>,
    key: &'static str,
    report: &mut Report,
) -> Option<Literal> {
    match section.get(key)?.value {
        DeValue::Integer(number) if number.radix() == 10 => {
            let place = section.get(key)?.place;
            let span = place.span.clone().unwrap_or_default();
            Some(Literal { value: number.as_str().to_owned(), file: place.file, span })
        }
        _ => section.text(key, report),
    }
}

fn is_topic(topic: &Literal, report: &mut Report) -> bool {
    let good = (1..=MAX_TOPIC_CHARS).contains(&topic.value.len())
        && topic.value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if !good {
        let message =
            format!("a topic of ntfy has 1 to {MAX_TOPIC_CHARS} letters, digits, `-` and `_`");
        report.add(topic.place(), "bad_id", message);
    }
    good
}

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
