//! What becomes of answers: what they say of each delivery and of the channel, recorded in one
//! commit, and told in the log.

use std::time::Duration;

use jiff::Timestamp;

use super::outage::Outage;
use super::{Dispatcher, Tally};
use crate::daemon::post::FREEZE;
use crate::deliver::{ChannelError, Receipt};
use crate::domain::alert::circuit::{self, Circuit, CircuitState, Heard};
use crate::domain::alert::delivery::{Answer, Attempt, Claimed, Settlement, not_now, settlement};
use crate::domain::alert::way::{is_not_now, is_of_the_way, is_too_often};
use crate::domain::ids::DeliveryId;
use crate::domain::untrusted;
use crate::store::circuits::Change;

/// Waits between tries to settle: an answer that is not recorded means a repeated delivery.
const SETTLE_AGAIN_AFTER: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];

/// Attempts that were answered, ready to be recorded.
pub(super) struct Answered {
    replies: Vec<Reply>,
    /// What each call said of the channel.
    heard: Vec<Heard>,
}

/// The answer to one delivery. Its bytes are needed no longer.
struct Reply {
    delivery: Claimed,
    attempt: Attempt,
    answer: Answer,
}

/// What came of answers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Settled {
    pub tally: Tally,
    /// The channel failed, and works again.
    pub is_back: bool,
}

impl Answered {
    /// The answers to one call. A channel that leaves an answer out has not taken that delivery.
    pub fn new(
        batch: &[Claimed],
        results: Vec<Result<Receipt, ChannelError>>,
        at: Timestamp,
        duration: Duration,
    ) -> Self {
        let missing = std::iter::repeat_with(|| Err(ChannelError::transient("no_answer", None)));
        let results: Vec<Result<Receipt, ChannelError>> =
            results.into_iter().chain(missing).take(batch.len()).collect();
        let heard = heard(batch, &results);
        let reply = |(delivery, result): (&Claimed, Result<Receipt, ChannelError>)| {
            let delivery = Claimed { body: Vec::new(), ..delivery.clone() };
            reply(delivery, result, at, duration)
        };
        let replies = batch.iter().zip(results).map(reply).collect();
        Self { replies, heard: heard.into_iter().collect() }
    }

    pub fn extend(&mut self, other: Answered) {
        self.replies.extend(other.replies);
        self.heard.extend(other.heard);
        // Of what was answered at the same time, that it was too much has the last word.
        let is_too_much =
            |heard: &Heard| matches!(heard, Heard::Failed { code, .. } if is_too_often(code));
        self.heard.sort_by_key(is_too_much);
    }

    pub fn deliveries(&self) -> impl Iterator<Item = DeliveryId> + '_ {
        self.replies.iter().map(|reply| reply.delivery.id)
    }
}

fn reply(
    delivery: Claimed,
    result: Result<Receipt, ChannelError>,
    at: Timestamp,
    duration: Duration,
) -> Reply {
    let handle = result.as_ref().ok().and_then(|receipt| receipt.handle.clone());
    let handle = handle.filter(|name| name.chars().count() <= Receipt::MAX_HANDLE_CHARS);
    let (answer, code, detail) = match &result {
        Ok(receipt) => (Answer::Taken, "delivered".into(), receipt.detail.clone()),
        Err(error) => (error.answer(), error.code().clone(), error.detail().map(str::to_owned)),
    };
    Reply { delivery, attempt: Attempt { at, duration, code, detail, handle }, answer }
}

/// What a call said of the channel: one delivery that it takes, or refuses for good, says that it
/// works.
fn heard(batch: &[Claimed], results: &[Result<Receipt, ChannelError>]) -> Option<Heard> {
    let gone = batch.iter().zip(results).find_map(|(delivery, result)| {
        let error = result.as_ref().err().filter(|error| error.is_gone())?;
        let (code, detail) = (error.code().clone(), error.detail().map(str::to_owned));
        Some(Heard::Gone { delivery: delivery.id, code, detail })
    });
    if gone.is_some() {
        return gone;
    }
    let mut failed = None;
    for (delivery, result) in batch.iter().zip(results) {
        match result {
            Err(ChannelError::Transient { code, retry_after, detail }) => {
                let (code, detail, retry_after) = (code.clone(), detail.clone(), *retry_after);
                let delivery = delivery.id;
                failed.get_or_insert(Heard::Failed { delivery, code, detail, retry_after });
            }
            Ok(_) | Err(ChannelError::Permanent { .. }) => return Some(Heard::Alive),
        }
    }
    failed
}

impl Dispatcher {
    /// Records answers. If the store does not take them the leases run out, and the deliveries
    /// are made again: twice is better than never.
    pub(super) async fn settle(&self, answered: Answered, outage: &mut Outage) -> Settled {
        let now = self.clock.now();
        let before = self.store.circuit(&self.id, self.manners.config).unwrap_or_default();
        let after = answered
            .heard
            .iter()
            .fold(before.clone(), |circuit, heard| circuit::after(circuit.as_ref(), heard, now));
        let fails = after.as_ref().is_some_and(|circuit| !circuit.is_closed());
        // One that was told to have failed counts, though it may have been configured anew since.
        let failed =
            before.as_ref().filter(|circuit| !circuit.is_closed() || circuit.told.is_some());
        let is_back = failed.is_some() && after.is_none();
        let mut settled = Settled { tally: Tally::default(), is_back };
        let mut settlements = Vec::with_capacity(answered.replies.len());
        for reply in answered.replies {
            let settlement = self.becomes_of(&reply, fails, now);
            let Reply { delivery, attempt, .. } = reply;
            match settlement {
                Settlement::Delivered => settled.tally.delivered += 1,
                Settlement::Retry { .. }
                | Settlement::Wait { .. }
                | Settlement::Spare
                | Settlement::Early
                | Settlement::Park => settled.tally.failed += 1,
            }
            tell(&delivery, &attempt, &settlement);
            settlements.push((delivery.id, attempt, settlement));
        }
        self.tell_change(before.as_ref(), after.as_ref(), is_back);
        let notice = failed.filter(|_| is_back).and_then(|was| self.back(was, now));
        let given_up = self.given_up(&settlements, now);
        let told = notice.is_some() || given_up.is_some();
        let change = Change {
            channel: self.id.clone(),
            circuit: after,
            config: self.manners.config,
            is_back,
            notice,
            given_up,
        };
        let unchanged = before.is_none() && change.circuit.is_none() && change.given_up.is_none();
        let mut waits = SETTLE_AGAIN_AFTER.into_iter();
        loop {
            let recorded = match unchanged {
                true => self.store.settle(settlements.clone()).await,
                false => {
                    let (settlements, change) = (settlements.clone(), change.clone());
                    self.store.settle_with(settlements, change, now, FREEZE).await
                }
            };
            let Err(error) = recorded else { break };
            outage.failed(&self.id, &error);
            match waits.next() {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return settled,
            }
        }
        outage.is_over(&self.id);
        if told {
            self.wake_others();
        }
        settled
    }

    /// What becomes of a delivery, where the channel fails or works after its answer.
    fn becomes_of(&self, reply: &Reply, fails: bool, now: Timestamp) -> Settlement {
        let Reply { delivery, attempt, answer } = reply;
        let Answer::Later { retry_after } = *answer else {
            return settlement(delivery.id, delivery.attempt, *answer, now);
        };
        // Whatever is sent fares alike: that says nothing of this delivery.
        if fails && is_of_the_way(&attempt.code) {
            return Settlement::Spare;
        }
        if is_not_now(&attempt.code)
            && let Some(wait) = not_now(delivery, retry_after, now)
        {
            return wait;
        }
        let tries = self.store.tries(delivery.id, now).unwrap_or_default();
        let (spared, due) = tries.unwrap_or((0, attempt.at));
        match fails && due > attempt.at {
            true => Settlement::Early,
            false => settlement(delivery.id, delivery.attempt.saturating_sub(spared), *answer, now),
        }
    }

    /// Says in the log that the channel begins to fail, is gone, or works again.
    fn tell_change(&self, before: Option<&Circuit>, after: Option<&Circuit>, is_back: bool) {
        let state = |circuit: Option<&Circuit>| {
            circuit.map_or(CircuitState::Closed, |circuit| circuit.state)
        };
        let channel = &self.id;
        let slows = |circuit: Option<&Circuit>| circuit.is_some_and(Circuit::is_paced);
        match (state(before), state(after)) {
            // With much to tell this comes and goes every second.
            (was, is) if was != is && (slows(after) || after.is_none() && slows(before)) => {
                tracing::debug!(%channel, is_back, "the channel takes only so much in a time");
            }
            _ if is_back => tracing::info!(%channel, "the channel works again"),
            (was, is) if was == is => {}
            (_, CircuitState::Open) => {
                let code = after.map(|circuit| circuit.code.clone()).unwrap_or_default();
                tracing::warn!(
                    %channel, %code,
                    "the channel fails: what is meant for it waits, and is tried now and then. \
                     hint: wirewatch deliver test {channel}"
                );
            }
            (_, CircuitState::Gone) => tracing::error!(
                %channel,
                "endpoint is gone (HTTP 410): nothing more is sent to it. \
                 hint: correct its URL, remove the channel, or wirewatch deliver retry --channel {channel}"
            ),
            (_, CircuitState::Closed) => {}
        }
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
        Settlement::Retry { at } | Settlement::Wait { at } => {
            let next = at.strftime("%Y-%m-%dT%H:%M:%SZ");
            tracing::warn!(
                %channel, delivery = %id, alert, notice, digest, attempt = number, %code, %detail, %next,
                "not delivered; the next try is at {next}"
            );
        }
        Settlement::Spare | Settlement::Early => tracing::debug!(
            %channel, delivery = %id, alert, notice, digest, %code, %detail,
            "not delivered; it waits for the channel to work again"
        ),
        Settlement::Park => tracing::error!(
            %channel, delivery = %id, alert, notice, digest, attempts = number, %code, %detail,
            "not delivered and given up. hint: wirewatch deliver retry {id}"
        ),
    }
}
