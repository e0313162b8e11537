//! A channel's circuit. One that fails again and again is spared: but for one delivery at growing
//! intervals, which tries whether it is back, all wait, without using up the tries they have. What
//! says that it is gone for good is left alone until somebody changes or retries it.

use std::time::Duration;

use jiff::Timestamp;

use super::way::{is_no_way, is_of_the_way, is_too_often};
use crate::domain::feed::ReasonCode;
use crate::domain::ids::DeliveryId;

/// So many failures in a row open the circuit: of a single delivery, within six minutes.
pub const OPENS_AFTER: u32 = 3;

/// Waits before the first, second, … probe; the last one over and over.
pub const PROBE_AFTER: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(60),
    Duration::from_secs(2 * 60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(15 * 60),
];

/// Waits after a channel said once, twice, … in a row that it is sent too much at once, or for how long
/// it is to be left alone: services count in seconds or minutes. Something that it takes in between
/// begins anew.
pub const PACE_AFTER: [Duration; 11] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_secs(60),
    Duration::from_secs(60),
    Duration::from_secs(2 * 60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(15 * 60),
];

/// Longest wait a channel can ask for before it is probed again.
const MAX_PROBE_AFTER: Duration = Duration::from_secs(6 * 3600);

/// A channel that fails for so long is told of on other channels. What is over sooner is nobody's
/// business.
pub const TOLD_AFTER: Duration = Duration::from_secs(10 * 60);

/// The same for one that was told of within a day: one that comes and goes is not to fill the others.
const RELAPSE_TOLD_AFTER: Duration = Duration::from_secs(3600);

/// What has waited so long for a channel that fails is given up, and told of; `deliver retry` sends
/// it all the same.
pub const GIVES_UP_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);

/// So often it was tried by then at the least: even what asks for six hours each time is, within a week. A
/// clock that leaps ahead for a moment gives nothing up.
const GIVES_UP_AFTER_PROBES: u32 = 24;

/// How often it is told that more was given up.
pub const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(24 * 3600);

/// So many deliveries that nobody has tried may try a channel that fails between two probes, unless
/// there is no way to it: what it does not digest says nothing of them.
pub const UNTRIED_AT_ONCE: u32 = 5;

/// Whether a channel is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircuitState {
    /// It is.
    Closed,
    /// It fails: one delivery at a time tries whether it is back.
    Open,
    /// It says that it is gone for good.
    Gone,
}

impl CircuitState {
    pub const ALL: [CircuitState; 3] =
        [CircuitState::Closed, CircuitState::Open, CircuitState::Gone];

    pub fn as_str(self) -> &'static str {
        match self {
            CircuitState::Closed => "closed",
            CircuitState::Open => "open",
            CircuitState::Gone => "gone",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        CircuitState::ALL.into_iter().find(|state| state.as_str() == code)
    }
}

/// How a channel has done since it last took something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    pub state: CircuitState,
    /// Failures in a row.
    pub failures: u32,
    /// When the first of them was.
    pub since: Timestamp,
    /// The delivery that failed last.
    pub last: DeliveryId,
    /// When that was.
    pub failed: Timestamp,
    /// Probes since it is open.
    pub probes: u32,
    /// When the next one is made.
    pub next_probe: Timestamp,
    /// Until when the channel asked to be left alone, where it did.
    pub asked: Option<Timestamp>,
    /// Of the last failure.
    pub code: ReasonCode,
    /// What it answered, cut short. From outside.
    pub detail: Option<String>,
    /// When its user was last told that it fails. One that is configured anew is closed, and told
    /// to work again all the same once it does.
    pub told: Option<Timestamp>,
}

/// What a try said of the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It answered: it took the delivery, or refused this one for good.
    Alive,
    Failed {
        delivery: DeliveryId,
        code: ReasonCode,
        detail: Option<String>,
        /// How long it asked to be left alone.
        retry_after: Option<Duration>,
    },
    Gone {
        delivery: DeliveryId,
        code: ReasonCode,
        detail: Option<String>,
    },
}

/// The circuit after a try; `None`: closed, and nothing to remember.
pub fn after(before: Option<&Circuit>, heard: &Heard, now: Timestamp) -> Option<Circuit> {
    let begun = |delivery, code: &ReasonCode, detail: &Option<String>| Circuit {
        state: CircuitState::Closed,
        failures: 0,
        since: now,
        last: delivery,
        failed: now,
        probes: 0,
        next_probe: now,
        asked: None,
        code: code.clone(),
        detail: detail.clone(),
        told: None,
    };
    match heard {
        Heard::Alive => None,
        Heard::Gone { delivery, code, detail } => {
            let circuit = before.cloned().unwrap_or_else(|| begun(*delivery, code, detail));
            let (code, detail) = (code.clone(), detail.clone());
            let (last, failed) = (*delivery, now);
            Some(Circuit { state: CircuitState::Gone, last, failed, code, detail, ..circuit })
        }
        Heard::Failed { delivery, code, detail, retry_after } => {
            let first = begun(*delivery, code, detail);
            let known = before.cloned();
            let same = known.as_ref().is_some_and(|before| before.last == *delivery);
            let mut circuit = known.unwrap_or(first);
            // One delivery that the service cannot digest says nothing of the others.
            let counts = circuit.failures == 0 || !same || is_of_the_way(code);
            circuit.failures = circuit.failures.saturating_add(u32::from(counts));
            // What was under way before, or was tried for the first time, puts no probe off.
            let is_early = circuit.state == CircuitState::Open && !circuit.may_probe(now);
            (circuit.last, circuit.failed, circuit.code) = (*delivery, now, code.clone());
            // A clock that was ahead has been put back since: it fails no shorter for that.
            circuit.since = circuit.since.min(now);
            circuit.told = circuit.told.map(|told| told.min(now));
            circuit.detail.clone_from(detail);
            match circuit.state {
                // All that is sent before a rate is over fares alike, and none is to pay for it.
                CircuitState::Closed
                    if circuit.failures >= OPENS_AFTER || is_too_often(&circuit.code) =>
                {
                    circuit.state = CircuitState::Open;
                    circuit.probes = 0;
                }
                CircuitState::Open if is_early => {}
                CircuitState::Open => circuit.probes = circuit.probes.saturating_add(1),
                CircuitState::Closed | CircuitState::Gone => {}
            }
            let asked = retry_after.unwrap_or_default().min(MAX_PROBE_AFTER);
            let after = |wait: Duration| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
            let until = retry_after.is_some().then(|| after(asked));
            circuit.asked = until.max(circuit.asked.filter(|_| is_early));
            circuit.next_probe = match is_early {
                true => circuit.next_probe.max(after(asked)),
                false => after(circuit.wait().max(asked)),
            };
            Some(circuit)
        }
    }
}

impl Circuit {
    /// Whether deliveries are sent as they become due.
    pub fn is_closed(&self) -> bool {
        self.state == CircuitState::Closed
    }

    /// Whether one delivery may try now whether the channel is back. One that failed at a time that
    /// is still to come was said to do so, and to wait, by a clock that has been put back since.
    pub fn may_probe(&self, now: Timestamp) -> bool {
        self.state == CircuitState::Open && (self.next_probe <= now || self.failed > now)
    }

    /// Whether a delivery that nobody has tried may try now: the last failure may tell of what was
    /// sent, and the channel did not ask to be left alone until later.
    pub fn may_try_untried(&self, now: Timestamp) -> bool {
        let is_asked = self.asked.is_some_and(|until| now < until);
        self.state == CircuitState::Open && !is_no_way(&self.code) && !is_asked
    }

    /// Whether it says itself when it takes more.
    pub fn is_paced(&self) -> bool {
        is_too_often(&self.code) || self.asked.is_some()
    }

    /// How long the next probe waits after a failure, unless the channel asks for more.
    fn wait(&self) -> Duration {
        let probes = usize::try_from(self.probes).unwrap_or(usize::MAX);
        let waits: &[Duration] = if self.is_paced() { &PACE_AFTER } else { &PROBE_AFTER };
        waits[probes.min(waits.len() - 1)]
    }

    /// Whether its user is to be told that it fails; `before` is when that was told last, of this failure
    /// or one that is over.
    pub fn is_to_be_told(&self, now: Timestamp, before: Option<Timestamp>) -> bool {
        let told_at_once = self.state == CircuitState::Gone;
        let lately = before.is_some_and(|before| elapsed(before, now) < TOLD_AGAIN_AFTER);
        let after = if lately { RELAPSE_TOLD_AFTER } else { TOLD_AFTER };
        let for_long = elapsed(self.since, now) >= after;
        self.told.is_none() && !self.is_closed() && (told_at_once || for_long)
    }

    /// Since before when what waits is given up, if it is time for that.
    pub fn gives_up_before(&self, now: Timestamp) -> Option<Timestamp> {
        let is_tried = self.state == CircuitState::Gone || self.probes >= GIVES_UP_AFTER_PROBES;
        let long = !self.is_closed() && is_tried && elapsed(self.since, now) >= GIVES_UP_AFTER;
        long.then(|| now.checked_sub(GIVES_UP_AFTER).ok()).flatten()
    }

    /// Whether it may be told again that more was given up.
    pub fn may_tell_again(&self, now: Timestamp) -> bool {
        self.told.is_none_or(|told| elapsed(told, now) >= TOLD_AGAIN_AFTER)
    }
}

fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
