//! Matrix: events of a room, under a transaction id that is the delivery's, so that an attempt that is
//! repeated makes no second one
//! (<https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid>).
//! Later revisions replace the event or go into its thread
//! (<https://spec.matrix.org/latest/client-server-api/#event-replacements>,
//! <https://spec.matrix.org/latest/client-server-api/#threading>).

use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::brief::{Kind, Line};
use super::fit::fit;
use super::markup::{Html, html, joined, plain};
use super::{Call, Letter, Service, Step, Verdict, below, by_status, limited, never, not_now};
use crate::config::Secret;
use crate::deliver::http::Reply;

/// Longest text and markup together, in bytes. An event has at most 65,536, and one that replaces
/// another says everything twice.
const MAX_CONTENT_BYTES: usize = 20_000;

pub struct Matrix {
    server: Url,
    room: String,
    token: Secret,
}

#[derive(Deserialize)]
struct Sent {
    event_id: String,
}

#[derive(Deserialize)]
struct Trouble {
    errcode: String,
    retry_after_ms: Option<f64>,
}

impl Matrix {
    pub fn new(server: Url, room: &str, token: Secret) -> Self {
        Self { server, room: room.to_owned(), token }
    }
}

impl Service for Matrix {
    fn place(&self) -> String {
        self.room.clone()
    }

    fn call(&self, letter: &Letter, step: &Step) -> Call {
        let mut content = content(letter);
        match step {
            Step::Post => {}
            Step::Edit(event) => {
                let new = content.clone();
                // For clients that know no replacements.
                for key in ["body", "formatted_body"] {
                    let text = new[key].as_str().unwrap_or_default();
                    content[key] = json!(format!("* {text}"));
                }
                content["m.new_content"] = new;
                content["m.relates_to"] = json!({ "rel_type": "m.replace", "event_id": event });
            }
            Step::Reply { first, last } => {
                content["m.relates_to"] = json!({
                    "rel_type": "m.thread",
                    "event_id": first,
                    "is_falling_back": true,
                    "m.in_reply_to": { "event_id": last },
                });
            }
        }
        let path =
            ["_matrix", "client", "v3", "rooms", &self.room, "send", "m.room.message", &letter.id];
        Call { method: Method::PUT, url: below(&self.server, &path), body: content }
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.token.reveal())
    }

    fn judge(&self, reply: &Reply, step: &Step, now: jiff::Timestamp) -> Verdict {
        if reply.status.is_success() {
            let Some(sent) = reply.json::<Sent>() else {
                return not_now(reply);
            };
            // A replacement goes by the name of what it replaces.
            return Verdict::Taken(Some(match step {
                Step::Edit(event) => event.clone(),
                Step::Post | Step::Reply { .. } => sent.event_id,
            }));
        }
        let Some(trouble) = reply.json::<Trouble>() else {
            return match reply.status.as_u16() {
                400 | 410 => not_now(reply),
                _ => by_status(reply, now),
            };
        };
        match trouble.errcode.as_str() {
            "M_LIMIT_EXCEEDED" => {
                let seconds = trouble.retry_after_ms.map(|ms| ms / 1_000.0);
                Verdict::Refused(limited(reply, seconds, now))
            }
            "M_TOO_LARGE" | "M_BAD_JSON" | "M_NOT_JSON" | "M_BAD_EVENT" => never(reply),
            // What this one relates to is not in the room.
            "M_UNKNOWN" | "M_INVALID_PARAM" if *step != Step::Post => Verdict::Lost,
            _ => match reply.status.as_u16() {
                400 => not_now(reply),
                _ => by_status(reply, now),
            },
        }
    }
}

fn content(letter: &Letter) -> Value {
    let brief = &letter.brief;
    let head = vec![Line::strong(&brief.label), Line::headline(brief)];
    let size = |text: String| Value::from(text).to_string().len();
    let cost = |line: &Line| size(html(line, Html::Matrix)) + size(plain(line)) + "<br>".len();
    let lines = fit(head, brief, MAX_CONTENT_BYTES, cost);
    // By the default rules of push, an `m.notice` calls nobody.
    json!({
        "msgtype": "m.text",
        "body": joined(&lines, plain),
        "format": "org.matrix.custom.html",
        "formatted_body": formatted(&lines),
        "m.mentions": {},
    })
}

/// Lines with breaks between them; a quote is a block and breaks by itself.
fn formatted(lines: &[Line]) -> String {
    let mut text = String::new();
    for (n, line) in lines.iter().enumerate() {
        let after_plain = n > 0 && lines[n - 1].kind == Kind::Plain;
        if after_plain && line.kind == Kind::Plain {
            text.push_str("<br>");
        }
        text += &html(line, Html::Matrix);
    }
    text
}
