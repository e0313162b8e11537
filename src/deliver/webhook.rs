//! The webhook: the alert object by POST to a URL of the user's, signed as the Standard Webhooks
//! specification (1.0.0) asks. The bytes are those fixed at commit, the id is that of the
//! delivery; both stay the same over all attempts, so that a receiver can tell a repeat.
//!
//! Only 2xx is success. A redirect is not followed: the user named one address, not what it
//! points to. All other answers are tried again, but for the few that speak of the bytes.

mod signature;

use std::time::{Duration, SystemTime};

use futures_util::future::{BoxFuture, join_all};
use futures_util::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use url::Url;

use crate::clock::Clock;
use crate::config::WebhookChannel;
use crate::domain::alert::delivery::Claimed;
use crate::domain::untrusted;
use crate::egress::{ClientLimits, Egress};

use self::signature::Signer;
use super::{Capacity, Channel, ChannelError, OpenError, Receipt};

/// Attempts under way at once: enough to drain a day's queue, too few to hurt a small receiver.
const CONCURRENT: usize = 4;

/// Most of an answer that is read, in bytes: it only serves to tell a person what is wrong.
const MAX_ANSWER_BYTES: usize = 4 * 1024;

/// Longest detail that is kept of an answer, in characters.
const MAX_DETAIL_CHARS: usize = 500;

/// Longest wait for the text of an answer whose status is already known.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);

/// Headers that carry meaning of ours or of the protocol.
const RESERVED: [&str; 10] = [
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// A webhook as a channel.
pub struct Webhook {
    url: Url,
    client: reqwest::Client,
    headers: HeaderMap,
    signer: Option<Signer>,
    timeout: Duration,
    clock: Clock,
}

impl Webhook {
    /// Checks all that can be checked without a request.
    pub fn new(config: &WebhookChannel, egress: &Egress, clock: Clock) -> Result<Self, OpenError> {
        let url = Url::parse(&config.url).map_err(OpenError::Url)?;
        egress.check(&url).map_err(OpenError::Refused)?;
        let limits =
            ClientLimits { connect: CONNECT_TIMEOUT.min(config.timeout), read: config.timeout };
        Ok(Self {
            url,
            client: egress.client(limits).map_err(OpenError::Client)?,
            headers: headers(config)?,
            signer: config.secret.as_ref().map(Signer::new).transpose()?,
            timeout: config.timeout,
            clock,
        })
    }

    async fn attempt(&self, delivery: &Claimed) -> Result<Receipt, ChannelError> {
        let request = self.request(delivery);
        let response = match tokio::time::timeout(self.timeout, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(unanswered(error)),
            Err(_) => return Err(ChannelError::transient("timeout", None)),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let detail = answer_text(response).await;
        judge(status, &headers, detail, self.clock.now())
    }

    fn request(&self, delivery: &Claimed) -> reqwest::RequestBuilder {
        let id = delivery.id.to_string();
        let timestamp = self.clock.now().as_second();
        let mut request = self
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("wirewatch-attempt", delivery.attempt);
        if let Some(signer) = &self.signer {
            let signature = signer.sign(&id, timestamp, &delivery.body);
            request = request.header("webhook-signature", signature);
        }
        request.body(delivery.body.clone())
    }
}

impl Channel for Webhook {
    fn capacity(&self) -> Capacity {
        Capacity {
            batch: 1,
            concurrent: CONCURRENT,
            patience: self.timeout.saturating_add(2 * ANSWER_WAIT),
        }
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        join_all(batch.iter().map(|delivery| self.attempt(delivery))).boxed()
    }
}

/// What an answer means for the delivery.
fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    detail: Option<String>,
    now: Timestamp,
) -> Result<Receipt, ChannelError> {
    let code = format!("http_{}", status.as_u16());
    match status.as_u16() {
        200..=299 => Ok(Receipt { detail }),
        // Gone for good, or these very bytes were refused: they will fare no better.
        400 | 410 | 413 | 422 => Err(ChannelError::Permanent { code: code.into(), detail }),
        // All else may be put right: a receiver that is being redeployed answers 404 for a
        // while, a proxy before it redirects to a login, a token is renewed.
        _ => Err(ChannelError::Transient {
            code: code.into(),
            retry_after: retry_after(headers, now),
            detail,
        }),
    }
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
fn unanswered(error: reqwest::Error) -> ChannelError {
    let code = if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "network"
    };
    // The URL of a webhook is often a secret; the innermost error says what happened.
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ChannelError::transient(code, detail(&cause.to_string()))
}

/// The start of an answer's text. The status is known: nothing that goes wrong here matters.
async fn answer_text(response: Response) -> Option<String> {
    let mut text = Vec::new();
    let read = async {
        let mut chunks = response.bytes_stream();
        while let Some(Ok(chunk)) = chunks.next().await {
            let room = MAX_ANSWER_BYTES - text.len();
            text.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if text.len() == MAX_ANSWER_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(ANSWER_WAIT, read).await;
    detail(&String::from_utf8_lossy(&text))
}

fn detail(text: &str) -> Option<String> {
    let text = untrusted::excerpt(text.trim(), MAX_DETAIL_CHARS);
    (!text.is_empty()).then(|| text.into_owned())
}

/// The user's own headers, marked so that nothing prints their values.
fn headers(config: &WebhookChannel) -> Result<HeaderMap, OpenError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &config.headers {
        let refuse = |why| OpenError::Header { name: name.clone(), why };
        if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(refuse("it is set by wirewatch"));
        }
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| refuse("the name has characters that no header may have"))?;
        let mut value = HeaderValue::from_str(value.reveal())
            .map_err(|_| refuse("the value has characters that no header may have"))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests;
