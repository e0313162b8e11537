//! Tells a service that forgets ([`Renewer`]) of what stands, again and again. All of it comes from
//! the database: a restart of either side loses nothing, and what people decide here (with no daemon
//! running, too) gets there without a delivery of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::deliver::Renewer;
use crate::domain::ids::{AlertId, ChannelId};
use crate::domain::untrusted;
use crate::store::Store;

/// How often the database is asked what people decided.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Tells one channel's service.
pub struct Renewal {
    pub id: ChannelId,
    pub renewer: Renewer,
    pub store: Store,
    pub clock: Clock,
}

/// What the service is known to have been told.
#[derive(Default)]
struct Known {
    /// Alerts whose end it was told: which end, and when it had last been told of the alert by then. A
    /// revision that got there later has raised the alert again.
    ended: BTreeMap<AlertId, (Timestamp, Timestamp)>,
    /// On the clock that does not jump, when it was last told of everything.
    renewed: Option<Duration>,
    /// It did not take the last.
    is_failing: bool,
}

impl Renewal {
    /// Goes on until `stop`.
    pub async fn run(self, stop: &CancellationToken) {
        let mut known = Known::default();
        let nap = LOOK_EVERY.min(self.renewer.every());
        loop {
            let round = async {
                self.look(&mut known).await;
                self.clock.sleep(nap).await;
            };
            // A service that says nothing holds up no stop: the next run tells it all again.
            tokio::select! {
                () = stop.cancelled() => return,
                () = round => {}
            }
        }
    }

    /// Tells all of it, once.
    pub async fn once(&self) {
        self.look(&mut Known::default()).await;
    }

    async fn look(&self, known: &mut Known) {
        let elapsed = self.clock.elapsed();
        let is_due =
            known.renewed.is_none_or(|at| elapsed.saturating_sub(at) >= self.renewer.every());
        let now = self.clock.now();
        let since = now.saturating_sub(self.renewer.stands_for()).unwrap_or(Timestamp::MIN);
        let mut standing = match self.store.standing(&self.id, since) {
            Ok(standing) => standing,
            Err(error) => {
                tracing::warn!(channel = %self.id, code = error.code(), %error, "not renewed");
                return;
            }
        };
        // An end is told once, and what goes on again and again.
        standing.retain(|one| match one.ended() {
            Some(end) => known.ended.get(&one.alert) != Some(&(end, one.told)),
            None => is_due,
        });
        if standing.is_empty() {
            return;
        }
        match self.renewer.renew(&standing).await {
            Ok(()) => {
                let ended = standing.iter().filter_map(|one| {
                    let end = one.ended()?;
                    Some((one.alert, (end, one.told)))
                });
                known.ended.extend(ended);
                // What is no longer asked for need not be remembered.
                known.ended.retain(|_, (_, told)| *told >= since);
                if is_due {
                    known.renewed = Some(elapsed);
                }
                if std::mem::take(&mut known.is_failing) {
                    tracing::info!(channel = %self.id, "what stands is told again");
                }
            }
            Err(error) if !known.is_failing => {
                known.is_failing = true;
                let (code, detail) = (error.code(), error.detail().unwrap_or_default());
                let detail = untrusted::log_line(detail);
                tracing::warn!(
                    channel = %self.id, %code, %detail,
                    "what stands could not be told again; it is tried every 30 seconds"
                );
            }
            Err(_) => {}
        }
    }
}
