//! The webhook: the alert object, or a rendering of it ([`body`]), by POST to a URL of the user's, signed as the Standard Webhooks
//! specification (1.0.0) asks, over the bytes that are sent. These come from those fixed at commit, the
//! id is that of the delivery; both stay the same over all attempts, so that a receiver can tell a
//! repeat.
//!
//! Only 2xx is success. A redirect is not followed: the user named one address, not what it
//! points to. All other answers are tried again, but for the few that speak of the bytes.

mod body;
mod signature;

use std::borrow::Cow;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::clock::Clock;
use crate::config::WebhookChannel;
use crate::domain::alert::delivery::Claimed;
use crate::egress::Egress;

use self::body::Body;
pub use self::body::TemplateError;
use self::signature::Signer;
use super::http::Caller;
use super::{Capacity, Channel, ChannelError, OpenError, Preview, Receipt};

/// Attempts under way at once: enough to drain a day's queue, too few to hurt a small receiver.
const CONCURRENT: usize = 4;

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
    caller: Caller,
    headers: HeaderMap,
    signer: Option<Signer>,
    body: Body,
}

impl Webhook {
    /// Checks all that can be checked without a request.
    pub fn new(config: &WebhookChannel, egress: &Egress, clock: Clock) -> Result<Self, OpenError> {
        let url = Url::parse(&config.url).map_err(OpenError::Url)?;
        Ok(Self {
            caller: Caller::new(&url, config.timeout, egress, clock)?,
            url,
            headers: headers(config)?,
            signer: config.secret.as_ref().map(Signer::new).transpose()?,
            body: Body::new(&config.body)?,
        })
    }

    async fn attempt(&self, delivery: &Claimed) -> Result<Receipt, ChannelError> {
        let body = self.body.render(delivery)?.into_owned();
        let reply = self.caller.call(self.request(delivery, body)).await?;
        let detail = reply.detail();
        reply.judge(self.caller.now())?;
        Ok(Receipt { detail, handle: self.body.handle(delivery) })
    }

    fn request(&self, delivery: &Claimed, body: Vec<u8>) -> reqwest::RequestBuilder {
        let id = delivery.id.to_string();
        let timestamp = self.caller.now().as_second();
        let mut request = self
            .caller
            .client()
            .post(self.url.clone())
            .headers(self.headers.clone())
            .header(CONTENT_TYPE, self.body.content_type())
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("wirewatch-attempt", delivery.attempt);
        if let Some(signer) = &self.signer {
            let signature = signer.sign(&id, timestamp, &body);
            request = request.header("webhook-signature", signature);
        }
        request.body(body)
    }
}

impl Channel for Webhook {
    fn capacity(&self) -> Capacity {
        Capacity { batch: 1, concurrent: CONCURRENT, patience: self.caller.patience() }
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        join_all(batch.iter().map(|delivery| self.attempt(delivery))).boxed()
    }

    fn preview(&self, delivery: &Claimed) -> Preview {
        let content_type = self.body.content_type();
        let rendered = self.body.render(delivery).map(Cow::into_owned);
        Preview::of(content_type.to_str().unwrap_or_default(), rendered)
    }
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
