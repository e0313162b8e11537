//! Quiet hours of a channel: nothing is claimed in them but what is urgent, so that no time has to
//! be kept with what waits, and a changed configuration or clock holds at once. What they held
//! comes one by one at their end if it is little, else as one digest.

use jiff::Timestamp;

use super::Dispatcher;
use crate::config::ChannelConfig;
use crate::daemon::digests::{FREEZE, frame_of_held, is_coming};
use crate::domain::calendar::{QuietHours, Recurrence};
use crate::domain::digest::compose::compose;
use crate::store::digests::Gathering;
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

    /// Puts what quiet hours held into one digest, if they are over at `now` and it is much. Tells
    /// whether it is still quiet: until the channel's own digest is made, if that is due, for it
    /// tells of the same.
    pub(super) async fn gather_held(&self, now: Timestamp) -> Result<bool, StoreError> {
        let Some(quiet) = self.quiet.as_ref() else {
            return Ok(false);
        };
        if quiet.hours.contain(now) {
            return Ok(true);
        }
        if let Some(when) = &quiet.digest
            && is_coming(&self.store, &self.id, when, now)?
        {
            return Ok(true);
        }
        let frame = frame_of_held(self.id.clone(), &quiet.hours, quiet.digest.as_ref(), now);
        let compose = move |material| compose(frame.clone(), material);
        let (hours, room) = (quiet.hours.clone(), self.manners.room);
        let gathering = Gathering { hours, handful: HANDFUL, room };
        let gathered = self.store.gather_held(&self.id, gathering, compose, FREEZE).await?;
        if gathered > 0 {
            tracing::info!(channel = %self.id, gathered, "quiet hours are over: what they held is sent together");
        }
        Ok(false)
    }
}
