//! What happens in the daemon, told as it happens: to the log, and to whoever subscribed (the
//! demo, tests). Events inform; nothing depends on their arrival.

use tokio::sync::broadcast;

use crate::domain::alert::{AlertEvent, AlertRevision};
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
    pub raised: Vec<Told>,
    pub amended: Vec<Told>,
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
            of_event.map(Told::of).collect()
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

/// A revision of an alert, as far as a log line tells of it.
#[derive(Debug, Clone)]
pub struct Told {
    pub alert: AlertId,
    pub seq: u32,
    pub topic: TopicId,
    /// From outside.
    pub headline: String,
}

impl Told {
    fn of(revision: &AlertRevision) -> Self {
        Self {
            alert: revision.alert,
            seq: revision.seq,
            topic: revision.topic.id.clone(),
            headline: revision.headline.clone(),
        }
    }
}

/// What the first round of all feeds came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    pub feeds: usize,
    /// Feeds that were reached and read.
    pub reachable: usize,
    /// Feeds that failed on the way there: no answer came.
    pub network: usize,
    pub new_entries: usize,
}

impl Round {
    /// Feeds that answered, but not with a feed that could be read.
    pub fn failed(self) -> usize {
        self.feeds.saturating_sub(self.reachable).saturating_sub(self.network)
    }

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

/// Logs a visit: alerts at info, a feed's first failure and its recovery at warn and info, a feed
/// that was cut off at warn, all else at debug. A feed that stays broken is not told again and
/// again.
pub fn log(visit: &Visit) {
    let detail = detail(visit);
    let advice = visit.advice.as_deref().map(|advice| advice.trim_start_matches("hint: "));
    let hint = advice.filter(|advice| !advice.is_empty()).map(untrusted::log_line);
    match visit.outcome {
        Outcome::Failed if visit.failures == 1 => {
            tracing::warn!(feed = %visit.feed, code = %visit.code, hint = hint.as_deref(), "feed failed{detail}");
        }
        Outcome::Failed => {
            tracing::debug!(feed = %visit.feed, code = %visit.code, failures = visit.failures, "feed failed again{detail}");
        }
        Outcome::Fresh if visit.code == "ok_truncated" => {
            tracing::warn!(
                feed = %visit.feed,
                code = %visit.code,
                entries = visit.entries,
                "feed cut off, its first entries were read{detail}"
            );
        }
        Outcome::Fresh | Outcome::Unchanged => {
            tracing::debug!(feed = %visit.feed, code = %visit.code, new = visit.new_entries, "visited{detail}");
        }
    }
    if visit.baseline && visit.outcome == Outcome::Fresh {
        let raised = visit.raised.len();
        let nothing = if raised == 0 { ", nothing raised" } else { "" };
        tracing::info!(
            feed = %visit.feed,
            entries = visit.new_entries,
            would_have_raised = visit.would_have_raised(),
            "baseline: stored and matched{nothing}"
        );
    }
    for told in &visit.raised {
        let Told { alert, topic, .. } = told;
        let headline = untrusted::log_line(&told.headline);
        tracing::info!(feed = %visit.feed, %alert, %topic, headline = headline.as_ref(), "alert raised");
    }
    for told in &visit.amended {
        let Told { alert, topic, seq, .. } = told;
        let headline = untrusted::log_line(&told.headline);
        tracing::info!(feed = %visit.feed, %alert, %topic, seq, headline = headline.as_ref(), "alert revised");
    }
}

/// What to add to a line about a visit: nothing where there is nothing to say.
fn detail(visit: &Visit) -> String {
    match visit.detail.as_deref() {
        None | Some("") => String::new(),
        Some(detail) => format!(": {}", untrusted::log_line(detail)),
    }
}

/// Logs what the first round came to.
pub fn log_round(round: Round) {
    let Round { feeds, reachable, network, new_entries } = round;
    let failed = round.failed();
    if round.looks_offline() {
        tracing::warn!(
            "{reachable} of {feeds} feeds reachable: this machine looks offline; try `wirewatch demo`"
        );
        return;
    }
    let mut told = format!("{reachable} of {feeds} feeds read");
    if failed > 0 {
        told += &format!(", {failed} failed");
    }
    if network > 0 {
        told += &format!(", {network} not reachable");
    }
    if feeds > 0 && reachable == 0 {
        tracing::warn!("{told}");
    } else {
        tracing::info!(new_entries, "{told}");
    }
}
