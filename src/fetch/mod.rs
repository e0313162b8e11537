//! URL → bytes: one polite and precise HTTP attempt for a feed. What the bytes mean is for
//! [`crate::parse`]; when to come again for [`crate::domain::schedule`].
//!
//! [`hosts`] spaces out requests per host; the redirect loop is our own (`redirect`), so that
//! [`crate::egress`] judges every hop; `validators` asks "has it changed?"; `body` and
//! `coding` read no more than is allowed, `memory` no more at once than there is room for; `freshness` reads when to come again; [`stand_in`] knows
//! what stands where a feed was expected; everything that can go wrong is a
//! [`failure::FetchFailure`].

mod body;
mod budget;
mod coding;
pub mod failure;
mod fetched;
mod freshness;
pub mod hosts;
pub mod hub;
mod links;
mod memory;
mod page;
mod redirect;
mod robots;
mod rules;
pub mod stand_in;
mod validators;

#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LINK, RETRY_AFTER,
};
use reqwest::{Response, StatusCode};

use crate::config::FetchConfig;
use crate::domain::feed::Validators;
use crate::domain::schedule;
use crate::egress::{Client, ClientLimits, Egress, EgressError};

use self::body::Reading;
use self::budget::Budget;
use self::failure::FetchFailure;
use self::hosts::{HostGate, Permit};
use self::memory::BodyMemory;
use self::redirect::Trail;
use self::robots::Robots;
use self::stand_in::StandIn;

pub use self::fetched::{Fetched, Stall};

/// What is asked for: feeds first, and anything else rather than nothing, since servers label
/// feeds as they please.
const ACCEPT_FEEDS: HeaderValue = HeaderValue::from_static(
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, \
     application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5",
);

/// 226: the body is not the whole feed but what is new in it (RFC 3229).
const IM_USED: u16 = 226;

/// Longest wait for the turn of a host that a redirect leads to.
const MAX_TURN: Duration = Duration::from_secs(120);

/// Largest sum of names and values of an answer's headers.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Fetches feeds. Clones share connections and the limits per host.
#[derive(Debug, Clone)]
pub struct Fetcher {
    /// To the public internet.
    public: Way,
    /// Also to what the user named in `allow_net`.
    excepted: Way,
    gate: HostGate,
    robots: Robots,
    memory: BodyMemory,
    config: FetchConfig,
    longest_turn: Duration,
}

/// How a URL is asked for.
struct Ask<'a> {
    accept: HeaderValue,
    validators: &'a Validators,
    /// Whether it may lead to what `allow_net` opens.
    private: bool,
    /// Bytes of the body that are read, where its beginning does.
    first: Option<usize>,
}

/// A guard and a client that keeps to it.
#[derive(Debug, Clone)]
struct Way {
    egress: Egress,
    client: Client,
}

impl Fetcher {
    pub fn new(config: &FetchConfig, egress: Egress) -> Result<Self, EgressError> {
        let limits = ClientLimits { connect: config.connect_timeout, read: config.read_timeout };
        Ok(Self {
            public: Way::new(egress.public_only(), limits)?,
            excepted: Way::new(egress, limits)?,
            gate: HostGate::new(config.max_concurrent, config.host_gap),
            robots: Robots::default(),
            memory: BodyMemory::default(),
            config: config.clone(),
            longest_turn: MAX_TURN,
        })
    }

    /// Goes on in the place of another fetcher: by this one's limits, and with what the other
    /// knows of hosts that are to wait and of their robots.txt.
    pub fn succeed(&mut self, old: &Self) {
        self.gate = old.gate.clone();
        self.gate.renew(self.config.max_concurrent, self.config.host_gap);
        self.robots = old.robots.clone();
        self.memory = old.memory.clone();
    }

    /// The same to the public internet only, whatever `allow_net` opens: for addresses that a page
    /// chose and no user. Both keep to one limit per host.
    pub fn public_only(&self) -> Self {
        Self { excepted: self.public.clone(), ..self.clone() }
    }

    /// Fetches `url`, asking with `validators` whether it has changed. Waits for the host's turn
    /// (not counted as fetching), follows redirects (waiting for another host's turn does not
    /// count either, but has a limit), and may be dropped at any point.
    ///
    /// A redirect leads into what `allow_net` opens only if `url` is in there itself: else a
    /// public site could choose which private server is asked.
    pub async fn fetch(&self, url: &str, validators: &Validators) -> Result<Fetched, FetchFailure> {
        self.fetch_moved(url, validators, None).await
    }

    /// The same of a feed that has moved to `url`: it leads no further than a redirect from its
    /// configured URL might.
    pub async fn fetch_moved(
        &self,
        url: &str,
        validators: &Validators,
        moved_from: Option<&str>,
    ) -> Result<Fetched, FetchFailure> {
        let mut budget = Budget::new(self.config.total_timeout);
        let private = moved_from.is_none_or(|from| self.may_lead(from, url));
        let ask = Ask { accept: ACCEPT_FEEDS, validators, private, first: None };
        match self.attempt(url, &ask, coding::OFFERED, &mut budget).await {
            // A server that cannot encode may still serve plain bytes, if asked to.
            Err(FetchFailure::Decode { .. }) => {
                self.attempt(url, &ask, coding::PLAIN, &mut budget).await
            }
            outcome => outcome,
        }
    }

    async fn attempt(
        &self,
        url: &str,
        ask: &Ask<'_>,
        codings: HeaderValue,
        budget: &mut Budget,
    ) -> Result<Fetched, FetchFailure> {
        let mut headers = validators::conditional(ask.validators);
        headers.insert(ACCEPT, ask.accept.clone());
        headers.insert(ACCEPT_ENCODING, codings);

        let mut trail = Trail::start(url)?;
        let widest = if ask.private { &self.excepted } else { &self.public };
        widest.check(&trail)?;
        let mut permit = self.gate.acquire(&hosts::key(trail.url())).await;
        let first = self.first_request(&trail, &headers, ask.private);
        let (way, mut response) = budget.spend(first).await??;
        while redirect::is_redirect(response.status()) {
            trail.follow(&response, self.config.max_redirects)?;
            drop(response);
            way.check(&trail)?;
            let next = hosts::key(trail.url());
            if next != permit.host() {
                // Never hold one host while waiting for another: two feeds that redirect to
                // each other's hosts would wait for ever.
                drop(permit);
                permit = self.turn(&next).await?;
            }
            response = budget.spend(way.request(&trail, &headers, &self.config)).await??;
        }
        let fetched = self.receive(response, &trail, ask, budget).await;
        drop(permit);
        fetched
    }

    /// Waits for the turn of a host that a redirect leads to: not longer than it would be worth.
    async fn turn(&self, host: &str) -> Result<Permit, FetchFailure> {
        let turn = tokio::time::timeout(self.longest_turn, self.gate.acquire(host)).await;
        turn.map_err(|_| FetchFailure::TimeoutTotal { after: self.longest_turn })
    }

    /// Whether a move may lead to what `allow_net` opens: only if the configured URL plainly is in
    /// there too, by its address or at the same host.
    fn may_lead(&self, from: &str, to: &str) -> bool {
        match (Trail::start(from), Trail::start(to)) {
            (Ok(from), Ok(to)) => {
                from.url().host() == to.url().host() || self.public.check(&from).is_err()
            }
            _ => false,
        }
    }

    /// Requests the configured URL, and finds which way the whole fetch goes: the excepted one
    /// only if there is no other to this URL.
    async fn first_request(
        &self,
        trail: &Trail,
        headers: &HeaderMap,
        private: bool,
    ) -> Result<(&Way, Response), FetchFailure> {
        if self.public.check(trail).is_ok() {
            match self.public.request(trail, headers, &self.config).await {
                // Nothing was sent: the name has no public address.
                Err(FetchFailure::PrivateAnswer { .. }) if private => {}
                outcome => return outcome.map(|response| (&self.public, response)),
            }
        }
        let response = self.excepted.request(trail, headers, &self.config).await?;
        Ok((&self.excepted, response))
    }

    async fn receive(
        &self,
        response: Response,
        trail: &Trail,
        ask: &Ask<'_>,
        budget: &mut Budget,
    ) -> Result<Fetched, FetchFailure> {
        let status = response.status();
        let headers = response.headers().clone();
        check_header_size(&headers)?;
        let fresh = freshness::read(status, &headers);
        let mut fetched = Fetched {
            status: status.as_u16(),
            not_modified: status == StatusCode::NOT_MODIFIED,
            delta: status.as_u16() == IM_USED,
            body: Bytes::new(),
            content_type: text(headers.get(CONTENT_TYPE)),
            link_headers: texts(&headers, &LINK),
            validators: validators::received(&headers),
            freshness: fresh,
            links: links::read(&headers, trail.url()),
            final_url: trail.final_url(),
            permanent_url: trail.permanent_url(),
            truncated: false,
            stalled: None,
            mislabelled: None,
            bytes: 0,
        };
        if fetched.not_modified {
            if !validators::may_answer_304(ask.validators) {
                return Err(FetchFailure::UnaskedNotModified);
            }
            // A 304 need not repeat what it confirms (RFC 9110, section 15.4.5).
            fetched.validators = validators::merged(ask.validators, fetched.validators);
            return Ok(fetched);
        }
        // A refusal that names a time to come again says enough.
        let busy = fresh.retry_after.is_some();
        if let Some(page) = StandIn::by_headers(&headers).filter(|_| !busy) {
            return Err(FetchFailure::StandIn { status: status.as_u16(), page });
        }
        if !status.is_success() {
            let peeked = budget.spend(refusal(response, &headers)).await;
            if let Ok(Some(page)) = peeked {
                return Err(FetchFailure::StandIn { status: status.as_u16(), page });
            }
            return Err(FetchFailure::Status {
                status: status.as_u16(),
                retry_after: fresh.retry_after,
                site: schedule::site(&fetched.final_url),
            });
        }
        let (config, memory) = (&self.config, &self.memory);
        let read = body::read(response, &headers, config, memory, ask.first, budget).await?;
        let Reading { body, truncated, stalled, mislabelled } = read;
        fetched.mislabelled = mislabelled;
        fetched.stalled = stalled;
        fetched.truncated = truncated || status == StatusCode::PARTIAL_CONTENT;
        if fetched.truncated {
            fetched.validators = Validators::default();
        }
        fetched.bytes = body.len() as u64;
        fetched.body = body;
        Ok(fetched)
    }
}

impl Way {
    fn new(egress: Egress, limits: ClientLimits) -> Result<Self, EgressError> {
        let client = egress.client(limits)?;
        Ok(Self { egress, client })
    }

    /// Whether this way leads to where the trail has come to.
    fn check(&self, trail: &Trail) -> Result<(), FetchFailure> {
        self.egress.check(trail.url()).map_err(FetchFailure::Refused).map_err(|f| told(f, trail))
    }

    async fn request(
        &self,
        trail: &Trail,
        headers: &HeaderMap,
        config: &FetchConfig,
    ) -> Result<Response, FetchFailure> {
        let request = self.client.get(trail.url().clone()).headers(headers.clone());
        self.client
            .send(request)
            .await
            .map_err(|error| told(FetchFailure::from_request(error, trail.url(), config), trail))
    }
}

/// Whether a server that refuses checks for a browser: those who do answer so, and say it in the
/// body. A refusal that names a time to come again says enough.
async fn refusal(response: Response, headers: &HeaderMap) -> Option<StandIn> {
    let suspect = matches!(response.status().as_u16(), 403 | 405 | 429 | 503);
    if !suspect || headers.contains_key(RETRY_AFTER) {
        return None;
    }
    let body = body::peek(response, headers, stand_in::LOOKED_AT_BYTES).await;
    StandIn::of(&body, "", "").filter(|page| *page == StandIn::Challenge)
}

/// A failure that says where a redirect is to blame.
fn told(failure: FetchFailure, trail: &Trail) -> FetchFailure {
    if trail.is_redirected() { failure.after_redirect() } else { failure }
}

fn check_header_size(headers: &HeaderMap) -> Result<(), FetchFailure> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MAX_HEADER_BYTES {
        return Err(FetchFailure::HeadersTooLarge { limit_bytes: MAX_HEADER_BYTES });
    }
    Ok(())
}

fn texts(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    headers.get_all(name).iter().filter_map(|value| text(Some(value))).collect()
}

fn text(value: Option<&HeaderValue>) -> Option<String> {
    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
