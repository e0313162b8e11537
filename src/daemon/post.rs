//! Where notices of wirewatch's own work are posted: kept, and on their way to the channels that
//! are told of it, in one commit. The [vigil](super::vigil) over topics and the
//! [watch over feeds](super::feed_watch) use it.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::pipeline::Pipeline;
use super::storage::Storage;
use crate::config::{ChannelConfig, Config};
use crate::deliver::notice;
use crate::domain::alert::route::{Asked, RouteEvent};
use crate::domain::ids::ChannelId;
use crate::domain::notice::{Notice, SEVERITY};
use crate::store::Store;
use crate::store::bursts::HourKept;
use crate::store::error::StoreError;
use crate::store::notices::{Freeze, Mark};

/// How notices become bytes.
pub(super) const FREEZE: Freeze = Freeze { object: notice::object, body: notice::freeze };

/// Posts notices.
#[derive(Clone)]
pub(super) struct Post {
    /// The pipeline that runs, with its configuration; another one with each reload.
    pub pipeline: watch::Receiver<Arc<Pipeline>>,
}

impl Post {
    pub fn store(&self) -> Store {
        self.pipeline.borrow().store.clone()
    }

    pub fn config(&self) -> Arc<Config> {
        self.pipeline.borrow().config.clone()
    }

    /// Whether visits may begin.
    pub fn storage(&self) -> Storage {
        self.pipeline.borrow().storage.clone()
    }

    /// Says that there are new deliveries.
    pub fn wake(&self) {
        self.pipeline.borrow().committed.send_replace(());
    }

    /// Keeps notices and what is remembered of having told them. The log has them once they are kept:
    /// who fails tries again.
    pub async fn tell(
        &self,
        notices: Vec<Notice>,
        marks: Vec<Mark>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if notices.is_empty() && marks.is_empty() {
            return Ok(());
        }
        let pipeline = self.pipeline.borrow().clone();
        let said: Vec<_> = notices.iter().map(|one| (one.kind, one.headline.clone())).collect();
        let addressed = |notice| (addressees(&pipeline.config, &notice), notice);
        let notices = notices.into_iter().map(addressed).map(|(to, notice)| (notice, to)).collect();
        pipeline.store.post(notices, marks, now, FREEZE).await?;
        for (kind, headline) in &said {
            tracing::info!(event = kind.as_str(), "{headline}");
        }
        if !said.is_empty() {
            pipeline.committed.send_replace(());
        }
        Ok(())
    }

    /// Keeps an hour of the watch over bursts, and tells its bursts.
    pub async fn keep_hour(&self, kept: HourKept) -> Result<(), StoreError> {
        let pipeline = self.pipeline.borrow().clone();
        let told: Vec<Notice> = kept
            .bursts
            .iter()
            .flat_map(|burst| burst.notice.clone())
            .map(|(notice, _)| notice)
            .collect();
        if pipeline.store.keep_hour(kept, FREEZE).await? && !told.is_empty() {
            for notice in told {
                tracing::info!(event = notice.kind.as_str(), "{}", notice.headline);
            }
            pipeline.committed.send_replace(());
        }
        Ok(())
    }
}

/// The channels that are told of wirewatch's own work: where routes are about notices, those that
/// the routes lead to; else those that are named for it, else all that do not ask for more severe
/// things only.
pub(super) fn addressees(config: &Config, notice: &Notice) -> Vec<ChannelId> {
    let routing = &config.routing;
    if routing.is_about_notices() {
        let about = notice.topics.first().and_then(|note| config.topics.get(&note.topic));
        let feed = notice.feeds.first().map(|note| note.feed.as_str());
        let tags = config.feeds.iter().find(|one| Some(one.key.as_str()) == feed);
        let caught = routing.caught(&Asked {
            topic: about.map(|topic| &topic.id),
            tags: about.map(|topic| topic.tags.as_slice()).unwrap_or_default(),
            severity: notice.severity,
            feed,
            feed_tags: tags.map(|feed| feed.tags.as_slice()).unwrap_or_default(),
            publisher: None,
            language: None,
            event: RouteEvent::Notice,
            at: notice.at,
        });
        if !caught.is_empty() {
            let led = |channel: &&ChannelConfig| {
                notice.severity >= channel.min_severity
                    && caught.iter().any(|rule| rule.channels.contains(&channel.id))
            };
            return config.channels.iter().filter(led).map(|channel| channel.id.clone()).collect();
        }
    }
    let all = config.channels.iter().filter(|channel| channel.min_severity <= SEVERITY);
    let all = || all.map(|channel| channel.id.clone()).collect();
    config.operations.clone().unwrap_or_else(all)
}
