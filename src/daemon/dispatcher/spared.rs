//! A channel that fails: when it is tried again, who is told of it, and what is given up at last.

use std::time::Duration;

use jiff::Timestamp;

use super::{Dispatcher, MAX_NAP, MIN_NAP};
use crate::daemon::post::{FREEZE, addressees};
use crate::domain::alert::circuit::{Circuit, CircuitState, GIVES_UP_AFTER};
use crate::domain::alert::delivery::{Attempt, Settlement};
use crate::domain::alert::policy::in_words;
use crate::domain::ids::{ChannelId, DeliveryId};
use crate::domain::notice::{Notice, NoticeKind, SEVERITY};
use crate::store::circuits::Addressed;
use crate::store::error::StoreError;

const MINUTE: Duration = Duration::from_secs(60);

impl Dispatcher {
    /// How the channel does. Where it has failed for long that is told, and what has waited too
    /// long is given up.
    pub(super) async fn circuit(&self, now: Timestamp) -> Result<Option<Circuit>, StoreError> {
        let circuit = self.store.circuit(&self.id, self.manners.config)?;
        let Some(failing) = circuit.as_ref().filter(|circuit| !circuit.is_closed()) else {
            return Ok(circuit);
        };
        let before = || self.store.circuit_told(&self.id);
        if failing.is_to_be_told(now, None) && failing.is_to_be_told(now, before()?) {
            let headline = format!("{}: {}", self.fails(failing), self.waiting("wait"));
            self.tell(headline, now).await?;
        }
        if let Some(before) = failing.gives_up_before(now) {
            let given_up = self.store.give_up(&self.id, before, now).await?;
            if given_up > 0 {
                let text = given_up_in_words(given_up);
                tracing::error!(
                    channel = %self.id, given_up,
                    "{text}. hint: wirewatch deliver retry --channel {}", self.id
                );
                if failing.may_tell_again(now) {
                    self.tell(format!("{}: {text}", self.fails(failing)), now).await?;
                }
            }
        }
        Ok(circuit)
    }

    /// Begins where another dispatcher of the channel has ended, whose last answers said how the channel
    /// did as it was configured before.
    pub async fn succeed(&self) {
        if let Err(error) = self.store.adopt_circuit(&self.id, self.manners.config).await {
            let code = error.code();
            tracing::warn!(channel = %self.id, code, %error, "how the channel did is not known");
        }
    }

    /// How long until the channel is tried again.
    pub(super) fn until_probe(&self, circuit: &Circuit, now: Timestamp) -> Duration {
        match circuit.state {
            CircuitState::Gone => MAX_NAP,
            _ => {
                let wait = circuit.next_probe.duration_since(now);
                Duration::try_from(wait).unwrap_or(Duration::ZERO).clamp(MIN_NAP, MAX_NAP)
            }
        }
    }

    /// The notice that the channel works again, if it was told that it failed.
    pub(super) fn back(&self, was: &Circuit, now: Timestamp) -> Option<Addressed> {
        was.told?;
        let failed = Duration::try_from(now.duration_since(was.since)).unwrap_or_default();
        let whole = if failed < MINUTE { Duration::from_secs(1) } else { MINUTE };
        let failed = failed.as_secs() / whole.as_secs() * whole.as_secs();
        let failed = in_words(Duration::from_secs(failed.max(1)));
        let waited = self.waiting("are sent now");
        let headline = format!("channel {} works again after {failed}: {waited}", self.id);
        let notice = Notice::plain(now, NoticeKind::ChannelBack, SEVERITY, headline);
        let channels = self.others(&notice);
        Some((notice, channels))
    }

    /// The notice that deliveries were given up, with what was answered to the last of them.
    pub(super) fn given_up(
        &self,
        settled: &[(DeliveryId, Attempt, Settlement)],
        now: Timestamp,
    ) -> Option<Addressed> {
        let parked = |(_, _, settlement): &&(_, _, Settlement)| *settlement == Settlement::Park;
        let (id, attempt, _) = settled.iter().rfind(parked)?;
        let headline = format!(
            "channel {} does not take {id}, which is given up ({}): `wirewatch deliver log --failed` \
             shows what else is",
            self.id, attempt.code
        );
        let notice = Notice::plain(now, NoticeKind::GivenUp, SEVERITY, headline);
        let channels = self.others(&notice);
        (!channels.is_empty()).then_some((notice, channels))
    }

    /// Wakes the dispatchers of other channels.
    pub(super) fn wake_others(&self) {
        if let Some(tells) = &self.manners.tells {
            tells.committed.send_replace(());
        }
    }

    async fn tell(&self, headline: String, now: Timestamp) -> Result<(), StoreError> {
        let notice = Notice::plain(now, NoticeKind::ChannelDown, SEVERITY, headline);
        let channels = self.others(&notice);
        tracing::error!(channel = %self.id, "{}", notice.headline);
        self.store.tell_circuit(&self.id, notice, channels, FREEZE).await?;
        self.wake_others();
        Ok(())
    }

    /// The channels that hear of this one.
    fn others(&self, notice: &Notice) -> Vec<ChannelId> {
        let Some(tells) = &self.manners.tells else {
            return Vec::new();
        };
        let mut channels = addressees(&tells.config, notice);
        let is_for_nobody = channels.is_empty();
        channels.retain(|channel| *channel != self.id);
        if channels.is_empty() && !is_for_nobody {
            // It cannot say so itself: better somewhere else than nowhere.
            let all = tells.config.channels.iter();
            let others = all.filter(|one| one.id != self.id && one.min_severity <= notice.severity);
            channels.extend(others.map(|one| one.id.clone()));
        }
        channels
    }

    /// `channel phone has failed since 2026-06-03 12:00 UTC (connect)`.
    fn fails(&self, circuit: &Circuit) -> String {
        let since = circuit.since.strftime("%Y-%m-%d %H:%M UTC");
        match circuit.state {
            CircuitState::Gone => {
                format!("channel {} says that it is gone ({})", self.id, circuit.code)
            }
            _ => format!("channel {} has failed since {since} ({})", self.id, circuit.code),
        }
    }

    /// `14 deliveries wait`.
    fn waiting(&self, verb: &str) -> String {
        let waiting = self.store.waiting().unwrap_or_default();
        let waiting = waiting.into_iter().find(|(channel, _)| *channel == self.id);
        match waiting.map_or(0, |(_, waiting)| waiting) {
            1 => match verb {
                "wait" => "1 delivery waits".to_owned(),
                _ => "1 delivery is sent now".to_owned(),
            },
            many => format!("{many} deliveries {verb}"),
        }
    }
}

fn given_up_in_words(given_up: u64) -> String {
    let deliveries = if given_up == 1 { "delivery" } else { "deliveries" };
    format!("{given_up} {deliveries} given up after {}", in_words(GIVES_UP_AFTER))
}
