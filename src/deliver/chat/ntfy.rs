//! ntfy: JSON to the server's root (<https://docs.ntfy.sh/publish/#publish-as-json>). A message has a
//! `sequence_id` of ours: where the server knows it (2.16 and later), one with the same id takes the
//! place of the one before, without a sound, and an attempt that is repeated is not shown twice; an
//! older server shows each. <https://docs.ntfy.sh/publish/#updating-deleting-notifications>

use reqwest::{Method, RequestBuilder};
use serde_json::json;
use url::Url;

use super::brief::{Brief, Line};
use super::fit::{cut, fit};
use super::markup::joined;
use super::{Call, Letter, Service, Step, Verdict, by_status};
use crate::config::Credentials;
use crate::deliver::http::Reply;
use crate::domain::topic::Severity;

/// Longest message, in bytes. A server takes 4,096 and makes a file of what is longer; phones are
/// reached through a service that takes some 4,000 for all fields together.
const MAX_MESSAGE_BYTES: usize = 3_000;

/// Longest title, in bytes.
const MAX_TITLE_BYTES: usize = 250;

pub struct Ntfy {
    server: Url,
    topic: String,
    login: Credentials,
}

impl Ntfy {
    pub fn new(server: Url, topic: &str, login: Credentials) -> Self {
        Self { server, topic: topic.to_owned(), login }
    }
}

impl Service for Ntfy {
    fn place(&self) -> String {
        self.topic.clone()
    }

    /// What takes another's place makes no sound: what is to be heard is a message of its own.
    fn can_reply(&self) -> bool {
        false
    }

    fn name(&self, letter: &Letter, step: &Step) -> Option<String> {
        Some(sequence(letter, step).to_owned())
    }

    fn call(&self, letter: &Letter, step: &Step) -> Call {
        let brief = &letter.brief;
        let head = vec![Line::strong(&brief.headline)];
        let brief = &with_links_as_text(brief);
        let lines = fit(head, brief, MAX_MESSAGE_BYTES, |line| line.text().len());
        let mut body = json!({
            "topic": self.topic,
            "title": cut(&brief.label, MAX_TITLE_BYTES, str::len),
            "message": joined(&lines, Line::text),
            "priority": priority(brief.severity),
            "tags": [brief.severity.as_str()],
            "markdown": false,
            "sequence_id": sequence(letter, step),
        });
        if let Some(link) = brief.link.as_ref().or(brief.first_link.as_ref()) {
            body["click"] = json!(link);
            body["actions"] = json!([{ "action": "view", "label": "Read it", "url": link }]);
        }
        Call { method: Method::POST, url: self.server.clone(), body }
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.login {
            Credentials::None => request,
            Credentials::Basic { username, password } => {
                request.basic_auth(username, password.as_ref().map(|password| password.reveal()))
            }
            Credentials::Bearer(token) => request.bearer_auth(token.reveal()),
        }
    }

    fn judge(&self, reply: &Reply, _step: &Step, now: jiff::Timestamp) -> Verdict {
        by_status(reply, now)
    }
}

/// A message has no links but what reads as one, which phones make links of: each item's gets a line
/// after its title.
fn with_links_as_text(brief: &Brief) -> Brief {
    let mut brief = brief.clone();
    for item in &mut brief.items {
        if let Some(url) = item.first().and_then(Line::url).map(Line::plain) {
            item.insert(1, url);
        }
    }
    brief
}

/// The id of the message whose place it takes, or its own.
fn sequence<'a>(letter: &'a Letter, step: &'a Step) -> &'a str {
    match step {
        Step::Edit(message) => message,
        Step::Post | Step::Reply { .. } => &letter.id,
    }
}

/// From 1, which makes no sound, to 5, which goes through most settings of a phone.
fn priority(severity: Severity) -> u8 {
    match severity {
        Severity::Info => 2,
        Severity::Low | Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}
