//! One channel's dispatcher: claims what is due in the outbox, has the [`Channel`] try it, and
//! settles the answer as [`crate::domain::alert::delivery`] decides.
//!
//! Each channel has a dispatcher of its own: one that hangs or is gone delays no other. What is
//! claimed is leased: should this process end in between, the delivery comes up again. What the
//! log says of a store that fails is in [`outage`], what waits for the end of quiet hours in [`quiet`].

mod outage;
mod quiet;

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::deliver::{Channel, ChannelError, Receipt};
use crate::domain::alert::delivery::{Answer, Attempt, Claimed, Settlement, settlement};
use crate::domain::ids::{ChannelId, DeliveryId};
use crate::domain::untrusted;
use crate::store::Store;

use self::outage::Outage;
pub use self::quiet::{HANDFUL, Quiet};

/// Added to the time a channel may take: from the claim to the start, from the answer to the
/// settlement. Longer than any of it, or a slow disk would have deliveries sent twice.
const LEASE_MARGIN: Duration = Duration::from_secs(60);

/// Longest wait without looking: a wall clock that jumps shows in nothing but the times of what
/// is due.
const MAX_NAP: Duration = Duration::from_secs(60);

/// Shortest wait, and the first wait after a store that failed: whatever is wrong, no busy loop.
const MIN_NAP: Duration = Duration::from_secs(1);

/// When stopping, attempts under way get this long to be answered. Then their leases run out.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// Waits between tries to settle: an answer that is not recorded means a repeated delivery.
const SETTLE_AGAIN_AFTER: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];

/// Takes one channel's deliveries from the outbox to the channel.
pub struct Dispatcher {
    pub id: ChannelId,
    pub channel: Box<dyn Channel>,
    pub store: Store,
    pub clock: Clock,
    /// When it is not disturbed.
    pub quiet: Option<Quiet>,
}

/// What came of the deliveries of one [`Dispatcher::drain`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub delivered: usize,
    /// To be tried again later, or parked.
    pub failed: usize,
}

/// Attempts that were answered, ready to be recorded.
#[derive(Default)]
struct Answered {
    settlements: Vec<(DeliveryId, Attempt, Settlement)>,
    tally: Tally,
    /// The channel said that it is gone for good.
    is_gone: bool,
}

/// Attempts that are not answered yet.
#[derive(Default)]
struct UnderWay<'a> {
    attempts: FuturesUnordered<BoxFuture<'a, Answered>>,
    deliveries: HashSet<DeliveryId>,
}

impl UnderWay<'_> {
    /// The next answer, and all others that are there by then, so that they are recorded in one
    /// commit; `None` if nothing is under way.
    async fn next(&mut self) -> Option<Answered> {
        let mut answered = self.attempts.next().await?;
        while let Some(Some(also)) = self.attempts.next().now_or_never() {
            answered.settlements.extend(also.settlements);
            answered.tally += also.tally;
            answered.is_gone |= also.is_gone;
        }
        for (id, _, _) in &answered.settlements {
            self.deliveries.remove(id);
        }
        Some(answered)
    }
}

impl Dispatcher {
    /// Delivers until `stop`. A change of `committed` says that there are new deliveries.
    ///
    /// When the endpoint says that it is gone (HTTP 410), nothing more is sent to it; what is
    /// pending stays so until the channel is opened again.
    pub async fn run(&self, mut committed: watch::Receiver<()>, stop: &CancellationToken) {
        let mut under_way = UnderWay::default();
        let mut outage = Outage::default();
        let mut is_open = true;
        loop {
            // Before looking: what is committed from here on wakes.
            committed.borrow_and_update();
            let began = self.clock.elapsed();
            let nap = match is_open {
                true => self.start_due(&mut under_way, &mut outage).await,
                false => MAX_NAP,
            };
            tokio::select! {
                () = stop.cancelled() => break,
                Some(answered) = under_way.next() => {
                    is_open &= !answered.is_gone;
                    self.settle(answered, &mut outage).await;
                }
                () = changed(&mut committed) => {}
                () = self.clock.sleep_until(began.saturating_add(nap)) => {}
            }
        }
        self.finish(under_way, &mut outage).await;
    }

    /// Delivers what is due now and returns when all of it was answered, or at `stop`.
    pub async fn drain(&self, stop: &CancellationToken) -> Tally {
        let mut under_way = UnderWay::default();
        let mut outage = Outage::default();
        let mut tally = Tally::default();
        let mut is_open = true;
        while is_open && !stop.is_cancelled() {
            self.start_due(&mut under_way, &mut outage).await;
            tokio::select! {
                () = stop.cancelled() => break,
                answered = under_way.next() => match answered {
                    Some(answered) => {
                        is_open &= !answered.is_gone;
                        tally += answered.tally;
                        self.settle(answered, &mut outage).await;
                    }
                    None => break,
                }
            }
        }
        tally += self.finish(under_way, &mut outage).await;
        tally
    }

    /// Claims and starts as much as the channel takes. Returns how long to wait if nothing
    /// happens in between.
    async fn start_due<'a>(
        &'a self,
        under_way: &mut UnderWay<'a>,
        outage: &mut Outage,
    ) -> Duration {
        // One moment for all: what is due at the end of quiet hours is gathered before it is claimed.
        let now = self.clock.now();
        let is_quiet = match self.gather_held(now).await {
            Ok(is_quiet) => is_quiet,
            Err(error) => return outage.failed(&self.id, &error),
        };
        let capacity = self.channel.capacity();
        let lease = capacity.patience.saturating_add(LEASE_MARGIN);
        loop {
            let free = capacity.concurrent.saturating_sub(under_way.attempts.len());
            let limit = u32::try_from(free.saturating_mul(capacity.batch)).unwrap_or(u32::MAX);
            if limit == 0 {
                return MAX_NAP;
            }
            let claimed = match is_quiet {
                false => self.store.claim(&self.id, now, lease, limit).await,
                true => self.store.claim_urgent(&self.id, now, lease, limit).await,
            };
            let claimed = match claimed {
                Ok(claimed) => claimed,
                Err(error) => return outage.failed(&self.id, &error),
            };
            if claimed.is_empty() {
                return self.until_next(now, is_quiet, outage).await;
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
        let duration = started.elapsed();
        // A channel that leaves an answer out has not taken that delivery.
        let missing = std::iter::repeat_with(|| Err(ChannelError::transient("no_answer", None)));
        let mut answered = Answered::default();
        for (delivery, result) in batch.iter().zip(results.into_iter().chain(missing)) {
            answered.add(delivery, result, at, duration, &self.clock);
        }
        answered
    }

    /// Records answers. If the store does not take them the leases run out, and the deliveries
    /// are made again: twice is better than never.
    async fn settle(&self, answered: Answered, outage: &mut Outage) {
        if answered.is_gone {
            tracing::error!(
                channel = %self.id,
                "endpoint is gone (HTTP 410): nothing more is sent to it. \
                 hint: remove the channel or correct its URL, then `deliver retry`"
            );
        }
        let mut waits = SETTLE_AGAIN_AFTER.into_iter();
        while let Err(error) = self.store.settle(answered.settlements.clone()).await {
            outage.failed(&self.id, &error);
            match waits.next() {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return,
            }
        }
        outage.is_over(&self.id);
    }

    /// Waits a little for attempts under way, and records their answers.
    async fn finish(&self, mut under_way: UnderWay<'_>, outage: &mut Outage) -> Tally {
        let mut tally = Tally::default();
        let answers = async {
            while let Some(answered) = under_way.next().await {
                tally += answered.tally;
                self.settle(answered, outage).await;
            }
        };
        if tokio::time::timeout(STOP_GRACE, answers).await.is_err() {
            tracing::info!(channel = %self.id, "stopped with attempts unanswered");
        }
        tally
    }
}

impl Answered {
    fn add(
        &mut self,
        delivery: &Claimed,
        result: Result<Receipt, ChannelError>,
        at: jiff::Timestamp,
        duration: Duration,
        clock: &Clock,
    ) {
        let handle = result.as_ref().ok().and_then(|receipt| receipt.handle.clone());
        let handle = handle.filter(|name| name.chars().count() <= Receipt::MAX_HANDLE_CHARS);
        let (answer, code, detail) = match &result {
            Ok(receipt) => (Answer::Taken, "delivered".into(), receipt.detail.clone()),
            Err(error) => {
                self.is_gone |= error.is_gone();
                (error.answer(), error.code().clone(), error.detail().map(str::to_owned))
            }
        };
        let settled = settlement(delivery.id, delivery.attempt, answer, clock.now());
        match settled {
            Settlement::Delivered => self.tally.delivered += 1,
            Settlement::Retry { .. } | Settlement::Park => self.tally.failed += 1,
        }
        let attempt = Attempt { at, duration, code, detail, handle };
        tell(delivery, &attempt, &settled);
        self.settlements.push((delivery.id, attempt, settled));
    }
}

/// Says in the log how an attempt went and what follows: a person has to act only on a delivery
/// that is given up.
fn tell(delivery: &Claimed, attempt: &Attempt, settled: &Settlement) {
    let Claimed { channel, id, carried, attempt: number, .. } = delivery;
    let alert = carried.alert().map(tracing::field::display);
    let notice = carried.notice().map(tracing::field::display);
    let digest = carried.digest().map(tracing::field::display);
    let code = &attempt.code;
    let detail = untrusted::log_line(attempt.detail.as_deref().unwrap_or_default());
    match settled {
        Settlement::Delivered => {
            tracing::info!(%channel, delivery = %id, alert, notice, digest, attempt = number, "delivered");
        }
        Settlement::Retry { at } => {
            let next = at.strftime("%Y-%m-%dT%H:%M:%SZ");
            tracing::warn!(
                %channel, delivery = %id, alert, notice, digest, attempt = number, %code, %detail, %next,
                "not delivered; the next try is at {next}"
            );
        }
        Settlement::Park => tracing::error!(
            %channel, delivery = %id, alert, notice, digest, attempts = number, %code, %detail,
            "not delivered and given up. hint: wirewatch deliver retry {id}"
        ),
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
