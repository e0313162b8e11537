//! Feeds that are pushed (WebSub): asks hubs, confirms what was asked, and takes what they push
//! into the same parse → match → ingest as what is fetched. Polling goes on beside it. The HTTP
//! side of the callback is in the `web` room.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::events::{Event, Events};
use super::pipeline::{Pipeline, Pushed};
use super::scheduler::Order;
use crate::domain::feed::push::{LEASE, Subscription};
use crate::domain::untrusted;
use crate::fetch::hub::SubscribeRequest;
use crate::store::error::StoreError;

mod signature;

/// Path of the callback, before the token.
pub const CALLBACK_PATH: &str = "/websub/";

/// Hubs asked in one go, and the longest wait for something to do.
const BATCH: u32 = 50;
const MAX_NAP: Duration = Duration::from_secs(600);
const STORE_RETRY: Duration = Duration::from_secs(60);

/// Pushes that are read at the same time; a hub that brings more is asked to come again.
const CONCURRENT: usize = 8;

/// Bytes of randomness in a token and a secret.
const RANDOM_BYTES: usize = 24;

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
}

impl Push {
    pub(super) fn new(
        pipeline: watch::Receiver<Arc<Pipeline>>,
        events: Events,
        orders: mpsc::UnboundedSender<Order>,
    ) -> Self {
        let reading = Arc::new(Semaphore::new(CONCURRENT));
        Self { pipeline, events, orders, wake: Arc::new(Notify::new()), reading }
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
        let asked = async {
            for due in pipeline.store.due_subscriptions(pipeline.clock.now(), BATCH)? {
                ask(pipeline, due, &public_url).await?;
            }
            pipeline.store.until_subscription(pipeline.clock.now())
        };
        match asked.await {
            Ok(wait) => wait.unwrap_or(MAX_NAP).min(MAX_NAP),
            Err(error) => {
                let error: StoreError = error;
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
        if !subscription.wants(&query.topic) {
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

    /// Takes what a hub pushes. It is answered after the commit: what was not stored comes again.
    /// What bears no good signature is ignored (WebSub, section 7.1).
    pub async fn receive(
        &self,
        token: &str,
        signature: &[u8],
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<Answer, StoreError> {
        let Ok(_turn) = self.reading.try_acquire() else {
            return Ok(Answer::Busy);
        };
        let pipeline = self.pipeline.borrow().clone();
        let now = pipeline.clock.now();
        let Some(subscription) = pipeline.store.subscription_of(token)? else {
            return Ok(Answer::NotFound);
        };
        let configured = pipeline.config.feeds.iter().find(|feed| feed.key == subscription.key);
        let Some(feed) = configured.filter(|_| subscription.is_active(now)) else {
            return Ok(Answer::NotFound);
        };
        let secret = subscription.secret.as_deref().unwrap_or_default();
        if !signature::is_good(signature, secret.as_bytes(), &body) {
            tracing::warn!(feed = %feed.key, "a push without a good signature was ignored");
            return Ok(Answer::Accepted);
        }
        let outcome = pipeline.pushed(feed, &subscription, content_type, body).await?;
        pipeline.store.count_push(subscription.feed, now).await?;
        match outcome {
            Pushed::Read(visit) => self.events.tell(Event::Visited(visit)),
            // The hub says that there is something new, without bringing it.
            Pushed::Unreadable => {
                let _stopping = self.orders.send(Order::Visit(feed.key.clone()));
            }
        }
        Ok(Answer::Accepted)
    }
}

/// Asks one hub, and keeps how that went.
async fn ask(pipeline: &Pipeline, due: Subscription, public_url: &str) -> Result<(), StoreError> {
    let now = pipeline.clock.now();
    let configured = pipeline.config.feeds.iter().find(|feed| feed.key == due.key);
    let Some(feed) = configured else {
        return Ok(());
    };
    let due = due.due(now);
    let fresh = || random().map_err(|error| error.to_string());
    let names = match (due.token.clone(), due.secret.clone()) {
        (Some(token), Some(secret)) => Ok((token, secret)),
        _ => fresh().and_then(|token| Ok((token, fresh()?))),
    };
    let (token, secret) = match names {
        Ok(names) => names,
        Err(why) => {
            let failed = due.failed("no_randomness".into(), Some(why), now);
            return pipeline.store.save_subscription(failed).await;
        }
    };
    let callback = format!("{}{CALLBACK_PATH}{token}", public_url.trim_end_matches('/'));
    // Kept before the hub is asked: it may call back before it answers.
    let kept = Subscription { token: Some(token), secret: Some(secret.clone()), ..due }.asked(now);
    pipeline.store.save_subscription(kept.clone()).await?;
    let request = SubscribeRequest {
        hub: &kept.hub,
        topic: &kept.topic,
        callback: &callback,
        secret: &secret,
        lease: LEASE,
        feed_url: &feed.url,
    };
    let failed = match pipeline.fetcher.subscribe(&request).await {
        Ok(None) => return Ok(()),
        Ok(Some(refusal)) => {
            let detail = untrusted::log_line(&refusal.text).into_owned();
            kept.failed(format!("http_{}", refusal.status).into(), Some(detail), now)
        }
        Err(failure) => kept.failed(failure.code(), Some(failure.to_string()), now),
    };
    tracing::info!(feed = %feed.key, code = failed.code.as_deref(), "the hub does not push this feed yet: it is polled");
    pipeline.store.save_subscription(failed).await
}

/// A text that cannot be guessed.
fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; RANDOM_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
