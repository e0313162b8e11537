//! What becomes due with time alone: revisions that `repeat_every` held back are made, and stories
//! that waited for publishers in vain are given up. The database says when; each revision is one
//! transaction, decided as one that an entry brings.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::events::log_overspent;
use super::pipeline::{Pipeline, RENDER, routes};
use super::post::Post;
use crate::clock::Clock;
use crate::domain::alert::Reason;
use crate::domain::alert::pending::Pending;
use crate::domain::feed::{Feed, Interval};
use crate::domain::ids::{AlertId, FeedKey};
use crate::domain::ingest::{Batch, View, plan_due, plan_waiting};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::follow_ups::DueAlert;

/// How often the database is looked at: what was held back in the meantime is due hours later.
const EVERY: Duration = Duration::from_secs(60);

/// Revisions taken at once.
const PAGE: u32 = 100;

/// How often a revision is tried before it is given up: what fails so often does not get better.
const MAX_FAILURES: u32 = 3;

/// What makes revisions that are due.
pub(super) struct FollowUps {
    clock: Clock,
    post: Post,
    /// Alerts whose revision could not be made, with how often.
    failures: HashMap<AlertId, u32>,
}

impl FollowUps {
    pub fn new(clock: Clock, post: Post) -> Self {
        Self { clock, post, failures: HashMap::new() }
    }

    /// Looks until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            // Before looking: a clock that leaps meanwhile is noticed.
            let began = self.clock.elapsed();
            self.look().await;
            let next = began.saturating_add(self.nap());
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
    pub async fn look(&mut self) {
        let pipeline = self.post.pipeline.borrow().clone();
        if let Err(error) = self.make_due(&pipeline, self.clock.now()).await {
            let code = error.code();
            tracing::warn!(code, %error, "revisions of alerts that are due have to wait");
        }
    }

    async fn make_due(&mut self, pipeline: &Pipeline, now: Timestamp) -> Result<(), StoreError> {
        let store = &pipeline.store;
        if store.waits_ahead(now)? {
            let waits = store.put_waits_back(now).await?;
            let stories = waits.len();
            tracing::info!(stories, "stories wait by the clock as it is now; it was ahead before");
            for pending in waits {
                look_again(pipeline, pending, now).await?;
            }
        }
        // What is due years ahead may be due: a clock that was put back since may have said so.
        let is_later = store.next_follow_up()?.is_none_or(|next| next > now);
        if is_later && store.due_follow_ups(now, 1)?.is_empty() {
            return Ok(());
        }
        let expired = store.expire_pending(now).await?;
        if expired > 0 {
            tracing::debug!(expired, "stories did not get the publishers their topics ask for");
        }
        // Those that fail stay due: each is tried once.
        let mut failed: HashSet<AlertId> = HashSet::new();
        loop {
            let limit = PAGE.saturating_add(u32::try_from(failed.len()).unwrap_or(u32::MAX));
            let due = store.due_follow_ups(now, limit)?;
            let full = due.len() == limit as usize;
            let mut orphans: Vec<AlertId> = Vec::new();
            for alert in
                due.into_iter().filter(|due| !failed.contains(&due.alert)).collect::<Vec<_>>()
            {
                match follow_up(pipeline, &alert, now).await {
                    Ok(made) => {
                        self.failures.remove(&alert.alert);
                        orphans.extend((!made).then_some(alert.alert));
                    }
                    Err(error) if is_of_the_store(&error) => return Err(error),
                    Err(error) => {
                        failed.insert(alert.alert);
                        self.fail(store, &alert, &error, now).await?;
                    }
                }
            }
            store.drop_follow_ups(orphans, now).await?;
            if !full {
                return Ok(());
            }
        }
    }

    /// Notes that a revision could not be made, and gives it up if it fails too often.
    async fn fail(
        &mut self,
        store: &Store,
        due: &DueAlert,
        error: &StoreError,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let failures = self.failures.entry(due.alert).or_default();
        *failures = failures.saturating_add(1);
        let (alert, topic, code, count) = (due.alert, &due.topic, error.code(), *failures);
        if count < MAX_FAILURES {
            tracing::warn!(%alert, %topic, code, %error, count, "a revision cannot be made: tried again");
            return Ok(());
        }
        tracing::error!(%alert, %topic, code, %error, count, "a revision cannot be made: given up");
        let text = format!("could not be made, tried {count} times: {error}");
        store.give_up_follow_up(alert, Reason::of("failed", text), now).await?;
        self.failures.remove(&due.alert);
        Ok(())
    }
}

/// Whether an error says that nothing can be written now, whichever alert it is.
fn is_of_the_store(error: &StoreError) -> bool {
    use StoreError::{Busy, Closed, Disk, Full, Locked, ReadOnly};
    matches!(error, Busy | Closed | Full | ReadOnly | Disk { .. } | Locked { .. })
}

/// Makes one revision. `false`: nobody can, for its topic is configured no longer, or what it was
/// found by is gone.
async fn follow_up(
    pipeline: &Pipeline,
    due: &DueAlert,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let config = &pipeline.config;
    let mut topics = config.topics.topics();
    let Some((topic, rule)) = topics.find(|(topic, _)| topic.id == due.topic) else {
        return Ok(false);
    };
    let feed = config.feeds.iter().find(|feed| feed.key == due.feed_key).cloned();
    let feed = feed.unwrap_or_else(|| retired(&due.feed_key, &due.feed_url));
    let title = due.feed_title.clone();
    let batch = Batch::without_entries(feed, due.feed, title, now, routes(config));
    let batch = Arc::new(Batch { publishers: Arc::clone(config.topics.publishers()), ..batch });
    let curious = topic.alert.follow_up.new_facts;
    let (decided, topic) = (batch.clone(), Arc::clone(topic));
    let decide =
        move |view: &_, due: &_| plan_due(view, &decided, (due, &topic, rule), now, RENDER);
    let Some(plan) = pipeline.store.follow_up(due.alert, batch, curious, decide).await? else {
        return Ok(false);
    };
    for revision in &plan.alerts {
        let (alert, seq, reason) = (revision.alert, revision.seq, &revision.reason.text);
        tracing::info!(%alert, seq, topic = %due.topic, %reason, "a revision that waited is made");
    }
    log_overspent(&plan.overspent);
    if !plan.deliveries.is_empty() {
        pipeline.committed.send_replace(());
    }
    Ok(true)
}

/// Decides anew over a story that waits: publishers that told it while the clock was wrong count.
async fn look_again(
    pipeline: &Pipeline,
    pending: Pending,
    now: Timestamp,
) -> Result<(), StoreError> {
    let config = &pipeline.config;
    let mut topics = config.topics.topics();
    let topic = topics.find(|(topic, _)| topic.id == pending.topic);
    let Some((topic, rule)) = topic.map(|(topic, rule)| (Arc::clone(topic), rule)) else {
        return Ok(());
    };
    let Some((waits, state)) = pipeline.store.waiter(&pending)? else {
        return Ok(());
    };
    let feed = config.feeds.iter().find(|feed| feed.key == state.key).cloned();
    let feed = feed.unwrap_or_else(|| retired(&state.key, &state.url));
    let batch = Batch::without_entries(feed, state.id, state.title, now, routes(config));
    let batch = Arc::new(Batch { publishers: Arc::clone(config.topics.publishers()), ..batch });
    let (decided, name) = (Arc::clone(&batch), pending.topic.clone());
    let decide =
        move |view: &View| plan_waiting(view, &decided, (&waits, &topic, rule), now, RENDER);
    let plan = pipeline.store.look_again(pending, batch, decide).await?;
    for plan in plan.iter().filter(|plan| !plan.alerts.is_empty()) {
        let alerts = plan.alerts.len();
        tracing::info!(topic = %name, alerts, "a story that waited is raised");
        log_overspent(&plan.overspent);
        pipeline.committed.send_replace(());
    }
    Ok(())
}

/// A feed that is configured no longer, as far as a revision speaks of it.
fn retired(key: &FeedKey, url: &str) -> Arc<Feed> {
    Arc::new(Feed {
        key: key.clone(),
        url: url.to_owned(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        paused: true,
        interval: Interval { floor: Duration::ZERO, ceiling: Duration::ZERO },
        backfill: Duration::ZERO,
        full_text: false,
    })
}
