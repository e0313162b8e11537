//! Asks a hub to push a feed (WebSub, section 5.1). The hub's address was written by a stranger.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::domain::schedule;

use super::failure::FetchFailure;
use super::redirect::Trail;
use super::{Budget, Fetcher, Way, freshness, hosts};

/// Bytes of a hub's answer that are kept to say why it refused.
const MAX_ANSWER_BYTES: usize = 300;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// What is asked of a hub.
#[derive(Debug, Clone, Copy)]
pub struct SubscribeRequest<'a> {
    pub hub: &'a str,
    pub topic: &'a str,
    pub callback: &'a str,
    pub secret: &'a str,
    pub lease: Duration,
    /// The feed's URL: the hub may be a private server only if it is that one.
    pub feed_url: &'a str,
}

/// What a hub answered, other than that it will see to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// What it said, cut short. From outside.
    pub text: String,
    /// How long it asks to be left alone, and which site that is.
    pub retry_after: Option<Duration>,
    pub site: Option<String>,
}

impl Fetcher {
    /// Asks a hub. `Ok(None)` says that it will verify; redirects are followed, since hubs move
    /// (section 5.1.2).
    pub async fn subscribe(
        &self,
        request: &SubscribeRequest<'_>,
    ) -> Result<Option<Refusal>, FetchFailure> {
        let mut budget = Budget::new(self.config.total_timeout);
        budget.spend(self.ask_hub(request)).await?
    }

    async fn ask_hub(
        &self,
        request: &SubscribeRequest<'_>,
    ) -> Result<Option<Refusal>, FetchFailure> {
        let own = is_same_server(request.hub, request.feed_url);
        let mut trail = Trail::start(request.hub)?;
        // The way that leads to private servers is taken only where there is no other to the hub
        // that is the feed's own: what a public one redirects to is as public.
        let is_private = own && self.public.check(&trail).is_err();
        let mut way = if is_private { &self.excepted } else { &self.public };
        loop {
            way.check(&trail)?;
            let permit = self.gate.acquire(&hosts::key(trail.url())).await;
            let response = match self.post(way, &trail, request).await {
                // Nothing was sent: the name has no public address.
                Err(FetchFailure::PrivateAnswer { .. }) if own && !trail.is_redirected() => {
                    way = &self.excepted;
                    self.post(way, &trail, request).await?
                }
                answered => answered?,
            };
            drop(permit);
            let status = response.status();
            if matches!(status.as_u16(), 307 | 308) {
                trail.follow(&response, self.config.max_redirects)?;
                continue;
            }
            if status.is_success() {
                return Ok(None);
            }
            let retry_after = freshness::read(status, response.headers()).retry_after;
            let mut response = response;
            let said = response.chunk().await.ok().flatten().unwrap_or_default();
            let said = &said[..said.len().min(MAX_ANSWER_BYTES)];
            let text = String::from_utf8_lossy(said).into_owned();
            let site = schedule::site(trail.url().as_str());
            return Ok(Some(Refusal { status: status.as_u16(), text, retry_after, site }));
        }
    }
}

impl Fetcher {
    async fn post(
        &self,
        way: &Way,
        trail: &Trail,
        request: &SubscribeRequest<'_>,
    ) -> Result<Response, FetchFailure> {
        let asked = way.client.post(trail.url().clone()).header(CONTENT_TYPE, FORM);
        let sent = way.client.send(asked.body(form(request))).await;
        sent.map_err(|error| FetchFailure::from_request(error, trail.url(), &self.config))
    }
}

fn form(request: &SubscribeRequest<'_>) -> String {
    Serializer::new(String::new())
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.topic", request.topic)
        .append_pair("hub.callback", request.callback)
        .append_pair("hub.secret", request.secret)
        .append_pair("hub.lease_seconds", &request.lease.as_secs().to_string())
        .finish()
}

/// Whether two URLs lead to the same server.
pub(super) fn is_same_server(a: &str, b: &str) -> bool {
    match (Url::parse(a), Url::parse(b)) {
        (Ok(a), Ok(b)) => {
            hosts::key(&a) == hosts::key(&b)
                && a.port_or_known_default() == b.port_or_known_default()
        }
        _ => false,
    }
}
