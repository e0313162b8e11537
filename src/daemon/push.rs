//! Feeds that are pushed (WebSub): asks hubs, confirms what was asked, and takes what they push
//! into the same parse → match → ingest as what is fetched. Polling goes on beside it. The HTTP
//! side of the callback is in the `web` room.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::events::{Event, Events};
use super::holds::Holds;
use super::pipeline::{Pipeline, Pushed};
use super::scheduler::Order;
use crate::domain::feed::Feed;
use crate::domain::feed::push::Subscription;
use crate::domain::ids::FeedKey;
use crate::domain::untrusted;
use crate::store::error::StoreError;

mod asking;
mod signature;

/// Path of the callback, before the token.
pub const CALLBACK_PATH: &str = "/websub/";

/// Longest wait for something to do.
const MAX_NAP: Duration = Duration::from_secs(600);
const STORE_RETRY: Duration = Duration::from_secs(60);

/// Pushes that are read at the same time; a hub that brings more is asked to come again.
const CONCURRENT: usize = 8;

/// What callers from outside are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Confirmed: the hub gets its challenge back.
    Challenge(String),
    /// Taken, or ignored without saying so.
    Accepted,
    /// There is no such subscription.
    NotFound,
    /// Come again.
    Busy,
}

/// What a hub asks to be confirmed, or tells (WebSub, section 5.3 and 5.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HubQuery {
    pub mode: String,
    pub topic: String,
    pub challenge: String,
    pub lease: Option<Duration>,
    pub reason: Option<String>,
}

/// The desk at which subscriptions are kept. Clones are the same desk.
#[derive(Clone)]
pub struct Push {
    pipeline: watch::Receiver<Arc<Pipeline>>,
    events: Events,
    orders: mpsc::UnboundedSender<Order>,
    wake: Arc<Notify>,
    reading: Arc<Semaphore>,
    busy: Busy,
    /// The sites that are left alone, by feeds and pages too.
    holds: Holds,
}

impl Push {
    pub(super) fn new(
        pipeline: watch::Receiver<Arc<Pipeline>>,
        events: Events,
        orders: mpsc::UnboundedSender<Order>,
        holds: Holds,
    ) -> Self {
        let reading = Arc::new(Semaphore::new(CONCURRENT));
        let (wake, busy) = (Arc::new(Notify::new()), Busy::default());
        Self { pipeline, events, orders, wake, reading, busy, holds }
    }

    /// Keeps subscriptions until told to stop. Without a public URL there is nobody to push to.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut changes = self.pipeline.clone();
        loop {
            let pipeline = changes.borrow_and_update().clone();
            let nap = tokio::select! {
                () = stop.cancelled() => return,
                nap = self.ask_due(&pipeline) => nap,
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = pipeline.hubs.notified() => {}
                () = self.wake.notified() => {}
                Ok(()) = changes.changed() => {}
                () = pipeline.clock.sleep(nap) => {}
            }
        }
    }

    async fn ask_due(&self, pipeline: &Pipeline) -> Duration {
        let public_url = pipeline.config.http.as_ref().and_then(|http| http.public_url.clone());
        let Some(public_url) = public_url else {
            return MAX_NAP;
        };
        match asking::ask_due(pipeline, &self.holds, &public_url).await {
            Ok(wait) => wait.unwrap_or(MAX_NAP).min(MAX_NAP),
            Err(error) => {
                tracing::error!(code = error.code(), %error, "subscriptions wait: the database failed");
                STORE_RETRY
            }
        }
    }

    /// A hub asks whether we meant it, or tells that it will not push.
    pub async fn verify(&self, token: &str, query: HubQuery) -> Result<Answer, StoreError> {
        let pipeline = self.pipeline.borrow().clone();
        let Some(subscription) = pipeline.store.subscription_of(token)? else {
            return Ok(Answer::NotFound);
        };
        let now = pipeline.clock.now();
        let fetched = fetched(&pipeline, &subscription.key).is_some();
        if !fetched || !subscription.wants(&query.topic) {
            return Ok(Answer::NotFound);
        }
        let (after, answer) = match query.mode.as_str() {
            "subscribe" if !query.challenge.is_empty() => {
                tracing::info!(feed = %subscription.key, "the hub pushes this feed from now on");
                (subscription.verified(query.lease, now), Answer::Challenge(query.challenge))
            }
            "denied" => {
                let reason =
                    query.reason.as_deref().map(|text| untrusted::log_line(text).into_owned());
                tracing::warn!(feed = %subscription.key, reason = reason.as_deref(), "the hub will not push this feed: it is polled");
                let denied = Subscription { lease_until: None, ..subscription };
                (denied.failed("denied".into(), reason, now), Answer::Accepted)
            }
            // We never unsubscribe: a feed that is not configured any more is answered with 404.
            _ => return Ok(Answer::NotFound),
        };
        let order = Order::Pushed { feed: after.key.clone(), until: after.lease_until };
        pipeline.store.save_subscription(after).await?;
        let _stopping = self.orders.send(order);
        self.wake.notify_one();
        Ok(answer)
    }

    /// Whether a body that comes for this token is to be read: strangers are sent away before
    /// their bytes take any memory. A hub that pushes a feed which is paused or no longer
    /// configured is told to forget it.
    pub async fn admit(&self, token: &str) -> Result<Admission, StoreError> {
        let pipeline = self.pipeline.borrow().clone();
        let now = pipeline.clock.now();
        let Some(subscription) = pipeline.store.subscription_of(token)? else {
            return Ok(Admission::Refused(Answer::NotFound));
        };
        let Some(feed) = fetched(&pipeline, &subscription.key) else {
            if subscription.lease_until.is_some() {
                let ended = subscription.clone().ended(now);
                pipeline.store.follow_subscription(subscription, ended).await?;
            }
            return Ok(Admission::Refused(Answer::NotFound));
        };
        if !subscription.is_active(now) {
            return Ok(Admission::Refused(Answer::NotFound));
        }
        let Some(turn) = Turn::take(&self.reading, &self.busy, &feed.key) else {
            return Ok(Admission::Refused(Answer::Busy));
        };
        let push = self.clone();
        let reading = Reading { push, pipeline, feed, subscription, _turn: turn };
        Ok(Admission::Granted(Box::new(reading)))
    }
}

/// What becomes of a push before its body is read.
pub enum Admission {
    Granted(Box<Reading>),
    Refused(Answer),
}

/// A push whose body may be read. So many of them there are at the same time.
pub struct Reading {
    push: Push,
    pipeline: Arc<Pipeline>,
    feed: Arc<Feed>,
    subscription: Subscription,
    _turn: Turn,
}

/// The right to read a body: one of so many, and the only one of its feed, so that no hub takes the
/// turns of all others.
struct Turn {
    feed: FeedKey,
    busy: Busy,
    _place: OwnedSemaphorePermit,
}

/// Feeds of which a body is being read.
type Busy = Arc<Mutex<HashSet<FeedKey>>>;

impl Turn {
    fn take(places: &Arc<Semaphore>, busy: &Busy, feed: &FeedKey) -> Option<Self> {
        let place = places.clone().try_acquire_owned().ok()?;
        let is_first = busy.lock().unwrap_or_else(PoisonError::into_inner).insert(feed.clone());
        is_first.then(|| Self { feed: feed.clone(), busy: busy.clone(), _place: place })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.feed);
    }
}

impl Reading {
    /// Most bytes that are read of the body.
    pub fn max_body_bytes(&self) -> usize {
        usize::try_from(self.pipeline.config.fetch.max_body_bytes).unwrap_or(usize::MAX)
    }

    /// Takes what a hub pushes. It is answered after the commit: what was not stored comes again.
    /// What bears no good signature is ignored (WebSub, section 7.1).
    pub async fn receive(
        self,
        signature: &[u8],
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<Answer, StoreError> {
        let Self { push, pipeline, feed, subscription, .. } = &self;
        let secret = subscription.secret.as_deref().unwrap_or_default();
        if !signature::is_good(signature, secret.as_bytes(), &body) {
            tracing::warn!(feed = %feed.key, "a push without a good signature was ignored");
            return Ok(Answer::Accepted);
        }
        let now = pipeline.clock.now();
        let outcome = pipeline.pushed(feed, subscription, content_type, body).await?;
        pipeline.store.count_push(subscription.feed, now).await?;
        match outcome {
            Pushed::Read(visit) => push.events.tell(Event::Visited(visit)),
            // The hub says that there is something new, without bringing it.
            Pushed::Unreadable => {
                let _stopping = push.orders.send(Order::Ping(feed.key.clone()));
            }
        }
        Ok(Answer::Accepted)
    }
}

/// The feed of this key, unless it is paused or not configured.
fn fetched(pipeline: &Pipeline, key: &FeedKey) -> Option<Arc<Feed>> {
    let mut feeds = pipeline.config.feeds.iter();
    feeds.find(|feed| feed.key == *key && !feed.paused).cloned()
}
