//! Raises after all what a feed's baseline, or another document of the past, held back: asked for
//! by `feeds fetch --raise`, beside a running daemon or without one. The same decision as for news,
//! one match after the other, each with its reason.

use std::sync::Arc;

use jiff::Timestamp;

use super::pipeline::{Pipeline, RENDER, routes};
use crate::domain::alert::Reason;
use crate::domain::feed::{Feed, FeedState};
use crate::domain::ids::AlertId;
use crate::domain::ingest::{Batch, plan_after_all};
use crate::store::after_all::Unraised;
use crate::store::error::StoreError;

/// Most matches that are decided on at once, those of the newest entries: a thousand alerts of the
/// past help nobody.
pub const MAX_MATCHES: u32 = 500;

/// What became of one match.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    pub unraised: Unraised,
    /// `raise`, `amend`, `record` or `suppress`.
    pub verdict: &'static str,
    pub reason: Reason,
    /// The alert that it raised or revised, or that tells of its story already.
    pub alert: Option<AlertId>,
}

/// Decides on all that was held back of a feed, oldest first, as if it came now. Matches of topics
/// that are no longer configured stay as they are.
pub async fn raise(
    pipeline: &Pipeline,
    feed: &Arc<Feed>,
    state: &FeedState,
    now: Timestamp,
) -> Result<Vec<Decided>, StoreError> {
    let config = &pipeline.config;
    let title = state.title.clone();
    let batch = Batch::without_entries(feed.clone(), state.id, title, now, routes(config));
    let batch = Arc::new(batch);
    let mut decided = Vec::new();
    for unraised in pipeline.store.unraised(state.id, MAX_MATCHES)? {
        let mut topics = config.topics.topics();
        let Some((topic, rule)) = topics.find(|(topic, _)| topic.id == unraised.topic) else {
            continue;
        };
        let (topic, of) = (Arc::clone(topic), batch.clone());
        let curious = topic.alert.follow_up.new_facts;
        let decide =
            move |view: &_, past: &_| plan_after_all(view, &of, (past, &topic, rule), now, RENDER);
        let plan =
            pipeline.store.raise_after_all(&unraised, batch.clone(), curious, decide).await?;
        let Some(decision) = plan.and_then(|mut plan| plan.decisions.pop()) else { continue };
        let (verdict, reason, alert) = (decision.verdict, decision.reason, decision.alert);
        decided.push(Decided { unraised, verdict, reason, alert });
    }
    Ok(decided)
}
