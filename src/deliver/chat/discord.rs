//! Discord, through a webhook: one embed (<https://discord.com/developers/docs/resources/webhook>,
//! limits: <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>). With
//! `wait=true` it gives the message's id back, by which the webhook may rewrite it. A webhook cannot
//! answer; in a forum it can open a post per alert and go on in it.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::fit::{cut, fit, units};
use super::markup::{discord, joined, markdown, quiet};
use super::{
    Call, Letter, Service, Step, Verdict, below, by_status, colour, limited, never, no_access,
    not_now,
};
use crate::config::Updates;
use crate::deliver::http::Reply;

/// Longest title and author, description, and name of a post in a forum; in UTF-16 units, of which
/// there are never fewer than of whatever is counted.
const MAX_TITLE_UNITS: usize = 256;
const MAX_TEXT_UNITS: usize = 4_096;
const MAX_POST_UNITS: usize = 100;

/// Codes of errors: <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>.
const UNKNOWN_CHANNEL: u64 = 10_003;
const UNKNOWN_MESSAGE: u64 = 10_008;
const INVALID_BODY: u64 = 50_035;

/// Codes of a webhook that is to post to a forum and names no post, or names one elsewhere.
const OF_THE_PLACE: std::ops::RangeInclusive<u64> = 220_001..=220_004;

pub struct Discord {
    hook: Url,
    /// The thread all messages go to.
    thread: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    channel_id: String,
}

#[derive(Deserialize)]
struct Trouble {
    code: Option<u64>,
    retry_after: Option<f64>,
}

impl Discord {
    pub fn new(hook: Url, thread: Option<String>) -> Self {
        Self { hook, thread }
    }

    fn body(letter: &Letter) -> Value {
        let brief = &letter.brief;
        let written = |line: &_| markdown(line, discord);
        let lines = fit(Vec::new(), brief, MAX_TEXT_UNITS, |line| units(&written(line)));
        let mut embed = json!({
            "author": { "name": cut(&quiet(&brief.label), MAX_TITLE_UNITS, units) },
            "title": title(&brief.headline),
            "description": joined(&lines, written),
            "color": colour(brief.severity),
        });
        if let Some(link) = &brief.link {
            embed["url"] = json!(link);
        }
        json!({ "embeds": [embed], "allowed_mentions": { "parse": [] } })
    }
}

impl Service for Discord {
    fn place(&self) -> String {
        // The webhook's id; the token behind it is the secret.
        let mut segments = self.hook.path_segments().into_iter().flatten();
        let id = segments.find(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        id.unwrap_or("discord").to_owned()
    }

    fn can_reply(&self) -> bool {
        false
    }

    fn call(&self, letter: &Letter, step: &Step) -> Call {
        let mut body = Self::body(letter);
        let mut thread = self.thread.clone();
        let (method, mut url) = match step {
            Step::Edit(handle) => {
                let (_, message) = handle.split_once('/').unwrap_or(("", handle));
                (Method::PATCH, below(&self.hook, &["messages", message]))
            }
            Step::Reply { first, .. } => {
                let (channel, _) = first.split_once('/').unwrap_or((first, ""));
                thread = Some(thread.unwrap_or_else(|| channel.to_owned()));
                (Method::POST, self.hook.clone())
            }
            Step::Post => {
                if letter.updates == Updates::Thread && thread.is_none() {
                    let name = format!("{}: {}", letter.brief.label, letter.brief.headline);
                    body["thread_name"] = json!(cut(&name, MAX_POST_UNITS, units));
                }
                (Method::POST, self.hook.clone())
            }
        };
        if method == Method::POST {
            url.query_pairs_mut().append_pair("wait", "true");
        }
        if let Some(thread) = thread {
            url.query_pairs_mut().append_pair("thread_id", &thread);
        }
        Call { method, url, body }
    }

    fn judge(&self, reply: &Reply, step: &Step, now: jiff::Timestamp) -> Verdict {
        if reply.status.is_success() {
            let message = reply.json::<Message>();
            return Verdict::Taken(message.map(|m| format!("{}/{}", m.channel_id, m.id)));
        }
        let trouble = reply.json::<Trouble>();
        let code = trouble.as_ref().and_then(|trouble| trouble.code);
        match (reply.status.as_u16(), code) {
            (429, _) => {
                let seconds = trouble.and_then(|trouble| trouble.retry_after);
                Verdict::Refused(limited(reply, seconds, now))
            }
            (_, Some(UNKNOWN_MESSAGE | UNKNOWN_CHANNEL)) if *step != Step::Post => Verdict::Lost,
            (400, Some(INVALID_BODY)) => never(reply),
            (400, Some(code)) if OF_THE_PLACE.contains(&code) => no_access(reply),
            (400, _) => not_now(reply),
            _ => by_status(reply, now),
        }
    }
}

/// A title, in which some markup is read as well.
fn title(headline: &str) -> String {
    let mut room = headline.chars().count();
    loop {
        let written = discord(&crate::domain::untrusted::excerpt(headline, room));
        if units(&written) <= MAX_TITLE_UNITS || room == 0 {
            return written;
        }
        room -= room.div_ceil(8);
    }
}
