//! What is sent as one message, since it became due within a short time, and what is told again,
//! since nobody acknowledges it. Both are decided in the database before anything is claimed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Dispatcher, UnderWay};
use crate::config::Repeat;
use crate::daemon::digests::{self, frame_of_group};
use crate::deliver::object;
use crate::domain::alert::terms::Group;
use crate::domain::digest::compose::compose;
use crate::domain::publisher::Directory;
use crate::store::error::StoreError;
use crate::store::outbox::repeats::Again;

/// How often open alerts are looked for that are to be told again.
const LOOK_EVERY: Duration = Duration::from_secs(30);

impl Dispatcher {
    /// Makes what is to be claimed: repeats that are due, then messages of several alerts.
    pub(super) async fn bring_together(
        &self,
        under_way: &mut UnderWay<'_>,
        elapsed: Duration,
        now: Timestamp,
        is_quiet: bool,
    ) -> Result<(), StoreError> {
        let recently = |looked: Duration| elapsed.saturating_sub(looked) < LOOK_EVERY;
        if let Some(repeat) = self.manners.repeat
            && !under_way.looked.is_some_and(recently)
        {
            under_way.looked = Some(elapsed);
            self.tell_again(repeat, now, is_quiet).await?;
        }
        self.gather_groups(now, is_quiet).await
    }

    async fn tell_again(
        &self,
        Repeat { every, most }: Repeat,
        now: Timestamp,
        quiet: bool,
    ) -> Result<(), StoreError> {
        let again = Again { every, most, quiet };
        let newsrooms = self.manners.tells.as_ref().map(|tells| &tells.config.topics);
        let newsrooms = newsrooms.map(|topics| Arc::clone(topics.publishers()));
        let newsrooms = newsrooms.unwrap_or_else(Directory::builtin);
        let freeze = object::freeze_again;
        let told = self.store.tell_again(&self.id, again, newsrooms, now, freeze).await?;
        if told > 0 {
            tracing::info!(channel = %self.id, told, "open alerts are told again");
        }
        Ok(())
    }

    async fn gather_groups(&self, now: Timestamp, quiet: bool) -> Result<(), StoreError> {
        let Some(group) = self.manners.group else {
            return Ok(());
        };
        let room = u32::try_from(self.manners.room).unwrap_or(u32::MAX);
        let group = Group { most: group.most.min(room), ..group };
        let frame = frame_of_group(self.id.clone(), self.manners.zone.clone(), now);
        let compose = move |material| compose(frame.clone(), material);
        let gathered =
            self.store.gather_groups(&self.id, group, quiet, now, compose, digests::FREEZE).await?;
        if gathered > 0 {
            tracing::info!(channel = %self.id, gathered, "alerts that came together are one message");
        }
        Ok(())
    }
}
