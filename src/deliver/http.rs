//! One request to the service behind a channel, and what its answer means: shared by all channels
//! that speak HTTP. Requests go through the egress guard, redirects are not followed (the user named
//! one address, not what it points to), and of an answer no more is read than tells what is wrong.

use std::time::{Duration, SystemTime};

use futures_util::StreamExt as _;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::object::shield;
use super::{ChannelError, OpenError};
use crate::clock::Clock;
use crate::config::{Credentials, Secret};
use crate::domain::untrusted;
use crate::egress::{Client, ClientLimits, Egress, SendError};

/// Most of an answer that is read, in bytes: the longest that a service of those known sends is a
/// message as it stored it.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Longest detail that is kept of an answer, in characters.
const MAX_DETAIL_CHARS: usize = 500;

/// Longest wait for the text of an answer whose status is already known.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);

/// Makes requests for one channel.
pub struct Caller {
    client: Client,
    timeout: Duration,
    clock: Clock,
}

impl Caller {
    /// For requests to `url` and below, each answered within `timeout`. Nothing is sent yet.
    pub fn new(
        url: &Url,
        timeout: Duration,
        egress: &Egress,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        egress.check(url).map_err(OpenError::Refused)?;
        let limits = ClientLimits { connect: CONNECT_TIMEOUT.min(timeout), read: timeout };
        let client = egress.client(limits).map_err(OpenError::Client)?;
        Ok(Self { client, timeout, clock })
    }

    /// To begin requests with, which [`Caller::call`] sends.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How long one [`Caller::call`] may take.
    pub fn patience(&self) -> Duration {
        self.timeout.saturating_add(2 * ANSWER_WAIT)
    }

    /// Sends a request and waits for its answer, whatever it says.
    pub async fn call(&self, request: RequestBuilder) -> Result<Reply, ChannelError> {
        let response = match tokio::time::timeout(self.timeout, self.client.send(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(unanswered(error)),
            Err(_) => return Err(ChannelError::transient("timeout", None)),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let body = answer_body(response).await;
        Ok(Reply { status, headers, body })
    }
}

/// What a service answered. All of it is from outside.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Its start, at most 64 KiB.
    pub body: Vec<u8>,
}

impl Reply {
    /// The start of its text on one line, for a person; `None` if there is none.
    pub fn detail(&self) -> Option<String> {
        detail(&String::from_utf8_lossy(&self.body))
    }

    /// The body read as JSON; `None` if it is none of that shape.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// How long the service asks to be left alone.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry_after(&self.headers, now)
    }

    /// What the status means for a delivery, if nothing in the body says more: only 2xx is success.
    pub fn judge(&self, now: Timestamp) -> Result<(), ChannelError> {
        let code = format!("http_{}", self.status.as_u16());
        match self.status.as_u16() {
            200..=299 => Ok(()),
            // Gone for good, or these very bytes were refused: they will fare no better.
            400 | 410 | 413 | 422 => {
                Err(ChannelError::Permanent { code: code.into(), detail: self.detail() })
            }
            // All else may be put right: a receiver that is being redeployed answers 404 for a
            // while, a proxy before it redirects to a login, a token is renewed.
            _ => Err(ChannelError::Transient {
                code: code.into(),
                retry_after: self.retry_after(now),
                detail: self.detail(),
            }),
        }
    }
}

/// A service's address with these parts added to its path.
pub(super) fn below(base: &str, parts: &[&str]) -> Result<Url, OpenError> {
    let mut url = Url::parse(base).map_err(OpenError::Url)?;
    // Only a URL that is no address of a server has no path to add to.
    let path = url.path_segments_mut();
    path.map_err(|()| OpenError::Url(url::ParseError::RelativeUrlWithCannotBeABaseBase))?
        .pop_if_empty()
        .extend(parts);
    Ok(url)
}

/// A request that says who makes it. Its value is marked so that nothing prints it.
pub(super) fn authorized(request: RequestBuilder, credentials: &Credentials) -> RequestBuilder {
    match credentials {
        Credentials::None => request,
        Credentials::Basic { username, password } => {
            request.basic_auth(username, password.as_ref().map(Secret::reveal))
        }
        Credentials::Bearer(token) => request.bearer_auth(token.reveal()),
    }
}

/// A request with a JSON body.
pub(super) fn with_json(request: RequestBuilder, body: &impl Serialize) -> RequestBuilder {
    request.header(CONTENT_TYPE, "application/json").body(shield::to_json(body))
}

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3). How much of it is granted is
/// decided with the settlement.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit ask for a very long time.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::from(now)).unwrap_or_default())
}

/// There was no answer.
fn unanswered(error: SendError) -> ChannelError {
    let code = match error {
        SendError::ConnectTimeout | SendError::Timeout => "timeout",
        SendError::Connect(_) => "connect",
        _ => "network",
    };
    // The innermost error says what happened; none names the URL, which often is a secret.
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ChannelError::transient(code, detail(&cause.to_string()))
}

/// The start of an answer. The status is known: nothing that goes wrong here matters.
async fn answer_body(response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let read = async {
        let mut chunks = response.bytes_stream();
        while let Some(Ok(chunk)) = chunks.next().await {
            let room = MAX_ANSWER_BYTES - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == MAX_ANSWER_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(ANSWER_WAIT, read).await;
    body
}

fn detail(text: &str) -> Option<String> {
    let text = untrusted::excerpt(text.trim(), MAX_DETAIL_CHARS);
    (!text.is_empty()).then(|| text.into_owned())
}
