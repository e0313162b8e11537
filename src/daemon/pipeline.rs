//! The flow, for one feed: fetch → parse → match → ingest. What happens before (when a feed is
//! due) is in [`super::scheduler`], what happens after (delivery) in [`super::dispatcher`].

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::discovery;
use super::events::Visit;
use super::fruitless::Failure;
use super::led::Led;
use super::prepare::{manner, prepare};
use super::quarantine::{self, Again};
use super::storage::Storage;
pub use super::ways::routes;
use crate::clock::Clock;
use crate::config::Config;
use crate::deliver::object::{self, AlertV1};
use crate::domain::feed::push::{PUSHED, Subscription};
use crate::domain::feed::{
    Feed, FeedLinks, FeedState, FetchRecord, Outcome, ParsedFeed, ReasonCode, Rhythm, Validators,
};
use crate::domain::ids::Digest;
use crate::domain::ingest::{Batch, Plan, Render, View, plan_pushed};
use crate::domain::schedule::{self, Hints};
use crate::fetch::{Fetched, Fetcher};
use crate::parse::{self, Limits, repairs};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::push::Recorded;

/// How alerts become bytes.
pub const RENDER: Render =
    Render { object: |revision| AlertV1::from_revision(revision).to_bytes(), body: object::freeze };

/// What a visit to a feed needs. Made anew by each reload, so that one visit sees one config.
pub struct Pipeline {
    pub config: Arc<Config>,
    pub fetcher: Fetcher,
    pub store: Store,
    pub clock: Clock,
    /// Tells the dispatchers that there are new deliveries.
    pub committed: watch::Sender<()>,
    /// Tells the reader of articles that there are pages to be read.
    pub wanted: Arc<Notify>,
    /// Tells the keeper of subscriptions that a feed names a hub.
    pub hubs: Arc<Notify>,
    /// Whether visits may begin.
    pub storage: Storage,
    /// Once another one has taken its place.
    pub replaced: CancellationToken,
}

/// What a pushed document came to.
pub enum Pushed {
    Read(Box<Visit>),
    /// No feed that can be stored as it is, or by this pipeline no more: the feed is to be fetched.
    Unreadable,
}

impl Pipeline {
    /// Visits a feed: whatever happens to it becomes its recorded outcome and its new state. Only
    /// the store can fail.
    ///
    /// `None`: another pipeline has taken over before what was read could be stored, and nothing was. A
    /// topic that is new in that one is to be asked about everything that comes after it was taken up.
    pub async fn visit(
        &self,
        feed: &Arc<Feed>,
        state: &FeedState,
    ) -> Result<Option<(FeedState, Visit)>, StoreError> {
        let (at, begun) = (self.clock.now(), self.clock.elapsed());
        let refused = self.store.refusal(state)?;
        let state = refused.as_ref().unwrap_or(state);
        let record = |outcome, code: ReasonCode| FetchRecord {
            feed: state.id,
            at,
            outcome,
            code,
            status: None,
            bytes: 0,
            duration: self.clock.elapsed().saturating_sub(begun),
            entries: 0,
            new_entries: 0,
            would_have_raised: 0,
            detail: None,
        };
        let mut again = Again::of(&self.store, state.id)?;
        let mut fetched = match self.fetch(state, at, !again.is_empty()).await {
            Ok(fetched) => fetched,
            Err(failure) => {
                let record = record(Outcome::Failed, "".into());
                return self.failed(state, record, failure).await.map(Some);
            }
        };
        let body_hash = Digest::of("body", &[&fetched.body]);
        if let Some(code) = unchanged(state, &fetched, body_hash).filter(|_| again.is_empty()) {
            let record = record(Outcome::Unchanged, code.into());
            return self.unchanged(feed, state, record, fetched).await.map(Some);
        }
        let mut parsed = match self.parse(state, &fetched).await {
            Ok(parsed) => parsed,
            Err(failure) => {
                let record =
                    FetchRecord { bytes: fetched.bytes, ..record(Outcome::Failed, "".into()) };
                return self.failed(state, record, failure).await.map(Some);
            }
        };
        // What came after the document's own end, or did not, takes nothing from it.
        fetched.truncated &= !parsed.ended;
        again.join(&mut parsed);
        let record = FetchRecord {
            status: Some(fetched.status),
            bytes: fetched.bytes,
            entries: u32::try_from(parsed.entries.len()).unwrap_or(u32::MAX),
            detail: repairs::remarks(&parsed),
            ..record(Outcome::Fresh, success_code(&fetched, &parsed))
        };
        let (redirect, announced) = (fetched.permanent_url.clone(), parsed.links.moved_to.clone());
        let batch = self.batch(feed, fetched, parsed, body_hash, record).await?;
        if self.replaced.is_cancelled() {
            return Ok(None);
        }
        let names_hub = !batch.links.hubs.is_empty();
        let plan = self.ingest(batch, Led { redirect, announced }, at).await?;
        again.settle(&self.store).await?;
        // What it says of its hub may have ended the lease.
        let after = self.store.with_pushes(&plan.feed)?;
        if names_hub && after.pushed_until.is_none() {
            self.hubs.notify_one();
        }
        Ok(Some((after, Visit::planned(state, &plan))))
    }

    /// Takes a document that a hub pushed. Only the store can fail.
    pub async fn pushed(
        &self,
        feed: &Arc<Feed>,
        subscription: &Subscription,
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<Pushed, StoreError> {
        let (at, begun) = (self.clock.now(), self.clock.elapsed());
        let state = self.store.feed_state(subscription.feed)?;
        let of_feed = |state: &FeedState| state.url == feed.url && !state.awaits_baseline();
        let Some(state) = state.filter(of_feed) else {
            return Ok(Pushed::Unreadable);
        };
        let bytes = body.len() as u64;
        let fetched = Fetched::pushed(body, content_type, &feed.url);
        let Ok(parsed) = self.parse(&state, &fetched).await else {
            return Ok(Pushed::Unreadable);
        };
        let record = FetchRecord {
            feed: state.id,
            at,
            outcome: Outcome::Fresh,
            code: PUSHED.into(),
            status: None,
            bytes,
            duration: self.clock.elapsed().saturating_sub(begun),
            entries: u32::try_from(parsed.entries.len()).unwrap_or(u32::MAX),
            new_entries: 0,
            would_have_raised: 0,
            detail: None,
        };
        let body_hash = Digest::of("body", &[&fetched.body]);
        let batch = self.batch(feed, fetched, parsed, body_hash, record).await?;
        if self.replaced.is_cancelled() {
            return Ok(Pushed::Unreadable);
        }
        let decided = batch.clone();
        let decide = move |view: &_| plan_pushed(view, &decided, at, RENDER);
        let plan = self.store.ingest(batch, decide).await?;
        self.tell(feed, &plan);
        Ok(Pushed::Read(Box::new(Visit::planned(&state, &plan))))
    }

    /// Asks where the feed is now, and `whole` or once in a while without believing in "unchanged".
    async fn fetch(
        &self,
        state: &FeedState,
        at: Timestamp,
        whole: bool,
    ) -> Result<Fetched, Failure> {
        let (none, url) = (Validators::default(), state.fetch_url());
        let in_full = whole || schedule::asks_in_full(state, at);
        let validators = if in_full { &none } else { &state.validators };
        let moved_from = (url != state.url).then_some(state.url.as_str());
        self.fetcher.fetch_moved(url, validators, moved_from).await.map_err(Failure::from)
    }

    async fn parse(&self, state: &FeedState, fetched: &Fetched) -> Result<ParsedFeed, Failure> {
        let limits = Limits {
            body_bytes: usize::try_from(self.config.fetch.max_body_bytes).unwrap_or(usize::MAX),
            ..Limits::STANDARD
        };
        let asked = state.fetch_url();
        let base = if fetched.final_url.is_empty() { asked } else { &fetched.final_url };
        let content_type = fetched.content_type.as_deref();
        let outcome = parse::parse(fetched.body.clone(), content_type, base, limits).await;
        let found = |parsed: &ParsedFeed| parsed.ended || !parsed.entries.is_empty();
        if let Some(stall) = fetched.stalled.filter(|_| !outcome.as_ref().is_ok_and(found)) {
            return Err(stall.failure().into());
        }
        match outcome {
            Ok(parsed) => Ok(parsed),
            Err(failure) => {
                let (code, detail, advice) = match fetched.stand_in(asked) {
                    Some(page) => (page.code(), page.text().to_owned(), page.advice()),
                    None => {
                        let detail = discovery::described(&failure, fetched, base).await;
                        (failure.code(), detail, failure.advice())
                    }
                };
                Err(Failure {
                    code: code.into(),
                    status: Some(fetched.status),
                    retry_after: None,
                    network: false,
                    site: None,
                    advice: Some(advice.to_owned()),
                    detail,
                })
            }
        }
    }

    /// Documents, identities and matches, worked out on a thread for computing.
    async fn batch(
        &self,
        feed: &Arc<Feed>,
        fetched: Fetched,
        mut parsed: ParsedFeed,
        body_hash: Digest,
        fetch: FetchRecord,
    ) -> Result<Arc<Batch>, StoreError> {
        let aside = self.store.keys_aside(fetch.feed)?;
        let (feed, config, now) = (feed.clone(), self.config.clone(), fetch.at);
        let manner = manner(&feed.url, &fetched.final_url, &parsed);
        let whole = !fetched.truncated && !parsed.cut;
        let complete = whole && !fetched.delta;
        let work = move || {
            let (entries, broken) = prepare(&feed, &mut parsed, &config.topics, now, &aside);
            let batch = Batch {
                entries,
                routes: routes(&config),
                topics: config.topics.topics().map(|(topic, _)| Arc::clone(topic)).collect(),
                rules: Some(Arc::clone(&config.topics)),
                publishers: Arc::clone(config.topics.publishers()),
                title: parsed.title,
                // Of a cut document the rest must be asked for, not answered with a 304.
                validators: if whole { fetched.validators } else { Validators::default() },
                body_hash,
                complete,
                freshness: fetched.freshness,
                rhythm: parsed.rhythm,
                links: both(fetched.links, parsed.links),
                manner,
                fetch,
                feed,
            };
            (Arc::new(batch), broken)
        };
        let (batch, broken) = match tokio::task::spawn_blocking(work).await {
            Ok(prepared) => prepared,
            // A panic here is this feed's: it goes on to the visit's own guard.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        quarantine::set_aside(&self.store, &batch, broken).await?;
        Ok(batch)
    }

    /// The one transaction: view, decision, and all that follows from it.
    async fn ingest(
        &self,
        batch: Arc<Batch>,
        led: Led,
        now: Timestamp,
    ) -> Result<Plan, StoreError> {
        let led = Arc::new(led);
        let deciding = |batch: Arc<Batch>| {
            let led = led.clone();
            move |view: &View| {
                let mut plan = quarantine::decided_on(view, &batch, now);
                plan.feed = schedule::sighted(plan.feed, &plan.fetch, led.to());
                plan.events.extend(schedule::events(&view.seen.feed, &plan.feed));
                plan
            }
        };
        let plan = match self.store.ingest(batch.clone(), deciding(batch.clone())).await {
            Err(error) if error.is_of_entries() => {
                let sound = quarantine::without_broken(&self.store, &batch, now).await?;
                let Some(sound) = sound else { return Err(error) };
                self.store.ingest(sound.clone(), deciding(sound)).await?
            }
            decided => decided?,
        };
        self.tell(&batch.feed, &plan);
        Ok(plan)
    }

    /// Wakes those who wait for what was committed.
    fn tell(&self, feed: &Feed, plan: &Plan) {
        if !plan.deliveries.is_empty() {
            self.committed.send_replace(());
        }
        if feed.full_text && (plan.entries.len() + plan.revised.len() > 0) {
            self.wanted.notify_one();
        }
    }

    /// Nothing new: the validators of this answer count all the same.
    async fn unchanged(
        &self,
        feed: &Feed,
        state: &FeedState,
        record: FetchRecord,
        fetched: Fetched,
    ) -> Result<(FeedState, Visit), StoreError> {
        let record = FetchRecord { status: Some(fetched.status), bytes: fetched.bytes, ..record };
        let hints = Hints { freshness: fetched.freshness, rhythm: Rhythm::default() };
        let led = Led { redirect: fetched.permanent_url, announced: None };
        let (interval, validators) = (feed.interval, fetched.validators);
        let decide = move |state: &FeedState| {
            let mut after = schedule::after_success(state, &record, interval, hints);
            after.validators = validators.clone();
            let after = schedule::sighted(after, &record, led.to());
            let events = schedule::events(state, &after);
            Recorded { state: after, fetch: record.clone(), events }
        };
        let recorded = self.store.record_visit(state.clone(), decide).await?;
        let visit = Visit::recorded(&recorded);
        Ok((recorded.state, visit))
    }

    async fn failed(
        &self,
        state: &FeedState,
        record: FetchRecord,
        failure: Failure,
    ) -> Result<(FeedState, Visit), StoreError> {
        let record = FetchRecord {
            code: failure.code,
            status: failure.status,
            detail: Some(failure.detail),
            ..record
        };
        let Failure { retry_after, network, .. } = failure;
        let decide = move |state: &FeedState| {
            let after = schedule::after_failure(state, &record, retry_after, network);
            let events = schedule::events(state, &after);
            Recorded { state: after, fetch: record.clone(), events }
        };
        let recorded = self.store.record_visit(state.clone(), decide).await?;
        let Recorded { state: after, fetch, .. } = &recorded;
        let hold = schedule::hold(failure.site, fetch, after, retry_after).map(Box::new);
        let told = Visit::recorded(&recorded);
        let visit = Visit { advice: failure.advice, network, hold, ..told };
        Ok((recorded.state, visit))
    }
}

/// What the headers say and what the document says: the headers first (WebSub, section 4).
fn both(mut headers: FeedLinks, document: FeedLinks) -> FeedLinks {
    headers.hubs.extend(document.hubs);
    FeedLinks { hubs: headers.hubs, own: headers.own.or(document.own), ..document }
}

/// Whether a successful answer brings nothing to parse, and the code for that. A feed that awaits
/// its baseline is always parsed.
fn unchanged(state: &FeedState, fetched: &Fetched, body_hash: Digest) -> Option<&'static str> {
    if state.awaits_baseline() {
        None
    } else if fetched.not_modified {
        Some("not_modified")
    } else {
        (!fetched.delta && state.body_hash == Some(body_hash)).then_some("same_body")
    }
}

fn success_code(fetched: &Fetched, parsed: &ParsedFeed) -> ReasonCode {
    match (fetched.truncated || parsed.cut, parsed.entries.is_empty()) {
        (true, _) => "ok_truncated".into(),
        (false, _) if fetched.delta => "ok_delta".into(),
        (false, true) => "ok_empty".into(),
        (false, false) => "ok".into(),
    }
}
