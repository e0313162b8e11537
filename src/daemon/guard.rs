//! One visit, guarded: it waits until what it brings can be stored and for its host's turn, is not begun where its site is left alone, and
//! a panic in it stays its own. [`super::scheduler`] starts it, [`super::pipeline`] is what is done.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::events::Visit;
use super::holds::Holds;
use super::pipeline::Pipeline;
use crate::domain::feed::{Feed, FeedState, FetchRecord, Outcome};
use crate::domain::ids::FeedKey;
use crate::domain::schedule::{self, SiteHold};
use crate::fetch::hosts::{self, HostGate, Permit};
use crate::store::error::StoreError;
use crate::store::push::Recorded;

/// How a visit ended.
pub enum Ended {
    Visited(Box<Visited>),
    /// Before it began: its site asked to be left alone.
    Held(FeedKey, SiteHold),
    /// Before anything of it was stored: another pipeline has taken over, which is to make it.
    Overtaken(FeedKey),
}

/// A visit that was made.
pub struct Visited {
    pub feed: FeedKey,
    /// In monotonic time.
    pub begun: Duration,
    /// The new state, or none if the store failed.
    pub result: Result<(FeedState, Visit), StoreError>,
}

/// One visit, when its host's turn comes. A panic in it becomes this feed's recorded failure.
pub async fn guarded(
    pipeline: Arc<Pipeline>,
    gate: HostGate,
    holds: Holds,
    feed: Arc<Feed>,
    state: Arc<FeedState>,
) -> Ended {
    let key = feed.key.clone();
    // Who stands in line with the topics of before would read with them long after a reload.
    let turn = tokio::select! {
        biased;
        () = pipeline.replaced.cancelled() => return Ended::Overtaken(key),
        turn = its_turn(&pipeline, &gate, &holds, state.fetch_url()) => turn,
    };
    let _permit = match turn {
        Turn::Begins(permit) => permit,
        Turn::Held(hold) => return Ended::Held(key, hold),
        Turn::Closed => {
            let begun = pipeline.clock.elapsed();
            let result = Err(StoreError::Closed);
            return Ended::Visited(Box::new(Visited { feed: key, begun, result }));
        }
    };
    let begun = pipeline.clock.elapsed();
    let visit = Box::pin(pipeline.visit(&feed, &state));
    let result = match AssertUnwindSafe(visit).catch_unwind().await {
        Ok(Ok(None)) => return Ended::Overtaken(key),
        Ok(Ok(Some(visited))) => Ok(visited),
        Ok(Err(error)) => Err(error),
        Err(_) => Box::pin(panicked(&pipeline, &state)).await,
    };
    if let Ok((_, Visit { hold: Some(hold), .. })) = &result {
        holds.begin(hold, pipeline.clock.elapsed());
    }
    Ended::Visited(Box::new(Visited { feed: key, begun, result }))
}

/// What waiting for a visit's turn comes to.
enum Turn {
    Begins(Permit),
    /// Its site asked to be left alone.
    Held(SiteHold),
    /// Nothing will be stored any more.
    Closed,
}

/// Waits here cost some 2 kB, which ten thousand feeds may do at once; a visit under way costs many more,
/// and all it can come to is allocated only then.
async fn its_turn(pipeline: &Pipeline, gate: &HostGate, holds: &Holds, url: &str) -> Turn {
    let site = schedule::site(url);
    let held = || holds.of(site.as_deref(), pipeline.clock.elapsed());
    if !pipeline.storage.ready().await {
        return Turn::Closed;
    }
    if let Some(hold) = held() {
        return Turn::Held(hold);
    }
    let host = url::Url::parse(url).map(|url| hosts::key(&url)).unwrap_or_default();
    let permit = gate.acquire(&host).await;
    // Who stood in line before may have been told to come later.
    match held() {
        Some(hold) => Turn::Held(hold),
        None => Turn::Begins(permit),
    }
}

async fn panicked(
    pipeline: &Pipeline,
    state: &FeedState,
) -> Result<(FeedState, Visit), StoreError> {
    let record = FetchRecord {
        feed: state.id,
        at: pipeline.clock.now(),
        outcome: Outcome::Failed,
        code: "panic".into(),
        status: None,
        bytes: 0,
        duration: Duration::ZERO,
        entries: 0,
        new_entries: 0,
        would_have_raised: 0,
        detail: Some("a fault in wirewatch itself while it read this feed".to_owned()),
    };
    let decide = move |state: &FeedState| {
        let after = schedule::after_failure(state, &record, None, false);
        let events = schedule::events(state, &after);
        Recorded { state: after, fetch: record.clone(), events }
    };
    let recorded = pipeline.store.record_visit(state.clone(), decide).await?;
    let advice = "please report the feed's URL and this version; the other feeds go on".to_owned();
    let visit = Visit { advice: Some(advice), ..Visit::recorded(&recorded) };
    Ok((recorded.state, visit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_future<A, B, C, D, E, F>(_: impl Fn(A, B, C, D, E) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn ten_thousand_visits_may_wait_for_their_turns() {
        let bytes = size_of_future(guarded);
        assert!(bytes <= 2_048, "a waiting visit takes {bytes} bytes");
    }
}
