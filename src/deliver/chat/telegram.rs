//! Telegram, as a bot: `sendMessage` and `editMessageText` in HTML
//! (<https://core.telegram.org/bots/api#sendmessage>, <https://core.telegram.org/bots/api#html-style>).
//! The token stands in the URL, which therefore is in no error and no log.

use std::sync::Mutex;
use std::sync::PoisonError;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::brief::{Kind, Line, Span};
use super::fit::{fit, units};
use super::markup::{Html, html, joined, quiet};
use super::{
    Call, Letter, Service, Step, Verdict, below, by_status, limited, never, no_access, not_now,
};
use crate::config::Secret;
use crate::deliver::http::Reply;

/// Longest message in UTF-16 units, markup not counted.
const MAX_TEXT_UNITS: usize = 4_096;

/// Most pieces of a message that are not plain text: those beyond are shown as plain text.
const MAX_ENTITIES: usize = 100;

/// What is said of a message that cannot be sent as it is.
const OF_THE_MESSAGE: [&str; 3] =
    ["message is too long", "can't parse entities", "message text is empty"];

/// What is said of one that is not there to be rewritten.
const GONE: [&str; 4] = [
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message to be replied not found",
];

/// What is said of a chat or a thread that is not there, or where the bot may not write.
const OF_THE_PLACE: [&str; 9] = [
    "administrator rights",
    "chat not found",
    "chat was deactivated",
    "chat_write_forbidden",
    "message thread not found",
    "not enough rights",
    "peer_id_invalid",
    "topic_closed",
    "topic_deleted",
];

pub struct Telegram {
    base: Url,
    /// As configured: that is where handles hold.
    chat: String,
    thread: Option<i64>,
    /// Where the chat has moved since.
    moved_to: Mutex<Option<i64>>,
}

#[derive(Deserialize)]
struct Said {
    ok: bool,
    #[serde(default)]
    description: String,
    result: Option<Message>,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Message {
    message_id: i64,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<f64>,
    migrate_to_chat_id: Option<i64>,
}

impl Telegram {
    pub fn new(api: Url, token: Secret, chat: &str, thread: Option<i64>) -> Self {
        let base = below(&api, &[&format!("bot{}", token.reveal())]);
        Self { base, chat: chat.to_owned(), thread, moved_to: Mutex::new(None) }
    }

    fn moved_to(&self) -> Option<i64> {
        *self.moved_to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the chat, or its name.
    fn chat(&self) -> Value {
        let number = self.moved_to().or_else(|| self.chat.parse().ok());
        number.map_or_else(|| json!(self.chat), |number| json!(number))
    }
}

impl Service for Telegram {
    /// Numbers of messages are the chat's own: those of before it moved name others now.
    fn place(&self) -> String {
        self.moved_to().map_or_else(|| self.chat.clone(), |chat| chat.to_string())
    }

    fn call(&self, letter: &Letter, step: &Step) -> Call {
        let mut body = json!({
            "chat_id": self.chat(),
            "text": text(letter),
            "parse_mode": "HTML",
            "link_preview_options": { "is_disabled": true },
        });
        let method = match step {
            Step::Edit(message) => {
                body["message_id"] = json!(number(message));
                "editMessageText"
            }
            Step::Post | Step::Reply { .. } => {
                if let Some(thread) = self.thread {
                    body["message_thread_id"] = json!(thread);
                }
                "sendMessage"
            }
        };
        if let Step::Reply { first, .. } = step {
            body["reply_parameters"] =
                json!({ "message_id": number(first), "allow_sending_without_reply": true });
        }
        Call { method: Method::POST, url: below(&self.base, &[method]), body }
    }

    fn judge(&self, reply: &Reply, step: &Step, now: jiff::Timestamp) -> Verdict {
        let Some(said) = reply.json::<Said>() else {
            return if reply.status.is_success() { not_now(reply) } else { by_status(reply, now) };
        };
        if said.ok {
            return Verdict::Taken(said.result.map(|message| message.message_id.to_string()));
        }
        let word = said.description.to_lowercase();
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| word.contains(phrase));
        let parameters = said.parameters.as_ref();
        if let Some(chat) = parameters.and_then(|given| given.migrate_to_chat_id) {
            tracing::warn!(
                from = %self.chat, to = chat,
                "the chat has become a supergroup with another number. hint: write `chat = \"{chat}\"`"
            );
            *self.moved_to.lock().unwrap_or_else(PoisonError::into_inner) = Some(chat);
            return Verdict::Moved;
        }
        match step {
            // What this very attempt, or one whose answer was lost, made of it.
            Step::Edit(message) if says(&["message is not modified"]) => {
                Verdict::Taken(Some(message.clone()))
            }
            Step::Edit(_) | Step::Reply { .. } if says(&GONE) => Verdict::Lost,
            _ if says(&OF_THE_MESSAGE) => never(reply),
            _ if reply.status == 429 => {
                let seconds = parameters.and_then(|given| given.retry_after);
                Verdict::Refused(limited(reply, seconds, now))
            }
            _ if reply.status == 400 && says(&OF_THE_PLACE) => no_access(reply),
            _ if reply.status == 400 => not_now(reply),
            _ => by_status(reply, now),
        }
    }
}

/// A message's number; a handle that is none names no message.
fn number(handle: &str) -> i64 {
    handle.parse().unwrap_or_default()
}

fn text(letter: &Letter) -> String {
    let brief = &letter.brief;
    let head = vec![Line::strong(&brief.label), Line::headline(brief)];
    let cost =
        |line: &Line| line.spans.iter().map(|span| units(&quiet(span.text()))).sum::<usize>();
    let mut lines = fit(head, brief, MAX_TEXT_UNITS, cost);
    let mut entities = 0;
    for line in &mut lines {
        entities += line.spans.iter().filter(|span| !matches!(span, Span::Plain(_))).count();
        entities += usize::from(line.kind == Kind::Quote);
        if entities > MAX_ENTITIES {
            line.kind = Kind::Plain;
            line.spans = vec![Span::Plain(line.text())];
        }
    }
    joined(&lines, |line| html(line, Html::Telegram))
}
