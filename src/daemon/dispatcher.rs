//! One channel's dispatcher: claims what is due in the outbox, has the [`Channel`] try it, and
//! settles the answer as [`crate::domain::alert::delivery`] decides.
//!
//! Each channel has a dispatcher of its own: one that hangs or is gone delays no other. What is
//! claimed is leased: should this process end in between, the delivery comes up again. What becomes
//! of the answers is in [`answers`], of a channel that fails in [`spared`]. What the log says of a
//! store that fails is in [`outage`], what waits for the end of quiet hours in [`quiet`], what is
//! sent as one message or told again in [`together`].

mod answers;
mod outage;
mod quiet;
mod spared;
mod together;

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::tz::TimeZone;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{ChannelConfig, ChannelKind, Config, Repeat};
use crate::daemon::digests::zone_of;
use crate::deliver::{Channel, ChannelError};
use crate::domain::alert::circuit::{Circuit, UNTRIED_AT_ONCE};
use crate::domain::alert::delivery::Claimed;
use crate::domain::alert::terms::Group;
use crate::domain::alert::way::is_too_often;
use crate::domain::digest::MAX_ITEMS;
use crate::domain::ids::{ChannelId, DeliveryId, Digest};
use crate::store::Store;
use crate::store::outbox::Probe;

use self::answers::{Answered, Settled};
use self::outage::Outage;
pub use self::quiet::{HANDFUL, Quiet};

/// Added to the time a channel may take: from the claim to the start, from the answer to the
/// settlement. Longer than any of it, or a slow disk would have deliveries sent twice.
const LEASE_MARGIN: Duration = Duration::from_secs(60);

/// Longest wait without looking: a wall clock that jumps shows in nothing but the times of what
/// is due, and what a command made due again in nothing else either.
const MAX_NAP: Duration = Duration::from_secs(10);

/// Shortest wait, and the first wait after a store that failed: whatever is wrong, no busy loop.
const MIN_NAP: Duration = Duration::from_secs(1);

/// When all stops, attempts under way get this long to be answered. Then their leases run out.
pub const STOP_GRACE: Duration = Duration::from_secs(5);

/// Takes one channel's deliveries from the outbox to the channel.
pub struct Dispatcher {
    pub id: ChannelId,
    pub channel: Box<dyn Channel>,
    pub store: Store,
    pub clock: Clock,
    /// When it is not disturbed.
    pub quiet: Option<Quiet>,
    pub manners: Manners,
}

/// How a channel is told, beside when. Those of one that says nothing: everything by itself, once.
#[derive(Debug, Clone)]
pub struct Manners {
    pub group: Option<Group>,
    pub repeat: Option<Repeat>,
    /// Fingerprint of what it is configured with: another one is another try for a channel that
    /// was gone.
    pub config: Digest,
    /// Where it is told that the channel fails.
    pub tells: Option<Tells>,
    /// In which its reader lives.
    pub zone: TimeZone,
    /// Most alerts and notices of one message ([`room_of`]).
    pub room: usize,
}

/// Who hears of a channel that fails.
#[derive(Debug, Clone)]
pub struct Tells {
    pub config: Arc<Config>,
    /// Told when there are notices to be delivered.
    pub committed: watch::Sender<()>,
}

impl Manners {
    /// What a channel is configured with, and who hears of it if it fails.
    pub fn of(channel: &ChannelConfig, tells: Tells) -> Self {
        let (group, repeat) = (channel.timetable.group, channel.timetable.repeat);
        let (config, tells) = (fingerprint(channel), Some(tells));
        Self { group, repeat, config, tells, zone: zone_of(channel), room: room_of(channel) }
    }

    /// Those of a channel that says nothing, of which nobody hears.
    pub fn plain() -> Self {
        let config = Digest::of("channel", &[]);
        let (zone, room) = (TimeZone::UTC, MAX_ITEMS);
        Self { group: None, repeat: None, config, tells: None, zone, room }
    }
}

/// Most alerts of one chat message: of so many each has its line in the smallest of them, whatever
/// it is written in.
const CHAT_ROOM: usize = 20;

/// How many alerts and notices one message of a channel has room to name.
pub fn room_of(channel: &ChannelConfig) -> usize {
    match &channel.kind {
        ChannelKind::Chat(_) | ChannelKind::Apprise(_) => CHAT_ROOM,
        _ => MAX_ITEMS,
    }
}

/// So many bytes of a hash of a channel's secrets are kept: enough to see that one was changed, too few
/// to find out what it is.
const SECRET_BYTES: usize = 2;

/// Of where and how a channel sends, and whether its secrets are those they were.
pub fn fingerprint(channel: &ChannelConfig) -> Digest {
    let hidden = channel.hidden();
    let hidden: Vec<&[u8]> = hidden.iter().map(String::as_bytes).collect();
    let secrets = Digest::of("secrets", &hidden);
    let shown = format!("{:?}", channel.kind);
    Digest::of("channel", &[shown.as_bytes(), &secrets.0[..SECRET_BYTES]])
}

/// What came of the deliveries of one [`Dispatcher::drain`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub delivered: usize,
    /// To be tried again later, or parked.
    pub failed: usize,
}

/// Attempts that are not answered yet.
struct UnderWay<'a> {
    attempts: FuturesUnordered<BoxFuture<'a, Answered>>,
    deliveries: HashSet<DeliveryId>,
    /// Most calls at once: few for a channel that has just come back, as many as it takes else.
    pace: usize,
    /// When alerts that may be told again were looked for.
    looked: Option<Duration>,
    /// So many deliveries that nobody has tried may try a channel that fails, before its next probe.
    untried: u32,
}

impl UnderWay<'_> {
    fn new() -> Self {
        let (attempts, deliveries) = Default::default();
        Self { attempts, deliveries, pace: usize::MAX, looked: None, untried: UNTRIED_AT_ONCE }
    }

    /// Which delivery may try now whether a channel that fails works again; one at a time.
    fn probe(&self, circuit: &Circuit, now: jiff::Timestamp) -> Option<Probe> {
        let may_untried = self.untried > 0 && circuit.may_try_untried(now);
        match circuit.may_probe(now) {
            _ if !self.attempts.is_empty() => None,
            true if is_too_often(&circuit.code) => Some(Probe::Oldest),
            true => Some(Probe::Any),
            false => may_untried.then_some(Probe::Untried),
        }
    }

    fn began(&mut self, probe: Probe) {
        self.untried = match probe {
            Probe::Any | Probe::Oldest => UNTRIED_AT_ONCE,
            Probe::Untried => self.untried.saturating_sub(1),
        };
    }

    /// A channel that has come back is sent one thing at a time, then twice as much each time it
    /// takes something.
    fn mind(&mut self, settled: &Settled) {
        if settled.is_back {
            self.pace = 1;
        } else if settled.tally.delivered > 0 {
            self.pace = self.pace.saturating_mul(2);
        }
        if settled.tally.delivered > 0 {
            self.untried = UNTRIED_AT_ONCE;
        }
    }

    /// The next answer, and all others that are there by then, so that they are recorded in one
    /// commit; `None` if nothing is under way.
    async fn next(&mut self) -> Option<Answered> {
        let mut answered = self.attempts.next().await?;
        while let Some(Some(also)) = self.attempts.next().now_or_never() {
            answered.extend(also);
        }
        for id in answered.deliveries() {
            self.deliveries.remove(&id);
        }
        Some(answered)
    }
}

impl Dispatcher {
    /// Delivers until `stop`, and then waits for what is under way as long as the channel may take. A
    /// change of `committed` says that there are new deliveries.
    ///
    /// When the endpoint says that it is gone (HTTP 410), nothing more is sent to it; what is
    /// pending stays so until its configuration changes or somebody retries it.
    pub async fn run(&self, mut committed: watch::Receiver<()>, stop: &CancellationToken) {
        let mut under_way = UnderWay::new();
        let mut outage = Outage::default();
        loop {
            // Before looking: what is committed from here on wakes.
            committed.borrow_and_update();
            let began = self.clock.elapsed();
            let nap = self.start_due(&mut under_way, &mut outage).await;
            tokio::select! {
                () = stop.cancelled() => break,
                Some(answered) = under_way.next() => {
                    let settled = self.settle(answered, &mut outage).await;
                    under_way.mind(&settled);
                }
                () = changed(&mut committed) => {}
                () = self.clock.sleep_until(began.saturating_add(nap)) => {}
            }
        }
        // Who has all of it stop at once does not wait for that long.
        let grace = self.channel.capacity().patience.saturating_add(STOP_GRACE);
        self.finish(under_way, &mut outage, grace).await;
    }

    /// Delivers what is due now and returns when all of it was answered, or at `stop`.
    pub async fn drain(&self, stop: &CancellationToken) -> Tally {
        let mut under_way = UnderWay::new();
        let mut outage = Outage::default();
        let mut tally = Tally::default();
        // Nobody stays to wait for others.
        if self.manners.group.is_some()
            && let Err(error) = self.store.end_group_waits(&self.id, self.clock.now()).await
        {
            outage.failed(&self.id, &error);
        }
        while !stop.is_cancelled() {
            self.start_due(&mut under_way, &mut outage).await;
            tokio::select! {
                () = stop.cancelled() => break,
                answered = under_way.next() => match answered {
                    Some(answered) => {
                        let settled = self.settle(answered, &mut outage).await;
                        under_way.mind(&settled);
                        tally += settled.tally;
                    }
                    None => break,
                }
            }
        }
        tally += self.finish(under_way, &mut outage, STOP_GRACE).await;
        tally
    }

    /// Claims and starts as much as the channel takes. Returns how long to wait if nothing
    /// happens in between.
    async fn start_due<'a>(
        &'a self,
        under_way: &mut UnderWay<'a>,
        outage: &mut Outage,
    ) -> Duration {
        // One moment for all: what is due at the end of quiet hours is gathered before it is claimed. A
        // clock that leaps between the two is noticed the next time.
        let (elapsed, now) = (self.clock.elapsed(), self.clock.now());
        let is_quiet = match self.gather_held(now).await {
            Ok(is_quiet) => is_quiet,
            Err(error) => return outage.failed(&self.id, &error),
        };
        let circuit = match self.circuit(now).await {
            Ok(circuit) => circuit,
            Err(error) => return outage.failed(&self.id, &error),
        };
        let failing = circuit.as_ref().filter(|circuit| !circuit.is_closed());
        let probe = failing.and_then(|circuit| under_way.probe(circuit, now));
        if let (Some(circuit), None) = (failing, probe) {
            return self.until_probe(circuit, now);
        }
        if probe.is_none()
            && let Err(error) = self.bring_together(under_way, elapsed, now, is_quiet).await
        {
            return outage.failed(&self.id, &error);
        }
        let capacity = self.channel.capacity();
        let lease = capacity.patience.saturating_add(LEASE_MARGIN);
        loop {
            let free = capacity.concurrent.min(under_way.pace.max(1));
            let free = free.saturating_sub(under_way.attempts.len());
            let limit = u32::try_from(free.saturating_mul(capacity.batch)).unwrap_or(u32::MAX);
            if limit == 0 || probe.is_some() && !under_way.attempts.is_empty() {
                return MAX_NAP;
            }
            let claimed = match (probe, is_quiet) {
                (Some(probe), _) => {
                    self.store.claim_probe(&self.id, probe, now, lease, is_quiet).await
                }
                (None, false) => self.store.claim(&self.id, now, lease, limit).await,
                (None, true) => self.store.claim_urgent(&self.id, now, lease, limit).await,
            };
            let claimed = match claimed {
                Ok(claimed) => claimed,
                Err(error) => return outage.failed(&self.id, &error),
            };
            match (probe, failing) {
                (Some(probe), _) if !claimed.is_empty() => under_way.began(probe),
                (Some(Probe::Untried), Some(circuit)) => return self.until_probe(circuit, now),
                _ if claimed.is_empty() => return self.until_next(now, is_quiet, outage).await,
                _ => {}
            }
            outage.is_over(&self.id);
            // A clock that jumped ahead ends leases early: what is under way is not begun again.
            let is_new = |delivery: &Claimed| under_way.deliveries.insert(delivery.id);
            let mut claimed = claimed.into_iter().filter(is_new).peekable();
            while claimed.peek().is_some() {
                let batch = claimed.by_ref().take(capacity.batch).collect();
                under_way.attempts.push(self.attempt(batch).boxed());
            }
        }
    }

    /// How long until something is due.
    async fn until_next(
        &self,
        now: jiff::Timestamp,
        is_quiet: bool,
        outage: &mut Outage,
    ) -> Duration {
        let quiet = self.quiet_until(now);
        let next = match self.store.next_delivery_at(&self.id, is_quiet).await {
            Ok(next) => next,
            Err(error) => return outage.failed(&self.id, &error),
        };
        outage.is_over(&self.id);
        // The end of quiet hours may make something due that waits for nothing else.
        let Some(at) = next.into_iter().chain(quiet).min() else {
            return MAX_NAP;
        };
        let wait = at.duration_since(now);
        Duration::try_from(wait).unwrap_or(Duration::ZERO).clamp(MIN_NAP, MAX_NAP)
    }

    /// Has the channel try a batch, for as long as it said it may take.
    async fn attempt(&self, batch: Vec<Claimed>) -> Answered {
        let (at, started) = (self.clock.now(), Instant::now());
        let sending = AssertUnwindSafe(self.channel.send(&batch)).catch_unwind();
        let results = match tokio::time::timeout(self.channel.capacity().patience, sending).await {
            Ok(Ok(results)) => results,
            Ok(Err(_)) => vec![Err(ChannelError::transient("panic", None)); batch.len()],
            Err(_) => vec![Err(ChannelError::transient("timeout", None)); batch.len()],
        };
        Answered::new(&batch, results, at, started.elapsed())
    }

    /// Waits for attempts under way, and records their answers.
    async fn finish(
        &self,
        mut under_way: UnderWay<'_>,
        outage: &mut Outage,
        grace: Duration,
    ) -> Tally {
        let mut tally = Tally::default();
        let answers = async {
            while let Some(answered) = under_way.next().await {
                tally += self.settle(answered, outage).await.tally;
            }
        };
        if tokio::time::timeout(grace, answers).await.is_err() {
            tracing::info!(channel = %self.id, "stopped with attempts unanswered");
        }
        tally
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.failed += other.failed;
    }
}

/// Waits for a change; for ever if there is nobody left to make one.
async fn changed(committed: &mut watch::Receiver<()>) {
    if committed.changed().await.is_err() {
        std::future::pending().await
    }
}
