//! What happens in the daemon, told as it happens: to the log, and to whoever subscribed (the
//! demo, tests). Events inform; nothing depends on their arrival.

use tokio::sync::broadcast;

use crate::domain::alert::{AlertEvent, AlertRevision, Reach};
use crate::domain::feed::{FeedEvent, FeedState, FetchRecord, Outcome, ReasonCode};
use crate::domain::ids::{AlertId, EntryId, FeedKey, TopicId};
use crate::domain::ingest::Plan;
use crate::domain::schedule::SiteHold;
use crate::domain::untrusted;
use crate::store::push::Recorded;

/// Events a slow subscriber may lag behind before it misses some.
const BACKLOG: usize = 4_096;

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A feed was fetched, and all that follows from it is committed.
    Visited(Box<Visit>),
    /// Every feed was visited once since the start.
    FirstRound(Round),
    /// A topic that is expected to match fell silent, or is heard again.
    Standing(Standing),
}

/// How a topic stands to what is expected of it, told when that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub topic: TopicId,
    pub silent: bool,
    /// Counts and times, as a sentence without its end.
    pub text: String,
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
    /// The site that asked to be left alone, for all of its feeds.
    pub hold: Option<Box<SiteHold>>,
    /// Failed visits in a row, this one included.
    pub failures: u32,
    /// Whether this was the feed's first successful fetch.
    pub baseline: bool,
    pub entries: u32,
    pub new_entries: u32,
    /// Alerts that its entries would have raised, had they not been taken as the past.
    pub held: u32,
    /// New entries by what was decided about their matches.
    pub matched: Vec<Matched>,
    /// Alerts that were opened and revised, held back or not.
    pub raised: Vec<Told>,
    pub amended: Vec<Told>,
    /// Revisions of topics in shadow mode, which nobody is told of.
    pub shadowed: Vec<Told>,
    /// Topics whose budget held a revision back for the first time on this day.
    pub overspent: Vec<TopicId>,
    /// What happened to the feed apart from its entries.
    pub changes: Vec<FeedEvent>,
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
            hold: None,
            failures: after.failures,
            baseline: false,
            entries: record.entries,
            new_entries: record.new_entries,
            held: record.would_have_raised,
            matched: Vec::new(),
            raised: Vec::new(),
            amended: Vec::new(),
            shadowed: Vec::new(),
            overspent: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// What a recorded visit without entries comes to, with what happened to the feed by it.
    pub fn recorded(recorded: &Recorded) -> Self {
        let changes = recorded.events.clone();
        Self { changes, ..Self::of(&recorded.fetch, &recorded.state) }
    }

    /// What an ingested document comes to.
    pub fn planned(before: &FeedState, plan: &Plan) -> Self {
        let matched = plan.decisions.iter().map(|decision| Matched {
            entry: decision.entry,
            topic: decision.topic.clone(),
            verdict: decision.verdict,
            reason: decision.reason.text.clone(),
        });
        let (shadowed, open): (Vec<_>, Vec<_>) =
            plan.alerts.iter().partition(|revision| revision.reach == Reach::Shadow);
        let alerts = |event| {
            let of_event = open.iter().filter(move |revision| revision.event == event);
            of_event.map(|revision| Told::of(revision)).collect()
        };
        Self {
            baseline: before.awaits_baseline(),
            matched: matched.collect(),
            raised: alerts(AlertEvent::Opened),
            amended: alerts(AlertEvent::Updated),
            shadowed: shadowed.into_iter().map(Told::of).collect(),
            overspent: plan.overspent.clone(),
            changes: plan.events.clone(),
            ..Self::of(&plan.fetch, &plan.feed)
        }
    }

    /// Alerts that its entries would have raised, had they not been taken as the past: the feed's
    /// first fetch, an archive, entries under new names.
    pub fn would_have_raised(&self) -> usize {
        self.held as usize
    }
}

impl Visit {
    /// Why entries of a later document than the first raised nothing.
    fn taken_as_past(&self) -> Option<&str> {
        let held = self.matched.iter().find(|matched| matched.verdict == "baseline");
        held.filter(|_| !self.baseline).map(|matched| matched.reason.as_str())
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
    pub reach: Reach,
    /// From outside.
    pub headline: String,
}

impl Told {
    fn of(revision: &AlertRevision) -> Self {
        Self {
            alert: revision.alert,
            seq: revision.seq,
            topic: revision.topic.id.clone(),
            reach: revision.reach,
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
    /// Feeds that were not asked: their site asked to be left alone.
    pub waiting: usize,
    pub new_entries: usize,
}

impl Round {
    /// Feeds that answered, but not with a feed that could be read.
    pub fn failed(self) -> usize {
        let explained = self.reachable + self.network + self.waiting;
        self.feeds.saturating_sub(explained)
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
    for change in &visit.changes {
        let change_detail = untrusted::log_line(&change.detail);
        tracing::warn!(feed = %visit.feed, code = %change.code, "the feed changed: {change_detail}");
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
    } else if let Some(reason) = visit.taken_as_past() {
        tracing::info!(
            feed = %visit.feed,
            entries = visit.new_entries,
            would_have_raised = visit.would_have_raised(),
            "{reason}"
        );
    }
    for told in &visit.raised {
        let Told { alert, topic, .. } = told;
        let (headline, held_back) = (untrusted::log_line(&told.headline), held_back(told));
        tracing::info!(feed = %visit.feed, %alert, %topic, headline = headline.as_ref(), "alert raised{held_back}");
    }
    for told in &visit.amended {
        let Told { alert, topic, seq, .. } = told;
        let (headline, held_back) = (untrusted::log_line(&told.headline), held_back(told));
        tracing::info!(feed = %visit.feed, %alert, %topic, seq, headline = headline.as_ref(), "alert revised{held_back}");
    }
    for told in &visit.shadowed {
        let Told { alert, topic, seq, .. } = told;
        let headline = untrusted::log_line(&told.headline);
        tracing::debug!(feed = %visit.feed, %alert, %topic, seq, headline = headline.as_ref(), "recorded in shadow mode");
    }
    log_overspent(&visit.overspent);
}

/// Warns of topics whose budget holds a revision back for the first time on a day.
pub fn log_overspent(topics: &[TopicId]) {
    for topic in topics {
        tracing::warn!(
            %topic,
            code = "budget_spent",
            hint = "`wirewatch alerts list` marks what is held back; tighten the rule or raise `budget`",
            "the budget of the topic is used up: what it raises is logged and not pushed"
        );
    }
}

fn held_back(told: &Told) -> &'static str {
    if told.reach == Reach::HeldBack { ", held back" } else { "" }
}

/// Logs that a topic fell silent, at warn, or is heard again, at info.
pub fn log_standing(standing: &Standing) {
    let Standing { topic, silent, text } = standing;
    if *silent {
        tracing::warn!(
            %topic,
            code = "topic_silent",
            hint = "does the rule still fit, and do its feeds work? `wirewatch topics list` and \
                    `wirewatch feeds status --failing` tell; this is not said again",
            "the topic is silent: {text}"
        );
    } else {
        tracing::info!(%topic, code = "topic_heard", "the topic is silent no longer: {text}");
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
    let Round { feeds, reachable, network, waiting, new_entries } = round;
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
    if waiting > 0 {
        told += &format!(", {waiting} waiting for sites that asked to be left alone");
    }
    if feeds > waiting && reachable == 0 {
        tracing::warn!("{told}");
    } else {
        tracing::info!(new_entries, "{told}");
    }
}
