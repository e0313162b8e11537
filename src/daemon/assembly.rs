//! What a configuration becomes before it runs: a pipeline and open channels, and what the store is
//! told of it. All of it may fail, and changes nothing then; the [app](super::app) sets it going.

use std::sync::Arc;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::app::{Options, StartError};
use super::dispatcher::Tells;
use super::dispatchers::{self, Channels};
use super::pipeline::Pipeline;
use super::storage::Storage;
use crate::config::{ChannelConfig, Config};
use crate::domain::feed::{Feed, FeedState};
use crate::domain::topic::{Mode, Topic};
use crate::egress::Egress;
use crate::fetch::Fetcher;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::running::Takeover;
use crate::store::topics::TopicRevision;

/// Whom a pipeline wakes, and who has it wait.
#[derive(Clone, Copy)]
pub(super) struct Wakes<'a> {
    pub committed: &'a watch::Sender<()>,
    pub wanted: &'a Arc<Notify>,
    pub hubs: &'a Arc<Notify>,
    pub storage: &'a Storage,
}

/// All of a configuration that may fail without the store.
pub(super) fn build(
    config: &Arc<Config>,
    store: &Store,
    options: &Options,
    wakes: Wakes<'_>,
) -> Result<(Pipeline, Channels), StartError> {
    let egress = Egress::new(&config.egress)?;
    let open = |channel: &ChannelConfig| {
        let tells = Tells { config: config.clone(), committed: wakes.committed.clone() };
        dispatchers::open(channel, &egress, options, tells)
            .map_err(|source| StartError::Channel { channel: channel.id.clone(), source })
    };
    let channels = config.channels.iter().map(open).collect::<Result<_, _>>()?;
    let pipeline = Pipeline {
        config: config.clone(),
        fetcher: Fetcher::new(&config.fetch, egress)?,
        store: store.clone(),
        clock: options.clock.clone(),
        committed: wakes.committed.clone(),
        wanted: wakes.wanted.clone(),
        hubs: wakes.hubs.clone(),
        storage: wakes.storage.clone(),
        replaced: CancellationToken::new(),
    };
    Ok((pipeline, channels))
}

/// Tells the store what is configured, in one transaction, and gets back what it remembers of each
/// feed that is to be fetched.
pub(super) async fn sync(
    config: &Config,
    store: &Store,
    options: &Options,
) -> Result<Vec<(Arc<Feed>, FeedState)>, StoreError> {
    let revision = |(topic, revision): (&Arc<Topic>, _)| TopicRevision {
        id: topic.id.clone(),
        name: topic.name.clone(),
        severity: topic.severity,
        revision,
        source: config.topic_sources.get(&topic.id).cloned().unwrap_or_default(),
        file: topic.file.clone(),
        shadow: topic.mode == Mode::Shadow,
    };
    let takeover = Takeover {
        topics: config.topics.topics().map(revision).collect(),
        feeds: config.feeds.clone(),
        retention: config.retention.clone(),
        silences: config.silences.clone(),
        channels: dispatchers::configured(config),
        parts: config.outline(),
    };
    let states = store.take_over(takeover, options.clock.now()).await?;
    let feeds = config.feeds.iter().cloned().zip(states);
    // A paused feed is known, and what is known of it stays; nobody schedules it.
    Ok(feeds.filter(|(feed, _)| !feed.paused).collect())
}
