//! What happens in the daemon, told as it happens: to the log, and to whoever subscribed (the
//! demo, tests). Events inform; nothing depends on their arrival.

use tokio::sync::broadcast;

use crate::domain::alert::AlertEvent;
use crate::domain::feed::{FeedState, FetchRecord, Outcome, ReasonCode};
use crate::domain::ids::{AlertId, EntryId, FeedKey, TopicId};
use crate::domain::ingest::Plan;
use crate::domain::untrusted;

/// Events a slow subscriber may lag behind before it misses some.
const BACKLOG: usize = 4_096;

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A feed was fetched, and all that follows from it is committed.
    Visited(Visit),
    /// Every feed was visited once since the start.
    FirstRound(Round),
}

/// What a visit to a feed came to.
#[derive(Debug, Clone)]
pub struct Visit {
    pub feed: FeedKey,
    pub outcome: Outcome,
    pub code: ReasonCode,
    /// What failed or was mended. From outside.
    pub detail: Option<String>,
    /// What the user can do about a failure.
    pub advice: Option<String>,
    /// Whether the failure says nothing of the feed, only of the way to it.
    pub network: bool,
    /// Failed visits in a row, this one included.
    pub failures: u32,
    /// Whether this was the feed's first successful fetch.
    pub baseline: bool,
    pub entries: u32,
    pub new_entries: u32,
    /// New entries by what was decided about their matches.
    pub matched: Vec<Matched>,
    pub raised: Vec<AlertId>,
    pub amended: Vec<AlertId>,
}

impl Visit {
    /// What a recorded fetch comes to by itself.
    pub fn of(record: &FetchRecord, after: &FeedState) -> Self {
        Self {
            feed: after.key.clone(),
            outcome: record.outcome,
            code: record.code.clone(),
            detail: record.detail.clone(),
            advice: None,
            network: false,
            failures: after.failures,
            baseline: false,
            entries: record.entries,
            new_entries: record.new_entries,
            matched: Vec::new(),
            raised: Vec::new(),
            amended: Vec::new(),
        }
    }

    /// What an ingested document comes to.
    pub fn planned(before: &FeedState, plan: &Plan) -> Self {
        let matched = plan.decisions.iter().map(|decision| Matched {
            entry: decision.entry,
            topic: decision.topic.clone(),
            verdict: decision.verdict,
            reason: decision.reason.text.clone(),
        });
        let alerts = |event| {
            let of_event = plan.alerts.iter().filter(move |revision| revision.event == event);
            of_event.map(|revision| revision.alert).collect()
        };
        Self {
            baseline: before.awaits_baseline(),
            matched: matched.collect(),
            raised: alerts(AlertEvent::Opened),
            amended: alerts(AlertEvent::Updated),
            ..Self::of(&plan.fetch, &plan.feed)
        }
    }

    /// Matches of a baseline: alerts it would have raised, were it not the first fetch.
    pub fn would_have_raised(&self) -> usize {
        self.matched.iter().filter(|matched| matched.verdict == "baseline").count()
    }
}

/// One match and what was decided about it.
#[derive(Debug, Clone)]
pub struct Matched {
    pub entry: EntryId,
    pub topic: TopicId,
    pub verdict: &'static str,
    pub reason: String,
}

/// What the first round of all feeds came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    pub feeds: usize,
    pub reachable: usize,
    /// Unreachable feeds that failed on the way there.
    pub network: usize,
    pub new_entries: usize,
}

impl Round {
    /// Nothing was reached, and every failure was one of the network: it is us, not the feeds.
    pub fn looks_offline(self) -> bool {
        self.feeds > 0 && self.reachable == 0 && self.network == self.feeds
    }
}

/// Where events are sent.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Events {
    pub fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    /// Tells whoever listens; that nobody does is fine.
    pub fn tell(&self, event: Event) {
        let _nobody_listens = self.0.send(event);
    }

    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}

/// Logs a visit: alerts at info, a feed's first failure and its recovery at warn and info, all
/// else at debug. A feed that stays broken is not told again and again.
pub fn log(visit: &Visit) {
    let detail = untrusted::log_line(visit.detail.as_deref().unwrap_or_default());
    let advice = visit.advice.as_deref().unwrap_or_default();
    match visit.outcome {
        Outcome::Failed if visit.failures == 1 => {
            tracing::warn!(feed = %visit.feed, code = %visit.code, hint = advice, "feed failed: {detail}");
        }
        Outcome::Failed => {
            tracing::debug!(feed = %visit.feed, code = %visit.code, failures = visit.failures, "feed failed again: {detail}");
        }
        Outcome::Fresh if visit.baseline => tracing::info!(
            feed = %visit.feed,
            entries = visit.new_entries,
            would_have_raised = visit.would_have_raised(),
            "baseline: stored and matched, nothing raised"
        ),
        Outcome::Fresh | Outcome::Unchanged => {
            tracing::debug!(feed = %visit.feed, code = %visit.code, new = visit.new_entries, "visited: {detail}");
        }
    }
    for alert in &visit.raised {
        tracing::info!(feed = %visit.feed, %alert, "alert raised");
    }
    for alert in &visit.amended {
        tracing::info!(feed = %visit.feed, %alert, "alert revised");
    }
}

/// Logs what the first round came to.
pub fn log_round(round: Round) {
    let Round { feeds, reachable, new_entries, .. } = round;
    if round.looks_offline() {
        tracing::warn!(
            "{reachable} of {feeds} feeds reachable: this machine looks offline; try `wirewatch demo`"
        );
    } else {
        tracing::info!(new_entries, "{reachable} of {feeds} feeds reachable");
    }
}
