//! The scheduler: a heap of when each feed is due, a guarded task for each visit. It keeps the
//! feeds' states between visits and obeys what [`crate::domain::schedule`] put into them. What it is told
//! while it runs is in [`orders`].

mod orders;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::beat::Beat;
use super::events::{Event, Events, Round, Visit};
use super::guard::{Ended, Visited, guarded};
use super::holds::Holds;
use super::order::Again;
use super::pipeline::Pipeline;
use crate::domain::feed::{Feed, FeedState, Outcome};
use crate::domain::ids::FeedKey;
use crate::domain::schedule::{self, SiteHold};
use crate::fetch::hosts::HostGate;

pub use super::order::Order;

/// How long visits under way may go on once the daemon is told to stop. What they commit until
/// then is kept; the rest is fetched again next time.
const STOP_GRACE: Duration = Duration::from_secs(4);

/// One feed under schedule.
struct Scheduled {
    feed: Arc<Feed>,
    /// Shared with the visit that waits for its turn: thousands may.
    state: Arc<FeedState>,
    /// Grows with each new due time: older heap entries are void.
    turn: u64,
    /// Visits in a row that the store would not record.
    unrecorded: u32,
}

pub struct Scheduler {
    pipeline: Arc<Pipeline>,
    gate: HostGate,
    holds: Holds,
    events: Events,
    /// Visit each feed once, then end.
    once: bool,
    feeds: HashMap<FeedKey, Scheduled>,
    due: BinaryHeap<Reverse<(Duration, u64, FeedKey)>>,
    running: JoinSet<Ended>,
    busy: HashSet<FeedKey>,
    /// Asked for while a visit was under way, which may have come too early.
    again: Again,
    /// Whose visit ended before the pipeline came that is to make it.
    overtaken: Vec<FeedKey>,
    /// Sites that wait, on their way into the store.
    keeping: JoinSet<()>,
    turns: u64,
    /// Feeds not yet visited since the start, and what the others came to.
    unvisited: HashSet<FeedKey>,
    round: Round,
    failed: usize,
}

impl Scheduler {
    /// A scheduler over `feeds` that leaves the sites in `held` alone. With `once`, every feed is
    /// due now, and once.
    pub fn new(
        pipeline: Arc<Pipeline>,
        gate: HostGate,
        held: &[SiteHold],
        feeds: Vec<(Arc<Feed>, FeedState)>,
        events: Events,
        once: bool,
    ) -> Self {
        let mut scheduler = Self {
            pipeline,
            gate,
            holds: Holds::default(),
            events,
            once,
            feeds: HashMap::new(),
            due: BinaryHeap::new(),
            running: JoinSet::new(),
            busy: HashSet::new(),
            again: Again::default(),
            overtaken: Vec::new(),
            keeping: JoinSet::new(),
            turns: 0,
            unvisited: feeds.iter().map(|(feed, _)| feed.key.clone()).collect(),
            round: Round { feeds: feeds.len(), ..Round::default() },
            failed: 0,
        };
        for hold in held {
            scheduler.holds.begin(hold, scheduler.pipeline.clock.elapsed());
        }
        for (feed, state) in feeds {
            let unreached = state.next_reason == schedule::NETWORK;
            let key = feed.key.clone();
            scheduler.add(feed, Arc::new(state));
            if unreached {
                scheduler.schedule(key, Duration::ZERO);
            }
        }
        scheduler
    }

    /// The sites that are left alone, for others who ask them.
    pub fn holds(&self) -> Holds {
        self.holds.clone()
    }

    /// Runs until stopped, or with `once` until every feed was visited. Returns how many visits
    /// of the first round failed.
    pub async fn run(
        mut self,
        mut orders: mpsc::UnboundedReceiver<Order>,
        beat: Beat,
        stop: CancellationToken,
    ) -> usize {
        if let Some(wait) = self.until_next().filter(|wait| !wait.is_zero()) {
            tracing::info!("no feed is due yet, the first one in {} s", wait.as_secs());
        }
        while !(self.once && self.unvisited.is_empty()) {
            self.start_due();
            let clock = self.pipeline.clock.clone();
            let due = self.due.peek().map(|Reverse((at, ..))| *at);
            let next = beat.tell(&clock, due);
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(ended) = self.running.join_next() => {
                    if let Ok(ended) = ended {
                        self.ended(ended);
                    }
                }
                Some(order) = orders.recv() => self.obey(order),
                () = clock.sleep_until(next) => {}
            }
        }
        self.finish().await;
        self.failed
    }

    fn add(&mut self, feed: Arc<Feed>, state: Arc<FeedState>) {
        let now = self.pipeline.clock.now();
        let wait = if self.once { Duration::ZERO } else { schedule::until_due(&state, now) };
        let key = feed.key.clone();
        self.feeds.insert(key.clone(), Scheduled { feed, state, turn: 0, unrecorded: 0 });
        self.schedule(key, wait);
    }

    /// Makes a feed due in `wait`, counted in monotonic time: a jump of the wall clock makes no
    /// storm.
    fn schedule(&mut self, key: FeedKey, wait: Duration) {
        self.turns += 1;
        if let Some(scheduled) = self.feeds.get_mut(&key) {
            scheduled.turn = self.turns;
            let at = self.pipeline.clock.elapsed().saturating_add(wait);
            self.due.push(Reverse((at, self.turns, key)));
        }
    }

    fn until_next(&self) -> Option<Duration> {
        let Reverse((at, ..)) = self.due.peek()?;
        Some(at.saturating_sub(self.pipeline.clock.elapsed()))
    }

    fn start_due(&mut self) {
        let now = self.pipeline.clock.elapsed();
        while let Some(Reverse((at, ..))) = self.due.peek()
            && *at <= now
        {
            let Some(Reverse((_, turn, key))) = self.due.pop() else { return };
            let Some(scheduled) = self.feeds.get(&key) else { continue };
            if scheduled.turn == turn && self.busy.insert(key.clone()) {
                let visit = guarded(
                    self.pipeline.clone(),
                    self.gate.clone(),
                    self.holds.clone(),
                    scheduled.feed.clone(),
                    scheduled.state.clone(),
                );
                self.running.spawn(visit);
            }
        }
    }

    fn ended(&mut self, ended: Ended) {
        let Visited { feed: key, begun, result } = match ended {
            Ended::Visited(visited) => *visited,
            Ended::Held(key, hold) => return self.not_begun(&key, &hold),
            Ended::Overtaken(key) => return self.overtaken(key),
        };
        self.busy.remove(&key);
        let visit = match result {
            Ok((state, visit)) => {
                self.visited(&key, begun, state);
                if let Some(hold) = &visit.hold {
                    self.hold(hold, &key);
                }
                Some(visit)
            }
            Err(error) => {
                tracing::error!(feed = %key, code = error.code(), %error, "visit not stored");
                // It may have been reading that failed, of which nobody else takes note.
                self.pipeline.store.note_trouble(&error);
                self.not_stored(&key);
                None
            }
        };
        if let Some(asker) = self.again.take(&key) {
            self.asked(key.clone(), asker);
        }
        self.count(&key, visit.as_ref());
        if let Some(visit) = visit {
            super::events::log(&visit);
            self.events.tell(Event::Visited(Box::new(visit)));
        }
        self.done_once(&key);
    }

    /// A feed was visited for the first time since the start, or not even that.
    fn done_once(&mut self, key: &FeedKey) {
        if self.unvisited.remove(key) && self.unvisited.is_empty() {
            super::events::log_round(self.round);
            self.events.tell(Event::FirstRound(self.round));
        }
    }

    /// A visit that was not begun, since its site is left alone: it waits with the others.
    fn not_begun(&mut self, key: &FeedKey, hold: &SiteHold) {
        self.busy.remove(key);
        if self.unvisited.contains(key) {
            self.round.waiting += 1;
        }
        self.done_once(key);
        let place = self.holds.place(&hold.site);
        self.defer(vec![(key.clone(), place)], hold);
    }

    /// Leaves a site alone that asked for it: all its feeds that are due before wait in line. The
    /// one that was refused is the last, lest it be the only one that is ever asked for.
    fn hold(&mut self, hold: &SiteHold, refused: &FeedKey) {
        let of_site = |scheduled: &&Scheduled| {
            scheduled.feed.key != *refused
                && schedule::site(scheduled.state.fetch_url()).as_ref() == Some(&hold.site)
        };
        let others: Vec<&Scheduled> = self.feeds.values().filter(of_site).collect();
        let line = u32::try_from(others.len()).unwrap_or(u32::MAX);
        let mut early: Vec<FeedKey> = others
            .into_iter()
            .filter(|other| other.state.next_due < hold.until)
            .map(|other| other.feed.key.clone())
            .filter(|key| !self.busy.contains(key))
            .collect();
        early.sort();
        tracing::info!(
            site = %hold.site,
            wait_s = hold.wait.as_secs(),
            feeds = line.saturating_add(1),
            "the site asks to be left alone: all its feeds wait"
        );
        let mut waiting: Vec<(FeedKey, u32)> =
            early.into_iter().map(|key| (key, self.holds.place(&hold.site))).collect();
        let due = self.feeds.get(refused).map(|scheduled| scheduled.state.next_due);
        if line > 0 && due.is_some_and(|due| due <= hold.until) {
            waiting.push((refused.clone(), line));
        }
        self.defer(waiting, hold);
    }

    /// Makes feeds due one after the other, by their places in line, once their site may be asked
    /// again.
    fn defer(&mut self, waiting: Vec<(FeedKey, u32)>, hold: &SiteHold) {
        let mut states = Vec::with_capacity(waiting.len());
        for (key, place) in waiting {
            let Some(scheduled) = self.feeds.get_mut(&key) else { continue };
            let (state, wait) = schedule::resume(&scheduled.state, hold, place);
            scheduled.state = Arc::new(state.clone());
            states.push(state);
            if !self.once {
                self.schedule(key, wait);
            }
        }
        let (store, now) = (self.pipeline.store.clone(), self.pipeline.clock.now());
        let hold = hold.clone();
        while self.keeping.try_join_next().is_some() {}
        self.keeping.spawn(async move {
            if let Err(error) = store.hold_site(hold, states, now).await {
                tracing::error!(code = error.code(), %error, "the wait for a site was not stored");
            }
        });
    }

    /// Takes over a visited feed's state. If the feed was given another URL meanwhile, what the
    /// old server said is void, and the new one is due now.
    fn visited(&mut self, key: &FeedKey, begun: Duration, state: FeedState) {
        let clock = &self.pipeline.clock;
        let (now, took) = (clock.now(), clock.elapsed().saturating_sub(begun));
        let Some(scheduled) = self.feeds.get_mut(key) else { return };
        scheduled.unrecorded = 0;
        let moved = state.url != scheduled.feed.url;
        // A reload during the visit may have brought another interval.
        let state = schedule::hurried(&state, scheduled.feed.interval).unwrap_or(state);
        let wait = schedule::wait(&state).unwrap_or_else(|| schedule::until_due(&state, now));
        let wait = wait.saturating_sub(took);
        if !moved {
            scheduled.state = Arc::new(state);
        }
        if !self.once {
            self.schedule(key.clone(), if moved { Duration::ZERO } else { wait });
        }
    }

    fn not_stored(&mut self, key: &FeedKey) {
        let Some(scheduled) = self.feeds.get_mut(key) else { return };
        let wait = schedule::unrecorded(scheduled.unrecorded);
        scheduled.unrecorded = scheduled.unrecorded.saturating_add(1);
        if !self.once {
            self.schedule(key.clone(), wait);
        }
    }

    /// Counts a visit into the first round.
    fn count(&mut self, key: &FeedKey, visit: Option<&Visit>) {
        if !self.unvisited.contains(key) {
            return;
        }
        match visit {
            Some(visit) if visit.outcome != Outcome::Failed => {
                self.round.reachable += 1;
                self.round.new_entries += visit.new_entries as usize;
            }
            Some(visit) => {
                self.failed += 1;
                self.round.network += usize::from(visit.network);
            }
            None => self.failed += 1,
        }
    }

    /// Lets visits under way end, within bounds.
    async fn finish(&mut self) {
        let all_ended = async {
            while let Some(ended) = self.running.join_next().await {
                if let Ok(Ended::Visited(visited)) = ended
                    && let Visited { feed, result: Ok((_, visit)), .. } = *visited
                {
                    if let Some(hold) = &visit.hold {
                        self.hold(hold, &feed);
                    }
                    self.events.tell(Event::Visited(Box::new(visit)));
                }
            }
            while self.keeping.join_next().await.is_some() {}
        };
        if tokio::time::timeout(STOP_GRACE, all_ended).await.is_err() {
            self.running.shutdown().await;
        }
    }
}
