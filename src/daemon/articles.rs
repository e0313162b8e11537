//! Reads the pages behind entries of feeds that want it: due page → fetch → extract → match →
//! commit. A queue in the database says what is wanted, so that nothing is forgotten over a
//! restart; [`super::pipeline`] fills it in the commit that stores an entry.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::pipeline::{Pipeline, RENDER, routes};
use super::prepare::prepare_article;
use crate::domain::entry::article::{ArticleAttempt, WantedArticle, next_try};
use crate::domain::feed::{Feed, FetchRecord, Outcome, ReasonCode};
use crate::domain::ids::{Digest, FeedKey};
use crate::domain::ingest::{Batch, plan_article};
use crate::domain::untrusted;
use crate::fetch::failure::FetchFailure;
use crate::parse;
use crate::store::error::StoreError;

/// Pages taken from the queue at once, and read at the same time.
const BATCH: u32 = 50;
const CONCURRENT: usize = 4;

/// Longest wait for something to do; a wake-up comes with each new entry.
const MAX_NAP: Duration = Duration::from_secs(300);

/// Wait after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(30);

/// What reads articles. It follows the pipeline of the configuration that runs.
pub struct Articles {
    pub pipeline: watch::Receiver<Arc<Pipeline>>,
    /// Told whenever entries were stored whose pages are wanted.
    pub wanted: Arc<Notify>,
}

/// Why there is no text of a page.
struct Failure {
    code: ReasonCode,
    detail: String,
    retry_after: Option<Duration>,
    /// Whether another try may do better.
    transient: bool,
}

impl Articles {
    /// Reads until told to stop. A page that is being read then is read again after the next
    /// start.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let pipeline = self.pipeline.borrow_and_update().clone();
            let nap = tokio::select! {
                () = stop.cancelled() => return,
                nap = read_due(&pipeline) => nap,
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wanted.notified() => {}
                Ok(()) = self.pipeline.changed() => {}
                () = pipeline.clock.sleep(nap) => {}
            }
        }
    }

    /// Reads what is due now, for a single round.
    pub async fn drain(&self, stop: &CancellationToken) {
        let pipeline = self.pipeline.borrow().clone();
        tokio::select! {
            () = stop.cancelled() => {}
            _nap = read_due(&pipeline) => {}
        }
    }
}

/// Reads all that is due. Returns how long to wait if nothing happens in between.
async fn read_due(pipeline: &Pipeline) -> Duration {
    let feeds: Vec<FeedKey> = pipeline
        .config
        .feeds
        .iter()
        .filter(|feed| feed.full_text)
        .map(|feed| feed.key.clone())
        .collect();
    if feeds.is_empty() {
        return MAX_NAP;
    }
    loop {
        let now = pipeline.clock.now();
        let due = match pipeline.store.due_articles(&feeds, now, BATCH) {
            Ok(due) if due.is_empty() => break,
            Ok(due) => due,
            Err(error) => return store_failed(&error),
        };
        let read = stream::iter(due).map(|article| guarded(pipeline, article));
        let results: Vec<_> = read.buffer_unordered(CONCURRENT).collect().await;
        if let Some(error) = results.into_iter().find_map(Result::err) {
            return store_failed(&error);
        }
    }
    match pipeline.store.next_article_at(&feeds) {
        Ok(Some(at)) => {
            let wait = at.duration_since(pipeline.clock.now());
            Duration::try_from(wait).unwrap_or_default().min(MAX_NAP)
        }
        Ok(None) => MAX_NAP,
        Err(error) => store_failed(&error),
    }
}

fn store_failed(error: &StoreError) -> Duration {
    tracing::error!(code = error.code(), %error, "articles wait: the database failed");
    STORE_RETRY
}

/// Reads one page; a panic in it becomes its recorded failure.
async fn guarded(pipeline: &Pipeline, article: WantedArticle) -> Result<(), StoreError> {
    let now = pipeline.clock.now();
    let failure = match AssertUnwindSafe(read(pipeline, &article, now)).catch_unwind().await {
        Ok(Ok(Ok(()))) => return Ok(()),
        Ok(Ok(Err(failure))) => failure,
        Ok(Err(error)) => return Err(error),
        Err(_) => Failure {
            code: "panic".into(),
            detail: "a fault in wirewatch itself while it read this page".to_owned(),
            retry_after: None,
            transient: false,
        },
    };
    let retry = || next_try(article.attempts.saturating_add(1), failure.retry_after, now);
    let next = failure.transient.then(retry).flatten();
    tracing::info!(
        feed = %article.feed,
        entry = %article.entry,
        url = %untrusted::log_line(&article.url),
        code = %failure.code,
        again = next.is_some(),
        "article not read: the feed's own text counts"
    );
    let detail = Some(failure.detail);
    let attempt =
        ArticleAttempt { entry: article.entry, at: now, code: failure.code, detail, next };
    pipeline.store.record_article(attempt).await
}

async fn read(
    pipeline: &Pipeline,
    article: &WantedArticle,
    now: Timestamp,
) -> Result<Result<(), Failure>, StoreError> {
    let configured = pipeline.config.feeds.iter().find(|feed| feed.key == article.feed);
    let (Some(feed), Some(detail)) = (configured, pipeline.store.entry(article.entry)?) else {
        return Ok(Err(Failure::gone()));
    };
    let html = match page(pipeline, feed, &article.url).await {
        Ok(html) => html,
        Err(failure) => return Ok(Err(failure)),
    };
    let entry = detail.entry;
    let document = entry.document.with_article(&html);
    let (id, work) = (entry.id, {
        let (feed, config) = (feed.clone(), pipeline.config.clone());
        move || Batch {
            routes: routes(&config),
            title: None,
            validators: Default::default(),
            body_hash: Digest::of("body", &[]),
            complete: true,
            freshness: Default::default(),
            rhythm: Default::default(),
            links: Default::default(),
            manner: Default::default(),
            fetch: no_fetch(entry.feed, now),
            entries: vec![prepare_article(&feed, &entry, document, &config.topics)],
            feed,
        }
    });
    let batch = match tokio::task::spawn_blocking(work).await {
        Ok(batch) => Arc::new(batch),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let decided = batch.clone();
    let decide = move |view: &_| plan_article(view, &decided, id, now, RENDER);
    let plan = pipeline.store.ingest_article(batch, id, decide).await?;
    if plan.is_some_and(|plan| !plan.deliveries.is_empty()) {
        pipeline.committed.send_replace(());
    }
    Ok(Ok(()))
}

/// The article of a page, as HTML.
async fn page(pipeline: &Pipeline, feed: &Feed, url: &str) -> Result<String, Failure> {
    let fetched = pipeline.fetcher.page(url, &feed.url).await.map_err(Failure::of_fetch)?;
    let parsed = parse::article(fetched.body, fetched.content_type.as_deref(), &fetched.final_url);
    parsed.await.map(|article| article.content).map_err(|failure| Failure {
        code: failure.code().into(),
        detail: failure.to_string(),
        retry_after: None,
        transient: fetched.truncated,
    })
}

/// An article is no fetch of its feed; only the time counts, and whose it is.
fn no_fetch(feed: crate::domain::ids::FeedId, at: Timestamp) -> FetchRecord {
    FetchRecord {
        feed,
        at,
        outcome: Outcome::Unchanged,
        code: "article".into(),
        status: None,
        bytes: 0,
        duration: Duration::ZERO,
        entries: 0,
        new_entries: 0,
        would_have_raised: 0,
        detail: None,
    }
}

impl Failure {
    fn gone() -> Self {
        Self {
            code: "gone".into(),
            detail: "the entry or its feed is no longer there".to_owned(),
            retry_after: None,
            transient: false,
        }
    }

    fn of_fetch(failure: FetchFailure) -> Self {
        let lasting = matches!(
            failure,
            FetchFailure::Robots
                | FetchFailure::BadUrl { .. }
                | FetchFailure::Refused(_)
                | FetchFailure::PrivateAnswer { .. }
                | FetchFailure::RedirectPrivate { .. }
                | FetchFailure::TooLarge { .. }
                | FetchFailure::StandIn { .. }
        );
        let refused = matches!(failure.status(), Some(400..=428 | 430..=499));
        Self {
            code: failure.code(),
            detail: failure.to_string(),
            retry_after: failure.retry_after(),
            transient: !lasting && !refused,
        }
    }
}
