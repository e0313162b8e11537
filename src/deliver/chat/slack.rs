//! Slack: an incoming webhook, which only posts (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>),
//! or a bot, which can rewrite and thread (<https://docs.slack.dev/reference/methods/chat.postMessage>).
//!
//! Text from outside stands in a header of plain text and in a `rich_text` block, where text is text:
//! nothing in it is read as markup, mention or link
//! (<https://docs.slack.dev/reference/block-kit/blocks/rich-text-block>). Only the `text` for
//! notifications is read as markup, and escaped.

use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::brief::{Kind, Line, Span};
use super::fit::{cut, fit, units};
use super::markup::quiet;
use super::{
    Call, Letter, Service, Step, Verdict, below, by_status, limited, never, no_access, not_now,
};
use crate::config::Secret;
use crate::deliver::http::Reply;

/// Longest header: <https://docs.slack.dev/reference/block-kit/blocks/header-block>.
const MAX_HEADER_UNITS: usize = 150;

/// Longest text of all blocks: that of one section, which is far below what a message may have.
const MAX_TEXT_UNITS: usize = 3_000;

/// Longest text of a notification.
const MAX_FALLBACK_UNITS: usize = 500;

/// Errors that speak of the message and of nothing that anybody could put right.
const OF_THE_MESSAGE: [&str; 7] = [
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_payload",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
];

/// Errors that speak of the token, its rights or the place, for a bot
/// (<https://docs.slack.dev/reference/methods/chat.postMessage#errors>) and for a webhook.
const OF_THE_PLACE: [&str; 25] = [
    "access_denied",
    "account_inactive",
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "invalid_auth",
    "invalid_token",
    "is_archived",
    "missing_scope",
    "no_active_hooks",
    "no_permission",
    "no_service",
    "not_allowed_token_type",
    "not_authed",
    "not_in_channel",
    "org_login_required",
    "posting_to_general_channel_denied",
    "restricted_action",
    "team_access_not_granted",
    "team_disabled",
    "token_expired",
    "token_revoked",
    "user_not_found",
];

/// An incoming webhook.
pub struct Hook {
    url: Url,
}

/// A bot.
pub struct Bot {
    api: Url,
    channel: String,
    token: Secret,
}

#[derive(Deserialize)]
struct Said {
    ok: bool,
    error: Option<String>,
    channel: Option<String>,
    ts: Option<String>,
}

impl Hook {
    pub fn new(url: Url) -> Self {
        Self { url }
    }
}

impl Bot {
    pub fn new(api: Url, channel: &str, token: Secret) -> Self {
        Self { api, channel: channel.to_owned(), token }
    }
}

impl Service for Hook {
    fn place(&self) -> String {
        "slack".to_owned()
    }

    fn call(&self, letter: &Letter, _step: &Step) -> Call {
        Call { method: Method::POST, url: self.url.clone(), body: body(letter) }
    }

    fn judge(&self, reply: &Reply, _step: &Step, now: jiff::Timestamp) -> Verdict {
        // The answer is one word of plain text.
        let word = String::from_utf8_lossy(&reply.body);
        match reply.status.as_u16() {
            400 | 403 if OF_THE_MESSAGE.contains(&word.trim()) => never(reply),
            400 | 410 if OF_THE_PLACE.contains(&word.trim()) => no_access(reply),
            400 | 410 => not_now(reply),
            _ => by_status(reply, now),
        }
    }
}

impl Service for Bot {
    fn place(&self) -> String {
        self.channel.clone()
    }

    fn call(&self, letter: &Letter, step: &Step) -> Call {
        let mut body = body(letter);
        let mut to = |channel: &str, ts: Option<(&str, &str)>| {
            body["channel"] = json!(channel);
            if let Some((key, ts)) = ts {
                body[key] = json!(ts);
            }
        };
        let method = match step {
            Step::Post => {
                to(&self.channel, None);
                "chat.postMessage"
            }
            Step::Edit(handle) => {
                let (channel, ts) = parts(handle);
                to(channel, Some(("ts", ts)));
                "chat.update"
            }
            Step::Reply { first, .. } => {
                let (channel, ts) = parts(first);
                to(channel, Some(("thread_ts", ts)));
                // In a thread it is seen only by who looks there.
                if letter.brief.is_escalation {
                    body["reply_broadcast"] = json!(true);
                }
                "chat.postMessage"
            }
        };
        Call { method: Method::POST, url: below(&self.api, &[method]), body }
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.token.reveal())
    }

    fn judge(&self, reply: &Reply, step: &Step, now: jiff::Timestamp) -> Verdict {
        if !reply.status.is_success() {
            return by_status(reply, now);
        }
        let Some(said) = reply.json::<Said>() else {
            return not_now(reply);
        };
        if said.ok {
            let handle = said.channel.zip(said.ts).map(|(channel, ts)| format!("{channel} {ts}"));
            return Verdict::Taken(handle);
        }
        let word = said.error.unwrap_or_default();
        match word.as_str() {
            "ratelimited" | "rate_limited" => Verdict::Refused(limited(reply, None, now)),
            "message_not_found"
            | "cant_update_message"
            | "edit_window_closed"
            | "thread_not_found"
                if *step != Step::Post =>
            {
                Verdict::Lost
            }
            word if OF_THE_MESSAGE.contains(&word) => never(reply),
            word if OF_THE_PLACE.contains(&word) => no_access(reply),
            _ => not_now(reply),
        }
    }
}

/// A message's channel and its time, by which Slack names it.
fn parts(handle: &str) -> (&str, &str) {
    handle.split_once(' ').unwrap_or((handle, ""))
}

fn body(letter: &Letter) -> Value {
    let brief = &letter.brief;
    let header = cut(&brief.label, MAX_HEADER_UNITS, units);
    let lines = fit(vec![Line::headline(brief)], brief, MAX_TEXT_UNITS, |line| units(&line.text()));
    let fallback = format!("{}: {}", brief.label, brief.headline);
    let fallback = cut(&escaped(&fallback), MAX_FALLBACK_UNITS, units);
    json!({
        "text": fallback,
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": [
            { "type": "header", "text": { "type": "plain_text", "text": header, "emoji": false } },
            { "type": "rich_text", "elements": elements(&lines) },
        ],
    })
}

/// Lines as sections and quotes: plain ones share a section, with line breaks as text; a quote is one
/// of its own.
fn elements(lines: &[Line]) -> Vec<Value> {
    let is_plain = |line: &Line| line.kind == Kind::Plain;
    let parts = lines.chunk_by(|line, next| is_plain(line) && is_plain(next));
    let part = |part: &[Line]| {
        let mut spans: Vec<Value> = Vec::new();
        for line in part {
            if !spans.is_empty() {
                spans.push(json!({ "type": "text", "text": "\n" }));
            }
            spans.extend(line.spans.iter().map(element));
        }
        let is_quote = part.first().is_some_and(|line| !is_plain(line));
        let kind = if is_quote { "rich_text_quote" } else { "rich_text_section" };
        json!({ "type": kind, "elements": spans })
    };
    parts.map(part).collect()
}

fn element(span: &Span) -> Value {
    match span {
        Span::Plain(text) => json!({ "type": "text", "text": text }),
        Span::Strong(text) => json!({ "type": "text", "text": text, "style": { "bold": true } }),
        Span::Link { text, url } => json!({ "type": "link", "url": url, "text": text }),
    }
}

/// The three characters that mean something in Slack's `mrkdwn`, after
/// <https://docs.slack.dev/messaging/formatting-message-text#escaping>.
fn escaped(text: &str) -> String {
    quiet(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
