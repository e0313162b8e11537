//! Chat services and phones: ntfy, Slack, Mattermost, Discord, Telegram and Matrix, a file each. What
//! a message says is a [`Brief`], made of the delivery's bytes; [`fit`] cuts it to the service's
//! limits, [`markup`] writes it so that nothing a feed says can mention, command or format.
//!
//! The first revision of an alert is posted; the ones after it rewrite that message, answer it or
//! stand for themselves, as the channel's `updates` says and the service can. Where the message they
//! belong to is gone (somebody deleted it, the channel moved) they are posted anew.

mod brief;
mod discord;
mod fit;
pub(super) mod markup;
mod matrix;
mod mattermost;
mod ntfy;
mod slack;
mod telegram;

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use url::Url;

use crate::clock::Clock;
use crate::config::{ChatChannel, ChatService, Secret, Updates};
use crate::domain::alert::delivery::{Claimed, Thread};
use crate::domain::topic::Severity;
use crate::egress::Egress;

use self::brief::Brief;
use super::http::{Caller, Reply};
use super::parcel::Parcel;
use super::{Capacity, Channel, ChannelError, OpenError, Preview, Receipt};

/// Attempts under way at once: all these services slow down who sends more than one a second.
const CONCURRENT: usize = 1;

/// Most requests for one attempt: one that finds that its message is gone or that the chat has moved,
/// one more for the other of these, and the one that posts.
const MAX_REQUESTS: u32 = 3;

/// The service's word for bytes it will never take, and for all else that it refuses.
const REFUSED: &str = "refused";
const NOT_TAKEN: &str = "not_taken";

/// The service's word for a channel that it does not let post there, whatever it posts.
const NO_ACCESS: &str = "no_access";

/// A chat service as a channel.
pub struct Chat {
    service: Box<dyn Service>,
    caller: Caller,
    updates: Updates,
}

/// What is to be told, and under which names.
struct Letter {
    brief: Brief,
    /// The idempotency key.
    id: String,
    updates: Updates,
}

/// How a message relates to those that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Post,
    /// Rewrite this message.
    Edit(String),
    /// Answer the first message of the alert, after the last one.
    Reply {
        first: String,
        last: String,
    },
}

/// A request, but for what opens the door.
struct Call {
    method: Method,
    url: Url,
    body: Value,
}

/// What became of a request.
enum Verdict {
    /// By which name the service knows the message.
    Taken(Option<String>),
    /// The message to be rewritten or answered is not there.
    Lost,
    /// The place has moved, and the service knows where to.
    Moved,
    Refused(ChannelError),
}

/// One service's manner of speaking.
trait Service: Send + Sync {
    /// Where messages go, in one word: a handle is worth nothing elsewhere.
    fn place(&self) -> String;

    /// Whether a rewritten message can be followed by an answer to it.
    fn can_reply(&self) -> bool {
        true
    }

    /// By which name a message goes that the service gives none.
    fn name(&self, _letter: &Letter, _step: &Step) -> Option<String> {
        None
    }

    fn call(&self, letter: &Letter, step: &Step) -> Call;

    /// Adds what opens the door.
    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request
    }

    fn judge(&self, reply: &Reply, step: &Step, now: jiff::Timestamp) -> Verdict;
}

impl Chat {
    /// Checks all that can be checked without a request.
    pub fn new(config: &ChatChannel, egress: &Egress, clock: Clock) -> Result<Self, OpenError> {
        let address = config.service.address().ok_or(OpenError::NoSecret)?;
        let url = Url::parse(address).map_err(OpenError::Url)?;
        let service: Box<dyn Service> = match &config.service {
            ChatService::Ntfy { topic, login, .. } => {
                Box::new(ntfy::Ntfy::new(url.clone(), topic, login.clone()))
            }
            ChatService::SlackHook { .. } => Box::new(slack::Hook::new(url.clone())),
            ChatService::SlackBot { channel, token, .. } => {
                Box::new(slack::Bot::new(url.clone(), channel, known(token)?))
            }
            ChatService::Mattermost { .. } => Box::new(mattermost::Mattermost::new(url.clone())),
            ChatService::Discord { thread, .. } => {
                Box::new(discord::Discord::new(url.clone(), thread.clone()))
            }
            ChatService::Telegram { token, chat, thread, .. } => {
                Box::new(telegram::Telegram::new(url.clone(), known(token)?, chat, *thread))
            }
            ChatService::Matrix { room, token, .. } => {
                Box::new(matrix::Matrix::new(url.clone(), room, known(token)?))
            }
        };
        let caller = Caller::new(&url, config.timeout, egress, clock)?;
        Ok(Self { service, caller, updates: config.updates })
    }

    fn letter(&self, delivery: &Claimed) -> Result<Letter, ChannelError> {
        let parcel = Parcel::read(&delivery.body)?;
        let brief = Brief::of(&parcel);
        Ok(Letter { brief, id: delivery.id.to_string(), updates: self.updates })
    }

    /// How a message comes out.
    fn step(&self, letter: &Letter, thread: &Thread) -> Step {
        let place = self.service.place();
        let here = |handle: &str| Some(handle.strip_prefix(&place)?.strip_prefix(' ')?.to_owned());
        let Some(last) = thread.last().and_then(here) else {
            return Step::Post;
        };
        // Where the channel has moved, the first messages stand elsewhere: a conversation has its root
        // in the first one here, and never in an answer.
        let first = thread.handles.iter().find_map(|handle| here(handle));
        let first = first.unwrap_or_else(|| last.clone());
        match self.updates {
            Updates::Message => Step::Post,
            Updates::Thread => Step::Reply { first, last },
            Updates::Edit if !letter.brief.is_escalation => Step::Edit(last),
            // A message that is rewritten calls nobody.
            Updates::Edit if self.service.can_reply() => Step::Reply { first, last },
            Updates::Edit => Step::Post,
        }
    }

    async fn attempt(&self, delivery: &Claimed) -> Result<Receipt, ChannelError> {
        let letter = self.letter(delivery)?;
        let mut step = self.step(&letter, &delivery.thread);
        let mut requests = 0;
        loop {
            requests += 1;
            let request = self.service.signed(self.request(self.service.call(&letter, &step)));
            let reply = self.caller.call(request).await?;
            match self.service.judge(&reply, &step, self.caller.now()) {
                Verdict::Taken(id) => {
                    let id = id.or_else(|| self.service.name(&letter, &step));
                    let handle = id.map(|id| format!("{} {id}", self.service.place()));
                    return Ok(Receipt { detail: None, handle });
                }
                Verdict::Refused(error) => return Err(error),
                Verdict::Lost | Verdict::Moved if requests >= MAX_REQUESTS => {
                    return Err(ChannelError::transient(NOT_TAKEN, reply.detail()));
                }
                Verdict::Lost => step = Step::Post,
                // What it was to rewrite or answer stands elsewhere.
                Verdict::Moved => step = self.step(&letter, &delivery.thread),
            }
        }
    }

    fn request(&self, call: Call) -> RequestBuilder {
        let request = self.caller.client().request(call.method, call.url);
        request.header(CONTENT_TYPE, "application/json").body(call.body.to_string())
    }
}

impl Channel for Chat {
    fn capacity(&self) -> Capacity {
        let patience = self.caller.patience().saturating_mul(MAX_REQUESTS);
        Capacity { batch: 1, concurrent: CONCURRENT, patience }
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        join_all(batch.iter().map(|delivery| self.attempt(delivery))).boxed()
    }

    fn preview(&self, delivery: &Claimed) -> Preview {
        let body = self.letter(delivery).map(|letter| {
            let step = self.step(&letter, &delivery.thread);
            format!("{:#}", self.service.call(&letter, &step).body)
        });
        let text = body.unwrap_or_else(|error| error.detail().unwrap_or_default().to_owned());
        Preview { content_type: "application/json".to_owned(), text }
    }
}

/// A secret that a channel cannot do without.
fn known(secret: &Option<Secret>) -> Result<Secret, OpenError> {
    secret.clone().ok_or(OpenError::NoSecret)
}

/// `base` with these path segments behind its own, each as it is.
fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // An http URL always has a path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// The error of a service that asks to be left alone for so many seconds, as its body says or, where
/// it says nothing, its headers.
fn limited(reply: &Reply, seconds: Option<f64>, now: jiff::Timestamp) -> ChannelError {
    let told = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok());
    let asked = told.into_iter().chain(reply.retry_after(now)).max();
    let code = format!("http_{}", reply.status.as_u16());
    ChannelError::Transient { code: code.into(), retry_after: asked, detail: reply.detail() }
}

/// What the status alone means, for a service whose 400 may be put right: only bodies it calls too
/// large or malformed are given up at once.
fn by_status(reply: &Reply, now: jiff::Timestamp) -> Verdict {
    match reply.judge(now) {
        Ok(()) => Verdict::Taken(None),
        Err(error) => Verdict::Refused(error),
    }
}

fn never(reply: &Reply) -> Verdict {
    Verdict::Refused(ChannelError::Permanent { code: REFUSED.into(), detail: reply.detail() })
}

fn not_now(reply: &Reply) -> Verdict {
    Verdict::Refused(ChannelError::transient(NOT_TAKEN, reply.detail()))
}

fn no_access(reply: &Reply) -> Verdict {
    Verdict::Refused(ChannelError::transient(NO_ACCESS, reply.detail()))
}

/// The colour beside a message. The label says the severity in words.
fn colour(severity: Severity) -> u32 {
    match severity {
        Severity::Critical => 0xb3_1412,
        Severity::High => 0xd9_4f04,
        Severity::Medium => 0xc4_9a00,
        Severity::Low => 0x2b_7bb9,
        Severity::Info => 0x6b_7280,
    }
}

#[cfg(test)]
mod tests;
