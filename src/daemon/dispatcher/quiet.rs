//! Quiet hours of a channel: nothing is claimed in them but what is urgent, so that no time has to
//! be kept with what waits, and a changed configuration or clock holds at once. What they held
//! comes one by one at their end if it is little, else as one digest.

use jiff::Timestamp;

use super::Dispatcher;
use crate::config::ChannelConfig;
use crate::daemon::digests::{FREEZE, frame_of_held};
use crate::domain::calendar::{QuietHours, Recurrence};
use crate::domain::digest::compose::compose;
use crate::store::error::StoreError;

/// Most alerts that come one by one at the end of quiet hours.
pub const HANDFUL: usize = 5;

/// A channel's quiet hours.
#[derive(Debug, Clone)]
pub struct Quiet {
    pub hours: QuietHours,
    /// When its digests come.
    pub digest: Option<Recurrence>,
}

impl Quiet {
    /// What a channel is configured with.
    pub fn of(channel: &ChannelConfig) -> Option<Self> {
        let digest = channel.timetable.digest.as_ref().map(|digest| digest.when.clone());
        Some(Self { hours: channel.timetable.quiet_hours.clone()?, digest })
    }
}

impl Dispatcher {
    /// When the quiet hours end that `now` lies in.
    pub(super) fn quiet_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.quiet.as_ref().and_then(|quiet| quiet.hours.until(now))
    }

    /// Puts what quiet hours held into one digest, now that they are over and if it is much.
    pub(super) async fn gather_held(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Some(quiet) = self.quiet.as_ref().filter(|_| self.quiet_until(now).is_none()) else {
            return Ok(());
        };
        let frame = frame_of_held(self.id.clone(), &quiet.hours, quiet.digest.as_ref(), now);
        let compose = move |material| compose(frame.clone(), material);
        let hours = quiet.hours.clone();
        let gathered = self.store.gather_held(&self.id, hours, HANDFUL, compose, FREEZE).await?;
        if gathered > 0 {
            tracing::info!(channel = %self.id, gathered, "quiet hours are over: one digest is sent");
        }
        Ok(())
    }
}
