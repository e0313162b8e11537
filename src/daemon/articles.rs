//! Reads the pages behind entries of feeds that want it, each when it is due ([`super::page`]). A
//! queue in the database says what is wanted, so that nothing is forgotten over a restart;
//! [`super::pipeline`] fills it in the commit that stores an entry.
//!
//! Pages are taken site by site: one at a time of each, and next of the site that was served
//! longest ago, so that none keeps the others waiting, be it slow or have it hundreds of pages.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::holds::Holds;
use super::page::{self, Means};
use super::pipeline::Pipeline;
use crate::domain::entry::article::WantedArticle;
use crate::domain::ids::FeedKey;
use crate::fetch::hosts::HostGate;
use crate::store::error::StoreError;

/// Pages read at the same time.
const SLOTS: usize = 8;

/// Sites with pages that are due which are chosen from at once, those that waited longest.
const CHOICE: u32 = 1_000;

/// Sites of which it is known when they were served; when there are more, all are alike again.
const MAX_SERVED: usize = 4_096;

/// Longest wait for something to do; a wake-up comes with each new entry.
const MAX_NAP: Duration = Duration::from_secs(300);

/// Wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(30);

/// Time for the pages of a single round. What is not read then waits in the queue.
const ROUND: Duration = Duration::from_secs(60);

/// What reads articles. It follows the pipeline of the configuration that runs.
pub struct Articles {
    pub pipeline: watch::Receiver<Arc<Pipeline>>,
    /// Told whenever entries were stored whose pages are wanted.
    pub wanted: Arc<Notify>,
    /// The gate and the holds of the feeds: a server is one and the same to both.
    pub gate: HostGate,
    pub holds: Holds,
}

/// The pages that are being read.
#[derive(Default)]
struct Desk {
    running: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// Lines of which one is being read.
    busy: Vec<String>,
    /// When a line was served last, as a count of pages.
    served: HashMap<String, u64>,
    turns: u64,
    /// Nothing is begun before, in monotonic time: the store failed.
    resume_at: Duration,
}

/// A page that was read, or not.
struct Ended {
    line: String,
    result: Result<(), StoreError>,
}

impl Articles {
    /// Reads until told to stop. A page that is being read then is read again after the next
    /// start.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut desk = Desk::default();
        loop {
            // What is being read goes on with the pipeline that it was begun with.
            let pipeline = self.pipeline.borrow_and_update().clone();
            let nap = self.begin_due(&pipeline, &mut desk).await;
            let is_paused = pipeline.storage.pause().is_some();
            tokio::select! {
                () = stop.cancelled() => return,
                _ = pipeline.storage.ready(), if is_paused => {}
                Some(ended) = desk.running.next() => desk.ended(ended, &pipeline),
                () = self.wanted.notified() => {}
                Ok(()) = self.pipeline.changed() => {}
                () = pipeline.clock.sleep(nap) => {}
            }
        }
    }

    /// Reads what is due now, for a single round, within bounds.
    pub async fn drain(&self, stop: &CancellationToken) {
        let pipeline = self.pipeline.borrow().clone();
        let mut desk = Desk::default();
        let all = async {
            loop {
                let nap = self.begin_due(&pipeline, &mut desk).await;
                match desk.running.next().await {
                    Some(ended) => desk.ended(ended, &pipeline),
                    None if nap.is_zero() => {}
                    None => return,
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = all => {}
            () = pipeline.clock.sleep(ROUND) => {
                tracing::info!(after_s = ROUND.as_secs(), "the other pages are read next time");
            }
        }
    }

    /// Begins as many pages as there are slots for, and none while nothing can be stored: what a page
    /// says would be lost. Returns how long to wait if nothing happens in between.
    async fn begin_due(&self, pipeline: &Arc<Pipeline>, desk: &mut Desk) -> Duration {
        let wait = desk.resume_at.saturating_sub(pipeline.clock.elapsed());
        if !wait.is_zero() {
            return wait;
        }
        if pipeline.storage.pause().is_some() {
            return MAX_NAP;
        }
        match self.try_begin(pipeline, desk).await {
            Ok(nap) => nap,
            Err(error) => {
                desk.store_failed(&error, pipeline);
                STORE_RETRY
            }
        }
    }

    async fn try_begin(
        &self,
        pipeline: &Arc<Pipeline>,
        desk: &mut Desk,
    ) -> Result<Duration, StoreError> {
        let feeds = feeds(pipeline);
        if feeds.is_empty() {
            return Ok(MAX_NAP);
        }
        let (gate, holds) = (self.gate.clone(), self.holds.clone());
        let means = Means { pipeline: pipeline.clone(), gate, holds };
        let now = pipeline.clock.now();
        if desk.running.len() < SLOTS {
            let mut due = pipeline.store.due_articles(&feeds, now, &desk.busy, CHOICE)?;
            due.sort_by_key(|article| desk.served.get(&article.line).copied());
            let mut put_off = false;
            for article in due {
                let hold = self.holds.of(Some(&article.line), pipeline.clock.elapsed());
                if let Some(hold) = hold {
                    page::put_off(&means, &article, &hold).await?;
                    put_off = true;
                } else if desk.running.len() < SLOTS {
                    desk.begin(&means, article);
                }
            }
            if put_off {
                return Ok(Duration::ZERO);
            }
        }
        // What is due and was not begun has its turn when something that runs has ended.
        let next = pipeline.store.next_article_at(&feeds, now)?;
        let wait = next.and_then(|at| Duration::try_from(at.duration_since(now)).ok());
        Ok(wait.unwrap_or(MAX_NAP).min(MAX_NAP))
    }
}

/// The feeds whose pages are read.
fn feeds(pipeline: &Pipeline) -> Vec<FeedKey> {
    let feeds = pipeline.config.feeds.iter().filter(|feed| feed.full_text && !feed.paused);
    feeds.map(|feed| feed.key.clone()).collect()
}

impl Desk {
    fn begin(&mut self, means: &Means, article: WantedArticle) {
        let line = article.line.clone();
        if self.served.len() >= MAX_SERVED {
            self.served.clear();
        }
        self.turns += 1;
        self.served.insert(line.clone(), self.turns);
        self.busy.push(line.clone());
        let read = page::read(means.clone(), article);
        self.running.push(Box::pin(async move { Ended { line, result: read.await } }));
    }

    fn ended(&mut self, ended: Ended, pipeline: &Pipeline) {
        self.busy.retain(|line| *line != ended.line);
        if let Err(error) = ended.result {
            self.store_failed(&error, pipeline);
        }
    }

    fn store_failed(&mut self, error: &StoreError, pipeline: &Pipeline) {
        tracing::error!(code = error.code(), %error, "articles wait: the database failed");
        self.resume_at = pipeline.clock.elapsed().saturating_add(STORE_RETRY);
    }
}
