//! What becomes due with time alone: revisions that `repeat_every` held back are made, and stories
//! that waited for publishers in vain are given up. The database says when; each revision is one
//! transaction, decided as one that an entry brings.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::pipeline::{Pipeline, RENDER, routes};
use super::post::Post;
use crate::clock::Clock;
use crate::domain::feed::{Feed, Interval};
use crate::domain::ids::AlertId;
use crate::domain::ingest::{Batch, plan_due};
use crate::store::error::StoreError;
use crate::store::follow_ups::DueAlert;

/// How often the database is looked at: what was held back in the meantime is due hours later.
const EVERY: Duration = Duration::from_secs(60);

/// Revisions taken at once.
const PAGE: u32 = 100;

/// What makes revisions that are due.
#[derive(Clone)]
pub(super) struct FollowUps {
    pub clock: Clock,
    pub post: Post,
}

impl FollowUps {
    /// Looks until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            self.look().await;
            let next = self.clock.elapsed().saturating_add(self.nap());
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Ok(()) = self.post.pipeline.changed() => {}
                () = self.clock.sleep_until(next) => {}
            }
        }
    }

    /// Until something is due, at most [`EVERY`]: what waits may change at any time.
    fn nap(&self) -> Duration {
        let next = self.post.store().next_follow_up().ok().flatten();
        let wait = next.map(|at| Duration::try_from(at.duration_since(self.clock.now())));
        wait.and_then(Result::ok).filter(|wait| !wait.is_zero()).unwrap_or(EVERY).min(EVERY)
    }

    /// Makes what is due now. A store that fails is told, and looked at again the next time.
    pub async fn look(&self) {
        let pipeline = self.post.pipeline.borrow().clone();
        if let Err(error) = make_due(&pipeline, self.clock.now()).await {
            let code = error.code();
            tracing::warn!(code, %error, "revisions of alerts that are due have to wait");
        }
    }
}

async fn make_due(pipeline: &Pipeline, now: Timestamp) -> Result<(), StoreError> {
    let store = &pipeline.store;
    // What is due years ahead may be due: a clock that has been put back since may have said so.
    let is_later = store.next_follow_up()?.is_none_or(|next| next > now);
    if is_later && store.due_follow_ups(now, 1)?.is_empty() {
        return Ok(());
    }
    let expired = store.expire_pending(now).await?;
    if expired > 0 {
        tracing::debug!(expired, "stories did not get the publishers their topics ask for");
    }
    loop {
        let due = store.due_follow_ups(now, PAGE)?;
        let mut orphans: Vec<AlertId> = Vec::new();
        let full = due.len() == PAGE as usize;
        for alert in due {
            if !follow_up(pipeline, &alert, now).await? {
                orphans.push(alert.alert);
            }
        }
        store.drop_follow_ups(orphans, now).await?;
        if !full {
            return Ok(());
        }
    }
}

/// Makes one revision. `false`: nobody can, for its topic is configured no longer, or what it was
/// found by is gone.
async fn follow_up(
    pipeline: &Pipeline,
    due: &DueAlert,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let config = &pipeline.config;
    let Some(topic) = config.topics.get(&due.topic) else {
        return Ok(false);
    };
    let feed = config.feeds.iter().find(|feed| feed.key == due.feed_key).cloned();
    let feed = feed.unwrap_or_else(|| retired(due));
    let title = due.feed_title.clone();
    let batch = Arc::new(Batch::without_entries(feed, due.feed, title, now, routes(config)));
    let (decided, topic) = (batch.clone(), Arc::clone(topic));
    let decide = move |view: &_, due: &_| plan_due(view, &decided, (due, &topic), now, RENDER);
    let Some(plan) = pipeline.store.follow_up(due.alert, batch, decide).await? else {
        return Ok(false);
    };
    for revision in &plan.alerts {
        let (alert, seq, reason) = (revision.alert, revision.seq, &revision.reason.text);
        tracing::info!(%alert, seq, topic = %due.topic, %reason, "a revision that waited is made");
    }
    if !plan.deliveries.is_empty() {
        pipeline.committed.send_replace(());
    }
    Ok(true)
}

/// A feed that is configured no longer, as far as a revision speaks of it.
fn retired(due: &DueAlert) -> Arc<Feed> {
    Arc::new(Feed {
        key: due.feed_key.clone(),
        url: due.feed_url.clone(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        paused: true,
        interval: Interval { floor: Duration::ZERO, ceiling: Duration::ZERO },
        backfill: Duration::ZERO,
        full_text: false,
    })
}
