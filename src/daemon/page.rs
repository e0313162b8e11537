//! One page behind an entry: fetch → extract → match → commit. When it is read is in
//! [`super::articles`]; like a visit to a feed ([`super::guard`]) it waits for its host's turn, is
//! not begun where its site is left alone, and a panic in it stays its own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;

use super::holds::Holds;
use super::pipeline::{Pipeline, RENDER, routes};
use super::prepare::prepare_article;
use crate::domain::document;
use crate::domain::entry::article::{ArticleAttempt, WantedArticle, after_hold, next_try};
use crate::domain::feed::{Feed, FetchRecord, Outcome, ReasonCode};
use crate::domain::ids::{Digest, FeedId};
use crate::domain::ingest::{Batch, plan_article};
use crate::domain::schedule::{self, SiteHold};
use crate::domain::untrusted;
use crate::fetch::failure::FetchFailure;
use crate::fetch::hosts::{self, HostGate};
use crate::parse;
use crate::store::error::StoreError;

/// What reading a page needs.
#[derive(Clone)]
pub struct Means {
    pub pipeline: Arc<Pipeline>,
    pub gate: HostGate,
    pub holds: Holds,
}

/// Why there is no text of a page.
enum NoText {
    /// It was not asked for: its site is left alone.
    Held(SiteHold),
    /// The topics are others by now, and are to be asked about it: it is read again.
    Overtaken,
    Failed(Failure),
}

struct Failure {
    code: ReasonCode,
    detail: String,
    retry_after: Option<Duration>,
    /// Whether another try may do better.
    transient: bool,
    /// The site asks to be left alone.
    hold: Option<SiteHold>,
}

/// Reads one page, and stores what came of it.
pub async fn read(means: Means, article: WantedArticle) -> Result<(), StoreError> {
    let now = means.pipeline.clock.now();
    let text = AssertUnwindSafe(read_guarded(&means, &article, now)).catch_unwind().await;
    let failure = match text {
        Ok(Ok(Ok(()) | Err(NoText::Overtaken))) => return Ok(()),
        Ok(Ok(Err(NoText::Held(hold)))) => return put_off(&means, &article, &hold).await,
        Ok(Ok(Err(NoText::Failed(failure)))) => failure,
        Ok(Err(error)) => return Err(error),
        Err(_) => Failure::lasting("panic", "a fault in wirewatch itself while it read this page"),
    };
    failed(&means, article, failure, now).await
}

/// Puts off all pages of a site that is left alone. That is no try.
pub async fn put_off(
    means: &Means,
    article: &WantedArticle,
    hold: &SiteHold,
) -> Result<(), StoreError> {
    let (store, now) = (&means.pipeline.store, means.pipeline.clock.now());
    store.put_off_articles(article.line.clone(), after_hold(hold, now), now).await
}

async fn failed(
    means: &Means,
    article: WantedArticle,
    failure: Failure,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Means { pipeline, holds, .. } = means;
    let retry = || next_try(article.attempts.saturating_add(1), failure.retry_after, at);
    let mut next = failure.transient.then(retry).flatten();
    if let Some(hold) = failure.hold {
        tracing::info!(
            site = %hold.site,
            wait_s = hold.wait.as_secs(),
            "the site asks to be left alone: its feeds and pages wait"
        );
        next = next.map(|next| next.max(after_hold(&hold, at)));
        holds.begin(&hold, pipeline.clock.elapsed());
        pipeline.store.hold_site(hold, Vec::new(), at).await?;
    }
    tracing::info!(
        feed = %article.feed,
        entry = %article.entry,
        url = %untrusted::log_line(&article.url),
        code = %failure.code,
        again = next.is_some(),
        "article not read: the feed's own text counts"
    );
    let detail = Some(failure.detail);
    let attempt = ArticleAttempt { article, at, code: failure.code, detail, next };
    pipeline.store.record_article(attempt).await
}

async fn read_guarded(
    means: &Means,
    article: &WantedArticle,
    now: Timestamp,
) -> Result<Result<(), NoText>, StoreError> {
    let pipeline = &means.pipeline;
    let gone = || Failure::lasting("gone", "the entry or its feed is no longer there");
    let configured = pipeline.config.feeds.iter().find(|feed| feed.key == article.feed);
    let Some(feed) = configured else {
        return Ok(Err(gone().into()));
    };
    let text = if article.again {
        pipeline.store.article_text(article.entry)?
    } else {
        match fetch(means, feed, article).await {
            Ok(html) => Some(blocking(move || document::article_text(&html)).await),
            Err(no_text) => return Ok(Err(no_text)),
        }
    };
    // What the feed says now counts, and not what it said before the page was fetched.
    let (Some(text), Some(detail)) = (text, pipeline.store.entry(article.entry)?) else {
        return Ok(Err(gone().into()));
    };
    let entry = detail.entry;
    let document = entry.document.with_article(&text);
    let is_new = !article.again;
    let (id, work) = (entry.id, {
        let (feed, config) = (feed.clone(), pipeline.config.clone());
        move || Batch {
            routes: routes(&config),
            topics: config.topics.topics().map(|(topic, _)| Arc::clone(topic)).collect(),
            // Of a page that was read before, a rule that is younger finds nothing new.
            rules: is_new.then(|| Arc::clone(&config.topics)),
            publishers: Arc::clone(config.topics.publishers()),
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
    let batch = Arc::new(blocking(work).await);
    if pipeline.replaced.is_cancelled() {
        return Ok(Err(NoText::Overtaken));
    }
    let decided = batch.clone();
    let decide = move |view: &_| plan_article(view, &decided, id, now, RENDER);
    let plan = pipeline.store.ingest_article(batch, article.clone(), text, decide).await?;
    if plan.is_some_and(|plan| !plan.deliveries.is_empty()) {
        pipeline.committed.send_replace(());
    }
    Ok(Ok(()))
}

/// Work on a thread for computing. A panic there is this page's.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// The article of a page, as HTML.
async fn fetch(means: &Means, feed: &Feed, article: &WantedArticle) -> Result<String, NoText> {
    let Means { pipeline, gate, holds } = means;
    let host = url::Url::parse(&article.url).map(|url| hosts::key(&url)).unwrap_or_default();
    let permit = gate.acquire(&host).await;
    // Whoever stood in line before may have been told to come later.
    if let Some(hold) = holds.of(Some(&article.line), pipeline.clock.elapsed()) {
        return Err(NoText::Held(hold));
    }
    let fetched = pipeline.fetcher.page(&article.url, &feed.url).await;
    drop(permit);
    let fetched = fetched.map_err(|failure| Failure::of_fetch(failure, pipeline.clock.now()))?;
    let parsed = parse::article(fetched.body, fetched.content_type.as_deref(), &fetched.final_url);
    let article = parsed.await.map_err(|failure| Failure {
        transient: fetched.truncated,
        ..Failure::lasting(failure.code(), &failure.to_string())
    })?;
    Ok(article.content)
}

/// An article is no fetch of its feed; only the time counts, and whose it is.
fn no_fetch(feed: FeedId, at: Timestamp) -> FetchRecord {
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

impl From<Failure> for NoText {
    fn from(failure: Failure) -> Self {
        NoText::Failed(failure)
    }
}

impl Failure {
    /// One that another try does not mend.
    fn lasting(code: &'static str, detail: &str) -> Self {
        let detail = detail.to_owned();
        Self { code: code.into(), detail, retry_after: None, transient: false, hold: None }
    }

    fn of_fetch(failure: FetchFailure, at: Timestamp) -> Self {
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
        let (status, retry_after) = (failure.status(), failure.retry_after());
        let refused = matches!(status, Some(400..=428 | 430..=499));
        let site = failure.site().map(str::to_owned);
        Self {
            code: failure.code(),
            detail: failure.to_string(),
            retry_after,
            transient: !lasting && !refused,
            hold: schedule::hold_by_page(site, status, at, retry_after),
        }
    }
}
