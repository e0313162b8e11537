//! A subscription at a hub that pushes a feed (WebSub, W3C Recommendation of 2018): what state it
//! is in, and when the hub is asked again. The daemon asks; the hub calls back.

use std::time::Duration;

use jiff::Timestamp;

use super::ReasonCode;
use crate::domain::ids::{FeedId, FeedKey};

/// Code of a fetch that was none: a hub brought the document.
pub const PUSHED: &str = "pushed";

/// How long a subscription is asked for.
pub const LEASE: Duration = Duration::from_secs(10 * 86_400);

/// Bounds on the lease that a hub grants: shorter ones would have us ask all the time, and beyond
/// the longest one the hub may have forgotten us.
const LEASES: (Duration, Duration) = (Duration::from_secs(600), Duration::from_secs(30 * 86_400));

/// How long a hub has to verify what was asked of it.
const VERIFY_WITHIN: Duration = Duration::from_secs(300);

/// Wait after a failure, doubled with each further one.
const BACKOFF: Duration = Duration::from_secs(300);
const BACKOFF_CAP: Duration = Duration::from_secs(86_400);

/// Code of a request that the hub has yet to verify.
const ASKED: &str = "asked";

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushState {
    /// The feed names a hub; it was not asked yet.
    Found,
    /// The hub was asked and has yet to verify.
    Asked,
    /// The hub pushes, until the lease ends.
    Active,
    /// The hub refused or could not be asked; it is asked again.
    Failed,
    /// The feed no longer names a hub.
    Gone,
}

impl PushState {
    pub const ALL: [PushState; 5] =
        [PushState::Found, PushState::Asked, PushState::Active, PushState::Failed, PushState::Gone];

    pub fn as_str(self) -> &'static str {
        match self {
            PushState::Found => "found",
            PushState::Asked => "asked",
            PushState::Active => "active",
            PushState::Failed => "failed",
            PushState::Gone => "gone",
        }
    }
}

/// A subscription as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    pub feed: FeedId,
    pub key: FeedKey,
    pub hub: String,
    /// What is subscribed to: the feed's own idea of its URL.
    pub topic: String,
    /// Last part of the callback's path; nobody but the hub knows it.
    pub token: Option<String>,
    /// What the hub signs with.
    pub secret: Option<String>,
    pub state: PushState,
    /// Until when the hub pushes.
    pub lease_until: Option<Timestamp>,
    /// When the hub is asked next.
    pub next_at: Timestamp,
    /// Failures in a row.
    pub attempts: u32,
    /// How the last exchange ended.
    pub code: Option<ReasonCode>,
    /// From outside.
    pub detail: Option<String>,
    pub pushes: u64,
    pub last_push: Option<Timestamp>,
}

impl Subscription {
    /// After the hub took the request: it verifies, or is asked again.
    pub fn asked(self, now: Timestamp) -> Self {
        let renewing = self.is_active(now);
        Self {
            state: if renewing { PushState::Active } else { PushState::Asked },
            next_at: later(now, VERIFY_WITHIN),
            code: Some(ASKED.into()),
            detail: None,
            ..self
        }
    }

    /// After the hub verified: it pushes for so long, and is asked again after three quarters of
    /// that.
    pub fn verified(self, lease: Option<Duration>, now: Timestamp) -> Self {
        let lease = lease.unwrap_or(LEASE).clamp(LEASES.0, LEASES.1);
        Self {
            state: PushState::Active,
            lease_until: Some(later(now, lease)),
            next_at: later(now, lease.mul_f64(0.75)),
            attempts: 0,
            code: Some("verified".into()),
            detail: None,
            ..self
        }
    }

    /// After the hub refused, denied, or could not be asked. A lease goes on to its end.
    pub fn failed(self, code: ReasonCode, detail: Option<String>, now: Timestamp) -> Self {
        let doublings = self.attempts.min(16);
        let wait = BACKOFF.saturating_mul(1 << doublings).min(BACKOFF_CAP);
        Self {
            state: if self.is_active(now) { PushState::Active } else { PushState::Failed },
            next_at: later(now, wait),
            attempts: self.attempts.saturating_add(1),
            code: Some(code),
            detail,
            ..self
        }
    }

    /// When the hub's site asked to be left alone for so long.
    pub fn postponed(self, wait: Duration, now: Timestamp) -> Self {
        Self { next_at: later(now, wait.min(BACKOFF_CAP)), ..self }
    }

    /// After the hub was told that there is no such subscription, the feed being paused or gone:
    /// it no longer pushes, and is asked anew once the feed is wanted again.
    pub fn ended(self, now: Timestamp) -> Self {
        Self { state: PushState::Found, lease_until: None, next_at: now, code: None, ..self }
    }

    /// Whether the hub took a request and has not verified it. Once it is due again, it has
    /// failed to.
    pub fn is_unverified(&self) -> bool {
        self.code.as_deref() == Some(ASKED)
    }

    /// Whether the hub pushes now.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    /// Whether we want what a hub asks us to confirm.
    pub fn wants(&self, topic: &str) -> bool {
        self.topic == topic && !matches!(self.state, PushState::Found | PushState::Gone)
    }
}

fn later(at: Timestamp, wait: Duration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
