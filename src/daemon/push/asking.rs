//! Asks the hubs that are due, a few at a time, and keeps how that went. Hubs answer to the desk
//! above, [`super::Push::verify`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{StreamExt as _, iter};

use super::CALLBACK_PATH;
use crate::daemon::holds::Holds;
use crate::daemon::pipeline::Pipeline;
use crate::domain::feed::Feed;
use crate::domain::feed::push::{LEASE, Subscription};
use crate::domain::ids::FeedKey;
use crate::domain::schedule::{self, SiteHold};
use crate::domain::untrusted;
use crate::fetch::hub::{Refusal, SubscribeRequest};
use crate::store::error::StoreError;

/// Hubs asked in one go, and so many of them at the same time: one that hangs keeps no other
/// waiting.
const BATCH: usize = 50;
const AT_ONCE: usize = 8;

/// Bytes of randomness in a token and a secret.
const RANDOM_BYTES: usize = 24;

/// Asks the hubs that are due. Returns how long until the next one is. Those of feeds that are
/// paused, or not of this configuration, are left as they are.
pub(super) async fn ask_due(
    pipeline: &Pipeline,
    holds: &Holds,
    public_url: &str,
) -> Result<Option<Duration>, StoreError> {
    let fetched = pipeline.config.feeds.iter().filter(|feed| !feed.paused);
    let feeds: HashMap<&FeedKey, &Arc<Feed>> = fetched.map(|feed| (&feed.key, feed)).collect();
    let wanted = |key: &FeedKey| feeds.contains_key(key);
    let now = pipeline.clock.now();
    let due = pipeline.store.due_subscriptions(now, BATCH, wanted)?;
    if !due.is_empty() {
        let held = pipeline.store.site_holds(now)?;
        let asked = due.into_iter().filter_map(|due| {
            let feed = *feeds.get(&due.key)?;
            let desk = Desk { pipeline, holds, held: &held, public_url };
            Some(desk.ask(feed, due))
        });
        let done: Vec<Result<(), StoreError>> =
            iter(asked).buffer_unordered(AT_ONCE).collect().await;
        done.into_iter().collect::<Result<(), _>>()?;
    }
    pipeline.store.until_subscription(pipeline.clock.now(), wanted)
}

/// What it takes to ask a hub.
struct Desk<'a> {
    pipeline: &'a Pipeline,
    holds: &'a Holds,
    /// The sites that are left alone.
    held: &'a [SiteHold],
    public_url: &'a str,
}

impl Desk<'_> {
    /// Asks one hub, unless it is to be left alone or has failed to verify the last request: then it
    /// is asked later. Whenever the hub called back meanwhile, what it said then counts.
    async fn ask(self, feed: &Feed, due: Subscription) -> Result<(), StoreError> {
        let Self { pipeline, held, public_url, .. } = self;
        let (store, now) = (&pipeline.store, pipeline.clock.now());
        if due.is_unverified() {
            let failed = due.clone().failed("unverified".into(), None, now);
            return keep_failure(pipeline, due, failed).await;
        }
        let site = schedule::site(&due.hub);
        if let Some(hold) = held.iter().find(|hold| Some(&hold.site) == site.as_ref()) {
            let later = due.clone().postponed(hold.wait, now);
            return store.follow_subscription(due, later).await.map(drop);
        }
        let fresh = || random().map_err(|error| error.to_string());
        let names = match (due.token.clone(), due.secret.clone()) {
            (Some(token), Some(secret)) => Ok((token, secret)),
            _ => fresh().and_then(|token| Ok((token, fresh()?))),
        };
        let (token, secret) = match names {
            Ok(names) => names,
            Err(why) => {
                let failed = due.clone().failed("no_randomness".into(), Some(why), now);
                return keep_failure(pipeline, due, failed).await;
            }
        };
        let callback = format!("{}{CALLBACK_PATH}{token}", public_url.trim_end_matches('/'));
        // Kept before the hub is asked: it may call back before it answers.
        let names =
            Subscription { token: Some(token), secret: Some(secret.clone()), ..due.clone() };
        let kept = names.asked(now);
        if !store.follow_subscription(due, kept.clone()).await? {
            return Ok(());
        }
        let request = SubscribeRequest {
            hub: &kept.hub,
            topic: &kept.topic,
            callback: &callback,
            secret: &secret,
            lease: LEASE,
            feed_url: &feed.url,
        };
        let (code, detail) = match pipeline.fetcher.subscribe(&request).await {
            Ok(None) => return Ok(()),
            Ok(Some(refusal)) => {
                self.hold(&refusal).await?;
                let detail = untrusted::log_line(&refusal.text).into_owned();
                (format!("http_{}", refusal.status).into(), detail)
            }
            Err(failure) => (failure.code(), failure.to_string()),
        };
        let failed = kept.clone().failed(code, Some(detail), pipeline.clock.now());
        keep_failure(pipeline, kept, failed).await
    }

    /// A hub that asks to be left alone means whoever asks its site: feeds and pages too.
    async fn hold(&self, refusal: &Refusal) -> Result<(), StoreError> {
        let (pipeline, now) = (self.pipeline, self.pipeline.clock.now());
        let (site, status) = (refusal.site.clone(), Some(refusal.status));
        let Some(hold) = schedule::hold_by_page(site, status, now, refusal.retry_after) else {
            return Ok(());
        };
        tracing::info!(site = %hold.site, wait_s = hold.wait.as_secs(), "the hub asks to be left alone");
        self.holds.begin(&hold, pipeline.clock.elapsed());
        pipeline.store.hold_site(hold, Vec::new(), now).await
    }
}

async fn keep_failure(
    pipeline: &Pipeline,
    before: Subscription,
    failed: Subscription,
) -> Result<(), StoreError> {
    let (feed, code) = (failed.key.clone(), failed.code.clone());
    if pipeline.store.follow_subscription(before, failed).await? {
        tracing::info!(%feed, code = code.as_deref(), "the hub did not do as asked: it is asked again later, and the feed is polled");
    }
    Ok(())
}

/// A text that cannot be guessed.
fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; RANDOM_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
